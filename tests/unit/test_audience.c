/* Who a broadcast is for: rows in both languages, what binds tighter, faults
 * that point at their place, and trees at random that read back as they were
 * printed. */
#include "unit.h"

#include "gateway/base/clock.h"
#include "gateway/base/fold.h"
#include "gateway/model/audience.h"
#include "gateway/model/audience_words.h"
#include "tests/unit/audience_world.h"

static const struct lexicon *lexicon_of(void **state)
{
    return ((struct words *)*state)->texts->lexicon;
}

static struct str said(void **state, struct arena *arena, const struct audience_fault *fault,
                       enum language language)
{
    const struct words *words = *state;
    return audience_fault_text(words->texts->catalogue[language], arena, fault, language);
}

struct good {
    const char *text, *en;
};
static const struct good goods[] = {
    {"everyone", "everyone"},
    {"همه", "everyone"},
    {"zanjan", "Zanjan"},
    {"استان زنجان", "Zanjan"},
    {"Zanjan province", "Zanjan"},
    {"province zanjan", "Zanjan"},
    {"کهگیلویه", "Kohgiluyeh and Boyer-Ahmad"},
    {"سیستان و بلوچستان", "Sistan and Baluchestan"},
    {"zanjan province qom", "Zanjan and Qom"},
    {"donors from zanjan", "donors and Zanjan"},
    {"zanjan(qom)", "Zanjan and Qom"},
    {"sistan and baluchestan and fars", "Sistan and Baluchestan and Fars"},
    {"donors", "donors"},
    {"نذرکنندگان", "donors"},
    {"اهداکنندگان", "donors"},
    {"اهدا کنندگان", "donors"},
    {"داوطلبان", "volunteers"},
    {"هماهنگ‌کنندگان", "coordinators"},
    {"هماهنگ كنندگان", "coordinators"}, /* Arabic kaf */
    {"تأییدشده", "verified"},
    {"تاييد شده", "verified"},
    {"physicians", "physician"},
    {"پزشکان", "physician"},
    {"پزشک‌ها", "physician"},
    {"پرستاران زنجان", "nurse and Zanjan"},
    {"پزشکان متخصص", "specialist"},
    {"دندان‌پزشکان", "dentist"},
    {"رانندگان", "driver"},
    {"دانشجویان پزشکی", "student"},
    {"ماماها", "midwife"},
    {"fizioterap", "physiotherapist"},
    {"weekends", "weekends"},
    {"thursday and friday", "weekends"},
    {"آخر هفته", "weekends"},
    {"پزشکان استان زنجان", "physician and Zanjan"},
    {"physicians in zanjan", "physician and Zanjan"},
    {"همه‌ی پزشکان", "everyone and physician"},
    {"physicians or nurses and zanjan", "physician or nurse and Zanjan"},
    {"(physicians or nurses) zanjan", "(physician or nurse) and Zanjan"},
    {"(پزشکان یا پرستاران) و زنجان", "(physician or nurse) and Zanjan"},
    {"پزشکان or nurses", "physician or nurse"},
    {"not zanjan or qom", "not Zanjan or Qom"},
    {"not (zanjan or qom)", "not (Zanjan or Qom)"},
    {"not not zanjan", "not not Zanjan"},
    {"همه بجز پزشکان", "everyone and not physician"},
    {"everyone except (donors or volunteers)", "everyone and not (donors or volunteers)"},
    {"همه به غیر از نذرکنندگان", "everyone and not donors"},
    {"((zanjan))", "Zanjan"},
    {"zanjan and (qom and fars)", "Zanjan and Qom and Fars"},
    {"zanjan or (qom or (fars or yazd))", "Zanjan or Qom or Fars or Yazd"},
    {"campaign NOROUZ", "campaign norouz"},
    {"پویش نوروز", "campaign نوروز"},
    {"پویش «سیل لرستان»", "campaign سیللرستان"},
    {"campaign and and zanjan", "campaign and and Zanjan"},
    {"campaign \"a, b (c)\"", "campaign \"a,b(c)\""},
    {"campaign \"a(b\"", "campaign \"a(b\""},
    {"campaign \"a)b\"", "campaign \"a)b\""},
    {"campaign \"a;b\"", "campaign \"a;b\""},
    {"campaign “a b”", "campaign ab"},
    {"campaign„a b“ qom", "campaign ab and Qom"},
    {"campaign 🙂", "campaign 🙂"},
    {"campaign \"e \u0301x\"", "campaign éx"}, /* glued they are one letter */
    {"need 1007", "need 1007"},
    {"نیاز ۱۰۰۷", "need 1007"},
    {"نیاز کد ۱۰۰۷", "need 1007"},
    {"unpaid since 30d", "unpaid since 30d"},
    {"unpaid 30 days", "unpaid since 30d"},
    {"unpaid since 36h", "unpaid since 36h"},
    {"unpaid since 48 hours", "unpaid since 2d"},
    {"پرداخت‌نشده از ۳۰ روز", "unpaid since 30d"},
    {"پرداخت نشده از ۳۰روز پیش", "unpaid since 30d"},
    {"پرداخت‌نشده از ۲ هفته", "unpaid since 14d"},
    {"unpaid since 2026-08-23", "unpaid since 2026-08-23"},
    {"پرداخت‌نشده از ۱۴۰۵/۰۶/۰۱", "unpaid since 2026-08-23"},
    {"پرداخت‌نشده از ۱۴۰۵-۶-۱ و زنجان", "unpaid since 2026-08-23 and Zanjan"},
    {"unpaid since 1403/12/30", "unpaid since 2025-03-20"},
    {"unpaid since 1 shahrivar 1405 and zanjan", "unpaid since 2026-08-23 and Zanjan"},
    {"پرداخت‌نشده از ۱ شهریور ۱۴۰۵", "unpaid since 2026-08-23"},
};

