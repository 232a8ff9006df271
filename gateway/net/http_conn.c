/* Connections around evhttp 2.1.12, and the two things it does not give: a look
 * at the raw bytes before it, and a pointer to what belongs to a connection.
 *
 * evhttp owns its connection and the bufferevent; the http_conn lies in an
 * arena of its own and dies in evhttp's close callback. */
#include "gateway/net/http_conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "gateway/base/http.h"
#include "gateway/base/log.h"
#include "gateway/base/memory.h"
#include "gateway/net/listen.h"

enum {
    DISCARD_MOST = 256 * 1024, /* read from a refused client, so that it sees why */
    /* A turn of the loop takes or closes so many connections, at about 0.1 ms each, and then serves who is
     * connected: without that a flood's whole backlog would be one turn. */
    TAKE_MOST = 128,
    EXPIRE_MOST = 64,
};

int64_t http_conn_now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC_COARSE, &t) != 0)
        return 0; /* cannot fail on Linux */
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void stop_waiting(struct http_conn *c)
{
    if (c->queue)
        TAILQ_REMOVE(c->queue, c, link);
    c->queue = NULL;
}

/* All wait equally long, so the queues stay ordered by time. */
static void wait_anew(struct http_conn *c)
{
    stop_waiting(c);
    c->since = http_conn_now();
    c->queue = c->answered > 0 ? &c->conns->waiting : &c->conns->fresh;
    TAILQ_INSERT_TAIL(c->queue, c, link);
}

bool http_conn_expects(const struct http_conn *c)
{
    return c->guard.approved > c->answered;
}

static void forget_bytes(struct http_conn *c)
{
    c->conns->bytes -= c->bytes;
    c->bytes = 0;
}

void http_conn_hand_out(struct http_conn *c, void *request)
{
    stop_waiting(c);
    forget_bytes(c);
    c->request = request;
}

bool http_conn_answered(struct http_conn *c)
{
    c->request = NULL;
    c->answered++;
    wait_anew(c); /* a client that does not read is closed like one that does not write */
    return c->guard.refused && !http_conn_expects(c);
}

static void expire(struct http_conn_queue *queue, int64_t before, unsigned *left)
{
    struct http_conn *c;
    for (; *left > 0 && (c = TAILQ_FIRST(queue)) != NULL && c->since <= before; --*left)
        evhttp_connection_free(c->evcon);
}

bool http_conns_expire(struct http_conns *conns)
{
    const int64_t before = http_conn_now() - conns->wait_ms;
    unsigned left = EXPIRE_MOST;
    expire(&conns->fresh, before, &left);
    expire(&conns->waiting, before, &left);
    return left == 0;
}

struct http_conn *http_conn_of(struct http_conns *conns, struct evhttp_connection *evcon)
{
    return conns->by_fd[bufferevent_getfd(evhttp_connection_get_bufferevent(evcon))];
}

bool http_conns_unwritten(const struct http_conns *conns)
{
    size_t left = 0;
    for (size_t fd = 0; fd < conns->by_fd_n; fd++)
        if (conns->by_fd[fd] != NULL)
            left += evbuffer_get_length(bufferevent_get_output(conns->by_fd[fd]->bev));
    return left > 0;
}

/* Refusing: our own few bytes instead of evhttp, then what the client still
 * sends is read and dropped, as closing with unread bytes sends a reset that
 * can overtake the answer. */

static void on_refused_over(struct bufferevent *bev, short what, void *arg)
{
    struct http_conn *c = arg;
    (void)bev, (void)what;
    evhttp_connection_free(c->evcon);
}

static void on_refused_input(struct bufferevent *bev, void *arg)
{
    struct http_conn *c = arg;
    struct evbuffer *input = bufferevent_get_input(bev);
    size_t n = evbuffer_get_length(input);
    c->discarded += n;
    if (evbuffer_drain(input, n) != 0 || c->discarded > DISCARD_MOST)
        evhttp_connection_free(c->evcon);
}

