/* The signal drops behind every single press of every tale: dialled again, or
 * finished by SMS, it must end as it would have without the drop.  Repeats and
 * late steps move nothing, and two sessions of one phone don't mix. */
#include "tests/dialogs/tales.h"

static struct arena *ends; /* of the endings as they should be */

static int group(void **state)
{
    ends = arena_new(1 << 16);
    return town_group(state);
}

static int group_end(void **state)
{
    arena_free(ends);
    return town_group_end(state);
}

static bool is_offer(struct town *t, bool english)
{
    const struct catalogue *c = t->w.config->texts->catalogue[english ? LANGUAGE_EN : LANGUAGE_FA];
    return str_starts(t->h.page, catalogue_say(c, t->w.arena, "ussd.resume", NULL, 0));
}

static void go_until(struct town *t, const struct tale *tale, unsigned from, unsigned behind)
{
    for (unsigned i = from; i <= behind; i++)
        press(t, &t->h, tale->presses[i]);
}

/* ---- dialled again ---- */

static void drop_and_dial(struct town *t, const struct tale *tale, unsigned at, bool english, bool notice)
{
    go_until(t, tale, 0, at);
    if (notice)
        handset_over(&t->w, &t->h, STR(""));
    t->w.now_ms += 30000;
    press(t, &t->h, "*0000#");
    if (is_offer(t, english) != (at >= tale->offered))
        fail_msg("%s: behind press %u it is%s offered to go on", tale->name, at,
                 at >= tale->offered ? " not" : "");
    if (at >= tale->offered)
        press(t, &t->h, "1");
    go_until(t, tale, at >= tale->offered ? at + 1 : 1, presses(tale) - 1);
}

static void test_dialled_again(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES * 12; run++) {
        const struct tale *tale = &tales[run / 12];
        enum gateway_way way = (enum gateway_way)(run % 3);
        bool english = run / 3 % 2 == 1, notice = run / 6 % 2 == 1;
        struct str want = undisturbed(t, tale, way, english, ends);
        for (unsigned at = 0; at + 1 < presses(tale); at++) {
            town_open(t, way);
            before(t, tale, english);
            drop_and_dial(t, tale, at, english, notice);
            same_ending(t, want, tale, notice ? "dropped with a notice" : "dropped", at);
            assert_int_equal(hand_offs(t), notice && at >= tale->offered);
            press(t, &t->h, "*0000#"); /* nothing is left of it */
            assert_false(is_offer(t, english) && !(tale->asked < NEVER && at >= tale->asked));
            town_close(t);
        }
    }
}

/* It drops behind every press, one after the other: still one hand-off a day. */
static void test_drops_all_the_time(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES * 2; run++) {
        const struct tale *tale = &tales[run / 2];
        bool english = run % 2 == 1;
        struct str want = undisturbed(t, tale, SENDS_LAST, english, ends);
        town_open(t, SENDS_LAST);
        before(t, tale, english);
        for (unsigned at = 0; at < presses(tale); at++) {
            press(t, &t->h, tale->presses[at]);
            if (at + 1 == presses(tale) || at < tale->offered)
                continue;
            handset_over(&t->w, &t->h, STR(""));
            t->w.now_ms += 30000;
            press(t, &t->h, "*0000#");
            assert_true(is_offer(t, english));
            press(t, &t->h, "1");
        }
        same_ending(t, want, tale, "dropping all the time", 0);
        assert_true(hand_offs(t) <= 1);
        town_close(t);
    }
}

/* ---- finished by SMS ---- */

static void finish_by_sms(struct town *t, const struct tale *tale, unsigned at, bool english)
{
    bool notice = at % 2 == 0; /* else the service finds out by itself */
    town_open(t, SENDS_ALL);
    before(t, tale, english);
    go_until(t, tale, 0, at);
    if (notice) {
        handset_over(&t->w, &t->h, STR(""));
    } else {
        t->w.now_ms += 200000;
        assert_true(store_begin(t->w.store));
        assert_int_equal(
            dispatch_idle_sessions(t->w.store, t->w.config, t->w.zone, t->w.arena, t->w.now_ms, sms_line, 10),
            1);
        assert_int_equal(store_commit(t->w.store), STORE_DONE);
    }
    assert_int_equal(hand_offs(t), at >= tale->offered);
}

