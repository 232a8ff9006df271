/* Pace and lanes: shares of 40/40/10/10, what is unused passes on, a lane that
 * waits is never starved, and a burst never passes 100 ms' worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/model/pace.h"

static void turns(struct pace *pace, const bool waits[LANES], int n, int count[LANES])
{
    for (int lane = 0; lane < LANES; lane++)
        count[lane] = 0;
    for (int i = 0; i < n; i++) {
        int lane = pace_lane(pace, waits);
        assert_in_range(lane, 0, LANES - 1);
        assert_true(waits[lane]);
        count[lane]++;
    }
}

static void all_lanes_get_their_shares(void **state)
{
    struct pace pace;
    int count[LANES];
    (void)state;
    pace_start(&pace, 0);
    turns(&pace, (const bool[LANES]){true, true, true, true}, 1000, count);
    assert_int_equal(count[LANE_CODE], 400);
    assert_int_equal(count[LANE_CONFIRMATION], 400);
    assert_int_equal(count[LANE_REMINDER], 100);
    assert_int_equal(count[LANE_BROADCAST], 100);
}

static void what_is_unused_passes_on(void **state)
{
    struct pace pace;
    int count[LANES];
    (void)state;
    pace_start(&pace, 0);
    turns(&pace, (const bool[LANES]){false, false, false, true}, 50, count);
    assert_int_equal(count[LANE_BROADCAST], 50);
    turns(&pace, (const bool[LANES]){false, true, false, true}, 1000, count);
    assert_int_equal(count[LANE_CONFIRMATION], 800);
    assert_int_equal(count[LANE_BROADCAST], 200);
    assert_int_equal(pace_lane(&pace, (const bool[LANES]){false, false, false, false}), -1);
}

static void a_code_that_comes_waits_for_one_at_the_most(void **state)
{
    struct pace pace;
    int count[LANES];
    (void)state;
    pace_start(&pace, 0);
    turns(&pace, (const bool[LANES]){false, false, false, true}, 500, count);
    const bool waits[LANES] = {true, false, false, true};
    bool at_once = pace_lane(&pace, waits) == LANE_CODE || pace_lane(&pace, waits) == LANE_CODE;
    assert_true(at_once);
}

/* Conf., conf., broadcast: it owes two turns then.  Who has nothing to send owes nothing. */
static void a_lane_that_was_empty_begins_anew(void **state)
{
    struct pace pace;
    int count[LANES], turn = 1;
    const bool both[LANES] = {false, true, false, true};
    (void)state;
    pace_start(&pace, 0);
    turns(&pace, both, 3, count);
    assert_int_equal(count[LANE_BROADCAST], 1);
    turns(&pace, (const bool[LANES]){false, true, false, false}, 1, count);
    while (pace_lane(&pace, both) != LANE_BROADCAST)
        turn++;
    assert_int_equal(turn, 4);
}

static void tokens_come_at_the_rate(void **state)
{
    struct pace pace;
    (void)state;
    pace_start(&pace, 1000);
    assert_int_equal(pace_wait_ms(&pace, 50, true), 0);
    pace.tokens -= 1;
    assert_int_equal(pace_wait_ms(&pace, 50, true), 21); /* a 50th of a second, rounded up */
    pace_refill(&pace, 50, 1010);
    assert_int_equal(pace_wait_ms(&pace, 50, true), 11);
    pace_refill(&pace, 50, 1021);
    assert_int_equal(pace_wait_ms(&pace, 50, true), 0);
}

/* Alone they leave a quarter of a burst, a token at least; where it is only one, nothing. */
static void broadcasts_leave_room_for_what_is_owed(void **state)
{
    struct pace pace;
    (void)state;
    pace_start(&pace, 0);
    pace_refill(&pace, 50, 3600 * 1000); /* 5: they leave 1 */
    pace.tokens -= 3;
    assert_int_equal(pace_wait_ms(&pace, 50, false), 0);
    pace.tokens -= 1;
    assert_int_equal(pace_wait_ms(&pace, 50, false), 21);
    assert_int_equal(pace_wait_ms(&pace, 50, true), 0);
    pace_refill(&pace, 20, 5400 * 1000); /* 2: they leave 1 */
    assert_int_equal(pace_wait_ms(&pace, 20, false), 0);
    pace.tokens -= 0.5;
    assert_int_equal(pace_wait_ms(&pace, 20, false), 26);
    pace_refill(&pace, 10, 7200 * 1000); /* 1 */
    assert_int_equal(pace_wait_ms(&pace, 10, false), 0);
}

static void a_burst_is_bounded(void **state)
{
    struct pace pace;
    (void)state;
    pace_start(&pace, 0);
    pace_refill(&pace, 50, 3600 * 1000);
    assert_true(pace.tokens > 4.99 && pace.tokens < 5.01); /* 100 ms of 50 a second */
    pace_refill(&pace, 2, 7200 * 1000);
    assert_true(pace.tokens > 0.99 && pace.tokens < 1.01); /* one at least, or nothing would ever go */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lanes_get_their_shares),
        cmocka_unit_test(what_is_unused_passes_on),
        cmocka_unit_test(a_code_that_comes_waits_for_one_at_the_most),
        cmocka_unit_test(a_lane_that_was_empty_begins_anew),
        cmocka_unit_test(tokens_come_at_the_rate),
        cmocka_unit_test(broadcasts_leave_room_for_what_is_owed),
        cmocka_unit_test(a_burst_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
