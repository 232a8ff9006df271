/* The front door on evhttp 2.1.12.
 *
 * evhttp parses and writes; what it lacks is added around it:
 *   - a guard reads every connection's raw bytes (http_guard.h) before evhttp
 *     sees them, as a NUL or a second length is visible only there;
 *   - evhttp's timeout counts inactivity, so one byte a second holds a
 *     connection for ever, and it never fires while a reply is owed: both
 *     deadlines are ours, in queues ordered by time (http_conn.h has the one);
 *   - out of descriptors evhttp burns a core: accepting pauses for a tick.
 *
 * Who owns what.  evhttp owns its connections and their requests.  A request
 * handed out holds a slot until it is answered, its deadline passes or its
 * connection closes; tickets name slot and generation, so that a late answer
 * meets nothing. */
#include "gateway/net/http_server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include "gateway/base/memory.h"

#include "gateway/base/log.h"
#include "gateway/net/http_conn.h"
#include "gateway/net/listen.h"

enum {
    TICK_MS = 100,      /* how late a deadline may be; how long accepting pauses after an error */
    ARENA_LEAST = 4000, /* with malloc's and the arena's heads about 4 KiB */
    ARENA_SPARE = 2000, /* for who gets the request, beyond the request itself */
    RETRY_SECONDS = 1,
};

const struct http_server_limits http_server_defaults = {
    .header_bytes = 8 * 1024,
    .headers = 100,
    .body_bytes = 64 * 1024,
    .connections = 4096,
    .in_flight = 8192,
    .read_seconds = 10,
    .answer_seconds = 20,
};

struct slot {
    TAILQ_ENTRY(slot) link;         /* in `asked`, or in `spare` */
    struct evhttp_request *request; /* NULL: free */
    struct http_conn *conn;
    struct http_server *server;
    int64_t since;
    uint32_t generation;
};

TAILQ_HEAD(slots, slot);

struct http_server {
    struct http_server_limits limits;
    struct listen_place place;
    http_server_fn *fn;
    void *ctx;
    struct evhttp *http;
    struct evhttp_bound_socket *bound; /* NULL when quiet */
    struct http_conns conns;
    struct loop_timer *tick;
    struct slots asked, spare; /* oldest first; free ones */
    struct slot *slots;
    unsigned in_flight;
    bool quiet;
};

/* Slots. */

static struct slot *take_slot(struct http_server *server, struct http_conn *conn,
                              struct evhttp_request *request)
{
    struct slot *slot = TAILQ_FIRST(&server->spare);
    if (!slot)
        return NULL;
    TAILQ_REMOVE(&server->spare, slot, link);
    TAILQ_INSERT_TAIL(&server->asked, slot, link);
    slot->request = request;
    slot->conn = conn;
    slot->since = http_conn_now();
    server->in_flight++;
    return slot;
}

static void release_slot(struct slot *slot)
{
    struct http_server *server = slot->server;
    slot->conn = NULL;
    slot->request = NULL;
    slot->generation++;
    TAILQ_REMOVE(&server->asked, slot, link);
    TAILQ_INSERT_HEAD(&server->spare, slot, link); /* the head: its memory is warm */
    server->in_flight--;
}

/* A connection closes before its answer. */
static void on_gone(struct http_conn *conn)
{
    struct slot *slot = conn->request;
    /* cut off from its connection a request is nobody's; else evhttp frees it */
    if (!evhttp_request_get_connection(slot->request))
        evhttp_request_free(slot->request);
    release_slot(slot);
}

static struct http_ticket ticket_of(const struct slot *slot)
{
    return (struct http_ticket){(uint32_t)(slot - slot->server->slots), slot->generation};
}

static struct slot *slot_of(struct http_server *server, struct http_ticket ticket)
{
    if (ticket.slot >= server->limits.in_flight)
        return NULL;
    struct slot *slot = &server->slots[ticket.slot];
    return slot->request && slot->generation == ticket.generation ? slot : NULL;
}

/* Answering. */

/* evhttp wants C strings, and copies them.  A value that would break the
 * header part is left out. */
static void add_header(struct evhttp_request *request, struct str name, struct str value)
{
    char room[512];
    char *text = name.n + value.n + 2 <= sizeof room ? room : malloc(name.n + value.n + 2);
    if (!text)
        out_of_memory();
    char *behind = text + name.n + 1;
    if (name.n > 0)
        memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    if (value.n > 0)
        memcpy(behind, value.p, value.n);
    behind[value.n] = '\0';
    if (!strpbrk(text, "\r\n") && !strpbrk(behind, "\r\n") &&
        evhttp_add_header(evhttp_request_get_output_headers(request), text, behind) != 0)
        out_of_memory();
    if (text != room)
        free(text);
}

/* evhttp writes a body it is given even where none may be. */
static bool may_have_body(struct evhttp_request *request, int status)
{
    return evhttp_request_get_command(request) != EVHTTP_REQ_HEAD && status != 204 && status != 304;
}

static void add_number(struct evhttp_request *request, struct str name, size_t number)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%zu", number);
    if (n > 0)
        add_header(request, name, (struct str){digits, (size_t)n});
}

