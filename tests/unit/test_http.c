/* Fields, escapes, header parameters; and the guard, fed in every cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/arena.h"
#include "gateway/base/http.h"
#include "gateway/net/http_guard.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(4000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* Names and values as "name=value;" */
static const char *shown(struct str raw, bool *broken)
{
    struct http_pairs fields = http_parse_fields(arena, raw, broken);
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < fields.n; i++) {
        sbuf_add(&out, fields.v[i].name);
        sbuf_byte(&out, '=');
        sbuf_add(&out, fields.v[i].value);
        sbuf_byte(&out, ';');
    }
    return str_cstr(arena, sbuf_str(&out));
}

static void test_fields(void **state)
{
    (void)state;
    bool broken = false;
    assert_string_equal(shown(STR("a=1&flag&b=2"), &broken), "a=1;flag=;b=2;");
    assert_string_equal(shown(STR("&&a=1&&&b=2&"), &broken), "a=1;b=2;");
    assert_string_equal(shown(STR("a=1=2&=x&a="), &broken), "a=1=2;=x;a=;");
    assert_string_equal(shown(STR("t=%20+%2B%26&x+y=%D8%B3"), &broken), "t=  +&;x y=\xD8\xB3;");
    assert_string_equal(shown(STR(""), &broken), "");
    assert_string_equal(shown((struct str){NULL, 0}, &broken), "");
    assert_false(broken);
    assert_string_equal(shown(STR("a=%zz&b=%4&c=%"), &broken), "a=%zz;b=%4;c=%;");
    assert_true(broken);
    assert_string_equal(shown(STR("a=%&b=%g1%41"), NULL), "a=%;b=%g1A;");
}

/* As "value", or "none". */
static const char *found(struct str raw, struct str name)
{
    struct str value;
    return http_find_field(arena, raw, name, &value) ? str_cstr(arena, value) : "none";
}

static void test_find(void **state)
{
    (void)state;
    struct str raw = STR("&xa=0&flag&a+b=%41+1&a=1=2&a=3&=x");
    assert_string_equal(found(raw, STR("a")), "1=2");
    assert_string_equal(found(raw, STR("a b")), "A 1");
    assert_string_equal(found(raw, STR("flag")), "");
    assert_string_equal(found(raw, STR("")), "x");
    assert_string_equal(found(raw, STR("x")), "none");
    assert_string_equal(found(STR("%61=%zz"), STR("a")), "%zz");
    assert_string_equal(found(STR(""), STR("")), "none");
    assert_string_equal(found((struct str){NULL, 0}, STR("a")), "none");
}

static void test_nul(void **state)
{
    (void)state;
    bool broken = false;
    struct http_pairs fields = http_parse_fields(arena, STR("t=%06%33%00%41&u=x"), &broken);
    assert_int_equal(fields.n, 2);
    const struct http_pair *t = http_field(&fields, STR("t"));
    assert_true(str_eq(t->value, str_from("\x06\x33\0\x41", 4)));
    assert_null(http_field(&fields, STR("T")));
    assert_null(http_field(&fields, STR("v")));
    struct str raw = str_from("a=\0%41", 6);
    fields = http_parse_fields(arena, raw, &broken);
    assert_true(str_eq(fields.v[0].value, str_from("\0A", 2)));
    assert_false(broken);
}

static void test_many_fields(void **state)
{
    (void)state;
    bool broken = false;
    struct sbuf raw = sbuf_in(arena);
    for (int i = 0; i < HTTP_FIELDS_MOST; i++)
        sbuf_printf(&raw, "&f%d=%d", i, i);
    assert_int_equal(http_parse_fields(arena, sbuf_str(&raw), &broken).n, HTTP_FIELDS_MOST);
    assert_false(broken);
    sbuf_add(&raw, STR("&one=more"));
    struct http_pairs fields = http_parse_fields(arena, sbuf_str(&raw), &broken);
    assert_int_equal(fields.n, HTTP_FIELDS_MOST);
    assert_true(broken);
    assert_true(str_is(fields.v[HTTP_FIELDS_MOST - 1].value, "199"));
    assert_string_equal(found(sbuf_str(&raw), STR("f199")), "199");
    assert_string_equal(found(sbuf_str(&raw), STR("one")), "none");
}

