/* What may go through a line as a broadcast, and when: links and card numbers
 * in every disguise and what only looks like them, the words at the end, hours
 * across changes of the clock, and the hour at which a broadcast is through. */
#include "unit.h"

#include "gateway/base/clock.h"
#include "gateway/base/segment.h"
#include "gateway/model/finish.h"

static const struct channel service = {.line = STR_INIT("service"), .rate = 50, .quiet = {22 * 60, 8 * 60}};
static const struct channel promo = {.line = STR_INIT("promo"), .rate = 50, .quiet = {22 * 60, 8 * 60}};

static int up(void **state)
{
    struct error e;
    *state = arena_new(1 << 16);
    return icu_start(&e) && crypto_start(&e) ? 0 : -1;
}

static int down(void **state)
{
    arena_free(*state);
    return 0;
}

/* ---- links and cards ---- */

enum { FINE = -1 };
struct check_row {
    const char *text;
    int problem;
    const char *piece; /* NULL: the whole text */
};
static const struct check_row check_rows[] = {
    {"http://a", LINE_LINK, NULL},
    {"سلام https://nazr.ir/x?y=1 ببینید", LINE_LINK, "https://nazr.ir/x?y=1"},
    {"HTTPS://X.Y", LINE_LINK, NULL},
    {"intent://scan", LINE_LINK, NULL},
    {"www.nazr", LINE_LINK, NULL},
    {"سایت ما: nazr.ir", LINE_LINK, "nazr.ir"},
    {"nazr.ir.", LINE_LINK, NULL},
    {"سایت ما nazr.irاست", LINE_LINK, "nazr.irاست"},
    {"نذر.com", LINE_LINK, NULL},
    {"see t.me/nazr now", LINE_LINK, "t.me/nazr"},
    {"bit.ly/3x", LINE_LINK, NULL},
    {"wa.me/98912", LINE_LINK, NULL},
    {"charity.org.uk", LINE_LINK, NULL},
    {"118.ir", LINE_LINK, NULL},
    {"write to office@nazr.org", LINE_LINK, "office@nazr.org"},
    {"nazr .ir", LINE_LINK, NULL},
    {"به nazr . ir بروید", LINE_LINK, "nazr . ir"},
    {"185.55.225.1", LINE_LINK, NULL},
    {"۱۸۵٫۵۵٫۲۲۵٫۱/نذر", LINE_LINK, NULL},
    {"٦٦.٥٥.٤٤.٣٣:8080", LINE_LINK, NULL},
    /* in disguise */
    {"na\u200Bzr\u200C.\u200Di\u00ADr", LINE_LINK, NULL},
    {"na\u200Czr.com", LINE_LINK, NULL},
    {"na\u200C\u00ADzr.com", LINE_LINK, NULL},
    {"na\u200C\u2060zr.com", LINE_LINK, NULL},
    {"na\u200C\uFEFFzr.com", LINE_LINK, NULL},
    {"nazr.i\u115Fr", LINE_LINK, NULL},
    {"nazr.i\u1160r", LINE_LINK, NULL},
    {"nazr.i\u3164r", LINE_LINK, NULL},
    {"nazr.i\u2061r", LINE_LINK, NULL},
    {"nazr.i\u206Fr", LINE_LINK, NULL},
    {"nazr.i\U000E0000r", LINE_LINK, NULL},
    {"nazr.i\U000E0FFFr", LINE_LINK, NULL},
    {"nazr\u2060.\uFEFFir", LINE_LINK, NULL},
    {"nazr\u034F.\u180Eir", LINE_LINK, NULL},
    {"\u202Enazr.ir\u202C", LINE_LINK, "nazr.ir\u202C"},
    {"ｎａｚｒ．ｉｒ", LINE_LINK, NULL},
    {"nazr。ir", LINE_LINK, NULL},
    {"nazr｡ir", LINE_LINK, NULL},
    {"nazr۔ir", LINE_LINK, NULL},
    {"nazr٫ir", LINE_LINK, NULL},
    {"ⓝⓐⓩⓡ.ⓒⓞⓜ", LINE_LINK, NULL},
    {"𝐧𝐚𝐳𝐫.𝐢𝐫", LINE_LINK, NULL},
    {"ht\u200Dtp\u200B://x", LINE_LINK, NULL},
    {"nazr.ir~x", LINE_LINK, NULL},
    {"185.55.225.1.", LINE_LINK, NULL},
    /* no links */
    {"", FINE, NULL},
    {"nazr.i\U000F0000r", FINE, NULL}, /* it has a shape, of somebody's own */
    {"Thanks.\u3000Ir is no word", FINE, NULL},
    {".", FINE, NULL},
    {".ir", FINE, NULL},
    {"«.ir»", FINE, NULL},
    {"“.ir”", FINE, NULL},
    {"3.5", FINE, NULL},
    {"۳٫۵ میلیون", FINE, NULL},
    {"500.000", FINE, NULL},
    {"1.200.000.000", FINE, NULL},
    {"1405.09.15", FINE, NULL},
    {"1.2.3.4.5", FINE, NULL},
    {"256.1.1.1", FINE, NULL},
    {"1.2.3.", FINE, NULL},
    {"v1.2.3.4", FINE, NULL},
    {"Dr.Ahmadi", FINE, NULL},
    {"آقای دکتر.احمدی", FINE, NULL},
    {"Please come.To register text 5", FINE, NULL},
    {"Thank you.me too", FINE, NULL},
    {"Thanks. Ir is no word. Com neither", FINE, NULL},
    {"سلام.ایران", FINE, NULL},
    {"www is a word, wwww.a", FINE, NULL},
    {"ساعت 18:30 :// ", FINE, NULL},
    {"nazr.iran nazr.company", FINE, NULL},
    {"a.b", FINE, NULL},
    /* cards: the first is Luhn's own, none is anybody's */
    {"6037990000000006", LINE_CARD, NULL},
    {"کارت 6037-9900-0000-0006 لطفا", LINE_CARD, "6037-9900-0000-0006"},
    {"6037 9900 0000 0006", LINE_CARD, NULL},
    {"6037.9900.0000.0006", LINE_CARD, NULL},
    {"60379900 00000006", LINE_CARD, NULL},
    {"6 0 3 7 9 9 0 0 0 0 0 0 0 0 0 6", LINE_CARD, NULL},
    {"۶۰۳۷۹۹۰۰۰۰۰۰۰۰۰۶", LINE_CARD, NULL},
    {"٦٠٣٧ - ٩٩٠٠ - ٠٠٠٠ - ٠٠٠٦", LINE_CARD, NULL},
    {"6037\u200C9900\u200B0000\u200E0006", LINE_CARD, NULL},
    {"6037\n9900\n\n0000    0006", LINE_CARD, NULL},
    {"6️⃣037990000000006", LINE_CARD, NULL},
    {"６０３７９９００００００ 0006", LINE_CARD, NULL},
    {"1007 6037 9900 0000 0006", LINE_CARD, "6037 9900 0000 0006"},
    {"کارت6037990000000006به نام", LINE_CARD, "6037990000000006"},
    {"6037–9900—0000−0006", LINE_CARD, NULL},
    {"IR44 0960 0000 0010 0324 2000 01", LINE_CARD, NULL},
    {"شبا IR440960000000100324200001", LINE_CARD, "IR440960000000100324200001"},
    {"۴۴۰۹۶۰۰۰۰۰۰۰۱۰۰۳۲۴۲۰۰۰۰۱", LINE_CARD, NULL},
    /* no cards */
    {"6037990000000007", FINE, NULL},
    {"6037990000000001", FINE, NULL},
    {"603799000000000", FINE, NULL},
    {"60379900000000060", FINE, NULL},
    {"16037990000000006", FINE, NULL},
    {"IR450960000000100324200001", FINE, NULL},
    {"IR44096000000010032420000", FINE, NULL},
    {"0000000000000000", FINE, NULL},
    {"1007 5724 2000 0001 5724", FINE, NULL},
    {"6037, 9900, 0000, 0006", FINE, NULL},
    {"6037a9900b0000c0006", FINE, NULL},
    {"6037 -- 9900 0000 0006", FINE, NULL},
    {"دفتر 024 3333 4444\nهمراه 0912 000 1122", FINE, NULL},
    {"۱۴۰۵/۰۹/۱۵ ساعت ۱۸:۳۰ تلفن ۰۲۴۰۰۰۰۰۰۰۰", FINE, NULL},
};

