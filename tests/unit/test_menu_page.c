/* A menu as a page: what fits, in septets and in UTF-16 units, what is left
 * out when it does not, and that every option stands on one page, whole. */
#include "unit.h"

#include "gateway/base/segment.h"
#include "gateway/model/menu_page.h"

#define DOOR(septets, units)                                                               \
    {                                                                                      \
        (septets), (units), STR("More: 9"), STR("Back: 0"), STR("Home: 00"), STR("What?"), \
    }

struct desk {
    struct arena *arena;
    struct menu menu;
};

static int up(void **state)
{
    struct desk *w = calloc(1, sizeof *w);
    if (w == NULL)
        return -1;
    w->arena = arena_new(1 << 14);
    w->menu.prompt = STR("Which?");
    *state = w;
    return 0;
}

static int down(void **state)
{
    struct desk *w = *state;
    arena_free(w->arena);
    free(w);
    return 0;
}

static void fill(struct desk *w, size_t n, bool numbered)
{
    for (size_t i = 0; i < n; i++) {
        struct str key = numbered ? STR("") : str_printf(w->arena, "%zu", 20 + i);
        menu_add(&w->menu, key, str_printf(w->arena, "Option %c", (int)('A' + i)), STR("v"));
    }
}

static struct menu_view view(struct desk *w, unsigned page, bool unread, struct door door)
{
    struct menu_view laid = menu_lay(&w->menu, page, &door);
    struct menu_view v = menu_view(&w->menu, page, unread, &door, w->arena);
    assert_true(laid.page == v.page && laid.first == v.first && laid.count == v.count && laid.more == v.more);
    return v;
}

static void assert_page(struct desk *w, const struct menu_view *v, const char *text)
{
    assert_string_equal(str_cstr(w->arena, v->text), text);
}

/* ---- ways out ---- */

static void ways_out_only_where_they_fit(void **state)
{
    static const struct {
        unsigned septets;
        const char *text;
    } rows[] = {
        {23, "Which?\nBack: 0\nHome: 00"},
        {22, "Which?\nBack: 0"},
        {14, "Which?\nBack: 0"},
        {13, "Which?"},
        {6, "Which?"},
    };
    struct desk *w = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct menu_view v = view(w, 0, false, (struct door)DOOR(rows[i].septets, 5));
        assert_page(w, &v, rows[i].text);
    }
    w->menu.root = true;
    struct menu_view v = view(w, 0, false, (struct door)DOOR(182, 70));
    assert_page(w, &v, "Which?");
    struct door sms = DOOR(160, 70);
    sms.home = STR("");
    w->menu.root = false;
    v = view(w, 0, false, sms);
    assert_page(w, &v, "Which?\nBack: 0");
}

/* ---- help ---- */

static void help_only_where_it_fits(void **state)
{
    struct desk *w = *state;
    struct door door = DOOR(12, 5);
    struct menu_view v = view(w, 0, true, door);
    assert_page(w, &v, "What?\nWhich?"); /* before the ways out */
    door.septets = 11;
    v = view(w, 0, true, door);
    assert_page(w, &v, "Which?");
    door.septets = 100;
    w->menu.unread = STR("A name, please.");
    w->menu.root = true;
    v = view(w, 0, true, door);
    assert_page(w, &v, "A name, please.\nWhich?");
    v = view(w, 0, false, door);
    assert_page(w, &v, "Which?");
    w->menu.unread = door.unread = STR(""); /* a door without words for it */
    v = view(w, 0, true, door);
    assert_page(w, &v, "Which?");
}

static void help_moves_no_option(void **state)
{
    struct desk *w = *state;
    fill(w, 20, true);
    for (unsigned septets = 40; septets < 182; septets++)
        for (unsigned page = 0; page < 8; page++) {
            struct menu_view plain = view(w, page, false, (struct door)DOOR(septets, 70));
            struct menu_view helped = view(w, page, true, (struct door)DOOR(septets, 70));
            assert_int_equal(plain.page, helped.page);
            assert_int_equal(plain.first, helped.first);
            assert_int_equal(plain.count, helped.count);
            assert_int_equal(plain.more, helped.more);
        }
}

/* ---- lists ---- */

