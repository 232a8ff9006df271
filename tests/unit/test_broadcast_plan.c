/* What a broadcast does next: every state that it can stand in, against a few
 * sentences; and from wherever it stands it comes to its end. */
#include "tests/unit/unit.h"

#include "gateway/model/broadcast_plan.h"

enum { WINDOW = 500 };

static enum broadcast_action step(struct broadcast_stand s)
{
    s.window = WINDOW;
    return broadcast_plan(&s).step;
}

static void each_stand_has_its_step(void **state)
{
    (void)state;
    static const struct {
        struct broadcast_stand stand;
        enum broadcast_action want;
    } rows[] = {
        {{.status = BROADCAST_DRAFT}, STEP_WAIT},
        {{.status = BROADCAST_DONE}, STEP_WAIT},
        {{.status = BROADCAST_APPROVED}, STEP_WRITE},
        {{.status = BROADCAST_APPROVED, .quiet = true}, STEP_WAIT},
        {{.status = BROADCAST_SENDING, .queued = 499}, STEP_WRITE},
        {{.status = BROADCAST_SENDING, .queued = 500}, STEP_WAIT},
        {{.status = BROADCAST_SENDING, .queued = 500, .parked = 1}, STEP_UNPARK},
        {{.status = BROADCAST_SENDING, .quiet = true, .queued = 9, .parked = 8}, STEP_PARK},
        {{.status = BROADCAST_SENDING, .quiet = true, .queued = 9, .parked = 9}, STEP_WAIT},
        {{.status = BROADCAST_PAUSED, .queued = 9}, STEP_PARK},
        {{.status = BROADCAST_PAUSED, .queued = 9, .parked = 9}, STEP_WAIT},
        {{.status = BROADCAST_PAUSED, .all_looked = true}, STEP_WAIT},
        {{.status = BROADCAST_SENDING, .all_looked = true, .queued = 1}, STEP_WAIT},
        {{.status = BROADCAST_SENDING, .all_looked = true, .on_wire = 1}, STEP_WAIT},
        {{.status = BROADCAST_SENDING, .all_looked = true}, STEP_END},
        {{.status = BROADCAST_SENDING, .over = true, .queued = 1}, STEP_EXPIRE},
        {{.status = BROADCAST_PAUSED, .over = true, .queued = 1, .parked = 1}, STEP_EXPIRE},
        {{.status = BROADCAST_SENDING, .over = true}, STEP_COUNT_REST},
        {{.status = BROADCAST_SENDING, .over = true, .all_looked = true, .on_wire = 1}, STEP_WAIT},
        {{.status = BROADCAST_SENDING, .over = true, .all_looked = true}, STEP_END},
        {{.status = BROADCAST_CANCELLED, .queued = 1}, STEP_DROP},
        {{.status = BROADCAST_CANCELLED, .on_wire = 1}, STEP_WAIT},
        {{.status = BROADCAST_CANCELLED}, STEP_END},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (step(rows[i].stand) != rows[i].want)
            fail_msg("row %zu: step %d, not %d", i, (int)step(rows[i].stand), (int)rows[i].want);
}

static void it_begins_only_when_it_may(void **state)
{
    (void)state;
    struct broadcast_stand s = {.status = BROADCAST_APPROVED, .window = WINDOW};
    assert_true(broadcast_plan(&s).begins);
    s.quiet = true;
    assert_false(broadcast_plan(&s).begins);
    s.quiet = false;
    s.over = true;
    assert_false(broadcast_plan(&s).begins);
    s = (struct broadcast_stand){.status = BROADCAST_SENDING, .window = WINDOW};
    assert_false(broadcast_plan(&s).begins);
}

/* Played to the end from stands at random: each step does what it says. */
static void it_comes_to_its_end(void **state)
{
    (void)state;
    struct tally t = tally_new();
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++) {
        struct broadcast_stand s = {.status = (enum broadcast_status)(1 + random_below(&seed, 5)),
                                    .over = random_below(&seed, 2) != 0,
                                    .all_looked = random_below(&seed, 2) != 0,
                                    .queued = (int64_t)random_below(&seed, WINDOW + BROADCAST_STEP_ROWS),
                                    .on_wire = (int64_t)random_below(&seed, 3),
                                    .window = WINDOW};
        int64_t left = s.all_looked ? 0 : (int64_t)random_below(&seed, 5000);
        s.parked = s.queued > 0 ? (int64_t)random_below(&seed, (uint64_t)s.queued + 1) : 0;
        bool ended = s.status == BROADCAST_DONE;
        for (int n = 0; n < 400 && !ended; n++) {
            struct broadcast_next next = broadcast_plan(&s);
            int64_t some = left < BROADCAST_STEP_ROWS ? left : BROADCAST_STEP_ROWS;
            s.status = next.begins || s.status == BROADCAST_PAUSED ? BROADCAST_SENDING : s.status;
            s.on_wire = 0; /* answered */
            if (next.step == STEP_WRITE || next.step == STEP_COUNT_REST) {
                left -= some;
                s.all_looked = left == 0;
                s.queued += next.step == STEP_WRITE ? some : 0;
            } else if (next.step == STEP_UNPARK) {
                s.parked = 0;
            } else if (next.step == STEP_EXPIRE || next.step == STEP_DROP) {
                s.queued = s.parked = 0;
            } else if (next.step == STEP_WAIT) {
                s.queued = s.parked; /* what is due was sent */
            }
            tally_check(&t, s.queued < WINDOW + BROADCAST_STEP_ROWS || n == 0, "%lld rows wait",
                        (long long)s.queued);
            ended = next.step == STEP_END;
        }
        tally_check(&t, ended, "status %d, over %d never ends", (int)s.status, s.over);
    }
    tally_end(&t);
}