static void links_and_cards_are_found(void **state)
{
    struct tally t = tally_new();
    (void)state;
    for (size_t i = 0; i < sizeof check_rows / sizeof check_rows[0]; i++) {
        const struct check_row *row = &check_rows[i];
        struct str text = str_of(row->text);
        struct line_fault fault = {0};
        bool fine = line_check(&promo, text, &fault);
        tally_check(&t, fine == (row->problem == FINE), "\"%s\": %s", row->text, fine ? "fine" : "not fine");
        if (fine || row->problem == FINE)
            continue;
        const char *want = row->piece != NULL ? row->piece : row->text;
        tally_check(&t, (int)fault.problem == row->problem, "\"%s\" is a %d", row->text, (int)fault.problem);
        tally_check(&t, str_is(fault.piece, want), "\"%s\": \"%.*s\", not \"%s\"", row->text,
                    STR_ARG(fault.piece), want);
        tally_check(&t, line_check(&service, text, &fault), "\"%s\" may go by a service line", row->text);
    }
    tally_end(&t);
}

static void a_fault_has_its_place_in_characters(void **state)
{
    struct line_fault fault;
    (void)state;
    assert_false(line_check(&promo, STR("سلام، nazr.ir است"), &fault));
    assert_int_equal(fault.at, 6);
    assert_int_equal(fault.length, 7);
    assert_string_equal(line_fault_key(fault.problem), "line.link");
    assert_false(line_check(&promo, STR("ﷺ۶۰۳۷۹۹۰۰۰۰۰۰۰۰۰۶ﷺ"), &fault));
    assert_int_equal(fault.at, 1);
    assert_int_equal(fault.length, 16);
    assert_string_equal(line_fault_key(fault.problem), "line.card");
}

