/* The dialogue engine on the flows of dialogue_world.h: where each answer leads,
 * what 0, 00 and 9 do, what is asked and what is not. */
#include "dialogue_world.h"

/* ---- forward ---- */

static void from_home_to_the_end(void **state)
{
    struct world *w = *state;
    start(w, "home");
    assert_shown(w, MENU);
    HEAR(w, "1", AREA);
    HEAR(w, "24", ITEMS_FIRST);
    HEAR(w, "2", NOTE);
    HEAR(w, "by hand", SURE);
    assert_int_equal(hear(w, "1"), HEARD_DONE);
    assert_answer(w, "area", "Zanjan");
    assert_answer(w, "item", "b2");
    assert_answer(w, "note", "by hand");
    assert_null(dialogue_answer(&w->d, "menu").p); /* another flow's */
    assert_null(dialogue_answer(&w->d, "again").p);
}

static void an_answer_may_end_it(void **state)
{
    struct world *w = *state;
    start(w, "home");
    assert_int_equal(hear(w, "3"), HEARD_LEFT);
    w->d = (struct dialogue){.flow = STR("order"), .step = STR("sure")};
    assert_int_equal(hear(w, "2"), HEARD_LEFT);
}

static void what_is_needless_is_not_asked(void **state)
{
    struct world *w = *state;
    w->people = (struct people){.is_new = true, .came_before = true, .items = ITEMS};
    start(w, "home");
    assert_shown(w, "Tongue?\nFarsi: 1");
    HEAR(w, "1", MENU);
    HEAR(w, "1", "Again?\nThe same: 1\nAnother: 2" WAYS);
    HEAR(w, "2", AREA);
    assert_answer(w, "again", "other");
    start(w, "gift"); /* its first is needless */
    assert_true(str_is(w->d.step, "box"));
    assert_int_equal(w->d.n, 0);
}

/* Leading to a flow passes over its needless first step too. */
static void what_is_needless_in_the_next_flow_is_not_asked(void **state)
{
    struct world *w = *state;
    start(w, "home");
    HEAR(w, "2", "Box?\nNone: 00\nLarge: 9\nSmall: 3" WAYS);
    assert_true(str_is(w->d.flow, "gift"));
}

static void a_key_of_the_menus_own_comes_first(void **state)
{
    struct world *w = *state;
    start(w, "gift");
    assert_int_equal(hear(w, "00"), HEARD_DONE);
    assert_answer(w, "box", "none");
    start(w, "gift");
    assert_int_equal(hear(w, "9"), HEARD_DONE);
    assert_answer(w, "box", "large");
    start(w, "gift");
    HEAR(w, "1", "What?\nBox?\nNone: 00\nLarge: 9\nSmall: 3" WAYS);
    assert_int_equal(hear(w, "3"), HEARD_DONE); /* by its place, beside those with keys */
    assert_answer(w, "box", "small");
}

/* ---- what is known beforehand ---- */

static void what_is_known_is_not_asked(void **state)
{
    struct world *w = *state;
    start(w, "order");
    assert_int_equal(dialogue_skip_known(&flows, &w->d, &w->people), HEARD_PAGE);
    assert_true(str_is(w->d.step, "area")); /* nothing is known: it stands where it stood */
    dialogue_put(&w->d, STR("item"), STR("c3"));
    dialogue_put(&w->d, STR("area"), STR("Qom"));
    assert_int_equal(dialogue_skip_known(&flows, &w->d, &w->people), HEARD_PAGE);
    assert_shown(w, NOTE);
    dialogue_put(&w->d, STR("note"), STR("none"));
    dialogue_put(&w->d, STR("sure"), STR("yes"));
    assert_int_equal(dialogue_skip_known(&flows, &w->d, &w->people), HEARD_DONE);
    dialogue_put(&w->d, STR("sure"), STR("no")); /* replaces */
    assert_answer(w, "sure", "no");
    w->d.step = STR("area");
    assert_int_equal(dialogue_skip_known(&flows, &w->d, &w->people), HEARD_LEFT);
}

