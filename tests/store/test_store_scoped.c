/* What somebody may see: every list against the same rule written down a
 * second time, row by row, for all kinds of actors; pages that end exactly;
 * and reading that takes too long. */
#include "tests/store/store_world.h"

#include "gateway/base/clock.h"
#include "gateway/store/query.h"
#include "gateway/store/store_scoped.h"

enum { ROWS = 60 };
static const char *const provinces[] = {"zanjan", "qom", "east_azarbaijan", "west_azarbaijan"};

static struct actor an_actor(const char *scope, const char *organisation)
{
    return (struct actor){.phone = 98912,
                          .role = ROLE_COORDINATOR,
                          .scope = str_of(scope),
                          .organisation = str_of(organisation),
                          .centre = STR("")};
}

static const struct {
    const char *scope, *organisation;
} actors[] = {{"*", ""},         {" zanjan ", ""}, {" qom zanjan ", ""}, {" east_azarbaijan ", ""},
              {" qom ", "mehr"}, {"*", "mehr"},    {" kerman ", ""}};

static uint32_t code_of(int i)
{
    return (uint32_t)(1000 + i);
}

/* Row I belongs to: */
static const char *province_of(int i)
{
    return provinces[i % 4];
}
static const char *organisation_of(int i)
{
    return i % 3 == 0 ? "mehr" : "";
}
static const char *drive_of(int i) /* of campaign I */
{
    static const char *const drives[] = {"zanjan", "zanjan qom", "", "qom",
                                         "east_azarbaijan west_azarbaijan"};
    return drives[i % 5];
}

static void fill(struct world *w)
{
    begin(w);
    for (int i = 0; i < ROWS; i++) {
        struct need need = a_need(code_of(i), 1000);
        need.province = str_of(province_of(i));
        need.organisation = str_of(organisation_of(i));
        need_put(w->store, &need, NOW);
        struct volunteer v = {.phone = 989120000000 + i,
                              .province = i % 7 == 6 ? STR("") : str_of(province_of(i)),
                              .status = i % 5 == 4 ? STR("forgotten") : STR("active")};
        volunteer_put(w->store, &v, NOW);
    }
    for (int i = 0; i < 5; i++) {
        struct campaign c = {.name_fa = STR("x"), .name_en = STR("x"), .provinces = str_of(drive_of(i))};
        char word[8] = {'k', (char)('a' + i), '\0'};
        int64_t id = campaign_add(w->store, &c, NOW);
        assert_int_equal(id, i + 1);
        assert_true(campaign_word_add(w->store, id, 0, str_of(word), str_of(word)));
    }
    for (int i = 0; i < ROWS; i++) {
        struct pledge p = {.phone = 989140000000 + i,
                           .need = i % 2 == 0 ? code_of(i) : 0,
                           .campaign = i % 2 == 1 ? i % 5 + 1 : 0,
                           .amount_rial = 1000 + i,
                           .status = STR("pledged"),
                           .channel = STR("mci")};
        assert_true(put_pledge(w, &p));
    }
    commit(w);
}

/* The rule, once more. */
static bool named(const struct actor *a, const char *province)
{
    char padded[64];
    int n = snprintf(padded, sizeof padded, " %s ", province);
    return n > 2 && strstr(a->scope.p, padded) != NULL;
}
static bool unconfined(const struct actor *a)
{
    return strcmp(a->scope.p, "*") == 0 && a->organisation.n == 0;
}
static bool named_all(const struct actor *a, const char *several)
{
    char copy[64], *rest = copy, *one;
    bool all = several[0] != '\0';
    assert_true(strlen(several) < sizeof copy);
    memcpy(copy, several, strlen(several) + 1);
    while ((one = strsep(&rest, " ")) != NULL)
        all = all && named(a, one);
    return all;
}
static bool sees_need(const struct actor *a, int i)
{
    return (strcmp(a->scope.p, "*") == 0 || named(a, province_of(i))) &&
           (a->organisation.n == 0 || str_is(a->organisation, organisation_of(i)));
}
static bool sees_drive(const struct actor *a, const char *several)
{
    return unconfined(a) || named_all(a, several);
}
static bool sees_pledge(const struct actor *a, int i)
{
    return i % 2 == 0 ? sees_need(a, i) : sees_drive(a, drive_of(i % 5));
}
static bool sees_volunteer(const struct actor *a, int i)
{
    return i % 5 != 4 && (unconfined(a) || (i % 7 != 6 && named(a, province_of(i))));
}
enum list { NEEDS, PLEDGES, VOLUNTEERS, CAMPAIGNS, LISTS };

