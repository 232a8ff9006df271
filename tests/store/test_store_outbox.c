/* The outbox as rows: claims, answers and reports in every order, events,
 * pages, what is left behind, purging, figures. */
#include "tests/store/store_world.h"

static size_t claim(struct world *w, const char *channel, enum lane lane, int64_t now_ms,
                    struct outbound *rows, size_t most)
{
    return outbox_claim(w->store, w->arena, str_of(channel), lane, STR("node1"), now_ms, rows, most);
}

static int64_t a_claimed_row(struct world *w)
{
    struct outbound row;
    int64_t id = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    assert_int_equal(claim(w, "mci", LANE_CONFIRMATION, NOW_MS, &row, 1), 1);
    assert_int_equal(row.id, id);
    return id;
}

/* ---- claiming ---- */

static void a_message_comes_back_whole(void **state)
{
    struct world *w = *state;
    begin(w);
    struct outbound m = {.channel = STR("mci"),
                         .phone = 989120001122,
                         .text = STR("a\nb ﷺ"),
                         .lane = LANE_CODE,
                         .segments = 2,
                         .reply_to = 7};
    int64_t id = outbox_add(w->store, &m, NOW_MS);
    commit(w);
    struct outbound row = outbox_row(w, id);
    assert_text(row.channel, "mci");
    assert_text(row.text, "a\nb ﷺ");
    assert_text(row.status, "queued");
    assert_true(row.phone == 989120001122 && row.lane == LANE_CODE && row.segments == 2 && row.reply_to == 7);
    assert_true(row.due_ms == NOW_MS && row.created_ms == NOW_MS && row.attempts == 0 && row.resends == 0);
    assert_true(row.expires_ms == NOW_MS + outbox_lifetime_ms(LANE_CODE));
    assert_true(!row.may_be_double && row.sent_ms == 0 && row.delivered_ms == 0);
    assert_false(outbox_get(w->store, w->arena, id + 1, &row));
}

/* The rows due first are taken, whatever their ids; nothing is taken twice. */
static void claims_take_what_is_due_first(void **state)
{
    enum { ROWS = 40 };
    struct world *w = *state;
    struct outbound rows[ROWS];
    uint64_t seed = 5;
    bool taken[ROWS + 1] = {false};
    int64_t latest = 0;
    begin(w);
    for (int i = 0; i < ROWS; i++)
        assert_true(add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS + (int64_t)random_below(&seed, 1000)) >
                    0);
    for (int round = 0; round < 8; round++) {
        size_t n = claim(w, "mci", LANE_CONFIRMATION, NOW_MS + 1000, rows, 5);
        int64_t last = latest;
        assert_int_equal(n, 5);
        for (size_t i = 0; i < n; i++) {
            assert_false(taken[rows[i].id]);
            assert_true(rows[i].due_ms >= latest && rows[i].attempts == 1);
            assert_text(rows[i].status, "sending");
            assert_text(outbox_row(w, rows[i].id).status, "sending");
            taken[rows[i].id] = true;
            last = rows[i].due_ms > last ? rows[i].due_ms : last;
        }
        latest = last;
    }
    assert_int_equal(claim(w, "mci", LANE_CONFIRMATION, NOW_MS + 1000, rows, 5), 0);
    commit(w);
}

/* And handed over in that order, so that the oldest is sent first. */
static void claims_come_in_order_of_due(void **state)
{
    struct world *w = *state;
    struct outbound rows[3];
    begin(w);
    int64_t third = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS + 30);
    int64_t first = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS + 10);
    int64_t second = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS + 20);
    assert_int_equal(claim(w, "mci", LANE_CONFIRMATION, NOW_MS + 100, rows, 3), 3);
    commit(w);
    assert_int_equal(rows[0].id, first);
    assert_int_equal(rows[1].id, second);
    assert_int_equal(rows[2].id, third);
}

static void claims_keep_to_their_lane_and_channel(void **state)
{
    struct world *w = *state;
    struct outbound rows[4];
    begin(w);
    for (int lane = 0; lane < LANES; lane++)
        assert_true(add_outbox(w, "mci", (enum lane)lane, 0, NOW_MS + lane) > 0);
    assert_true(add_outbox(w, "other", LANE_CODE, 0, NOW_MS) > 0);
    for (int lane = 0; lane < LANES; lane++) {
        assert_int_equal(outbox_next_due(w->store, STR("mci"), (enum lane)lane), NOW_MS + lane);
        assert_int_equal(claim(w, "mci", (enum lane)lane, NOW_MS + lane - 1, rows, 4), 0); /* not due */
        assert_int_equal(claim(w, "mci", (enum lane)lane, NOW_MS + lane, rows, 4), 1);
        assert_int_equal(rows[0].lane, lane);
        assert_int_equal(outbox_next_due(w->store, STR("mci"), (enum lane)lane), 0);
    }
    assert_int_equal(outbox_next_due(w->store, STR("other"), LANE_CODE), NOW_MS);
    assert_int_equal(claim(w, "other", LANE_CODE, NOW_MS, rows, 0), 0);
    commit(w);
}