static void a_channel_may_rule_otherwise(void **state)
{
    struct channel open = promo, shut = service;
    struct line_fault fault;
    (void)state;
    open.links = open.cards = STR("yes");
    shut.links = shut.cards = STR("no");
    assert_true(line_check(&open, STR("nazr.ir 6037990000000006"), &fault));
    assert_false(line_check(&shut, STR("nazr.ir 6037990000000006"), &fault));
    assert_int_equal(fault.problem, LINE_LINK);
    shut.links = STR("");
    assert_false(line_check(&shut, STR("nazr.ir 6037990000000006"), &fault));
    assert_int_equal(fault.problem, LINE_CARD);
}

/* Folding takes some kilobytes at once, or fewer characters that become many. */
static void another_line_takes_over_by_the_same_rules(void **state)
{
    (void)state;
    struct channel other = service;
    other.rate = 1; /* no matter */
    other.quiet = (struct hours){0, 0};
    assert_true(line_same_rules(&service, &other));
    assert_true(line_same_rules(&promo, &promo));
    assert_false(line_same_rules(&service, &promo));
    other.links = STR("yes"); /* what its class says anyhow */
    assert_true(line_same_rules(&service, &other));
    other.links = STR("no");
    assert_false(line_same_rules(&service, &other));
    assert_false(line_same_rules(&other, &service));
    other.links = STR("");
    other.cards = STR("no");
    assert_false(line_same_rules(&service, &other));
    other.cards = STR("");
    other.suffix = STR("STOP 11");
    assert_false(line_same_rules(&service, &other));
}

static void nothing_hides_in_a_long_text(void **state)
{
    static const char *const fillers[] = {"س ", "ﷺ", "a\u0301\u0302", "x", "𝐧 ", "7", "\u200C", "."};
    static const char *const hidden[] = {" nazr.ir", " 6037 9900 0000 0006"};
    struct tally t = tally_new();
    for (size_t f = 0; f < sizeof fillers / sizeof fillers[0]; f++)
        for (size_t n = 100; n < 9000; n += 97)
            for (size_t h = 0; h < 2; h++) {
                struct arena_mark mark = arena_mark(*state);
                struct sbuf text = sbuf_in(*state);
                struct line_fault fault = {0};
                for (size_t i = 0; i * strlen(fillers[f]) < n; i++)
                    sbuf_add(&text, str_of(fillers[f]));
                size_t before = text.n + 1;
                sbuf_add(&text, str_of(hidden[h]));
                bool found = !line_check(&promo, sbuf_str(&text), &fault);
                tally_check(&t, found && (size_t)(fault.piece.p - text.p) <= before, "%s %zu %zu", fillers[f],
                            n, h);
                arena_rewind(*state, mark);
            }
    tally_end(&t);
}

