/* `بله 52839177`, `بله 52839177 6 نفر`, `خیر 52839177`: answers to calls, by
 * those who were asked and by those who fit and heard of it; and the check-in
 * on the day, which is the same yes once more. */
#include "handlers/calls.h"
#include "handlers/handlers.h"

enum { FITS_MOST = 16 };

static void say(struct turn *t, const char *key, const struct call *call, int64_t count)
{
    struct text_field fields[CALL_FIELDS];
    call_fields(t, call, STR(""), count, fields);
    turn_say(t, key, fields, CALL_FIELDS);
}

/* The same for what confirms a stored change. */
static void confirm(struct turn *t, const char *key, const struct call *call, int64_t count)
{
    struct text_field fields[CALL_FIELDS];
    call_fields(t, call, STR(""), count, fields);
    turn_confirm(t, key, fields, CALL_FIELDS);
}

static void confirm_answer(struct turn *t, const struct call *call, const struct call_answer *a)
{
    if (a->state == CALLED_STANDBY)
        confirm(t, "call.standby", call, answer_turn(t->store, a));
    else if (a->state == CALLED_ARRIVED)
        confirm(t, "call.arrived", call, a->heads);
    else
        confirm(t, a->heads > 1 ? "call.yes.group" : "call.yes", call, a->heads);
}

static bool is_over(const struct turn *t, const struct call *call)
{
    return call->status == CALL_DONE || call->status == CALL_CANCELLED || turn_now(t) >= call->ends_at;
}

static void say_over(struct turn *t, const struct call *call)
{
    say(t, call->status == CALL_CANCELLED ? "call.cancelled" : "call.over", call, 0);
}

static bool has_begun(const struct turn *t, const struct call *call)
{
    return is_over(t, call) || turn_now(t) >= call->starts_at;
}

/* The call that the text names; a draft is nobody's business yet. */
static bool named(struct turn *t, struct call *call)
{
    if (!t->command.guessed && call_find(t->store, t->arena, t->command.reference, call) &&
        call->status != CALL_DRAFT)
        return true;
    turn_say(t, "call.unknown", FIELDS({"ref", say_number(t, t->command.reference)}));
    return false;
}

/* ---- who ---- */

/* Who of those behind the phone comes: the first who fits and for whom there is
 * room, else the first who fits.  False, with WHY as a message. */
static bool pick(struct turn *t, const struct call *call, int64_t heads, struct call_fit *found,
                 const char **why)
{
    struct call_fit fits[FITS_MOST];
    size_t n = call_fits(t->store, t->arena, call->id, t->contact.phone, fits, FITS_MOST);
    bool any = false;
    *why = n == 0 ? "call.stranger" : "call.unfit";
    for (size_t i = 0; i < n; i++) {
        if (!fits[i].wanted || !fits[i].near)
            continue;
        if (!fits[i].verified)
            *why = "call.not_verified";
        else if (!any || (found->free < heads && fits[i].free >= heads))
            *found = fits[i];
        any = any || fits[i].verified;
    }
    return any;
}

/* ---- how many ---- */

static int64_t heads_most(const struct turn *t, const struct call *call, struct str specialty)
{
    struct call_quota quotas[CALL_QUOTAS];
    size_t n = call_quotas(t->store, t->arena, call->id, quotas);
    for (size_t i = 0; i < n; i++)
        if (str_eq(quotas[i].specialty, specialty) && quotas[i].quota < CALL_HEADS_MOST)
            return quotas[i].quota;
    return CALL_HEADS_MOST;
}

static bool good_heads(struct turn *t, const struct call *call, struct str specialty, int64_t heads)
{
    int64_t most = heads_most(t, call, specialty);
    if (heads >= 1 && heads <= most)
        return true;
    say(t, "call.heads", call, most);
    return false;
}

/* ---- yes ---- */

static void arrive(struct turn *t, const struct call *call, struct call_answer *a)
{
    a->state = CALLED_ARRIVED;
    a->arrived_at = turn_now(t);
    answer_put(t->store, a);
    confirm_answer(t, call, a);
}

