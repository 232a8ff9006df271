/* flow need: the state of a need by its code, or the most urgent ones of a
 * province and category.  It only reads; from a need it leads on to a pledge. */
#include "handlers/flows.h"
#include "handlers/handlers.h"

const struct message_spec flow_need_messages[] = {
    {"flow.need.code", "", ROOM_LIST},
    {"flow.need.list", "", ROOM_PART},
    {"flow.category", "", ROOM_LIST},
    {"flow.category.options", "", ROOM_PART},
    {"flow.needs", "", ROOM_LIST},
    {"flow.needs.none", "", ROOM_LIST},
    {"flow.need.show", "left title day", ROOM_CONFIRM},
    {"flow.need.show.unverified", "left title", ROOM_CONFIRM},
    {"flow.need.give", "", ROOM_PART},
    {NULL, NULL, ROOM_ONE},
};

enum { NEEDS_MOST = 24 };

static void ask_code(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "flow.need.code", NULL, 0);
    menu->unread = turn_text(ctx, "flow.code.bad", NULL, 0);
    menu_add(menu, STR("1"), turn_text(ctx, "flow.need.list", NULL, 0), STR("list"));
}

static bool read_code(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                      struct str *value)
{
    struct need need;
    (void)d;
    *value = str_dup(arena, input);
    return flow_need_by_code(ctx, input, &need);
}

static struct where after_code(void *ctx, struct dialogue *d)
{
    (void)ctx;
    return go_step(str_is(dialogue_answer(d, "code"), "list") ? "province" : "show");
}

/* Their names stand in the catalogue, in this order. */
static const char *const categories[] = {"all",     "drug",      "treatment", "equipment", "construction",
                                         "support", "retention", "lodging",   "service"};

static void ask_category(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d; /* the same for every province */
    menu->prompt = turn_text(ctx, "flow.category", NULL, 0);
    menu_lines(ctx, menu, "flow.category.options", categories, sizeof categories / sizeof categories[0],
               false);
}

static bool read_category(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                          struct str *value)
{
    (void)d, (void)arena;
    return read_name(ctx, LEX_CATEGORY, input, value);
}

static void ask_needs(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct need *needs = arena_array(t->arena, struct need, NEEDS_MOST);
    struct str category = dialogue_answer(d, "category");
    size_t n = need_urgent(t->store, t->arena, dialogue_answer(d, "province"),
                           str_is(category, "all") ? STR("") : category, needs, NEEDS_MOST);
    menu->prompt = turn_text(t, n > 0 ? "flow.needs" : "flow.needs.none", NULL, 0);
    for (size_t i = 0; i < n; i++)
        menu_add(menu, STR(""), say_title(t, &needs[i]), say_number(t, needs[i].code));
}

static struct str chosen(const struct dialogue *d)
{
    struct str listed = dialogue_answer(d, "needs");
    return listed.p != NULL ? listed : dialogue_answer(d, "code");
}

static void ask_show(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct need need = {.unit = COUNT_RIAL};
    bool found = flow_need_by_code(t, chosen(d), &need);
    struct str title = say_title(t, &need);
    if (!found || !str_is(need.status, "open")) {
        bool filled = found && str_is(need.status, "filled");
        menu->prompt = turn_text(t, filled ? "need.filled" : "need.closed", FIELDS({"title", title}));
        return;
    }
    if (need.verified_at == 0)
        menu->prompt =
            turn_text(t, "flow.need.show.unverified", FIELDS({"left", say_left(t, &need)}, {"title", title}));
    else
        menu->prompt = turn_text(
            t, "flow.need.show",
            FIELDS({"left", say_left(t, &need)}, {"title", title}, {"day", say_day(t, need.verified_at)}));
    menu_add(menu, STR("1"), turn_text(t, "flow.need.give", NULL, 0), STR("give"));
}

/* On to the pledge, which has the code already. */
static struct where after_show(void *ctx, struct dialogue *d)
{
    (void)ctx;
    struct str code = chosen(d);
    *d = (struct dialogue){.flow = STR("pledge")};
    dialogue_put(d, STR("code"), code);
    return go_step("code");
}

static const struct step steps[] = {
    {.name = "code", .ask = ask_code, .read = read_code, .next = after_code},
    {.name = "province", .ask = ask_province, .read = read_province},
    {.name = "category", .ask = ask_category, .read = read_category},
    {.name = "needs", .ask = ask_needs},
    {.name = "show", .ask = ask_show, .next = after_show},
};
const struct flow flow_need = {"need", steps, sizeof steps / sizeof steps[0], NULL, NULL};