static void reads(void **state)
{
    struct tally t = tally_new();
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        struct audience a, again;
        struct audience_fault fault;
        struct str text = str_of(goods[i].text), printed = STR(""), persian;
        if (audience_parse(lexicon_of(state), arena, text, &a, &fault))
            printed = audience_print(lexicon_of(state), arena, &a, LANGUAGE_EN);
        if (!tally_check(&t, str_is(printed, goods[i].en), "\"%s\" is \"%.*s\", not \"%s\"; %.*s",
                         goods[i].text, STR_ARG(printed), goods[i].en,
                         STR_ARG(said(state, arena, &fault, LANGUAGE_EN))))
            continue;
        persian = audience_print(lexicon_of(state), arena, &a, LANGUAGE_FA);
        tally_check(&t,
                    audience_parse(lexicon_of(state), arena, persian, &again, &fault) &&
                        audience_equal(&a, &again),
                    "\"%.*s\" reads back as something else", STR_ARG(persian));
    }
    arena_free(arena);
    tally_end(&t);
}

static void prints_persian(void **state)
{
    static const char *const rows[][2] = {
        {"(physicians or nurses) not zanjan", "(پزشک یا پرستار) و نه زنجان"},
        {"unpaid since 2026-08-23 and need 1007",
         "پرداخت‌نشده از ۱۴۰۵/۰۶/۰۱ و نیاز ۱۰۰۷"},
        {"unpaid since 30d or campaign x", "پرداخت‌نشده از ۳۰ روز یا پویش x"},
        {"coordinators and verified", "هماهنگ‌کنندگان و تأییدشده"}};
    struct arena *arena = arena_new(4096);
    for (size_t i = 0; i < 4; i++) {
        struct audience a;
        struct audience_fault fault;
        assert_true(audience_parse(lexicon_of(state), arena, str_of(rows[i][0]), &a, &fault));
        struct str printed = audience_print(lexicon_of(state), arena, &a, LANGUAGE_FA);
        if (!str_is(printed, rows[i][1]))
            fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(printed), rows[i][1]);
    }
    arena_free(arena);
}

/* ---- faults ---- */