/* The item is known, the area is not: back from the first question is home, and
 * not to the item, behind which the end comes without an area. */
static void back_never_leads_to_what_was_known(void **state)
{
    struct world *w = *state;
    start(w, "order");
    dialogue_put(&w->d, STR("item"), STR("c3"));
    assert_int_equal(dialogue_skip_known(&flows, &w->d, &w->people), HEARD_PAGE);
    assert_shown(w, AREA);
    HEAR(w, "0", MENU);
    start(w, "order");
    dialogue_put(&w->d, STR("item"), STR("c3"));
    HEAR(w, "24", NOTE);
    HEAR(w, "0", AREA);
    assert_answer(w, "item", "c3"); /* still known */
    HEAR(w, "31", NOTE);
    assert_answer(w, "area", "Esfahan");
    HEAR(w, "0", AREA);
    HEAR(w, "0", MENU);
}

/* Known, and yet it was asked, as nobody skipped it: then 0 leads back to it. */
static void what_was_asked_after_all(void **state)
{
    struct world *w = *state;
    start(w, "order");
    dialogue_put(&w->d, STR("area"), STR("Qom"));
    HEAR(w, "24", ITEMS_FIRST);
    assert_answer(w, "area", "Zanjan");
    dialogue_put(&w->d, STR("area"), STR("ZN")); /* as a step does with its own answer */
    HEAR(w, "0", AREA);
    assert_null(dialogue_answer(&w->d, "area").p);
}

static void more_answers_than_there_is_room_for(void **state)
{
    static const char names[DIALOGUE_ANSWERS_MOST + 1][2] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    struct world *w = *state;
    for (size_t i = 0; i <= DIALOGUE_ANSWERS_MOST; i++)
        dialogue_put(&w->d, str_of(names[i]), STR("x"));
    assert_int_equal(w->d.n, DIALOGUE_ANSWERS_MOST);
    assert_answer(w, "h", "x");
    assert_null(dialogue_answer(&w->d, "i").p);
}

/* ---- lists ---- */

/* Each page is numbered from 1, and what is pressed is of the page shown. */
static void a_long_list_goes_on_behind_nine(void **state)
{
    struct world *w = *state;
    start(w, "order");
    HEAR(w, "21", ITEMS_FIRST);
    HEAR(w, "9", ITEMS_REST);
    HEAR(w, "0", ITEMS_FIRST);
    HEAR(w, "9", ITEMS_REST);
    HEAR(w, "9", "What?\n" ITEMS_REST); /* nothing behind it */
    HEAR(w, "4", "What?\n" ITEMS_REST);
    HEAR(w, "0", ITEMS_FIRST);
    assert_int_equal(w->d.wrong, 0);
    HEAR(w, "9", ITEMS_REST);
    HEAR(w, "2", NOTE);
    assert_answer(w, "item", "j0");
    assert_int_equal(w->d.page, 0);
    HEAR(w, "0", ITEMS_FIRST); /* a question that is asked again begins on its first page */
}

static void numbers_that_are_none_of_the_page(void **state)
{
    static const char *const wrong[] = {"09", "000", "-1", "1 2", "a1", "99999999999999999999", ""};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        w->d = (struct dialogue){.flow = STR("order"), .step = STR("item")};
        HEAR(w, wrong[i], "What?\n" ITEMS_FIRST);
    }
    w->d = (struct dialogue){.flow = STR("order"), .step = STR("item")};
    HEAR(w, "08", NOTE);
    assert_answer(w, "item", "h8");
}

