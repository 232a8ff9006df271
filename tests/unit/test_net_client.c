/* HTTP out against a telecom from a script: what was surely not sent, what may
 * have arrived, and that nothing arrives twice.  The loop runs in the test; the
 * peer is a thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway/net/http_client.h"

struct peer {
    int listening, port;
    pthread_t thread;
    void (*script)(struct peer *peer, int fd);
    atomic_bool stop;
    atomic_int connections, requests; /* read whole */
    char last[4096];                  /* the last request; read after the answer came */
};

struct world {
    struct http_client_limits limits;
    struct loop *loop;
    struct http_client *client;
    struct peer peer;
    struct arena *arena;
    struct http_answer answer; /* body in the arena */
    int called, chain;
    int64_t took_ms;
};

static int64_t now_ms(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The peer. */

static bool readable(struct peer *peer, int fd, int most_ms)
{
    for (int waited = 0; waited < most_ms && !peer->stop; waited += 20) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 20) > 0)
            return true;
    }
    return false;
}

/* Reads one request (the tests' bodies end with a dot); false at the end. */
static bool take(struct peer *peer, int fd)
{
    size_t n = 0;
    while (n < sizeof peer->last - 1 && readable(peer, fd, 5000)) {
        ssize_t got = recv(fd, peer->last + n, sizeof peer->last - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        peer->last[n] = '\0';
        bool post = strncmp(peer->last, "GET", 3) != 0;
        if (strstr(peer->last, "\r\n\r\n") && (!post || peer->last[n - 1] == '.')) {
            peer->requests++;
            return true;
        }
    }
    return false;
}

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return; /* the client may have gone */
}

static void *play(void *arg)
{
    struct peer *peer = arg;
    while (readable(peer, peer->listening, 60000)) {
        int fd = accept(peer->listening, NULL, NULL);
        if (fd < 0)
            break;
        peer->connections++;
        peer->script(peer, fd);
        (void)close(fd);
    }
    return NULL;
}

static void open_port(struct peer *peer, int backlog)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof name;
    peer->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(peer->listening, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(peer->listening, backlog), 0);
    assert_int_equal(getsockname(peer->listening, (struct sockaddr *)&name, &n), 0);
    peer->port = ntohs(name.sin_port);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->limits = http_client_defaults;
    w->arena = arena_new(4000);
    *state = w;
    return setenv("http_proxy", "http://127.0.0.1:9", 1); /* must not matter */
}

static void start(struct world *w, void (*script)(struct peer *peer, int fd))
{
    struct error e;
    w->loop = loop_new(&e);
    assert_non_null(w->loop);
    w->client = http_client_new(w->loop, &w->limits, &e);
    assert_non_null(w->client);
    open_port(&w->peer, 16);
    w->peer.script = script;
    if (script)
        assert_int_equal(pthread_create(&w->peer.thread, NULL, play, &w->peer), 0);
}

static int tear_down(void **state)
{
    struct world *w = *state;
    w->peer.stop = true;
    if (w->peer.script)
        assert_int_equal(pthread_join(w->peer.thread, NULL), 0);
    http_client_free(w->client);
    loop_free(w->loop);
    arena_free(w->arena);
    int bad = w->peer.listening >= 0 ? close(w->peer.listening) : 0;
    free(w);
    return bad;
}

/* The client's side. */

static void on_answer(void *ctx, const struct http_answer *answer)
{
    struct world *w = ctx;
    w->called++;
    w->answer = *answer;
    w->answer.body = str_dup(w->arena, answer->body);
    w->answer.reason = answer->reason ? str_cstr(w->arena, str_of(answer->reason)) : NULL;
    loop_stop(w->loop);
}

static bool send_one(struct world *w, enum http_method method, const char *path, http_client_fn *fn)
{
    struct http_pair headers[] = {{STR("X-Key"), STR("k")}, {STR("X-Empty"), STR("")}};
    struct http_request request = {.method = method, .headers = {headers, 2}};
    request.target = str_printf(w->arena, "http://127.0.0.1:%d%s", w->peer.port, path);
    if (method != HTTP_GET)
        request.body = STR("body.");
    return http_client_send(w->client, &request, fn, w);
}

