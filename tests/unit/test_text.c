/* Text on its way in and out: UTF-8, folding, segments, cutting, CSV and how
 * a line looks on a phone.  Tables come from tests/data, and every property
 * that a table cannot hold is tried on seeded random texts. */
#include "unit.h"

#include <time.h>

#include "gateway/base/bidi.h"
#include "gateway/base/csv.h"
#include "gateway/base/fold.h"
#include "gateway/base/segment.h"

static const char *const awkward[] = {
    "a",       "Z",      " ",      "  ",     "\n",
    "\t",      "€",      "{",      "1",      "۵",
    "٥",       "س",      "ي",      "ك",      "ة",
    "ئ",       "ؤ",      "آ",      "ـ",      "َ",
    "ٔ",        "\u200c", "\u200f", "\u202b", "\ufeff",
    "\ufdfa",  "\ufefb", "\ufdfc", "😀",      "👨\u200d👩",
    "❤\ufe0f", "¼",      "Ⅷ",      "ﬁ",      "é",
    "e\u0301", "\u0301", "ä",      "ñ",      "Ç",
    "ç",       "`",      "،",      "٬",      "٫",
    "؟",       "«",      "\u2212", "\u3000", "\u1100\u1161\u11a8",
    "İ",       "ß",      "Σ",      "\u0345", "A\u030a",
};
enum { AWKWARD = sizeof awkward / sizeof awkward[0] };

static void utf8_decodes_every_code_point(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 12);
    struct tally t = tally_new();
    struct arena_mark mark = arena_mark(arena);
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        struct sbuf out = sbuf_in(arena);
        utf8_add(&out, c);
        struct str rest = sbuf_str(&out);
        uint32_t back = utf8_next(&rest);
        tally_check(&t, back == c && rest.n == 0, "U+%04X came back as U+%04X", c, back);
        arena_rewind(arena, mark);
    }
    arena_free(arena);
    tally_end(&t);
}

static void utf8_refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const faulty[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC3",
        "\xC3(",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x80\x80\x80",
        "\xF0\x9F\x98",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF",
        "\xF8\x88\x80\x80\x80",
    };
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        struct str rest = str_of(faulty[i]);
        size_t n = rest.n;
        assert_false(utf8_valid(rest));
        assert_int_equal(utf8_next(&rest), UTF8_BAD);
        assert_int_equal(rest.n, n - 1);
    }
}

static void utf8_repairs(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 12);
    bool bad = false;
    struct str fine = STR("سلام €");
    assert_ptr_equal(utf8_repair(arena, fine, &bad).p, fine.p);
    assert_false(bad);
    assert_true(str_is(utf8_repair(arena, str_from("a\0b", 3), &bad), "ab"));
    assert_false(bad);
    assert_true(str_is(utf8_repair(arena,
                                   STR("a\xFF"
                                       "b"),
                                   &bad),
                       "a\uFFFDb"));
    assert_true(bad);
    bad = false;
    assert_true(str_is(utf8_repair(arena,
                                   STR("\xE2\x82"
                                       "a\xED\xA0\x80"),
                                   &bad),
                       "\uFFFD\uFFFD"
                       "a\uFFFD\uFFFD\uFFFD"));
    assert_true(bad);
    assert_true(str_is(utf8_cut(STR("aسb"), 2), "a"));
    assert_true(str_is(utf8_cut(STR("aسb"), 3), "aس"));
    assert_true(str_is(utf8_cut(STR("😀"), 3), ""));
    assert_int_equal(utf8_units16(STR("a😀س")), 4);
    assert_true(str_is(utf8_from_latin1(arena, STR("\xE9 \xA3")), "é £"));
    arena_free(arena);
}

static void utf16be_decodes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *text;
        bool bad;
    } rows[] = {
        {"", 0, "", false},
        {"\x06\x33\x00\x61", 4, "سa", false},
        {"\xD8\x3D\xDE\x00", 4, "😀", false},
        {"\x06\x33\x00", 3, "س\uFFFD", true},
        {"\x00", 1, "\uFFFD", true},
        {"\xD8\x3D", 2, "\uFFFD", true},
        {"\xD8\x3D\x00\x61", 4,
         "\uFFFD"
         "a",
         true},
        {"\xDE\x00\x00\x61", 4,
         "\uFFFD"
         "a",
         true},
        {"\xD8\x3D\xD8\x3D\xDE\x00", 6, "\uFFFD😀", true},
        {"\xD8\x3D\xDE", 3, "\uFFFD\uFFFD", true},
    };
    struct arena *arena = arena_new(1 << 12);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool bad = false;
        struct str got = utf8_from_utf16be(arena, str_from(rows[i].bytes, rows[i].n), &bad);
        tally_check(&t, str_is(got, rows[i].text) && bad == rows[i].bad, "row %zu: got \"%.*s\", bad %d", i,
                    STR_ARG(got), bad);
    }
    arena_free(arena);
    tally_end(&t);
}