/* The list stands behind the prompt; its keys count from every page, with a 0 before them too. */
static void a_list_behind_its_prompt(void **state)
{
    static const char last[] = "Kermanshah: 83\nElsewhere: 8" WAYS;
    struct world *w = *state;
    w->door.septets = 110;
    start(w, "order");
    assert_shown(w, AREA);
    HEAR(w, "9",
         "Tehran: 21\nZanjan: 24\nEsfahan: 31\nTabriz: 41\nMashhad: 51\nAhvaz: 61\nShiraz: 71\n"
         "Hamadan: 81\nMore: 9\nBack: 0");
    HEAR(w, "9", last);
    HEAR(w, "1", "What?\nKermanshah: 83\nElsewhere: 8" WAYS); /* keys, no numbers */
    HEAR(w, "021", "Item?\na1: 1\nb2: 2\nc3: 3\nd4: 4\ne5: 5\nf6: 6\ng7: 7\nh8: 8\nMore: 9" WAYS);
    assert_answer(w, "area", "Tehran");
    HEAR(w, "0", AREA);
    HEAR(w, "9",
         "Tehran: 21\nZanjan: 24\nEsfahan: 31\nTabriz: 41\nMashhad: 51\nAhvaz: 61\nShiraz: 71\n"
         "Hamadan: 81\nMore: 9\nBack: 0");
    HEAR(w, "0", AREA);
    HEAR(w, "08", "What?\n" AREA); /* a key of one digit is not an area code */
    assert_int_equal(hear(w, "8"), HEARD_PAGE);
    assert_answer(w, "area", "Elsewhere");
    HEAR(w, "0", AREA);
    assert_int_equal(hear(w, "qom"), HEARD_PAGE);
    assert_answer(w, "area", "Qom");
}

/* Between the page and the answer somebody took the last ones away. */
static void a_list_that_grew_shorter(void **state)
{
    struct world *w = *state;
    w->d = (struct dialogue){.flow = STR("order"), .step = STR("item"), .page = 7};
    assert_shown(w, ITEMS_REST);
    assert_int_equal(w->d.page, 1);
    w->people.items = 3;
    w->d.page = 1;
    HEAR(w, "0", MENU); /* the only page is the first */
    w->people.items = 0;
    w->d = (struct dialogue){.flow = STR("order"), .step = STR("item")};
    assert_shown(w, "Item?" WAYS);
    HEAR(w, "1", "What?\nItem?" WAYS);
}

/* ---- back and home ---- */

static void back_to_each_question_before(void **state)
{
    struct world *w = *state;
    w->people.came_before = true;
    start(w, "order");
    assert_int_equal(hear(w, "1"), HEARD_PAGE);
    HEAR(w, "71", ITEMS_FIRST);
    HEAR(w, "1", NOTE);
    HEAR(w, "nothing", SURE);
    HEAR(w, "0", NOTE);
    assert_null(dialogue_answer(&w->d, "note").p);
    HEAR(w, "0", ITEMS_FIRST);
    assert_null(dialogue_answer(&w->d, "price").p);
    HEAR(w, "0", AREA);
    HEAR(w, "0", "Again?\nThe same: 1\nAnother: 2" WAYS);
    assert_int_equal(w->d.n, 0);
    HEAR(w, "0", MENU);
    assert_int_equal(hear(w, "0"), HEARD_LEFT);
}

static void home_from_anywhere(void **state)
{
    struct world *w = *state;
    start(w, "order");
    HEAR(w, "71", ITEMS_FIRST);
    HEAR(w, "9", ITEMS_REST);
    HEAR(w, "00", MENU); /* and not the needless question before it */
    assert_int_equal(w->d.n, 0);
    assert_int_equal(hear(w, "00"), HEARD_LEFT);
    w->people.is_new = true;
    start(w, "home");
    HEAR(w, "1", MENU);
    HEAR(w, "0", "Tongue?\nFarsi: 1");
    assert_int_equal(hear(w, "0"), HEARD_LEFT);
}

