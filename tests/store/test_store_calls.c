/* Calls as rows: whatever happens in whatever order, no quota is exceeded and
 * the sums are those of the rows; who is asked; who may see what; what becomes
 * of a message that was written before things changed. */
#include "tests/store/call_world.h"

enum { PEOPLE = 40, ANSWERS = 256, STEPS = 1500 };

static int64_t promoted(struct world *w, const struct call *call)
{
    struct call_answer a;
    return answer_promote(w->store, w->arena, call->id, 0, &a) ? a.phone : 0;
}

/* ---- quotas ---- */

static void assert_sums(struct world *w, const struct call *call, const char *when)
{
    struct call_quota quotas[CALL_QUOTAS];
    struct call_answer rows[ANSWERS];
    bool all_taken = true;
    size_t n = call_quotas(w->store, w->arena, call->id, quotas);
    size_t m = answer_page(w->store, w->arena, STR("*"), call->id, INT64_MIN, rows, ANSWERS);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        int64_t heads = 0;
        for (size_t k = 0; k < m; k++)
            if (str_eq(rows[k].specialty, quotas[i].specialty) &&
                (rows[k].state == CALLED_PLACE || rows[k].state == CALLED_ARRIVED))
                heads += rows[k].heads;
        if (heads != quotas[i].taken || heads > quotas[i].quota)
            fail_msg("%s: %lld heads have a place, %lld are counted, %lld is the quota", when,
                     (long long)heads, (long long)quotas[i].taken, (long long)quotas[i].quota);
        all_taken = all_taken && quotas[i].taken == quotas[i].quota;
    }
    call_level(w->store, call->id);
    assert_int_equal(read_call(w, call).status, all_taken ? CALL_FULL : CALL_OPEN);
}

static const char *any_step(struct world *w, const struct call *call, uint32_t random)
{
    struct call_answer a;
    int64_t phone = 989350000000 + 1 + random % PEOPLE, heads = 1 + (random >> 8) % 6;
    bool known = answer_get(w->store, w->arena, call->id, phone, &a);
    switch ((random >> 16) % 9) {
    case 0:
    case 1:
    case 2:
        a = answer_of(call, phone, random & 0x80 ? "nurse" : "driver", heads);
        if (!known)
            answer_place(w->store, &a);
        return "a place";
    case 3:
        if (known && a.state != CALLED_ARRIVED)
            answer_leave(w->store, &a, CALLED_WITHDRAWN);
        return "a withdrawal";
    case 4:
        if (known && a.state <= CALLED_STANDBY && !answer_resize(w->store, &a, heads))
            return "no room";
        return "another head count";
    case 5:
        if (known && a.state == CALLED_PLACE) {
            a.state = CALLED_ARRIVED;
            answer_put(w->store, &a);
        }
        return "a check-in";
    case 6:
        answers_leave(w->store, phone % 1000);
        return "no volunteer any more";
    case 7:
        if (random >> 28 == 0)
            answers_forget(w->store, -(int64_t)random, phone);
        return "forgotten";
    default:
        while (promoted(w, call) != 0)
            continue;
        return "those who move up";
    }
}

/* A place is taken only if it is there, in every order of events. */
static void no_quota_is_ever_exceeded(void **state)
{
    struct world *w = *state;
    for (uint32_t seed = 1; seed <= 8; seed++) {
        uint32_t random = seed * 2654435761u;
        begin(w);
        struct call call = add_call(w, "zanjan", 7, 3);
        for (int i = 0; i < STEPS / (w->mode == STORE_MEMORY ? 1 : 5); i++) {
            random = random * 1664525u + 1013904223u;
            const char *what = any_step(w, &call, random ^ random >> 15);
            assert_sums(w, &call, what);
        }
        commit(w);
    }
}

