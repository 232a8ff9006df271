/* What must hold for any text: promise 3 as people type, bytes that are none,
 * random texts, and the time that awkward texts take. */
#include "unit.h"

#include <time.h>

#include "gateway/base/damm.h"

/* What `explain` prints. */
static struct str explained(const struct words *words, struct arena *arena, struct str text)
{
    struct command c = words_understand(words, arena, text);
    struct json *json = command_to_json(&c, words->texts->lexicon, false);
    struct str line = json_write(json, arena);
    json_free(json);
    return line;
}

static void bytes_that_are_no_text(void **state)
{
    struct arena *arena = arena_new(1 << 18);
    static const char *const faulty[] = {"نذر 1007 \xFF", "\x80", "\xD9", "نذر 1007 500000 \xED\xA0\x80",
                                         "\xC0\x80"};
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        struct command c = words_understand(*state, arena, str_of(faulty[i]));
        assert_int_equal(c.problem, PROBLEM_NOT_UTF8);
    }
    const char nul[] = "نذر\0 1007\0 500000\0";
    struct command c = words_understand(*state, arena, str_from(nul, sizeof nul - 1));
    assert_int_equal(c.problem, PROBLEM_NONE);
    c = words_understand(*state, arena, repeated(arena, "\ufdfa", 1000));
    assert_int_equal(c.name, COMMAND_unknown);
    c = words_understand(*state, arena, repeated(arena, "س", 10000));
    assert_int_equal(c.name, COMMAND_unknown);
    c = words_understand(*state, arena, str_from(NULL, 0));
    assert_int_equal(c.name, COMMAND_unknown);
    arena_free(arena);
}

static void check_slip(struct tally *t, const struct words *words, struct arena *arena, const char *code,
                       const char *typed)
{
    struct arena_mark mark = arena_mark(arena);
    struct command c = words_understand(words, arena, str_printf(arena, "نذر %s 500 هزار تومان", typed));
    tally_check(t, c.need == 0, "%s for %s reaches need %u", typed, code, c.need);
    c = words_understand(words, arena, str_printf(arena, "نیاز %s", typed));
    tally_check(t, c.need == 0, "asking %s for %s reaches need %u", typed, code, c.need);
    arena_rewind(arena, mark);
}

/* Promise 3, as typed by people: in the text and not in the arithmetic. */
static void slips_reach_no_other_need(void **state)
{
    struct arena *arena = arena_new(1 << 18);
    struct tally t = tally_new();
    for (uint32_t base = 100; base < 1000; base += 7) {
        char code[16], typed[16];
        int n = snprintf(code, sizeof code, "%u", code_from_base(base));
        for (int i = 0; i < n; i++) {
            memcpy(typed, code, sizeof typed);
            for (typed[i] = '0'; typed[i] <= '9'; typed[i]++)
                if (typed[i] != code[i])
                    check_slip(&t, *state, arena, code, typed);
            memcpy(typed, code, sizeof typed);
            if (i + 1 < n && code[i] != code[i + 1]) {
                typed[i] = code[i + 1];
                typed[i + 1] = code[i];
                check_slip(&t, *state, arena, code, typed);
            }
        }
        memcpy(typed, code, sizeof typed);
        for (int zeros = n; zeros < n + 4; zeros++) {
            typed[zeros] = '0';
            typed[zeros + 1] = '\0';
            check_slip(&t, *state, arena, code, typed);
        }
    }
    arena_free(arena);
    tally_end(&t);
}

static const char *const pieces[] = {
    "نذر ",     "نیاز ",
    "لغو ",     "داوطلب ",
    "کد ",      "پخش ",
    "تایید ",   "بله ",
    "خیر",      "yes ",
    "no",       "confirm ",
    "paid ",    "code",
    "1007 ",    "1010",
    "1008 ",    "48291761 ",
    "48291716", "482135 ",
    "500000 ",  "500",
    " هزار ",   "میلیون",
    " تومان ",  "ریال",
    "نیم ",     " و ",
    "-",        "/",
    ".",        ",",
    ":",        "*",
    "#",        "٫",
    "٬",        "۵",
    "٥",        " ",
    "\n",       "سلامت",
    "زنجان ",   "خراسان ",
    "پزشک ",    "ماهانه ",
    "عدد ",     "روز ",
    "دیروز ",   "1404/05/12 ",
    "😀",        "\u200c",
    "\u200f",   "\ufdfa",
    "ه",        "t",
    "k",        "a ",
    "half ",    "million ",
    "0912",     "09120001122 ",
    "11",       "12",
    "?",        "؟",
    "رایگان ",  "ظرفیت ",
    "عضو ",     "پلاک ",
    "$",        "نزر ",
    "همت ",
};