static void reply(struct http_server *server, struct http_conn *conn, struct evhttp_request *request,
                  const struct http_response *response)
{
    struct evbuffer *out = evhttp_request_get_output_buffer(request);
    bool last = http_conn_answered(conn);
    if (last || server->quiet)
        add_header(request, STR("Connection"), STR("close"));
    if (response->content_type.n > 0)
        add_header(request, STR("Content-Type"), response->content_type);
    if (response->retry_after > 0)
        add_number(request, STR("Retry-After"), response->retry_after);
    for (size_t i = 0; i < response->headers.n; i++)
        add_header(request, response->headers.v[i].name, response->headers.v[i].value);
    if (!may_have_body(request, response->status)) {
        if (response->status != 204 && response->status != 304)
            add_number(request, STR("Content-Length"), response->body.n);
    } else if (response->body.n > 0 && evbuffer_add(out, response->body.p, response->body.n) != 0) {
        out_of_memory();
    }
    evhttp_send_reply(request, response->status, http_reason(response->status), NULL);
}

static const struct http_response overloaded = {.status = 503, .retry_after = RETRY_SECONDS};

bool http_server_answer(struct http_server *server, struct http_ticket ticket,
                        const struct http_response *response)
{
    struct slot *slot = slot_of(server, ticket);
    if (!slot)
        return false;
    struct evhttp_request *request = slot->request;
    struct http_conn *conn = slot->conn;
    release_slot(slot);
    reply(server, conn, request, response);
    return true;
}

/* Handing out. */

static enum http_method method_of(struct evhttp_request *request)
{
    switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
        return HTTP_GET;
    case EVHTTP_REQ_POST:
        return HTTP_POST;
    case EVHTTP_REQ_PUT:
        return HTTP_PUT;
    case EVHTTP_REQ_DELETE:
        return HTTP_DELETE;
    default:
        return HTTP_OTHER_METHOD;
    }
}

/* Path and query of "/a?b", also in the form "http://host/a?b". */
static void split_target(struct http_request *out)
{
    struct str rest = out->target, part;
    const char *scheme = rest.n > 0 && rest.p[0] != '/' ? strstr(rest.p, "://") : NULL;
    if (scheme) {
        rest = str_after(rest, (size_t)(scheme - rest.p) + 3);
        const char *slash = rest.n > 0 ? memchr(rest.p, '/', rest.n) : NULL;
        rest = str_after(rest, slash ? (size_t)(slash - rest.p) : rest.n);
    }
    if (str_split(&rest, '#', &part)) /* a fragment has no business here */
        rest = part;
    if (str_split(&rest, '?', &out->path) && rest.p)
        out->query = rest;
}

static struct str copy(char **room, const char *text, size_t n)
{
    char *to = *room;
    memcpy(to, text, n);
    *room = to + n + 1; /* what lies between is zero */
    return (struct str){to, n};
}

/* Everything in one malloc: the arena's first block is made large enough. */
static struct http_request *read_request(struct evhttp_request *request, struct arena **arena)
{
    const char *target = evhttp_request_get_uri(request);
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    const struct evkeyval *one;
    size_t count = 0, target_n = strlen(target), body_n = evbuffer_get_length(body);
    size_t text = target_n + 1 + body_n + 1;
    TAILQ_FOREACH(one, headers, next)
    {
        text += strlen(one->key) + strlen(one->value) + 2;
        count++;
    }
    size_t need = text + count * sizeof(struct http_pair) + sizeof(struct http_request) + ARENA_SPARE;
    *arena = arena_new(need < ARENA_LEAST ? ARENA_LEAST : need);
    struct http_request *out = arena_new_of(*arena, struct http_request);
    out->headers.v = arena_array(*arena, struct http_pair, count);
    char *room = arena_alloc(*arena, text);
    out->method = method_of(request);
    out->target = copy(&room, target, target_n);
    split_target(out);
    TAILQ_FOREACH(one, headers, next)
    {
        struct http_pair *pair = &out->headers.v[out->headers.n++];
        pair->name = copy(&room, one->key, strlen(one->key));
        pair->value = copy(&room, one->value, strlen(one->value));
    }
    ev_ssize_t got = evbuffer_copyout(body, room, body_n);
    out->body = (struct str){room, got > 0 ? (size_t)got : 0};
    return out;
}

static void on_request(struct evhttp_request *request, void *arg)
{
    struct http_server *server = arg;
    struct http_conn *conn = http_conn_of(&server->conns, evhttp_request_get_connection(request));
    if (!http_conn_expects(conn)) { /* evhttp took the bytes otherwise than the guard did */
        evhttp_send_error(request, 400, NULL);
        return;
    }
    struct slot *slot = take_slot(server, conn, request);
    http_conn_hand_out(conn, slot);
    if (!slot) {
        reply(server, conn, request, &overloaded);
        return;
    }
    struct http_ticket ticket = ticket_of(slot);
    struct arena *arena;
    struct http_request *in = read_request(request, &arena);
    memcpy(in->peer, conn->peer, sizeof in->peer);
    server->fn(server->ctx, in, arena, ticket);
}

