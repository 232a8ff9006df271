/* The circuit breaker, every branch: it opens after failures in a row, rests,
 * lets one through, rests twice as long, and closes at the first answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/model/breaker.h"

enum { FIRST = 1000, MOST = 3000 };

static void fails(struct breaker *b, unsigned times, int64_t now_ms)
{
    for (unsigned i = 0; i < times; i++)
        breaker_note(b, false, now_ms, FIRST, MOST);
}

static void a_few_failures_change_nothing(void **state)
{
    struct breaker b = {0, 0, 0};
    (void)state;
    fails(&b, BREAKER_FAILURES - 1, 0);
    assert_false(breaker_open(&b));
    assert_true(breaker_allows(&b, 16, 0));
    breaker_note(&b, true, 0, FIRST, MOST);
    fails(&b, BREAKER_FAILURES - 1, 0);
    assert_false(breaker_open(&b)); /* in a row: an answer between begins anew */
}

static void it_rests_and_lets_one_through(void **state)
{
    struct breaker b = {0, 0, 0};
    (void)state;
    fails(&b, BREAKER_FAILURES, 10);
    assert_true(breaker_open(&b));
    assert_false(breaker_allows(&b, 0, 10 + FIRST - 1));
    assert_true(breaker_allows(&b, 0, 10 + FIRST));
    assert_false(breaker_allows(&b, 1, 10 + FIRST));
    fails(&b, 3, 10 + FIRST / 2); /* what was on the wire already */
    assert_true(breaker_allows(&b, 0, 10 + FIRST));
}

static void each_rest_is_longer_up_to_a_bound(void **state)
{
    struct breaker b = {0, 0, 0};
    int64_t now = 0;
    (void)state;
    fails(&b, BREAKER_FAILURES, now);
    static const int64_t rests[] = {FIRST, 2 * FIRST, MOST, MOST};
    for (int i = 0; i < 4; i++) {
        assert_false(breaker_allows(&b, 0, now + rests[i] - 1));
        now += rests[i];
        assert_true(breaker_allows(&b, 0, now));
        fails(&b, 1, now);
    }
    breaker_note(&b, true, now, FIRST, MOST);
    assert_true(breaker_allows(&b, 16, now));
    fails(&b, BREAKER_FAILURES, now);
    assert_true(breaker_allows(&b, 0, now + FIRST)); /* and the rests begin anew */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_failures_change_nothing),
        cmocka_unit_test(it_rests_and_lets_one_through),
        cmocka_unit_test(each_rest_is_longer_up_to_a_bound),
    };
    return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