static void check_sense(struct tally *t, const struct command *c, struct str text)
{
    char number[16];
    int n = snprintf(number, sizeof number, "%u", c->need);
    bool never = c->name == COMMAND_yes || c->name == COMMAND_no || c->name == COMMAND_confirm ||
                 c->name == COMMAND_broadcast;
    const char *name = command_names[c->name];
    tally_check(t, c->need == 0 || code_valid(str_from(number, (size_t)n)), "\"%.*s\": need %s",
                STR_ARG(text), number);
    n = snprintf(number, sizeof number, "%u", c->reference);
    tally_check(t, c->reference == 0 || reference_valid(str_from(number, (size_t)n)),
                "\"%.*s\": reference %s", STR_ARG(text), number);
    tally_check(t, !c->has_amount || c->amount_rial > 0, "\"%.*s\": %lld rial", STR_ARG(text),
                (long long)c->amount_rial);
    tally_check(t, !c->has_quantity || c->quantity >= 0, "\"%.*s\": a negative quantity", STR_ARG(text));
    tally_check(t, !(never && c->guessed && c->problem == PROBLEM_NONE), "\"%.*s\": %s is guessed",
                STR_ARG(text), name);
    tally_check(t, !(c->has_amount && c->problem == PROBLEM_BAD_AMOUNT),
                "\"%.*s\": an amount, and bad_amount", STR_ARG(text));
    tally_check(t,
                c->name != COMMAND_pledge || c->problem != PROBLEM_NONE || c->need != 0 || c->campaign.n > 0,
                "\"%.*s\": a pledge to nothing", STR_ARG(text));
    tally_check(t,
                c->name != COMMAND_pledge || c->problem != PROBLEM_NONE || c->has_amount || c->has_quantity,
                "\"%.*s\": a pledge of nothing", STR_ARG(text));
    tally_check(t, utf8_valid(c->text) && utf8_valid(c->audience) && utf8_valid(c->campaign),
                "\"%.*s\": faulty UTF-8 comes out", STR_ARG(text));
}

/* The same command, whatever blanks and marks stand around the text. */
static bool same_with(const struct words *words, struct arena *arena, struct str want, const char *before,
                      struct str text, const char *behind)
{
    struct str got = explained(words, arena, str_printf(arena, "%s%.*s%s", before, STR_ARG(text), behind));
    return str_eq(got, want);
}

static void any_text_makes_sense(void **state)
{
    struct arena *arena = arena_new(1 << 18);
    struct tally t = tally_new();
    struct arena_mark mark = arena_mark(arena);
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++) {
        struct str text =
            random_text(arena, &seed, pieces, sizeof pieces / sizeof pieces[0], random_below(&seed, 9));
        struct command c = words_understand(*state, arena, text);
        check_sense(&t, &c, text);
        if (i % 5 == 0) {
            struct str want = explained(*state, arena, text);
            tally_check(&t, same_with(*state, arena, want, "", text, ""), "\"%.*s\" twice", STR_ARG(text));
            bool own_words = command_rows[c.name].shape == SHAPE_OFFER || c.name == COMMAND_plaque ||
                             c.name == COMMAND_ask || c.name == COMMAND_broadcast;
            tally_check(&t, own_words || same_with(*state, arena, want, "  \n", text, " \n"),
                        "\"%.*s\" in blanks", STR_ARG(text));
            tally_check(&t, own_words || same_with(*state, arena, want, "\u200f\u202b", text, "\u202c"),
                        "\"%.*s\" in bidi marks", STR_ARG(text));
        }
        arena_rewind(arena, mark);
    }
    arena_free(arena);
    tally_end(&t);
}

/* ---- time ---- */

static const char *const repeating[] = {
    "1",
    "1 ",
    "1,",
    "1.",
    "1/1",
    "1,000",
    "1-",
    "-1 ",
    "1:",
    ":",
    "*",
    " ",
    "\n",
    "a",
    "ab ",
    "س",
    "و ",
    "و",
    "نذر",
    "نذر ",
    "نذر1007",
    "1007 ",
    "48291761 ",
    "هزار",
    "هزار ",
    "میلیون ",
    "یک",
    "یک ",
    "صد و ",
    "صدو",
    "نیم ",
    "half a ",
    "a ",
    "a million ",
    "یک میلیون ",
    "500 هزار ",
    "تومان ",
    "ریال 5 ",
    "\ufdfa",
    "\ufdfa ",
    "e\u0301",
    "\u0301",
    "😀",
    "\u200c",
    "\u200f",
    "لغو ",
    "به ",
    "کد ",
    "کد 482135 ",
    "داوطلب ",
    "زنجان ",
    "سیستان و ",
    "خراسان ",
    "فوریت‌های ",
    "هر ",
    "ماه ",
    "0912 ",
    "09",
    "1404/05/12 ",
    "1404-",
    "$",
    "$5 ",
    "?",
    "نیاز به ",
    "i want ",
    "000 ",
    "1 000 000 ",
    "2m",
    "2mt",
    "\u0345",
    "ـ",
    "İ",
    "\u1100\u1161",
};

static double milliseconds(const struct words *words, struct str text)
{
    struct arena *arena = arena_new(1 << 18);
    double best = 1e9;
    for (int i = 0; i < 3; i++) { /* the machine may be busy with other things */
        clock_t from = clock();
        struct command c = words_understand(words, arena, text);
        double took = (double)(clock() - from) * 1000.0 / CLOCKS_PER_SEC;
        assert_true(c.name < COMMANDS);
        best = took < best ? took : best;
    }
    arena_free(arena);
    return best;
}

static void awkward_texts_take_no_time(void **state)
{
    struct arena *arena = arena_new(1 << 18);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof repeating / sizeof repeating[0]; i++) {
        static const char *const before[] = {"",      "نذر 1007 ", "پخش ",  "عضو ", "پلاک 48291761 ",
                                             "نیاز ", "ظرفیت ",    "pledge"};
        struct str tail = repeated(arena, repeating[i], 4096 / strlen(repeating[i]));
        for (size_t j = 0; j < sizeof before / sizeof before[0]; j++) {
            double took = milliseconds(*state, str_printf(arena, "%s%.*s", before[j], STR_ARG(tail)));
            tally_check(&t, took < 50.0, "4 KiB of \"%s\" behind \"%s\": %.1f ms", repeating[i], before[j],
                        took);
        }
    }
    arena_free(arena);
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(slips_reach_no_other_need),
        cmocka_unit_test(any_text_makes_sense),
        cmocka_unit_test(awkward_texts_take_no_time),
    };
    return cmocka_run_group_tests_name("any text", tests, words_open, words_close);
}
