/* What a line does at its edges: asking a telecom that can be asked what became
 * of a message, what the store refuses then, and what an earlier run left. */
#include "lines_world.h"

#include <sqlite3.h>

static const char phone_line[] =
    "[service]\nretry_first = 1s\nretry_most = 2s\nuncertain_wait = 10s\n"
    "[channel hand]\nprovider = android\nnumber = 2000\nsend_url = http://127.0.0.1:1/hand\nsecret = s\n"
    "rate = 1000\nin_flight = 16\n"
    "[channel mci]\nprovider = kannel\nnumber = 2001\nsend_url = http://127.0.0.1:1/mci\nsecret = s\n"
    "rate = 1000\nin_flight = 2\n";
static const char other_line[] =
    "[channel mci]\nprovider = kannel\nnumber = 2001\nsend_url = http://127.0.0.1:1/mci\nsecret = s\n";

enum { WAIT_MS = 10 * 1000, LEASE_MS = 30 * 1000 };

static int up(void **state)
{
    return service_up(state, phone_line);
}

static void start_sending(struct service_world *w)
{
    w->g.sender = sender_new(&w->g);
    assert_non_null(w->g.sender);
    pass(w, 10);
}

static bool is_question(size_t i)
{
    return i < played.send_count && played.sends[i].body[0] == '\0' &&
           strstr(played.sends[i].target, "/hand/out") != NULL;
}

/* One message whose sending broke off; it is asked about once its wait is over. */
static int64_t send_and_lose(struct service_world *w, enum lane lane)
{
    int64_t id = queue(w, "hand", lane, 989120001122, "x", 0);
    start_sending(w);
    pass(w, 100); /* broadcasts leave a part of a burst unused */
    assert_int_equal(played.send_count, 1);
    break_send(0, HTTP_UNSURE);
    settle_down(w);
    assert_status(w, id, "uncertain");
    return id;
}

static int64_t lose_and_ask(struct service_world *w, enum lane lane)
{
    int64_t id = send_and_lose(w, lane);
    pass(w, WAIT_MS - 1000);
    assert_int_equal(played.send_count, 1);
    pass(w, 2500);
    assert_int_equal(played.send_count, 2);
    assert_true(is_question(1));
    return id;
}

/* Not before the lease is over, and then as question number I. */
static void assert_asked_again(struct service_world *w, int64_t id, size_t i)
{
    assert_status(w, id, "uncertain");
    pass(w, LEASE_MS - 5000);
    assert_int_equal(played.send_count, i);
    pass(w, 7000);
    assert_int_equal(played.send_count, i + 1);
    assert_true(is_question(i));
    answer_send(i, 200, "{\"id\":\"p7\",\"state\":\"Sent\"}");
    settle_down(w);
    assert_status(w, id, "sent");
}

