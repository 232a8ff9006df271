/* Waves of a call, every branch: the first one by the places, the next ones by
 * the answers so far, none while people may still answer or where it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/model/call_wave.h"

static const struct row {
    struct call_wave wave; /* open, waves, asked, answered, gained, since, urgent */
    int64_t next;
} rows[] = {
    /* the first wave asks four for each place, whatever the clock says */
    {{10, 0, 0, 0, 0, 0, false}, 40},
    {{1, 0, 0, 0, 0, -5, false}, 4},
    {{10, 0, 0, 0, 0, INT64_C(1790000000), true}, 40},
    /* full, or more taken than there are: nobody */
    {{0, 0, 0, 0, 0, 0, false}, 0},
    {{0, 3, 40, 12, 10, 7200, false}, 0},
    {{-2, 1, 40, 12, 12, 7200, true}, 0},
    /* some may still answer: half an hour, five minutes where it is urgent */
    {{8, 1, 40, 5, 2, 1799, false}, 0},
    {{8, 1, 40, 5, 2, 1800, false}, 96}, /* 8 / (4/48) */
    {{8, 1, 40, 5, 2, 299, true}, 0},
    {{8, 1, 40, 5, 2, 300, true}, 96},
    {{8, 1, 40, 5, 2, -100000, false}, 0}, /* the clock was set back */
    /* all have answered: a minute is enough */
    {{3, 1, 40, 40, 37, 59, false}, 0},
    {{3, 1, 40, 40, 37, 60, false}, 4}, /* 3 / (39/48), rounded up */
    {{3, 1, 40, 45, 37, 60, false}, 4}, /* some who were not asked */
    /* nobody was found to be asked: that is no reason to look every minute */
    {{3, 2, 0, 0, 0, 60, false}, 0},
    {{3, 2, 0, 0, 0, 1800, false}, 12},
    /* nobody says yes: bounded */
    {{8, 1, 40, 0, 0, 1800, false}, 160},
    {{8, 9, 4000, 3000, 0, 1800, false}, 160},
    /* groups: more heads than people; never fewer than places */
    {{5, 1, 10, 10, 60, 1800, false}, 5},
};

static void a_wave_fits_what_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = call_wave_next(&rows[i].wave);
        if (got != rows[i].next)
            fail_msg("row %zu: %lld where %lld is due", i, (long long)got, (long long)rows[i].next);
    }
}

/* Whatever share of people come, a call is filled after a few waves, and not
 * many more are asked than that takes. */
static void waves_come_to_an_end(void **state)
{
    (void)state;
    for (int64_t percent = 5; percent <= 100; percent += 5)
        for (int64_t places = 1; places <= 200; places = places * 3 + 1) {
            struct call_wave w = {.open = places};
            int64_t rounds = 0;
            for (; w.open > 0 && rounds < 60; rounds++) {
                int64_t n = call_wave_next(&w);
                assert_in_range(n, 1, w.open * WAVE_MOST);
                w.waves++;
                w.asked += n;
                w.answered = w.asked;
                w.gained = w.asked * percent / 100 < places ? w.asked * percent / 100 : places;
                w.open = places - w.gained;
                w.since = WAVE_PAUSE;
            }
            assert_int_equal(w.open, 0);
            assert_true(w.asked <= places * WAVE_FIRST + 2 * places * 100 / percent + 40);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wave_fits_what_is_known),
        cmocka_unit_test(waves_come_to_an_end),
    };
    return cmocka_run_group_tests_name("waves of a call", tests, NULL, NULL);
}
