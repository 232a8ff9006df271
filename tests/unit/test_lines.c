/* How lines send: what is claimed, in which order, and what becomes of it when
 * the store, the client, the timers or the telecom refuse.  No message may be
 * lost, sent twice, or wait for nothing. */
#include "lines_world.h"

#include <sqlite3.h>

#include "gateway/outbound_jobs.h"
#include "gateway/outbound_rows.h"

#define KANNEL(name, more)                                                       \
    "[channel " name "]\nprovider = kannel\nsend_url = http://127.0.0.1:1/" name \
    "\nnumber = 2000\nsecret = s\nrate = 1000\n" more
static const char two_lines[] = "[service]\nretry_first = 1s\nretry_most = 2s\n" //
    KANNEL("mci", "in_flight = 2\nnext = other\n") KANNEL("other", "in_flight = 1\n");
static const char and_promo[] =
    "[service]\n" KANNEL("mci", "") KANNEL("other", "") KANNEL("ads", "line = promo\n");
static const char one_slow_line[] = "[service]\nretry_first = 1s\n" KANNEL("mci", "in_flight = 1\n");
static const char one_wide_line[] =
    "[service]\nretry_first = 1s\nretry_most = 2s\n" KANNEL("mci", "in_flight = 16\n");
static const char five_a_second[] = "[channel slow]\nprovider = kannel\nsend_url = "
                                    "http://127.0.0.1:1/x\nnumber = 2000\nsecret = s\nrate = 5\n";
static const char batches[] =
    "[channel at]\nprovider = africastalking\nusername = u\napi_key = k\nnumber = 2000\nsecret = s\n"
    "rate = 1000\nrecipients = 3\nin_flight = 4\n";
static const char large_batches[] =
    "[channel at]\nprovider = africastalking\nusername = u\napi_key = k\nnumber = 2000\nsecret = s\n"
    "rate = 1000\nrecipients = 1000\nin_flight = 1\n";

static int up_two(void **state)
{
    return service_up(state, two_lines);
}

static int up_promo(void **state)
{
    return service_up(state, and_promo);
}

static int up_five(void **state)
{
    return service_up(state, five_a_second);
}

static int up_wide(void **state)
{
    return service_up(state, one_wide_line);
}

static int up_slow(void **state)
{
    return service_up(state, one_slow_line);
}

static int up_batches(void **state)
{
    return service_up(state, batches);
}

static int up_large(void **state)
{
    return service_up(state, large_batches);
}

static void start_sending(struct service_world *w)
{
    w->g.sender = sender_new(&w->g);
    assert_non_null(w->g.sender);
    pass(w, 10); /* the pace lets the second go after a millisecond */
}

/* Up to the first claims: submitted, and not yet run. */
static void start_claiming(struct service_world *w)
{
    w->g.sender = sender_new(&w->g);
    assert_non_null(w->g.sender);
    played.now_ms += 1; /* the first tick: what an earlier run left behind comes first */
    for (size_t i = 0; i < played.timer_count; i++)
        if (played.timers[i]->is_set && played.timers[i]->at_ms <= played.now_ms) {
            played.timers[i]->is_set = false;
            played.timers[i]->fn(played.timers[i]->ctx);
        }
    run_jobs(w, JOB_DONE, false);
    assert_false(sender_idle(w->g.sender));
}

static void accept(size_t i)
{
    answer_send(i, 202, "0: Accepted for delivery");
}

static int64_t simple(struct service_world *w, const char *channel, enum lane lane)
{
    static int64_t phone = 989120000000;
    return queue(w, channel, lane, ++phone, "x", 0);
}

/* ---- the store refuses ---- */

static void a_claim_that_is_not_done_is_made_again(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE);
    start_claiming(w);
    run_jobs(w, JOB_NOT_DONE, false);
    assert_int_equal(played.job_count, 0); /* not at once, */
    assert_status(w, id, "queued");
    assert_int_equal(outbox_row(w->store, id).attempts, 0);
    sender_wake(w->g.sender, STR("mci")); /* but where there is news */
    assert_int_equal(played.job_count, 2);
    run_jobs(w, JOB_NOT_DONE, false);
    pass(w, 900);
    assert_int_equal(played.send_count, 0);
    pass(w, 100);
    assert_int_equal(played.send_count, 1);
    accept(0);
    settle_down(w);
    assert_status(w, id, "sent");
}

/* The engine rolled the batch back by itself: each job once more, and no row twice. */
static void a_claim_that_runs_again_takes_a_row_once(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE);
    start_claiming(w);
    run_jobs(w, JOB_DONE, true);
    settle_down(w);
    assert_int_equal(played.send_count, 1);
    assert_int_equal(outbox_row(w->store, id).attempts, 1);
    accept(0);
    settle_down(w);
    assert_status(w, id, "sent");
}

static void a_store_with_too_much_to_do_is_asked_later(void **state)
{
    struct service_world *w = *state;
    start_sending(w);
    int64_t id = simple(w, "mci", LANE_CONFIRMATION);
    played.refuse_jobs = true;
    sender_wake(w->g.sender, STR("mci"));
    assert_int_equal(played.job_count, 0);
    pass(w, 500);
    played.refuse_jobs = false;
    assert_status(w, id, "queued");
    pass(w, 1000);
    assert_int_equal(played.send_count, 1);
    sender_wake(w->g.sender, STR("nobody")); /* a channel that went: nothing to do */
}

