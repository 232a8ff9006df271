/* What may go through a line as a broadcast, and when: the rules of its class
 * (design 7), each of which its channel may set otherwise.
 *
 * Any thread; pure.  A struct zone belongs to one thread at a time. */
#ifndef YAVAR_MODEL_LINE_RULES_H
#define YAVAR_MODEL_LINE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/conf/config.h"

enum line_problem { LINE_LINK, LINE_CARD };
struct line_fault {
    enum line_problem problem;
    struct str piece;    /* as it was written; a part of the text */
    uint32_t at, length; /* of the piece, in characters */
};

/* False where TEXT (valid UTF-8) holds what may not go through CHANNEL: a link
 * (a scheme, www., a bare domain, an e-mail address, an IPv4 address), or the
 * number of a card or account (16 digits that Luhn's sum holds for, 24 digits
 * that are an Iranian IBAN, in whatever groups).  Full-width and Persian digits,
 * marks that nobody sees and other full stops deceive nobody.  What is spelled
 * out ("example dot ir") is not found. */
bool line_check(const struct channel *channel, struct str text, struct line_fault *fault) MUST_CHECK;

/* The catalogue's key of a fault; line.link has a field {word}: its piece. */
const char *line_fault_key(enum line_problem problem);
extern const struct message_spec line_messages[];

/* TEXT with the words that must stand at its end, on a line of their own, where
 * it does not end with them. */
struct str line_text(const struct channel *channel, struct arena *arena, struct str text);

/* Whether broadcasts may go: outside the channel's quiet hours and its class's.
 * What is URGENT passes them on a service line. */
bool line_open_at(const struct channel *channel, struct zone *zone, int64_t at_ms, bool urgent);
/* AT_MS where it is open then, else when it opens; INT64_MAX: never. */
int64_t line_opens_ms(const struct channel *channel, struct zone *zone, int64_t at_ms, bool urgent);
/* When a line that is open at AT_MS closes; INT64_MAX: never. */
int64_t line_closes_ms(const struct channel *channel, struct zone *zone, int64_t at_ms, bool urgent);

/* Whether what was written for one may go through the other as it is: the same
 * class, links and cards alike, the same words at the end. */
bool line_same_rules(const struct channel *one, const struct channel *other);

/* How line_check asks what a channel lets through. */
struct line_allows {
    bool links, cards;
};
struct line_allows line_allows(const struct channel *channel);

#endif