static void what_was_claimed_can_be_given_back(void **state)
{
    struct world *w = *state;
    begin(w);
    int64_t id = a_claimed_row(w);
    outbox_unclaim(w->store, id, NOW_MS + 5);
    assert_text(outbox_row(w, id).status, "queued");
    assert_int_equal(outbox_row(w, id).attempts, 0);
    struct outbound row;
    assert_int_equal(claim(w, "mci", LANE_CONFIRMATION, NOW_MS + 5, &row, 1), 1);
    note_sent(w, id, STR("p1"), NOW_MS + 6);
    outbox_unclaim(w->store, id, NOW_MS + 7); /* too late: it was sent */
    row = outbox_row(w, id);
    assert_text(row.status, "sent");
    assert_text(row.provider_id, "p1");
    assert_true(row.attempts == 1 && row.sent_ms == NOW_MS + 6);
    commit(w);
}

/* ---- answers and reports in any order ---- */

enum step { ANSWERED, SENT, DELIVERED, FAILED };

static void report_step(struct world *w, int64_t id, enum report_state state, int64_t now_ms)
{
    struct report report = {.channel = STR("mci"), .id = id, .state = state, .detail = STR("because")};
    if (!outbox_report(w->store, w->arena, &report, now_ms))
        fail_msg("the report was not known");
}

static void take_step(struct world *w, int64_t id, enum step step, int64_t now_ms)
{
    static const enum report_state states[] = {REPORT_SENT, REPORT_SENT, REPORT_DELIVERED, REPORT_FAILED};
    if (step == ANSWERED)
        note_sent(w, id, STR("p1"), now_ms);
    else
        report_step(w, id, states[step], now_ms);
}

/* The next permutation in lexical order; false after the last. */
static bool next_order(int *order, int n)
{
    int i = n - 2, j = n - 1;
    while (i >= 0 && order[i] >= order[i + 1])
        i--;
    if (i < 0)
        return false;
    while (order[j] <= order[i])
        j--;
    int kept = order[i];
    order[i] = order[j];
    order[j] = kept;
    for (int a = i + 1, b = n - 1; a < b; a++, b--) {
        kept = order[a];
        order[a] = order[b];
        order[b] = kept;
    }
    return true;
}

/* What must be there in the end; a final state once reached stays. */
static void check_order(struct world *w, struct tally *t, const enum step *steps, const int *order, int n)
{
    const char *final = NULL;
    int64_t id = a_claimed_row(w);
    for (int i = 0; i < n; i++) {
        enum step step = steps[order[i]];
        take_step(w, id, step, NOW_MS + 1 + i);
        if (final == NULL && step >= DELIVERED)
            final = step == DELIVERED ? "delivered" : "failed";
        struct outbound row = outbox_row(w, id);
        tally_check(t, str_is(row.status, final ? final : "sent"), "order %d%d%d%d%d, step %d: %.*s, not %s",
                    steps[order[0]], steps[order[1]], steps[order[2]], steps[order[3]], steps[order[4]], i,
                    STR_ARG(row.status), final ? final : "sent");
    }
    struct outbound row = outbox_row(w, id);
    tally_check(t, row.sent_ms > 0, "it was sent, and the time of it is not known");
    tally_check(t, (row.delivered_ms > 0) == str_is(row.status, "delivered"), "delivered at %lld",
                (long long)row.delivered_ms);
    tally_check(t, str_is(row.status, "failed") == str_is(row.reason, "because"), "reason %.*s",
                STR_ARG(row.reason));
}

/* With both ends reported, the first one told stands. */
static void every_order_ends_the_same(void **state)
{
    static const enum step sets[][5] = {{ANSWERED, SENT, SENT, DELIVERED, DELIVERED},
                                        {ANSWERED, SENT, SENT, FAILED, FAILED},
                                        {ANSWERED, ANSWERED, SENT, DELIVERED, SENT},
                                        {ANSWERED, SENT, DELIVERED, FAILED, ANSWERED}};
    struct world *w = *state;
    struct tally t = tally_new();
    begin(w);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        int order[5] = {0, 1, 2, 3, 4};
        do
            check_order(w, &t, sets[i], order, 5);
        while (next_order(order, 5));
    }
    commit(w);
    tally_end(&t);
}