static void a_result_is_kept_until_it_is_written_down(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE);
    start_sending(w);
    accept(0);
    played.refuse_jobs = true; /* too many jobs wait */
    settle_down(w);
    assert_false(sender_idle(w->g.sender));
    played.refuse_jobs = false;
    pass(w, 900);
    assert_status(w, id, "sending");
    for (int i = 0; i < 20 && played.job_count == 0; i++) {
        played.now_ms += 10;
        for (size_t k = 0; k < played.timer_count; k++)
            if (played.timers[k]->is_set && played.timers[k]->at_ms <= played.now_ms) {
                played.timers[k]->is_set = false;
                played.timers[k]->fn(played.timers[k]->ctx);
            }
    }
    assert_false(sender_idle(w->g.sender)); /* it is being written down */
    run_jobs(w, JOB_NOT_DONE, false);       /* the disk is full */
    assert_status(w, id, "sending");
    assert_false(sender_idle(w->g.sender));
    pass(w, 1100);
    assert_status(w, id, "sent");
    assert_true(sender_idle(w->g.sender));
    assert_int_equal(played.send_count, 1); /* and it went out once */
}

static void no_sender_without_timers(void **state)
{
    struct service_world *w = *state;
    for (played.timers_left = 0; played.timers_left < 4; played.timers_left++) {
        size_t left = played.timers_left;
        assert_null(sender_new(&w->g));
        assert_int_equal(played.timer_count, 0); /* nothing is left of it */
        played.timers_left = left;
    }
    sender_free(NULL);
}

/* ---- the client and the telecom refuse ---- */

static void a_client_without_room_is_tried_again(void **state)
{
    struct service_world *w = *state;
    int64_t first = queue(w, "mci", LANE_CODE, 989120000001, "a", 5);
    int64_t second = queue(w, "mci", LANE_CODE, 989120000002, "b", 0);
    played.refuse_sends = true;
    start_sending(w);
    assert_status(w, first, "sending");
    assert_int_equal(played.send_count, 0);
    played.refuse_sends = false;
    pass(w, 100);
    assert_int_equal(played.send_count, 2);
    assert_non_null(strstr(played.sends[0].target, "text=a")); /* the order is kept */
    accept(1);
    settle_down(w);
    played.refuse_sends = true; /* full, with one of ours on the wire */
    int64_t third = simple(w, "mci", LANE_CODE);
    sender_wake(w->g.sender, STR("mci"));
    settle_down(w);
    sender_wake(w->g.sender, STR("mci"));
    assert_int_equal(on_the_wire(), 1);
    played.refuse_sends = false;
    accept(0);
    pass(w, 100);
    accept(2);
    settle_down(w);
    assert_status(w, first, "sent");
    assert_status(w, second, "sent");
    assert_status(w, third, "sent");
}

/* Both replies to one message: the second waits for the first, and with it. */
static void what_follows_a_refused_message_waits_with_it(void **state)
{
    struct service_world *w = *state;
    int64_t first = queue(w, "mci", LANE_CONFIRMATION, 989120000001, "a", 7);
    int64_t rest = queue(w, "mci", LANE_CONFIRMATION, 989120000001, "b", 7);
    start_sending(w);
    assert_int_equal(played.send_count, 1);
    answer_send(0, 503, "");
    settle_down(w);
    assert_status(w, first, "queued");
    assert_status(w, rest, "queued");
    assert_true(outbox_row(w->store, rest).due_ms >= outbox_row(w->store, first).due_ms);
    pass(w, 1500);
    assert_int_equal(played.send_count, 2);
    assert_non_null(strstr(played.sends[1].target, "text=a"));
}

static void a_refused_message_holds_nothing_else_back(void **state)
{
    struct service_world *w = *state;
    int64_t first = queue(w, "mci", LANE_CODE, 989120000001, "a", 7);
    int64_t second = simple(w, "mci", LANE_CODE);
    int64_t third = queue(w, "mci", LANE_CODE, 989120000003, "c", 8);
    start_claiming(w);
    settle_down(w);
    assert_int_equal(played.send_count, 2);
    assert_status(w, third, "sending"); /* claimed, and it waits for the pace */
    answer_send(0, 503, "");
    pass(w, 10);
    assert_status(w, first, "queued");
    assert_int_equal(played.send_count, 3);
    accept(1);
    accept(2);
    settle_down(w);
    assert_status(w, second, "sent");
    assert_status(w, third, "sent");
}

/* The store takes nothing just then: it is given back a second later, not at the next start. */
static void what_cannot_be_given_back_is_given_back_later(void **state)
{
    struct service_world *w = *state;
    int64_t first = queue(w, "mci", LANE_CONFIRMATION, 989120000001, "a", 7);
    int64_t rest = queue(w, "mci", LANE_CONFIRMATION, 989120000001, "b", 7);
    start_sending(w);
    played.refuse_jobs = true;
    answer_send(0, 503, "");
    settle_down(w);
    assert_status(w, rest, "sending");
    played.refuse_jobs = false;
    pass(w, 500);
    assert_status(w, rest, "sending");
    pass(w, 700);
    assert_status(w, rest, "queued");
    pass(w, 3000);
    accept(1);
    pass(w, 3000);
    assert_status(w, first, "sent");
    assert_int_equal(played.send_count, 3);
    accept(2);
    settle_down(w);
    assert_status(w, rest, "sent");
}