/* Out of descriptors, mostly.  The next connection that closes enables it
 * again, or the next tick, as other descriptors may be free by then. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    (void)arg; /* evhttp's, not ours */
    LOG(LOG_WARN, "accept_failed", "reason=\"%s\"", strerror(errno));
    if (evconnlistener_disable(listener) != 0)
        abort(); /* it would spin */
}

static void accept_again(void *ctx)
{
    struct http_server *server = ctx;
    if (server->bound && evconnlistener_enable(evhttp_bound_socket_get_listener(server->bound)) != 0)
        return; /* the next tick tries again */
}

/* libevent accepts until there is nobody left or the listener is disabled. */
static void accept_no_more(void *ctx)
{
    struct http_server *server = ctx;
    if (server->bound && evconnlistener_disable(evhttp_bound_socket_get_listener(server->bound)) != 0)
        return; /* a longer turn, no more */
}

static void on_tick(void *ctx)
{
    struct http_server *server = ctx;
    const int64_t longest = (int64_t)server->limits.answer_seconds * 1000, now = http_conn_now();
    struct slot *slot;
    const bool more = http_conns_expire(&server->conns);
    while ((slot = TAILQ_FIRST(&server->asked)) != NULL && now - slot->since >= longest)
        if (!http_server_answer(server, ticket_of(slot), &overloaded))
            abort(); /* a slot in the queue is live */
    loop_timer_set(server->tick, more ? 1 : TICK_MS);
    accept_again(server);
}

/* Opening and closing. */

static bool make_slots(struct http_server *server)
{
    unsigned count = server->limits.in_flight;
    server->slots = calloc(count > 0 ? count : 1, sizeof *server->slots);
    if (!server->slots)
        return false;
    for (unsigned i = 0; i < count; i++) {
        server->slots[i].server = server;
        TAILQ_INSERT_TAIL(&server->spare, &server->slots[i], link);
    }
    return true;
}

static bool make_conns(struct http_server *server, struct event_base *base)
{
    const struct http_server_limits *limits = &server->limits;
    server->conns = (struct http_conns){
        .limits = {limits->header_bytes, limits->headers, limits->body_bytes},
        .most = limits->connections,
        .bytes_most = limits->waiting_bytes,
        .wait_ms = (int64_t)limits->read_seconds * 1000,
        .on_gone = on_gone,
        .on_room = accept_again,
        .on_enough = accept_no_more,
        .ctx = server,
    };
    return http_conns_start(&server->conns, base, server->http);
}

static bool make_http(struct http_server *server, struct event_base *base)
{
    const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
    server->http = evhttp_new(base);
    struct evconnlistener *listener = evconnlistener_new(base, NULL, NULL, flags, 0, server->place.fd);
    if (!server->http || !listener)
        return false;
    evhttp_set_max_headers_size(server->http, (ev_ssize_t)server->limits.header_bytes);
    evhttp_set_max_body_size(server->http, (ev_ssize_t)server->limits.body_bytes);
    evhttp_set_allowed_methods(server->http, UINT16_MAX); /* unknown ones too: 405 is the callee's to say */
    evhttp_set_default_content_type(server->http, NULL);
    evhttp_set_gencb(server->http, on_request, server);
    evconnlistener_set_error_cb(listener, on_accept_error);
    server->bound = evhttp_bind_listener(server->http, listener);
    return server->bound && make_conns(server, base);
}

struct http_server *http_server_open(struct loop *loop, const char *address,
                                     const struct http_server_limits *limits, http_server_fn *fn, void *ctx,
                                     struct error *e)
{
    struct listen_place place;
    if (!listen_open(address, &place, e))
        return NULL;
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        out_of_memory();
    server->limits = *limits;
    server->place = place;
    server->fn = fn;
    server->ctx = ctx;
    TAILQ_INIT(&server->asked);
    TAILQ_INIT(&server->spare);
    server->tick = loop_timer_new(loop, on_tick, server);
    if (!server->tick || !make_slots(server) || !make_http(server, loop_base(loop)))
        out_of_memory(); /* nothing else can fail there */
    loop_timer_set(server->tick, TICK_MS);
    return server;
}

const char *http_server_address(const struct http_server *server)
{
    return server->place.address;
}

/* Closes the listening socket: only disabled, it would still take clients into
 * its backlog and let them hang. */
void http_server_quiesce(struct http_server *server)
{
    if (server->bound)
        evhttp_del_accept_socket(server->http, server->bound);
    server->bound = NULL;
    server->quiet = true;
}

bool http_server_answered(const struct http_server *server)
{
    return server->in_flight == 0 && !http_conns_unwritten(&server->conns);
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    http_conns_adopt(&server->conns);
    loop_timer_free(server->tick);
    server->bound = NULL;      /* it goes first there */
    evhttp_free(server->http); /* closes every connection, which tells us */
    http_conns_end(&server->conns);
    listen_remove_file(&server->place);
    free(server->slots);
    free(server);
}