static void a_claim_is_looked_at(void **state)
{
    (void)state;
    assert_int_equal(broadcast_claim(BROADCAST_SENDING, false, false), CLAIM_GOES);
    assert_int_equal(broadcast_claim(BROADCAST_SENDING, false, true), CLAIM_PARKED);
    assert_int_equal(broadcast_claim(BROADCAST_PAUSED, false, false), CLAIM_PARKED);
    assert_int_equal(broadcast_claim(BROADCAST_APPROVED, false, false), CLAIM_PARKED);
    assert_int_equal(broadcast_claim(BROADCAST_CANCELLED, false, false), CLAIM_CANCELLED);
    assert_int_equal(broadcast_claim(BROADCAST_CANCELLED, true, false), CLAIM_CANCELLED);
    assert_int_equal(broadcast_claim(BROADCAST_DONE, true, false), CLAIM_GOES);
    assert_int_equal(broadcast_claim(BROADCAST_DONE, true, true), CLAIM_LATER);
}

static void it_is_quiet_while_its_line_is_closed(void **state)
{
    enum { NIGHT_MS = 2 * 3600 * 1000, DAY_MS = 12 * 3600 * 1000 }; /* of 1 January 1970 */
    const struct channel channel = {.line = STR_INIT("service"), .quiet = {22 * 60, 8 * 60}};
    struct error e;
    (void)state;
    assert_true(icu_start(&e));
    struct zone *zone = zone_open("Etc/UTC", &e);
    assert_non_null(zone);
    assert_true(broadcast_quiet(&channel, zone, false, NIGHT_MS));
    assert_false(broadcast_quiet(&channel, zone, true, NIGHT_MS));
    assert_false(broadcast_quiet(&channel, zone, false, DAY_MS));
    assert_true(broadcast_quiet(NULL, zone, true, DAY_MS)); /* its channel is gone */
    zone_close(zone);
}

static void only_a_promo_line_is_one(void **state)
{
    const struct channel service = {.line = STR_INIT("service")}, promo = {.line = STR_INIT("promo")};
    (void)state;
    assert_true(channel_is_promo(&promo));
    assert_false(channel_is_promo(&service));
    assert_false(channel_is_promo(NULL)); /* its channel is gone */
}

static void a_window_is_four_seconds(void **state)
{
    enum broadcast_status status;
    (void)state;
    assert_int_equal(broadcast_window(0), 500);
    assert_int_equal(broadcast_window(125), 500);
    assert_int_equal(broadcast_window(126), 504);
    assert_int_equal(broadcast_window(2500), 10000);
    assert_int_equal(broadcast_window(INT64_MAX), 10000); /* a rate has no upper limit, a step has */
    assert_true(broadcast_status_from(STR("paused"), &status) && status == BROADCAST_PAUSED);
    assert_false(broadcast_status_from(STR("pause"), &status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stand_has_its_step),
        cmocka_unit_test(it_begins_only_when_it_may),
        cmocka_unit_test(it_comes_to_its_end),
        cmocka_unit_test(a_claim_is_looked_at),
        cmocka_unit_test(a_window_is_four_seconds),
        cmocka_unit_test(only_a_promo_line_is_one),
        cmocka_unit_test(it_is_quiet_while_its_line_is_closed),
    };
    return cmocka_run_group_tests_name("what a broadcast does next", tests, NULL, NULL);
}
