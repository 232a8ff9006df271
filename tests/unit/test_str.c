/* str, sbuf, arena and error: lengths, ends, overflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/arena.h"
#include "gateway/base/error.h"
#include "gateway/base/str.h"

static void test_compare(void **state)
{
    (void)state;
    assert_true(str_eq_nocase(STR("Content-LENGTH"), STR("content-length")));
    assert_false(str_eq_nocase(STR("a["), STR("a{"))); /* 0x20 apart and no letters */
    assert_false(str_eq_nocase(STR("ab"), STR("abc")));
    assert_true(str_eq_nocase((struct str){NULL, 0}, STR("")));
    assert_true(str_starts(STR("abc"), STR("")));
    assert_true(str_starts(STR("abc"), STR("abc")));
    assert_false(str_starts(STR("ab"), STR("abc")));
    assert_true(str_eq(str_trim(STR(" \t a b\r\n")), STR("a b")));
    assert_int_equal(str_trim(STR(" \n ")).n, 0);
}

static void test_split(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,"), part;
    const char *want[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_split(&rest, ',', &part));
        assert_true(str_is(part, want[i]));
    }
    assert_null(rest.p);
    assert_false(str_split(&rest, ',', &part));
    rest = STR("");
    assert_true(str_split(&rest, ',', &part));
    assert_int_equal(part.n, 0);
    assert_false(str_split(&rest, ',', &part));
}

static void test_numbers(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    assert_true(str_to_u64(STR("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR("99999999999999999999999"), &u));
    assert_false(str_to_u64(STR(""), &u));
    assert_false(str_to_u64(STR("+5"), &u));
    assert_false(str_to_u64(STR(" 5"), &u));
    assert_false(str_to_u64(STR("5 "), &u));
    assert_false(str_to_u64(str_from("5\0", 2), &u));
    assert_true(str_to_i64(STR("-9223372036854775808"), &i));
    assert_true(i == INT64_MIN);
    assert_true(str_to_i64(STR("9223372036854775807"), &i));
    assert_true(i == INT64_MAX);
    assert_true(str_to_i64(STR("-0"), &i));
    assert_true(i == 0);
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
    assert_false(str_to_i64(STR("-9223372036854775809"), &i));
    assert_false(str_to_i64(STR("-"), &i));
    assert_false(str_to_i64(STR("--1"), &i));
}

static void test_buffer(void **state)
{
    (void)state;
    struct arena *arena = arena_new(64);
    struct sbuf b = sbuf_in(arena);
    assert_int_equal(sbuf_str(&b).n, 0);
    for (int i = 0; i < 1000; i++)
        sbuf_printf(&b, "%d,", i);
    sbuf_byte(&b, '\0');
    sbuf_add(&b, str_from("a\0b", 3));
    assert_memory_equal(b.p, "0,1,2,3,", 8);
    assert_memory_equal(b.p + b.n - 8, "999,\0a\0b", 8);
    assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4 + 4);
    struct str s = str_printf(arena, "%0300d|%.*s", 1, STR_ARG(STR("xy")));
    assert_int_equal(s.n, 303);
    assert_int_equal(s.p[303], 0);
    struct str empty = str_printf(arena, "%s", "");
    assert_int_equal(empty.n, 0);
    assert_string_equal(str_cstr(arena, STR("ab")), "ab");
    assert_string_equal(str_cstr(arena, (struct str){NULL, 0}), "");
    arena_free(arena);
}

static void test_arena(void **state)
{
    (void)state;
    struct arena *arena = arena_new(100);
    for (size_t n = 0; n < 300; n++) {
        unsigned char *p = arena_alloc(arena, n);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, n);
    }
    struct arena_mark mark = arena_mark(arena);
    char *first = arena_alloc(arena, 40);
    memset(first, 1, 40);
    memset(arena_alloc(arena, 200000), 1, 200000);
    arena_rewind(arena, mark);
    char *again = arena_alloc(arena, 40);
    assert_ptr_equal(first, again);
    assert_int_equal(again[39], 0); /* zeroed although it was used before */
    uint64_t *array = arena_array(arena, uint64_t, 5000);
    assert_int_equal(array[4999], 0);
    arena_free(arena);
    arena_free(NULL);
    arena_free(arena_new(0));
}

static void test_error(void **state)
{
    (void)state;
    struct error e;
    char many[600];
    memset(many, 'x', sizeof many);
    many[599] = '\0';
    memcpy(many + 510, "پ", 2); /* its second byte would not fit */
    assert_false(error_set(&e, "%s", many));
    assert_int_equal(strlen(e.text), 510);
    memcpy(many + 509, "پx", 3); /* fits to the byte */
    assert_false(error_set(&e, "%s", many));
    assert_int_equal(strlen(e.text), 511);
    memcpy(many + 508, "😀", 4);
    assert_false(error_set(&e, "%s", many));
    assert_int_equal(strlen(e.text), 508);
    assert_false(error_set(&e, "a\nb"));
    assert_string_equal(e.text, "a b");
    assert_false(error_set(&e, "before: %s", e.text));
    assert_string_equal(e.text, "before: a b");
    assert_false(error_set(NULL, "%d", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare), cmocka_unit_test(test_split), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_buffer),  cmocka_unit_test(test_arena), cmocka_unit_test(test_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
