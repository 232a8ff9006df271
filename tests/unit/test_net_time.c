/* The front door over time: deadlines, clients that leave, limits, stopping, the
 * Unix door, running out of descriptors. */
#include "tests/unit/net_world.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/net/http_client.h"

/* One byte each 100 ms for at most four seconds; when was it closed? */
static int64_t drip(struct world *w, struct str begin)
{
    int fd = peer_connect(w->address);
    int64_t began = world_now_ms();
    assert_true(peer_put(fd, begin));
    for (int i = 0; i < 40; i++) {
        struct pollfd seen = {.fd = fd, .events = POLLIN};
        if (poll(&seen, 1, 100) > 0)
            break;
        (void)peer_put(fd, STR("x"));
    }
    char byte;
    ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
    assert_true(n == 0 || (n < 0 && errno == ECONNRESET)); /* and no answer */
    assert_int_equal(close(fd), 0);
    return world_now_ms() - began;
}

static void test_slow(void **state)
{
    struct world *w = *state;
    world_start(w);
    static const struct str begins[] = {
        STR_INIT("G"),
        STR_INIT("GET / HTTP/1.1\r\nA"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 1000\r\n\r\n"),
    };
    for (size_t i = 0; i < 3; i++) {
        int64_t took = drip(w, begins[i]);
        assert_true(took >= 900 && took < 1800);
    }
    /* one that says nothing, before and after a request */
    char room[8192];
    int fd = peer_connect(w->address);
    int64_t began = world_now_ms();
    assert_int_equal(strlen(peer_read_all(fd, room)), 0);
    assert_true(world_now_ms() - began >= 900 && world_now_ms() - began < 1800);
    assert_int_equal(close(fd), 0);
    began = world_now_ms();
    const char *a = peer_exchange(w, STR("GET / HTTP/1.1\r\n" H "\r\n"), room);
    assert_int_equal(peer_count(a, "HTTP/1.1 200"), 1);
    assert_true(world_now_ms() - began >= 900 && world_now_ms() - began < 1800);
}

static void test_gone(void **state)
{
    struct world *w = *state;
    w->late_ms = 200;
    world_start(w);
    char room[8192];
    int fd = peer_connect(w->address);
    struct linger reset = {1, 0};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    assert_true(peer_put(fd, STR("GET /late HTTP/1.1\r\n" H "\r\n")));
    assert_int_equal(usleep(50000), 0);
    assert_int_equal(close(fd), 0);
    while (w->late < 0)
        assert_int_equal(usleep(10000), 0);
    assert_non_null(strstr(peer_exchange(w, STR("GET /a HTTP/1.1\r\n" H CLOSE "\r\n"), room), "[GET|/a|"));
}

static void test_answer_deadline(void **state)
{
    struct world *w = *state;
    w->late_ms = 1600;
    world_start(w);
    char room[8192];
    int64_t began = world_now_ms();
    const char *a = peer_exchange(w, STR("GET /late HTTP/1.1\r\n" H CLOSE "\r\n"), room);
    assert_int_equal(strncmp(a, "HTTP/1.1 503 Service Unavailable\r\n", 34), 0);
    assert_non_null(strstr(a, "Retry-After: 1\r\n"));
    assert_true(world_now_ms() - began >= 900 && world_now_ms() - began < 1800);
    /* another request gets the same slot before the late answer comes */
    int fd = peer_connect(w->address);
    assert_true(peer_put(fd, STR("GET /never HTTP/1.1\r\n" H CLOSE "\r\n")));
    while (w->late < 0)
        assert_int_equal(usleep(10000), 0);
    assert_int_equal(w->late, 0);
    assert_int_equal(strncmp(peer_read_all(fd, room), "HTTP/1.1 503 ", 13), 0);
    assert_int_equal(close(fd), 0);
}

static void test_limits(void **state)
{
    struct world *w = *state;
    w->limits.in_flight = 1;
    w->limits.connections = 2;
    world_start(w);
    char room[8192];
    int held = peer_connect(w->address);
    assert_true(peer_put(held, STR("GET /never HTTP/1.1\r\n" H "\r\n")));
    assert_int_equal(usleep(50000), 0);
    const char *a = peer_exchange(w, STR("GET /a HTTP/1.1\r\n" H CLOSE "\r\n"), room);
    assert_int_equal(strncmp(a, "HTTP/1.1 503 ", 13), 0);
    assert_non_null(strstr(a, "Retry-After: "));
    int second = peer_connect(w->address);
    assert_int_equal(usleep(50000), 0);
    /* a third takes the place of the one that has said nothing */
    a = peer_exchange(w, STR("GET /a HTTP/1.1\r\n" H CLOSE "\r\n"), room);
    assert_int_equal(strncmp(a, "HTTP/1.1 503 ", 13), 0);
    assert_int_equal(strlen(peer_read_all(second, room)), 0);
    assert_int_equal(w->handed_out, 1);
    assert_int_equal(close(held) + close(second), 0);
}

/* A new one never takes the place of one that is owed an answer; of those that
 * wait, one that was answered before goes last. */
static void test_no_room(void **state)
{
    struct world *w = *state;
    w->limits.connections = 2;
    world_start(w);
    char room[8192];
    int known = peer_connect(w->address);
    assert_true(peer_put(known, STR("GET /a HTTP/1.1\r\n" H "\r\n")));
    assert_true(recv(known, room, sizeof room, 0) > 0);
    int silent = peer_connect(w->address);
    assert_int_equal(usleep(50000), 0);
    int third = peer_connect(w->address); /* in place of the silent one, though it came later */
    assert_int_equal(strlen(peer_read_all(silent, room)), 0);
    assert_true(peer_put(known, STR("GET /never HTTP/1.1\r\n" H "\r\n")));
    assert_true(peer_put(third, STR("GET /never HTTP/1.1\r\n" H "\r\n")));
    assert_int_equal(usleep(50000), 0);
    assert_int_equal(strlen(peer_exchange(w, STR("GET /a HTTP/1.1\r\n" H CLOSE "\r\n"), room)), 0);
    assert_int_equal(w->handed_out, 3);
    assert_int_equal(close(known) + close(silent) + close(third), 0);
}

static void test_continue_and_quiesce(void **state)
{
    struct world *w = *state;
    world_start(w);
    char room[8192];
    int fd = peer_connect(w->address);
    assert_true(peer_put(fd, STR("POST /quiesce HTTP/1.1\r\n" H "Expect: 100-continue\r\n"
                                 "Content-Length: 2\r\n\r\n")));
    assert_true(recv(fd, room, sizeof room, 0) > 0);
    assert_int_equal(strncmp(room, "HTTP/1.1 100 ", 13), 0);
    assert_true(peer_put(fd, STR("hi")));
    const char *a = peer_read_all(fd, room);
    assert_non_null(strstr(a, "Connection: close\r\n"));
    assert_non_null(strstr(a, "[POST|/quiesce||x|2:hi]"));
    assert_int_equal(peer_connect(w->address), -1);
    assert_int_equal(close(fd), 0);
}

static void test_unix(void **state)
{
    struct world *w = *state;
    char listen_at[64];
    (void)snprintf(listen_at, sizeof listen_at, "unix:/tmp/yavar-test-%d.sock", (int)getpid());
    w->listen = listen_at;
    const char *path = listen_at + 5;
    struct arena *arena = arena_new(4000);
    struct http_request ask = {.method = HTTP_POST, .target = STR("/api/v1/x?y=1"), .body = STR("{}")};
    struct http_answer answer;
    struct error e;
    bool is_refused = false;
    assert_false(http_call_unix(path, &ask, 2, arena, &answer, &is_refused, &e));
    assert_true(is_refused);
    world_start(w);
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_string_equal(w->address, listen_at);
    assert_true(http_call_unix(path, &ask, 2, arena, &answer, &is_refused, &e));
    assert_int_equal(answer.status, 200);
    assert_true(str_is(answer.body, "[POST|/api/v1/x|y=1|localhost|2:{}]"));
    assert_true(str_is(http_header(&answer.headers, "x-peer"), "0.0"));
    ask.target = STR("/never");
    assert_true(http_call_unix(path, &ask, 3, arena, &answer, &is_refused, &e));
    assert_int_equal(answer.status, 503);
    arena_free(arena);
}

/* A server with few descriptors, in a process of its own. */
static void serve_poor(int out)
{
    struct world w = {.limits = http_server_defaults, .listen = "127.0.0.1:0"};
    struct rlimit few = {24, 24};
    struct error e;
    w.loop = loop_new(&e);
    w.timer = w.loop ? loop_timer_new(w.loop, world_answer_late, &w) : NULL;
    w.server = w.loop ? http_server_open(w.loop, w.listen, &w.limits, world_on_request, &w, &e) : NULL;
    if (!w.server || !w.timer || setrlimit(RLIMIT_NOFILE, &few) != 0)
        _exit(1);
    const char *address = http_server_address(w.server);
    if (write(out, address, strlen(address) + 1) < 0)
        _exit(1);
    loop_run(w.loop);
    _exit(0);
}

static void test_out_of_descriptors(void **state)
{
    struct world w = {.late = -1};
    int ends[2], fds[60];
    char room[8192];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        serve_poor(ends[1]);
    assert_true(read(ends[0], w.address, sizeof w.address) > 0);
    for (int i = 0; i < 60; i++)
        assert_true((fds[i] = peer_connect(w.address)) >= 0);
    assert_int_equal(usleep(1000000), 0);
    clockid_t clock;
    struct timespec used;
    assert_int_equal(clock_getcpuclockid(child, &clock), 0);
    assert_int_equal(clock_gettime(clock, &used), 0);
    for (int i = 0; i < 60; i++)
        assert_int_equal(close(fds[i]), 0);
    assert_true(used.tv_sec == 0 && used.tv_nsec < 400000000);
    assert_non_null(strstr(peer_exchange(&w, STR("GET /a HTTP/1.1\r\n" H CLOSE "\r\n"), room), "[GET|/a|"));
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_slow),
        WORLD_TEST(test_gone),
        WORLD_TEST(test_answer_deadline),
        WORLD_TEST(test_limits),
        WORLD_TEST(test_no_room),
        WORLD_TEST(test_continue_and_quiesce),
        WORLD_TEST(test_unix),
        cmocka_unit_test(test_out_of_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
