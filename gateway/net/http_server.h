/* The front door: an HTTP/1.1 server on evhttp that refuses what a front door
 * should, and hands whole requests to one function.
 *
 * Limits and deadlines are evhttp's where it has them and ours where it has
 * none (a whole-request deadline; two Content-Length, odd Transfer-Encoding,
 * signs or blanks in a length, NUL in a header: 400 and closed; see the .c).
 *
 * Loop thread only; nothing blocks. */
#ifndef YAVAR_NET_HTTP_SERVER_H
#define YAVAR_NET_HTTP_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/arena.h"
#include "gateway/base/error.h"
#include "gateway/base/http.h"
#include "gateway/run/loop.h"

struct http_server;

struct http_server_limits {
    size_t header_bytes;   /* request line and headers; more: 400 */
    size_t headers;        /* how many; more: 400 */
    size_t body_bytes;     /* more: 413, before any handler runs */
    unsigned connections;  /* open at once; more are closed at accept */
    size_t waiting_bytes;  /* of requests not whole yet, all together; more: as with connections; 0: any */
    unsigned in_flight;    /* requests handed out and not answered; more: 503, Retry-After */
    unsigned read_seconds; /* a connection may take this long to bring a whole request (from its first byte);
                                an idle kept-alive connection may wait as long */
    unsigned answer_seconds; /* a request not answered by then gets 503 and its ticket dies */
};
extern const struct http_server_limits http_server_defaults; /* 8 KiB, 100, 64 KiB, 4096, any, 8192, 10, 20 */

/* Names a request that waits for its answer; plain numbers, so that an answer
 * that comes late meets a dead generation and not freed memory. */
struct http_ticket {
    uint32_t slot, generation;
};

/* Called once for each whole request.  REQUEST and all it points to live in
 * ARENA, which now belongs to the callee: it passes it on or frees it.  The
 * answer may be given at once (inside the call) or later. */
typedef void http_server_fn(void *ctx, const struct http_request *request, struct arena *arena,
                            struct http_ticket ticket);

/* ADDRESS is HOST:PORT (port 0 takes a free one; [::1]:80 for IPv6) or
 * unix:PATH (mode 0600, an old socket file is replaced). */
struct http_server *http_server_open(struct loop *loop, const char *address,
                                     const struct http_server_limits *limits, http_server_fn *fn, void *ctx,
                                     struct error *e) MUST_CHECK;

/* HOST:PORT as bound; lives as long as the server. */
const char *http_server_address(const struct http_server *server);

/* Answers; the response is copied.  False when the client has gone or the
 * deadline has passed: nothing is sent then, and that is no fault. */
bool http_server_answer(struct http_server *server, struct http_ticket ticket,
                        const struct http_response *response);

/* Stops accepting new connections; what is in flight may still be answered,
 * and each answer then closes its connection. */
void http_server_quiesce(struct http_server *server);
/* Whether every request that was taken is answered, to its last byte as far as the kernel goes. */
bool http_server_answered(const struct http_server *server);
void http_server_free(struct http_server *server); /* closes everything; NULL is fine */

#endif