static void test_finished_by_sms(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES * 2; run++) {
        const struct tale *tale = &tales[run / 2];
        bool english = run % 2 == 1;
        struct str want = undisturbed(t, tale, SENDS_ALL, english, ends);
        for (unsigned at = 0; at + 1 < presses(tale); at++) {
            finish_by_sms(t, tale, at, english);
            if (at >= tale->offered && !tale->paged) {
                if (at < tale->asked)
                    text(t, "1");
                for (unsigned i = at + 1; i < presses(tale); i++)
                    text(t, tale->presses[i]);
                same_ending(t, want, tale, "finished by SMS", at);
                press(t, &t->h, "*0000#");
                assert_false(is_offer(t, english));
            }
            town_close(t);
        }
    }
}

static void test_whole_answer(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES * 2; run++) {
        const struct tale *tale = &tales[run / 2];
        struct str want = undisturbed(t, tale, SENDS_ALL, run % 2 == 1, ends);
        for (unsigned at = tale->offered; tale->whole != NULL && at + 1 < presses(tale); at++) {
            finish_by_sms(t, tale, at, run % 2 == 1);
            text(t, tale->whole);
            same_ending(t, want, tale, "said at once by SMS", at);
            press(t, &t->h, "*0000#");
            assert_false(is_offer(t, run % 2 == 1));
            town_close(t);
        }
    }
}

/* ---- repeats, late steps, the end that brings an answer ---- */

static void test_everything_twice(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES * 3; run++) {
        const struct tale *tale = &tales[run / 3];
        enum gateway_way way = (enum gateway_way)(run % 3);
        struct str want = undisturbed(t, tale, way, false, ends);
        town_open(t, way);
        before(t, tale, false);
        t->h.twice = true;
        go_until(t, tale, 0, presses(tale) - 1);
        same_ending(t, want, tale, "all twice", 0);
        town_close(t);
    }
}

/* An older step of the session comes once more, behind every later one. */
static void send_late(struct town *t, const struct handset *older, const char *press_of)
{
    struct handset *h = &t->h;
    struct str page = h->page;
    bool last = h->last;
    struct ussd_step step = handset_step(h, h->way == SENDS_ALL ? older->heard : str_of(press_of));
    step.hop = h->way == SENDS_HOPS ? str_printf(t->w.arena, "%u", older->hop) : STR("");
    step.first = h->way == SENDS_ALL && step.input.n == 0 ? FIRST_YES : FIRST_NO;
    struct handset now = *h;
    handset_send(&t->w, h, &step);
    assert_int_equal(h->outcome, DISPATCH_REPEAT);
    assert_true(str_eq(h->page, page) && h->last == last);
    *h = now;
}

static void test_late_steps(void **state)
{
    struct town *t = *state;
    struct handset older[PRESSES_MOST];
    for (unsigned run = 0; run < TALES * 2; run++) {
        const struct tale *tale = &tales[run / 2];
        enum gateway_way way = run % 2 == 0 ? SENDS_ALL : SENDS_HOPS;
        struct str want = undisturbed(t, tale, way, false, ends);
        town_open(t, way);
        before(t, tale, false);
        for (unsigned at = 0; at < presses(tale); at++) {
            press(t, &t->h, tale->presses[at]);
            older[at] = t->h;
            for (unsigned i = 0; i < at; i++)
                if (!t->h.last || i > 0) /* dialled again at once is no late step */
                    send_late(t, &older[i], tale->presses[i]);
        }
        same_ending(t, want, tale, "late steps", 0);
        town_close(t);
    }
}

