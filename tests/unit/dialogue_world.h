/* Flows made up for the dialogue engine, one of each kind of step, and somebody
 * who walks through them.  After every answer the place goes to JSON and back,
 * as the store keeps it. */
#ifndef YAVAR_TESTS_DIALOGUE_WORLD_H
#define YAVAR_TESTS_DIALOGUE_WORLD_H

#include "unit.h"

#include "gateway/base/json.h"
#include "gateway/model/dialogue.h"

enum { ITEMS = 11, AREAS = 10 };

/* What the steps read: the opaque context. */
struct people {
    bool is_new, came_before;
    size_t items;
};

struct world {
    struct arena *arena;
    struct people people;
    struct door door;
    struct dialogue d;
};

static struct where go(enum where_kind kind, const char *name)
{
    return (struct where){kind, name};
}

/* ---- home: the language, only of who is new, then the menu ---- */

static void ask_tongue(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)ctx, (void)d;
    menu->prompt = STR("Tongue?");
    menu->root = true;
    menu_add(menu, STR("1"), STR("Farsi"), STR("fa"));
}

static bool knows_tongue(void *ctx, const struct dialogue *d)
{
    (void)d;
    return !((const struct people *)ctx)->is_new;
}

static void ask_menu(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)ctx, (void)d;
    menu->prompt = STR("Home");
    menu->root = true;
    menu_add(menu, STR("1"), STR("Order"), STR("order"));
    menu_add(menu, STR("2"), STR("Gift"), STR("gift"));
    menu_add(menu, STR("3"), STR("Bye"), STR("bye"));
}

static struct where after_menu(void *ctx, struct dialogue *d)
{
    struct str chosen = dialogue_answer(d, "menu");
    (void)ctx;
    if (str_is(chosen, "bye"))
        return go(WHERE_LEFT, NULL);
    return go(WHERE_FLOW, str_is(chosen, "gift") ? "gift" : "order");
}

static const struct step home_steps[] = {{"tongue", ask_tongue, NULL, NULL, knows_tongue},
                                         {"menu", ask_menu, NULL, after_menu, NULL}};
static const struct flow home = {"home", home_steps, 2, NULL, NULL};

/* ---- order: again (needless), area (a list behind the prompt), item (a long list), note, sure ---- */

static void ask_again(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)ctx, (void)d;
    menu->prompt = STR("Again?");
    menu_add(menu, STR(""), STR("The same"), STR("same"));
    menu_add(menu, STR(""), STR("Another"), STR("other"));
}

static bool is_first_order(void *ctx, const struct dialogue *d)
{
    (void)d;
    return !((const struct people *)ctx)->came_before;
}

static void ask_area(void *ctx, const struct dialogue *d, struct menu *menu)
{
    static const char keys[AREAS][3] = {"21", "24", "31", "41", "51", "61", "71", "81", "83", "8"};
    static const char *const names[AREAS] = {"Tehran", "Zanjan", "Esfahan", "Tabriz",     "Mashhad",
                                             "Ahvaz",  "Shiraz", "Hamadan", "Kermanshah", "Elsewhere"};
    (void)ctx, (void)d;
    menu->prompt = STR("Area code?");
    menu->later = true;
    for (size_t i = 0; i < AREAS; i++)
        menu_add(menu, str_of(keys[i]), str_of(names[i]), str_of(names[i]));
}

static bool read_area(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                      struct str *value)
{
    (void)ctx, (void)d;
    *value = str_dup(arena, STR("Qom"));
    return str_is(input, "qom");
}

static void ask_item(void *ctx, const struct dialogue *d, struct menu *menu)
{
    static const char names[ITEMS][3] = {"a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8", "i9", "j0", "k1"};
    (void)d;
    menu->prompt = STR("Item?");
    for (size_t i = 0; i < ((const struct people *)ctx)->items; i++)
        menu_add(menu, STR(""), str_of(names[i]), str_of(names[i]));
}

static struct where after_item(void *ctx, struct dialogue *d)
{
    (void)ctx;
    dialogue_put(d, STR("price"), STR("low")); /* comes of the item, and goes with it */
    return go(WHERE_STEP, "note");
}

static void ask_note(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)ctx, (void)d;
    menu->prompt = STR("Note?");
    menu->unread = STR("Two letters at least.");
}

static bool read_note(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                      struct str *value)
{
    (void)ctx, (void)d;
    *value = str_dup(arena, input);
    return input.n >= 2;
}

static struct where after_note(void *ctx, struct dialogue *d)
{
    (void)ctx, (void)d;
    return go(WHERE_STEP, "sure");
}

static void ask_sure(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)ctx, (void)d;
    menu->prompt = STR("Sure?");
    menu_add(menu, STR("1"), STR("Yes"), STR("yes"));
    menu_add(menu, STR("2"), STR("No"), STR("no"));
}

