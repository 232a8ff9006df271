/* The outbox's state machine, every branch: pauses, expiry, the policy for
 * messages of unknown fate, and that reports only move a state forward. */
#include "unit.h"

#include "gateway/model/outbox_state.h"

enum { FIRST = 5000, MOST = 600000, WAIT = 60000 };
static const struct outbox_rules rules = {FIRST, MOST, WAIT};
static const int64_t now = INT64_C(1762500000000), far = INT64_C(1772500000000);

static int64_t pause_of(const struct outbox_rules *r, enum send_result result, int64_t attempts,
                        uint32_t random)
{
    struct outbox_move move = outbox_after_send(r, result, attempts, now, far, random, 0);
    assert_int_equal(move.status, OUTBOX_QUEUED);
    assert_false(move.may_be_double || move.resend);
    return move.due_ms - now;
}

static void pauses_double_up_to_the_most(void **state)
{
    (void)state;
    int64_t want = FIRST;
    for (int64_t attempts = 1; attempts < 20; attempts++) {
        assert_int_equal(pause_of(&rules, SEND_RETRY, attempts, 0), want);
        want = want * 2 < MOST ? want * 2 : MOST;
    }
    assert_int_equal(pause_of(&rules, SEND_RETRY, 0, 0), FIRST);
    assert_int_equal(pause_of(&rules, SEND_RETRY, INT64_MAX, 0), MOST);
    struct outbox_rules odd = {1, 1, 1}, long_ones = {86400000, INT64_C(3155760000000), 1};
    assert_int_equal(pause_of(&odd, SEND_RETRY, 9, 0xFFFFFFFF), 1);
    struct outbox_move capped = outbox_after_send(&long_ones, SEND_RETRY, 90, now, far, 0, 0);
    assert_int_equal(capped.due_ms, far);
}

/* Up to a quarter off, and really spread. */
static void jitter_stays_within_a_quarter(void **state)
{
    (void)state;
    struct tally t = tally_new();
    uint64_t seed = 3;
    unsigned seen = 0;
    bool quarter[8] = {false};
    for (int i = 0; i < 20000; i++) {
        int64_t attempts = 1 + (int64_t)random_below(&seed, 12),
                full = pause_of(&rules, SEND_RETRY, attempts, 0);
        int64_t pause = pause_of(&rules, SEND_RETRY, attempts, (uint32_t)random_next(&seed));
        tally_check(&t, pause <= full && pause >= full - full / 4, "%lld of %lld", (long long)pause,
                    (long long)full);
        size_t part = (size_t)((full - pause) * 8 / (full / 4 + 1));
        if (part < 8 && !quarter[part]) {
            quarter[part] = true;
            seen++;
        }
    }
    assert_int_equal(seen, 8);
    tally_end(&t);
}

static void the_telecoms_wish_counts_when_longer(void **state)
{
    (void)state;
    struct outbox_move move = outbox_after_send(&rules, SEND_THROTTLED, 1, now, far, 0, 30000);
    assert_true(move.status == OUTBOX_QUEUED && move.due_ms == now + 30000);
    move = outbox_after_send(&rules, SEND_THROTTLED, 1, now, far, 0, 100);
    assert_int_equal(move.due_ms, now + FIRST);
    move = outbox_after_send(&rules, SEND_RETRY, 1, now, now + 20000, 0, 30000);
    assert_true(move.status == OUTBOX_QUEUED && move.due_ms == now + 20000); /* so that it expires visibly */
}

static void each_result_has_its_state(void **state)
{
    (void)state;
    static const enum outbox_status want[SEND_RESULTS] = {
        [SEND_OK] = OUTBOX_SENT,          [SEND_RETRY] = OUTBOX_QUEUED,
        [SEND_THROTTLED] = OUTBOX_QUEUED, [SEND_PERMANENT] = OUTBOX_FAILED,
        [SEND_BLOCKED] = OUTBOX_FAILED,   [SEND_MISCONFIGURED] = OUTBOX_QUEUED,
        [SEND_BAD_INPUT] = OUTBOX_FAILED, [SEND_UNCERTAIN] = OUTBOX_UNCERTAIN};
    for (int i = 0; i < SEND_RESULTS; i++) {
        struct outbox_move move = outbox_after_send(&rules, (enum send_result)i, 1, now, far, 0, 0);
        if (move.status != want[i])
            fail_msg("%s gives %s", send_result_names[i], outbox_status_names[move.status]);
        assert_false(move.may_be_double || move.resend);
        bool waits = move.status == OUTBOX_QUEUED;
        if (waits)
            assert_true(move.due_ms == now + FIRST);
        struct outbox_move late = outbox_after_send(&rules, (enum send_result)i, 1, far, far, 0, 0);
        assert_int_equal(late.status, waits ? OUTBOX_EXPIRED : want[i]);
    }
    struct outbox_move unsure = outbox_after_send(&rules, SEND_UNCERTAIN, 1, now, far, 9, 0);
    assert_int_equal(unsure.due_ms, now + WAIT);
}

