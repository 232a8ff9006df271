/* The connections of the front door: each one's guard over its raw bytes, its
 * deadline, and how it ends.  Internal to http_server.c.
 *
 * A connection lives from accept until evhttp's close callback.  It waits (for
 * a request, for room to write, for a refused client to leave) in a queue
 * ordered by time, or a request of it is handed out and the answer's deadline
 * governs.  When there are too many, a new one takes the place of the one that
 * waits longest, of those without an answer so far where there are any: slow
 * clients shut nobody out.
 *
 * Loop thread only; nothing blocks. */
#ifndef YAVAR_NET_HTTP_CONN_H
#define YAVAR_NET_HTTP_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/arena.h"
#include "gateway/net/http_guard.h"

struct bufferevent;
struct event;
struct event_base;
struct evhttp;
struct evhttp_connection;
struct http_conns;

TAILQ_HEAD(http_conn_queue, http_conn);

struct http_conn {
    TAILQ_ENTRY(http_conn) link; /* in `arriving`, in `queue`, or in none: a request of it is handed out */
    struct http_conns *conns;
    struct http_conn_queue *queue; /* the one it waits in; NULL: it does not wait */
    struct arena *arena;           /* this lives in it */
    struct bufferevent *bev;
    struct evhttp_connection *evcon;
    struct http_guard guard;
    void *request;     /* the user's, while one is handed out; else NULL */
    uint64_t answered; /* of guard.approved */
    int64_t since;     /* http_conn_now() */
    int fd;
    bool refused;
    size_t discarded, bytes; /* `bytes` came since its last request was handed out */
    uint8_t peer[16];
};

struct http_conns {
    struct http_guard_limits limits;
    unsigned most, open;
    size_t bytes_most, bytes; /* of requests that are not whole; bytes_most 0: no limit */
    int64_t wait_ms;
    void (*on_gone)(struct http_conn *c); /* a connection closes while c->request is set */
    void (*on_room)(void *ctx);           /* any connection closes: its descriptor is free again; or a turn
                                           * that had taken enough is over */
    void (*on_enough)(void *ctx);         /* as many as a turn takes: accepting must pause */
    void *ctx;
    struct event *adopt;
    unsigned taken;                  /* accepted in this turn */
    struct http_conn_queue arriving; /* accepted in this turn, evhttp is still building them */
    struct http_conn_queue fresh;    /* waiting, and never had an answer; oldest first */
    struct http_conn_queue waiting;  /* the others that wait, oldest first */
    struct http_conn **by_fd;        /* evhttp has no room for a pointer of ours */
    size_t by_fd_n;
};

/* Limits, most, wait_ms, on_gone, on_room, on_enough and ctx are set by the caller before. */
bool http_conns_start(struct http_conns *conns, struct event_base *base, struct evhttp *http) MUST_CHECK;
void http_conns_adopt(struct http_conns *conns); /* before evhttp_free */
void http_conns_end(struct http_conns *conns);   /* after evhttp_free */
/* Closes who has waited too long, not many at a time; whether there are more. */
bool http_conns_expire(struct http_conns *conns);

/* Whether an answer is not yet all written; looks at every connection. */
bool http_conns_unwritten(const struct http_conns *conns);

struct http_conn *http_conn_of(struct http_conns *conns, struct evhttp_connection *evcon);
bool http_conn_expects(const struct http_conn *c); /* the guard approved a request not answered yet */
void http_conn_hand_out(struct http_conn *c, void *request); /* its deadline stops */
/* An answer is on its way: counts it, starts the deadline anew, and says
 * whether the connection must close behind it, as what follows is refused. */
bool http_conn_answered(struct http_conn *c);

int64_t http_conn_now(void); /* ms, monotonic, coarse */

#endif
