/* The corners of understanding: words and numbers that people seldom write,
 * and that must not be read as something else.  Every row says the whole of
 * what is printed, so that nothing may be added to it unseen.
 *
 * Also what an open question keeps of a command, and words of a province's own. */
#include "conf_world.h"

#include "gateway/base/number.h"
#include "gateway/model/outbox_state.h"

struct row {
    const char *text, *want;
};

static void rows_hold(const struct words *words, const struct row *rows, size_t n)
{
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    for (size_t i = 0; i < n; i++) {
        struct command c = words_understand(words, arena, str_of(rows[i].text));
        struct json *json = command_to_json(&c, words->texts->lexicon, false);
        struct str got = json_write(json, arena);
        json_free(json);
        tally_check(&t, str_is(got, rows[i].want), "%s: %.*s", rows[i].text, STR_ARG(got));
    }
    arena_free(arena);
    tally_end(&t);
}
#define ROWS(state, rows) rows_hold(*(state), rows, sizeof(rows) / sizeof(rows)[0])

#define PLEDGE(rest) "{\"command\": \"pledge\", " rest "}"
#define EXACT(rial) PLEDGE("\"certainty\": \"exact\", \"need\": \"1007\", \"amount_rial\": " #rial)
#define GUESSED(rial) PLEDGE("\"certainty\": \"guessed\", \"need\": \"1007\", \"amount_rial\": " #rial)
#define PROBLEM(what) PLEDGE("\"need\": \"1007\", \"problem\": \"" what "\"")

/* What is no number of ours is two numbers or none, never another amount. */
static void digits_that_are_no_amount(void **state)
{
    static const struct row rows[] = {
        {"نذر 1007 0,500", PROBLEM("two_amounts")},
        {"نذر 1007 1007_500000", PROBLEM("two_amounts")},
        {"نذر 1007 1 500 -000", PROBLEM("two_amounts")},
        {"نذر 1007 1 000 000 000 000 000 000", PROBLEM("two_amounts")},
        {"نذر 1007 منفی 500000", PROBLEM("bad_amount")},
        {"نذر 1007 تومان 9223372036854775807", PROBLEM("bad_amount")},
        {"نذر 1007 تومان 900000", GUESSED(9000000)},
        {"نذر 1007 7 تومان 900000", PROBLEM("two_amounts")},
        {"نذر 1007 five t", GUESSED(50)},
        {"نذر 1007 5t", EXACT(50)},
    };
    ROWS(state, rows);
}

static void words_that_do_not_go_together(void **state)
{
    static const struct row rows[] = {
        {"نذر 1007 بیست پانزده تومان", PROBLEM("two_amounts")},
        {"نذر 1007 پانزده صد", PROBLEM("two_amounts")},
        {"نذر 1007 بیست صد", PROBLEM("two_amounts")},
        {"نذر 1007 سی صد هزار تومان", EXACT(3000000)},
        {"نذر 1007 two hundred hundred", PROBLEM("two_amounts")},
        {"نذر 1007 1.5 hundred", PROBLEM("two_amounts")},
        {"نذر 1007 150 hundred", PROBLEM("two_amounts")},
        {"نذر 1007 15 hundred toman", EXACT(15000)},
        {"نذر 1007 hundred toman", EXACT(1000)},
        {"نذر 1007 2 هزار و 500 000 میلیون", PROBLEM("two_amounts")},
        {"نذر 1007 2 هزار و میلیارد", PROBLEM("two_amounts")},
        {"نذر 1007 دو میلیون صفر", PROBLEM("two_amounts")},
        {"نذر 1007 پنج صفر", PROBLEM("two_amounts")},
        {"نذر 1007 صفر تومان", PROBLEM("bad_amount")},
        {"نذر 1007 پنجتومان", EXACT(50)},
        {"نذر 1007 یکصدخخ", PROBLEM("no_amount")},
        {"نذر 1007 دوسه", PROBLEM("no_amount")},
    };
    ROWS(state, rows);
}

static void halves(void **state)
{
    static const struct row rows[] = {
        {"نذر 1007 1 و نیم میلیون", EXACT(15000000)},
        {"نذر 1007 2 میلیون و نیم", EXACT(25000000)},
        {"نذر 1007 1.5 و نیم میلیون", PROBLEM("two_amounts")},
        {"نذر 1007 2 میلیون و نیم و نیم", PROBLEM("bad_amount")},
        {"نذر 1007 999999999999999999 و نیم میلیون", PROBLEM("two_amounts")},
    };
    ROWS(state, rows);
}

