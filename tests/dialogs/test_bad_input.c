/* What no flow can mean, at every question of every tale: it gets a page, it
 * changes nothing, and the right answer behind it still counts. */
#include "tests/dialogs/tales.h"

static struct arena *ends; /* of the endings as they should be */

static int group(void **state)
{
    ends = arena_new(1 << 16);
    return town_group(state);
}

static int group_end(void **state)
{
    arena_free(ends);
    return town_group_end(state);
}

enum { LONG = 10000 };

/* Marks stand in some: a gateway that joins inputs by '*' cannot send those. */
static size_t hostile(struct arena *arena, bool marks, struct str *v)
{
    static const struct str bad[] = {
        {"", 0},
        {" ", 1},
        {"\0", 1},
        {"a\0b", 3},
        {"\xff\xfe", 2},
        {"\xd8", 1},
        {"سلام", 8},
        {"abc", 3},
        {"-1", 2},
        {"1.5.2", 5},
        {"999999999999999999999", 21},
        {"\u200F", 3},
        {"'; DROP", 7},
        {"%s%n", 4},
        {"{ref}", 5},
        {"#", 1},
        {"*", 1},
        {"***###", 6},
        {"#*#", 3},
    };
    size_t n = 0, all = sizeof bad / sizeof bad[0];
    for (size_t i = 0; i < (marks ? all : all - 4); i++)
        v[n++] = bad[i];
    char *longest = arena_array(arena, char, LONG * 2);
    memset(longest, 'x', LONG);
    v[n++] = str_from(longest, LONG);
    for (size_t i = 0; i < LONG; i++) /* U+0634, cut anywhere a byte count falls */
        memcpy(longest + LONG + i / 2 * 2 % LONG, "\xd8\xb4", 2);
    v[n++] = str_from(longest + LONG, LONG - 1);
    return n;
}

static void send(struct town *t, struct str input)
{
    t->w.now_ms += 2000;
    handset_press(&t->w, &t->h, input);
    const char *fault = t->h.none ? "no page" : page_fault(t->h.page, t->w.septets);
    if (fault != NULL)
        fail_msg("%s: %.*s", fault, STR_ARG(t->h.page));
    assert_false(t->h.differed);
}

/* One bad input before every answer; each of them at each question in turn. */
static void test_bad_before_every_answer(void **state)
{
    struct town *t = *state;
    struct str bad[32];
    for (unsigned run = 0; run < TALES * 3; run++) {
        const struct tale *tale = &tales[run / 3];
        enum gateway_way way = (enum gateway_way)(run % 3);
        struct str want = undisturbed(t, tale, way, false, ends);
        size_t n = hostile(ends, way != SENDS_ALL, bad);
        for (size_t i = 0; i < n; i++) {
            town_open(t, way);
            before(t, tale, false);
            t->h.twice = i % 2 == 1;
            for (unsigned at = 0; at < presses(tale); at++) {
                if (at > 0)
                    send(t, bad[(i + at) % n]);
                assert_false(t->h.last);
                press(t, &t->h, tale->presses[at]);
            }
            same_ending(t, want, tale, "with bad input", (unsigned)i);
            town_close(t);
        }
    }
}

/* Three of them leave, at any question; nothing is changed, and what was
 * answered before is offered again. */
static void test_three_leave(void **state)
{
    struct town *t = *state;
    for (unsigned run = 0; run < TALES * 3; run++) {
        const struct tale *tale = &tales[run / 3];
        town_open(t, (enum gateway_way)(run % 3));
        before(t, tale, true);
        struct str untouched = ending(t, ends);
        town_close(t);
        for (unsigned at = 0; at + 1 < presses(tale) && at < tale->asked; at++) {
            town_open(t, (enum gateway_way)(run % 3));
            before(t, tale, true);
            for (unsigned i = 0; i <= at; i++)
                press(t, &t->h, tale->presses[i]);
            for (unsigned i = 0; i < 3; i++) {
                assert_false(t->h.last);
                send(t, STR("abc"));
            }
            assert_true(t->h.last);
            same_ending(t, untouched, tale, "three wrong answers", at);
            assert_int_equal(hand_offs(t), at >= tale->offered);
            town_close(t);
        }
    }
}

