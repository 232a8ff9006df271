/* A provider: one kind of telecom gateway and how it speaks HTTP.
 *
 * An adapter is one pure file: no socket, no store, no clock, no state but
 * its config.  Requests and answers are plain values; what an adapter makes
 * lives in the arena it is given.  Loop thread (and tests: any).
 *
 * To add one: its file, one line in providers.def, its cases under
 * tests/providers/. */
#ifndef YAVAR_PROVIDERS_PROVIDER_H
#define YAVAR_PROVIDERS_PROVIDER_H

#include "gateway/base/arena.h"
#include "gateway/base/http.h"
#include "gateway/conf/config.h"
#include "gateway/model/outbox_state.h"
#include "gateway/model/records.h"

enum endpoint { ENDPOINT_SMS, ENDPOINT_USSD, ENDPOINT_DLR, ENDPOINTS };

/* What a request holds; any kind may come from any address. */
struct events {
    struct inbound *messages;
    size_t message_count;
    struct report *reports;
    size_t report_count;
    struct str *stops; /* phones, as the telecom writes them, that want no broadcasts any more */
    size_t stop_count;
    struct ussd_step *step; /* at most one a request; NULL: none */
    unsigned bad_content;   /* parts that could not be read; the answer is 200 all the same */
};

/* What a USSD session shows. */
struct ussd_page {
    struct str text;
    bool last; /* closes the session */
};

/* How an attempt ended for one recipient. */
struct settled {
    enum send_result result;
    struct str provider_id; /* the telecom's name for it, or empty */
    struct str detail;      /* a few words for the operator; no text, no secret */
    int64_t retry_after_ms; /* the telecom's wish, or 0 */
};

/* What came back, or why nothing did. */
enum answer_kind { ANSWER_CAME, ANSWER_UNSENT, ANSWER_UNSURE };
struct send_answer {
    enum answer_kind kind;
    int status;
    const struct http_pairs *headers;
    struct str body;
    const char *reason;
};

struct provider {
    const char *name;
    const struct option_table *options;
    unsigned endpoints; /* mask of 1 << enum endpoint */

    /* Whether a channel's settings make sense beyond their kinds.  NULL: always. */
    bool (*check)(const struct channel *channel, struct error *e);
    /* Whether requests come signed, so that no ?secret= is needed.  NULL: never. */
    bool (*signs)(const struct channel *channel);
    /* Whether the signature holds and is fresh; asked when signs says so. */
    bool (*verify)(const struct channel *channel, const struct http_request *request, int64_t now);
    struct events (*parse)(const struct channel *channel, enum endpoint endpoint,
                           const struct http_request *request, struct arena *arena);
    /* The HTTP answer that shows PAGE to the phone that REQUEST came from (it
     * echoes ids of the request); whatever REQUEST holds, it is answered.
     * PAGE NULL: the acknowledgement of a notice, or of a request that could
     * not be read.  NULL where the adapter has no USSD. */
    struct http_response (*page)(const struct channel *channel, const struct http_request *request,
                                 const struct ussd_page *page, struct arena *arena);
    /* One text to COUNT recipients: at most channel->recipients, and BATCH. */
    size_t batch;
    struct http_request (*build)(const struct channel *channel, const struct service *service,
                                 const struct outbound *messages, size_t count, struct arena *arena);
    /* A result for each of the COUNT messages. */
    void (*settle)(const struct channel *channel, const struct send_answer *answer,
                   const struct outbound *messages, size_t count, struct settled *results,
                   struct arena *arena);
    /* Asking by our own id what became of a message.  NULL: this telecom cannot be asked. */
    struct http_request (*ask)(const struct channel *channel, const struct outbound *message,
                               struct arena *arena);
    /* SEND_OK: it has it.  SEND_RETRY: it never came there.  SEND_PERMANENT: it gave it up.
     * SEND_UNCERTAIN: the answer does not tell. */
    struct settled (*told)(const struct channel *channel, const struct send_answer *answer,
                           const struct outbound *message, struct arena *arena);
};

const struct provider *provider_find(struct str name); /* NULL: none */
/* The rows of all providers, for the config; N of them. */
const struct option_table *const *provider_options(size_t *n);

/* ---- shared by adapters ---- */

/* Bytes in a charset that telecoms name ("UTF-16BE", "UTF-8", "ISO-8859-1", …)
 * to UTF-8; *BAD where they cannot be read or the charset is not known. */
struct str provider_decode(struct arena *arena, struct str bytes, struct str charset, bool *bad);
/* What goes into the store beside the text: UTF-8, no NULs, trimmed, at most
 * MOST bytes, a copy in ARENA.  *BAD (may be NULL) where it was no UTF-8. */
struct str provider_clean(struct arena *arena, struct str value, size_t most, bool *bad);
/* Retry-After in milliseconds (seconds as digits; a date counts as absent); 0: none. */
int64_t provider_retry_after(const struct http_pairs *headers);
/* Our name for a message, where a telecom takes one, and the outbox id in such
 * a name (0: it is none of ours).  The time it expires stays through our own
 * tries and moves when a person sends it again; it also tells the
 * telecom rows of a new or restored database from older ones; ours asks for the id alone. */
struct str provider_name_of(struct arena *arena, const struct outbound *message);
int64_t provider_id_of(struct str name);
/* The Nth part (from 1) of what stands in the path behind /in/CHANNEL/ENDPOINT/,
 * decoded; empty where there is none. */
struct str provider_path_part(struct arena *arena, const struct http_request *request, size_t n);
/* What closes a session whose request could not be read, in both languages:
 * without a phone nobody knows which is theirs. */
extern const struct str provider_sorry;

#endif