struct bad {
    const char *text;
    enum audience_problem problem;
    unsigned at, length; /* characters */
    const char *said;    /* a part of the sentence, in either language */
};
static const struct bad bads[] = {
    {"", AUDIENCE_EMPTY, 0, 0, "audience is missing"},
    {"   ", AUDIENCE_EMPTY, 0, 0, "audience is missing"},
    {"in the", AUDIENCE_EMPTY, 0, 6, "audience is missing"},
    {"زنجون", AUDIENCE_UNKNOWN, 0, 5,
     "نمی‌دانم «زنجون» چیست.\nمنظورتان «زنجان» است؟"},
    {"zanjoon", AUDIENCE_UNKNOWN, 0, 7, "I do not know \"zanjoon\". Do you mean \"Zanjan\"?"},
    {"پزشکان و زنجون", AUDIENCE_UNKNOWN, 9, 5, "«زنجان»"},
    {"physicans in qom", AUDIENCE_UNKNOWN, 0, 9, "\"physician\""},
    {"donrs", AUDIENCE_UNKNOWN, 0, 5, "\"donors\""},
    {"هماهنگ‌کنندگان یا کگهجد", AUDIENCE_UNKNOWN, 18, 5,
     "نمی‌دانم «کگهجد» چیست."},
    {"donors or \"zanjoon\"", AUDIENCE_UNKNOWN, 10, 9, "Do you mean \"Zanjan\"?"},
    {"zanjan 🙂", AUDIENCE_UNKNOWN, 7, 1, "I do not know \"🙂\""},
    {"campagn x", AUDIENCE_UNKNOWN, 0, 7, "\"campaign\""}, /* not an atom, but a word all the same */
    {"بویراجمد", AUDIENCE_UNKNOWN, 0, 8, "«کهگیلویه و"},
    {"zanjan qwxyzv", AUDIENCE_UNKNOWN, 7, 6, "I do not know \"qwxyzv\""},
    {"fars / zanjan", AUDIENCE_UNKNOWN, 5, 1, "\"/\""},
    {"fars -zanjan", AUDIENCE_UNKNOWN, 5, 7, "\"-zanjan\""},
    {"fars & zanjan", AUDIENCE_UNKNOWN, 5, 1, "\"&\""},
    {"zanjan, qom", AUDIENCE_UNKNOWN, 6, 1, "Do you mean \"or\"?"},
    {"zanjan; qom", AUDIENCE_UNKNOWN, 6, 1, "Do you mean \"or\"?"},
    {"زنجان؛ قم", AUDIENCE_UNKNOWN, 5, 1, "«یا»"},
    {"استان زنجون", AUDIENCE_UNKNOWN, 6, 5, "«زنجان»"},
    {"خراسان", AUDIENCE_AMBIGUOUS, 0, 6, "خراسان رضوی"},
    {"donors khorasan", AUDIENCE_AMBIGUOUS, 7, 8, "Razavi Khorasan"},
    {"province khorasan", AUDIENCE_AMBIGUOUS, 9, 8, "Razavi Khorasan"},
    {"and zanjan", AUDIENCE_NOTHING_BEFORE, 0, 3, "before \"and\""},
    {"or zanjan", AUDIENCE_NOTHING_BEFORE, 0, 2, "before \"or\""},
    {"zanjan or or qom", AUDIENCE_NOTHING_BEFORE, 10, 2, "before \"or\""},
    {"زنجان و", AUDIENCE_NOTHING_BEHIND, 6, 1, "پس از «و»"},
    {"zanjan not", AUDIENCE_NOTHING_BEHIND, 7, 3, "behind \"not\""},
    {"zanjan and ()", AUDIENCE_NOTHING_BEHIND, 11, 1, "behind \"(\""},
    {"( in )", AUDIENCE_NOTHING_BEHIND, 0, 1, "behind \"(\""},
    {"(zanjan or qom", AUDIENCE_UNCLOSED, 0, 1, "not closed"},
    {"campaign \"x", AUDIENCE_UNCLOSED, 9, 2, "not closed"},
    {"zanjan) or qom", AUDIENCE_UNOPENED, 6, 1, "closes nothing"},
    {")", AUDIENCE_UNOPENED, 0, 1, "closes nothing"},
    {"province", AUDIENCE_NO_PROVINCE, 0, 8, "province"},
    {"استان پزشکان", AUDIENCE_NO_PROVINCE, 0, 5, "نام استان"},
    {"zanjan campaign", AUDIENCE_NO_CAMPAIGN, 7, 8, "word"},
    {"campaign (", AUDIENCE_NO_CAMPAIGN, 0, 8, "word"},
    {"campaign \"\" qom", AUDIENCE_CAMPAIGN_ABSENT, 9, 2, "no campaign"},
    {"need", AUDIENCE_NO_CODE, 0, 4, "code"},
    {"need zanjan", AUDIENCE_NO_CODE, 0, 4, "code"},
    {"نیاز ۱۰۰۸", AUDIENCE_BAD_CODE, 5, 4, "کد «۱۰۰۸»"},
    {"unpaid", AUDIENCE_NO_DATE, 0, 6, "30d"},
    {"unpaid since zanjan", AUDIENCE_NO_DATE, 0, 12, "30d"},
    {"پرداخت‌نشده از ۱۴۰۴/۱۲/۳۰", AUDIENCE_BAD_DATE, 15, 10,
     "«۱۴۰۴/۱۲/۳۰»"}, /* a common year */
    {"unpaid since 2026-02-30", AUDIENCE_BAD_DATE, 13, 10, "2026-02-30"},
    {"unpaid since 2026.02.30", AUDIENCE_BAD_DATE, 13, 10, "2026.02.30"},
    {"unpaid since -30d", AUDIENCE_NO_DATE, 0, 12, "30d"},
    {"unpaid since today", AUDIENCE_NO_DATE, 0, 12, "30d"},
    {"unpaid since 6 Dec", AUDIENCE_BAD_DURATION, 13, 5, "6 Dec"},
    {"unpaid since 2026-08-23 at 18:30", AUDIENCE_UNKNOWN, 24, 2, "at"},
    {"unpaid since 30 esfand 1404", AUDIENCE_BAD_DATE, 13, 14, "30 esfand 1404"},
    {"unpaid since 9999-01-01", AUDIENCE_BAD_DATE, 13, 10, "9999"},
    {"unpaid since 0d", AUDIENCE_BAD_DURATION, 13, 2, "0d"},
    {"unpaid since 30", AUDIENCE_BAD_DURATION, 13, 2, "30"},
    {"unpaid since 30 zanjan", AUDIENCE_BAD_DURATION, 13, 9, "30 zanjan"},
    {"unpaid since 99999999999999999999d", AUDIENCE_BAD_DURATION, 13, 21, "99"},
    {"unpaid since 3661d", AUDIENCE_BAD_DURATION, 13, 5, "3661d"},
    {"not not not not not not not not not not not not not not not not not zanjan", AUDIENCE_TOO_DEEP, 64, 3,
     "16"},
    {"(((((((((((((((((zanjan)))))))))))))))))", AUDIENCE_TOO_DEEP, 16, 1, "16"},
};

