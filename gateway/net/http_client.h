/* HTTP out: one curl multi handle on the loop.
 *
 * libcurl sends a request a second time, in silence, when a kept-alive
 * connection dies after the request was written.  For an SMS that is a double
 * send, so the second try of one attempt is stopped and the outcome is
 * HTTP_UNSURE (see traps beside CURLOPT_PREREQFUNCTION in the .c).
 *
 * Loop thread only; nothing blocks, except http_call_unix. */
#ifndef YAVAR_NET_HTTP_CLIENT_H
#define YAVAR_NET_HTTP_CLIENT_H

#include <stddef.h>

#include "gateway/base/arena.h"
#include "gateway/base/error.h"
#include "gateway/base/http.h"
#include "gateway/run/loop.h"

struct http_client;

enum http_outcome {
    HTTP_ANSWERED, /* a whole answer came: status, headers, body */
    HTTP_UNSENT,   /* it surely never left: no route, refused, name not found, connect timeout */
    HTTP_UNSURE,   /* it may have arrived: reset, timeout or garbage after it was written, answer too long */
};

struct http_answer {
    enum http_outcome outcome;
    int status;                /* with HTTP_ANSWERED */
    struct http_pairs headers; /* with HTTP_ANSWERED */
    struct str body;           /* at most limits.answer_bytes */
    const char *reason;        /* otherwise: curl's words, static or in the same arena */
};

struct http_client_limits {
    unsigned in_flight;  /* over all hosts; http_client_send refuses more */
    unsigned connect_ms; /* to a connection, names included */
    unsigned total_ms;   /* to a whole answer */
    size_t answer_bytes; /* an answer longer than this is HTTP_UNSURE */
};
extern const struct http_client_limits http_client_defaults; /* 256, 5 s, 15 s, 64 KiB */

/* ANSWER lives only during the call. */
typedef void http_client_fn(void *ctx, const struct http_answer *answer);

struct http_client *http_client_new(struct loop *loop, const struct http_client_limits *limits,
                                    struct error *e) MUST_CHECK;

/* Copies what it needs of REQUEST (target: an absolute http or https URL).
 * FN is called exactly once, never from inside this call.  False: too many in
 * flight, FN is not called. */
bool http_client_send(struct http_client *client, const struct http_request *request, http_client_fn *fn,
                      void *ctx) MUST_CHECK;

unsigned http_client_in_flight(const struct http_client *client);

/* Requests still on the wire end as HTTP_UNSURE, so that their owners let go. */
void http_client_free(struct http_client *client); /* NULL is fine */

/* "7.88.1": of the libcurl that runs, for yavar doctor. */
const char *http_client_library_version(void);

/* One request through a Unix socket (PATH), waiting up to SECONDS: for the
 * command line asking a running service through its door.  REQUEST's target
 * is a path ("/api/v1/…").  Blocks; no loop needed.  False with E when nothing
 * listens there or no whole answer came; *REFUSED tells the first case. */
bool http_call_unix(const char *path, const struct http_request *request, unsigned seconds,
                    struct arena *arena, struct http_answer *answer, bool *refused,
                    struct error *e) MUST_CHECK;

#endif
