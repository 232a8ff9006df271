/* Which words the audience language knows, in plural too, and what a
 * misspelt one was probably meant to be. */
#include "gateway/model/audience_words.h"

#include "gateway/base/arena.h"
#include "gateway/base/utf8.h"

/* Folded (gateway/base/fold.h) and without blanks; a test holds them to it. */
const struct audience_word audience_words[] = {
    {"and", SENSE_AND, 0},
    {"و", SENSE_AND, 0},
    {"va", SENSE_AND, 0},
    {"or", SENSE_OR, 0},
    {"یا", SENSE_OR, 0},
    {"ya", SENSE_OR, 0},
    {"not", SENSE_NOT, 0},
    {"except", SENSE_NOT, 0},
    {"without", SENSE_NOT, 0},
    {"نه", SENSE_NOT, 0},
    {"غیر", SENSE_NOT, 0},
    {"غیراز", SENSE_NOT, 0},
    {"بهغیراز", SENSE_NOT, 0},
    {"بغیراز", SENSE_NOT, 0},
    {"بجز", SENSE_NOT, 0},
    {"بهجز", SENSE_NOT, 0},
    {"جز", SENSE_NOT, 0},
    {"مگر", SENSE_NOT, 0},
    {"بدون", SENSE_NOT, 0},
    {"na", SENSE_NOT, 0},
    {"bejoz", SENSE_NOT, 0},
    {"everyone", SENSE_ATOM, AUDIENCE_EVERYONE},
    {"everybody", SENSE_ATOM, AUDIENCE_EVERYONE},
    {"all", SENSE_ATOM, AUDIENCE_EVERYONE},
    {"همه", SENSE_ATOM, AUDIENCE_EVERYONE},
    {"همگان", SENSE_ATOM, AUDIENCE_EVERYONE},
    {"hame", SENSE_ATOM, AUDIENCE_EVERYONE},
    {"donors", SENSE_ATOM, AUDIENCE_DONOR},
    {"donor", SENSE_ATOM, AUDIENCE_DONOR},
    {"givers", SENSE_ATOM, AUDIENCE_DONOR},
    {"نذرکنندگان", SENSE_ATOM, AUDIENCE_DONOR},
    {"نذرکننده", SENSE_ATOM, AUDIENCE_DONOR},
    {"نذرکنندهها", SENSE_ATOM, AUDIENCE_DONOR},
    {"اهداکنندگان", SENSE_ATOM, AUDIENCE_DONOR},
    {"اهداکننده", SENSE_ATOM, AUDIENCE_DONOR},
    {"اهداکنندهها", SENSE_ATOM, AUDIENCE_DONOR},
    {"خیرین", SENSE_ATOM, AUDIENCE_DONOR},
    {"خیران", SENSE_ATOM, AUDIENCE_DONOR},
    {"volunteers", SENSE_ATOM, AUDIENCE_VOLUNTEER},
    {"volunteer", SENSE_ATOM, AUDIENCE_VOLUNTEER},
    {"داوطلبان", SENSE_ATOM, AUDIENCE_VOLUNTEER},
    {"داوطلب", SENSE_ATOM, AUDIENCE_VOLUNTEER},
    {"داوطلبها", SENSE_ATOM, AUDIENCE_VOLUNTEER},
    {"davtalaban", SENSE_ATOM, AUDIENCE_VOLUNTEER},
    {"davtalab", SENSE_ATOM, AUDIENCE_VOLUNTEER},
    {"coordinators", SENSE_ATOM, AUDIENCE_COORDINATOR},
    {"coordinator", SENSE_ATOM, AUDIENCE_COORDINATOR},
    {"هماهنگکنندگان", SENSE_ATOM, AUDIENCE_COORDINATOR},
    {"هماهنگکننده", SENSE_ATOM, AUDIENCE_COORDINATOR},
    {"هماهنگکنندهها", SENSE_ATOM, AUDIENCE_COORDINATOR},
    {"verified", SENSE_ATOM, AUDIENCE_VERIFIED},
    {"تاییدشده", SENSE_ATOM, AUDIENCE_VERIFIED},
    {"تاییدشدهها", SENSE_ATOM, AUDIENCE_VERIFIED},
    {"تاییدشدگان", SENSE_ATOM, AUDIENCE_VERIFIED},
    {"province", SENSE_PROVINCE, 0},
    {"استان", SENSE_PROVINCE, 0},
    {"ostan", SENSE_PROVINCE, 0},
    {"ostane", SENSE_PROVINCE, 0},
    {"campaign", SENSE_CAMPAIGN, 0},
    {"پویش", SENSE_CAMPAIGN, 0},
    {"کمپین", SENSE_CAMPAIGN, 0},
    {"pooyesh", SENSE_CAMPAIGN, 0},
    {"need", SENSE_NEED, 0},
    {"نیاز", SENSE_NEED, 0},
    {"niaz", SENSE_NEED, 0},
    {"unpaid", SENSE_UNPAID, 0},
    {"notpaid", SENSE_UNPAID, 0},
    {"پرداختنشده", SENSE_UNPAID, 0},
    {"پرداختنکرده", SENSE_UNPAID, 0},
    {"since", SENSE_SINCE, 0},
    {"from", SENSE_SINCE, 0},
    {"for", SENSE_SINCE, 0},
    {"از", SENSE_SINCE, 0},
    {"ago", SENSE_AGO, 0},
    {"پیش", SENSE_AGO, 0},
    {"قبل", SENSE_AGO, 0},
    {"h", SENSE_HOURS, 1},
    {"hour", SENSE_HOURS, 1},
    {"hours", SENSE_HOURS, 1},
    {"ساعت", SENSE_HOURS, 1},
    {"d", SENSE_HOURS, 24},
    {"day", SENSE_HOURS, 24},
    {"days", SENSE_HOURS, 24},
    {"روز", SENSE_HOURS, 24},
    {"rooz", SENSE_HOURS, 24},
    {"w", SENSE_HOURS, 168},
    {"week", SENSE_HOURS, 168},
    {"weeks", SENSE_HOURS, 168},
    {"هفته", SENSE_HOURS, 168},
    {"month", SENSE_HOURS, 720},
    {"months", SENSE_HOURS, 720},
    {"ماه", SENSE_HOURS, 720},
    {"in", SENSE_NOISE, 0},
    {"of", SENSE_NOISE, 0},
    {"the", SENSE_NOISE, 0},
    {"who", SENSE_NOISE, 0},
    {"are", SENSE_NOISE, 0},
    {"در", SENSE_NOISE, 0},
    {"ی", SENSE_NOISE, 0},
    {"های", SENSE_NOISE, 0},
    {"که", SENSE_NOISE, 0},
    {"code", SENSE_NOISE, 0},
    {"کد", SENSE_NOISE, 0},
};
const size_t audience_word_count = sizeof audience_words / sizeof audience_words[0];