static void the_last_place_is_taken_once(void **state)
{
    struct world *w = *state;
    begin(w);
    struct call call = add_call(w, "zanjan", 2, 0);
    assert_int_equal(take(w, &call, 1, 1), CALLED_PLACE);
    assert_int_equal(read_call(w, &call).status, CALL_OPEN);
    /* both in one transaction, as one batch of the service */
    assert_int_equal(take(w, &call, 2, 1), CALLED_PLACE);
    assert_int_equal(take(w, &call, 3, 1), CALLED_STANDBY);
    assert_int_equal(read_call(w, &call).status, CALL_FULL);
    commit(w);
    begin(w); /* one that the handler lost leaves it to the next */
    struct call other = add_call(w, "zanjan", 1, 0);
    assert_true(store_savepoint(w->store));
    assert_int_equal(take(w, &other, 1, 1), CALLED_PLACE);
    store_savepoint_undo(w->store);
    assert_int_equal(take(w, &other, 2, 1), CALLED_PLACE);
    commit(w);
}

static void who_stands_by_moves_up_in_turn(void **state)
{
    struct world *w = *state;
    struct call_answer a;
    begin(w);
    struct call call = add_call(w, "zanjan", 4, 0);
    assert_int_equal(take(w, &call, 1, 2), CALLED_PLACE);
    assert_int_equal(take(w, &call, 2, 2), CALLED_PLACE);
    assert_int_equal(take(w, &call, 3, 3), CALLED_STANDBY);
    assert_int_equal(take(w, &call, 5, 1), CALLED_STANDBY);
    assert_int_equal(take(w, &call, 4, 1), CALLED_STANDBY);
    assert_int_equal(take(w, &call, 6, 1), CALLED_STANDBY);
    assert_true(answer_get(w->store, w->arena, call.id, 4, &a));
    assert_int_equal(answer_turn(w->store, &a), 3);
    assert_int_equal(promoted(w, &call), 0); /* nothing is free */
    assert_true(answer_get(w->store, w->arena, call.id, 1, &a));
    answer_leave(w->store, &a, CALLED_WITHDRAWN);
    /* two are free: the three do not fit, then those who came first */
    assert_int_equal(promoted(w, &call), 5);
    assert_int_equal(promoted(w, &call), 4);
    assert_int_equal(promoted(w, &call), 0);
    assert_true(answer_get(w->store, w->arena, call.id, 6, &a));
    assert_int_equal(answer_turn(w->store, &a), 2);
    /* who says yes again after a no is the last */
    assert_int_equal(take(w, &call, 1, 1), CALLED_STANDBY);
    assert_true(answer_get(w->store, w->arena, call.id, 1, &a));
    assert_int_equal(answer_turn(w->store, &a), 3);
    commit(w);
}

/* ---- whom it asks ---- */

static void it_asks_those_who_fit_and_nobody_twice(void **state)
{
    struct world *w = *state;
    int64_t phones[16];
    begin(w);
    struct call call = add_call(w, "zanjan qom", 2, 1), second = add_call(w, "fars", 1, 1);
    add_person(w, 11, "nurse", "zanjan", true);
    add_person(w, 12, "nurse", "zanjan", false); /* not verified */
    add_person(w, 13, "nurse", "fars", true);    /* elsewhere */
    add_person(w, 14, "driver", "zanjan", false);
    add_person(w, 15, "nurse", "qom", true);
    add_person(w, 16, "nurse", "qom", true); /* stopped */
    int64_t left = add_person(w, 17, "nurse", "qom", true);
    add_person(w, 18, "nurse", "qom", true); /* has answered */
    add_person(w, 19, "nurse", "qom", true); /* was asked */
    add_person(w, 20, "nurse", "qom", true);
    put_contact(w, 16, NOW, 0);
    struct volunteer v;
    assert_true(volunteer_get(w->store, w->arena, left, &v));
    v.status = STR("left");
    volunteer_put(w->store, &v, NOW);
    assert_int_equal(take(w, &call, 18, 1), CALLED_PLACE);
    struct outbound m = {.channel = STR("mci"),
                         .phone = 19,
                         .text = STR("x"),
                         .lane = LANE_BROADCAST,
                         .source = call.id,
                         .segments = 1};
    assert_true(outbox_add(w->store, &m, NOW_MS) > 0);
    struct call_quota nurses = {.specialty = STR("nurse"), .clinical = true};
    assert_int_equal(asked(w, &call, &nurses, phones, 16, 100), 3);
    assert_true(phones[0] == 11 && phones[1] == 15 && phones[2] == 20);
    assert_int_equal(asked(w, &call, &nurses, phones, 16, 100), 0);
    nurses.cursor = 0; /* a page looks at so many and no more, and the cursor moves on */
    assert_int_equal(asked(w, &call, &nurses, phones, 16, 2), 1);
    assert_int_equal(asked(w, &call, &nurses, phones, 16, 2), 1);
    assert_int_equal(phones[0], 15);
    nurses.cursor = 0; /* the one behind those wanted is not passed over */
    assert_int_equal(asked(w, &call, &nurses, phones, 1, 100), 1);
    assert_int_equal(asked(w, &call, &nurses, phones, 16, 100), 2);
    struct call_quota drivers = {.specialty = STR("driver")};
    assert_int_equal(asked(w, &call, &drivers, phones, 16, 100), 1);
    assert_int_equal(phones[0], 14);
    const struct call_line line = {.country = STR("")};
    assert_int_equal(call_people(w->store, call.id, &line, 100), 6); /* of those, who was asked too */
    assert_int_equal(call_people(w->store, call.id, &line, 3), 3);
    assert_int_equal(call_people(w->store, second.id, &line, 100), 1);
    commit(w);
}

