/* Numbers as people write them: the table of digit runs, and spelled-out
 * numbers against ICU's own spelling (an independent writer: number.c only
 * reads), each sent as a pledge, because there a wrong number costs most. */
#include "unit.h"

#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "gateway/base/number.h"

static void reads_runs_of_digits(void **state)
{
    (void)state;
    static const struct {
        const char *run;
        enum digits_form form;
        int64_t whole, mantissa;
        unsigned decimals;
    } rows[] = {
        {"0", DIGITS_PLAIN, 0, 0, 0},
        {"007", DIGITS_PLAIN, 7, 0, 0},
        {"500000", DIGITS_PLAIN, 500000, 0, 0},
        {"9223372036854775807", DIGITS_PLAIN, INT64_MAX, 0, 0},
        {"9223372036854775808", DIGITS_HUGE, 0, 0, 0},
        {"99999999999999999999", DIGITS_HUGE, 0, 0, 0},
        {"1,000", DIGITS_GROUPED, 1000, 0, 0},
        {"500,000", DIGITS_GROUPED, 500000, 0, 0},
        {"1,200,000", DIGITS_GROUPED, 1200000, 0, 0},
        {"1.200.000", DIGITS_GROUPED, 1200000, 0, 0},
        {"1/200/000", DIGITS_GROUPED, 1200000, 0, 0},
        {"1'200'000", DIGITS_GROUPED, 1200000, 0, 0},
        {"1_200_000", DIGITS_GROUPED, 1200000, 0, 0},
        {"999,999,999,999,999,999,999", DIGITS_HUGE, 0, 0, 0},
        {"1.5", DIGITS_FRACTION, 0, 15, 1},
        {"1/5", DIGITS_FRACTION, 0, 15, 1},
        {"0.5", DIGITS_FRACTION, 0, 5, 1},
        {"2.50", DIGITS_FRACTION, 0, 25, 1},
        {"12.75", DIGITS_FRACTION, 0, 1275, 2},
        {"1.500", DIGITS_EITHER, 1500, 15, 1},
        {"1/500", DIGITS_EITHER, 1500, 15, 1},
        {"12.345", DIGITS_EITHER, 12345, 12345, 3},
        {"1007,500000", DIGITS_APART, 0, 0, 0},
        {"1007/500000", DIGITS_APART, 0, 0, 0},
        {"1007.500000", DIGITS_APART, 0, 0, 0},
        {"1007,500,000", DIGITS_APART, 0, 0, 0},
        {"10,00,000", DIGITS_APART, 0, 0, 0},
    };
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct digits d = digits_read(str_of(rows[i].run));
        bool whole =
            rows[i].form == DIGITS_PLAIN || rows[i].form == DIGITS_GROUPED || rows[i].form == DIGITS_EITHER;
        bool fraction = rows[i].form == DIGITS_FRACTION || rows[i].form == DIGITS_EITHER;
        tally_check(&t, d.form == rows[i].form, "%s: form %d, want %d", rows[i].run, d.form, rows[i].form);
        tally_check(&t, !whole || d.whole == rows[i].whole, "%s: whole %lld", rows[i].run,
                    (long long)d.whole);
        tally_check(
            &t,
            !fraction || (d.fraction.mantissa == rows[i].mantissa && d.fraction.decimals == rows[i].decimals),
            "%s: fraction %lld / 10^%u", rows[i].run, (long long)d.fraction.mantissa, d.fraction.decimals);
    }
    tally_end(&t);
}

static void scales_exactly(void **state)
{
    (void)state;
    int64_t n = 0;
    assert_true(decimal_times((struct decimal){15, 1}, 1000000, &n) && n == 1500000);
    assert_true(decimal_times((struct decimal){1, 3}, 1000, &n) && n == 1);
    assert_true(decimal_times((struct decimal){50, 1}, 1, &n) && n == 5);
    assert_false(decimal_times((struct decimal){15, 1}, 1, &n));
    assert_false(decimal_times((struct decimal){1, 4}, 1000, &n));
    assert_false(decimal_times((struct decimal){INT64_MAX, 0}, 10, &n));
    assert_true(decimal_times((struct decimal){INT64_MAX, 0}, 1, &n) && n == INT64_MAX);
}