/* Nor is anything claimed before what an earlier run left behind is settled. */
static void what_was_left_behind_comes_first(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE);
    w->g.sender = sender_new(&w->g);
    played.refuse_jobs = true;
    pass(w, 500);
    assert_status(w, id, "queued");
    played.refuse_jobs = false;
    pass(w, 1500);
    assert_int_equal(played.send_count, 1);
}

static void a_report_may_come_before_the_answer(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE), gone = simple(w, "mci", LANE_CODE);
    struct report report = {.channel = STR("mci"), .id = id, .state = REPORT_DELIVERED};
    sqlite3 *db;
    start_sending(w);
    begin(w->store);
    assert_true(outbox_report(w->db.store, w->arena, &report, played.now_ms));
    commit(w->store);
    assert_int_equal(sqlite3_open(w->store->path, &db), SQLITE_OK); /* as a purge would */
    char sql[64];
    assert_true(snprintf(sql, sizeof sql, "DELETE FROM outbox WHERE id = %lld", (long long)gone) > 0);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    answer_send(0, 503, "");
    answer_send(1, 503, "");
    settle_down(w);
    assert_status(w, id, "delivered");
    assert_true(sender_idle(w->g.sender));
}

static void a_line_refused_by_its_telecom_pauses_and_hands_over(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE);
    start_sending(w);
    answer_send(0, 403, "Authorization failed for sendsms");
    settle_down(w);
    int64_t waits = simple(w, "mci", LANE_CODE);
    sender_wake(w->g.sender, STR("mci"));
    pass(w, 2500); /* the tick hands it to the next line */
    assert_int_equal(played.send_count, 2);
    assert_non_null(strstr(played.sends[1].target, "/other"));
    answer_send(1, 403, "Authorization failed for sendsms"); /* now both are down */
    pass(w, 2500);
    assert_int_equal(played.send_count, 2);
    sender_reload(w->g.sender); /* the operator has mended it */
    pass(w, 3000);
    assert_true(played.send_count > 2);
    for (size_t i = 0; i < played.send_count; i++)
        if (played.sends[i].fn != NULL)
            accept(i);
    pass(w, 3000);
    for (size_t i = 0; i < played.send_count; i++)
        if (played.sends[i].fn != NULL)
            accept(i);
    settle_down(w);
    assert_status(w, id, "sent");
    assert_status(w, waits, "sent");
}

/* After a few failures it rests, then one request finds out; all goes once that went. */
static void a_line_that_fails_is_probed_by_one(void **state)
{
    struct service_world *w = *state;
    struct http_answer refused = {.outcome = HTTP_UNSENT, .reason = "connection refused"};
    int64_t last = 0;
    for (int i = 0; i < 30; i++)
        last = simple(w, "mci", LANE_CONFIRMATION);
    start_sending(w);
    size_t tried = played.send_count;
    assert_in_range(tried, 5, 16);
    for (size_t i = 0; i < tried; i++) {
        http_client_fn *fn = played.sends[i].fn;
        played.sends[i].fn = NULL;
        fn(played.sends[i].ctx, &refused);
    }
    pass(w, 900);
    assert_int_equal(played.send_count, tried); /* it rests */
    pass(w, 1500);
    assert_int_equal(played.send_count, tried + 1); /* the probe, and nothing beside it */
    accept(tried);
    pass(w, 20000);
    while (on_the_wire() > 0) {
        for (size_t i = 0; i < played.send_count; i++)
            if (played.sends[i].fn != NULL)
                accept(i);
        pass(w, 100);
    }
    assert_status(w, last, "sent");
    assert_int_equal(played.send_count, tried + 30);
}

static void a_line_that_rests_hands_over(void **state)
{
    struct service_world *w = *state;
    struct http_answer refused = {.outcome = HTTP_UNSENT, .reason = "connection refused"};
    for (int i = 0; i < 8; i++)
        assert_true(simple(w, "mci", LANE_CONFIRMATION) > 0);
    start_sending(w);
    for (size_t i = 0; i < played.send_count && strstr(played.sends[i].target, "/other") == NULL; i++) {
        http_client_fn *fn = played.sends[i].fn;
        assert_in_range(i, 0, 7); /* five failures and what was on the wire with them */
        played.sends[i].fn = NULL;
        fn(played.sends[i].ctx, &refused);
        pass(w, 10);
    }
    pass(w, 1000);
    assert_non_null(strstr(played.sends[played.send_count - 1].target, "/other"));
}

/* Five a second are five a second, though sixteen might be on the wire. */
static void a_slow_line_keeps_its_pace(void **state)
{
    struct service_world *w = *state;
    for (int i = 0; i < 12; i++)
        assert_true(simple(w, "slow", LANE_CONFIRMATION) > 0);
    start_sending(w);
    assert_int_equal(played.send_count, 1);
    pass(w, 1000);
    assert_in_range(played.send_count, 5, 6);
    pass(w, 1000);
    assert_in_range(played.send_count, 10, 11);
}

/* ---- lanes ---- */