static size_t ask(struct world *w, enum list list, const struct actor *a, struct scoped_page *page,
                  int *found)
{
    size_t n = 0;
    switch (list) {
    case NEEDS: {
        struct need rows[ROWS + 1];
        n = need_page_scoped(w->store, w->arena, a, page, rows);
        for (size_t i = 0; i < n; i++)
            found[i] = (int)rows[i].code - 1000;
        break;
    }
    case PLEDGES: {
        struct pledge rows[ROWS + 1];
        n = pledge_page_scoped(w->store, w->arena, a, page, rows);
        for (size_t i = 0; i < n; i++)
            found[i] = (int)(rows[i].phone - 989140000000);
        break;
    }
    case VOLUNTEERS: {
        struct volunteer rows[ROWS + 1];
        n = volunteer_page_scoped(w->store, w->arena, a, page, rows);
        for (size_t i = 0; i < n; i++)
            found[i] = (int)(rows[i].phone - 989120000000);
        break;
    }
    default: {
        struct campaign rows[ROWS + 1];
        n = campaign_page_scoped(w->store, w->arena, a, page, rows);
        for (size_t i = 0; i < n; i++)
            found[i] = (int)rows[i].id - 1;
    }
    }
    return n;
}

static bool sees(enum list list, const struct actor *a, int i)
{
    return list == NEEDS        ? sees_need(a, i)
           : list == PLEDGES    ? sees_pledge(a, i)
           : list == VOLUNTEERS ? sees_volunteer(a, i)
                                : i < 5 && sees_drive(a, drive_of(i));
}

/* Page by page it gives all that the actor sees, in order, and nothing else;
 * only the last page says that there is no more. */
static void walk(struct world *w, enum list list, const struct actor *a, size_t most)
{
    struct scoped_page page = {.most = most, .more = true};
    int expected = 0;
    while (page.more) {
        int found[ROWS + 1];
        size_t n = ask(w, list, a, &page, found);
        assert_true(n <= most);
        assert_true(n == most || !page.more);
        assert_true(n > 0 || expected == 0); /* more is there where it is said */
        for (size_t i = 0; i < n; i++, expected++) {
            while (expected < ROWS && !sees(list, a, expected))
                expected++;
            if (found[i] != expected)
                fail_msg("list %d, scope \"%s\", pages of %zu: row %d, not %d", (int)list, a->scope.p, most,
                         found[i], expected);
        }
    }
    while (expected < ROWS && !sees(list, a, expected))
        expected++;
    if (expected != ROWS)
        fail_msg("list %d, scope \"%s\": row %d is missing", (int)list, a->scope.p, expected);
}

static void every_list_for_everybody(void **state)
{
    struct world *w = *state;
    fill(w);
    for (size_t i = 0; i < sizeof actors / sizeof actors[0]; i++)
        for (int list = 0; list < LISTS; list++)
            for (size_t most = 1; most <= ROWS; most += most < 4 ? 1 : 28) {
                struct actor a = an_actor(actors[i].scope, actors[i].organisation);
                walk(w, (enum list)list, &a, most);
            }
}