/* 2^63 - 1 rial is 9223372 times 10^12 and a little: what passes it is no amount. */
static void sums_at_the_edge_of_64_bits(void **state)
{
    static const struct row rows[] = {
        {"نذر 1007 9223372 تریلیون ریال", EXACT(9223372000000000000)},
        {"نذر 1007 9223372 تریلیون و 900 میلیارد ریال", PROBLEM("bad_amount")},
        {"نذر 1007 نه میلیون و دویست هزار تریلیون ریال", EXACT(9200000000000000000)},
        {"نذر 1007 نه میلیون و دویست و بیست و سه هزار و نهصد تریلیون ریال", PROBLEM("bad_amount")},
    };
    ROWS(state, rows);
}

static void references_and_what_stands_by_them(void **state)
{
    static const struct row rows[] = {
        {"انصراف 48291761 52839177",
         "{\"command\": \"cancel\", \"certainty\": \"guessed\", \"reference\": \"48291761\"}"},
        {"انصراف 48291761 48291761",
         "{\"command\": \"cancel\", \"certainty\": \"exact\", \"reference\": \"48291761\"}"},
        {"رسید 48291761 1234",
         "{\"command\": \"receipt\", \"certainty\": \"exact\", \"reference\": \"48291761\"}"},
        {"رسید 48291761 500 هزار",
         "{\"command\": \"receipt\", \"certainty\": \"exact\", \"reference\": \"48291761\"}"},
        {"رسید 1234", "{\"command\": \"receipt\", \"problem\": \"bad_reference\"}"},
        {"حاضر شماره 48291761",
         "{\"command\": \"yes\", \"certainty\": \"exact\", \"reference\": \"48291761\"}"},
        {"بله 48291761 3", "{\"command\": \"yes\", \"certainty\": \"exact\", \"reference\": \"48291761\", "
                           "\"quantity\": 3}"},
        {"بله 48291761 1.5",
         "{\"command\": \"yes\", \"certainty\": \"exact\", \"reference\": \"48291761\", \"quantity\": 0}"},
    };
    ROWS(state, rows);
}

static void two_of_what_there_is_one(void **state)
{
    static const struct row rows[] = {
        {"نیاز زنجان فارس", "{\"command\": \"need\", \"certainty\": \"guessed\", \"province\": \"zanjan\"}"},
        {"نیاز زنجان دارو تجهیزات", "{\"command\": \"need\", \"certainty\": \"guessed\", \"province\": "
                                    "\"zanjan\", \"category\": \"drug\"}"},
        {"نیاز 1007 چهار محال و بختیاری", "{\"command\": \"need\", \"certainty\": \"exact\", \"need\": "
                                          "\"1007\", \"province\": \"chaharmahal_bakhtiari\"}"},
        {"نیاز زنجان دارو دارو", "{\"command\": \"need\", \"certainty\": \"exact\", \"province\": "
                                 "\"zanjan\", \"category\": \"drug\"}"},
        {"LANG EN FA", "{\"command\": \"language\", \"certainty\": \"exact\", \"language\": \"en\"}"},
        {"رایگان 25 1404/08/15",
         "{\"command\": \"report\", \"certainty\": \"exact\", \"quantity\": 25, \"day\": \"2025-11-06\"}"},
        {"رایگان 25 1404/12/30", "{\"command\": \"report\", \"problem\": \"bad_amount\"}"},
    };
    ROWS(state, rows);
}

static void keywords_that_nearly_are(void **state)
{
    static const struct row rows[] = {
        {"PLEDG 1007 500000", GUESSED(5000000)},
        {"نذرسلامت 500000000", PLEDGE("\"certainty\": \"exact\", \"campaign\": \"سلامت\", \"amount_rial\": "
                                      "5000000000")},
        {"نذرسلامت 1007 5000000", GUESSED(50000000)},
        {"رمز 482135", "{\"command\": \"code\", \"certainty\": \"exact\"}"},
        {"رمز 12", "{\"command\": \"unknown\"}"},
        {"کد 12,345", "{\"command\": \"unknown\"}"},
        {"کد -482135", "{\"command\": \"unknown\"}"},
        {"کد 1007", "{\"command\": \"need\", \"certainty\": \"guessed\", \"need\": \"1007\"}"},
        {"درخواست\r\n\tدارو", "{\"command\": \"ask\", \"certainty\": \"exact\", \"text\": \"دارو\"}"},
        {"درخواست\tدارو", "{\"command\": \"ask\", \"certainty\": \"exact\", \"text\": \"دارو\"}"},
    };
    ROWS(state, rows);
}

/* Punctuation counts as a space, in front of a broadcast too. */
static void a_colon_in_front_is_punctuation(void **state)
{
    static const struct row rows[] = {
        {"پخش زنجان: سلام", "{\"command\": \"broadcast\", \"certainty\": \"exact\", \"text\": \"سلام\"}"},
        {": پخش زنجان: سلام", "{\"command\": \"broadcast\", \"certainty\": \"exact\", \"text\": \"سلام\"}"},
        {": نذر 1007 500000", EXACT(5000000)},
    };
    ROWS(state, rows);
}

