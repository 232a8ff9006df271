/* The server's thread owns the loop, the server and its timer; a test owns the
 * world and joins the thread at its end. */
#include "tests/unit/net_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t world_now_ms(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The server's thread. */

void world_answer_late(void *ctx)
{
    struct world *w = ctx;
    struct http_response late = {.status = 200, .body = STR("late")};
    w->late = http_server_answer(w->server, w->ticket, &late);
}

void world_on_request(void *ctx, const struct http_request *r, struct arena *arena, struct http_ticket ticket)
{
    static const char *const names[] = {"GET", "POST", "PUT", "DELETE", "OTHER"};
    struct world *w = ctx;
    w->handed_out++;
    struct str host = http_header(&r->headers, "host");
    struct http_pair further = {STR("X-Peer"), str_printf(arena, "%d.%d", r->peer[12], r->peer[15])};
    struct http_response response = {.status = 200, .content_type = STR("text/plain")};
    response.headers = (struct http_pairs){&further, 1};
    response.body = str_printf(arena, "[%s|%.*s|%.*s|%.*s|%zu:%.*s]", names[r->method], STR_ARG(r->path),
                               STR_ARG(r->query), STR_ARG(host), r->body.n, STR_ARG(r->body));
    if (str_is(r->path, "/late")) {
        w->ticket = ticket;
        loop_timer_set(w->timer, w->late_ms);
    } else if (!str_is(r->path, "/never")) {
        if (str_is(r->path, "/quiesce"))
            http_server_quiesce(w->server);
        assert_true(http_server_answer(w->server, ticket, &response));
        assert_false(http_server_answer(w->server, ticket, &response));
        w->answered = http_server_answered(w->server);
    }
    arena_free(arena);
}

static void on_wake(void *ctx)
{
    struct world *w = ctx;
    w->answered = http_server_answered(w->server);
    if (w->stop)
        loop_stop(w->loop);
}

static void *serve(void *arg)
{
    struct world *w = arg;
    struct error e;
    w->loop = loop_new(&e);
    assert_non_null(w->loop);
    loop_on_wake(w->loop, on_wake, w);
    w->timer = loop_timer_new(w->loop, world_answer_late, w);
    w->server = http_server_open(w->loop, w->listen, &w->limits, world_on_request, w, &e);
    if (!w->server)
        fail_msg("%s", e.text);
    (void)snprintf(w->address, sizeof w->address, "%s", http_server_address(w->server));
    assert_int_equal(sem_post(&w->ready), 0);
    loop_run(w->loop);
    http_server_free(w->server);
    loop_timer_free(w->timer);
    loop_free(w->loop);
    return NULL;
}

int world_set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->limits = http_server_defaults;
    w->limits.read_seconds = w->limits.answer_seconds = 1;
    w->listen = "127.0.0.1:0";
    w->late = -1;
    w->late_ms = 100;
    *state = w;
    return sem_init(&w->ready, 0, 0);
}

void world_start(struct world *w)
{
    assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
    assert_int_equal(sem_wait(&w->ready), 0);
}

int world_tear_down(void **state)
{
    struct world *w = *state;
    w->stop = true;
    loop_wake(w->loop);
    int bad = pthread_join(w->thread, NULL);
    free(w);
    return bad;
}

/* The peers. */

int peer_connect(const char *address)
{
    const char *colon = strrchr(address, ':');
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    struct timeval most = {5, 0};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most), 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

bool peer_put(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes = str_after(bytes, (size_t)n);
    }
    return true;
}

/* Until the server closes, or five seconds of nothing fail the test. */
const char *peer_read_all(int fd, char room[static 8192])
{
    size_t n = 0;
    for (;;) {
        ssize_t got = recv(fd, room + n, 8191 - n, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            fail_msg("not closed after: %.*s", (int)n, room);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    room[n] = '\0';
    return room;
}

const char *peer_exchange(struct world *w, struct str bytes, char room[static 8192])
{
    int fd = peer_connect(w->address);
    assert_true(fd >= 0);
    (void)peer_put(fd, bytes); /* it may close before it has read all */
    const char *answer = peer_read_all(fd, room);
    assert_int_equal(close(fd), 0);
    return answer;
}

size_t peer_count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
        n++;
    return n;
}