/* Every option on exactly one page, with its whole line, for every size of page. */
static void check_pages(struct desk *w, struct tally *t, unsigned septets)
{
    struct door door = DOOR(septets, 70);
    size_t next = 0;
    struct menu_view v = {.more = true};
    for (unsigned page = 0; v.more && page <= w->menu.n + 1; page++) {
        v = view(w, page, false, door);
        const char *text = str_cstr(w->arena, v.text);
        bool opens = w->menu.later && page == 0;
        tally_check(t, v.page == page && v.first == next, "%u, page %u: %u, from %zu", septets, page, v.page,
                    v.first);
        tally_check(t, sms_measure(v.text).units <= septets, "%u, page %u is too long", septets, page);
        tally_check(t, opens ? v.count == 0 : v.count > 0, "%u, page %u is empty or not", septets, page);
        for (size_t i = 0; i < v.count; i++) {
            const struct menu_option *o = &w->menu.options[v.first + i];
            struct str key = o->key.n > 0 ? o->key : str_printf(w->arena, "%zu", i + 1);
            struct str line = str_printf(w->arena, "%.*s: %.*s", STR_ARG(o->label), STR_ARG(key));
            tally_check(t, strstr(text, str_cstr(w->arena, line)) != NULL, "%u: %s lacks %.*s", septets, text,
                        STR_ARG(line));
        }
        tally_check(t, (strstr(text, "More: 9") != NULL) == v.more, "%u: %s", septets, text);
        next += v.count;
    }
    tally_check(t, next == w->menu.n, "%u: %zu of %zu options", septets, next, w->menu.n);
}

static void every_option_on_one_page(void **state)
{
    struct desk *w = *state;
    struct tally t = tally_new();
    for (int kind = 0; kind < 4; kind++) {
        w->menu = (struct menu){.prompt = STR("Which?"), .later = kind >= 2};
        fill(w, 20, kind % 2 == 0);
        for (unsigned septets = 28; septets <= 182; septets++)
            check_pages(w, &t, septets);
    }
    tally_end(&t);
}

/* 9 is for more: eight numbered ones, though there were room. */
static void eight_numbers_a_page(void **state)
{
    struct desk *w = *state;
    fill(w, 8, true);
    struct menu_view v = view(w, 0, false, (struct door)DOOR(1000, 1000));
    assert_int_equal(v.count, 8);
    assert_false(v.more);
    fill(w, 9, true);
    v = view(w, 0, false, (struct door)DOOR(1000, 1000));
    assert_int_equal(v.count, 8);
    assert_true(v.more);
    v = view(w, 2, false, (struct door)DOOR(1000, 1000));
    assert_page(w, &v, "Which?\nOption I: 1\nBack: 0\nHome: 00");
    w->menu.n = 0;
    fill(w, 20, false);
    v = view(w, 0, false, (struct door)DOOR(1000, 1000));
    assert_int_equal(v.count, 20); /* with keys of their own there may be more */
}

/* The last option may take the room that "more" would need. */
static void the_last_needs_no_more(void **state)
{
    struct desk *w = *state;
    fill(w, 2, true);
    struct menu_view v = view(w, 0, false, (struct door)DOOR(30, 5));
    assert_page(w, &v, "Which?\nOption A: 1\nOption B: 2");
    v = view(w, 0, false, (struct door)DOOR(29, 5));
    assert_page(w, &v, "Which?\nOption A: 1\nMore: 9");
    v = view(w, 9, false, (struct door)DOOR(29, 5)); /* beyond: the last */
    assert_int_equal(v.page, 1);
    assert_page(w, &v, "Which?\nOption B: 1\nBack: 0");
}

/* Too long for any page: shown all the same, alone and whole. */
static void an_option_longer_than_a_page(void **state)
{
    struct desk *w = *state;
    menu_add(&w->menu, STR(""), STR("A title that nobody will ever read"), STR("v"));
    fill(w, 1, true);
    struct menu_view v = view(w, 0, true, (struct door)DOOR(20, 5));
    assert_page(w, &v, "What?\nWhich?\nMore: 9"); /* first the question, then what does not fit beside it */
    v = view(w, 1, false, (struct door)DOOR(20, 5));
    assert_page(w, &v, "A title that nobody will ever read: 1\nMore: 9");
}

static void a_prompt_alone(void **state)
{
    struct desk *w = *state;
    w->menu.later = true; /* of nothing */
    struct menu_view v = view(w, 0, false, (struct door)DOOR(10, 5));
    assert_page(w, &v, "Which?");
    assert_false(v.more);
    w->menu.prompt = STR("");
    v = view(w, 0, false, (struct door)DOOR(10, 5));
    assert_page(w, &v, "Back: 0");
}

/* ---- prompts longer than a page ---- */

/* Page after page, parted by '|', without the lines that lead away. */
static struct str parts(struct desk *w, struct door door)
{
    struct sbuf out = sbuf_in(w->arena);
    struct menu_view v = {.more = true};
    door.home = STR("");
    for (unsigned page = 0; v.more && page < 40; page++) {
        v = view(w, page, false, door);
        struct str rest = v.text, line;
        sbuf_add(&out, STR("|"));
        while (rest.p != NULL && str_split(&rest, '\n', &line))
            if (!str_is(line, "More: 9") && !str_is(line, "Back: 0"))
                sbuf_printf(&out, "/%.*s", STR_ARG(line));
    }
    return sbuf_str(&out);
}

/* Behind a line rather than a word, behind a word rather than inside one; and
 * never inside a character. */