/* The telecom's own name for it is kept whichever comes first. */
static void the_telecoms_id_survives_an_early_report(void **state)
{
    static const enum report_state states[] = {REPORT_SENT, REPORT_DELIVERED, REPORT_FAILED};
    struct world *w = *state;
    begin(w);
    for (int i = 0; i < 3; i++) {
        int64_t id = a_claimed_row(w);
        report_step(w, id, states[i], NOW_MS + 1);
        note_sent(w, id, STR("p1"), NOW_MS + 2);
        assert_text(outbox_row(w, id).provider_id, "p1");
    }
    commit(w);
}

static void a_report_needs_its_own_channel(void **state)
{
    struct world *w = *state;
    begin(w);
    int64_t id = a_claimed_row(w);
    struct report report = {.channel = STR("other"), .id = id, .state = REPORT_DELIVERED, .detail = STR("")};
    assert_false(outbox_report(w->store, w->arena, &report, NOW_MS));
    assert_text(outbox_row(w, id).status, "sending");
    report.channel = STR("mci");
    report.id = id + 100;
    assert_false(outbox_report(w->store, w->arena, &report, NOW_MS));
    commit(w);
}

static void a_report_settles_an_uncertain_message(void **state)
{
    struct world *w = *state;
    struct outbox_move move = {.status = OUTBOX_UNCERTAIN, .due_ms = NOW_MS + 60000};
    struct outbound picked;
    begin(w);
    int64_t id = a_claimed_row(w);
    struct outbound row = outbox_row(w, id);
    outbox_move(w->store, &row, &move, "uncertain", STR("no answer"), NOW_MS + 1);
    assert_int_equal(outbox_pick(w->store, w->arena, PICK_UNCERTAIN, NOW_MS + 59999, &picked, 1), 0);
    assert_int_equal(outbox_pick(w->store, w->arena, PICK_UNCERTAIN, NOW_MS + 60000, &picked, 1), 1);
    assert_int_equal(picked.id, id);
    report_step(w, id, REPORT_SENT, NOW_MS + 2);
    assert_text(outbox_row(w, id).status, "sent");
    assert_int_equal(outbox_pick(w->store, w->arena, PICK_UNCERTAIN, NOW_MS + 60000, &picked, 1), 0);
    commit(w);
}

/* ---- moves, events, pages ---- */

static void moves_are_kept_with_their_events(void **state)
{
    struct world *w = *state;
    struct outbox_event events[4];
    struct outbox_move retry = {.status = OUTBOX_QUEUED, .due_ms = NOW_MS + 5000};
    struct outbox_move resend = {
        .status = OUTBOX_QUEUED, .due_ms = NOW_MS, .may_be_double = true, .resend = true};
    begin(w);
    int64_t id = a_claimed_row(w);
    struct outbound row = outbox_row(w, id);
    outbox_move(w->store, &row, &retry, "retry", STR("HTTP 503"), NOW_MS + 1);
    row = outbox_row(w, id);
    assert_text(row.status, "queued");
    assert_text(row.reason, "HTTP 503");
    assert_true(row.due_ms == NOW_MS + 5000 && row.attempts == 1 && row.resends == 0 && !row.may_be_double);
    outbox_move(w->store, &row, &resend, "uncertain", STR("no report"), NOW_MS + 2);
    row = outbox_row(w, id);
    assert_true(row.resends == 1 && row.may_be_double);
    outbox_move(w->store, &row, &retry, "retry", STR("again"), NOW_MS + 3);
    row = outbox_row(w, id);
    assert_true(row.resends == 1 && row.may_be_double); /* once marked, marked */
    commit(w);
    assert_int_equal(outbox_events(w->store, w->arena, id, events, 4), 3);
    assert_text(events[0].what, "retry");
    assert_text(events[0].detail, "HTTP 503");
    assert_text(events[1].what, "uncertain");
    assert_int_equal(events[2].at_ms, NOW_MS + 3);
    assert_int_equal(outbox_events(w->store, w->arena, id, events, 2), 2);
    assert_int_equal(outbox_events(w->store, w->arena, id + 1, events, 4), 0);
}