static void test_escapes(void **state)
{
    (void)state;
    assert_true(str_is(http_percent_decode(arena, STR("a+b%2b"), false, NULL), "a+b+"));
    struct sbuf out = sbuf_in(arena);
    http_percent_encode(&out, str_from("aZ09-._~ /\0\xFF+", 13));
    assert_true(str_is(sbuf_str(&out), "aZ09-._~%20%2F%00%FF%2B"));
    /* there and back for every byte */
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)(unsigned char)i;
    out = sbuf_in(arena);
    http_percent_encode(&out, str_from(all, sizeof all));
    bool broken = false;
    struct str back = http_percent_decode(arena, sbuf_str(&out), true, &broken);
    assert_true(str_eq(back, str_from(all, sizeof all)));
    assert_false(broken);
}

static void test_plain_target(void **state)
{
    (void)state;
    static const struct {
        const char *url, *target;
    } cases[] = {{"http://a/", "/"},
                 {"https://a.b:1/c?d=%20&e=/~", "/c?d=%20&e=/~"},
                 {"http://a/b.c?d=.", "/b.c?d=."},
                 {"http://a", NULL},
                 {"http://a?b", NULL},
                 {"http:///b", NULL},
                 {"ftp://a/b", NULL},
                 {"http://a/../b", NULL},
                 {"http://a/./b", NULL},
                 {"http://a/b#c", NULL},
                 {"http://a#/b", NULL},
                 {"http://a b/c", NULL},
                 {"", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *target = http_plain_target(str_of(cases[i].url));
        assert_true((target == NULL) == (cases[i].target == NULL));
        if (target != NULL)
            assert_string_equal(target, cases[i].target);
    }
    for (int c = 0; c < 256; c++) { /* amid a query */
        struct str url = str_printf(arena, "http://a/b?c=%cd", c);
        assert_int_equal(http_plain_target(url) != NULL, c > ' ' && c < 0x7F && c != '#');
    }
}

static void test_headers(void **state)
{
    (void)state;
    struct http_pair pairs[] = {{STR("A"), STR("1")}, {STR("content-type"), STR("x")}, {STR("a"), STR("2")}};
    struct http_pairs headers = {pairs, 3};
    assert_true(str_is(http_header(&headers, "a"), "1"));
    assert_true(str_is(http_header(&headers, "Content-Type"), "x"));
    assert_null(http_header(&headers, "b").p);
}

static void test_params(void **state)
{
    (void)state;
    assert_true(str_is(http_header_param(STR("text/plain; charset=UTF-8"), "charset"), "UTF-8"));
    assert_true(str_is(http_header_param(STR("a/b;CHARSET=\"UTF-16BE\" ; q=1"), "charset"), "UTF-16BE"));
    assert_true(str_is(http_header_param(STR("a/b; a=\"x; charset=no\"; charset=yes"), "charset"), "yes"));
    assert_true(str_is(http_header_param(STR("a; b=\"q\\\"q\""), "b"), "q\\\"q"));
    assert_true(str_is(http_header_param(STR("a; b=\"open"), "b"), "open"));
    assert_true(str_is(http_header_param(STR("a; b=\"open\\"), "b"), "open\\"));
    assert_true(str_is(http_header_param(STR("a; b="), "b"), ""));
    assert_null(http_header_param(STR("charset=UTF-8"), "charset").p); /* the value, no parameter */
    assert_null(http_header_param(STR("text/plain; charset"), "charset").p);
    assert_null(http_header_param(STR(""), "charset").p);
    assert_null(http_header_param((struct str){NULL, 0}, "charset").p);
    assert_null(http_header_param(STR("a;;;"), "b").p);
    assert_string_equal(http_reason(503), "Service Unavailable");
    assert_string_equal(http_reason(299), "OK");
}

static const struct http_guard_limits limits = {400, 5, 100};

static int fed(struct str bytes, size_t step, uint64_t *approved)
{
    struct http_guard guard;
    int status = 0;
    http_guard_start(&guard, &limits, arena);
    for (size_t i = 0; i < bytes.n && status == 0; i += step)
        status = http_guard_feed(&guard, bytes.p + i, bytes.n - i < step ? bytes.n - i : step);
    *approved = guard.approved;
    return status;
}

/* However the bytes are cut, the verdict is the same. */
static void check(struct str bytes, int status, uint64_t approved)
{
    uint64_t got;
    for (size_t step = 1; step <= bytes.n; step++) {
        struct arena_mark mark = arena_mark(arena);
        int verdict = fed(bytes, step, &got);
        if (verdict != status || got != approved)
            print_error("%.*s\nin steps of %zu\n", STR_ARG(bytes), step);
        assert_int_equal(verdict, status);
        assert_int_equal(got, approved);
        arena_rewind(arena, mark);
    }
}

#define H "Host: x\r\n"

static void test_guard_fine(void **state)
{
    (void)state;
    check(STR("GET / HTTP/1.1\r\n" H "\r\n"), 0, 1);
    check(STR("GET / HTTP/1.0\n\n"), 0, 1);
    check(STR("POST / HTTP/1.1\r\n" H "Content-Length: \t5 \r\n\r\n\0\n\r\n\n"
              "GET / HTTP/1.1\r\n" H "\r\n"),
          0, 2);
    check(STR("FOO / HTTP/1.1\r\n" H "content-length: 0\r\n\r\nPATCH /a b HTTP/1.0\r\n\r\n"), 0, 2);
    check(STR("POST / HTTP/1.1\r\n" H "Content-Length: 100\r\n\r\n"), 0, 1);
    check(STR("GET / HTTP/1.1\r\n" H "A: \xD8\xB3\tx\r\nB:\r\nC: :\r\nD: 1\r\n\r\n"), 0, 1);
}

static void test_guard_bad(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR_INIT("\r\nGET / HTTP/1.1\r\n" H "\r\n"),
        STR_INIT("GET /\r\n"),
        STR_INIT("GET / HTTP/1.1 \r\n"),
        STR_INIT("GET / HTTP/2.0\r\n"),
        STR_INIT(" / HTTP/1.1\r\n"),
        STR_INIT("G\0T / HTTP/1.1\r\n"),
        STR_INIT("GET /\0 HTTP/1.1\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H H),
        STR_INIT("GET / HTTP/1.1\r\n" H "A: a\0b\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H "A\0: ab\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H "A: a\rb\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H "A: a\r\n b\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H "A\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H ": a\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length : 5\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: +5\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: -5\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length:  5 5\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 5, 5\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 0x5\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length:\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\ncontent-length: 5\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 6\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "transfer-encoding: chunked\r\n"),
        STR_INIT("POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n"),
        STR_INIT("CONNECT a:1 HTTP/1.1\r\n"),
        STR_INIT("HEAD / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n"),
        STR_INIT("FOO / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n"),
        STR_INIT("GET / HTTP/1.1\r\n" H "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\n"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check(bad[i], 400, 0);
    check(STR("GET / HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n\r\n"), 400, 1);
    check(STR("POST / HTTP/1.1\r\n" H "Content-Length: 101\r\n\r\n"), 413, 0);
}

static void test_guard_size(void **state)
{
    (void)state;
    struct sbuf raw = sbuf_in(arena);
    sbuf_add(&raw, STR("GET / HTTP/1.1\r\n" H "A: "));
    while (raw.n < 396)
        sbuf_byte(&raw, 'x');
    struct sbuf longer = sbuf_in(arena);
    sbuf_add(&longer, sbuf_str(&raw));
    sbuf_add(&raw, STR("\r\n\r\n"));
    check(sbuf_str(&raw), 0, 1);
    sbuf_add(&longer, STR("x\r\n\r\n"));
    check(sbuf_str(&longer), 400, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nul, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_escapes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_plain_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_headers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_params, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_guard_fine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_guard_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_guard_size, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
