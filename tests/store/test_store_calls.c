/* Calls as rows: whatever happens in whatever order, no quota is exceeded and
 * the sums are those of the rows; who is asked; who may see what; what becomes
 * of a message that was written before things changed. */
#include "gateway/store/store_calls.h"
#include "tests/store/store_world.h"

enum { PEOPLE = 40, ANSWERS = 256, STEPS = 1500, START = NOW + 30 * 86400 };

static int64_t add_person(struct world *w, int64_t phone, const char *specialty, const char *province,
                          bool verified)
{
    struct volunteer v = {.phone = phone,
                          .name = STR("نام"),
                          .specialty = str_of(specialty),
                          .province = str_of(province),
                          .status = STR("active"),
                          .verified_at = verified ? NOW : 0};
    volunteer_put(w->store, &v, NOW);
    assert_true(v.id > 0);
    return v.id;
}

static struct call add_call(struct world *w, const char *provinces, int64_t nurses, int64_t drivers)
{
    struct call c = {.kind = STR("team"),
                     .status = CALL_OPEN,
                     .author = 989120001122,
                     .title = STR("تیم"),
                     .place = STR("درمانگاه"),
                     .place_en = STR("clinic"),
                     .starts_at = START,
                     .ends_at = START + 8 * 3600,
                     .channel = STR("mci"),
                     .reason = STR(""),
                     .created_at = NOW};
    const struct call_quota quotas[] = {{.specialty = STR("nurse"), .clinical = true, .quota = nurses},
                                        {.specialty = STR("driver"), .quota = drivers}};
    if (!call_add(w->store, &c, str_of(provinces), quotas, drivers > 0 ? 2 : 1))
        fail_msg("no call: %s", store_reason(w->store));
    return c;
}

static struct call read_call(struct world *w, const struct call *call)
{
    struct call got = {0};
    if (!call_find(w->store, w->arena, call->reference, &got))
        fail_msg("no call: %s", store_reason(w->store));
    return got;
}

static struct call_answer answer_of(const struct call *call, int64_t phone, const char *specialty,
                                    int64_t heads)
{
    return (struct call_answer){.call = call->id,
                                .phone = phone,
                                .volunteer = phone % 1000,
                                .specialty = str_of(specialty),
                                .heads = heads,
                                .answered_at = NOW};
}

static enum called take(struct world *w, const struct call *call, int64_t phone, int64_t heads)
{
    struct call_answer a = answer_of(call, phone, "nurse", heads);
    answer_place(w->store, &a);
    return a.state;
}

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

static size_t asked(struct world *w, const struct call *call, struct call_quota *quota, int64_t *phones,
                    size_t most, size_t look)
{
    bool more;
    return quota_people(w->store, call->id, quota, phones, most, look, &more);
}

static void it_asks_those_who_fit_and_nobody_twice(void **state)
{
    struct world *w = *state;
    struct contact contact;
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
    contact_get(w->store, w->arena, 16, &contact);
    contact.stopped_at = NOW;
    contact_put(w->store, &contact, NOW);
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
    assert_int_equal(call_waiting(w->store, call.id), 1);
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
    assert_int_equal(call_people(w->store, call.id, 100), 7); /* of those, who stopped or was asked too */
    assert_int_equal(call_people(w->store, call.id, 3), 3);
    assert_int_equal(call_people(w->store, second.id, 100), 1);
    commit(w);
}

/* ---- what was written before ---- */

static enum call_word word(struct world *w, int64_t source, int64_t phone, enum lane lane)
{
    bool urgent;
    struct outbound m = {.phone = phone, .source = source, .lane = lane};
    return call_sends(w->store, &m, &urgent);
}

static void set_status(struct world *w, const struct call *call, enum call_status to)
{
    struct call now = read_call(w, call);
    assert_true(call_move(w->store, STR("*"), &now, to));
}

static void an_invitation_goes_only_while_a_place_is_open(void **state)
{
    struct world *w = *state;
    struct contact contact;
    begin(w);
    struct call call = add_call(w, "zanjan", 1, 1);
    add_person(w, 11, "nurse", "zanjan", true);
    add_person(w, 12, "driver", "zanjan", true);
    assert_int_equal(word(w, call.id + 100, 11, LANE_BROADCAST), CALL_NONE);
    assert_int_equal(word(w, call.id, 11, LANE_BROADCAST), CALL_GOES);
    set_status(w, &call, CALL_PAUSED);
    assert_int_equal(word(w, call.id, 11, LANE_BROADCAST), CALL_WAITS);
    set_status(w, &call, CALL_OPEN);
    assert_int_equal(take(w, &call, 13, 1), CALLED_PLACE); /* the nurse's place; a driver is still wanted */
    assert_int_equal(word(w, call.id, 11, LANE_BROADCAST), CALL_TAKEN);
    assert_int_equal(word(w, call.id, 12, LANE_BROADCAST), CALL_GOES);
    assert_int_equal(word(w, call.id, 13, LANE_REMINDER), CALL_GOES);
    assert_int_equal(word(w, call.id, 11, LANE_REMINDER), CALL_NOPLACE);
    contact_get(w->store, w->arena, 12, &contact);
    contact.stopped_at = NOW;
    contact_put(w->store, &contact, NOW);
    assert_int_equal(word(w, call.id, 12, LANE_BROADCAST), CALL_OPTOUT);
    set_status(w, &call, CALL_CANCELLED);
    assert_int_equal(word(w, call.id, 11, LANE_BROADCAST), CALL_GONE);
    assert_int_equal(word(w, call.id, 13, LANE_REMINDER), CALL_GONE);
    commit(w);
}

static void an_invitation_that_never_went_may_be_sent_again(void **state)
{
    struct world *w = *state;
    struct call_quota quotas[CALL_QUOTAS];
    int64_t phones[4];
    begin(w);
    struct call call = add_call(w, "zanjan", 1, 0);
    add_person(w, 11, "nurse", "zanjan", true);
    struct outbound m = {.channel = STR("mci"),
                         .phone = 11,
                         .text = STR("x"),
                         .lane = LANE_BROADCAST,
                         .source = call.id,
                         .segments = 1};
    m.id = outbox_add(w->store, &m, NOW_MS);
    assert_true(m.id > 0);
    assert_int_equal(outbox_add(w->store, &m, NOW_MS), 0); /* one a phone */
    assert_int_equal(call_quotas(w->store, w->arena, call.id, quotas), 1);
    quotas[0].asked = 1;
    quota_wave(w->store, call.id, &quotas[0]);
    assert_int_equal(asked(w, &call, &quotas[0], phones, 4, 10), 0);
    call_unask(w->store, &m, NOW_MS);
    assert_text(outbox_row(w, m.id).status, "failed");
    assert_int_equal(call_quotas(w->store, w->arena, call.id, quotas), 1);
    assert_int_equal(quotas[0].asked, 0);
    assert_int_equal(asked(w, &call, &quotas[0], phones, 4, 10), 1);
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
        BOTH(no_quota_is_ever_exceeded),
        BOTH(the_last_place_is_taken_once),
        BOTH(who_stands_by_moves_up_in_turn),
        BOTH(it_asks_those_who_fit_and_nobody_twice),
        BOTH(an_invitation_goes_only_while_a_place_is_open),
        BOTH(an_invitation_that_never_went_may_be_sent_again),
        BOTH(a_call_is_there_for_who_has_all_its_provinces),
        BOTH(hours_add_up_for_a_volunteer),
        BOTH(a_forgotten_phone_is_in_no_call),
    };
    return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