static void any_text_points_within_itself(void **state)
{
    static const char *const parts[] = {"nazr", ".",  "ir",   "com",    " ",      "\u200C", "www.", "://",
                                        "6037", "99", "0000", "0006",   "-",      "۶",      "IR",   "ﷺ",
                                        "t.me", "/",  "1",    "\u0301", "\u20E3", "۔",      "س",    "@"};
    uint64_t seed = 5;
    struct tally t = tally_new();
    struct channel strict = promo;
    for (int i = 0; i < 20000; i++) {
        struct arena_mark mark = arena_mark(*state);
        struct str text = random_text(*state, &seed, parts, sizeof parts / sizeof parts[0], 1 + i % 24);
        struct line_fault fault = {0};
        if (!line_check(&strict, text, &fault)) {
            const char *end = text.p + text.n;
            tally_check(&t,
                        fault.piece.p >= text.p && fault.piece.p + fault.piece.n <= end && fault.piece.n > 0,
                        "\"%.*s\" points outside", STR_ARG(text));
            tally_check(&t, utf8_valid(fault.piece), "\"%.*s\" is cut in a character", STR_ARG(text));
        }
        arena_rewind(*state, mark);
    }
    tally_end(&t);
}

/* ---- the words at the end ---- */

struct suffix_row {
    const char *option, *text, *want;
};
static const struct suffix_row suffix_rows[] = {
    {"", "سلام", "سلام\nلغو۱۱"},
    {"", "سلام \n", "سلام\nلغو۱۱"},
    {"", "سلام لغو۱۱", "سلام لغو۱۱"},
    {"", "سلام\nلغو 11", "سلام\nلغو 11"},
    {"", "سلام لغو\u200C١١ ", "سلام لغو\u200C١١ "},
    {"", "لغو۱۱ سلام", "لغو۱۱ سلام\nلغو۱۱"},
    {"", "سلام STOP 11", "سلام STOP 11\nلغو۱۱"},
    {"", "سلام Laghv 11", "سلام Laghv 11\nلغو۱۱"},
    {"", "Hello", "Hello\nSTOP 11"},
    {"", "Hello. Stop 11", "Hello. Stop 11"},
    {"", "Salam, Laghv11", "Salam, Laghv11"},
    {"", "Hello 11", "Hello 11\nSTOP 11"},
    {"", "Hello 🙂", "Hello 🙂\nSTOP 11"},
    {"", "", "\nSTOP 11"},
    {"", "ﺳﻼﻡ", "ﺳﻼﻡ\nلغو۱۱"}, /* letters as old programs shape them */
    {"no", "سلام", "سلام"},
    {"\u200C", "Hello", "Hello"}, /* no words at all */
    {"خروج: ۱۱", "Hello", "Hello\nخروج: ۱۱"},
    {"خروج: ۱۱", "سلام خروج:11", "سلام خروج:11"},
    {"خروج: ۱۱", "سلام لغو۱۱", "سلام لغو۱۱\nخروج: ۱۱"},
};

static void the_words_stand_at_the_end_once(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof suffix_rows / sizeof suffix_rows[0]; i++) {
        const struct suffix_row *row = &suffix_rows[i];
        struct channel channel = promo;
        channel.suffix = str_of(row->option);
        struct str text = line_text(&channel, *state, str_of(row->text));
        tally_check(&t, str_is(text, row->want), "\"%s\": \"%.*s\"", row->text, STR_ARG(text));
        tally_check(&t, str_eq(line_text(&channel, *state, text), text), "\"%s\" twice", row->text);
        channel.line = STR("service");
        text = line_text(&channel, *state, str_of(row->text));
        tally_check(&t, str_is(text, row->want), "service: \"%s\"", row->text);
    }
    tally_end(&t);
    struct sms_size size = sms_measure(line_text(&promo, *state, STR("Hello")));
    assert_int_equal(size.encoding, SMS_GSM7);
}

