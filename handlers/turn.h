/* One turn of a conversation: a message, who sent it, and what is said back.
 *
 * A handler gets a turn and nothing else: its transaction, its input and the
 * time are in it, so that it can be run again when a batch was rolled back.
 * Everything lives in the turn's arena.  Store thread. */
#ifndef YAVAR_HANDLERS_TURN_H
#define YAVAR_HANDLERS_TURN_H

#include "gateway/base/arena.h"
#include "gateway/base/icu.h"
#include "gateway/conf/config.h"
#include "gateway/model/command.h"
#include "gateway/model/records.h"
#include "gateway/store/store.h"

/* What the person has confirmed already, so that it is not asked again. */
enum asked {
    ASKED_GUESS = 1,  /* that the guess was right */
    ASKED_AMOUNT = 2, /* that the odd or large amount is meant */
    ASKED_SAME = 4,   /* that an equal pledge is one more */
    ASKED_CODE = 8,   /* the one-time code came back (handlers/code.h) */
};

struct turn {
    struct store *store;
    const struct config *config;
    struct arena *arena;
    struct zone *zone;
    int64_t now_ms;

    const struct inbound *message;
    int64_t message_id; /* the inbox row */
    struct contact contact;
    struct command command;
    unsigned asked;  /* enum asked */
    struct str line; /* the channel by which SMS go back; empty: none can */
    int64_t session; /* of USSD, whose step this is; 0: none, or one that is not kept yet */
    bool on_screen;  /* USSD: what is said is shown, and only what confirms is texted too */
    struct str shown;
    enum language language;

    bool unanswered; /* a person should look at this message */
    bool ignored;    /* from a machine; nothing is said */
};

static inline int64_t turn_now(const struct turn *t)
{
    return t->now_ms / 1000;
}

/* The turn of another phone that this message concerns: what it sends goes
 * there by SMS, in the language that was chosen there, else LANGUAGE.  Its
 * contact is the caller's to put back. */
struct turn turn_towards(const struct turn *t, int64_t phone, enum language language);
/* Whether a phone, as it was written, is one of our own lines. */
bool is_own_line(const struct config *config, struct str phone);

/* A text of the catalogue, filled. */
struct str turn_text(const struct turn *t, const char *key, const struct text_field *fields, size_t n);
/* By which a contact's row knows a text again; in four bytes, as the rows are many. */
int64_t turn_hash(struct str text);
/* Queues an SMS to the sender (lane of confirmations). */
void turn_send(struct turn *t, struct str text);
/* The same in another lane, about something else than the message of this turn; good for as long as the
 * lane's messages are, or for LIFETIME_MS. */
void turn_send_in(struct turn *t, enum lane lane, struct str text);
void turn_send_for(struct turn *t, enum lane lane, struct str text, int64_t lifetime_ms);
/* An answer, already filled: by SMS, or on the screen of who dialled. */
void turn_answer(struct turn *t, struct str text);
/* Filled and answered. */
void turn_say(struct turn *t, const char *key, const struct text_field *fields, size_t n);
/* The same for what confirms a stored change: limited to confirmations_per_hour; whether it was said. */
bool turn_confirm(struct turn *t, const char *key, const struct text_field *fields, size_t n);
/* For "not understood": by the rules of promise 6. */
void turn_say_limited(struct turn *t, const char *key, const struct text_field *fields, size_t n);

#define FIELDS(...)                           \
    (const struct text_field[]){__VA_ARGS__}, \
        sizeof((const struct text_field[]){__VA_ARGS__}) / sizeof(struct text_field)

/* Whether this very text, which was not understood exactly, has been answered
 * often enough this hour: two machines would talk for ever. */
bool turn_is_tiresome(struct turn *t);

/* ---- how values are said ---- */

struct str say_money(const struct turn *t, int64_t rial);
struct str say_rial(const struct turn *t, int64_t rial);
/* What is lacking: above what a pledge can be it is rounded down and said in words. */
struct str say_left(const struct turn *t, const struct need *need);
/* An amount of money or a count, as the pledge has it. */
struct str say_pledged(const struct turn *t, int64_t rial, int64_t quantity, enum unit unit);
struct str say_number(const struct turn *t, uint32_t number);        /* ASCII: to be typed */
struct str say_count(const struct turn *t, int64_t count);           /* to be read */
struct str say_date(const struct turn *t, int64_t at);               /* ۲۹ اردیبهشت, 29 Sep 2026 */
struct str say_day(const struct turn *t, int64_t at);                /* ۱۴۰۴/۰۲/۲۹, 2026-09-29 */
struct str say_phone(const struct turn *t);                          /* the office's */
struct str say_title(const struct turn *t, const struct need *need); /* its short one */
struct str say_in(const struct turn *t, struct str fa, struct str en); /* the one of its language */
/* The name of a province, specialty, …; empty for a slug that is none. */
struct str say_slug(const struct turn *t, enum lex_kind kind, struct str slug);

#endif