/* 4 parts to codes, 1 to reminders: of ten, eight and two, whichever came first. */
static void lanes_share_the_pace(void **state)
{
    struct service_world *w = *state;
    size_t codes = 0;
    for (int i = 0; i < 20; i++) {
        assert_true(queue(w, "mci", LANE_REMINDER, 989130000000 + i, "due", 0) > 0);
        assert_true(queue(w, "mci", LANE_CODE, 989120000000 + i, "code", 0) > 0);
    }
    start_sending(w);
    assert_in_range(played.send_count, 10, 16);
    for (size_t i = 0; i < 10; i++)
        codes += strstr(played.sends[i].target, "text=code") != NULL;
    assert_int_equal(codes, 8);
}

/* Broadcasts have been claimed for seconds to come: a confirmation is claimed beside them and is the
 * next or the one after. */
static void a_confirmation_overtakes_what_was_claimed(void **state)
{
    struct service_world *w = *state;
    for (int i = 0; i < 40; i++)
        assert_true(queue(w, "slow", LANE_BROADCAST, 989130000000 + i, "cast", 0) > 0);
    start_sending(w);
    size_t before = played.send_count;
    for (size_t i = 0; i < before; i++)
        accept(i);
    assert_true(queue(w, "slow", LANE_CONFIRMATION, 989120000000, "thanks", 0) > 0);
    sender_wake(w->g.sender, STR("slow"));
    pass(w, 600); /* three turns at most */
    assert_true(played.send_count >= before + 2);
    bool overtook = strstr(played.sends[before].target, "text=thanks") != NULL ||
                    strstr(played.sends[before + 1].target, "text=thanks") != NULL;
    assert_true(overtook);
}

/* Of three replies two wait for the first, and fill what the lane may hold: what is due behind them
 * is looked for again as soon as there is room. */
static void what_is_due_behind_waiting_replies_is_claimed_later(void **state)
{
    struct service_world *w = *state;
    int64_t ids[4];
    for (int i = 0; i < 3; i++)
        ids[i] = queue(w, "mci", LANE_CONFIRMATION, 989120000001, i == 0 ? "a" : i == 1 ? "b" : "c", 7);
    start_sending(w);
    assert_int_equal(played.send_count, 1);
    assert_status(w, ids[2], "sending");
    ids[3] = simple(w, "mci", LANE_CONFIRMATION);
    sender_wake(w->g.sender, STR("mci"));
    pass(w, 10);
    assert_int_equal(on_the_wire(), 1);
    for (size_t i = 0; i < 4; i++) {
        assert_true(i < played.send_count);
        accept(i);
        pass(w, 10);
    }
    assert_non_null(strstr(played.sends[1].target, "text=b"));
    for (int i = 0; i < 4; i++)
        assert_status(w, ids[i], "sent");
}

/* A reload left the line fewer slots than are on the wire: nothing is claimed before answers came. */
static void a_line_that_shrank_claims_nothing(void **state)
{
    struct service_world *w = *state;
    static const char narrow[] = KANNEL("mci", "in_flight = 1\n");
    struct config *old = w->g.config;
    int64_t ids[4];
    for (int i = 0; i < 3; i++)
        ids[i] = simple(w, "mci", LANE_CONFIRMATION);
    start_sending(w);
    assert_int_equal(played.send_count, 3);
    w->g.config = config_of(w, narrow);
    config_drop(old);
    sender_reload(w->g.sender);
    settle_down(w);
    ids[3] = simple(w, "mci", LANE_CONFIRMATION);
    sender_wake(w->g.sender, STR("mci"));
    pass(w, 100);
    assert_status(w, ids[3], "queued");
    for (size_t i = 0; i < 4; i++) {
        assert_true(i < played.send_count);
        accept(i);
        pass(w, 100);
        assert_status(w, ids[i], "sent");
    }
}

/* Its claim, which the store has yet to do, is waited for. */
static void a_sender_that_claims_broadcasts_is_not_idle(void **state)
{
    struct service_world *w = *state;
    start_sending(w);
    assert_true(sender_idle(w->g.sender));
    assert_true(queue(w, "mci", LANE_BROADCAST, 989130000000, "cast", 0) > 0);
    sender_wake(w->g.sender, STR("mci"));
    assert_int_equal(played.job_count, 2);
    struct job *of_broadcasts = played.jobs[1];
    played.job_count = 1;
    run_jobs(w, JOB_DONE, false); /* what is owed */
    assert_false(sender_idle(w->g.sender));
    played.jobs[played.job_count++] = of_broadcasts;
    settle_down(w);
}

/* Two slots for four lanes: what a lane does not get now it gets later. */
static void every_lane_gets_its_turn(void **state)
{
    struct service_world *w = *state;
    int64_t ids[LANES];
    for (int lane = 0; lane < LANES; lane++)
        ids[lane] = simple(w, "mci", (enum lane)lane);
    start_sending(w);
    for (size_t i = 0; i < LANES; i++) {
        assert_true(i < played.send_count);
        accept(i);
        pass(w, 30); /* a broadcast's answer waits 20 ms for others */
    }
    for (int lane = 0; lane < LANES; lane++)
        assert_status(w, ids[lane], "sent");
}

/* Each commit is one that a pledge might have to wait for. */
static void broadcasts_that_went_are_settled_together(void **state)
{
    struct service_world *w = *state;
    int64_t first = simple(w, "mci", LANE_BROADCAST), second = simple(w, "mci", LANE_BROADCAST);
    start_sending(w);
    pass(w, 100); /* its pace leaves a part of a burst unused */
    accept(0);
    pass(w, 9);
    assert_status(w, first, "sending");
    accept(1);
    pass(w, 9);
    assert_status(w, first, "sending");
    pass(w, 9);
    assert_status(w, first, "sent");
    assert_status(w, second, "sent");
}