static void test_last_answer_with_the_end(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES; run++) {
        const struct tale *tale = &tales[run];
        struct str want = undisturbed(t, tale, SENDS_ALL, false, ends);
        town_open(t, SENDS_ALL);
        before(t, tale, false);
        go_until(t, tale, 0, presses(tale) - 2);
        handset_over(&t->w, &t->h, str_of(tale->presses[presses(tale) - 1]));
        same_ending(t, want, tale, "the last answer came with the end", 0);
        assert_int_equal(hand_offs(t), 0);
        town_close(t);
    }
}

/* The notice overtakes the last answer: it counts all the same. */
static void test_end_before_the_answer(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES * 3; run++) {
        const struct tale *tale = &tales[run / 3];
        enum gateway_way way = (enum gateway_way)(run % 3);
        struct str want = undisturbed(t, tale, way, true, ends);
        town_open(t, way);
        before(t, tale, true);
        go_until(t, tale, 0, presses(tale) - 2);
        handset_over(&t->w, &t->h, STR(""));
        press(t, &t->h, tale->presses[presses(tale) - 1]);
        same_ending(t, want, tale, "the end came before the last answer", 0);
        town_close(t);
    }
}

/* ---- what only reads; two at once ---- */

static void test_reading_is_not_handed_off(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < READING * 3; run++) {
        const struct tale *tale = &reading[run / 3];
        for (unsigned at = 0; at < presses(tale); at++) {
            town_open(t, (enum gateway_way)(run % 3));
            before(t, tale, true);
            go_until(t, tale, 0, at);
            handset_over(&t->w, &t->h, STR(""));
            assert_int_equal(hand_offs(t), 0);
            press(t, &t->h, "*0000#");
            assert_false(is_offer(t, true));
            town_close(t);
        }
    }
}

static void take_turns(struct town *t, const struct tale *a, const struct tale *b)
{
    struct handset other = t->h;
    other.sessions = 100;
    for (unsigned at = 0; at < PRESSES_MOST; at++) {
        if (at < presses(a))
            press(t, &t->h, a->presses[at]);
        if (at >= presses(b))
            continue;
        press(t, &other, b->presses[at]);
        struct handset first = t->h;
        t->h = other;
        if (at == 0 && is_offer(t, true))
            press(t, &other, "2");
        t->h = first;
    }
}

static void test_two_at_once(void **state)
{
    struct town *t = *state;
    static const unsigned some[] = {0, 1, 2, 4, 9, 12};
    enum { SOME = sizeof some / sizeof some[0] };
    for (unsigned run = 0; run < SOME * SOME; run++) {
        const struct tale *a = &tales[some[run / SOME]], *b = &tales[some[run % SOME]];
        enum gateway_way way = (enum gateway_way)(run % 3);
        bool same_need = strcmp(a->presses[2], b->presses[2]) == 0; /* they would rightly meet */
        bool both_cancel = a->before[0] != NULL && b->before[0] != NULL;
        if (same_need || both_cancel)
            continue;
        town_open(t, way);
        before(t, a, true);
        before(t, b, true);
        go_until(t, a, 0, presses(a) - 1);
        go_until(t, b, 0, presses(b) - 1);
        struct str want = ending(t, ends);
        town_close(t);
        town_open(t, way);
        before(t, a, true);
        before(t, b, true);
        take_turns(t, a, b);
        same_ending(t, want, a, b->name, 0);
        town_close(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialled_again),
        cmocka_unit_test(test_drops_all_the_time),
        cmocka_unit_test(test_finished_by_sms),
        cmocka_unit_test(test_whole_answer),
        cmocka_unit_test(test_everything_twice),
        cmocka_unit_test(test_late_steps),
        cmocka_unit_test(test_last_answer_with_the_end),
        cmocka_unit_test(test_end_before_the_answer),
        cmocka_unit_test(test_reading_is_not_handed_off),
        cmocka_unit_test(test_two_at_once),
    };
    return cmocka_run_group_tests_name("drops", tests, group, group_end);
}