static void take(struct turn *t, const struct call *call, struct call_answer *a, int64_t heads)
{
    struct call_fit fit = {0};
    const char *why;
    if (!pick(t, call, heads, &fit, &why)) {
        say(t, why, call, heads);
        return;
    }
    if (!good_heads(t, call, fit.specialty, heads))
        return;
    *a = (struct call_answer){.call = call->id,
                              .phone = t->contact.phone,
                              .volunteer = fit.volunteer,
                              .specialty = fit.specialty,
                              .heads = heads,
                              .answered_at = turn_now(t),
                              .reminded_at = call_reminded(t->zone, call, turn_now(t))};
    answer_place(t->store, a);
    confirm_answer(t, call, a);
}

/* A yes once more: another head count, or it is said again where they stand. */
static void again(struct turn *t, const struct call *call, struct call_answer *a, int64_t heads)
{
    struct office o = call_office(t);
    bool changes = heads != a->heads;
    if (changes && !good_heads(t, call, a->specialty, heads))
        return;
    if (changes && !answer_resize(t->store, a, heads)) {
        say(t, "call.more", call, a->heads);
        return;
    }
    confirm_answer(t, call, a);
    if (changes) /* about as many as were given back */
        (void)call_move_up(&o, call, CALL_HEADS_MOST);
}

void call_yes(struct turn *t)
{
    struct call call;
    struct call_answer a = {0};
    if (!named(t, &call))
        return;
    int64_t now = turn_now(t), heads = t->command.has_quantity ? t->command.quantity : 1;
    bool known = answer_get(t->store, t->arena, call.id, t->contact.phone, &a);
    bool placed = known && (a.state == CALLED_PLACE || a.state == CALLED_ARRIVED);
    if (known && !t->command.has_quantity)
        heads = a.heads;
    if (is_over(t, &call) || (has_begun(t, &call) && !placed))
        say_over(t, &call);
    else if (known && a.state == CALLED_ARRIVED)
        confirm_answer(t, &call, &a);
    else if (placed && now >= call.starts_at - CALL_CHECK_IN_SECONDS)
        arrive(t, &call, &a);
    else if (placed || (known && a.state == CALLED_STANDBY))
        again(t, &call, &a, heads);
    else
        take(t, &call, &a, heads);
}

bool call_here(struct turn *t)
{
    struct call call;
    struct call_answer a;
    if (!answer_here(t->store, t->arena, t->contact.phone, CALL_CHECK_IN_SECONDS, turn_now(t), &call) ||
        !answer_get(t->store, t->arena, call.id, t->contact.phone, &a))
        return false;
    arrive(t, &call, &a);
    return true;
}

/* ---- no ---- */

static void withdraw(struct turn *t, const struct call *call, struct call_answer *a)
{
    struct office o = call_office(t);
    bool had_place = a->state == CALLED_PLACE;
    answer_leave(t->store, a, CALLED_WITHDRAWN);
    confirm(t, had_place ? "call.withdrawn" : "call.no", call, a->heads);
    if (!has_begun(t, call))
        (void)call_move_up(&o, call, CALL_HEADS_MOST); /* as many as there was room for */
}

/* Kept, so that the next wave knows; of those who do not fit it would tell nothing. */
static void decline(struct turn *t, const struct call *call)
{
    struct call_fit fit = {0};
    const char *why;
    if (pick(t, call, 1, &fit, &why)) {
        struct call_answer a = {.call = call->id,
                                .phone = t->contact.phone,
                                .volunteer = fit.volunteer,
                                .specialty = fit.specialty,
                                .heads = 1,
                                .state = CALLED_NO,
                                .answered_at = turn_now(t)};
        answer_put(t->store, &a);
    }
    confirm(t, "call.no", call, 0);
}

void call_no(struct turn *t)
{
    struct call call;
    struct call_answer a;
    if (!named(t, &call))
        return;
    bool known = answer_get(t->store, t->arena, call.id, t->contact.phone, &a);
    if (is_over(t, &call))
        say_over(t, &call);
    else if (known && a.state == CALLED_ARRIVED)
        say(t, "call.late", &call, 0);
    else if (known && (a.state == CALLED_PLACE || a.state == CALLED_STANDBY))
        withdraw(t, &call, &a);
    else if (known)
        confirm(t, "call.no", &call, 0);
    else
        decline(t, &call);
}