/* An answer to nothing: the session is not known, or belongs to another phone. */
static void test_unknown_sessions(void **state)
{
    struct town *t = *state;
    struct handset other;
    for (unsigned way = 0; way < 3; way++) {
        town_open(t, (enum gateway_way)way);
        struct str untouched = ending(t, ends);
        t->h.session = STR("nobody-knows");
        t->h.hop = 4;
        send(t, STR("1"));
        assert_false(t->h.last);
        press(t, &t->h, "*0000#");
        press(t, &t->h, "1");
        other = t->h;
        other.phone = STR("09120009999");
        struct str page = t->h.page;
        handset_press(&t->w, &other, STR("1007")); /* with the first one's id */
        assert_false(other.none);
        assert_false(str_eq(other.page, page));
        struct str got = ending(t, t->w.arena);
        assert_true(str_eq(got, untouched));
        town_close(t);
    }
}

/* Notices about sessions that nobody knows, that are over, and twice over. */
static void test_notices(void **state)
{
    struct town *t = *state;
    town_open(t, SENDS_ALL);
    t->h.session = STR("nobody-knows");
    handset_over(&t->w, &t->h, STR("1"));
    assert_true(t->h.none);
    press(t, &t->h, "*0000*3*24#");
    handset_over(&t->w, &t->h, STR(""));
    handset_over(&t->w, &t->h, STR(""));
    handset_over(&t->w, &t->h, STR("2"));
    assert_true(t->h.none);
    assert_int_equal(hand_offs(t), 1);
    town_close(t);
}

static void test_who_cannot_be_reached(void **state)
{
    static const char *const phones[] = {"",  "hello", "0",   "98",
                                         "+", "\xff",  "112", "0912000112233445566778899"};
    struct town *t = *state;
    for (size_t i = 0; i < sizeof phones / sizeof phones[0]; i++) {
        town_open(t, SENDS_LAST);
        t->h.phone = str_of(phones[i]);
        struct str untouched = ending(t, ends);
        press(t, &t->h, "*0000*3*24*2*1*1*1#");
        assert_true(t->h.last); /* a page that says so */
        struct str got = ending(t, t->w.arena);
        assert_true(str_eq(got, untouched));
        town_close(t);
    }
}

/* A phone that only the first step names. */
static void test_phone_of_the_first_step(void **state)
{
    struct town *t = *state;
    struct str want = undisturbed(t, &tales[0], SENDS_LAST, false, ends);
    town_open(t, SENDS_LAST);
    before(t, &tales[0], false);
    for (unsigned i = 0; i < presses(&tales[0]); i++) {
        press(t, &t->h, tales[0].presses[i]);
        t->h.phone = STR("");
    }
    same_ending(t, want, &tales[0], "with its phone named once", 0);
    town_close(t);
}

/* Every order of the marks, and of the parts, that a code is shown in. */
static void test_codes_in_every_order(void **state)
{
    static const char *const codes[] = {
        "*0000*1007#",  "#1007*0000*",     "*1007*0000#", "#0000*1007*", "*0000#1007*",
        "*1007#0000*",  "*#0000*1007",     "#*0000*1007", "**0000*1007", "*0000*1007",
        "*0000*1007##", "* 0000 * 1007 #", "*۰۰۰۰*۱۰۰۷#", "*٠٠٠٠*١٠٠٧#", "#۱۰۰۷*۰۰۰۰*",
    };
    struct town *t = *state;
    struct str page = STR("");
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        town_open(t, SENDS_LAST);
        t->w.now_ms += 2000;
        handset_dial(&t->w, &t->h, str_of(codes[i]));
        if (page.n == 0)
            page = str_dup(ends, t->h.page);
        if (!str_eq(page, t->h.page))
            fail_msg("%s: %.*s", codes[i], STR_ARG(t->h.page));
        town_close(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_before_every_answer), cmocka_unit_test(test_three_leave),
        cmocka_unit_test(test_unknown_sessions),        cmocka_unit_test(test_notices),
        cmocka_unit_test(test_who_cannot_be_reached),   cmocka_unit_test(test_phone_of_the_first_step),
        cmocka_unit_test(test_codes_in_every_order),
    };
    return cmocka_run_group_tests_name("bad input", tests, group, group_end);
}