static void an_sms_has_no_home(void **state)
{
    struct world *w = *state;
    w->door.home = STR("");
    start(w, "order");
    assert_shown(w, "Area code?\nMore: 9"); /* nothing to go back to */
    assert_int_equal(hear(w, "00"), HEARD_LEFT);
    start(w, "order");
    assert_int_equal(hear(w, "0"), HEARD_LEFT);
    start(w, "order");
    dialogue_put(&w->d, STR("item"), STR("c3")); /* known, and no question */
    assert_shown(w, "Area code?\nMore: 9");
    HEAR(w, "71", "Note?\nBack: 0");
    HEAR(w, "0", "Area code?\nMore: 9");
    assert_int_equal(hear(w, "0"), HEARD_LEFT);
    w->d = (struct dialogue){.flow = STR("order"), .step = STR("item")};
    assert_shown(w, "Item?\na1: 1\nb2: 2\nc3: 3\nd4: 4\ne5: 5\nf6: 6\ng7: 7\nh8: 8\nMore: 9");
    HEAR(w, "9", "Item?\ni9: 1\nj0: 2\nk1: 3\nBack: 0"); /* to the page before */
}

/* ---- what cannot be read ---- */

static void three_wrong_answers_in_a_row(void **state)
{
    struct world *w = *state;
    start(w, "order");
    HEAR(w, "?", "What?\n" AREA);
    HEAR(w, "nowhere", "What?\n" AREA);
    assert_int_equal(hear(w, "7"), HEARD_LEFT);
    start(w, "order");
    HEAR(w, "?", "What?\n" AREA);
    HEAR(w, "?", "What?\n" AREA);
    HEAR(w, "71", ITEMS_FIRST); /* counted anew */
    HEAR(w, "?", "What?\n" ITEMS_FIRST);
    HEAR(w, "?", "What?\n" ITEMS_FIRST);
    HEAR(w, "9", ITEMS_REST); /* counted anew */
    HEAR(w, "?", "What?\n" ITEMS_REST);
    HEAR(w, "?", "What?\n" ITEMS_REST);
    HEAR(w, "0", ITEMS_FIRST); /* counted anew */
    HEAR(w, "1", NOTE);
    HEAR(w, "x", "Two letters at least.\n" NOTE); /* its own words */
    HEAR(w, "", "Two letters at least.\n" NOTE);
    assert_int_equal(hear(w, "x"), HEARD_LEFT);
}

/* Help never moves the options: 9 goes on behind what was shown. */
static void help_passes_no_option_over(void **state)
{
    struct world *w = *state;
    w->door.septets = 50; /* three lines of options and more, not a line of help */
    w->door.unread = STR("That is none of these, sorry.");
    w->d = (struct dialogue){.flow = STR("order"), .step = STR("item")};
    assert_shown(w, "Item?\na1: 1\nb2: 2\nc3: 3\nd4: 4\ne5: 5\nf6: 6\nMore: 9");
    HEAR(w, "?", "Item?\na1: 1\nb2: 2\nc3: 3\nd4: 4\ne5: 5\nf6: 6\nMore: 9");
    HEAR(w, "9", "Item?\ng7: 1\nh8: 2\ni9: 3\nj0: 4\nk1: 5\nBack: 0");
    HEAR(w, "5", "Note?\nBack: 0\nHome: 00");
    assert_answer(w, "item", "k1");
}

/* ---- kept ---- */

static bool is_taken(struct world *w, const char *text)
{
    struct error e = {""};
    struct json *json = json_read(str_of(text), &e);
    bool taken = dialogue_from_json(&flows, json, w->arena, &w->d);
    json_free(json);
    return taken;
}

static void what_these_flows_do_not_have(void **state)
{
    struct world *w = *state;
    assert_true(is_taken(w, "{\"flow\":\"order\",\"step\":\"area\"}"));
    assert_int_equal(w->d.n + w->d.page + w->d.wrong, 0);
    assert_false(is_taken(w, "{\"flow\":\"orders\",\"step\":\"area\"}"));
    assert_false(is_taken(w, "{\"flow\":\"order\",\"step\":\"menu\"}"));
    assert_false(is_taken(w, "{\"flow\":\"order\"}"));
    assert_false(is_taken(w, "{}"));
    assert_false(is_taken(w, "[]"));
    assert_false(is_taken(w, "no json"));
    assert_false(is_taken(w, "{\"flow\":\"order\",\"step\":\"area\","
                             "\"answers\":[{\"step\":\"tongue\",\"value\":\"fa\"}]}"));
    assert_false(is_taken(w, "{\"flow\":\"order\",\"step\":\"area\",\"answers\":[3]}"));
    assert_null(flow_find(&flows, STR("orders")));
    assert_ptr_equal(flow_find(&flows, STR("gift")), &gift);
}

