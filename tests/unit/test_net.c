/* The front door against raw bytes: every row of bad input, what is just good
 * enough, methods, pipelining, a request in pieces. */
#include "tests/unit/net_world.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Refused, closed, and never handed out; the next client is served. */
static void refused(struct world *w, struct str bytes, const char *status)
{
    char room[8192];
    int before = w->handed_out;
    const char *answer = peer_exchange(w, bytes, room);
    if (strncmp(answer, status, strlen(status)) != 0)
        fail_msg("wanted %s for:\n%.200s\ngot:\n%s", status, bytes.p, answer);
    assert_int_equal(peer_count(answer, "HTTP/1.1 "), 1);
    assert_int_equal(w->handed_out, before);
}

static void test_bad_input(void **state)
{
    struct world *w = *state;
    world_start(w);
    static const struct str rows[] = {
        STR_INIT("GET / HTTP/1.1\r\n" H "A: x\0y\r\n\r\n"),
        STR_INIT("GET /\0x HTTP/1.1\r\n" H "\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nhello"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: -5\r\n\r\nhello"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length:  5 5\r\n\r\nhello"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length : 5\r\n\r\nhello"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"),
        STR_INIT("GET / HTTP/1.1\r\n\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H H "\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H "no colon\r\n\r\n"),
        STR_INIT("CONNECT a:1 HTTP/1.1\r\n" H "\r\n"),
        STR_INIT("HEAD / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello"),
        STR_INIT("\x16\x03\x01 this is TLS\r\n\r\n"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(w, rows[i], "HTTP/1.1 400 Bad Request\r\n");
    char room[8192];
    const char *a = peer_exchange(w, STR("GET /a HTTP/1.1\r\n" H CLOSE "\r\n"), room);
    assert_non_null(strstr(a, "[GET|/a||x|0:]"));
}

static void test_too_much(void **state)
{
    struct world *w = *state;
    world_start(w);
    struct arena *arena = arena_new(4000);
    struct sbuf b = sbuf_in(arena);
    sbuf_add(&b, STR("GET / HTTP/1.1\r\n" H));
    for (int i = 0; i < 100; i++) /* with Host: 101 */
        sbuf_printf(&b, "A%d: 1\r\n", i);
    sbuf_add(&b, STR("\r\n"));
    refused(w, sbuf_str(&b), "HTTP/1.1 400 ");
    static const size_t sizes[] = {8192, 20000, 200000};
    for (size_t i = 0; i < 3; i++) { /* one long header, and one without an end */
        b = sbuf_in(arena);
        sbuf_add(&b, STR("GET / HTTP/1.1\r\n" H "A: "));
        for (size_t k = 0; k < sizes[i]; k++)
            sbuf_byte(&b, 'x');
        refused(w, sbuf_str(&b), "HTTP/1.1 400 ");
        sbuf_add(&b, STR("\r\n\r\n"));
        refused(w, sbuf_str(&b), "HTTP/1.1 400 ");
    }
    b = sbuf_in(arena);
    sbuf_add(&b, STR("POST / HTTP/1.1\r\n" H "Content-Length: 65537\r\n\r\n"));
    refused(w, sbuf_str(&b), "HTTP/1.1 413 ");
    for (size_t k = 0; k < 65537; k++)
        sbuf_byte(&b, 'x');
    refused(w, sbuf_str(&b), "HTTP/1.1 413 ");
    arena_free(arena);
}

static void test_just_enough(void **state)
{
    struct world *w = *state;
    world_start(w);
    char room[8192];
    struct arena *arena = arena_new(4000);
    struct sbuf b = sbuf_in(arena);
    sbuf_add(&b, STR("POST /big HTTP/1.1\r\n" H CLOSE "Content-Length: 65536\r\n"));
    for (int i = 0; i < 97; i++) /* 100 in all */
        sbuf_printf(&b, "A%d: %060d\r\n", i, 1);
    sbuf_add(&b, STR("\r\n"));
    assert_true(b.n > 6000 && b.n < 8192);
    for (size_t k = 0; k < 65535; k++)
        sbuf_byte(&b, '\0');
    sbuf_byte(&b, '\n');
    assert_non_null(strstr(peer_exchange(w, sbuf_str(&b), room), "[POST|/big||x|65536:"));
    arena_free(arena);
}

static void test_methods(void **state)
{
    struct world *w = *state;
    world_start(w);
    char room[8192];
    const char *a =
        peer_exchange(w,
                      STR("PATCH /p HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"
                          "FOO /f?a=%00 HTTP/1.1\r\n" H "\r\n"
                          "PUT /a%20b?x?y HTTP/1.1\r\n" H "content-length: 0\r\n\r\n"
                          "OPTIONS * HTTP/1.1\r\n" H "\r\n"
                          "HEAD /h HTTP/1.1\r\n" H "\r\n"
                          "DELETE http://x/d?q#f HTTP/1.1\r\n" H "Proxy-Connection: close\r\n\r\n"),
                      room);
    assert_non_null(strstr(a, "[OTHER|/p||x|3:abc]HTTP/1.1 200"));
    assert_non_null(strstr(a, "[OTHER|/f|a=%00|x|0:]"));
    assert_non_null(strstr(a, "[PUT|/a%20b|x?y|x|0:]"));
    assert_non_null(strstr(a, "[OTHER|*||x|0:]"));
    assert_non_null(strstr(a, "[DELETE|/d|q|x|0:]"));
    assert_non_null(strstr(a, "X-Peer: 127.1\r\n"));
    assert_null(strstr(a, "|/h|")); /* HEAD: a length, no body */
    assert_int_equal(w->handed_out, 6);
}

static void test_pipelined(void **state)
{
    struct world *w = *state;
    world_start(w);
    char room[8192];
    const char *a = peer_exchange(w,
                                  STR("POST /late HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi"
                                      "GET /2 HTTP/1.1\r\n" H CLOSE "\r\n"),
                                  room);
    const char *second = strstr(a, "[GET|/2||x|0:]");
    assert_non_null(strstr(a, "late"));
    assert_true(second > strstr(a, "late"));
    /* a bad one behind a good one: the good one is answered, then closed */
    a = peer_exchange(w,
                      STR("GET /late HTTP/1.1\r\n" H "\r\n"
                          "GET /3 HTTP/1.1\r\n" H "A: \0\r\n\r\n"
                          "GET /4 HTTP/1.1\r\n" H "\r\n"),
                      room);
    assert_int_equal(peer_count(a, "HTTP/1.1 200"), 1);
    assert_non_null(strstr(a, "Connection: close\r\n"));
    assert_int_equal(w->handed_out, 3);
    /* and on a kept-alive connection whose first was answered before */
    int fd = peer_connect(w->address);
    assert_true(peer_put(fd, STR("GET /5 HTTP/1.1\r\n" H "\r\n")));
    assert_true(recv(fd, room, sizeof room, 0) > 0);
    assert_true(peer_put(fd, STR("GET /6 HTTP/1.1\r\n" H)));
    assert_int_equal(usleep(50000), 0);
    assert_true(peer_put(fd, STR("B: \0\r\n\r\n")));
    assert_int_equal(strncmp(peer_read_all(fd, room), "HTTP/1.1 400 ", 13), 0);
    assert_int_equal(w->handed_out, 4);
    assert_int_equal(close(fd), 0);
}

/* In pieces of one byte the guard and evhttp must agree as well. */
static void test_in_pieces(void **state)
{
    struct world *w = *state;
    world_start(w);
    char room[8192];
    struct str all = STR("POST /a HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\n\r\n\r\n"
                         "GET /b HTTP/1.1\r\n" H CLOSE "\r\n");
    int fd = peer_connect(w->address);
    for (size_t i = 0; i < all.n; i++) {
        assert_true(peer_put(fd, str_from(all.p + i, 1)));
        assert_int_equal(usleep(1500), 0);
    }
    const char *a = peer_read_all(fd, room);
    assert_non_null(strstr(a, "[POST|/a||x|4:\r\n\r\n]"));
    assert_non_null(strstr(a, "[GET|/b||x|0:]"));
    assert_int_equal(close(fd), 0);
}

/* An answer that lies in memory is none yet: a stop waits for its last byte. */
static void test_answered(void **state)
{
    struct world *w = *state;
    world_start(w);
    char room[8192];
    w->answered = -1;
    assert_non_null(strstr(peer_exchange(w, STR("GET /a HTTP/1.1\r\n" H CLOSE "\r\n"), room), "[GET|/a|"));
    assert_int_equal(w->answered, 0);
    int fd = peer_connect(w->address);
    assert_true(peer_put(fd, STR("GET /never HTTP/1.1\r\n" H "\r\n")));
    for (int i = 0; i < 1000 && w->handed_out < 2; i++)
        assert_int_equal(usleep(1000), 0);
    loop_wake(w->loop);
    assert_int_equal(usleep(20000), 0);
    assert_int_equal(w->answered, 0);
    assert_int_equal(close(fd), 0);
    for (int i = 0; i < 1000 && w->answered != 1; i++) {
        loop_wake(w->loop);
        assert_int_equal(usleep(1000), 0);
    }
    assert_int_equal(w->answered, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_bad_input), WORLD_TEST(test_too_much),  WORLD_TEST(test_just_enough),
        WORLD_TEST(test_methods),   WORLD_TEST(test_pipelined), WORLD_TEST(test_in_pieces),
        WORLD_TEST(test_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