/* ---- time ---- */

static void what_is_over_is_not_sent(void **state)
{
    struct service_world *w = *state;
    int64_t code = simple(w, "mci", LANE_CODE), cast = simple(w, "other", LANE_CONFIRMATION);
    played.now_ms += 11 * 60 * 1000; /* a code lives ten minutes */
    start_sending(w);
    assert_status(w, code, "expired");
    assert_status(w, cast, "sending");
    assert_int_equal(played.send_count, 1);
    accept(0);
    int64_t later = simple(w, "mci", LANE_CODE); /* and what waits in the queue expires there */
    pass(w, 100);
    played.now_ms += 11 * 60 * 1000;
    pass(w, 11000);
    assert_status(w, later, "expired");
}

static void what_is_due_in_an_hour_is_sent_then(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CONFIRMATION);
    struct outbox_move move = {.status = OUTBOX_QUEUED, .due_ms = played.now_ms + 3600 * 1000};
    struct outbound row = outbox_row(w->store, id);
    begin(w->store);
    outbox_move(w->db.store, &row, &move, "retry", STR("later"), played.now_ms);
    commit(w->store);
    start_sending(w);
    played.now_ms += 3599 * 1000;
    settle_down(w);
    assert_int_equal(played.send_count, 0);
    pass(w, 61000); /* a line looks again at least once a minute */
    assert_int_equal(played.send_count, 1);
}

/* Not due yet when the line looked for it, and due by the time it asked how long to wait. */
static void what_becomes_due_while_a_line_looks_is_not_missed(void **state)
{
    struct service_world *w = *state;
    for (int early = 0; early < 6; early++) {
        struct outbox_move move = {.status = OUTBOX_QUEUED, .due_ms = played.now_ms + 500};
        int64_t id = simple(w, "mci", LANE_CODE);
        struct outbound row = outbox_row(w->store, id);
        begin(w->store);
        outbox_move(w->db.store, &row, &move, "retry", STR("later"), played.now_ms);
        commit(w->store);
        if (early == 0)
            start_sending(w);
        sender_wake(w->g.sender, STR("mci"));
        settle_down(w);
        size_t sent = played.send_count;
        played.now_ms = move.due_ms - early;
        played.drift_ms = 1;
        for (size_t i = 0; i < played.timer_count; i++)
            if (played.timers[i]->is_set && played.timers[i]->at_ms == move.due_ms) { /* the line's */
                played.timers[i]->is_set = false;
                played.timers[i]->fn(played.timers[i]->ctx);
            }
        played.drift_ms = 0;
        pass(w, 50);
        assert_int_equal(played.send_count, sent + 1);
        accept(sent);
        settle_down(w);
        assert_status(w, id, "sent");
    }
}

/* ---- care ---- */

static void care_that_is_not_done_is_tried_again(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE);
    start_sending(w);
    answer_send(0, 504, ""); /* it may have gone out */
    settle_down(w);
    assert_status(w, id, "uncertain");
    played.now_ms += 61 * 1000;
    for (size_t i = 0; i < played.timer_count; i++) /* the tick, once */
        if (played.timers[i]->is_set && played.timers[i]->ctx == w->g.sender) {
            played.timers[i]->is_set = false;
            played.timers[i]->fn(played.timers[i]->ctx);
        }
    run_jobs(w, JOB_NOT_DONE, false);
    assert_status(w, id, "uncertain");
    pass(w, 2000); /* codes once more */
    assert_int_equal(played.send_count, 2);
    assert_true(outbox_row(w->store, id).may_be_double);
}

/* ---- stopping and reloading ---- */

static void a_claim_that_ends_after_the_stop_is_given_back(void **state)
{
    struct service_world *w = *state;
    start_sending(w);
    int64_t id = simple(w, "mci", LANE_CODE);
    sender_wake(w->g.sender, STR("mci"));
    sender_stop(w->g.sender);
    assert_false(sender_idle(w->g.sender));
    settle_down(w);
    pass(w, 3000);
    assert_status(w, id, "queued");
    assert_int_equal(outbox_row(w->store, id).attempts, 0);
    assert_int_equal(played.send_count, 0);
    assert_true(sender_idle(w->g.sender));
}

static void what_cannot_be_given_back_at_the_stop_stays_sending(void **state)
{
    struct service_world *w = *state;
    played.refuse_sends = true;
    int64_t id = simple(w, "mci", LANE_CODE);
    start_sending(w);
    played.refuse_jobs = true;
    sender_stop(w->g.sender);
    sender_abandon(w->g.sender);
    assert_status(w, id, "sending");
    sender_free(w->g.sender);
    played.refuse_jobs = played.refuse_sends = false;
    w->g.sender = sender_new(&w->g);
    run_jobs(w, JOB_NOT_DONE, false); /* nor could the next start: shown as it is */
    assert_status(w, id, "sending");
}