static enum http_outcome ask(struct world *w, enum http_method method, const char *path)
{
    int64_t began = now_ms();
    int before = w->called;
    assert_true(send_one(w, method, path, on_answer));
    assert_int_equal(w->called, before);
    assert_int_equal(http_client_in_flight(w->client), 1);
    loop_run(w->loop);
    assert_int_equal(w->called, before + 1);
    assert_int_equal(http_client_in_flight(w->client), 0);
    w->took_ms = now_ms() - began;
    return w->answer.outcome;
}

static void says_202(struct peer *peer, int fd)
{
    while (take(peer, fd))
        say(fd, "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
                "HTTP/1.1 202 Accepted\r\nContent-Length: 7\r\nX-Id:  42 \r\n\r\n0: Sent");
}

static void test_normal(void **state)
{
    struct world *w = *state;
    start(w, says_202);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(w, HTTP_POST, "/send?a=%00"), HTTP_ANSWERED);
        assert_int_equal(w->answer.status, 202);
        assert_true(str_is(w->answer.body, "0: Sent"));
    }
    assert_non_null(strstr(w->peer.last, "POST /send?a=%00 HTTP/1.1\r\n"));
    assert_non_null(strstr(w->peer.last, "X-Key: k\r\n"));
    assert_non_null(strstr(w->peer.last, "X-Empty:\r\n"));
    assert_null(strstr(w->peer.last, "Content-Type"));
    assert_null(strstr(w->peer.last, "Expect"));
    assert_int_equal(ask(w, HTTP_GET, "/x"), HTTP_ANSWERED); /* the same handle, another method */
    assert_int_equal(strncmp(w->peer.last, "GET /x ", 7), 0);
    assert_null(strstr(w->peer.last, "Content-Length"));
    assert_int_equal(ask(w, HTTP_DELETE, "/x"), HTTP_ANSWERED);
    assert_int_equal(strncmp(w->peer.last, "DELETE /x ", 10), 0);
    assert_int_equal(w->peer.connections, 1); /* kept alive */
    assert_int_equal(w->peer.requests, 5);
}

static void test_refused(void **state)
{
    struct world *w = *state;
    start(w, NULL);
    assert_int_equal(close(w->peer.listening), 0);
    w->peer.listening = -1;
    assert_int_equal(ask(w, HTTP_POST, "/"), HTTP_UNSENT);
    assert_non_null(strstr(w->answer.reason, "onnect"));
}

static void test_no_connection(void **state)
{
    struct world *w = *state;
    int full[8];
    w->limits.connect_ms = 300;
    start(w, NULL);
    assert_int_equal(listen(w->peer.listening, 0), 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)w->peer.port);
    for (int i = 0; i < 8; i++) { /* fill the backlog: further SYNs are dropped */
        full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(full[i], (struct sockaddr *)&to, sizeof to);
    }
    assert_int_equal(ask(w, HTTP_POST, "/"), HTTP_UNSENT);
    assert_true(w->took_ms >= 250 && w->took_ms < 1500);
    for (int i = 0; i < 8; i++)
        assert_int_equal(close(full[i]), 0);
}

static void test_not_ours(void **state)
{
    struct world *w = *state;
    start(w, says_202);
    struct http_pair bad = {STR("X"), STR("a\r\nY: b")};
    struct http_request request = {.method = HTTP_GET, .headers = {&bad, 1}};
    request.target = str_printf(w->arena, "http://127.0.0.1:%d/", w->peer.port);
    assert_true(http_client_send(w->client, &request, on_answer, w));
    loop_run(w->loop);
    assert_int_equal(w->answer.outcome, HTTP_UNSENT);
    assert_non_null(strstr(w->answer.reason, "control character"));
    request.headers.n = 0;
    static const char refused[] = {'\n', '\0', '\x7F'};
    for (size_t i = 0; i < sizeof refused; i++) {
        request.target = str_printf(w->arena, "http://127.0.0.1:%d/?q=a%cb", w->peer.port, refused[i]);
        w->answer.reason = "";
        assert_true(http_client_send(w->client, &request, on_answer, w));
        loop_run(w->loop);
        assert_int_equal(w->answer.outcome, HTTP_UNSENT);
        assert_non_null(strstr(w->answer.reason, "control character"));
    }
    request.target = str_printf(w->arena, "gopher://127.0.0.1:%d/", w->peer.port);
    assert_true(http_client_send(w->client, &request, on_answer, w));
    loop_run(w->loop);
    assert_int_equal(w->answer.outcome, HTTP_UNSENT);
    assert_int_equal(w->peer.connections, 0);
}