static void points_at_the_fault(void **state)
{
    struct tally t = tally_new();
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        const struct bad *b = &bads[i];
        struct audience a;
        struct audience_fault f;
        bool good = audience_parse(lexicon_of(state), arena, str_of(b->text), &a, &f);
        if (!tally_check(
                &t, !good && f.problem == b->problem && f.place.at == b->at && f.place.length == b->length,
                "\"%s\": problem %d at %u, %u long", b->text, (int)f.problem, f.place.at, f.place.length))
            continue;
        const char *fa = str_cstr(arena, said(state, arena, &f, LANGUAGE_FA));
        const char *en = str_cstr(arena, said(state, arena, &f, LANGUAGE_EN));
        tally_check(&t, strstr(fa, b->said) != NULL || strstr(en, b->said) != NULL,
                    "\"%s\" gives \"%s\", \"%s\"", b->text, fa, en);
    }
    arena_free(arena);
    tally_end(&t);
}

static void keeps_to_its_limits(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    struct audience a;
    struct audience_fault f;
    struct str full = str_printf(arena, "%.*szanjan", STR_ARG(repeated(arena, "qom or ", 62)));
    assert_true(audience_parse(lexicon_of(state), arena, full, &a, &f));
    assert_int_equal(a.n, AUDIENCE_NODES);
    struct str more = str_printf(arena, "qom or %.*s", STR_ARG(full));
    assert_false(audience_parse(lexicon_of(state), arena, more, &a, &f));
    assert_int_equal(f.problem, AUDIENCE_TOO_MANY);
    struct str longer = repeated(arena, "زنجان ", 100);
    assert_false(audience_parse(lexicon_of(state), arena, longer, &a, &f));
    assert_int_equal(f.problem, AUDIENCE_TOO_LONG);
    assert_int_equal(f.place.at + f.place.length, 600);
    struct str huge = repeated(arena, "\xEF\xB7\xBA", 341); /* each opens to eighteen letters */
    assert_false(audience_parse(lexicon_of(state), arena, huge, &a, &f));
    assert_int_equal(f.problem, AUDIENCE_TOO_LONG);
    struct str nots = str_printf(arena, "%.*szanjan", STR_ARG(repeated(arena, "not ", 15)));
    assert_true(audience_parse(lexicon_of(state), arena, nots, &a, &f)); /* and the atom: 16 */
    nots = str_printf(arena, "not %.*s", STR_ARG(nots));
    assert_false(audience_parse(lexicon_of(state), arena, nots, &a, &f));
    assert_int_equal(f.problem, AUDIENCE_TOO_DEEP);
    arena_free(arena);
}