static void writes_numbers(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *en, *fa;
    } rows[] = {
        {0, "0", "۰"},
        {999, "999", "۹۹۹"},
        {1000, "1,000", "۱٬۰۰۰"},
        {500000, "500,000", "۵۰۰٬۰۰۰"},
        {1234567890, "1,234,567,890", "۱٬۲۳۴٬۵۶۷٬۸۹۰"},
        {-1000, "-1,000", "-۱٬۰۰۰"},
        {-100, "-100", "-۱۰۰"},
        {INT64_MAX, "9,223,372,036,854,775,807", "۹٬۲۲۳٬۳۷۲٬۰۳۶٬۸۵۴٬۷۷۵٬۸۰۷"},
    };
    struct arena *arena = arena_new(1 << 12);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(str_is(number_write(arena, rows[i].n, false), rows[i].en));
        assert_true(str_is(number_write(arena, rows[i].n, true), rows[i].fa));
    }
    assert_true(str_is(digits_persian(arena, STR("a 1404/05")), "a ۱۴۰۴/۰۵"));
    arena_free(arena);
}

static void cuts_glued_number_words(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        size_t parts;
    } rows[] = {
        {"پانصدهزار", 2}, {"پانصدهزارتومان", 3}, {"بیستوپنجهزار", 4},
        {"دومیلیون", 2},  {"سیصدوپنجاه", 3},     {"دوم", 0},
        {"سیب", 0},       {"سلامت", 0},          {"هزاران", 0},
        {"نهال", 0},      {"fivehundred", 2},    {"تومان", 0},
        {"", 0},          {"سیما", 0},           {"دوست", 0},
    };
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str parts[12];
        size_t n = number_word_split(str_of(rows[i].word), parts, 12);
        tally_check(&t, n == rows[i].parts, "%s: %zu parts, want %zu", rows[i].word, n, rows[i].parts);
    }
    tally_end(&t);
}

/* ---- spelled out ---- */

struct speller {
    UNumberFormat *format;
};

static struct speller speller_open(const char *locale, const UChar *rules)
{
    UErrorCode status = U_ZERO_ERROR;
    struct speller s = {unum_open(UNUM_SPELLOUT, NULL, 0, locale, NULL, &status)};
    if (rules != NULL)
        unum_setTextAttribute(s.format, UNUM_DEFAULT_RULESET, rules, -1, &status);
    assert_true(U_SUCCESS(status));
    return s;
}

static struct str spell(struct arena *arena, struct speller s, int64_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar units[600];
    char *out = arena_alloc(arena, 2000);
    int32_t length = 0;
    int32_t got = unum_formatInt64(s.format, n, units, 600, NULL, &status);
    u_strToUTF8(out, 2000, &length, units, got, &status);
    assert_true(U_SUCCESS(status));
    return str_from(out, (size_t)length);
}

static struct str replaced(struct arena *arena, struct str s, const char *what, const char *with)
{
    struct sbuf out = sbuf_in(arena);
    size_t n = strlen(what);
    while (s.n > 0) {
        bool here = s.n >= n && memcmp(s.p, what, n) == 0;
        sbuf_add(&out, here ? str_of(with) : str_from(s.p, 1));
        s = str_after(s, here ? n : 1);
    }
    return sbuf_str(&out);
}

struct variant {
    const char *name, *before, *behind, *locale;
    const UChar *rules;
    const char *what, *with; /* replaced in the spelling; WHAT NULL: nothing is */
    int64_t most;
};

#define MOST 1000000000000LL

