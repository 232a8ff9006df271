/* Who tries tokens: ten wrong ones a minute from one address, whoever else
 * asks meanwhile, and a table that never grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/token_guard.h"

static struct digest token(unsigned n)
{
    struct digest d = {{0x40}};
    memcpy(d.byte + 1, &n, sizeof n);
    return d;
}

static void peer_of(uint8_t peer[16], unsigned n)
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    memcpy(peer, mapped, sizeof mapped);
    memcpy(peer + 12, &n, 4);
}

static unsigned wrong(struct token_guard *g, unsigned from, unsigned which, int64_t now_ms)
{
    uint8_t peer[16];
    struct digest d = token(which);
    peer_of(peer, from);
    return token_guard_wrong(g, peer, &d, now_ms);
}

static unsigned waits(const struct token_guard *g, unsigned from, unsigned which, int64_t now_ms)
{
    uint8_t peer[16];
    struct digest d = token(which);
    peer_of(peer, from);
    return token_guard_wait(g, peer, &d, now_ms);
}

static void ten_a_minute(void **state)
{
    struct token_guard g = {0};
    (void)state;
    for (unsigned i = 0; i < GUARD_WRONG_MOST; i++) {
        assert_int_equal(waits(&g, 1, 99, 1000 + i), 0);
        assert_int_equal(wrong(&g, 1, i, 1000 + i), 0);
    }
    assert_int_equal(waits(&g, 1, 99, 2000), 59);
    assert_int_equal(wrong(&g, 1, 99, 2000), 59); /* it was asked before the tenth was known */
    assert_int_equal(waits(&g, 2, 99, 2000), 0);  /* another address */
    assert_int_equal(waits(&g, 1, 99, 60999), 1);
    assert_int_equal(waits(&g, 1, 99, 61000), 0); /* the first is a minute old */
    assert_int_equal(wrong(&g, 1, 99, 61000), 0);
    assert_int_equal(waits(&g, 1, 99, 61000), 1); /* and the second is not */
}

/* In any minute, however the tries are spread. */
static void never_more_in_any_minute(void **state)
{
    struct token_guard g = {0};
    int64_t told[4000];
    size_t n = 0;
    (void)state;
    for (int64_t now = 1; now < 400000; now += 1 + now * 7919 % 900)
        if (waits(&g, 1, 5, now) == 0 && wrong(&g, 1, 5, now) == 0 && n < 4000)
            told[n++] = now;
    assert_true(n > 50);
    for (size_t i = GUARD_WRONG_MOST; i < n; i++)
        assert_true(told[i] - told[i - GUARD_WRONG_MOST] >= GUARD_WINDOW_MS);
}

static void the_right_ones_pass(void **state)
{
    struct token_guard g = {0};
    struct digest good = token(7);
    (void)state;
    token_guard_right(&g, &good);
    for (unsigned i = 0; i < 20; i++)
        (void)wrong(&g, 1, 100 + i, 5000); /* only the table matters here */
    assert_int_equal(waits(&g, 1, 7, 5000), 0);
    assert_true(waits(&g, 1, 8, 5000) > 0);
    (void)wrong(&g, 1, 7, 5000); /* as above: it was taken away */
    assert_true(waits(&g, 1, 7, 5000) > 0);
    for (unsigned i = 0; i < 3 * GUARD_RIGHT; i++) {
        struct digest d = token(1000 + i);
        token_guard_right(&g, &d);
        assert_int_equal(waits(&g, 1, 1000 + i, 5000), 0);
    }
    assert_true(waits(&g, 1, 1000, 5000) > 0); /* room is made for newer ones */
}

static void many_addresses(void **state)
{
    struct token_guard g = {0};
    uint8_t a[16] = {0x20, 1, [15] = 1}, b[16] = {0x20, 1, [15] = 2};
    struct digest d = token(1);
    (void)state;
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(token_guard_wrong(&g, a, &d, 10), 0);
    assert_true(token_guard_wait(&g, b, &d, 10) > 0); /* one network */
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(wrong(&g, 50 + i, 1, 100 + i), 0);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(wrong(&g, 50 + 999, 1, 2000), 0);
    assert_true(waits(&g, 50 + 999, 1, 2000) > 0); /* the newest is known */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_a_minute),
        cmocka_unit_test(never_more_in_any_minute),
        cmocka_unit_test(the_right_ones_pass),
        cmocka_unit_test(many_addresses),
    };
    return cmocka_run_group_tests_name("who tries tokens", tests, NULL, NULL);
}