/* Each once, whenever they are looked at again; and only those who are meant. */
static void who_is_left_out_is_counted_apart(void **state)
{
    struct world *w = *state;
    struct call_quota q = {.specialty = STR("driver")}, stored[CALL_QUOTAS];
    struct call_line line = {.country = STR("98"), .promo = true, .look = 3};
    int64_t phones[16];
    bool more = true;
    size_t n = 0;
    begin(w);
    struct call call = add_call(w, "zanjan", 1, 5);
    for (int64_t i = 0; i < 4; i++)
        add_person(w, 989350000011 + i, "driver", "zanjan", false);
    add_person(w, 905321112233, "driver", "zanjan", false); /* abroad */
    add_person(w, 905321112234, "driver", "zanjan", false); /* abroad, but stopped it is */
    add_person(w, 905321112235, "driver", "fars", false);   /* not meant at all */
    put_contact(w, 989350000012, NOW, 0);
    put_contact(w, 989350000013, 0, NOW);
    put_contact(w, 905321112234, NOW, NOW);
    assert_int_equal(call_people(w->store, call.id, &line, 100), 2);
    line.promo = false;
    assert_int_equal(call_people(w->store, call.id, &line, 100), 3);
    line.promo = true;
    for (int round = 0; round < 3; round++) {
        q.cursor = 0;
        for (more = true, n = 0; more;)
            n += quota_people(w->store, call.id, &q, &line, phones + n, 16 - n, &more);
        assert_int_equal(n, 2);
        assert_true(q.stopped == 2 && q.abroad == 1 && q.blocked == 1);
    }
    quota_wave(w->store, call.id, &q);
    assert_int_equal(call_quotas(w->store, w->arena, call.id, stored), 2);
    assert_true(stored[0].stopped == 2 && stored[0].abroad == 1 && stored[0].blocked == 1);
    assert_int_equal(stored[0].looked, q.looked);
    add_person(w, 905321112236, "driver", "zanjan", false); /* who comes later is counted then */
    assert_int_equal(quota_people(w->store, call.id, &q, &line, phones, 16, &more), 0);
    assert_int_equal(q.abroad, 2);
    line.promo = false; /* through a service line who was blocked is asked */
    q.cursor = 0;
    for (more = true, n = 0; more;)
        n += quota_people(w->store, call.id, &q, &line, phones + n, 16 - n, &more);
    assert_int_equal(n, 3);
    commit(w);
}

/* ---- scope ---- */