/* Only the end of a text is looked at, from the beginning of a letter. */
static void a_long_text_has_them_once_too(void **state)
{
    static const char *const letters[] = {"x", "س", "。", "🙂"};
    for (size_t i = 0; i < 4; i++)
        for (size_t more = 0; more < 4; more++) {
            struct str body = repeated(*state, letters[i], 300);
            body = str_printf(*state, "سلام %.*s%.*s", STR_ARG(body), (int)more, "xyz");
            struct str text = line_text(&promo, *state, body);
            assert_true(str_eq(text, str_printf(*state, "%.*s\nلغو۱۱", STR_ARG(body))));
            assert_true(str_eq(line_text(&promo, *state, text), text));
        }
}

static void the_character_that_forces_ucs2(void **state)
{
    struct str c;
    size_t place;
    (void)state;
    assert_false(sms_forces_ucs2(STR("Hello {€}"), &c, &place));
    assert_true(sms_forces_ucs2(STR("Caf\u00E9 ‘x’"), &c, &place) && str_is(c, "‘") && place == 5);
    assert_true(sms_forces_ucs2(STR("سلام"), &c, &place) && str_is(c, "س") && place == 0);
    assert_true(sms_forces_ucs2(STR("ab\xFF"), &c, &place) && c.n == 1 && place == 2);
    assert_false(sms_forces_ucs2(STR(""), &c, &place));
}

/* ---- hours ---- */

static int64_t ms(const char *iso)
{
    int64_t seconds;
    if (!clock_from_iso(str_of(iso), &seconds))
        fail_msg("%s", iso);
    return seconds * 1000;
}

struct hours_row {
    const char *zone;
    bool promo;
    struct hours quiet;
    const char *at, *opens; /* NULL: never */
};
#define H(hour, minute) ((hour)*60 + (minute))
static const struct hours_row hours_rows[] = {
    /* Tehran is at +03:30 */
    {"Asia/Tehran", false, {H(22, 0), H(8, 0)}, "2026-11-22T08:00:00Z", "2026-11-22T08:00:00Z"},
    {"Asia/Tehran", false, {H(22, 0), H(8, 0)}, "2026-11-22T18:29:59Z", "2026-11-22T18:29:59Z"},
    {"Asia/Tehran", false, {H(22, 0), H(8, 0)}, "2026-11-22T18:30:00Z", "2026-11-23T04:30:00Z"},
    {"Asia/Tehran", false, {H(22, 0), H(8, 0)}, "2026-11-23T04:29:59Z", "2026-11-23T04:30:00Z"},
    {"Asia/Tehran", false, {H(22, 0), H(8, 0)}, "2026-11-23T04:30:00Z", "2026-11-23T04:30:00Z"},
    {"Asia/Tehran", false, {0, 0}, "2026-11-22T22:00:00Z", "2026-11-22T22:00:00Z"},
    {"Asia/Tehran", false, {H(13, 0), H(15, 30)}, "2026-11-22T09:30:00Z", "2026-11-22T12:00:00Z"},
    {"Asia/Tehran", true, {0, 0}, "2026-11-22T20:00:00Z", "2026-11-23T04:30:00Z"},
    {"Asia/Tehran", true, {H(21, 0), H(7, 0)}, "2026-11-22T17:45:00Z", "2026-11-23T04:30:00Z"},
    {"Asia/Tehran", true, {H(8, 0), H(9, 0)}, "2026-11-22T20:00:00Z", "2026-11-23T05:30:00Z"},
    {"Asia/Tehran", true, {H(6, 0), H(22, 0)}, "2026-11-22T20:00:00Z", NULL},
    {"Asia/Tehran", true, {H(8, 0), H(22, 0)}, "2026-11-22T08:00:00Z", NULL},
    {"Asia/Tehran", true, {H(8, 0), H(21, 59)}, "2026-11-22T08:00:00Z", "2026-11-22T18:29:00Z"},
    /* Berlin's clocks: 02:00 to 03:00 on 29 March 2026, 03:00 to 02:00 on 25 October */
    {"Europe/Berlin", false, {H(22, 0), H(8, 0)}, "2026-03-28T21:00:00Z", "2026-03-29T06:00:00Z"},
    {"Europe/Berlin", false, {H(22, 0), H(8, 0)}, "2026-10-24T20:00:00Z", "2026-10-25T07:00:00Z"},
    {"Europe/Berlin", false, {H(22, 0), H(2, 30)}, "2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", false, {H(22, 0), H(2, 30)}, "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"},
    {"Europe/Berlin", false, {H(22, 0), H(2, 30)}, "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"},
    /* Kathmandu is at +05:45 */
    {"Asia/Kathmandu", false, {H(22, 0), H(8, 0)}, "2026-11-22T16:15:00Z", "2026-11-23T02:15:00Z"},
    {"Asia/Tehran", false, {H(22, 0), H(8, 0)}, "1969-12-31T20:00:00Z", "1970-01-01T04:30:00Z"},
};