/* The client's own end is no failure of the line's. */
static void what_the_stop_cuts_off_is_not_counted(void **state)
{
    struct service_world *w = *state;
    struct http_answer cut = {.outcome = HTTP_UNSURE, .reason = "the client ended"};
    int64_t id = simple(w, "mci", LANE_CODE), refused = simple(w, "mci", LANE_CODE);
    start_sending(w);
    sender_stop(w->g.sender);
    w->g.stopping = true;
    assert_false(sender_idle(w->g.sender)); /* on the wire */
    http_client_fn *fn = played.sends[0].fn;
    played.sends[0].fn = NULL;
    fn(played.sends[0].ctx, &cut);
    answer_send(1, 503, "");
    settle_down(w);
    assert_status(w, id, "uncertain");
    assert_status(w, refused, "queued");
    assert_int_equal(w->g.metrics.sends[0][SEND_UNCERTAIN], 0);
    assert_int_equal(w->g.metrics.sends[0][SEND_RETRY], 1);
    assert_true(sender_idle(w->g.sender));
}

static void what_is_on_the_wire_at_the_end_is_uncertain(void **state)
{
    struct service_world *w = *state;
    int64_t id = simple(w, "mci", LANE_CODE);
    start_sending(w);
    sender_stop(w->g.sender);
    sender_abandon(w->g.sender);
    run_jobs(w, JOB_DONE, true);
    assert_status(w, id, "uncertain");
    accept(0); /* the answer comes after all: what it knows is written down */
    settle_down(w);
    assert_status(w, id, "sent");
}

static void a_channel_that_goes_and_one_that_comes(void **state)
{
    struct service_world *w = *state;
    static const char other_lines[] = KANNEL("fresh", "") KANNEL("other", "");
    struct config *old = w->g.config;
    played.refuse_sends = true;
    int64_t gone = simple(w, "mci", LANE_CODE);
    start_sending(w);
    assert_status(w, gone, "sending");
    w->g.config = config_of(w, other_lines);
    config_drop(old);
    sender_reload(w->g.sender);
    played.refuse_sends = false;
    pass(w, 2000);
    assert_status(w, gone, "queued"); /* for an operator who brings it back */
    int64_t id = simple(w, "fresh", LANE_CODE);
    sender_wake(w->g.sender, STR("fresh"));
    settle_down(w);
    assert_int_equal(played.send_count, 1);
    accept(0);
    settle_down(w);
    assert_status(w, id, "sent");
}

/* The next reload tries again; until then the channel's messages wait. */
static void a_channel_that_cannot_be_opened_waits_for_the_next_reload(void **state)
{
    struct service_world *w = *state;
    static const char more_lines[] = KANNEL("mci", "") KANNEL("fresh", "");
    struct config *old = w->g.config;
    start_sending(w);
    w->g.config = config_of(w, more_lines);
    config_drop(old);
    int64_t id = simple(w, "fresh", LANE_CODE);
    played.timers_left = 0;
    sender_reload(w->g.sender);
    pass(w, 2000);
    assert_int_equal(played.send_count, 0);
    played.timers_left = 1;
    sender_reload(w->g.sender);
    pass(w, 10);
    assert_int_equal(played.send_count, 1);
    accept(0);
    settle_down(w);
    assert_status(w, id, "sent");
}

/* ---- several recipients a request ---- */

static void equal_texts_go_together(void **state)
{
    struct service_world *w = *state;
    assert_true(queue(w, "at", LANE_BROADCAST, 254700000000, "same", 0) > 0); /* one phone twice */
    for (int i = 0; i < 4; i++)
        assert_true(queue(w, "at", LANE_BROADCAST, 254700000000 + i, "same", 0) > 0);
    assert_true(queue(w, "at", LANE_BROADCAST, 254700000009, "other", 0) > 0);
    start_sending(w);
    pass(w, 100); /* its pace leaves a part of a burst unused */
    assert_int_equal(played.send_count, 3);
    assert_non_null(strstr(played.sends[0].body, "254700000000%2C%2B254700000001%2C%2B254700000002"));
    assert_null(strstr(played.sends[1].body, "other"));
    assert_non_null(strstr(played.sends[1].body, "254700000003"));
    assert_non_null(strstr(played.sends[2].body, "other"));
}

/* A reply to what is answered on the wire already is not taken along. */
static void replies_to_one_message_do_not_go_together(void **state)
{
    struct service_world *w = *state;
    assert_true(queue(w, "at", LANE_CONFIRMATION, 254700000001, "same", 5) > 0);
    assert_true(queue(w, "at", LANE_CONFIRMATION, 254700000002, "same", 5) > 0);
    assert_true(queue(w, "at", LANE_CONFIRMATION, 254700000003, "same", 6) > 0);
    start_sending(w);
    assert_int_equal(played.send_count, 1);
    assert_null(strstr(played.sends[0].body, "254700000002"));
    assert_non_null(strstr(played.sends[0].body, "254700000003"));
}

static void a_batch_that_finds_no_room_keeps_its_order(void **state)
{
    struct service_world *w = *state;
    for (int i = 0; i < 3; i++)
        assert_true(queue(w, "at", LANE_BROADCAST, 254700000000 + i, "same", 0) > 0);
    played.refuse_sends = true;
    start_sending(w);
    played.refuse_sends = false;
    pass(w, 100);
    assert_int_equal(played.send_count, 1);
    assert_non_null(strstr(played.sends[0].body, "254700000000%2C%2B254700000001%2C%2B254700000002"));
}