static void a_call_is_there_for_who_has_all_its_provinces(void **state)
{
    struct world *w = *state;
    struct call got, rows[4];
    struct call_answer answers[4];
    static const struct {
        const char *scope;
        bool sees_one, sees_both;
    } scopes[] = {{"*", true, true},
                  {" zanjan ", true, false},
                  {" qom ", false, false},
                  {" zanjan qom ", true, true},
                  {" fars qom ", false, false},
                  {" zanja ", false, false}};
    begin(w);
    struct call one = add_call(w, "zanjan", 1, 0), both = add_call(w, "zanjan qom", 1, 0);
    assert_int_equal(take(w, &one, 11, 1), CALLED_PLACE);
    commit(w);
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        struct str scope = str_of(scopes[i].scope);
        bool sees = scopes[i].sees_one;
        begin(w);
        assert_int_equal(call_get(w->store, w->arena, scope, one.reference, &got), sees);
        assert_int_equal(call_get(w->store, w->arena, scope, both.reference, &got), scopes[i].sees_both);
        assert_int_equal(call_page(w->store, w->arena, scope, 0, rows, 4), sees + scopes[i].sees_both);
        assert_int_equal(answer_page(w->store, w->arena, scope, one.id, 0, answers, 4), sees);
        struct call now = read_call(w, &one);
        assert_int_equal(call_move(w->store, scope, &now, CALL_PAUSED), sees);
        store_rollback(w->store);
    }
    begin(w);
    struct call draft = one;
    draft.status = CALL_DRAFT;
    const struct call_quota quota = {.specialty = STR("nurse"), .quota = 1};
    assert_true(call_add(w->store, &draft, STR("qom"), &quota, 1));
    assert_false(call_approve(w->store, STR(" zanjan "), &draft, 5, NOW));
    assert_true(call_approve(w->store, STR(" qom "), &draft, 5, NOW));
    assert_false(call_approve(w->store, STR("*"), &draft, 5, NOW)); /* once */
    assert_int_equal(read_call(w, &draft).approver, 5);
    assert_false(call_move(w->store, STR("*"), &draft, CALL_CANCELLED)); /* it is no draft any more */
    commit(w);
}

/* ---- hours, and who is forgotten ---- */

static void hours_add_up_for_a_volunteer(void **state)
{
    struct world *w = *state;
    begin(w);
    for (int i = 0; i < 3; i++) {
        struct call call = add_call(w, "zanjan", 2, 0);
        struct call_answer a = answer_of(&call, 11, "nurse", 1);
        a.volunteer = 7;
        answer_place(w->store, &a);
        a.minutes = 90;
        answer_settle(w->store, &a, NOW);
        struct call_answer rows[2];
        assert_int_equal(answer_unsettled(w->store, w->arena, call.id, rows, 2), 0);
    }
    assert_int_equal(volunteer_minutes(w->store, 7), 270);
    assert_int_equal(volunteer_minutes(w->store, 8), 0);
    commit(w);
}

static void a_forgotten_phone_is_in_no_call(void **state)
{
    struct world *w = *state;
    struct call_answer a;
    struct forgetting f = {.phone = 989350000011,
                           .digits = STR("989350000011"),
                           .named_latin = STR("%9350000011%"),
                           .named_persian = STR("%x%")};
    begin(w);
    struct call call = add_call(w, "zanjan", 1, 0);
    int64_t id = add_person(w, f.phone, "nurse", "zanjan", true);
    assert_int_equal(take(w, &call, f.phone, 1), CALLED_PLACE);
    assert_int_equal(take(w, &call, 12, 1), CALLED_STANDBY);
    assert_true(answer_get(w->store, w->arena, call.id, f.phone, &a));
    a.volunteer = id;
    a.minutes = 60;
    answer_put(w->store, &a);
    answer_settle(w->store, &a, NOW);
    assert_int_equal(volunteer_minutes(w->store, id), 60);
    forget_person(w->store, &f);
    assert_false(answer_get(w->store, w->arena, call.id, f.phone, &a));
    struct volunteer next = {.phone = 989350000013, .status = STR("active")};
    volunteer_put(w->store, &next, NOW); /* whose number may be that of who was forgotten */
    assert_int_equal(next.id, id);
    assert_int_equal(volunteer_minutes(w->store, next.id), 0);
    assert_int_equal(promoted(w, &call), 12); /* the place is another's */
    f.phone = call.author;                    /* who made it is forgotten too, once no longer of the staff */
    forget_person(w->store, &f);
    assert_true(read_call(w, &call).author < 0);
    assert_int_equal(read_call(w, &call).approver, 0);
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(no_quota_is_ever_exceeded),        BOTH(the_last_place_is_taken_once),
        BOTH(who_stands_by_moves_up_in_turn),   BOTH(it_asks_those_who_fit_and_nobody_twice),
        BOTH(who_is_left_out_is_counted_apart), BOTH(a_call_is_there_for_who_has_all_its_provinces),
        BOTH(hours_add_up_for_a_volunteer),     BOTH(a_forgotten_phone_is_in_no_call),
    };
    return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