/* ---- the answers to open questions ---- */

static void a_text_that_is_one_number(void **state)
{
    static const struct {
        const char *text;
        int64_t digits, rial; /* rial 0: it is no amount of money */
    } rows[] = {{"1", 1, 10},
                {"یک", 1, 10},
                {"صفر", 0, 0},
                {"نه", -1, 0},
                {"12", 12, 120},
                {"1007", 1007, 10070},
                {"5724", 5724, 57240},
                {"5000", 5000, 50000},
                {"کد 1007", -1, 10070},
                {"-11", -1, 0},
                {"1.5", -1, 0},
                {"سی", -1, 300},
                {"همت", -1, 10000000000000},
                {"1000 تومان", -1, 10000},
                {"500 هزار", -1, 5000000},
                {"نذر 1007", -1, 0}};
    struct arena *arena = arena_new(1 << 14);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command c = words_understand(*state, arena, str_of(rows[i].text));
        tally_check(&t, c.digits == rows[i].digits, "%s: digits %lld", rows[i].text, (long long)c.digits);
        tally_check(
            &t, c.alone_amount == (rows[i].rial > 0) && (rows[i].rial == 0 || c.amount_rial == rows[i].rial),
            "%s: %d, %lld rial", rows[i].text, c.alone_amount, (long long)c.amount_rial);
    }
    arena_free(arena);
    tally_end(&t);
}

/* What a yes will run must come back as it was asked. */
static void a_kept_command_comes_back(void **state)
{
    static const char *const texts[] = {"نذر 1007 500 هزار تومان ماهانه",
                                        "نذر سلامت 2000000 ریال",
                                        "نذر 1007 2 عدد",
                                        "نذر 1007 3 روز",
                                        "نیاز زنجان دارو",
                                        "نیاز فارس خدمات",
                                        "داوطلب پزشک زنجان",
                                        "LANG EN",
                                        "انصراف 48291761",
                                        "پرداخت 48291761 120045",
                                        "رایگان 25 دیروز",
                                        "درخواست دارو",
                                        "عضو 09120001122 پزشک زنجان"};
    const struct words *words = *state;
    const struct lexicon *lexicon = words->texts->lexicon;
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct command c = words_understand(words, arena, str_of(texts[i]));
        struct json *first = command_to_json(&c, lexicon, true);
        struct command back = command_from_json(first, lexicon, arena);
        struct json *again = command_to_json(&back, lexicon, true);
        struct str want = json_write(first, arena), got = json_write(again, arena);
        tally_check(&t, str_eq(want, got) && c.province == back.province && c.category == back.category,
                    "%s: %.*s, not %.*s", texts[i], STR_ARG(got), STR_ARG(want));
        json_free(first);
        json_free(again);
    }
    arena_free(arena);
    tally_end(&t);
}

/* A database written by another version: what is not known is left out. */
static void what_is_not_known_is_left_out(void **state)
{
    const struct words *words = *state;
    struct arena *arena = arena_new(1 << 12);
    struct error e = {""};
    struct json *json = json_read(STR("{\"command\": \"dance\", \"need\": \"99999999999\", \"province\": "
                                      "\"atlantis\", \"unit\": \"barrel\", \"language\": \"xx\"}"),
                                  &e);
    assert_non_null(json);
    struct command c = command_from_json(json, words->texts->lexicon, arena);
    assert_int_equal(c.name, COMMAND_unknown);
    assert_int_equal(c.need, 0);
    assert_int_equal(c.province, -1);
    assert_int_equal(c.unit, UNIT_NONE);
    assert_false(c.has_tongue);
    json_free(json);
    arena_free(arena);
}

/* ---- bounds ---- */

/* 1024 tokens are read; what is behind them is as if it were not there. */
static void a_text_of_too_many_tokens(void **state)
{
    static const char *const tails[] = {"x", "1007,500000", "صدهزارتومان", "1404/08/15", ":", "5000"};
    const struct words *words = *state;
    struct arena *arena = arena_new(1 << 18);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++)
        for (size_t n = 1021; n <= 1025; n++) {
            struct str words_in_front = repeated(arena, "x ", n - 3);
            struct str text = str_printf(arena, "نذر 1007 500000 %.*s%s", STR_ARG(words_in_front), tails[i]);
            struct command c = words_understand(words, arena, text);
            tally_check(&t, c.name == COMMAND_pledge && c.need == 1007, "%s behind %zu: command %d", tails[i],
                        n, c.name);
            bool seen = c.problem == PROBLEM_TWO_AMOUNTS;
            bool is_number = i == 1 || i == 2 || i == 3 || i == 5;
            tally_check(&t, seen == (is_number && n < 1024), "%s behind %zu: problem %d", tails[i], n,
                        c.problem);
        }
    arena_free(arena);
    tally_end(&t);
}

