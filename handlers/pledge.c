/* pledge: `نذر 1007 500 هزار تومان`.
 *
 * What is not certain is asked back: a guess, an odd or large amount, an
 * equal pledge, more than is lacking, a wrong code.  What is certain is
 * recorded by one conditional update, confirmed, and followed by where and by
 * when to pay. */
#include "gateway/base/damm.h"
#include "gateway/base/fold.h"
#include "gateway/store/store_office.h"
#include "handlers/flows.h"
#include "handlers/handlers.h"
#include "handlers/question.h"

enum { PAY_WITHIN_DAYS = 10, BARE_QUANTITY_BELOW = 1000 };

const struct message_spec pledge_messages[] = {
    {"pledge.ok", "amount title ref", ROOM_ONE}, {"pledge.ok.monthly", "amount title ref", ROOM_ONE},
    {"pledge.pay", "due payto ref", ROOM_ONE},   {"pledge.duplicate", "ref amount title", ROOM_ONE},
    {"pledge.ask", "amount title", ROOM_ONE},    {"pledge.unit", "amount rial", ROOM_ONE},
    {"pledge.overfill", "left title", ROOM_ONE}, {"pledge.covered", "title code", ROOM_ONE},
    {"pledge.covered.all", "", ROOM_ONE},        {"pledge.small", "amount", ROOM_ONE},
    {"pledge.large", "phone", ROOM_ONE},         {"amount.missing", "title", ROOM_ONE},
    {"amount.bad", "title", ROOM_ONE},           {"quantity.missing", "title", ROOM_ONE},
    {"days.missing", "title", ROOM_ONE},         {"code.missing", "", ROOM_ONE},
    {"campaign.unknown", "phone", ROOM_ONE},     {"campaign.before", "title day", ROOM_ONE},
    {"campaign.after", "title day", ROOM_ONE},   {NULL, NULL, ROOM_ONE},
};

/* What a pledge is to: one need or one campaign. */
struct target {
    bool is_need;
    struct need need;
    struct campaign campaign;
    struct str title, pay_to;
};

static void ask_amount(struct turn *t, const struct target *target, const char *key)
{
    struct question question = {.kind = QUESTION_AMOUNT, .run = t->command, .asked = t->asked};
    question.run.has_amount = question.run.has_quantity = false;
    question_ask(t, &question);
    turn_say(t, key, FIELDS({"title", target->title}));
}

static const char *missing_key(const struct target *target)
{
    if (!target->is_need || target->need.unit == COUNT_RIAL)
        return "amount.missing";
    return target->need.unit == COUNT_ITEM ? "quantity.missing" : "days.missing";
}

/* ---- whom it is for ---- */

static void say_covered(struct turn *t, const struct need *need)
{
    struct need like[2];
    size_t n = need_urgent(t->store, t->arena, need->province, need->category, like, 1);
    if (n == 0)
        n = need_urgent(t->store, t->arena, need->province, STR(""), like, 1);
    if (n == 0)
        n = need_urgent(t->store, t->arena, STR(""), STR(""), like, 1);
    if (n == 0)
        turn_say(t, "pledge.covered.all", NULL, 0);
    else
        turn_say(t, "pledge.covered",
                 FIELDS({"title", say_title(t, &like[0])}, {"code", say_number(t, like[0].code)}));
}

static bool find_need(struct turn *t, struct target *target)
{
    struct need *need = &target->need;
    if (!need_get(t->store, t->arena, t->command.need, need) || str_is(need->status, "draft")) {
        say_bad_code(t);
        return false;
    }
    target->title = say_title(t, need);
    if (str_is(need->status, "withdrawn") || str_is(need->status, "paused")) {
        turn_say(t, "need.closed", FIELDS({"title", target->title}));
        return false;
    }
    if (!str_is(need->status, "open")) {
        say_covered(t, need);
        return false;
    }
    target->pay_to = need_pay_to(t->store, t->arena, need);
    return true;
}