static struct zone *zone_of(const char *name)
{
    struct error e;
    struct zone *zone = zone_open(name, &e);
    assert_non_null(zone);
    return zone;
}

static void a_line_opens_when_the_clock_says(void **state)
{
    struct tally t = tally_new();
    (void)state;
    for (size_t i = 0; i < sizeof hours_rows / sizeof hours_rows[0]; i++) {
        const struct hours_row *row = &hours_rows[i];
        struct channel channel = row->promo ? promo : service;
        channel.quiet = row->quiet;
        struct zone *zone = zone_of(row->zone);
        int64_t at = ms(row->at), want = row->opens != NULL ? ms(row->opens) : INT64_MAX;
        int64_t opens = line_opens_ms(&channel, zone, at, false);
        tally_check(&t, opens == want, "%zu: %s opens %lld, not %s", i, row->at, (long long)opens / 1000,
                    row->opens ? row->opens : "never");
        tally_check(&t, line_open_at(&channel, zone, at, false) == (at == want), "%zu: open?", i);
        tally_check(&t, line_open_at(&channel, zone, at, true) == (!row->promo || at == want),
                    "%zu: urgent passes on a service line only", i);
        tally_check(&t, line_opens_ms(&channel, zone, at, true) == (row->promo ? want : at), "%zu: urgent",
                    i);
        zone_close(zone);
    }
    tally_end(&t);
}

/* 1970 began at 03:30 in Tehran. */
static void half_a_second_before_is_before(void **state)
{
    struct channel channel = service;
    struct zone *zone = zone_of("Asia/Tehran");
    (void)state;
    channel.quiet = (struct hours){H(3, 30), H(4, 0)};
    assert_true(line_open_at(&channel, zone, -500, false));
    assert_false(line_open_at(&channel, zone, 0, false));
    assert_int_equal(line_closes_ms(&channel, zone, -500, false), 0);
    assert_int_equal(line_opens_ms(&channel, zone, 500, false), 30 * 60000);
    zone_close(zone);
}

/* Against a walk in steps of a minute, over both changes of the clock. */
static void edges_are_those_of_every_minute(void **state)
{
    static const struct hours quiets[] = {{0, 0},
                                          {H(22, 0), H(8, 0)},
                                          {H(2, 0), H(3, 0)},
                                          {H(2, 30), H(2, 31)},
                                          {H(23, 59), H(0, 1)},
                                          {H(1, 15), H(2, 45)}};
    static const char *const begins[] = {"2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"};
    struct zone *zone = zone_of("Europe/Berlin");
    struct tally t = tally_new();
    (void)state;
    for (size_t q = 0; q < sizeof quiets / sizeof quiets[0]; q++)
        for (size_t b = 0; b < 2; b++) {
            struct channel channel = service;
            channel.quiet = quiets[q];
            int64_t last = ms(begins[b]) + 36 * 3600000, change = INT64_MAX;
            for (int64_t at = last; at >= ms(begins[b]); at -= 60000) {
                bool open = line_open_at(&channel, zone, at, false);
                if (open != line_open_at(&channel, zone, at + 60000, false))
                    change = at + 60000;
                int64_t told = open ? line_closes_ms(&channel, zone, at + 59999, false)
                                    : line_opens_ms(&channel, zone, at + 59999, false);
                if (change != INT64_MAX)
                    tally_check(&t, told == change, "%zu %zu: at %lld change %lld, not %lld", q, b,
                                (long long)at / 1000, (long long)told / 1000, (long long)change / 1000);
            }
        }
    zone_close(zone);
    tally_end(&t);
}

