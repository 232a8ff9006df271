/* The outbox's corners: what it gives when the store has failed, ids as
 * telecoms mangle them, reports that name nothing, states of another version. */
#include "tests/store/store_world.h"

#include <sqlite3.h>

/* A connection that only reads cannot write: the engine itself refuses. */
static void nothing_is_given_when_the_store_fails(void **state)
{
    struct world *w = *state;
    struct outbound m = {
        .channel = STR("mci"), .phone = 989120001122, .text = STR("x"), .lane = LANE_CODE, .segments = 1};
    struct outbound rows[4];
    begin(w);
    assert_true(add_outbox(w, "mci", LANE_CODE, 0, NOW_MS) > 0);
    commit(w);
    store_close(w->store);
    w->store = open_or_fail(w->path, STORE_READER);
    begin(w);
    assert_int_equal(outbox_next_due(w->store, STR("mci"), LANE_CODE), NOW_MS);
    assert_int_equal(outbox_add(w->store, &m, NOW_MS), 0);
    assert_int_equal(store_failed(w->store), STORE_ENGINE_BAD);
    /* from now on everything is harmless and empty */
    assert_int_equal(outbox_claim(w->store, w->arena, STR("mci"), LANE_CODE, STR("n"), NOW_MS, rows, 4), 0);
    assert_int_equal(outbox_next_due(w->store, STR("mci"), LANE_CODE), 0);
    assert_false(outbox_get(w->store, w->arena, 1, rows));
    store_rollback(w->store);
    begin(w);
    assert_int_equal(outbox_claim(w->store, w->arena, STR("mci"), LANE_CODE, STR("n"), NOW_MS, rows, 4), 0);
    assert_int_equal(store_failed(w->store), STORE_ENGINE_BAD);
    store_rollback(w->store);
    begin(w);
    assert_true(outbox_get(w->store, w->arena, 1, rows)); /* as it was */
    assert_text(rows[0].status, "queued");
    assert_int_equal(rows[0].attempts, 0);
    store_rollback(w->store);
}

static void ids_are_the_same_however_they_are_written(void **state)
{
    static const struct {
        const char *sent, *reported;
        bool same;
    } rows[] = {{"AB-7f", "ab-7F", true}, {"000123", "123", true}, {"0", "00", true},
                {"7", "0007", true},      {"-12", "-12", true},    {"-045", "-45", false},
                {"0a1", "a1", false},     {"12:3", "12:3", true},  {"120", "12", false}};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outbound row;
        begin(w);
        int64_t id = add_outbox(w, "mci", LANE_CODE, 0, NOW_MS);
        assert_int_equal(outbox_claim(w->store, w->arena, STR("mci"), LANE_CODE, STR("n"), NOW_MS, &row, 1),
                         1);
        note_sent(w, id, str_of(rows[i].sent), NOW_MS);
        struct report report = {
            .channel = STR("mci"), .provider_id = str_of(rows[i].reported), .state = REPORT_DELIVERED};
        if (outbox_report(w->store, w->arena, &report, NOW_MS) != rows[i].same)
            fail_msg("%s and %s", rows[i].sent, rows[i].reported);
        assert_text(outbox_row(w, id).status, rows[i].same ? "delivered" : "sent");
        commit(w);
    }
}

/* Neither our id nor theirs: it is of nothing, and nothing is kept of it. */
static void a_report_that_names_nothing(void **state)
{
    struct world *w = *state;
    struct report report = {.channel = STR("mci"), .state = REPORT_DELIVERED};
    begin(w);
    int64_t id = add_outbox(w, "mci", LANE_CODE, 0, NOW_MS);
    assert_false(outbox_report(w->store, w->arena, &report, NOW_MS));
    note_sent(w, id, STR(""), NOW_MS); /* and it does not meet a message without an id */
    assert_text(outbox_row(w, id).status, "queued");
    commit(w);
}

/* A newer program's state is treated as held: a report still moves it forward. */
static void a_state_of_another_version(void **state)
{
    struct world *w = *state;
    sqlite3 *db;
    struct report report = {.channel = STR("mci"), .state = REPORT_DELIVERED};
    begin(w);
    report.id = add_outbox(w, "mci", LANE_CODE, 0, NOW_MS);
    commit(w);
    assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE outbox SET status = 'parked'", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    begin(w);
    assert_true(outbox_report(w->store, w->arena, &report, NOW_MS));
    assert_text(outbox_row(w, report.id).status, "delivered");
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILE(nothing_is_given_when_the_store_fails),
        BOTH(ids_are_the_same_however_they_are_written),
        BOTH(a_report_that_names_nothing),
        ON_FILE(a_state_of_another_version),
    };
    return cmocka_run_group_tests_name("the outbox's corners", tests, NULL, NULL);
}