static void on_refusal_written(struct bufferevent *bev, void *arg)
{
    struct http_conn *c = arg;
    bufferevent_setcb(bev, on_refused_input, NULL, on_refused_over, c);
    if (shutdown(c->fd, SHUT_WR) != 0 || bufferevent_enable(bev, EV_READ) != 0)
        evhttp_connection_free(c->evcon);
    else
        on_refused_input(bev, c);
}

/* Runs inside bufferevent's read: without a read callback evhttp does not see
 * these bytes.  If something fails here, the read deadline ends it. */
static void refuse(struct http_conn *c, int status)
{
    static const char format[] = "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    char text[160];
    int n = snprintf(text, sizeof text, format, status, http_reason(status));
    c->refused = true;
    wait_anew(c);
    bufferevent_setcb(c->bev, NULL, on_refusal_written, on_refused_over, c);
    if (bufferevent_disable(c->bev, EV_READ) != 0 || bufferevent_enable(c->bev, EV_WRITE) != 0 || n < 0 ||
        bufferevent_write(c->bev, text, (size_t)n) != 0)
        return;
}

static void feed_guard(struct http_conn *c, struct evbuffer *input, size_t offset, size_t n)
{
    struct evbuffer_ptr at;
    if (evbuffer_ptr_set(input, &at, offset, EVBUFFER_PTR_SET) != 0)
        return;
    struct evbuffer_iovec piece[4];
    while (n > 0) {
        int count = evbuffer_peek(input, (ev_ssize_t)n, &at, piece, 4);
        if (count > 4)
            count = 4;
        size_t seen = 0;
        for (int i = 0; i < count && n > 0 && !c->guard.refused; i++) {
            size_t size = piece[i].iov_len < n ? piece[i].iov_len : n;
            if (http_guard_feed(&c->guard, piece[i].iov_base, size) != 0)
                return;
            seen += size;
            n -= size;
        }
        if (seen == 0 || (n > 0 && evbuffer_ptr_set(input, &at, seen, EVBUFFER_PTR_ADD) != 0))
            return;
    }
}

static bool too_many(const struct http_conns *conns)
{
    return conns->open > conns->most || (conns->bytes_most > 0 && conns->bytes > conns->bytes_most);
}

/* New bytes, before evhttp is told of them.  A bad request behind good ones
 * (pipelined) waits until those are answered: the last answer closes. */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct http_conn *c = arg;
    if (info->n_added == 0 || c->refused || c->guard.refused)
        return;
    if (!http_conn_expects(c) && http_guard_between(&c->guard))
        wait_anew(c);
    c->bytes += info->n_added;
    c->conns->bytes += info->n_added;
    if (too_many(c->conns)) /* not here, as it may be this one that goes */
        event_active(c->conns->adopt, EV_TIMEOUT, 0);
    feed_guard(c, input, evbuffer_get_length(input) - info->n_added, info->n_added);
    if (c->guard.refused && !http_conn_expects(c))
        refuse(c, c->guard.refused);
}

/* Birth and death. */

static void forget(struct http_conn *c)
{
    stop_waiting(c);
    if (c->request)
        c->conns->on_gone(c);
    forget_bytes(c);
    c->conns->open--;
    arena_free(c->arena);
}

static void on_closed(struct evhttp_connection *evcon, void *arg)
{
    struct http_conn *c = arg;
    (void)evcon;
    c->conns->by_fd[c->fd] = NULL;
    if (evbuffer_remove_cb(bufferevent_get_input(c->bev), on_input, c) != 0)
        abort(); /* it would run on freed memory */
    c->conns->on_room(c->conns->ctx);
    forget(c);
}

static void remember(struct http_conns *conns, struct http_conn *c)
{
    size_t fd = (size_t)c->fd;
    if (fd >= conns->by_fd_n) {
        size_t n = fd * 2 + 64;
        struct http_conn **more = realloc(conns->by_fd, n * sizeof *more);
        if (!more)
            out_of_memory();
        memset(more + conns->by_fd_n, 0, (n - conns->by_fd_n) * sizeof *more);
        conns->by_fd = more;
        conns->by_fd_n = n;
    }
    conns->by_fd[fd] = c;
}