/* A request takes a hundred at the most, whatever the channel is told. */
static void equal_texts_beyond_a_shot(void **state)
{
    struct service_world *w = *state;
    assert_true(queue(w, "at", LANE_BROADCAST, 254700000001, "same", 0) > 0);
    assert_true(queue(w, "at", LANE_BROADCAST, 254700000002, "same", 0) > 0);
    start_sending(w);
    pass(w, 100); /* its pace leaves a part of a burst unused */
    assert_int_equal(played.send_count, 1);
    assert_non_null(strstr(played.sends[0].body, "254700000001%2C%2B254700000002"));
}

/* One who lets no broadcast through is left out of the next ones; a refused
 * reply says nothing of broadcasts. */
static void who_blocks_broadcasts_is_remembered(void **state)
{
    static const char refused[] =
        "{\"SMSMessageData\": {\"Message\": \"Sent to 0/1\", \"Recipients\": [{\"statusCode\": 406, "
        "\"number\": "
        "\"+25470000000%d\", \"status\": \"UserInBlacklist\", \"cost\": \"0\", \"messageId\": \"None\"}]}}";
    static const struct {
        enum lane lane;
        int status;
        bool blocked;
    } rows[] = {{LANE_BROADCAST, 201, true}, {LANE_CONFIRMATION, 201, false}, {LANE_BROADCAST, 400, false}};
    struct service_world *w = *state;
    struct contact contact;
    int64_t ids[3];
    for (int i = 0; i < 3; i++) {
        contact_get(w->db.store, w->arena, 254700000001 + i, &contact);
        begin(w->store);
        contact_put(w->db.store, &contact, played.now_ms / 1000);
        commit(w->store);
        ids[i] = queue(w, "at", rows[i].lane, 254700000001 + i, i == 0 ? "one" : i == 1 ? "two" : "three", 0);
    }
    start_sending(w);
    pass(w, 100);
    assert_int_equal(played.send_count, 3);
    for (size_t i = 0; i < 3; i++) {
        int to = strstr(played.sends[i].body, "254700000001")   ? 0
                 : strstr(played.sends[i].body, "254700000002") ? 1
                                                                : 2;
        struct str body = str_printf(w->arena, refused, to + 1);
        answer_send(i, rows[to].status, str_cstr(w->arena, body));
    }
    settle_down(w);
    for (int i = 0; i < 3; i++) {
        contact_get(w->db.store, w->arena, 254700000001 + i, &contact);
        assert_int_equal(contact.blocked_at, rows[i].blocked ? played.now_ms / 1000 : 0);
    }
    assert_status(w, ids[0], "failed");
    assert_status(w, ids[1], "failed");
}

static void count_moves(void *ctx)
{
    ++*(int *)ctx;
}

/* What belongs to no broadcast goes by any line; what does only by one of the
 * same rules, which nobody knows of a channel that is not there. */
static void what_is_handed_over_keeps_its_rules(void **state)
{
    static const struct {
        const char *from, *to;
        bool all;
    } rows[] = {
        {"mci", "other", true}, {"mci", "ads", false}, {"mci", "gone", false}, {"gone", "mci", false}};
    struct service_world *w = *state;
    int moves = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t own = queue(w, rows[i].from, LANE_CODE, 989120002200 + (int64_t)i, "x", 0);
        struct outbound m = {.channel = str_of(rows[i].from),
                             .phone = 989120002300 + (int64_t)i,
                             .text = STR("x"),
                             .lane = LANE_BROADCAST,
                             .segments = 1,
                             .source = 1001};
        begin(w->store);
        int64_t of_broadcast = outbox_add(w->db.store, &m, played.now_ms);
        commit(w->store);
        outbound_hand_over(&w->g, str_of(rows[i].from), str_of(rows[i].to), count_moves, &moves);
        run_jobs(w, JOB_DONE, false);
        assert_int_equal(moves, i + 1);
        assert_text(outbox_row(w->store, own).channel, rows[i].to);
        assert_text(outbox_row(w->store, of_broadcast).channel, rows[i].all ? rows[i].to : rows[i].from);
        begin(w->store); /* out of the way of the next row */
        struct outbound own_row = outbox_row(w->store, own), other_row = outbox_row(w->store, of_broadcast);
        outbox_sent(w->db.store, w->arena, &own_row, STR(""), played.now_ms);
        outbox_sent(w->db.store, w->arena, &other_row, STR(""), played.now_ms);
        commit(w->store);
    }
}

static int64_t of_source(struct service_world *w, int64_t phone, int64_t source)
{
    return queue_row(w, &(struct outbound){.channel = STR("mci"),
                                           .phone = phone,
                                           .text = STR("cast"),
                                           .lane = LANE_BROADCAST,
                                           .segments = 1,
                                           .source = source});
}

/* Claimed and not begun when its broadcast is paused: it goes back, and only that. */
static void what_is_recalled_goes_back(void **state)
{
    struct service_world *w = *state;
    int64_t first = of_source(w, 989120000001, 1001), second = of_source(w, 989120000002, 1002),
            third = of_source(w, 989120000003, 1001);
    played.refuse_sends = true; /* all three are claimed and wait */
    start_sending(w);
    assert_status(w, first, "sending");
    assert_status(w, third, "sending");
    sender_recall(w->g.sender, 1001);
    run_jobs(w, JOB_DONE, false);
    assert_status(w, first, "queued");
    assert_int_equal(outbox_row(w->store, first).attempts, 0);
    assert_status(w, second, "sending");
    assert_status(w, third, "queued");
    played.refuse_sends = false;
    pass(w, 100);
    assert_int_equal(played.send_count, 2); /* nobody paused it: they are claimed again */
    accept(0);
    accept(1);
    pass(w, 500); /* their pace leaves a part of a burst unused */
    accept(2);
    pass(w, 30); /* a broadcast's answer waits 20 ms for others */
    assert_status(w, third, "sent");
}