static void assert_untouched(const struct audience_node *before)
{
    assert_int_equal(before->n, 4711);
    assert_int_equal(before->first, -7);
    assert_int_equal(before->slug.n, 0);
}

/* Whatever the 65th node is: it is refused, and nothing is written in its stead. */
static void refuses_a_node_too_many(void **state)
{
    static const char *const more[] = {"campaign x", "need 1007", "unpaid 30d",
                                       "donors",     "zanjan",    "not qom"};
    struct arena *arena = arena_new(1 << 14);
    struct {
        struct audience_node before;
        struct audience a;
    } guarded = {.before = {.n = 4711, .first = -7}};
    struct audience_fault f;
    struct str full = str_printf(arena, "%.*szanjan", STR_ARG(repeated(arena, "qom or ", 62)));
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        struct str text = str_printf(arena, "%.*s or %s", STR_ARG(full), more[i]);
        assert_false(audience_parse(lexicon_of(state), arena, text, &guarded.a, &f));
        assert_int_equal(f.problem, AUDIENCE_TOO_MANY);
        assert_untouched(&guarded.before);
    }
    /* 64 with the AND, which is made behind both that it joins; then one more */
    struct str joined = str_printf(arena, "%.*sqom zanjan", STR_ARG(repeated(arena, "qom or ", 60)));
    assert_true(audience_parse(lexicon_of(state), arena, joined, &guarded.a, &f));
    assert_int_equal(guarded.a.n, AUDIENCE_NODES);
    joined = str_printf(arena, "qom or %.*s", STR_ARG(joined));
    assert_false(audience_parse(lexicon_of(state), arena, joined, &guarded.a, &f));
    assert_int_equal(f.problem, AUDIENCE_TOO_MANY);
    assert_untouched(&guarded.before);
    arena_free(arena);
}

/* A campaign's word has 96 bytes at most, words together 160. */
static void keeps_to_the_length_of_words(void **state)
{
    static const struct {
        size_t bytes;
        bool good;
    } words[] = {{96, true}, {97, false}};
    struct arena *arena = arena_new(1 << 14);
    struct audience a;
    struct audience_fault f;
    for (size_t i = 0; i < 2; i++) {
        struct str text = str_printf(arena, "campaign %.*s", STR_ARG(repeated(arena, "x", words[i].bytes)));
        assert_int_equal(audience_parse(lexicon_of(state), arena, text, &a, &f), words[i].good);
        assert_int_equal(f.problem, words[i].good ? AUDIENCE_FINE : AUDIENCE_CAMPAIGN_ABSENT);
    }
    for (size_t n = 159; n <= 1024; n = n < 162 ? n + 1 : n + 431) {
        assert_false(audience_parse(lexicon_of(state), arena, repeated(arena, "x", n), &a, &f));
        assert_int_equal(f.problem, AUDIENCE_UNKNOWN);
        assert_int_equal(f.place.length, n);
        assert_int_equal(f.hint[LANGUAGE_EN].n, 0);
    }
    arena_free(arena);
}

static void tells_what_was_meant(void **state)
{
    static const char *const rows[][2] = {
        {"zanjoon", "Zanjan"},
        {"northarn", "North Khorasan"}, /* a part that only one name has */
        {"khorasam", ""},               /* one that several have */
        {"exceptt", "not"},
        {"campagn", "campaign"},
        {"kohgiluyehandboyerahmadx", "Kohgiluyeh and Boyer-Ahmad"}, /* 24 letters */
        {"kohgiluyehandboyerahmadxx", ""},
    };
    struct arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct audience a;
        struct audience_fault f;
        assert_false(audience_parse(lexicon_of(state), arena, str_of(rows[i][0]), &a, &f));
        assert_int_equal(f.problem, AUDIENCE_UNKNOWN);
        if (!str_is(f.hint[LANGUAGE_EN], rows[i][1]))
            fail_msg("\"%s\" is meant as \"%.*s\", not \"%s\"", rows[i][0], STR_ARG(f.hint[LANGUAGE_EN]),
                     rows[i][1]);
    }
    arena_free(arena);
}

