/* Links and card numbers in a text.  By hand and not by a pattern: what is
 * looked for stands in folded text without its joiners, and leads back to the
 * characters as they were written. */
#include "gateway/base/arena.h"
#include "gateway/base/fold.h"
#include "gateway/base/utf8.h"
#include "gateway/model/line_rules.h"

enum { OVERLAP = 256, GAP_MOST = 3, CARD_DIGITS = 16, IBAN_DIGITS = 24 };

/* A stretch of the text, folded; ORIGIN leads back to where it was written,
 * and has one behind the last byte. */
struct stretch {
    const char *p;
    size_t n;
    const uint32_t *origin;
};
struct span {
    size_t from, to; /* bytes of a stretch */
};

/* ---- a stretch ---- */

/* Characters without a shape that folding keeps (U+3164 it makes U+1160). */
static bool is_invisible(uint32_t c)
{
    return c == 0x034F || c == 0x115F || c == 0x1160 || (c >= 0x180B && c <= 0x180E) || c == 0x20E3 ||
           (c >= 0x2061 && c <= 0x206F) || (c >= 0xE0000 && c <= 0xE0FFF);
}

/* A blank that was only joiners: `exa<ZWNJ>mple`. */
static bool is_joiner(struct str written)
{
    while (written.n > 0) {
        uint32_t c = utf8_next(&written);
        if ((c < 0x200B || c > 0x200F) && c != 0x00AD && c != 0x2060 && c != 0xFEFF)
            return false;
    }
    return true;
}

/* Fullwidth and half-width full stops have been folded; names are parted by these as well. */
static bool is_stop(uint32_t c)
{
    return c == 0x3002 || c == 0x06D4;
}

static struct stretch stretch_of(struct arena *arena, struct str text, size_t *used)
{
    struct folded folded = fold_text(arena, text, true);
    char *out = arena_array(arena, char, folded.text.n + 1);
    uint32_t *origin = arena_array(arena, uint32_t, folded.text.n + 1);
    struct str rest = folded.text;
    size_t n = 0;
    while (rest.n > 0) {
        size_t at = folded.text.n - rest.n, from = folded.origin[at];
        uint32_t c = utf8_next(&rest);
        size_t bytes = folded.text.n - rest.n - at;
        struct str written = str_from(text.p + from, folded.origin[at + bytes] - from);
        if (is_invisible(c) || (c == ' ' && written.n > 0 && is_joiner(written)))
            continue;
        for (size_t i = 0; i < (is_stop(c) ? 1 : bytes); i++) {
            origin[n] = (uint32_t)from;
            out[n++] = is_stop(c) ? '.' : folded.text.p[at + i];
        }
    }
    *used = folded.origin[folded.text.n];
    origin[n] = (uint32_t)*used;
    return (struct stretch){out, n, origin};
}

static bool digit(const struct stretch *s, size_t i)
{
    return i < s->n && s->p[i] >= '0' && s->p[i] <= '9';
}

static bool latin(const struct stretch *s, size_t i)
{
    return digit(s, i) || (i < s->n && s->p[i] >= 'a' && s->p[i] <= 'z');
}

static char at(const struct stretch *s, size_t i)
{
    return i < s->n ? s->p[i] : ' ';
}

static bool starts(const struct stretch *s, size_t i, const char *what)
{
    return str_starts(str_from(s->p + i, s->n - i), str_of(what));
}

/* ---- links ---- */

/* Ends of names that nobody writes behind a full stop by leaving out a blank… */
static const char bare[] =
    "ir com org net info biz co io app dev xyz ly gl gd cc tv eu uk cn tr ae iq af gov edu "
    "online site website shop store link click";
/* …and those that are words or syllables too: a link only with a path. */
static const char with_path[] =
    "me to be is it in so at am my id do us ru de fr gg sh st ai im la pro top club live "
    "news page space fun tk ml ga cf gq pw ws vip win work world page";

static bool is_one_of(struct str word, const char *list)
{
    struct str rest = str_of(list), one;
    while (str_split(&rest, ' ', &one))
        if (str_eq(one, word))
            return true;
    return false;
}

/* Whether the character that ends before I may stand in a name: letters of any
 * script, which is all from U+00C0 on but the block of punctuation. */
static bool name_before(const struct stretch *s, size_t i)
{
    if (i == 0 || latin(s, i - 1))
        return i > 0;
    size_t lead = i - 1;
    while (lead > 0 && ((unsigned char)s->p[lead] & 0xC0) == 0x80)
        lead--;
    unsigned char c = (unsigned char)s->p[lead];
    return c >= 0xC3 && c != 0xE2;
}

/* A name's last full stop at I: `example.ir`, and with blanks put in, which
 * sentences do not: `example .ir`, `example . ir`. */
static bool domain_at(const struct stretch *s, size_t i)
{
    bool apart = i > 0 && s->p[i - 1] == ' ';
    size_t from = i + 1 + (apart && at(s, i + 1) == ' '), to = from;
    if (apart ? i < 2 || !latin(s, i - 2) : !name_before(s, i))
        return false;
    while (latin(s, to))
        to++;
    struct str end = str_from(s->p + from, to - from);
    if (apart)
        return is_one_of(end, "ir com");
    return is_one_of(end, bare) || (is_one_of(end, with_path) && at(s, to) == '/' && latin(s, to + 1));
}

