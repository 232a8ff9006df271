/* flow mine: the caller's open pledges, one of them, and its cancelling, which
 * the handler of `انصراف` does. */
#include "handlers/flows.h"
#include "handlers/handlers.h"

const struct message_spec flow_mine_messages[] = {
    {"flow.mine", "", ROOM_LIST},
    {"flow.mine.none", "", ROOM_LIST},
    {"flow.mine.line", "title ref", ROOM_PART},
    {"flow.mine.one", "ref amount title", ROOM_CONFIRM},
    {"flow.mine.cancel", "", ROOM_PART},
    {"flow.mine.confirm", "ref amount", ROOM_CONFIRM},
    {NULL, NULL, ROOM_ONE},
};

enum { MINE_MOST = 16 };

static void ask_which(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct pledge *open = arena_array(t->arena, struct pledge, MINE_MOST);
    size_t n = pledge_open(t->store, t->arena, &t->contact, open, MINE_MOST);
    (void)d;
    menu->prompt = turn_text(t, n > 0 ? "flow.mine" : "flow.mine.none", NULL, 0);
    for (size_t i = 0; i < n; i++) {
        struct str ref = say_number(t, open[i].reference);
        struct str line =
            turn_text(t, "flow.mine.line",
                      FIELDS({"title", say_in(t, open[i].title_fa, open[i].title_en)}, {"ref", ref}));
        menu_add(menu, STR(""), line, ref);
    }
}

/* Another's pledge is as unknown as one that is not there. */
static bool find_pledge(const struct turn *t, const struct dialogue *d, struct pledge *p)
{
    uint64_t reference;
    *p = (struct pledge){.money = MONEY_UNWRITTEN};
    return str_to_u64(dialogue_answer(d, "which"), &reference) &&
           pledge_get(t->store, t->arena, (uint32_t)reference, p) && p->phone == t->contact.phone;
}

static void ask_one(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct pledge p;
    if (!find_pledge(t, d, &p) || !str_is(p.status, "pledged")) {
        menu->prompt = turn_text(t, "flow.mine.none", NULL, 0);
        return;
    }
    menu->prompt = turn_text(t, "flow.mine.one",
                             FIELDS({"ref", say_number(t, p.reference)},
                                    {"amount", say_pledged(t, p.amount_rial, p.quantity, p.unit)},
                                    {"title", say_in(t, p.title_fa, p.title_en)}));
    menu_add(menu, STR("1"), turn_text(t, "flow.mine.cancel", NULL, 0), STR("cancel"));
}

static void ask_confirm(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct pledge p;
    (void)find_pledge(t, d, &p); /* the handler tells what became of it */
    menu->prompt = turn_text(t, "flow.mine.confirm",
                             FIELDS({"ref", dialogue_answer(d, "which")},
                                    {"amount", say_pledged(t, p.amount_rial, p.quantity, p.unit)}));
    menu_yes_no(t, menu);
}

static void finish(void *ctx, const struct dialogue *d)
{
    struct command c = command_none(COMMAND_cancel);
    uint64_t reference = 0;
    (void)str_to_u64(dialogue_answer(d, "which"), &reference); /* 0: the handler asks */
    c.reference = (uint32_t)reference;
    run_confirmed(ctx, &c);
}

static const struct step steps[] = {
    {.name = "which", .ask = ask_which},
    {.name = "one", .ask = ask_one},
    {.name = "confirm", .ask = ask_confirm, .next = done_if_confirmed},
};
const struct flow flow_mine = {"mine", steps, sizeof steps / sizeof steps[0], finish, "cancel"};
