/* Persian folding over ICU's NFKC: NFKC opens presentation forms but leaves
 * ي ك ٥ ۵ as they are, so a small table of ours stands on top. */
#include "gateway/base/fold.h"

#include "gateway/base/arena.h"
#include "gateway/base/icu.h"
#include "gateway/base/utf8.h"

enum { DROP = 0, BLANK = ' ' };

static bool is_dropped(uint32_t c)
{
    return c == 0x0640 || c == 0x00AD || (c >= 0x064B && c <= 0x065F) || c == 0x0670 || c == 0x200B ||
           (c >= 0x200D && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c == 0x2060 ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x061C || c == 0xFEFF || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0x0610 && c <= 0x061A) ||
           (c >= 0x06D6 && c <= 0x06ED && c != 0x06DD && c != 0x06DE && c != 0x06E5 && c != 0x06E6 &&
            c != 0x06E9);
}

/* Letters and signs that become others (providers' text facts, §7). */
static const uint16_t folds[][2] = {
    {0x060C, ','},    {0x061B, ';'},    {0x061F, '?'},    {0x0622, 0x0627}, {0x0623, 0x0627},
    {0x0624, 0x0648}, {0x0625, 0x0627}, {0x0626, 0x06CC}, {0x0629, 0x0647}, {0x0643, 0x06A9},
    {0x0649, 0x06CC}, {0x064A, 0x06CC}, {0x066A, '%'},    {0x066B, '.'},    {0x066C, ','},
    {0x0671, 0x0627}, {0x06AA, 0x06A9}, {0x06BE, 0x0647}, {0x06C0, 0x0647}, {0x06C1, 0x0647},
    {0x06C2, 0x0647}, {0x06C3, 0x0647}, {0x06CE, 0x06CC}, {0x06D2, 0x06CC}, {0x06D5, 0x0647},
    {0x200C, BLANK},  {0x2010, '-'},    {0x2011, '-'},    {0x2013, '-'},    {0x2014, '-'},
    {0x2015, '-'},    {0x2212, '-'},
};

static uint32_t fold_listed(uint32_t c)
{
    size_t low = 0, high = sizeof folds / sizeof folds[0];
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (folds[mid][0] == c)
            return folds[mid][1];
        if (folds[mid][0] < c)
            low = mid + 1;
        else
            high = mid;
    }
    return c;
}

/* What one code point of the NFKC form becomes. */
static uint32_t fold_code(uint32_t c)
{
    if (c < 0x80)
        return c <= ' ' || c == 0x7F ? BLANK : c;
    if (c >= 0x06F0 && c <= 0x06F9)
        return '0' + (c - 0x06F0);
    if (c >= 0x0660 && c <= 0x0669)
        return '0' + (c - 0x0660);
    if (is_dropped(c))
        return DROP;
    uint32_t to = fold_listed(c);
    return to == c && icu_is_space(c) ? BLANK : to;
}

struct folder {
    struct sbuf out;
    uint32_t *origin;
    bool blank_due; /* a blank was seen and something stands before it */
    uint32_t blank_at;
};

static void put(struct folder *f, uint32_t c, uint32_t at)
{
    size_t from = f->out.n;
    utf8_add(&f->out, c);
    if (f->origin != NULL)
        for (size_t i = from; i < f->out.n; i++)
            f->origin[i] = at;
}

static void fold_one(struct folder *f, uint32_t c, uint32_t at)
{
    uint32_t to = fold_code(c);
    if (to == DROP)
        return;
    if (to == BLANK) {
        if (f->out.n > 0 && !f->blank_due) {
            f->blank_due = true;
            f->blank_at = at;
        }
        return;
    }
    if (f->blank_due) {
        put(f, ' ', f->blank_at);
        f->blank_due = false;
    }
    put(f, to, at);
}

/* Letters, digits and blanks that NFKC leaves alone when no combining mark
 * follows; they make up nearly every text. */