/* ---- the finish ---- */

struct finish_row {
    const char *now;
    int64_t rate, messages;
    bool promo, urgent;
    const char *end; /* NULL: never */
};
static const struct finish_row finish_rows[] = {
    {"2026-11-22T08:00:00Z", 50, 0, false, false, "2026-11-22T08:00:00Z"},
    {"2026-11-22T08:00:00Z", 50, -3, false, false, "2026-11-22T08:00:00Z"},
    {"2026-11-22T08:00:00Z", 50, 3000, false, false, "2026-11-22T08:01:00Z"},
    {"2026-11-22T08:00:00Z", 1, 37800, false, false, "2026-11-22T18:30:00Z"},
    {"2026-11-22T08:00:00Z", 1, 37801, false, false, "2026-11-23T04:30:01Z"},
    {"2026-11-22T08:00:00Z", 1, 37801, false, true, "2026-11-22T18:30:01Z"},
    {"2026-11-22T08:00:00Z", 1, 37801, true, true, "2026-11-23T04:30:01Z"},
    {"2026-11-22T20:00:00Z", 50, 3000, false, false, "2026-11-23T04:31:00Z"},
    /* 50,400 a day of 14 hours at one a second: 19 whole days and 42,400 more */
    {"2026-11-23T04:30:00Z", 1, 1000000, false, false, "2026-12-12T16:16:40Z"},
    {"2026-11-22T08:00:00Z", 1, INT64_MAX, false, false, NULL},
    {"2026-11-22T08:00:00Z", 1000000000, INT64_MAX, false, true, NULL},
    {"2026-11-22T08:00:00Z", 1, 200000000, false, false, NULL},
    /* so many a second that what goes in a day is beyond 64 bits */
    {"2026-11-22T08:00:00Z", 300000000000, 1500000000000, false, false, "2026-11-22T08:00:05Z"},
};

static void a_broadcast_is_through_in_its_hours(void **state)
{
    struct zone *zone = zone_of("Asia/Tehran");
    struct tally t = tally_new();
    (void)state;
    for (size_t i = 0; i < sizeof finish_rows / sizeof finish_rows[0]; i++) {
        const struct finish_row *row = &finish_rows[i];
        struct channel channel = row->promo ? promo : service;
        channel.rate = row->rate;
        int64_t end = finish_ms(zone, &channel, ms(row->now), row->messages, row->urgent);
        tally_check(&t, end == (row->end != NULL ? ms(row->end) : INT64_MAX), "%zu: ends %lld, not %s", i,
                    (long long)end / 1000, row->end ? row->end : "never");
    }
    struct channel never = promo;
    never.quiet = (struct hours){H(8, 0), H(22, 0)};
    tally_check(&t, finish_ms(zone, &never, ms("2026-11-22T08:00:00Z"), 1, false) == INT64_MAX, "never");
    zone_close(zone);
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_and_cards_are_found),
        cmocka_unit_test(a_fault_has_its_place_in_characters),
        cmocka_unit_test(a_channel_may_rule_otherwise),
        cmocka_unit_test(another_line_takes_over_by_the_same_rules),
        cmocka_unit_test(nothing_hides_in_a_long_text),
        cmocka_unit_test(any_text_points_within_itself),
        cmocka_unit_test(the_words_stand_at_the_end_once),
        cmocka_unit_test(a_long_text_has_them_once_too),
        cmocka_unit_test(the_character_that_forces_ucs2),
        cmocka_unit_test(a_line_opens_when_the_clock_says),
        cmocka_unit_test(half_a_second_before_is_before),
        cmocka_unit_test(edges_are_those_of_every_minute),
        cmocka_unit_test(a_broadcast_is_through_in_its_hours),
    };
    return cmocka_run_group_tests(tests, up, down);
}