static const char *const shown[AUDIENCE_KINDS][LANGUAGES] = {
    [AUDIENCE_AND] = {"و", "and"},
    [AUDIENCE_OR] = {"یا", "or"},
    [AUDIENCE_NOT] = {"نه", "not"},
    [AUDIENCE_EVERYONE] = {"همه", "everyone"},
    [AUDIENCE_PROVINCE] = {"استان", "province"},
    [AUDIENCE_DONOR] = {"نذرکنندگان", "donors"},
    [AUDIENCE_VOLUNTEER] = {"داوطلبان", "volunteers"},
    [AUDIENCE_COORDINATOR] = {"هماهنگ‌کنندگان", "coordinators"},
    [AUDIENCE_SPECIALTY] = {"", ""},
    [AUDIENCE_AVAILABILITY] = {"", ""},
    [AUDIENCE_VERIFIED] = {"تأییدشده", "verified"},
    [AUDIENCE_CAMPAIGN] = {"پویش", "campaign"},
    [AUDIENCE_NEED] = {"نیاز", "need"},
    [AUDIENCE_UNPAID] = {"پرداخت‌نشده از", "unpaid since"},
};

const char *audience_shown(enum audience_kind kind, enum language language)
{
    return shown[kind][language];
}

/* ---- meanings ---- */

enum { GLUED_MOST = 160, LETTERS_MOST = 24 };

static const struct audience_word *own_word(struct str glued)
{
    for (size_t i = 0; i < audience_word_count; i++)
        if (str_is(glued, audience_words[i].glued))
            return &audience_words[i];
    return NULL;
}