static bool find_campaign(struct turn *t, struct target *target)
{
    struct campaign *campaign = &target->campaign;
    if (!campaign_find(t->store, t->arena, fold_glued(t->arena, t->command.campaign), campaign)) {
        turn_say(t, "campaign.unknown", FIELDS({"phone", say_phone(t)}));
        t->unanswered = true;
        return false;
    }
    target->title = say_in(t, campaign->name_fa, campaign->name_en);
    target->pay_to = campaign_pay_to(t->store, t->arena, campaign);
    bool before = turn_now(t) < campaign->starts_at;
    if (!before && (campaign->ends_at == 0 || turn_now(t) < campaign->ends_at))
        return true;
    turn_say(t, before ? "campaign.before" : "campaign.after",
             FIELDS({"title", target->title},
                    {"day", say_day(t, before ? campaign->starts_at : campaign->ends_at - 1)}));
    return false;
}

static bool find_target(struct turn *t, struct target *target)
{
    if (t->command.problem == PROBLEM_BAD_CODE)
        say_bad_code(t);
    if (t->command.problem == PROBLEM_NO_CODE)
        turn_say(t, "code.missing", NULL, 0);
    if (t->command.problem == PROBLEM_BAD_CODE || t->command.problem == PROBLEM_NO_CODE)
        return false;
    target->is_need = t->command.need != 0;
    return target->is_need ? find_need(t, target) : find_campaign(t, target);
}

/* ---- how much ---- */

/* A bare number below 1,000 is a count where the need counts. */
static void read_bare_quantity(struct command *c, const struct target *target)
{
    bool counts = target->is_need && target->need.unit != COUNT_RIAL;
    if (!counts || !c->has_amount || !c->bare_amount || c->amount_rial / 10 >= BARE_QUANTITY_BELOW)
        return;
    c->has_quantity = true;
    c->quantity = c->amount_rial / 10;
    c->unit = target->need.unit == COUNT_DAY ? UNIT_DAY : UNIT_ITEM;
    c->has_amount = false;
    c->amount_rial = 0;
}

static bool units_match(const struct command *c, const struct target *target)
{
    enum count_unit unit = target->is_need ? target->need.unit : COUNT_RIAL;
    if (unit == COUNT_RIAL)
        return c->has_amount && !c->has_quantity;
    return c->has_quantity && !c->has_amount && c->unit == (unit == COUNT_DAY ? UNIT_DAY : UNIT_ITEM);
}

static void ask_unit(struct turn *t, int64_t rial)
{
    struct command meant = t->command;
    meant.amount_rial = rial;
    question_run(t, &meant, t->asked | ASKED_AMOUNT);
    turn_say(t, "pledge.unit", FIELDS({"amount", say_money(t, rial)}, {"rial", say_rial(t, rial)}));
}

/* Limits of money; false when something was said instead. */
static bool check_limits(struct turn *t, const struct target *target)
{
    const struct service *s = &t->config->service;
    int64_t rial = t->command.amount_rial, thousandfold;
    if (t->command.has_quantity || (t->asked & ASKED_AMOUNT))
        return true;
    if (rial > s->largest_pledge) {
        turn_say(t, "pledge.large", FIELDS({"phone", say_phone(t)}));
        t->unanswered = true;
        return false;
    }
    if (rial < s->smallest_pledge) {
        if (!__builtin_mul_overflow(rial, 1000, &thousandfold) && thousandfold >= s->smallest_pledge &&
            thousandfold <= s->largest_pledge) {
            ask_unit(t, thousandfold);
            return false;
        }
        struct question question = {.kind = QUESTION_AMOUNT, .run = t->command, .asked = t->asked};
        question_ask(t, &question);
        turn_say(t, "pledge.small", FIELDS({"amount", say_money(t, s->smallest_pledge)}));
        return false;
    }
    if (rial > s->ask_above && t->command.money_unit == MONEY_UNWRITTEN) {
        question_run(t, &t->command, t->asked | ASKED_AMOUNT | ASKED_GUESS);
        turn_say(t, "pledge.ask", FIELDS({"amount", say_money(t, rial)}, {"title", target->title}));
        return false;
    }
    return true;
}

static bool check_amount(struct turn *t, const struct target *target)
{
    enum problem problem = t->command.problem;
    read_bare_quantity(&t->command, target);
    bool bad = problem == PROBLEM_BAD_AMOUNT || problem == PROBLEM_TWO_AMOUNTS;
    if (bad || !units_match(&t->command, target)) {
        bool money = !target->is_need || target->need.unit == COUNT_RIAL;
        ask_amount(t, target, bad && money ? "amount.bad" : missing_key(target));
        return false;
    }
    return check_limits(t, target);
}