static void folds_the_table(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 14);
    struct tally t = tally_new();
    struct str rest = read_data(arena, "tests/data/text-normalise.tsv"), cell[3];
    (void)tsv_next(&rest, cell, 3); /* the heading */
    while (tsv_next(&rest, cell, 3)) {
        struct str want = unhex(arena, cell[2]), got = fold(arena, unhex(arena, cell[1]));
        tally_check(&t, str_eq(got, want), "%.*s: got \"%.*s\", want \"%.*s\"", STR_ARG(cell[0]),
                    STR_ARG(got), STR_ARG(want));
    }
    assert_true(t.done >= 20);
    arena_free(arena);
    tally_end(&t);
}

/* Rows of the facts (text.md, 7) that the table of tests/data leaves out. */
static void folds_what_the_facts_name(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"كد ملي", "کد ملی"},
        {"۱2٣", "123"},
        {"ســـلام", "سلام"},
        {"رحمٰن", "رحمن"},
        {"خانۀ", "خانه"},
        {"أحمد إيران آب", "احمد ایران اب"},
        {"رئیس", "رییس"},
        {"\u202a0912\u202c", "0912"},
        {"\ufeffلغو", "لغو"},
        {"ﷲ", "الله"},
        {"لغو\u00a011", "لغو 11"},
        {"لغو۱۱", "لغو11"},
        {"Off", "off"},
        {"۱٫۵", "1.5"},
        {"۱/۵", "1/5"},
        {"ھ", "ه"},
        {"ا\u0653ب", "اب"},
        {"ﻻ", "لا"},
        {"٪", "%"},
        {"؛", ";"},
        {"  a \t\n b  ", "a b"},
        {"a\u202f\u2007\u3000b", "a b"},
        {"a\u200bb\u2060c", "abc"},
        {"ＡＢ", "ab"},
        {"", ""},
        {" \u200c ", ""},
        {"و\u0654", "و"},
    };
    struct arena *arena = arena_new(1 << 12);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str got = fold(arena, str_of(rows[i][0]));
        tally_check(&t, str_is(got, rows[i][1]), "\"%s\": got \"%.*s\", want \"%s\"", rows[i][0],
                    STR_ARG(got), rows[i][1]);
    }
    assert_true(str_is(fold_glued(arena, STR("لغو داوطلب")), "لغوداوطلب"));
    assert_true(str_is(fold_digits(arena, STR("۱٢3 كد")), "123 كد"));
    arena_free(arena);
    tally_end(&t);
}

static void check_origin(struct tally *t, struct str text, const struct folded *f)
{
    bool in_order = true, at_starts = true;
    for (size_t i = 0; i <= f->text.n; i++) {
        in_order = in_order && f->origin[i] <= text.n && (i == 0 || f->origin[i - 1] <= f->origin[i]);
        at_starts =
            at_starts && (f->origin[i] >= text.n || ((unsigned char)text.p[f->origin[i]] & 0xC0) != 0x80);
    }
    tally_check(t, in_order, "origins of \"%.*s\" are out of order or range", STR_ARG(text));
    tally_check(t, at_starts, "an origin of \"%.*s\" is inside a character", STR_ARG(text));
}

/* Whether a Latin mark stands in it: once what parted them is dropped, a letter
 * and its mark may become one letter the second time, and no keyword cares. */
static bool has_latin_mark(struct str text)
{
    while (text.n > 0) {
        uint32_t c = utf8_next(&text);
        if (c == 0x130 || (c >= 0x300 && c < 0x370))
            return true;
    }
    return false;
}

static void check_folded(struct tally *t, struct arena *arena, struct str text, const struct folded *f)
{
    struct str again = fold(arena, f->text);
    bool edges = f->text.n > 0 && (f->text.p[0] == ' ' || f->text.p[f->text.n - 1] == ' ');
    bool doubled = f->text.n > 1 && memmem(f->text.p, f->text.n, "  ", 2) != NULL;
    tally_check(t, utf8_valid(f->text), "\"%.*s\" folds to faulty UTF-8", STR_ARG(text));
    tally_check(t, !edges && !doubled, "\"%.*s\" keeps blanks: \"%.*s\"", STR_ARG(text), STR_ARG(f->text));
    tally_check(t, has_latin_mark(text) || str_eq(again, f->text),
                "\"%.*s\" folds to \"%.*s\", and that to \"%.*s\"", STR_ARG(text), STR_ARG(f->text),
                STR_ARG(again));
}