static const char *asked_for(struct world *w, const char *url)
{
    struct http_request request = {.method = HTTP_GET, .target = str_of(url)};
    w->peer.last[0] = '\0';
    assert_true(http_client_send(w->client, &request, on_answer, w));
    loop_run(w->loop);
    if (w->answer.outcome == HTTP_UNSENT)
        return "nothing";
    assert_int_equal(w->answer.outcome, HTTP_ANSWERED);
    assert_non_null(strstr(w->peer.last, " HTTP/1.1\r\n"));
    return str_cstr(w->arena, str_from(w->peer.last, strcspn(w->peer.last, "\r") - strlen(" HTTP/1.1")));
}

/* Each after the others, so that nothing stays of the one before. */
static void test_urls(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *before, *after, *request;
    } urls[] = {
        {"http://", "/send?a=%00&b=http://x/y?z", "GET /send?a=%00&b=http://x/y?z"},
        {"http://", "", "GET /"},
        {"http://", "?a=1", "GET /?a=1"},
        {"http://", "/", "GET /"},
        {"http://", "?a=/b", "GET /?a=/b"},
        {"http://", "//x\"<>{}|\\^`", "GET //x\"<>{}|\\^`"},
        {"http://", "#a/b", "GET /"},
        {"http://", "/a?b#c", "GET /a?b"},
        {"http://", "/a/./b/../c?d", "GET /a/c?d"},
        {"http://", "/a/..", "GET /"},
        {"http://", "/\xD9\x86?\xD9\x86", "GET /%d9%86?\xD9\x86"},
        {"http://", "/a b", "nothing"},
        {"http://", "/a?b HTTP/1.1", "nothing"},
        {"http://", "/a\tb", "nothing"},
        {"http://a b@", "/x", "nothing"},
        {"", "", "nothing"},
        {"ftp://", "/x", "nothing"},
        {"HTTP://", "/x", "GET /x"},
        {"http://user:word@", "/x", "GET /x"},
        {"http://user:w%2Ford@", "/x@y", "GET /x@y"},
    };
    start(w, says_202);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct str host = *urls[i].before ? str_printf(w->arena, "127.0.0.1:%d", w->peer.port) : STR("");
        struct str url =
            str_printf(w->arena, "%s%s%s", urls[i].before, str_cstr(w->arena, host), urls[i].after);
        assert_string_equal(asked_for(w, str_cstr(w->arena, url)), urls[i].request);
        assert_int_equal(strstr(w->peer.last, "\r\nAuthorization: Basic ") != NULL,
                         strncmp(urls[i].before, "http://user", 11) == 0);
    }
    struct str six = str_printf(w->arena, "http://[::ffff:127.0.0.1]:%d/six?x", w->peer.port);
    assert_string_equal(asked_for(w, str_cstr(w->arena, six)), "GET /six?x");
    assert_non_null(strstr(w->peer.last, "\r\nHost: [::ffff:127.0.0.1]:"));
    assert_int_equal(w->peer.connections, 2);
}

/* Answers the first request of a connection, reads the second and leaves. */
static void dies_on_second(struct peer *peer, int fd)
{
    if (take(peer, fd) && strstr(peer->last, "/first"))
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (!take(peer, fd))
        return;
    if (strstr(peer->last, "/reset")) {
        struct linger reset = {1, 0};
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    }
}

static void no_double(struct world *w, enum http_method method, const char *path)
{
    start(w, dies_on_second);
    assert_int_equal(ask(w, method, "/first"), HTTP_ANSWERED);
    assert_int_equal(ask(w, method, path), HTTP_UNSURE);
    assert_int_equal(usleep(200000), 0); /* a second copy would come on a new connection */
    assert_int_equal(w->peer.requests, 2);
}

static void test_no_double_post(void **state)
{
    no_double(*state, HTTP_POST, "/second");
}

static void test_no_double_get(void **state)
{
    no_double(*state, HTTP_GET, "/second");
}

static void test_no_double_reset(void **state)
{
    no_double(*state, HTTP_POST, "/reset");
}

/* Closes after each answer without saying so: the next goes out once, anew. */
static void closes_idle(struct peer *peer, int fd)
{
    if (take(peer, fd))
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

static void test_closed_while_idle(void **state)
{
    struct world *w = *state;
    start(w, closes_idle);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(w, HTTP_POST, "/"), HTTP_ANSWERED);
        assert_int_equal(usleep(30000), 0);
    }
    assert_int_equal(w->peer.requests, 3);
}

