/* What a wall clock that was set back does to rows that wait. */
#include "tests/store/store_world.h"

static int64_t a_claimed_row(struct world *w)
{
    struct outbound row;
    int64_t id = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    assert_int_equal(
        outbox_claim(w->store, w->arena, STR("mci"), LANE_CONFIRMATION, STR("node1"), NOW_MS, &row, 1), 1);
    assert_int_equal(row.id, id);
    return id;
}

/* After a jump back of the clock: nothing waits longer than LATEST, the rest as it was. */
static void what_waits_too_long_is_pulled_back(void **state)
{
    struct world *w = *state;
    struct outbound row;
    int64_t day_ms = 24 * 3600 * 1000, latest = NOW_MS + 5000, ids[4];
    begin(w);
    ids[0] = a_claimed_row(w);
    outbox_get(w->store, w->arena, ids[0], &row);
    struct outbox_move unsure = {.status = OUTBOX_UNCERTAIN, .due_ms = NOW_MS + day_ms};
    outbox_move(w->store, &row, &unsure, "uncertain", STR(""), NOW_MS);
    for (int i = 1; i < 4; i++)
        ids[i] = add_outbox(w, "mci", LANE_CONFIRMATION, 0, i < 3 ? NOW_MS + day_ms : NOW_MS + 1000);
    assert_int_equal(outbox_pull_back(w->store, OUTBOX_QUEUED, latest, 1), 1);
    assert_int_equal(outbox_pull_back(w->store, OUTBOX_QUEUED, latest, 9), 1);
    assert_int_equal(outbox_pull_back(w->store, OUTBOX_QUEUED, latest, 9), 0);
    assert_true(outbox_row(w, ids[0]).due_ms == NOW_MS + day_ms);
    assert_int_equal(outbox_pull_back(w->store, OUTBOX_UNCERTAIN, latest, 9), 1);
    for (int i = 0; i < 4; i++)
        assert_true(outbox_row(w, ids[i]).due_ms == (i < 3 ? latest : NOW_MS + 1000));
    assert_text(outbox_row(w, ids[0]).status, "uncertain");
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(what_waits_too_long_is_pulled_back),
    };
    return cmocka_run_group_tests_name("rows and the clock", tests, NULL, NULL);
}