static void words_run_together(void **state)
{
    static const struct {
        const char *word;
        size_t most, want;
    } rows[] = {{"پانصدهزارتومان", 8, 3},
                {"پانصدهزارتومان", 2, 0},
                {"یکصدخخ", 8, 0},
                {"دوسه", 8, 0},
                {"پنجتومان", 8, 2},
                {"صد", 8, 0},
                {"", 8, 0}};
    struct str parts[8];
    struct tally t = tally_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t got = number_word_split(str_of(rows[i].word), parts, rows[i].most);
        tally_check(&t, got == rows[i].want, "%s: %zu parts", rows[i].word, got);
    }
    tally_check(&t, number_word_find(STR("")) == NULL, "the empty word means something");
    tally_check(&t, digits_read(STR("0,500")).form == DIGITS_APART, "0,500 is one number");
    tally_check(&t, digits_read(STR("0.500")).form == DIGITS_FRACTION, "0.500 is no fraction");
    tally_end(&t);
}

/* A result that no provider should give waits and is tried again: nothing is lost. */
static void a_result_of_no_meaning_is_tried_again(void **state)
{
    static const enum send_result results[] = {SEND_RESULTS, (enum send_result)(SEND_RESULTS + 1)};
    const struct outbox_rules rules = {5000, 60000, 60000};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct outbox_move move = outbox_after_send(&rules, results[i], 1, 1000, 999000, 0, 0);
        assert_int_equal(move.status, OUTBOX_QUEUED);
        assert_int_equal(move.due_ms, 6000);
    }
}

/* ---- words of a province's own ---- */

static void own_words(void **state)
{
    static const struct row rows[] = {
        {"of the list", "{\"command\": \"stop\", \"certainty\": \"exact\"}"}, /* begins with a filler */
        {"qwera", "{\"command\": \"mine\", \"certainty\": \"exact\"}"},
        {"qwerc", "{\"command\": \"unknown\"}"}, /* one slip from two commands */
        {"qwerax", "{\"command\": \"mine\", \"certainty\": \"guessed\"}"},
        {"abcdefghijklmnopqrstuvwxyz", "{\"command\": \"stats\", \"certainty\": \"exact\"}"},
        {"abcdefghijklmnopqrstuvwx", "{\"command\": \"unknown\"}"}, /* too long to be a slip */
        {"هفت", "{\"command\": \"help\", \"certainty\": \"exact\"}"},
    };
    struct world *w = *state;
    struct words words = {.arena = w->arena};
    struct error e = {""};
    struct str own = str_printf(w->arena,
                                "%.*s\n[stop]\nen = of the list\n[mine]\nen = qwera\n[account]\nen = qwerb\n"
                                "[stats]\nen = abcdefghijklmnopqrstuvwxyz\n[help]\nfa = هفت\n",
                                STR_ARG(texts_builtin("keywords.ini")));
    (void)file_with(w, "keywords.ini", own); /* its path is known */
    words.texts = texts_load(w->arena, str_of(w->folder), command_names, COMMAND_unknown, w->world.messages,
                             w->world.message_list_count, &w->faults);
    words.grammar = grammar_new(&e);
    assert_non_null(words.grammar);
    if (w->faults.count > 0)
        fail_msg("%s", faults_text(w));
    rows_hold(&words, rows, sizeof rows / sizeof rows[0]);
    assert_int_equal(words_understand(&words, w->arena, STR("هفت")).digits, -1); /* a command, no answer */
    grammar_free(words.grammar);
    grammar_free(NULL);
}

#define WORDS(fn)                              \
    {                                          \
#fn, fn, words_open, words_close, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORDS(digits_that_are_no_amount),
        WORDS(words_that_do_not_go_together),
        WORDS(halves),
        WORDS(sums_at_the_edge_of_64_bits),
        WORDS(references_and_what_stands_by_them),
        WORDS(two_of_what_there_is_one),
        WORDS(keywords_that_nearly_are),
        WORDS(a_colon_in_front_is_punctuation),
        WORDS(a_text_that_is_one_number),
        WORDS(a_kept_command_comes_back),
        WORDS(what_is_not_known_is_left_out),
        WORDS(a_text_of_too_many_tokens),
        cmocka_unit_test(words_run_together),
        cmocka_unit_test(a_result_of_no_meaning_is_tried_again),
        TEST(own_words),
    };
    return cmocka_run_group_tests_name("the corners of understanding", tests, NULL, NULL);
}