static void never_ends(struct peer *peer, int fd)
{
    static const char line[] = "X-Filler: abcdefghijklmnopqrstuvwxyz0123456789\r\n";
    if (!take(peer, fd))
        return;
    say(fd, "HTTP/1.1 200 OK\r\n");
    if (strstr(peer->last, "/chunked"))
        say(fd, "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n");
    else if (!strstr(peer->last, "/headers"))
        say(fd, "\r\n");
    while (send(fd, line, sizeof line - 1, MSG_NOSIGNAL) > 0 && !peer->stop)
        continue;
}

static void test_endless(void **state)
{
    struct world *w = *state;
    start(w, never_ends);
    static const char *const paths[] = {"/chunked", "/headers", "/body"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(w, HTTP_POST, paths[i]), HTTP_UNSURE);
        assert_non_null(strstr(w->answer.reason, "too long"));
        assert_true(w->took_ms < 2000);
    }
    assert_int_equal(w->peer.requests, 3);
}

static void says_nothing(struct peer *peer, int fd)
{
    if (take(peer, fd))
        (void)take(peer, fd); /* until the client leaves */
}

static void test_never_answers(void **state)
{
    struct world *w = *state;
    w->limits.total_ms = 500;
    start(w, says_nothing);
    assert_int_equal(ask(w, HTTP_POST, "/"), HTTP_UNSURE);
    assert_true(w->took_ms >= 450 && w->took_ms < 1500);
    assert_int_equal(w->peer.requests, 1);
}

static void says_garbage(struct peer *peer, int fd)
{
    if (!take(peer, fd))
        return;
    if (strstr(peer->last, "/short"))
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0: S");
    else if (strstr(peer->last, "/moved"))
        say(fd, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    else if (strstr(peer->last, "/garbage"))
        say(fd, "\x80\x81 what?\r\n");
}

static void test_garbage(void **state)
{
    struct world *w = *state;
    start(w, says_garbage);
    assert_int_equal(ask(w, HTTP_POST, "/garbage"), HTTP_UNSURE);
    assert_int_equal(ask(w, HTTP_POST, "/short"), HTTP_UNSURE);
    assert_int_equal(ask(w, HTTP_POST, "/nothing"), HTTP_UNSURE);
    assert_int_equal(ask(w, HTTP_GET, "/moved"), HTTP_ANSWERED);
    assert_int_equal(w->answer.status, 302); /* and not followed */
    assert_int_equal(w->peer.requests, 4);
}

static void send_next(void *ctx, const struct http_answer *answer)
{
    struct world *w = ctx;
    assert_int_equal(answer->outcome, HTTP_ANSWERED);
    if (--w->chain > 0)
        assert_true(send_one(w, HTTP_POST, "/", send_next));
    else
        loop_stop(w->loop);
}

static void test_chain(void **state)
{
    struct world *w = *state;
    start(w, says_202);
    w->chain = 300;
    assert_true(send_one(w, HTTP_POST, "/", send_next));
    loop_run(w->loop);
    assert_int_equal(w->peer.requests, 300);
    assert_int_equal(w->peer.connections, 1);
}

static void test_in_flight(void **state)
{
    struct world *w = *state;
    w->limits.in_flight = 3;
    start(w, says_nothing);
    for (int i = 0; i < 3; i++)
        assert_true(send_one(w, HTTP_POST, "/", on_answer));
    assert_false(send_one(w, HTTP_POST, "/", on_answer));
    assert_int_equal(http_client_in_flight(w->client), 3);
    assert_int_equal(w->called, 0);
    http_client_free(w->client);
    w->client = NULL;
    assert_int_equal(w->called, 3); /* their owners let go */
    assert_int_equal(w->answer.outcome, HTTP_UNSURE);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_normal),
        TEST(test_refused),
        TEST(test_no_connection),
        TEST(test_not_ours),
        TEST(test_urls),
        TEST(test_no_double_post),
        TEST(test_no_double_get),
        TEST(test_no_double_reset),
        TEST(test_closed_while_idle),
        TEST(test_endless),
        TEST(test_never_answers),
        TEST(test_garbage),
        TEST(test_chain),
        TEST(test_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