/* ---- asked back ---- */

static struct str amount_words(const struct turn *t)
{
    return say_pledged(t, t->command.amount_rial, t->command.quantity, t->command.unit);
}

static bool check_guess(struct turn *t, const struct target *target)
{
    if (!t->command.guessed || (t->asked & ASKED_GUESS))
        return true;
    question_run(t, &t->command, t->asked | ASKED_GUESS);
    turn_say(t, "pledge.ask", FIELDS({"amount", amount_words(t)}, {"title", target->title}));
    return false;
}

static bool check_same(struct turn *t, const struct target *target, const struct pledge *pledge)
{
    if (t->asked & ASKED_SAME)
        return true;
    uint32_t same =
        pledge_same(t->store, &t->contact, pledge, t->now_ms - t->config->service.duplicate_window);
    if (same == 0)
        return true;
    question_run(t, &t->command, t->asked | ASKED_SAME | ASKED_GUESS);
    turn_say(t, "pledge.duplicate",
             FIELDS({"ref", say_number(t, same)}, {"amount", amount_words(t)}, {"title", target->title}));
    return false;
}

/* The update was refused: the need is covered by now, or less is lacking. */
static void ask_less(struct turn *t, const struct target *target)
{
    struct need need;
    if (!need_get(t->store, t->arena, target->need.code, &need))
        return; /* sticky failure, or gone in this very transaction: neither can be told better */
    int64_t left = need.required - need.pledged;
    if (!str_is(need.status, "open") || left <= 0) {
        say_covered(t, &need);
        return;
    }
    struct command less = t->command;
    if (need.unit == COUNT_RIAL)
        less.amount_rial = left;
    else
        less.quantity = left;
    question_run(t, &less, t->asked | ASKED_AMOUNT | ASKED_GUESS);
    turn_say(t, "pledge.overfill", FIELDS({"left", say_left(t, &need)}, {"title", target->title}));
}

/* ---- recorded ---- */

static bool take_from_target(struct turn *t, const struct target *target, const struct pledge *p)
{
    if (target->is_need)
        return need_pledge(t->store, p->need, p->quantity > 0 ? p->quantity : p->amount_rial, turn_now(t));
    campaign_pledge(t->store, p->campaign, p->amount_rial);
    return true;
}

static void confirm(struct turn *t, const struct target *target, const struct pledge *p)
{
    flow_settled(t, STR("pledge")); /* what was begun and dropped, if it was this */
    bool said = turn_confirm(
        t, p->monthly ? "pledge.ok.monthly" : "pledge.ok",
        FIELDS({"amount", amount_words(t)}, {"title", target->title}, {"ref", say_number(t, p->reference)}));
    struct str pay =
        said && p->amount_rial > 0 ? pay_text(t, target->pay_to, p->reference, p->due_at) : STR("");
    if (pay.n > 0)
        turn_send(t, pay);
}

void handle_pledge(struct turn *t)
{
    struct target target = {.is_need = false};
    if (!find_target(t, &target) || !check_amount(t, &target) || !check_guess(t, &target))
        return;
    struct pledge p = {.need = target.is_need ? target.need.code : 0,
                       .campaign = target.is_need ? 0 : target.campaign.id,
                       .amount_rial = t->command.has_amount ? t->command.amount_rial : 0,
                       .money = t->command.money_unit,
                       .quantity = t->command.has_quantity ? t->command.quantity : 0,
                       .unit = t->command.unit,
                       .monthly = t->command.monthly,
                       .channel = t->message->channel,
                       .message = t->message_id,
                       .day = zone_day_number(t->zone, turn_now(t)),
                       .due_at = turn_now(t) + PAY_WITHIN_DAYS * 86400LL,
                       .created_at = turn_now(t)};
    if (!check_same(t, &target, &p))
        return;
    if (!take_from_target(t, &target, &p))
        ask_less(t, &target);
    else if (pledge_add(t->store, &t->contact, &p))
        confirm(t, &target, &p);
}