/* No more answers are read than there is room for; the last of one step counts. */
static void answers_beyond_the_room(void **state)
{
    struct world *w = *state;
    struct sbuf text = sbuf_in(w->arena);
    sbuf_add(&text, STR("{\"flow\":\"order\",\"step\":\"note\",\"answers\":["));
    for (int i = 0; i <= DIALOGUE_ANSWERS_MOST; i++)
        sbuf_printf(&text, "%s{\"step\":\"item\",\"value\":\"v%d\"}", i > 0 ? "," : "", i);
    sbuf_add(&text, STR("]}"));
    assert_true(is_taken(w, str_cstr(w->arena, sbuf_str(&text))));
    assert_int_equal(w->d.n, 1);
    assert_answer(w, "item", "v7");
}

/* ---- any input ---- */

/* Whatever is pressed, in whatever order: the page fits, the place is a place,
 * and at the end every question of the flow has its answer. */
static void anything_pressed_in_any_order(void **state)
{
    static const char *const inputs[] = {"0", "00", "9", "1", "2", "24", "8", "qom", "hello", "", "x", "9"};
    struct world *w = *state;
    uint64_t seed = 1;
    size_t ends = 0;
    struct arena_mark mark = arena_mark(w->arena);
    w->door.septets = 80;
    start(w, "home");
    for (int i = 0; i < 20000; i++) {
        struct str page = dialogue_page(&flows, &w->d, &w->people, &w->door, w->arena);
        assert_in_range(page.n, 1, 80); /* ASCII: a septet a byte */
        enum heard heard = hear(w, inputs[random_below(&seed, sizeof inputs / sizeof inputs[0])]);
        if (heard == HEARD_DONE && str_is(w->d.flow, "order")) {
            ends++;
            for (size_t k = 1; k < order.n; k++)
                assert_non_null(dialogue_answer(&w->d, order_steps[k].name).p);
        }
        if (heard == HEARD_PAGE && i % 50 != 0)
            continue;
        w->people.came_before = random_below(&seed, 2) == 0;
        arena_rewind(w->arena, mark);
        start(w, "order");
        if (random_below(&seed, 2) == 0)
            dialogue_put(&w->d, STR("note"), STR("known"));
        if (random_below(&seed, 2) == 0)
            dialogue_put(&w->d, STR("item"), STR("c3"));
    }
    assert_true(ends > 20);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(from_home_to_the_end),
        TEST(an_answer_may_end_it),
        TEST(what_is_needless_is_not_asked),
        TEST(what_is_needless_in_the_next_flow_is_not_asked),
        TEST(a_key_of_the_menus_own_comes_first),
        TEST(what_is_known_is_not_asked),
        TEST(back_never_leads_to_what_was_known),
        TEST(what_was_asked_after_all),
        TEST(more_answers_than_there_is_room_for),
        TEST(a_long_list_goes_on_behind_nine),
        TEST(numbers_that_are_none_of_the_page),
        TEST(a_list_behind_its_prompt),
        TEST(a_list_that_grew_shorter),
        TEST(back_to_each_question_before),
        TEST(home_from_anywhere),
        TEST(an_sms_has_no_home),
        TEST(three_wrong_answers_in_a_row),
        TEST(help_passes_no_option_over),
        TEST(what_these_flows_do_not_have),
        TEST(answers_beyond_the_room),
        TEST(anything_pressed_in_any_order),
    };
    return cmocka_run_group_tests_name("dialogues", tests, NULL, NULL);
}