static struct audience_meaning named(const struct lexicon *lexicon, struct str glued, bool provinces_too)
{
    static const struct {
        enum lex_kind in;
        enum audience_kind kind;
    } places[] = {{LEX_PROVINCE, AUDIENCE_PROVINCE},
                  {LEX_PART, AUDIENCE_PROVINCE},
                  {LEX_SPECIALTY, AUDIENCE_SPECIALTY},
                  {LEX_AVAILABILITY, AUDIENCE_AVAILABILITY}};
    for (size_t i = provinces_too ? 0 : 2; i < 4; i++) {
        const struct lex_entry *entry = lexicon_find(lexicon, places[i].in, glued);
        if (entry != NULL)
            return (struct audience_meaning){entry->value < 0 ? SENSE_PART : SENSE_NAMED, entry->value,
                                             places[i].kind};
    }
    return (struct audience_meaning){SENSE_NONE, 0, AUDIENCE_AND};
}

static bool is_mark(char c)
{
    return memchr("-.'&/", c, 5) != NULL;
}

/* The words together, without the marks that the lexicon drops too
 * (Boyer-Ahmad).  Empty when too long, or when a word begins with a mark:
 * `fars / zanjan` and `fars -zanjan` say something that we do not know. */
static struct str glue(char out[GLUED_MOST], const struct str *words, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (words[i].n > GLUED_MOST - n || is_mark(words[i].p[0]))
            return STR("");
        for (size_t k = 0; k < words[i].n; k++)
            if (!is_mark(words[i].p[k]))
                out[n++] = words[i].p[k];
    }
    return str_from(out, n);
}

/* The first LENGTH bytes of GLUED in the singular, the rest as it is. */
static struct audience_meaning singular(const struct lexicon *lexicon, struct str glued, size_t length)
{
    static const char *const endings[][2] = {{"های", ""},  {"ها", ""},    {"یان", ""}, {"یان", "ی"},
                                             {"گان", "ه"}, {"ان", ""},    {"ین", ""},  {"s", ""},
                                             {"ies", "y"}, {"men", "man"}};
    char room[GLUED_MOST];
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct str head = str_from(glued.p, length), end = str_of(endings[i][0]);
        if (head.n < end.n + 4 || !str_eq(str_after(head, head.n - end.n), end))
            continue;
        const struct str parts[3] = {str_from(head.p, head.n - end.n), str_of(endings[i][1]),
                                     str_after(glued, length)};
        size_t n = 0;
        for (int k = 0; k < 3; k++) {
            memcpy(room + n, parts[k].p,
                   parts[k].n); /* an ending is as long as what it stands for, or longer */
            n += parts[k].n;
        }
        struct audience_meaning found = named(lexicon, str_from(room, n), false);
        if (found.kind == AUDIENCE_SPECIALTY)
            return found;
    }
    return (struct audience_meaning){SENSE_NONE, 0, AUDIENCE_AND};
}

struct audience_meaning audience_meaning(const struct lexicon *lexicon, const struct str *words, size_t count)
{
    char room[GLUED_MOST], first[GLUED_MOST];
    struct str glued = glue(room, words, count);
    const struct audience_word *own = own_word(glued);
    if (own != NULL)
        return (struct audience_meaning){
            own->sense, own->value, own->sense == SENSE_ATOM ? (enum audience_kind)own->value : AUDIENCE_AND};
    struct audience_meaning found = named(lexicon, glued, true);
    if (found.sense == SENSE_NONE) /* پزشکان متخصص */
        found = singular(lexicon, glued, glued.n > 0 ? glue(first, words, 1).n : 0);
    if (found.sense == SENSE_NONE && count > 1) /* دندان‌پزشکان */
        found = singular(lexicon, glued, glued.n);
    return found;
}

/* ---- what was meant ---- */