static void pages_replies_and_what_was_left_behind(void **state)
{
    struct world *w = *state;
    struct outbound rows[8];
    struct store_figures figures;
    begin(w);
    for (int i = 0; i < 6; i++)
        assert_true(add_outbox(w, "mci", LANE_REMINDER, i % 2, NOW_MS + i) > 0);
    assert_int_equal(claim(w, "mci", LANE_REMINDER, NOW_MS + 1, rows, 8), 2);
    commit(w);
    assert_int_equal(outbox_page(w->store, w->arena, 0, rows, 4), 4);
    assert_int_equal(outbox_page(w->store, w->arena, rows[3].id, rows, 4), 2);
    assert_int_equal(outbox_replies(w->store, w->arena, 1, rows, 8), 3);
    assert_true(rows[0].id < rows[1].id && rows[1].id < rows[2].id);
    assert_int_equal(outbox_pick(w->store, w->arena, PICK_LEFT_BEHIND, NOW_MS, rows, 8), 2);
    assert_text(rows[0].status, "sending");
    int64_t over = NOW_MS + 3 + outbox_lifetime_ms(LANE_REMINDER);
    assert_int_equal(outbox_pick(w->store, w->arena, PICK_EXPIRED, over, rows, 8), 2);
    assert_int_equal(outbox_pick(w->store, w->arena, PICK_EXPIRED, NOW_MS, rows, 8), 0);
    store_figures(w->store, &figures);
    assert_true(figures.messages_out == 6 && figures.by_status[OUTBOX_SENDING] == 2);
    assert_int_equal(figures.by_status[OUTBOX_QUEUED], 4);
    assert_int_equal(figures.oldest_ms[LANE_REMINDER], NOW_MS + 2);
    assert_int_equal(figures.oldest_ms[LANE_CODE], 0);
}

/* ---- the telecom's own ids ---- */

/* In any order, in another case, with its zeros lost, for another channel. */
static void reports_by_the_telecoms_id(void **state)
{
    struct world *w = *state;
    begin(w);
    int64_t late = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS),
            early = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    struct outbound rows[2];
    assert_int_equal(claim(w, "mci", LANE_CONFIRMATION, NOW_MS, rows, 2), 2);
    note_sent(w, late, STR("ATXid_1aB"), NOW_MS + 1);
    struct report report = {
        .channel = STR("mci"), .provider_id = STR("atxID_1ab"), .state = REPORT_DELIVERED};
    assert_true(outbox_report(w->store, w->arena, &report, NOW_MS + 2));
    assert_text(outbox_row(w, late).status, "delivered");
    report.provider_id = STR("17"); /* before the answer to the send, which says 00017 */
    assert_false(outbox_report(w->store, w->arena, &report, NOW_MS + 3));
    report.state = REPORT_SENT; /* a later and lesser one takes nothing back */
    assert_false(outbox_report(w->store, w->arena, &report, NOW_MS + 3));
    assert_text(outbox_row(w, early).status, "sending");
    note_sent(w, early, STR("00017"), NOW_MS + 4);
    assert_text(outbox_row(w, early).status, "delivered");
    report =
        (struct report){.channel = STR("other"), .provider_id = STR("ATXid_1aB"), .state = REPORT_FAILED};
    assert_false(outbox_report(w->store, w->arena, &report, NOW_MS + 5));
    assert_text(outbox_row(w, late).status, "delivered");
    commit(w);
}

static void a_person_decides(void **state)
{
    struct world *w = *state;
    begin(w);
    int64_t id = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    struct outbound row = outbox_row(w, id);
    struct outbox_move held = {.status = OUTBOX_HELD};
    assert_false(outbox_again(w->store, &row, NOW_MS)); /* it waits already */
    outbox_move(w->store, &row, &held, "held", STR("why"), NOW_MS);
    assert_true(outbox_again(w->store, &row, NOW_MS + 1));
    row = outbox_row(w, id);
    assert_text(row.status, "queued");
    assert_true(row.may_be_double);
    assert_int_equal(outbox_hand_over(w->store, STR("mci"), STR("other"), true, NOW_MS + 2, 10), 1);
    assert_text(outbox_row(w, id).channel, "other");
    assert_true(outbox_drop(w->store, &row, NOW_MS + 3));
    assert_text(outbox_row(w, id).status, "failed");
    assert_false(outbox_drop(w->store, &row, NOW_MS + 4));
    commit(w);
}

/* ---- purging ---- */