/* Claimed, looked at once more, and it may not go: another is in its place. */
static void who_stopped_is_sent_no_broadcast(void **state)
{
    struct service_world *w = *state;
    struct contact contact;
    int64_t stopped = of_source(w, 989120000001, 1001), other = of_source(w, 989120000002, 1001);
    contact_get(w->db.store, w->arena, 989120000001, &contact);
    contact.stopped_at = played.now_ms / 1000;
    begin(w->store);
    contact_put(w->db.store, &contact, played.now_ms / 1000);
    commit(w->store);
    start_sending(w);
    pass(w, 100);
    assert_int_equal(played.send_count, 1);
    assert_non_null(strstr(played.sends[0].target, "989120000002"));
    assert_status(w, stopped, "failed");
    accept(0);
    pass(w, 30);
    assert_status(w, other, "sent");
}

/* What was claimed of a broadcast that is paused goes back; the others stay, in their order. */
static void rows_of_one_broadcast_are_pulled_out(void **state)
{
    struct row rows[] = {
        {.message.source = 5}, {.message.source = 6}, {.message.source = 5}, {.message.source = 7}};
    struct row_list list, back;
    (void)state;
    row_list_init(&list);
    row_list_init(&back);
    for (size_t i = 0; i < 4; i++)
        row_list_push(&list, &rows[i]);
    assert_int_equal(row_list_pull_source(&list, 8, &back), 0);
    assert_int_equal(row_list_pull_source(&list, 5, &back), 2);
    assert_int_equal(row_list_count(&list), 2);
    assert_ptr_equal(row_list_pop(&back), &rows[0]);
    assert_ptr_equal(row_list_pop(&back), &rows[2]);
    assert_null(row_list_pop(&back));
    assert_int_equal(row_list_pull_source(&list, 7, &back), 1); /* the last: its place is free */
    row_list_push(&list, &rows[0]);
    assert_ptr_equal(row_list_pop(&list), &rows[1]);
    assert_ptr_equal(row_list_pop(&list), &rows[0]);
    assert_null(row_list_pop(&list));
}

#define ON(up, fn)                      \
    {                                   \
#fn, fn, up, service_down, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(up_two, a_claim_that_is_not_done_is_made_again),
        ON(up_two, a_claim_that_runs_again_takes_a_row_once),
        ON(up_two, a_store_with_too_much_to_do_is_asked_later),
        ON(up_two, a_result_is_kept_until_it_is_written_down),
        ON(up_two, no_sender_without_timers),
        ON(up_two, a_client_without_room_is_tried_again),
        ON(up_two, what_follows_a_refused_message_waits_with_it),
        ON(up_wide, a_refused_message_holds_nothing_else_back),
        ON(up_two, what_cannot_be_given_back_is_given_back_later),
        ON(up_two, what_was_left_behind_comes_first),
        ON(up_two, a_report_may_come_before_the_answer),
        ON(up_two, a_line_refused_by_its_telecom_pauses_and_hands_over),
        ON(up_wide, a_line_that_fails_is_probed_by_one),
        ON(up_two, a_line_that_rests_hands_over),
        ON(up_five, a_slow_line_keeps_its_pace),
        ON(up_two, what_the_stop_cuts_off_is_not_counted),
        ON(up_wide, lanes_share_the_pace),
        ON(up_five, a_confirmation_overtakes_what_was_claimed),
        ON(up_two, what_is_due_behind_waiting_replies_is_claimed_later),
        ON(up_wide, a_line_that_shrank_claims_nothing),
        ON(up_two, a_sender_that_claims_broadcasts_is_not_idle),
        ON(up_slow, every_lane_gets_its_turn),
        ON(up_two, broadcasts_that_went_are_settled_together),
        ON(up_two, what_is_over_is_not_sent),
        ON(up_two, what_is_due_in_an_hour_is_sent_then),
        ON(up_two, what_becomes_due_while_a_line_looks_is_not_missed),
        ON(up_two, care_that_is_not_done_is_tried_again),
        ON(up_two, a_claim_that_ends_after_the_stop_is_given_back),
        ON(up_two, what_cannot_be_given_back_at_the_stop_stays_sending),
        ON(up_two, what_is_on_the_wire_at_the_end_is_uncertain),
        ON(up_two, a_channel_that_goes_and_one_that_comes),
        ON(up_two, a_channel_that_cannot_be_opened_waits_for_the_next_reload),
        ON(up_batches, equal_texts_go_together),
        ON(up_batches, replies_to_one_message_do_not_go_together),
        ON(up_batches, a_batch_that_finds_no_room_keeps_its_order),
        ON(up_large, equal_texts_beyond_a_shot),
        ON(up_batches, who_blocks_broadcasts_is_remembered),
        ON(up_promo, what_is_handed_over_keeps_its_rules),
        ON(up_two, what_is_recalled_goes_back),
        ON(up_two, who_stopped_is_sent_no_broadcast),
        cmocka_unit_test(rows_of_one_broadcast_are_pulled_out),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