static const struct variant variants[] = {
    {"Persian", "نذر 1007 ", " تومان", "fa", NULL, NULL, NULL, MOST},
    {"Persian with ZWNJ for blanks", "نذر 1007 ", " تومان", "fa", NULL, " ", "\u200c", MOST},
    {"Persian, glued", "نذر 1007 ", " تومان", "fa", NULL, " ", "", 999999999},
    {"Persian, glued at every \"and\"", "نذر 1007 ", " تومان", "fa", NULL, " و ", "و", MOST},
    {"Persian without \"and\"", "نذر 1007 ", " تومان", "fa", NULL, " و ", " ", MOST},
    {"Persian, Arabic letters", "نذر 1007 ", " تومان", "fa", NULL, "ی", "ي", MOST},
    {"Persian, in front of the code", "نذر ", " تومان برای 1007", "fa", NULL, NULL, NULL, MOST},
    {"English", "pledge 1007 ", " toman", "en", NULL, NULL, NULL, MOST},
    {"English without hyphens", "pledge 1007 ", " toman", "en", NULL, "-", " ", MOST},
    {"English with \"and\"", "pledge 1007 ", " toman", "en", u"%spellout-cardinal-verbose", NULL, NULL, MOST},
};

static void check_spelled(struct tally *t, const struct words *words, const struct variant *v,
                          struct speller s, int64_t n)
{
    struct arena *arena = arena_new(1 << 15);
    struct str spelled = spell(arena, s, n);
    if (v->what != NULL)
        spelled = replaced(arena, spelled, v->what, v->with);
    const char *text = str_cstr(arena, str_printf(arena, "%s%.*s%s", v->before, STR_ARG(spelled), v->behind));
    struct command c = words_understand(words, arena, str_of(text));
    tally_check(t,
                c.name == COMMAND_pledge && c.need == 1007 && !c.guessed && c.problem == PROBLEM_NONE &&
                    c.has_amount && c.amount_rial == n * 10,
                "%lld: \"%s\" gave %s%s, problem \"%s\", %lld rial", (long long)n, text,
                command_names[c.name], c.guessed ? " (guessed)" : "", problem_name(c.problem),
                (long long)c.amount_rial);
    arena_free(arena);
}

/* Every length is as likely, and round numbers, which people pledge, come as
 * often as others. */
static int64_t pick(uint64_t *seed, int64_t most)
{
    int64_t top = 1;
    for (uint64_t i = random_below(seed, 13); i > 0 && top < most; i--)
        top *= 10;
    top = top > most ? most : top;
    int64_t n = 1 + (int64_t)random_below(seed, (uint64_t)top), round = 1;
    for (uint64_t i = random_below(seed, 10); i > 0 && round * 10 <= n; i--)
        round *= 10;
    return n / round * round;
}

static void reads_what_icu_spells(void **state)
{
    enum { TRIES = 1500 }; /* of each variant: 15,000 in all */
    struct tally all = tally_new();
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        const struct variant *v = &variants[i];
        struct speller s = speller_open(v->locale, v->rules);
        struct tally t = {0, 0, 4};
        uint64_t seed = 1012;
        for (int64_t n = 1; n <= 120; n++)
            check_spelled(&t, *state, v, s, n);
        for (int64_t n = 1000; n <= v->most; n *= 10)
            check_spelled(&t, *state, v, s, n);
        for (int j = 0; j < TRIES; j++)
            check_spelled(&t, *state, v, s, pick(&seed, v->most));
        tally_check(&all, t.failed == 0, "%s: %u of %u", v->name, t.failed, t.done);
        unum_close(s.format);
    }
    tally_end(&all);
}

/* ---- money ---- */

/* In front of the code: behind it `1007 هزار تومان` would be one number. */
static void check_money(struct tally *t, const struct words *words, struct arena *arena, struct str text,
                        bool has_amount, int64_t rial, const char *unit)
{
    struct str pledge = str_printf(arena, "نذر %.*s برای 1007", STR_ARG(text));
    struct command c = words_understand(words, arena, pledge);
    bool same = c.has_amount == has_amount && c.name == COMMAND_pledge && c.need == 1007;
    if (has_amount) {
        bool unit_holds = c.money_unit == MONEY_UNWRITTEN
                              ? strcmp(unit, "toman") == 0
                              : c.money_unit == (strcmp(unit, "rial") == 0 ? MONEY_RIAL : MONEY_TOMAN);
        same = same && c.amount_rial == rial && c.problem == PROBLEM_NONE && unit_holds;
    } else {
        same = same && c.problem == PROBLEM_NO_AMOUNT;
    }
    tally_check(t, same, "\"%.*s\": got %lld rial, unit %d, problem \"%s\"; want %lld %s", STR_ARG(pledge),
                (long long)c.amount_rial, c.money_unit, problem_name(c.problem), (long long)rial, unit);
}