/* ---- what a tree is used for ---- */

static void trees_that_differ(void **state)
{
    static const char *const rows[][2] = {
        {"donors", "verified"},
        {"zanjan", "qom"},
        {"need 1007", "unpaid 30d"},
        {"unpaid 30d", "unpaid 31d"},
        {"unpaid 20688h", "unpaid since 2026-08-23"}, /* as many hours as days since 1970 */
        {"campaign x", "campaign y"},
        {"zanjan or qom", "zanjan or fars"},
        {"zanjan or qom", "zanjan or qom or fars"},
        {"zanjan or qom or fars", "zanjan or qom"},
        {"zanjan or qom", "zanjan and qom"},
        {"not zanjan", "zanjan"},
    };
    struct arena *arena = arena_new(1 << 14);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct audience a, b;
        struct audience_fault f;
        assert_true(audience_parse(lexicon_of(state), arena, str_of(rows[i][0]), &a, &f));
        assert_true(audience_parse(lexicon_of(state), arena, str_of(rows[i][1]), &b, &f));
        assert_true(audience_equal(&a, &a));
        if (audience_equal(&a, &b))
            fail_msg("\"%s\" is said to be \"%s\"", rows[i][0], rows[i][1]);
    }
    arena_free(arena);
}

static void the_words_are_folded(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    (void)state;
    for (size_t i = 0; i < audience_word_count; i++) {
        struct str glued = fold_glued(arena, fold(arena, str_of(audience_words[i].glued)));
        if (!str_is(glued, audience_words[i].glued))
            fail_msg("%s is not folded", audience_words[i].glued);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(audience_words[i].glued, audience_words[j].glued);
    }
    arena_free(arena);
}

static void a_date_is_a_whole_local_day(void **state)
{
    struct error e;
    struct arena *arena = arena_new(4096);
    struct zone *zone = zone_open("Asia/Tehran", &e);
    struct audience a;
    struct audience_fault f;
    int64_t midnight = 0;
    assert_non_null(zone);
    assert_true(
        audience_parse(lexicon_of(state), arena, STR("unpaid since 1405/06/01 or unpaid 2 days"), &a, &f));
    audience_fix(&a, zone, 1000000000);
    assert_true(clock_from_iso(STR("2026-08-23T20:30:00Z"), &midnight)); /* the end of that day in Tehran */
    assert_true(a.v[0].value == midnight);
    assert_true(a.v[1].value == 1000000000 - 172800);
    zone_close(zone);
    arena_free(arena);
}

/* 22 March 2022 had no midnight in Tehran, and Apia no 30 December 2011 at all. */
static void a_day_may_lack_its_beginning(void **state)
{
    static const char *const rows[][3] = {
        {"Asia/Tehran", "unpaid since 2022-03-21", "2022-03-21T20:30:00Z"},
        {"Pacific/Apia", "unpaid since 2011-12-29", "2011-12-30T00:00:00Z"}, /* in UTC, then */
        {"Pacific/Apia", "unpaid since 2026-08-23", "2026-08-23T11:00:00Z"},
    };
    struct arena *arena = arena_new(4096);
    struct audience a;
    struct audience_fault f;
    struct error e;
    for (size_t i = 0; i < 3; i++) {
        struct zone *zone = zone_open(rows[i][0], &e);
        int64_t want = 0;
        assert_non_null(zone);
        assert_true(audience_parse(lexicon_of(state), arena, str_of(rows[i][1]), &a, &f));
        audience_fix(&a, zone, 1000000000);
        assert_true(clock_from_iso(str_of(rows[i][2]), &want));
        if (a.v[0].value != want)
            fail_msg("%s, %s: %lld, not %s", rows[i][0], rows[i][1], (long long)a.v[0].value, rows[i][2]);
        zone_close(zone);
    }
    arena_free(arena);
}