static int64_t in_state(struct world *w, enum outbox_status status, int64_t created_ms)
{
    struct outbox_move move = {.status = status, .due_ms = created_ms};
    int64_t id = add_outbox(w, "mci", LANE_CONFIRMATION, 0, created_ms);
    struct outbound row = outbox_row(w, id);
    outbox_move(w->store, &row, &move, "moved", STR("why"), created_ms);
    return id;
}

/* Old messages go, what still waits and what is unanswered stays, pledges too. */
static void purging_takes_old_messages_only(void **state)
{
    struct world *w = *state;
    struct outbound row;
    struct inbox_row message;
    struct pledge p = {.phone = 1, .channel = STR("mci"), .day = DAY, .created_at = NOW};
    int64_t ids[OUTBOX_STATUSES];
    begin(w);
    for (int i = 0; i < OUTBOX_STATUSES; i++)
        ids[i] = in_state(w, (enum outbox_status)i, NOW_MS);
    int64_t young = in_state(w, OUTBOX_DELIVERED, NOW_MS + 10000);
    int64_t old = add_inbox(w, "a", DAY, 0, "x"), open = add_inbox(w, "b", DAY, 0, "x");
    inbox_settle(w->store, open, "done", "", true, NOW);
    p.message = old;
    assert_true(put_pledge(w, &p));
    store_purge(w->store, NOW, NOW_MS, 100);
    assert_true(inbox_get(w->store, w->arena, old, &message)); /* not older than that */
    store_purge(w->store, NOW + 5, NOW_MS, 100);
    commit(w);
    for (int i = 0; i < OUTBOX_STATUSES;
         i++) /* whatever their state: so old ones wait for nothing any more */
        assert_false(outbox_get(w->store, w->arena, ids[i], &row));
    assert_true(outbox_get(w->store, w->arena, young, &row));
    assert_false(inbox_get(w->store, w->arena, old, &message));
    assert_true(inbox_get(w->store, w->arena, open, &message));
    assert_true(pledge_get(w->store, w->arena, p.reference, &p));
}

static void purging_takes_a_few_at_a_time(void **state)
{
    struct world *w = *state;
    struct store_figures figures;
    begin(w);
    for (int i = 0; i < 5; i++)
        assert_true(in_state(w, OUTBOX_DELIVERED, NOW_MS) > 0);
    for (int left = 3; left >= -1; left -= 2) {
        store_purge(w->store, NOW + 5, NOW_MS, 2);
        store_figures(w->store, &figures);
        assert_int_equal(figures.messages_out,
                         left > 1 ? left : 1); /* the newest stays, so that its id does */
    }
    commit(w);
}

/* Nothing of a purged message stays, nor comes back with a later one. */
static void events_go_with_their_message(void **state)
{
    struct world *w = *state;
    struct outbox_event events[2];
    begin(w);
    int64_t id = in_state(w, OUTBOX_DELIVERED, NOW_MS);
    store_purge(w->store, NOW + 5, NOW_MS, 100);
    commit(w);
    assert_int_equal(outbox_events(w->store, w->arena, id, events, 2), 0);
}

/* An id names one message for ever: a late report must not reach another. */
static void ids_are_not_used_again(void **state)
{
    struct world *w = *state;
    begin(w);
    int64_t id = in_state(w, OUTBOX_DELIVERED, NOW_MS), message = add_inbox(w, "a", DAY, 0, "x");
    store_purge(w->store, NOW + 5, NOW_MS, 100);
    commit(w);
    begin(w);
    int64_t next = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    int64_t next_message = add_inbox(w, "b", DAY, 0, "y");
    commit(w);
    assert_true(next > id);
    assert_true(next_message > message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_message_comes_back_whole),
        BOTH(claims_take_what_is_due_first),
        BOTH(claims_come_in_order_of_due),
        BOTH(claims_keep_to_their_lane_and_channel),
        BOTH(what_was_claimed_can_be_given_back),
        BOTH(every_order_ends_the_same),
        BOTH(the_telecoms_id_survives_an_early_report),
        BOTH(a_report_needs_its_own_channel),
        BOTH(a_report_settles_an_uncertain_message),
        BOTH(moves_are_kept_with_their_events),
        BOTH(pages_replies_and_what_was_left_behind),
        BOTH(purging_takes_old_messages_only),
        BOTH(reports_by_the_telecoms_id),
        BOTH(a_person_decides),
        BOTH(purging_takes_a_few_at_a_time),
        BOTH(events_go_with_their_message),
        BOTH(ids_are_not_used_again),
    };
    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
