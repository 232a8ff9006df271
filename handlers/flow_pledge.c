/* flow pledge: code, amount, confirm.  What is confirmed goes to the handler
 * of `نذر`, which knows of limits, repeats and what is still lacking. */
#include "handlers/flows.h"
#include "handlers/handlers.h"

const struct message_spec flow_pledge_messages[] = {
    {"flow.code", "", ROOM_LIST},
    {"flow.code.bad", "", ROOM_PART},
    {"flow.amount", "title", ROOM_LIST},
    {"flow.amount.bad", "", ROOM_PART},
    {"flow.items", "title", ROOM_LIST},
    {"flow.days", "title", ROOM_LIST},
    {"flow.pledge.confirm", "amount title", ROOM_CONFIRM},
    {NULL, NULL, ROOM_ONE},
};

enum { DIGITS_MOST = 12 };

/* ---- code ---- */

static void ask_code(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d; /* it is the first question */
    menu->prompt = turn_text(ctx, "flow.code", NULL, 0);
    menu->unread = turn_text(ctx, "flow.code.bad", NULL, 0);
    menu_add(menu, STR("1"), turn_text(ctx, "flow.need.list", NULL, 0), STR("list"));
}

static bool read_code(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                      struct str *value)
{
    struct need need;
    (void)d, (void)arena;
    *value = str_dup(arena, input);
    return flow_need_by_code(ctx, input, &need);
}

static struct where after_code(void *ctx, struct dialogue *d)
{
    (void)ctx;
    if (!str_is(dialogue_answer(d, "code"), "list"))
        return go_step("amount"); /* a need that takes nothing any more is told by the handler */
    *d = (struct dialogue){.flow = STR("need")}; /* it comes back with a code */
    dialogue_put(d, STR("code"), STR("list"));
    return go_step("code");
}

/* ---- amount ---- */

static bool need_of(const struct turn *t, const struct dialogue *d, struct need *need)
{
    *need = (struct need){.unit = COUNT_RIAL};
    return flow_need_by_code(t, dialogue_answer(d, "code"), need);
}

static void ask_amount(void *ctx, const struct dialogue *d, struct menu *menu)
{
    static const char *const keys[] = {"flow.amount", "flow.items", "flow.days"};
    struct need need;
    (void)need_of(ctx, d, &need); /* gone meanwhile: asked as money, and the handler tells */
    menu->prompt = turn_text(ctx, keys[need.unit], FIELDS({"title", say_title(ctx, &need)}));
    menu->unread = turn_text(ctx, "flow.amount.bad", NULL, 0);
}

/* By SMS: `500 هزار تومان`, `2 عدد`. */
static bool read_words(const struct turn *t, const struct dialogue *d, struct arena *arena, struct str *value)
{
    const struct command *c = &t->command;
    struct need need;
    bool money = need_of(t, d, &need) && need.unit == COUNT_RIAL;
    bool other = need.unit == COUNT_DAY ? c->unit == UNIT_ITEM : c->unit == UNIT_DAY;
    int64_t number = money ? c->amount_rial / 10 : c->quantity;
    *value = str_printf(arena, "%lld", (long long)number);
    if (money ? !c->has_amount || c->has_quantity : !c->has_quantity || c->has_amount || other)
        return false;
    return number > 0 && value->n <= DIGITS_MOST && (!money || c->amount_rial % 10 == 0);
}

/* Digits, in groups or not.  Zero is no amount, nor is more than twelve digits. */
static bool read_amount(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                        struct str *value)
{
    struct sbuf digits = sbuf_in(arena);
    const struct turn *t = ctx;
    if (!t->on_screen && t->command.alone_amount && t->command.digits < 0)
        return read_words(t, d, arena, value);
    for (size_t i = 0; i < input.n; i++)
        if (input.p[i] >= '0' && input.p[i] <= '9')
            sbuf_byte(&digits, input.p[i]);
        else if (input.p[i] != ',' && input.p[i] != ' ')
            return false;
    *value = sbuf_str(&digits);
    return value->n > 0 && value->n <= DIGITS_MOST && value->p[0] != '0';
}

/* ---- confirm ---- */

static struct command command_of(const struct turn *t, const struct dialogue *d)
{
    struct command c = command_none(COMMAND_pledge);
    struct need need;
    uint64_t amount = 0;
    bool known = need_of(t, d, &need) && str_to_u64(dialogue_answer(d, "amount"), &amount);
    c.need = known ? need.code : 0;
    c.typed = dialogue_answer(d, "code");
    c.problem = known ? PROBLEM_NONE : PROBLEM_BAD_CODE;
    c.has_amount = need.unit == COUNT_RIAL;
    c.has_quantity = !c.has_amount;
    c.amount_rial = c.has_amount ? (int64_t)amount * 10 : 0;
    c.money_unit = MONEY_TOMAN; /* the page that is confirmed says so */
    c.quantity = c.has_quantity ? (int64_t)amount : 0;
    c.unit = need.unit == COUNT_DAY ? UNIT_DAY : need.unit == COUNT_ITEM ? UNIT_ITEM : UNIT_NONE;
    return c;
}

static void ask_confirm(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct need need;
    struct command c = command_of(t, d);
    (void)need_of(t, d, &need); /* gone meanwhile: the handler tells */
    menu->prompt = turn_text(t, "flow.pledge.confirm",
                             FIELDS({"amount", say_pledged(t, c.amount_rial, c.quantity, c.unit)},
                                    {"title", say_title(t, &need)}));
    menu_yes_no(t, menu);
}

static void finish(void *ctx, const struct dialogue *d)
{
    struct command c = command_of(ctx, d);
    run_confirmed(ctx, &c);
}

static const struct step steps[] = {
    {.name = "code", .ask = ask_code, .read = read_code, .next = after_code},
    {.name = "amount", .ask = ask_amount, .read = read_amount},
    {.name = "confirm", .ask = ask_confirm, .next = done_if_confirmed},
};
const struct flow flow_pledge = {"pledge", steps, sizeof steps / sizeof steps[0], finish, "pledge"};