static void folded_text_leads_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    struct arena_mark mark = arena_mark(arena);
    uint64_t seed = 1404;
    for (int i = 0; i < 4000; i++) {
        struct str text = random_text(arena, &seed, awkward, AWKWARD, random_below(&seed, 60));
        struct folded f = fold_text(arena, text, true);
        check_origin(&t, text, &f);
        check_folded(&t, arena, text, &f);
        arena_rewind(arena, mark);
    }
    struct folded f = fold_text(arena, STR("aآ\u200fb"), true);
    assert_true(str_is(f.text, "aاb"));
    assert_int_equal(f.origin[1], 1);
    assert_int_equal(f.origin[3], 6);
    assert_int_equal(f.origin[4], 7);
    arena_free(arena);
    tally_end(&t);
}

static void folding_is_bounded(void **state)
{
    (void)state;
    static const char *const parts[] = {"\ufdfa", "a\u0301", "\u0301",       "\u0345",
                                        "😀",      " ",       "\u1100\u1161", "\u0f71"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct arena *arena = arena_new(1 << 16);
        struct str text = repeated(arena, parts[i], i == 0 ? 1000 : 20000);
        clock_t from = clock();
        struct folded f = fold_text(arena, text, true);
        assert_true(f.text.n <= FOLD_OUT_MOST);
        assert_true(utf8_valid(f.text));
        assert_true(clock() - from < CLOCKS_PER_SEC / 10);
        arena_free(arena);
    }
}

static void segments_of_the_table(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    struct str rest = read_data(arena, "tests/data/text-segments.tsv"), cell[6];
    (void)tsv_next(&rest, cell, 6); /* the heading */
    while (tsv_next(&rest, cell, 6)) {
        struct sms_size got = sms_measure(unhex(arena, cell[1]));
        const char *want = str_is(cell[2], "GSM7") ? "GSM-7" : "UCS-2";
        uint64_t units = 0, segments = 0;
        assert_true(str_to_u64(cell[3], &units) && str_to_u64(cell[4], &segments));
        tally_check(&t,
                    strcmp(sms_encoding_name(got.encoding), want) == 0 && got.units == units &&
                        got.segments == segments,
                    "%.*s: got %s %u %u", STR_ARG(cell[0]), sms_encoding_name(got.encoding), got.units,
                    got.segments);
    }
    assert_true(t.done >= 20);
    arena_free(arena);
    tally_end(&t);
}