static size_t letters_of(struct str word, uint32_t letters[LETTERS_MOST])
{
    size_t n = 0;
    while (word.n > 0 && n < LETTERS_MOST)
        letters[n++] = utf8_next(&word);
    return word.n > 0 ? 0 : n;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters to add, drop or change; neighbours swapped count one. */
static unsigned distance(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    unsigned rows[3][LETTERS_MOST + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = before[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        unsigned *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[m];
}

struct search {
    uint32_t typed[LETTERS_MOST];
    size_t n;
    unsigned best;
};

/* Whether KNOWN is nearer than all before. */
static bool nearer(struct search *s, struct str known)
{
    uint32_t letters[LETTERS_MOST];
    size_t m = letters_of(known, letters);
    if (m < 3 || m > s->n + 2 || s->n > m + 2)
        return false;
    unsigned far = distance(s->typed, s->n, letters, m);
    if (far >= s->best)
        return false;
    s->best = far;
    return true;
}

static void nearest_of_lexicon(const struct lexicon *lexicon, struct search *s, struct str hint[LANGUAGES])
{
    for (const struct lex_entry *e = lexicon->all; e != NULL; e = e->all) {
        bool name = e->kind == LEX_PROVINCE || e->kind == LEX_SPECIALTY || e->kind == LEX_AVAILABILITY;
        bool part = e->kind == LEX_PART && e->value >= 0;
        if ((!name && !part) || !nearer(s, e->glued))
            continue;
        const struct lex_name *found = &lexicon->names[part ? LEX_PROVINCE : e->kind].v[e->value];
        hint[LANGUAGE_FA] = found->fa;
        hint[LANGUAGE_EN] = found->en;
    }
}

static enum audience_kind kind_of(const struct audience_word *word)
{
    static const enum audience_kind kinds[] = {
        [SENSE_AND] = AUDIENCE_AND,           [SENSE_OR] = AUDIENCE_OR,
        [SENSE_NOT] = AUDIENCE_NOT,           [SENSE_PROVINCE] = AUDIENCE_PROVINCE,
        [SENSE_CAMPAIGN] = AUDIENCE_CAMPAIGN, [SENSE_NEED] = AUDIENCE_NEED,
        [SENSE_UNPAID] = AUDIENCE_UNPAID};
    return word->sense == SENSE_ATOM ? (enum audience_kind)word->value : kinds[word->sense];
}

void audience_nearest(const struct lexicon *lexicon, struct str word, struct str hint[LANGUAGES])
{
    struct search s = {.best = 3};
    s.n = letters_of(word, s.typed);
    if (s.n < 3)
        return;
    if (s.n < 5)
        s.best = 2;
    nearest_of_lexicon(lexicon, &s, hint);
    for (size_t i = 0; i < audience_word_count; i++) {
        const struct audience_word *known = &audience_words[i];
        if ((known->sense > SENSE_UNPAID && known->sense != SENSE_ATOM) || known->sense == SENSE_NOISE ||
            !nearer(&s, str_of(known->glued)))
            continue;
        for (int language = 0; language < LANGUAGES; language++)
            hint[language] = str_of(audience_shown(kind_of(known), (enum language)language));
    }
}

void audience_choices(const struct lexicon *lexicon, struct arena *arena, struct str part,
                      struct str hint[LANGUAGES])
{
    struct sbuf out[LANGUAGES] = {sbuf_in(arena), sbuf_in(arena)};
    size_t n = lexicon->names[LEX_PROVINCE].n;
    bool *taken = arena_array(arena, bool, n);
    for (const struct lex_entry *e = lexicon->all; e != NULL; e = e->all) {
        bool begins = str_starts(e->glued, part) ||
                      (e->glued.n > part.n && str_eq(str_after(e->glued, e->glued.n - part.n), part));
        if (e->kind == LEX_PROVINCE && begins)
            taken[e->value] = true;
    }
    for (size_t i = 0; i < n; i++) {
        const struct lex_name *name = &lexicon->names[LEX_PROVINCE].v[i];
        if (!taken[i])
            continue;
        sbuf_printf(&out[LANGUAGE_FA], "%s%.*s", out[LANGUAGE_FA].n > 0 ? "، " : "", STR_ARG(name->fa));
        sbuf_printf(&out[LANGUAGE_EN], "%s%.*s", out[LANGUAGE_EN].n > 0 ? ", " : "", STR_ARG(name->en));
    }
    hint[LANGUAGE_FA] = sbuf_str(&out[LANGUAGE_FA]);
    hint[LANGUAGE_EN] = sbuf_str(&out[LANGUAGE_EN]);
}