static void figures_are_sums_of_the_rows(void **state)
{
    struct world *w = *state;
    fill(w);
    for (size_t k = 0; k < sizeof actors / sizeof actors[0]; k++) {
        struct actor a = an_actor(actors[k].scope, actors[k].organisation);
        struct store_figures f, want = {0};
        figures_scoped(w->store, w->arena, &a, &f);
        for (int i = 0; i < ROWS; i++) {
            want.needs_open += sees_need(&a, i);
            want.volunteers += sees_volunteer(&a, i);
            want.pledges += sees_pledge(&a, i);
            want.pledged_rial += sees_pledge(&a, i) ? 1000 + i : 0;
        }
        assert_int_equal(f.needs_open, want.needs_open);
        assert_int_equal(f.volunteers, want.volunteers);
        assert_int_equal(f.pledges, want.pledges);
        assert_int_equal(f.pledged_rial, want.pledged_rial);
    }
}

static void one_need(void **state)
{
    struct world *w = *state;
    fill(w);
    for (size_t k = 0; k < sizeof actors / sizeof actors[0]; k++)
        for (int i = 0; i < ROWS; i++) {
            struct actor a = an_actor(actors[k].scope, actors[k].organisation);
            struct need need;
            assert_int_equal(need_get_scoped(w->store, w->arena, &a, code_of(i), &need), sees_need(&a, i));
        }
}

/* Texts of people name no province. */
static void messages(void **state)
{
    struct world *w = *state;
    begin(w);
    inbox_settle(w->store, add_inbox(w, "k", DAY, 0, "help"), "failed", "why", true, NOW);
    commit(w);
    for (size_t k = 0; k < sizeof actors / sizeof actors[0]; k++) {
        struct actor a = an_actor(actors[k].scope, actors[k].organisation);
        struct scoped_page page = {.most = 5};
        struct inbox_row rows[6];
        assert_int_equal(unanswered_page_scoped(w->store, w->arena, &a, &page, rows), unconfined(&a));
    }
}

static void a_page_looks_no_further(void **state)
{
    struct world *w = *state;
    struct actor a = an_actor(" kerman ", "");
    struct scoped_page page = {.most = 10};
    struct volunteer rows[11];
    begin(w);
    for (int i = 0; i < LOOKED_AT_MOST + 5; i++) {
        struct volunteer v = {.phone = 989120000000 + i,
                              .province = i == LOOKED_AT_MOST + 2 ? STR("kerman") : STR("qom"),
                              .status = STR("active")};
        volunteer_put(w->store, &v, NOW);
    }
    commit(w);
    assert_int_equal(volunteer_page_scoped(w->store, w->arena, &a, &page, rows), 0);
    assert_true(page.more);
    assert_int_equal(volunteer_page_scoped(w->store, w->arena, &a, &page, rows), 1);
    assert_int_equal(rows[0].phone, 989120000000 + LOOKED_AT_MOST + 2);
    assert_false(page.more);
}

/* An endless statement ends at the deadline, the transaction stands, and what
 * comes behind it is not stopped. */
static void too_long(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(store_savepoint(w->store));
    int64_t from = clock_steady_ms();
    store_deadline(w->store, 200);
    struct query q =
        query_composed(w->store, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                 "SELECT count(*) FROM n");
    assert_false(query_row(&q));
    int64_t took = clock_steady_ms() - from;
    assert_in_range(took, 200, 1500);
    assert_int_equal(store_failed(w->store), STORE_LATE);
    store_savepoint_undo(w->store);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    struct need need = a_need(1007, 5);
    need_put(w->store, &need, NOW);
    commit(w);
    assert_int_equal(need_row(w, 1007).required, 5);
    store_deadline(w->store, 0);
}

int main(void)
{
    struct CMUnitTest tests[] = {
        BOTH(every_list_for_everybody),
        BOTH(figures_are_sums_of_the_rows),
        BOTH(one_need),
        BOTH(messages),
        ON_FILE(a_page_looks_no_further),
        BOTH(too_long),
    };
    return cmocka_run_group_tests_name("what somebody may see", tests, NULL, NULL);
}