static void reads_the_money_table(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    struct str rest = read_data(arena, "tests/data/text-money.tsv"), cell[5];
    (void)tsv_next(&rest, cell, 5); /* the heading */
    while (tsv_next(&rest, cell, 5)) {
        int64_t rial = 0;
        bool has_amount = cell[3].n > 0;
        assert_true(!has_amount || str_to_i64(cell[3], &rial));
        check_money(&t, *state, arena, unhex(arena, cell[0]), has_amount, rial, str_cstr(arena, cell[1]));
    }
    assert_true(t.done >= 15);
    arena_free(arena);
    tally_end(&t);
}

/* The rest of the facts' money table (text.md, 8), and forms of the design. */
static void reads_more_money(void **state)
{
    static const struct {
        const char *text;
        int64_t rial;
        const char *unit;
    } rows[] = {
        {"500000 تومان", 5000000, "toman"},
        {"پونصد هزار تومن", 5000000, "toman"},
        {"2m", 20000000, "toman"},
        {"۱٫۵ میلیون تومان", 15000000, "toman"},
        {"یک و نیم میلیون تومان", 15000000, "toman"},
        {"یک و نیم میلیون", 15000000, "toman"},
        {"۱٬۲۰۰٬۰۰۰ ریال", 1200000, "rial"},
        {"۱.۲۰۰.۰۰۰ ریال", 1200000, "rial"},
        {"۵۰۰۰ ریال", 5000, "rial"},
        {"85هزار تومان", 850000, "toman"},
        {"۵۰۰ت", 5000, "toman"},
        {"كد ٢٥٠ هزار تومان", 2500000, "toman"},
        {"۲ همت", 20000000000000, "toman"},
        {"بیست و پنج هزار تومان", 250000, "toman"},
        {"هزار تومان", 10000, "toman"},
        {"۵۰۰هزارتومان", 5000000, "toman"},
        {"نیم میلیون", 5000000, "toman"},
        {"دو میلیون و نیم", 25000000, "toman"},
        {"پانصدهزارتومان", 5000000, "toman"},
        {"۲میلیون", 20000000, "toman"},
        {"1.5m", 15000000, "toman"},
        {"500K", 5000000, "toman"},
        {"500 k toman", 5000000, "toman"},
        {"500٬000﷼", 500000, "rial"},
        {"half a million toman", 5000000, "toman"},
        {"one and a half million", 15000000, "toman"},
        {"a hundred thousand", 1000000, "toman"},
        {"do milion o pansad hezar toman", 25000000, "toman"},
        {"yek milyon", 10000000, "toman"},
        {"۱۰ هزار میلیارد تومان", 100000000000000, "toman"},
        {"2 میلیون و 500 هزار", 25000000, "toman"},
        {"2 میلیون 500 هزار تومان", 25000000, "toman"},
        {"5 ریال", 5, "rial"},
        {"1,500 هزار تومان", 15000000, "toman"},
        {"1.500", 15000, "toman"},
    };
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_money(&t, *state, arena, str_of(rows[i].text), true, rows[i].rial, rows[i].unit);
    check_money(&t, *state, arena, STR("ریال"), false, 0, "");
    arena_free(arena);
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_runs_of_digits),  cmocka_unit_test(scales_exactly),
        cmocka_unit_test(writes_numbers),        cmocka_unit_test(cuts_glued_number_words),
        cmocka_unit_test(reads_what_icu_spells), cmocka_unit_test(reads_the_money_table),
        cmocka_unit_test(reads_more_money),
    };
    return cmocka_run_group_tests_name("number", tests, words_open, words_close);
}