static struct where after_sure(void *ctx, struct dialogue *d)
{
    (void)ctx;
    return go(str_is(dialogue_answer(d, "sure"), "yes") ? WHERE_DONE : WHERE_LEFT, NULL);
}

static const struct step order_steps[] = {
    {"again", ask_again, NULL, NULL, is_first_order},
    {"area", ask_area, read_area, NULL, NULL},
    {"item", ask_item, NULL, after_item, NULL},
    {"price", ask_menu, NULL, after_note, NULL}, /* never asked */
    {"note", ask_note, read_note, after_note, NULL},
    {"sure", ask_sure, NULL, after_sure, NULL},
};
static const struct flow order = {"order", order_steps, 6, NULL, NULL};

/* ---- gift: it begins with what need not be asked ---- */

static bool is_needless(void *ctx, const struct dialogue *d)
{
    (void)ctx, (void)d;
    return true;
}

static void ask_box(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)ctx, (void)d;
    menu->prompt = STR("Box?");
    menu_add(menu, STR("00"), STR("None"), STR("none"));
    menu_add(menu, STR("9"), STR("Large"), STR("large"));
    menu_add(menu, STR(""), STR("Small"), STR("small"));
}

static const struct step gift_steps[] = {{"skipped", ask_menu, NULL, NULL, is_needless},
                                         {"box", ask_box, NULL, NULL, NULL}};
static const struct flow gift = {"gift", gift_steps, 2, NULL, NULL};

static const struct flow *const table[] = {&home, &order, &gift};
static const struct flows flows = {table, 3};

/* ---- the world ---- */

static int up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL)
        return -1;
    w->arena = arena_new(1 << 14);
    w->people = (struct people){.items = ITEMS};
    w->door = (struct door){182, 70, STR("More: 9"), STR("Back: 0"), STR("Home: 00"), STR("What?")};
    *state = w;
    return 0;
}

static int down(void **state)
{
    struct world *w = *state;
    arena_free(w->arena);
    free(w);
    return 0;
}

static struct json *written_and_read(struct world *w, const struct dialogue *d)
{
    struct error e = {""};
    struct json *json = dialogue_to_json(d);
    struct str text = json_write(json, w->arena);
    json_free(json);
    json = json_read(text, &e);
    assert_non_null(json);
    return json;
}

/* Every place is kept and found again as it was. */
static void keep(struct world *w)
{
    struct dialogue was = w->d;
    struct json *json = written_and_read(w, &was);
    assert_true(dialogue_from_json(&flows, json, w->arena, &w->d));
    json_free(json);
    assert_true(str_eq(w->d.flow, was.flow) && str_eq(w->d.step, was.step));
    assert_int_equal(w->d.page, was.page);
    assert_int_equal(w->d.wrong, was.wrong);
    assert_int_equal(w->d.n, was.n);
    for (size_t i = 0; i < was.n; i++) {
        assert_true(str_eq(w->d.answers[i].step, was.answers[i].step));
        assert_true(str_eq(w->d.answers[i].value, was.answers[i].value));
        assert_int_equal(w->d.answers[i].asked, was.answers[i].asked);
    }
}

static enum heard hear(struct world *w, const char *input)
{
    enum heard heard =
        dialogue_hear(&flows, &w->d, &w->people, &w->door, str_dup(w->arena, str_of(input)), w->arena);
    keep(w);
    return heard;
}

/* INPUT leads to a page that is TEXT. */
#define HEAR(w, input, text)                              \
    do {                                                  \
        assert_int_equal(hear((w), (input)), HEARD_PAGE); \
        assert_shown((w), (text));                        \
    } while (0)

static void assert_shown(struct world *w, const char *text)
{
    struct str page = dialogue_page(&flows, &w->d, &w->people, &w->door, w->arena);
    assert_string_equal(str_cstr(w->arena, page), text);
}

static void assert_answer(const struct world *w, const char *step, const char *value)
{
    struct str answer = dialogue_answer(&w->d, step);
    if (!str_is(answer, value))
        fail_msg("%s: %.*s, not %s", step, STR_ARG(answer), value);
}

static void start(struct world *w, const char *flow)
{
    dialogue_start(&flows, &w->d, &w->people, flow);
    keep(w);
}

#define WAYS "\nBack: 0\nHome: 00"
#define AREA "Area code?\nMore: 9" WAYS
#define ITEMS_FIRST "Item?\na1: 1\nb2: 2\nc3: 3\nd4: 4\ne5: 5\nf6: 6\ng7: 7\nh8: 8\nMore: 9" WAYS
#define ITEMS_REST "Item?\ni9: 1\nj0: 2\nk1: 3" WAYS
#define NOTE "Note?" WAYS
#define SURE "Sure?\nYes: 1\nNo: 2" WAYS
#define MENU "Home\nOrder: 1\nGift: 2\nBye: 3"

#endif