/* 185.55.225.1; a group with zeros before it is one of thousands: 1.200.000.000. */
static bool address_at(const struct stretch *s, size_t i)
{
    if (!digit(s, i) || (i > 0 && (latin(s, i - 1) || (s->p[i - 1] == '.' && i > 1 && digit(s, i - 2)))))
        return false;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t first = i;
        while (digit(s, i) && i < first + 4)
            value = value * 10 + (unsigned)(s->p[i++] - '0');
        if (i == first || i > first + 3 || value > 255 || (s->p[first] == '0' && i > first + 1))
            return false;
        if (part < 3 && at(s, i++) != '.')
            return false;
    }
    return !(at(s, i) == '.' && digit(s, i + 1));
}

static bool link_at(const struct stretch *s, size_t i)
{
    if (s->p[i] == ':')
        return i > 0 && latin(s, i - 1) && starts(s, i, "://");
    if (s->p[i] == 'w')
        return !(i > 0 && latin(s, i - 1)) && starts(s, i, "www.") && at(s, i + 4) != ' ';
    return s->p[i] == '.' ? domain_at(s, i) : address_at(s, i);
}

static bool find_link(const struct stretch *s, struct span *found)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!link_at(s, i))
            continue;
        *found = (struct span){i, i + 1};
        if (s->p[i] == '.' && s->p[i - 1] == ' ') { /* behind a name, with blanks put in */
            found->from = i - 1;
            found->to += at(s, i + 1) == ' ';
        }
        while (found->from > 0 && s->p[found->from - 1] != ' ')
            found->from--;
        while (found->to < s->n && s->p[found->to] != ' ')
            found->to++;
        return true;
    }
    return false;
}

/* ---- cards and accounts ---- */

/* A first digit of 0 or 1 is no bank's (ISO/IEC 7812). */
static bool is_card(const char digits[CARD_DIGITS])
{
    unsigned sum = 0;
    for (int i = 0; i < CARD_DIGITS; i++) {
        unsigned value = (unsigned)(digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return digits[0] > '1' && sum % 10 == 0;
}

/* The digits behind IR: the two that check go to the end, behind I and R. */
static bool is_iban(const char digits[IBAN_DIGITS])
{
    unsigned rest = 0;
    for (int i = 2; i < IBAN_DIGITS; i++)
        rest = (rest * 10 + (unsigned)(digits[i] - '0')) % 97;
    rest = (rest * 10000 + 1827) % 97;
    return (rest * 100 + (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0')) % 97 == 1;
}

/* Behind what may part two groups: blanks, dashes, full stops. */
static size_t behind_gap(const struct stretch *s, size_t i)
{
    size_t to = i;
    while (to < s->n && to < i + GAP_MOST && memchr(" -_.", s->p[to], 4) != NULL)
        to++;
    return to;
}

static bool number_from(const struct stretch *s, size_t first, struct span *found)
{
    char digits[IBAN_DIGITS];
    size_t i = first, n = 0;
    while (digit(s, i)) {
        while (digit(s, i) && n < IBAN_DIGITS)
            digits[n++] = s->p[i++];
        if (digit(s, i))
            return false;
        size_t sign = first >= 2 && starts(s, first - 2, "ir") ? 2 : 0;
        *found = (struct span){first - sign, i};
        if ((n == CARD_DIGITS && is_card(digits)) || (n == IBAN_DIGITS && is_iban(digits)))
            return true;
        i = behind_gap(s, i);
    }
    return false;
}

static bool find_number(const struct stretch *s, struct span *found)
{
    for (size_t i = 0; i < s->n; i++)
        if (digit(s, i) && !(i > 0 && digit(s, i - 1)) && number_from(s, i, found))
            return true;
    return false;
}

/* ---- the whole text ---- */

static uint32_t characters(struct str s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* The characters of TEXT from which FOUND came; BEGIN is where its stretch does. */
static void point_at(struct line_fault *fault, struct str text, size_t begin, const struct stretch *s,
                     struct span found)
{
    size_t to = found.to;
    while (to < s->n && s->origin[to] == s->origin[to - 1])
        to++; /* one character that folds to several */
    size_t from = begin + s->origin[found.from];
    fault->piece = str_trim(str_from(text.p + from, begin + s->origin[to] - from));
    fault->at = characters(str_from(text.p, (size_t)(fault->piece.p - text.p)));
    fault->length = characters(fault->piece);
}

static bool find(const struct stretch *s, struct line_allows allows, struct line_fault *fault,
                 struct span *found)
{
    fault->problem = LINE_LINK;
    if (!allows.links && find_link(s, found))
        return true;
    fault->problem = LINE_CARD;
    return !allows.cards && find_number(s, found);
}

/* Folding takes so much at once; the next stretch begins before the end of
 * this one, so that nothing hides across, and still behind its beginning: at
 * most twelve bytes come of one. */
_Static_assert(FOLD_OUT_MOST / 12 > 2 * OVERLAP, "a stretch is longer than what it shares with the next");
static size_t next_stretch(struct str text, size_t begin, size_t used)
{
    size_t next = begin + used;
    if (next >= text.n)
        return next;
    next -= OVERLAP;
    while (((unsigned char)text.p[next] & 0xC0) == 0x80)
        next++;
    return next;
}

bool line_check(const struct channel *channel, struct str text, struct line_fault *fault)
{
    struct line_allows allows = line_allows(channel);
    struct arena *arena = arena_new(32 << 10);
    struct arena_mark mark = arena_mark(arena);
    struct span found;
    bool fine = true;
    size_t used;
    for (size_t begin = 0; fine && begin < text.n; begin = next_stretch(text, begin, used)) {
        struct stretch stretch = stretch_of(arena, str_after(text, begin), &used);
        fine = !find(&stretch, allows, fault, &found);
        if (!fine)
            point_at(fault, text, begin, &stretch, found);
        arena_rewind(arena, mark);
    }
    arena_free(arena);
    return fine;
}