static void a_prompt_is_cut_where_it_reads_on(void **state)
{
    static const struct {
        const char *prompt;
        unsigned septets, units;
        const char *want;
    } rows[] = {
        {"one two\nthree four five six seven", 20, 5, "|/one two|/three four|/five six seven"},
        {"one two three four", 17, 5, "|/one two|/three four"},
        {"one two three four", 14, 5, "|/one|/two three four"},
        {"onetwothreefour", 14, 5, "|/onetwo|/threefour"},
        {"onetwothree", 9, 5, "|/o|/n|/etwothree"},    /* a letter a page, until the rest fits */
        {"onetwothree", 8, 5, "|/onetwothree"},        /* no room beside the way on: whole */
        {"یکدوسهچهارپنج", 5, 11, "|/یکد|/وسهچهارپنج"}, /* two bytes each, none is cut */
        {"یک دو سه چهار", 5, 11, "|/یک|/دو سه چهار"},
        {"éééééééééééééééé", 14, 5, "|/éééééé|/éééééééééé"}, /* a letter takes what it takes whole */
        {"a€b€c", 5, 1, "|/a€b€c"},
    };
    struct desk *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w->menu = (struct menu){.prompt = str_of(rows[i].prompt)};
        struct str got = parts(w, (struct door)DOOR(rows[i].septets, rows[i].units));
        tally_check(&t, str_is(got, rows[i].want), "%s at %u: %.*s", rows[i].prompt, rows[i].septets,
                    STR_ARG(got));
    }
    tally_end(&t);
}

/* It would be the last page, were there no options to come. */
static void a_prompt_with_options_to_come(void **state)
{
    struct desk *w = *state;
    w->menu = (struct menu){.prompt = STR("onetwo"), .later = true};
    fill(w, 1, true);
    struct str got = parts(w, (struct door)DOOR(13, 5));
    assert_string_equal(str_cstr(w->arena, got), "|/onetw|/o|/Option A: 1");
}

/* Every page fits and nothing is lost, for every size of page. */
static void no_letter_is_lost(void **state)
{
    static const char *const prompts[] = {"one two\nthree four five six seven", "onetwothreefourfive",
                                          "نیاز 1007 در زنجان:\nدستگاه دیالیز برای بیمارستان",
                                          "چهارپنجششهفتهشتنهده", "a €uro, 😀😀😀 and ا"};
    struct desk *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++)
        for (unsigned room = 12; room < 50; room++) {
            struct sbuf letters = sbuf_in(w->arena), want = sbuf_in(w->arena);
            struct str whole = str_of(prompts[i]);
            w->menu = (struct menu){.prompt = whole};
            struct str got = parts(w, (struct door)DOOR(room, room));
            for (size_t k = 0; k < got.n; k++)
                if (strchr("|/ ", got.p[k]) == NULL)
                    sbuf_byte(&letters, got.p[k]);
            for (size_t k = 0; k < whole.n; k++)
                if (strchr("\n ", whole.p[k]) == NULL)
                    sbuf_byte(&want, whole.p[k]);
            tally_check(&t, str_eq(sbuf_str(&letters), sbuf_str(&want)), "%u: %.*s", room, STR_ARG(got));
            struct menu_view v = {.more = true};
            for (unsigned page = 0; v.more && page < 40; page++) {
                v = view(w, page, false, (struct door)DOOR(room, room));
                bool sound = true;
                struct str same = utf8_repair(w->arena, v.text, &sound);
                tally_check(&t, sms_measure(v.text).units <= room && str_eq(same, v.text),
                            "%u, page %u: %.*s", room, page, STR_ARG(v.text));
            }
        }
    tally_end(&t);
}

/* One letter that GSM-7 has not, and the page is measured in units. */
static void persian_is_measured_in_units(void **state)
{
    struct desk *w = *state;
    w->menu.prompt = STR("کدام؟");
    menu_add(&w->menu, STR("1"), STR("تهران"), STR("v"));
    menu_add(&w->menu, STR("2"), STR("زنجان"), STR("v"));
    struct menu_view v = view(w, 0, false, (struct door)DOOR(500, 23));
    assert_page(w, &v, "کدام؟\nتهران: 1\nزنجان: 2");
    v = view(w, 0, false, (struct door)DOOR(500, 22));
    assert_page(w, &v, "کدام؟\nتهران: 1\nMore: 9");
    v = view(w, 0, false, (struct door)DOOR(5, 31));
    assert_page(w, &v, "کدام؟\nتهران: 1\nزنجان: 2\nBack: 0");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ways_out_only_where_they_fit),  TEST(help_only_where_it_fits),
        TEST(help_moves_no_option),          TEST(every_option_on_one_page),
        TEST(eight_numbers_a_page),          TEST(the_last_needs_no_more),
        TEST(an_option_longer_than_a_page),  TEST(a_prompt_alone),
        TEST(persian_is_measured_in_units),  TEST(a_prompt_is_cut_where_it_reads_on),
        TEST(a_prompt_with_options_to_come), TEST(no_letter_is_lost),
    };
    return cmocka_run_group_tests_name("pages of menus", tests, NULL, NULL);
}