/* evhttp has finished building the connection around our bufferevent: its own
 * pointer to it is what it set as the callbacks' argument.  NULL: it gave up. */
static void adopt(struct http_conns *conns, struct http_conn *c)
{
    void *evcon = NULL;
    bufferevent_getcb(c->bev, NULL, NULL, NULL, &evcon);
    c->fd = bufferevent_getfd(c->bev);
    c->evcon = evcon;
    (void)bufferevent_decref(c->bev); /* whether it was the last reference: only if evhttp gave up */
    if (!evcon || c->fd < 0) {
        forget(c);
        return;
    }
    remember(conns, c);
    evhttp_connection_set_closecb(c->evcon, on_closed, c);
    listen_peer(evhttp_connection_get_addr(c->evcon), c->peer);
    wait_anew(c);
}

/* Who has had no answer yet goes before who has, and who waits longest before
 * the others; but the newest may take the place of one that was answered, or
 * those could shut the door.  NULL: a request of each is handed out. */
static struct http_conn *who_goes(struct http_conns *conns)
{
    struct http_conn *oldest = TAILQ_FIRST(&conns->fresh), *known = TAILQ_FIRST(&conns->waiting);
    bool alone = oldest == TAILQ_LAST(&conns->fresh, http_conn_queue);
    return alone && known ? known : oldest;
}

/* After all of a turn have been adopted, so that none of them makes a known one go. */
static void keep_most(struct http_conns *conns)
{
    struct http_conn *c;
    if (too_many(conns))
        LOG(LOG_WARN, "connections_full", "open=%u most=%u bytes=%zu", conns->open, conns->most,
            conns->bytes);
    while (too_many(conns) && (c = who_goes(conns)) != NULL)
        evhttp_connection_free(c->evcon);
}

void http_conns_adopt(struct http_conns *conns)
{
    struct http_conn *c;
    while ((c = TAILQ_FIRST(&conns->arriving)) != NULL) {
        TAILQ_REMOVE(&conns->arriving, c, link);
        adopt(conns, c);
    }
    keep_most(conns);
}

static void on_adopt(evutil_socket_t fd, short what, void *arg)
{
    struct http_conns *conns = arg;
    (void)fd, (void)what;
    const bool paused = conns->taken >= TAKE_MOST;
    conns->taken = 0;
    http_conns_adopt(conns);
    if (paused)
        conns->on_room(conns->ctx);
}

/* evhttp asks for a bufferevent: the first we hear of a connection.  Adopted
 * later in this same turn, before anything can be read from it. */
static struct bufferevent *on_accept(struct event_base *base, void *arg)
{
    struct http_conns *conns = arg;
    struct arena *arena = arena_new(sizeof(struct http_conn));
    struct http_conn *c = arena_new_of(arena, struct http_conn);
    c->conns = conns;
    c->arena = arena;
    c->bev = bufferevent_socket_new(base, -1, 0);
    if (!c->bev || !evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c))
        out_of_memory(); /* NULL would give this client a door without a guard */
    http_guard_start(&c->guard, &conns->limits, arena);
    bufferevent_incref(c->bev);
    conns->open++;
    TAILQ_INSERT_TAIL(&conns->arriving, c, link);
    event_active(conns->adopt, EV_TIMEOUT, 0);
    if (++conns->taken == TAKE_MOST)
        conns->on_enough(conns->ctx);
    return c->bev;
}

bool http_conns_start(struct http_conns *conns, struct event_base *base, struct evhttp *http)
{
    TAILQ_INIT(&conns->arriving);
    TAILQ_INIT(&conns->fresh);
    TAILQ_INIT(&conns->waiting);
    conns->adopt = event_new(base, -1, 0, on_adopt, conns);
    evhttp_set_bevcb(http, on_accept, conns);
    return conns->adopt != NULL;
}

void http_conns_end(struct http_conns *conns)
{
    event_free(conns->adopt);
    free(conns->by_fd);
}