static void is_confined_to_provinces(void **state)
{
    static const int own[] = {0, 1};
    int all[31];
    struct arena *arena = arena_new(4096);
    struct audience a;
    struct audience_fault f;
    for (int i = 0; i < 31; i++)
        all[i] = i;
    assert_true(audience_parse(lexicon_of(state), arena, STR("donors or verified"), &a, &f));
    audience_confine(&a, lexicon_of(state), own, 2);
    assert_true(str_is(audience_print(lexicon_of(state), arena, &a, LANGUAGE_EN),
                       "(East Azarbaijan or West Azarbaijan) and (donors or verified)"));
    assert_true(audience_parse(lexicon_of(state), arena, STR("donors and verified"), &a, &f));
    audience_confine(&a, lexicon_of(state), own, 1);
    assert_true(str_is(audience_print(lexicon_of(state), arena, &a, LANGUAGE_EN),
                       "(East Azarbaijan) and donors and verified"));
    assert_true(audience_parse(lexicon_of(state), arena, STR("donors"), &a, &f));
    audience_confine(&a, lexicon_of(state), own, 0);
    assert_true(str_is(audience_print(lexicon_of(state), arena, &a, LANGUAGE_EN), "(nobody) and donors"));
    assert_true(str_is(audience_print(lexicon_of(state), arena, &a, LANGUAGE_FA),
                       "(هیچ‌کس) و نذرکنندگان"));
    struct str full = str_printf(arena, "%.*szanjan", STR_ARG(repeated(arena, "qom or ", 62)));
    assert_true(audience_parse(lexicon_of(state), arena, full, &a, &f));
    audience_confine(&a, lexicon_of(state), all, 31);
    assert_true(a.n <= AUDIENCE_ROOM);
    arena_free(arena);
}

/* ---- properties ---- */

static void prints_what_it_reads(void **state)
{
    struct tally t = tally_new();
    uint64_t seed = 20261122;
    for (int i = 0; i < 20000; i++) {
        struct arena *arena = arena_new(1 << 14);
        struct audience a, again;
        struct audience_fault f;
        random_audience(&seed, lexicon_of(state), arena, &a);
        struct str printed =
            audience_print(lexicon_of(state), arena, &a, (enum language)random_below(&seed, LANGUAGES));
        if (printed.n <= AUDIENCE_TEXT_MOST)
            tally_check(&t,
                        audience_parse(lexicon_of(state), arena, printed, &again, &f) &&
                            audience_equal(&a, &again),
                        "\"%.*s\" reads back as something else", STR_ARG(printed));
        arena_free(arena);
    }
    tally_end(&t);
}

/* Whatever blanks, joiners and marks stand in it, a campaign's word reads back as itself. */
static void a_campaign_reads_back(void **state)
{
    static const char *const parts[] = {"e",      "و",      "か",     "x",      " ",      "\u200C",
                                        "\u200D", "\u00AD", "\u0301", "\u0323", "\u0308", "\u3099",
                                        "\u0654", "\u0653", "\u1100", "\u1161", "\u11A8", "\u034F",
                                        "\u00A8", "(",      ",",      "\u0338", "İ",      "ﷺ"};
    struct tally t = tally_new();
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        struct arena *arena = arena_new(1 << 13);
        struct audience a, again;
        struct audience_fault f;
        struct str word = random_text(arena, &seed, parts, sizeof parts / sizeof parts[0], 1 + (size_t)i % 8);
        struct str text = str_printf(arena, "campaign \"%.*s\"", STR_ARG(word));
        if (audience_parse(lexicon_of(state), arena, text, &a, &f)) {
            struct str printed = audience_print(lexicon_of(state), arena, &a, LANGUAGE_EN);
            tally_check(&t,
                        audience_parse(lexicon_of(state), arena, printed, &again, &f) &&
                            audience_equal(&a, &again),
                        "\"%.*s\" reads back as something else", STR_ARG(printed));
        }
        arena_free(arena);
    }
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(prints_persian),
        cmocka_unit_test(points_at_the_fault),
        cmocka_unit_test(keeps_to_its_limits),
        cmocka_unit_test(refuses_a_node_too_many),
        cmocka_unit_test(keeps_to_the_length_of_words),
        cmocka_unit_test(tells_what_was_meant),
        cmocka_unit_test(trees_that_differ),
        cmocka_unit_test(the_words_are_folded),
        cmocka_unit_test(a_date_is_a_whole_local_day),
        cmocka_unit_test(a_day_may_lack_its_beginning),
        cmocka_unit_test(is_confined_to_provinces),
        cmocka_unit_test(prints_what_it_reads),
        cmocka_unit_test(a_campaign_reads_back),
    };
    return cmocka_run_group_tests_name("audiences", tests, words_open, words_close);
}