static void forget(struct service_world *w, int64_t id)
{
    sqlite3 *db;
    char sql[64];
    assert_int_equal(sqlite3_open(w->store->path, &db), SQLITE_OK); /* as a purge would */
    assert_true(snprintf(sql, sizeof sql, "DELETE FROM outbox WHERE id = %lld", (long long)id) > 0);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- what it tells ---- */

static void it_has_the_message(void **state)
{
    struct service_world *w = *state;
    int64_t id = lose_and_ask(w, LANE_CONFIRMATION);
    answer_send(1, 200, "{\"id\":\"p7\",\"state\":\"Sent\"}");
    run_jobs(w, JOB_DONE, true); /* the engine ran it twice */
    settle_down(w);
    assert_status(w, id, "sent");
    assert_true(str_is(outbox_row(w->store, id).provider_id, "p7"));
    pass(w, LEASE_MS + WAIT_MS);
    assert_int_equal(played.send_count, 2); /* it went out once, and was asked about once */
}

static void it_never_got_it(void **state)
{
    struct service_world *w = *state;
    int64_t id = lose_and_ask(w, LANE_CONFIRMATION);
    answer_send(1, 404, "");
    pass(w, 100); /* and not at some later tick */
    assert_int_equal(played.send_count, 3);
    assert_false(is_question(2));
    answer_send(2, 202, "{\"id\":\"p8\",\"state\":\"Pending\"}");
    settle_down(w);
    assert_status(w, id, "sent");
    assert_false(outbox_row(w->store, id).may_be_double);
}

/* It does not answer: as for a telecom that cannot be asked. */
static void it_does_not_tell(void **state)
{
    struct service_world *w = *state;
    int64_t id = lose_and_ask(w, LANE_BROADCAST);
    break_send(1, HTTP_UNSENT);
    pass(w, 1000);
    assert_status(w, id, "held");
    assert_int_equal(played.send_count, 2);
}

static void it_does_not_tell_of_a_code(void **state)
{
    struct service_world *w = *state;
    int64_t id = lose_and_ask(w, LANE_CODE);
    break_send(1, HTTP_UNSURE);
    pass(w, 100);
    assert_int_equal(played.send_count, 3);
    assert_false(is_question(2));
    assert_true(outbox_row(w->store, id).may_be_double);
}

/* ---- somebody was quicker ---- */

static void a_report_came_before_the_answer(void **state)
{
    struct service_world *w = *state;
    int64_t id = lose_and_ask(w, LANE_CODE);
    struct report report = {.channel = STR("hand"), .id = id, .state = REPORT_DELIVERED};
    begin(w->store);
    assert_true(outbox_report(w->db.store, w->arena, &report, played.now_ms));
    commit(w->store);
    answer_send(1, 404, "");
    pass(w, 100);
    assert_status(w, id, "delivered");
    assert_int_equal(played.send_count, 2);
}

static void the_row_went_before_the_answer(void **state)
{
    struct service_world *w = *state;
    forget(w, lose_and_ask(w, LANE_CODE));
    answer_send(1, 404, "");
    pass(w, 100);
    assert_int_equal(played.send_count, 2);
}

/* ---- what refuses ---- */

static void a_client_without_room_asks_after_the_lease(void **state)
{
    struct service_world *w = *state;
    int64_t id = send_and_lose(w, LANE_CONFIRMATION);
    played.refuse_sends = true;
    pass(w, WAIT_MS + 1500);
    played.refuse_sends = false;
    assert_int_equal(played.send_count, 1);
    assert_asked_again(w, id, 1);
}

static void an_answer_the_store_has_no_room_for(void **state)
{
    struct service_world *w = *state;
    int64_t id = lose_and_ask(w, LANE_CONFIRMATION);
    played.refuse_jobs = true;
    answer_send(1, 404, "");
    played.refuse_jobs = false;
    settle_down(w);
    assert_asked_again(w, id, 2);
}

static void an_answer_the_store_could_not_keep(void **state)
{
    struct service_world *w = *state;
    int64_t id = lose_and_ask(w, LANE_CONFIRMATION);
    answer_send(1, 404, "");
    run_jobs(w, JOB_NOT_DONE, false);
    settle_down(w);
    assert_asked_again(w, id, 2);
}

/* Nine at once: eight questions, and the ninth a tick later. */
static void eight_questions_at_once(void **state)
{
    struct service_world *w = *state;
    for (int i = 0; i < 9; i++)
        assert_true(queue(w, "hand", LANE_CONFIRMATION, 989120001100 + i, "x", 0) > 0);
    w->g.sender = sender_new(&w->g);
    pass(w, 100);
    for (size_t i = 0; i < played.send_count; i++)
        if (played.sends[i].fn != NULL)
            break_send(i, HTTP_UNSURE);
    pass(w, 8000);
    while (played.send_count < 9) { /* the line rests after failures, and tries one by one */
        size_t n = played.send_count;
        pass(w, 100);
        for (size_t i = n; i < played.send_count; i++)
            break_send(i, HTTP_UNSURE);
    }
    size_t sent = played.send_count, most = 0, questions = 0;
    for (int i = 0; i < 30 && questions < 9; i++) {
        size_t before = played.send_count;
        pass(w, 1000);
        most = played.send_count - before > most ? played.send_count - before : most;
        questions = played.send_count - sent;
    }
    assert_int_equal(questions, 9);
    assert_int_equal(most, 8);
}

/* Between the care and its end the operator took the channel away. */
static void a_channel_that_went_is_not_asked(void **state)
{
    struct service_world *w = *state;
    int64_t id = send_and_lose(w, LANE_CODE);
    struct config *old = w->g.config;
    fire_timers(WAIT_MS + 1);
    assert_true(played.job_count > 0);
    w->g.config = config_of(w, other_line);
    config_drop(old);
    run_jobs(w, JOB_DONE, false);
    assert_int_equal(played.send_count, 1);
    assert_status(w, id, "uncertain");
    pass(w, LEASE_MS + 2000); /* nobody to ask any more: codes once more */
    assert_status(w, id, "queued");
    assert_int_equal(played.send_count, 1);
}

/* ---- giving back, and what was left behind ---- */

static void giving_back_that_is_not_done_is_tried_again(void **state)
{
    struct service_world *w = *state;
    int64_t first = queue(w, "mci", LANE_CONFIRMATION, 989120000001, "a", 7);
    int64_t rest = queue(w, "mci", LANE_CONFIRMATION, 989120000001, "b", 7);
    start_sending(w);
    assert_int_equal(played.send_count, 1);
    answer_send(0, 503, "");
    run_jobs(w, JOB_NOT_DONE, false);
    assert_status(w, first, "sending");
    assert_status(w, rest, "sending");
    pass(w, 1100);
    assert_status(w, first, "queued");
    assert_status(w, rest, "queued");
    pass(w, 3000);
    assert_int_equal(played.send_count, 2);
    assert_non_null(strstr(played.sends[1].target, "text=a"));
}

static void leave_behind(struct service_world *w, int64_t id)
{
    struct outbound m;
    begin(w->store);
    assert_int_equal(
        outbox_claim(w->db.store, w->arena, STR("mci"), LANE_CODE, STR("n"), played.now_ms, &m, 1), 1);
    commit(w->store);
    assert_status(w, id, "sending");
}

/* Nothing is claimed before it is done, and it is asked for once at a time. */
static void what_was_left_behind_is_settled_until_it_is(void **state)
{
    struct service_world *w = *state;
    int64_t id = queue(w, "mci", LANE_CODE, 989120000001, "a", 0);
    leave_behind(w, id);
    int64_t waits = queue(w, "mci", LANE_CODE, 989120000002, "b", 0);
    w->g.sender = sender_new(&w->g);
    fire_timers(1);
    size_t jobs = played.job_count;
    fire_timers(1000); /* the store is slow; care, and no second one */
    assert_int_equal(played.job_count, jobs + 1);
    run_jobs(w, JOB_NOT_DONE, false);
    assert_status(w, id, "sending");
    assert_status(w, waits, "queued");
    assert_int_equal(w->g.metrics.unknown_outcomes, 0);
    fire_timers(1000);
    run_jobs(w, JOB_DONE, true); /* and the engine runs it twice */
    assert_status(w, id, "uncertain");
    assert_int_equal(w->g.metrics.unknown_outcomes, 1);
    settle_down(w);
    assert_int_equal(played.send_count, 1);
    assert_non_null(strstr(played.sends[0].target, "text=b"));
}

/* Its time was over between the last care and the claim. */
static void what_is_over_at_the_claim_is_not_sent(void **state)
{
    struct service_world *w = *state;
    start_sending(w);
    int64_t over = queue(w, "mci", LANE_CODE, 989120000001, "a", 0);
    int64_t lasts = queue(w, "mci", LANE_CONFIRMATION, 989120000002, "b", 0);
    played.now_ms += 11 * 60 * 1000; /* a code lives ten minutes */
    sender_wake(w->g.sender, STR("mci"));
    run_jobs(w, JOB_DONE, false);
    assert_status(w, over, "expired");
    assert_int_equal(outbox_row(w->store, over).attempts, 1); /* claimed, never sent */
    assert_status(w, lasts, "sending");
    assert_int_equal(played.send_count, 1);
    assert_non_null(strstr(played.sends[0].target, "text=b"));
}

/* ---- more lines than the client has room for ---- */

/* Lines stay when their channels go: after many reloads each still has one slot. */
static void more_lines_than_slots(void **state)
{
    enum { CHANNELS = 52, RELOADS = 5 };
    struct service_world *w = *state;
    start_sending(w);
    played.timers_left = TIMERS_MOST;
    for (int reload = 0; reload < RELOADS; reload++) {
        struct sbuf text = sbuf_in(w->arena);
        struct config *old = w->g.config;
        for (int i = 0; i < CHANNELS; i++)
            sbuf_printf(&text,
                        "[channel c%d-%d]\nprovider = kannel\nnumber = %d\nsend_url = http://127.0.0.1:1/x\n"
                        "secret = s\nin_flight = 2\n",
                        reload, i, 3000 + i);
        w->g.config = config_of(w, str_cstr(w->arena, sbuf_str(&text)));
        config_drop(old);
        sender_reload(w->g.sender);
        settle_down(w);
    }
    assert_true((size_t)CHANNELS * RELOADS > http_client_defaults.in_flight);
    for (int i = 0; i < 2; i++)
        assert_true(queue(w, "c4-7", LANE_CODE, 989120000001 + i, "x", 0) > 0);
    sender_wake(w->g.sender, STR("c4-7"));
    pass(w, 3000);
    assert_int_equal(played.send_count, 1);
    answer_send(0, 202, "0: Accepted for delivery");
    pass(w, 1000);
    assert_int_equal(played.send_count, 2);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, service_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_has_the_message),
        TEST(it_never_got_it),
        TEST(it_does_not_tell),
        TEST(it_does_not_tell_of_a_code),
        TEST(a_report_came_before_the_answer),
        TEST(the_row_went_before_the_answer),
        TEST(a_client_without_room_asks_after_the_lease),
        TEST(an_answer_the_store_has_no_room_for),
        TEST(an_answer_the_store_could_not_keep),
        TEST(eight_questions_at_once),
        TEST(a_channel_that_went_is_not_asked),
        TEST(giving_back_that_is_not_done_is_tried_again),
        TEST(what_was_left_behind_is_settled_until_it_is),
        TEST(what_is_over_at_the_claim_is_not_sent),
        TEST(more_lines_than_slots),
    };
    return cmocka_run_group_tests_name("lines at their edges", tests, NULL, NULL);
}