/* Codes once more, confirmations at most twice, the rest held. */
static void uncertain_messages_are_sent_again_by_lane(void **state)
{
    (void)state;
    static const int64_t allowed[LANES] = {1, 2, 0, 0};
    for (int lane = 0; lane < LANES; lane++)
        for (int64_t resends = 0; resends < 5; resends++) {
            struct outbox_move move = outbox_after_wait((enum lane)lane, resends, now, far);
            bool again = resends < allowed[lane];
            assert_int_equal(move.status, again ? OUTBOX_QUEUED : OUTBOX_HELD);
            assert_true(move.may_be_double == again && move.resend == again);
            if (again)
                assert_int_equal(move.due_ms, now);
        }
    struct outbox_move late = outbox_after_wait(LANE_CONFIRMATION, 0, far, far);
    assert_int_equal(late.status, OUTBOX_EXPIRED);
    assert_false(late.may_be_double || late.resend);
}

/* What the telecom tells when asked is as good as its answer to the send. */
static void asking_settles_or_leaves_it_to_the_policy(void **state)
{
    (void)state;
    for (int told = 0; told < SEND_RESULTS; told++)
        for (int lane = 0; lane < LANES; lane++) {
            struct outbox_move policy = outbox_after_wait((enum lane)lane, 0, now, far);
            struct outbox_move move =
                outbox_after_asking((enum send_result)told, (enum lane)lane, 0, now, far);
            if (told == SEND_OK)
                assert_int_equal(move.status, OUTBOX_SENT);
            else if (told == SEND_PERMANENT)
                assert_int_equal(move.status, OUTBOX_FAILED);
            else if (told == SEND_RETRY)
                assert_true(move.status == OUTBOX_QUEUED && move.due_ms == now);
            else
                assert_true(move.status == policy.status && move.may_be_double == policy.may_be_double);
            if (told == SEND_OK || told == SEND_PERMANENT || told == SEND_RETRY)
                assert_false(move.may_be_double || move.resend);
        }
    assert_int_equal(outbox_after_asking(SEND_RETRY, LANE_CODE, 0, far, far).status, OUTBOX_EXPIRED);
}

static void reports_move_forward_only(void **state)
{
    (void)state;
    for (int from = 0; from < OUTBOX_STATUSES; from++) {
        bool final = from == OUTBOX_DELIVERED || from == OUTBOX_FAILED;
        enum outbox_status to;
        assert_int_equal(outbox_after_report((enum outbox_status)from, REPORT_DELIVERED, &to), !final);
        assert_true(final || to == OUTBOX_DELIVERED);
        assert_int_equal(outbox_after_report((enum outbox_status)from, REPORT_FAILED, &to), !final);
        assert_true(final || to == OUTBOX_FAILED);
        bool moves = outbox_after_report((enum outbox_status)from, REPORT_SENT, &to);
        assert_int_equal(moves, !final && from != OUTBOX_SENT);
        assert_true(!moves || to == OUTBOX_SENT);
    }
}

static void lifetimes_are_the_designs(void **state)
{
    (void)state;
    assert_int_equal(outbox_lifetime_ms(LANE_CODE), 10 * 60 * 1000);
    assert_int_equal(outbox_lifetime_ms(LANE_CONFIRMATION), 72 * 3600 * 1000);
    assert_int_equal(outbox_lifetime_ms(LANE_REMINDER), 24 * 3600 * 1000);
    assert_true(outbox_lifetime_ms(LANE_BROADCAST) > 0);
}

static void names_are_the_vocabularys(void **state)
{
    (void)state;
    static const char *const results[] = {"ok",      "retry",         "throttled", "permanent",
                                          "blocked", "misconfigured", "bad_input", "uncertain"};
    static const char *const statuses[] = {"queued", "sending", "sent",      "delivered",
                                           "failed", "expired", "uncertain", "held"};
    for (int i = 0; i < 8; i++) {
        assert_string_equal(send_result_names[i], results[i]);
        assert_string_equal(outbox_status_names[i], statuses[i]);
    }
    assert_string_equal(lane_names[LANE_BROADCAST], "broadcast");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_double_up_to_the_most),
        cmocka_unit_test(jitter_stays_within_a_quarter),
        cmocka_unit_test(the_telecoms_wish_counts_when_longer),
        cmocka_unit_test(each_result_has_its_state),
        cmocka_unit_test(uncertain_messages_are_sent_again_by_lane),
        cmocka_unit_test(asking_settles_or_leaves_it_to_the_policy),
        cmocka_unit_test(reports_move_forward_only),
        cmocka_unit_test(lifetimes_are_the_designs),
        cmocka_unit_test(names_are_the_vocabularys),
    };
    return cmocka_run_group_tests_name("outbox states", tests, NULL, NULL);
}
