/* The root menu and the short flows behind it: language, help with "call me",
 * and the offer to go on with what was dropped. */
#include "gateway/base/damm.h"
#include "handlers/flows.h"
#include "handlers/handlers.h"

/* ---- root: 1 to 6, or a need's code straight away ---- */

static const char *const doors[] = {"pledge", "need", "volunteer", "mine", "language", "help"};
enum { DOORS = sizeof doors / sizeof doors[0] };

static void ask_root(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "ussd.root", NULL, 0);
    menu->root = true;
    menu_lines(ctx, menu, "ussd.root.options", doors, DOORS, true);
}

static bool read_root(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                      struct str *value)
{
    (void)ctx, (void)d;
    *value = str_dup(arena, input);
    return code_valid(input);
}

static struct where after_root(void *ctx, struct dialogue *d)
{
    struct str chosen = dialogue_answer(d, "menu");
    (void)ctx;
    for (size_t i = 0; i < DOORS; i++)
        if (str_is(chosen, doors[i]))
            return go_flow(doors[i]);
    *d = (struct dialogue){.flow = STR("need")};
    dialogue_put(d, STR("code"), chosen);
    return go_step("code");
}

static const struct step root_steps[] = {
    {.name = "menu", .ask = ask_root, .read = read_root, .next = after_root}};
const struct flow flow_root = {"root", root_steps, 1, NULL, NULL};

/* ---- language ---- */

static void ask_language(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "ussd.language", NULL, 0);
    menu_add(menu, STR("1"), STR("فارسی"), STR("fa"));
    menu_add(menu, STR("2"), STR("English"), STR("en"));
}

static void finish_language(void *ctx, const struct dialogue *d)
{
    struct command c = command_none(COMMAND_language);
    c.has_tongue = language_from(dialogue_answer(d, "tongue"), &c.tongue);
    run_confirmed(ctx, &c);
}

static const struct step language_steps[] = {{.name = "tongue", .ask = ask_language}};
const struct flow flow_language = {"language", language_steps, 1, finish_language, "language"};

/* ---- help: for one who cannot read fast, a person calls back ---- */

static void ask_help(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "ussd.help", FIELDS({"phone", say_phone(ctx)}));
    menu_add(menu, STR("1"), turn_text(ctx, "ussd.help.call", NULL, 0), STR("call"));
}

static void finish_help(void *ctx, const struct dialogue *d)
{
    struct turn *t = ctx;
    (void)d;
    t->command = command_none(COMMAND_help);
    t->unanswered = true; /* it stands in the list that a person answers */
    turn_confirm(t, "ussd.called", FIELDS({"phone", say_phone(t)}));
}

static const struct step help_steps[] = {{.name = "call", .ask = ask_help}};
const struct flow flow_help = {"help", help_steps, 1, finish_help, "help"};

/* ---- resume: ussd.c puts it before what was dropped ---- */

static void ask_resume(void *ctx, const struct dialogue *d, struct menu *menu)
{
    static const char *const values[] = {"go", "over"};
    (void)d;
    menu->prompt = turn_text(ctx, "ussd.resume", NULL, 0);
    menu->root = true;
    menu_lines(ctx, menu, "ussd.resume.options", values, 2, true);
}

/* Who drives it reads the answer itself. */
static void finish_resume(void *ctx, const struct dialogue *d)
{
    (void)ctx, (void)d;
}

static const struct step resume_steps[] = {{.name = "offer", .ask = ask_resume}};
const struct flow flow_resume = {"resume", resume_steps, 1, finish_resume, NULL};