/* 3GPP TS 23.038 once more, as a string and with no cleverness. */
static unsigned naive_septets(uint32_t c)
{
    struct str basic = STR("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
    struct str extension = STR("\f^{}\\[~]|€");
    while (basic.n > 0)
        if (utf8_next(&basic) == c)
            return 1;
    while (extension.n > 0)
        if (utf8_next(&extension) == c)
            return 2;
    return 0;
}

static struct sms_size naive_size(struct str text)
{
    struct sms_size size = {SMS_GSM7, 0, 1, {NULL, 0}};
    for (struct str rest = text; rest.n > 0;)
        if (naive_septets(utf8_next(&rest)) == 0)
            size.encoding = SMS_UCS2;
    unsigned part = size.encoding == SMS_GSM7 ? 153 : 67, used = 0, parts = 1;
    for (struct str rest = text; rest.n > 0;) {
        uint32_t c = utf8_next(&rest);
        unsigned units = size.encoding == SMS_GSM7 ? naive_septets(c) : c > 0xFFFF ? 2 : 1;
        size.units += units;
        parts += used + units > part ? 1 : 0;
        used = used + units > part ? units : used + units;
    }
    size.segments = size.units > (size.encoding == SMS_GSM7 ? 160u : 70u) ? parts : 1;
    return size;
}

static void segments_equal_a_plain_count(void **state)
{
    (void)state;
    static const char *const gsm[] = {"a", "B", " ", "\n", "€", "{", "]", "é", "Ω", "@", "1", "Ç", "\f", "à"};
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    struct arena_mark mark = arena_mark(arena);
    uint64_t seed = 23038;
    for (uint32_t c = 0; c < 0x11000; c++)
        tally_check(&t, gsm7_septets(c) == naive_septets(c), "U+%04X: %u septets", c, gsm7_septets(c));
    for (int i = 0; i < 6000; i++) {
        bool latin = i % 2 == 0;
        struct str text = random_text(arena, &seed, latin ? gsm : awkward, latin ? 14 : AWKWARD,
                                      random_below(&seed, latin ? 480 : 220));
        struct sms_size got = sms_measure(text), want = naive_size(text);
        assert_int_equal(sms_encoding(text), want.encoding);
        tally_check(&t,
                    got.encoding == want.encoding && got.units == want.units && got.segments == want.segments,
                    "\"%.*s\": got %d %u %u, want %d %u %u", STR_ARG(text), got.encoding, got.units,
                    got.segments, want.encoding, want.units, want.segments);
        size_t cut = utf8_cut(text, text.n / 2).n;
        struct sms_share share =
            sms_joined(sms_share(str_from(text.p, cut)), sms_share(str_after(text, cut)));
        tally_check(&t,
                    share.beyond == (want.encoding == SMS_UCS2) &&
                        (share.beyond ? share.units : share.septets) == want.units,
                    "\"%.*s\" in two: %u septets, %u units", STR_ARG(text), share.septets, share.units);
        arena_rewind(arena, mark);
    }
    assert_true(str_is(sms_measure(STR("ab`cس")).culprit, "`"));
    assert_int_equal(sms_measure(STR("ab")).culprit.n, 0);
    arena_free(arena);
    tally_end(&t);
}

static unsigned units_in(struct str text, enum sms_encoding encoding)
{
    unsigned units = 0;
    while (text.n > 0) {
        uint32_t c = utf8_next(&text);
        units += encoding == SMS_GSM7 ? naive_septets(c) : c > 0xFFFF ? 2 : 1;
    }
    return units;
}

static void check_cut(struct tally *t, struct str text, struct str cut, unsigned width)
{
    enum sms_encoding encoding = naive_size(text).encoding;
    const char *dots = encoding == SMS_GSM7 ? "..." : "…";
    struct str kept = cut;
    unsigned room = width;
    if (units_in(text, encoding) <= width) {
        tally_check(t, str_eq(cut, text), "\"%.*s\" fits %u and was cut", STR_ARG(text), width);
        return;
    }
    tally_check(t, units_in(cut, encoding) <= width, "\"%.*s\" cut to %u is \"%.*s\"", STR_ARG(text), width,
                STR_ARG(cut));
    tally_check(t, utf8_valid(cut), "cutting \"%.*s\" to %u cut a character", STR_ARG(text), width);
    if (cut.n >= 3 && memcmp(cut.p + cut.n - 3, dots, 3) == 0) {
        kept.n -= 3;
        room -= encoding == SMS_GSM7 ? 3 : 1;
        tally_check(t, room * 2 >= width, "\"%.*s\" cut to %u spends it on dots", STR_ARG(text), width);
    }
    tally_check(t, kept.n == 0 || memmem(text.p, text.n, kept.p, kept.n) != NULL,
                "\"%.*s\" is no part of \"%.*s\"", STR_ARG(kept), STR_ARG(text));
    if (text.n > 0 && memchr(text.p, ' ', text.n) == NULL && memchr(text.p, '\n', text.n) == NULL)
        tally_check(t, units_in(kept, encoding) + 2 > room, "\"%.*s\" cut to %u gives too little: \"%.*s\"",
                    STR_ARG(text), width, STR_ARG(cut));
}

static void cuts_keep_to_the_width(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "€", "س", "😀", " ", "ی", "{", "\u200c"};
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    uint64_t seed = 16;
    for (int i = 0; i < 6000; i++) {
        size_t kinds = i % 3 == 0 ? 2 : i % 3 == 1 ? 4 : 8;
        struct str text = random_text(arena, &seed, letters, kinds, random_below(&seed, 40));
        unsigned width = (unsigned)random_below(&seed, 30);
        check_cut(&t, text, sms_cut(arena, text, width), width);
    }
    assert_true(str_is(sms_cut(arena, STR("hello world"), 8), "hello..."));
    assert_true(str_is(sms_cut(arena, STR("سلام دنیا"), 6), "سلام…"));
    arena_free(arena);
    tally_end(&t);
}