static bool is_plain(uint32_t c)
{
    return c < 0x80 || (c >= 0x0620 && c <= 0x064A) || (c >= 0x0660 && c <= 0x066F) ||
           (c >= 0x0679 && c <= 0x06D3) || (c >= 0x06F0 && c <= 0x06FC) || c == 0x200C || c == 0x060C ||
           c == 0x061F;
}

/* Takes the shortest run off *REST that NFKC can treat apart. */
static struct str take_run(struct str *rest, uint32_t *first)
{
    struct str run = *rest, next;
    *first = utf8_next(rest);
    while (rest->n > 0) {
        next = *rest;
        uint32_t c = utf8_next(&next);
        if (is_plain(c) || icu_boundary_before(c))
            break;
        *rest = next;
    }
    run.n -= rest->n;
    return run;
}

struct folded fold_text(struct arena *arena, struct str s, bool with_origin)
{
    struct str all = utf8_cut(s, FOLD_TEXT_MOST), rest = all;
    struct folder f = {.out = sbuf_in(arena)};
    /* U+FDFA, the worst, makes 33 bytes of 3 */
    size_t room = all.n * 12 + 80 < FOLD_OUT_MOST ? all.n * 12 + 80 : FOLD_OUT_MOST;
    if (with_origin)
        f.origin = arena_array(arena, uint32_t, room + 8);

    while (rest.n > 0 && f.out.n + 80 < FOLD_OUT_MOST) { /* 80: a run's longest form that people write */
        uint32_t at = (uint32_t)(rest.p - all.p), first;
        struct str run = take_run(&rest, &first);
        if (is_plain(first) && utf8_next(&(struct str){run.p, run.n}) == first && run.n <= 2 &&
            (first >= 0x80 || run.n == 1)) {
            fold_one(&f, first >= 'A' && first <= 'Z' ? first + 32 : first, at);
            continue;
        }
        struct sbuf nfkc = sbuf_in(arena);
        icu_nfkc_lower(&nfkc, utf8_cut(run, 64)); /* no letter has more marks than that */
        struct str opened = sbuf_str(&nfkc);
        while (opened.n > 0 && f.out.n + 8 < FOLD_OUT_MOST)
            fold_one(&f, utf8_next(&opened), at);
    }
    if (f.origin != NULL)
        f.origin[f.out.n] = (uint32_t)(all.n - rest.n);
    return (struct folded){sbuf_str(&f.out), f.origin};
}

struct str fold(struct arena *arena, struct str s)
{
    return fold_text(arena, s, false).text;
}

struct str fold_glued(struct arena *arena, struct str folded)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < folded.n; i++)
        if (folded.p[i] != ' ')
            sbuf_byte(&out, folded.p[i]);
    return sbuf_str(&out);
}

/* S, with what is between FIRST and LAST of these ranges folded. */
struct range {
    uint32_t first, last;
};

static struct str fold_ranges(struct arena *arena, struct str s, const struct range *ranges, size_t n)
{
    struct sbuf out = sbuf_in(arena);
    while (s.n > 0) {
        struct str from = s;
        uint32_t c = utf8_next(&s);
        bool within = false;
        for (size_t i = 0; i < n; i++)
            within = within || (c >= ranges[i].first && c <= ranges[i].last);
        if (within)
            utf8_add(&out, fold_code(c));
        else
            sbuf_add(&out, str_from(from.p, from.n - s.n));
    }
    return sbuf_str(&out);
}

struct str fold_digits(struct arena *arena, struct str s)
{
    static const struct range digits[] = {{0x06F0, 0x06F9}, {0x0660, 0x0669}};
    return fold_ranges(arena, s, digits, 2);
}

struct str fold_letters(struct arena *arena, struct str s)
{
    static const struct range letters[] = {{0x0643, 0x0643}, {0x0649, 0x064A}}; /* ك, ى, ي */
    return fold_ranges(arena, s, letters, 2);
}
