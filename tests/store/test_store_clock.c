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

/* ---- a clock that jumps there and back ---- */

enum { ROWS = 40, STEPS = 2000, HOUR_MS = 3600 * 1000 };

struct life {
    int64_t id;
    int copies;   /* that the telecom took, known to us or not */
    bool settled; /* known to be taken, or expired: nothing more is to happen */
};

static struct life *life_of(struct life lives[ROWS], int64_t id)
{
    int i = 0;
    while (i < ROWS && lives[i].id != id)
        i++;
    assert_true(i < ROWS);
    return &lives[i];
}

/* What the telecom said to one attempt: taken, not now, or nothing at all. */
static void settle(struct world *w, struct life *life, const struct outbound *row, uint64_t said,
                   int64_t now_ms)
{
    struct outbox_move later = {.status = OUTBOX_QUEUED, .due_ms = now_ms + 1000};
    struct outbox_move unsure = {.status = OUTBOX_UNCERTAIN, .due_ms = now_ms + 2000};
    assert_false(life->settled);
    life->settled = row->expires_ms <= now_ms || said > 1;
    if (row->expires_ms <= now_ms) {
        struct outbox_move expired = {.status = OUTBOX_EXPIRED, .due_ms = now_ms};
        outbox_move(w->store, row, &expired, "expired", STR(""), now_ms);
        return;
    }
    if (said == 0)
        outbox_move(w->store, row, &later, "retry", STR(""), now_ms);
    else if (said == 1)
        outbox_move(w->store, row, &unsure, "uncertain", STR(""), now_ms);
    else
        outbox_sent(w->store, w->arena, row, STR(""), now_ms);
    life->copies += said != 0;
}

static void look_after_uncertain(struct world *w, int64_t now_ms)
{
    struct outbound rows[8];
    size_t n = outbox_pick(w->store, w->arena, PICK_UNCERTAIN, now_ms, rows, 8);
    for (size_t i = 0; i < n; i++) {
        struct outbox_move move =
            outbox_after_wait(rows[i].lane, rows[i].resends, now_ms, rows[i].expires_ms);
        outbox_move(w->store, &rows[i], &move, "no report", STR(""), now_ms);
    }
}

/* Jumps of up to two days either way around rows that wait, are uncertain or
 * expire: what the telecom took is sent again only where nobody knew that, and
 * then at most twice and marked; what was settled stays so. */
static void jumps_send_nothing_twice(void **state)
{
    static const int64_t jumps[] = {-48 * HOUR_MS, -HOUR_MS, -1, 0, 0, 1, HOUR_MS, 48 * HOUR_MS};
    struct world *w = *state;
    struct life lives[ROWS] = {{0, 0, false}};
    struct outbound rows[4];
    uint64_t seed = 11;
    int64_t at_ms = NOW_MS, before_ms = NOW_MS;
    size_t settled = 0, doubled = 0;
    begin(w);
    for (int i = 0; i < ROWS; i++)
        lives[i].id = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    for (int step = 0; step < STEPS; step++, at_ms += 300) {
        int64_t now_ms = at_ms + jumps[random_below(&seed, sizeof jumps / sizeof jumps[0])];
        struct arena_mark mark = arena_mark(w->arena);
        if (now_ms < before_ms - 2000) { /* as clock_watch notices it */
            (void)outbox_pull_back(w->store, OUTBOX_QUEUED, now_ms + 2000, 99);    /* however many */
            (void)outbox_pull_back(w->store, OUTBOX_UNCERTAIN, now_ms + 2000, 99); /* likewise */
        }
        before_ms = now_ms;
        size_t n =
            outbox_claim(w->store, w->arena, STR("mci"), LANE_CONFIRMATION, STR("node1"), now_ms, rows, 4);
        for (size_t i = 0; i < n; i++)
            settle(w, life_of(lives, rows[i].id), &rows[i], random_below(&seed, 4), now_ms);
        look_after_uncertain(w, now_ms);
        arena_rewind(w->arena, mark);
    }
    for (int i = 0; i < ROWS; i++) {
        struct outbound row = outbox_row(w, lives[i].id);
        settled += !str_is(row.status, "queued") && !str_is(row.status, "uncertain");
        doubled += lives[i].copies > 1;
        assert_true(lives[i].copies <= 1 + row.resends && row.resends <= 2);
        assert_true(lives[i].copies <= 1 || row.may_be_double);
        assert_true(lives[i].copies >= 1 || !str_is(row.status, "sent"));
    }
    assert_int_equal(settled, ROWS); /* nothing waits for ever either */
    print_message("%d rows, %zu of them taken twice or more, and marked\n", (int)ROWS, doubled);
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(what_waits_too_long_is_pulled_back),
        BOTH(jumps_send_nothing_twice),
    };
    return cmocka_run_group_tests_name("rows and the clock", tests, NULL, NULL);
}