static void csv_comes_back(void **state)
{
    (void)state;
    static const char *const parts[] = {"a", ",",  "\"", "\n", "\r\n", "=", "+", "-",
                                        "@", "\t", "\r", "س",  "😀",    " ", "'"};
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    uint64_t seed = 4180;
    for (int i = 0; i < 3000; i++) {
        struct str cells[4], back[CSV_COLUMNS_MOST];
        struct sbuf out = sbuf_in(arena);
        for (int j = 0; j < 4; j++) {
            cells[j] = random_text(arena, &seed, parts, 15, random_below(&seed, 6));
            csv_cell(&out, j == 0, cells[j]);
        }
        sbuf_add(&out, STR("\r\nnext,row\n"));
        struct csv csv;
        struct error e;
        size_t n = 0;
        csv_open(&csv, sbuf_str(&out));
        bool row = csv_next(&csv, arena, back, &n, &e) == CSV_ROW && n == 4;
        for (int j = 0; row && j < 4; j++) {
            bool formula = cells[j].n > 0 && strchr("=+-@\t\r", cells[j].p[0]) != NULL;
            struct str want = formula ? str_printf(arena, "'%.*s", STR_ARG(cells[j])) : cells[j];
            row = str_eq(back[j], want);
        }
        tally_check(&t, row, "\"%.*s\" does not come back", STR_ARG(sbuf_str(&out)));
        bool more = csv_next(&csv, arena, back, &n, &e) == CSV_ROW && n == 2 && str_is(back[1], "row");
        tally_check(&t, more, "nothing comes behind \"%.*s\"", STR_ARG(sbuf_str(&out)));
    }
    arena_free(arena);
    tally_end(&t);
}

static void csv_names_the_line_of_a_fault(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 12);
    struct str cells[CSV_COLUMNS_MOST];
    struct error e;
    struct csv csv;
    size_t n = 0;
    csv_open(&csv, STR("\xEF\xBB\xBF"
                       "code,title\r\n\r\n1,\"two\nlines\"\n2,\"x\"y\n3,\n4,\"open"));
    assert_int_equal(csv_next(&csv, arena, cells, &n, &e), CSV_ROW);
    assert_true(n == 2 && str_is(cells[0], "code") && csv.line == 1);
    assert_int_equal(csv_next(&csv, arena, cells, &n, &e), CSV_ROW);
    assert_true(n == 2 && str_is(cells[1], "two\nlines") && csv.line == 3);
    assert_int_equal(csv_next(&csv, arena, cells, &n, &e), CSV_FAULT);
    assert_int_equal(csv.line, 5);
    assert_int_equal(csv_next(&csv, arena, cells, &n, &e), CSV_ROW);
    assert_true(n == 2 && str_is(cells[0], "3") && cells[1].n == 0 && csv.line == 6);
    assert_int_equal(csv_next(&csv, arena, cells, &n, &e), CSV_FAULT);
    assert_int_equal(csv.line, 7);
    assert_int_equal(csv_next(&csv, arena, cells, &n, &e), CSV_END);
    arena_free(arena);
}

/* As in the draft of messages, rules 2 and 3. */
static void lines_look_as_on_a_phone(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 12);
    struct str plain = bidi_visual(arena, STR("Yes: 1\nNo: 2"), false);
    assert_true(str_is(plain, "Yes: 1\nNo: 2"));
    struct str coded = bidi_visual(arena, STR("شماره 48291761"), true);
    assert_true(coded.n > 8 && memcmp(coded.p, "48291761", 8) == 0);
    struct str dial = bidi_visual(arena, STR("*0000*1007#"), true);
    assert_null(memmem(dial.p, dial.n, "*0000*1007#", 11));
    dial = bidi_visual(arena, STR("\u200e*0000*1007#"), true);
    assert_non_null(memmem(dial.p, dial.n, "*0000*1007#", 11));
    /* FriBidi shapes letters; folding takes the shapes away again. */
    struct str swapped = fold(arena, bidi_visual(arena, STR("1 بله، 2 خیر"), false));
    assert_true(swapped.n > 2 && swapped.p[0] == '1');
    const char *two = memchr(swapped.p, '2', swapped.n);
    assert_non_null(two);
    assert_non_null(memmem(swapped.p, (size_t)(two - swapped.p), "ریخ", 6)); /* no stands by the 1 */
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_decodes_every_code_point),
        cmocka_unit_test(utf8_refuses_what_is_none),
        cmocka_unit_test(utf8_repairs),
        cmocka_unit_test(utf16be_decodes),
        cmocka_unit_test(folds_the_table),
        cmocka_unit_test(folds_what_the_facts_name),
        cmocka_unit_test(folded_text_leads_back),
        cmocka_unit_test(folding_is_bounded),
        cmocka_unit_test(segments_of_the_table),
        cmocka_unit_test(segments_equal_a_plain_count),
        cmocka_unit_test(cuts_keep_to_the_width),
        cmocka_unit_test(csv_comes_back),
        cmocka_unit_test(csv_names_the_line_of_a_fault),
        cmocka_unit_test(lines_look_as_on_a_phone),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
