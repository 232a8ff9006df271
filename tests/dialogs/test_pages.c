/* Every page of every flow in both languages, with the longest values, on
 * pages of all sizes; and the walk finds what would not fit. */
#include "handlers/flow_check.h"
#include "handlers/flows.h"
#include "tests/dialogs/tales.h"

static size_t questions(void)
{
    size_t n = 0;
    for (size_t i = 0; i < all_flows.n; i++)
        n += all_flows.v[i]->n;
    return n - 2; /* whose name it is, and which group, nobody is asked */
}

static struct faults walk_all(struct town *t, enum language language, int64_t septets, size_t *met)
{
    struct faults faults = faults_in(t->w.arena);
    assert_true(store_begin(t->w.store));
    flow_check_fill(t->w.store, t->w.config, t->w.arena, 1790668800);
    *met = flow_check_pages(t->w.store, t->w.config, t->w.zone, t->w.arena, language, septets, &faults);
    store_rollback(t->w.store);
    return faults;
}

static void test_every_page_fits(void **state)
{
    static const int64_t sizes[] = {182, 160, 140, 120, 0};
    struct town *t = *state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int language = 0; language < LANGUAGES; language++) {
            size_t met;
            town_open(t, SENDS_ALL);
            struct faults faults = walk_all(t, (enum language)language, sizes[i], &met);
            if (faults.count > 0)
                fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
            assert_int_equal(met, questions());
            town_close(t);
        }
}

/* No page of 40 septets holds the name of every province. */
static void test_what_does_not_fit_is_told(void **state)
{
    struct town *t = *state;
    size_t met;
    town_open(t, SENDS_ALL);
    assert_true(walk_all(t, LANGUAGE_FA, 40, &met).count > 0);
    assert_true(walk_all(t, LANGUAGE_EN, 40, &met).count > 0);
    town_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_page_fits),
        cmocka_unit_test(test_what_does_not_fit_is_told),
    };
    return cmocka_run_group_tests_name("pages", tests, town_group, town_group_end);
}
