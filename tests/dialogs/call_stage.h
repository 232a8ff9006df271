/* Calls in dialogues: volunteers, a call, what time brings, what the office does.
 *
 *   @volunteer 09120001122 nurse zanjan verified|- NAME
 *   @call nurse=2/driver=1 zanjan FROM TO PLACE      of the operator, approved
 *   @call urgent nurse=2 zanjan FROM TO PLACE        (ISO times; its number is the next {refN})
 *   @care                                            until nothing is due at this moment
 *   @act pause|resume|close|cancel {ref1}
 *   @stored answer {ref1} = place 1 0                of this phone: state, heads, minutes */
#ifndef YAVAR_TESTS_DIALOGS_CALL_STAGE_H
#define YAVAR_TESTS_DIALOGS_CALL_STAGE_H

#include "handlers/calls.h"
#include "handlers/office_call.h"
#include "tests/dialogs/script.h"

static inline bool stage_volunteer(struct store *store, struct str rest, int64_t now)
{
    struct phone phone = phone_parse(word(&rest), "98");
    struct volunteer v = {.status = STR("active"), .consent_at = now};
    v.specialty = word(&rest);
    v.province = word(&rest);
    bool verified = str_is(word(&rest), "verified");
    v.verified_at = verified ? now : 0;
    v.name = rest.p != NULL ? str_trim(rest) : STR("");
    if (v.province.n == 0 || !str_to_i64(str_of(phone.digits), &v.phone))
        return false;
    volunteer_put(store, &v, now);
    return v.id > 0;
}

static inline bool stage_call(const struct office *o, struct str rest, struct error *e)
{
    struct call_plan plan = {.call = {.kind = STR("team"), .title = STR("team"), .channel = STR("mci")}};
    struct call *c = &plan.call;
    struct office second = *o;
    struct str needs = word(&rest), need, specialty;
    second.actor.phone = 989120009999;
    if (str_is(needs, "urgent")) {
        c->urgent = true;
        c->reason = STR("earthquake");
        needs = word(&rest);
    }
    while (needs.p != NULL && str_split(&needs, '/', &need) && str_split(&need, '=', &specialty)) {
        struct call_quota *q = &plan.quotas[plan.n++];
        q->specialty = specialty;
        if (!str_to_i64(need, &q->quota))
            return error_set(e, "@call SPECIALTY=N");
    }
    plan.provinces = word(&rest);
    if (!clock_from_iso(word(&rest), &c->starts_at) || !clock_from_iso(word(&rest), &c->ends_at))
        return error_set(e, "@call: the times are ISO");
    c->place = rest.p != NULL ? str_trim(rest) : STR("");
    if (!office_call_plan(o, &plan, e))
        return false;
    struct office_said said = office_call_add(o, &plan);
    if (said.status == OFFICE_DONE && c->status == CALL_DRAFT)
        said = office_call_approve(&second, c->reference);
    return said.status == OFFICE_DONE || error_set(e, "the call was refused");
}

/* What is due at this moment for every call. */
static inline void stage_care(const struct office *o)
{
    struct call rows[8];
    for (size_t written = 1, rounds = 0; written > 0 && rounds < 100; rounds++) {
        size_t n = call_live(o->store, o->arena, 0, rows, 8);
        written = 0;
        for (size_t i = 0; i < n; i++)
            written += call_care(o, &rows[i], 50).written;
    }
}

static inline bool stage_act(const struct office *o, struct str what, struct str reference)
{
    uint64_t number;
    for (int i = 0; i < CALL_ACTS; i++)
        if (str_is(what, call_act_names[i]) && str_to_u64(reference, &number))
            return office_call_act(o, (uint32_t)number, (enum call_act)i).status == OFFICE_DONE;
    return false;
}

static inline struct str stage_answer(struct store *store, struct arena *arena, struct str reference,
                                      int64_t phone)
{
    struct call call;
    struct call_answer a;
    uint64_t number;
    if (!str_to_u64(reference, &number) || !call_find(store, arena, (uint32_t)number, &call) ||
        !answer_get(store, arena, call.id, phone, &a))
        return STR("none");
    return str_printf(arena, "%s %lld %lld", called_names[a.state], (long long)a.heads, (long long)a.minutes);
}

#endif
