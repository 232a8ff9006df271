/* From text to tree: a cutter and a recursive descent (audience.h). */
#include "gateway/model/audience.h"

#include "gateway/base/arena.h"
#include "gateway/base/damm.h"
#include "gateway/base/date.h"
#include "gateway/base/fold.h"
#include "gateway/base/utf8.h"
#include "gateway/model/audience_cut.h"
#include "gateway/model/audience_words.h"

enum { PHRASE_MOST = 8, CAMPAIGN_WORD_MOST = 96, DATE_PIECES = 3 };

struct parser {
    const struct lexicon *lexicon;
    struct arena *arena;
    struct str text;
    const struct piece *pieces;
    size_t n, at;
    int depth;
    struct audience *audience;
    struct audience_fault *fault;
};

/* ---- faults ---- */

static uint32_t characters(struct str s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static struct audience_place place_of(const struct parser *p, uint32_t from, uint32_t to)
{
    return (struct audience_place){characters(str_from(p->text.p, from)),
                                   characters(str_from(p->text.p + from, to - from))};
}

static struct audience_place place_of_pieces(const struct parser *p, size_t first, size_t end)
{
    return place_of(p, p->pieces[first].from, p->pieces[end - 1].to);
}

/* The first fault ends the reading.  It is that of the pieces from FIRST to before END. */
static int fail(struct parser *p, enum audience_problem problem, size_t first, size_t end)
{
    *p->fault = (struct audience_fault){.problem = problem};
    if (first < end) {
        uint32_t from = p->pieces[first].from, to = p->pieces[end - 1].to;
        p->fault->place = place_of(p, from, to);
        p->fault->word = str_from(p->text.p + from, to - from);
    }
    return -1;
}

/* What stands behind the byte FROM was not looked at. */
static void fail_too_long(struct parser *p, uint32_t from)
{
    *p->fault = (struct audience_fault){.problem = AUDIENCE_TOO_LONG};
    p->fault->place = place_of(p, from, (uint32_t)p->text.n);
}

static int fail_unknown(struct parser *p, size_t at)
{
    fail(p, AUDIENCE_UNKNOWN, at, at + 1);
    if (p->pieces[at].kind == PIECE_SIGN) {
        p->fault->hint[LANGUAGE_FA] = str_of(audience_shown(AUDIENCE_OR, LANGUAGE_FA));
        p->fault->hint[LANGUAGE_EN] = str_of(audience_shown(AUDIENCE_OR, LANGUAGE_EN));
    } else {
        audience_nearest(p->lexicon, p->pieces[at].text, p->fault->hint);
    }
    return -1;
}

/* ---- looking ahead ---- */

struct phrase {
    struct audience_meaning meaning; /* NONE at the end, a bracket, a quote, an unknown word */
    size_t count;                    /* pieces */
};

/* The longest phrase at AT. */
static struct phrase phrase_at(const struct parser *p, size_t at)
{
    struct str words[PHRASE_MOST];
    size_t n = 0;
    while (n < PHRASE_MOST && at + n < p->n && p->pieces[at + n].kind == PIECE_WORD) {
        words[n] = p->pieces[at + n].text;
        n++;
    }
    for (; n > 0; n--) {
        struct audience_meaning meaning = audience_meaning(p->lexicon, words, n);
        if (meaning.sense != SENSE_NONE)
            return (struct phrase){meaning, n};
    }
    return (struct phrase){{SENSE_NONE, 0, AUDIENCE_AND}, 0};
}

static bool is_kind(const struct parser *p, enum piece_kind kind)
{
    return p->at < p->n && p->pieces[p->at].kind == kind;
}

/* The next phrase behind words that say nothing. */
static struct phrase peek(struct parser *p)
{
    struct phrase phrase = phrase_at(p, p->at);
    while (phrase.meaning.sense == SENSE_NOISE || phrase.meaning.sense == SENSE_SINCE) {
        p->at += phrase.count;
        phrase = phrase_at(p, p->at);
    }
    return phrase;
}

static bool is_province(struct phrase phrase)
{
    return (phrase.meaning.sense == SENSE_NAMED || phrase.meaning.sense == SENSE_PART) &&
           phrase.meaning.kind == AUDIENCE_PROVINCE;
}

/* ---- nodes ---- */

static int add_node(struct parser *p, enum audience_kind kind, size_t first, size_t end)
{
    struct audience *a = p->audience;
    if (a->n == AUDIENCE_NODES)
        return fail(p, AUDIENCE_TOO_MANY, first, end);
    a->v[a->n] = (struct audience_node){.kind = kind, .first = -1, .next = -1, .name = -1};
    a->v[a->n].place = place_of_pieces(p, first, end);
    return a->n++;
}

/* LEFT and RIGHT (-1: it failed) under one node of KIND; what is of that kind is taken apart. */
static int join(struct parser *p, enum audience_kind kind, int left, int right, size_t first)
{
    struct audience_node *v = p->audience->v;
    if (right < 0)
        return -1;
    int node = left;
    if (v[left].kind != kind) {
        node = add_node(p, kind, first, p->at);
        if (node < 0)
            return -1;
        v[node].first = left;
    }
    int tail = v[node].first;
    while (v[tail].next >= 0)
        tail = v[tail].next;
    v[tail].next = v[right].kind == kind ? v[right].first : right;
    return node;
}

/* ---- atoms ---- */

static int parse_named(struct parser *p, struct phrase phrase, size_t first)
{
    static const enum lex_kind kinds[AUDIENCE_KINDS] = {[AUDIENCE_PROVINCE] = LEX_PROVINCE,
                                                        [AUDIENCE_SPECIALTY] = LEX_SPECIALTY,
                                                        [AUDIENCE_AVAILABILITY] = LEX_AVAILABILITY};
    size_t here = p->at;
    p->at += phrase.count;
    if (phrase.meaning.sense == SENSE_PART) {
        fail(p, AUDIENCE_AMBIGUOUS, here, p->at);
        audience_choices(p->lexicon, p->arena, p->pieces[here].text, p->fault->hint);
        return -1;
    }
    struct phrase behind = phrase_at(p, p->at); /* zanjan province */
    if (is_province(phrase) && behind.meaning.sense == SENSE_PROVINCE)
        p->at += behind.count;
    int node = add_node(p, phrase.meaning.kind, first, p->at);
    if (node >= 0) {
        p->audience->v[node].name = phrase.meaning.value;
        p->audience->v[node].slug =
            p->lexicon->names[kinds[phrase.meaning.kind]].v[phrase.meaning.value].slug;
    }
    return node;
}

static int parse_province(struct parser *p, struct phrase phrase)
{
    size_t first = p->at;
    p->at += phrase.count;
    phrase = phrase_at(p, p->at);
    if (is_province(phrase))
        return parse_named(p, phrase, first);
    if (is_kind(p, PIECE_WORD) && phrase.meaning.sense == SENSE_NONE)
        return fail_unknown(p, p->at);
    return fail(p, AUDIENCE_NO_PROVINCE, first, p->at);
}

/* Folded once more, as what stands together without its blanks may compose;
 * a third time would change nothing, so that the word reads back as itself. */
static struct str glued_word(struct parser *p, struct str text)
{
    return fold_glued(p->arena, fold(p->arena, fold_glued(p->arena, text)));
}

static int parse_campaign(struct parser *p, struct phrase phrase)
{
    size_t first = p->at;
    p->at += phrase.count;
    if (!is_kind(p, PIECE_WORD) && !is_kind(p, PIECE_QUOTED))
        return fail(p, AUDIENCE_NO_CAMPAIGN, first, p->at);
    struct str word = glued_word(p, p->pieces[p->at].text);
    if (word.n == 0 || word.n > CAMPAIGN_WORD_MOST)
        return fail(p, AUDIENCE_CAMPAIGN_ABSENT, p->at, p->at + 1);
    p->at++;
    int node = add_node(p, AUDIENCE_CAMPAIGN, first, p->at);
    if (node >= 0)
        p->audience->v[node].slug = word;
    return node;
}

static int parse_need(struct parser *p, struct phrase phrase)
{
    size_t first = p->at;
    uint64_t code = 0;
    p->at += phrase.count;
    phrase = phrase_at(p, p->at);
    if (phrase.meaning.sense == SENSE_NOISE) /* need code 1007 */
        p->at += phrase.count;
    if (!is_kind(p, PIECE_WORD) || !str_to_u64(p->pieces[p->at].text, &code))
        return fail(p, AUDIENCE_NO_CODE, first, p->at);
    if (!code_valid(p->pieces[p->at].text))
        return fail(p, AUDIENCE_BAD_CODE, p->at, p->at + 1);
    p->at++;
    int node = add_node(p, AUDIENCE_NEED, first, p->at);
    if (node >= 0)
        p->audience->v[node].n = (int64_t)code;
    return node;
}

static bool has_separator(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '-' || s.p[i] == '/' || s.p[i] == '.')
            return true;
    return false;
}

/* How many pieces here are a date (1405/06/01, 1 shahrivar 1405), 0: none;
 * where it is one that does not exist *BAD is set. */
static size_t read_day(struct parser *p, int64_t *day, bool *bad)
{
    struct date date;
    struct date_fault fault;
    *bad = has_separator(p->pieces[p->at].text);
    for (size_t n = DATE_PIECES; n > 0; n--) {
        if (p->at + n > p->n)
            continue;
        uint32_t from = p->pieces[p->at].from, to = p->pieces[p->at + n - 1].to;
        struct str text = str_from(p->text.p + from, to - from);
        *day = 0;
        if (date_read(p->arena, text, DATE_NO_TODAY, &date, &fault) && date.minutes < 0) {
            *day = date.day;
            *bad = false;
            return n;
        }
        if (fault.what == DATE_NO_DAY && n == DATE_PIECES) {
            *bad = true;
            return n;
        }
    }
    return *bad ? 1 : 0;
}

/* "30d", "30 days", "30 days ago"; moves behind it. */
static bool read_hours(struct parser *p, int64_t *hours)
{
    struct str text = p->pieces[p->at].text, unit;
    uint64_t number = 0;
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    unit = str_after(text, digits);
    p->at++;
    if (unit.n == 0 && is_kind(p, PIECE_WORD))
        unit = p->pieces[p->at++].text;
    struct audience_meaning meaning =
        unit.n > 0 ? audience_meaning(p->lexicon, &unit, 1) : (struct audience_meaning){0};
    if (meaning.sense != SENSE_HOURS || !str_to_u64(str_from(text.p, digits), &number) || number == 0 ||
        number > AUDIENCE_DAYS_MOST * 24 / (uint64_t)meaning.value)
        return false;
    *hours = (int64_t)number * meaning.value;
    struct phrase behind = phrase_at(p, p->at);
    if (behind.meaning.sense == SENSE_AGO)
        p->at += behind.count;
    return true;
}

static int parse_unpaid(struct parser *p, struct phrase phrase)
{
    size_t first = p->at, here;
    int64_t n = 0;
    p->at += phrase.count;
    phrase = phrase_at(p, p->at);
    if (phrase.meaning.sense == SENSE_SINCE)
        p->at += phrase.count;
    here = p->at;
    if (!is_kind(p, PIECE_WORD) || p->pieces[here].text.p[0] < '0' || p->pieces[here].text.p[0] > '9')
        return fail(p, AUDIENCE_NO_DATE, first, p->at);
    bool bad;
    size_t date = read_day(p, &n, &bad);
    p->at += date;
    if (bad)
        return fail(p, AUDIENCE_BAD_DATE, here, p->at);
    if (date == 0 && !read_hours(p, &n))
        return fail(p, AUDIENCE_BAD_DURATION, here, p->at);
    int node = add_node(p, AUDIENCE_UNPAID, first, p->at);
    if (node >= 0) {
        p->audience->v[node].n = n;
        p->audience->v[node].since = date > 0 ? SINCE_DATE : SINCE_HOURS;
    }
    return node;
}

/* ---- the grammar ---- */

static int parse_expression(struct parser *p, size_t opener);

/* The text ended, or goes on with what no factor begins with. */
static int nothing_here(struct parser *p, size_t opener)
{
    if (p->at < p->n && p->pieces[p->at].kind != PIECE_CLOSE) {
        struct phrase phrase = phrase_at(p, p->at);
        if (phrase.meaning.sense == SENSE_AND || phrase.meaning.sense == SENSE_OR)
            return fail(p, AUDIENCE_NOTHING_BEFORE, p->at, p->at + phrase.count);
        return fail_unknown(p, p->at);
    }
    if (opener < p->n)
        return fail(p, AUDIENCE_NOTHING_BEHIND, opener, opener + 1);
    return p->at < p->n ? fail(p, AUDIENCE_UNOPENED, p->at, p->at + 1) : fail(p, AUDIENCE_EMPTY, 0, p->n);
}

static int parse_factor(struct parser *p, size_t opener);

static int parse_bracket(struct parser *p)
{
    size_t opener = p->at++;
    if (p->depth == AUDIENCE_DEPTH)
        return fail(p, AUDIENCE_TOO_DEEP, opener, opener + 1);
    p->depth++;
    int node = parse_expression(p, opener);
    p->depth--;
    if (node < 0)
        return -1;
    if (!is_kind(p, PIECE_CLOSE)) /* then the text ended */
        return fail(p, AUDIENCE_UNCLOSED, opener, opener + 1);
    p->at++;
    return node;
}

static int parse_not(struct parser *p, struct phrase phrase)
{
    size_t first = p->at;
    p->at += phrase.count;
    if (p->depth == AUDIENCE_DEPTH)
        return fail(p, AUDIENCE_TOO_DEEP, first, p->at);
    p->depth++;
    int child = parse_factor(p, first);
    p->depth--;
    int node = child >= 0 ? add_node(p, AUDIENCE_NOT, first, first + phrase.count) : -1;
    if (node >= 0)
        p->audience->v[node].first = child;
    return node;
}

/* OPENER: the piece that a factor must stand behind; the end of all: none. */
static int parse_factor(struct parser *p, size_t opener)
{
    struct phrase phrase = peek(p);
    if (is_kind(p, PIECE_OPEN))
        return parse_bracket(p);
    switch (phrase.meaning.sense) {
    case SENSE_NOT:
        return parse_not(p, phrase);
    case SENSE_PROVINCE:
        return parse_province(p, phrase);
    case SENSE_CAMPAIGN:
        return parse_campaign(p, phrase);
    case SENSE_NEED:
        return parse_need(p, phrase);
    case SENSE_UNPAID:
        return parse_unpaid(p, phrase);
    case SENSE_NAMED:
    case SENSE_PART:
        return parse_named(p, phrase, p->at);
    case SENSE_ATOM:
        p->at += phrase.count;
        return add_node(p, phrase.meaning.kind, p->at - phrase.count, p->at);
    default:
        return nothing_here(p, opener);
    }
}

static int parse_term(struct parser *p, size_t opener)
{
    size_t first = p->at;
    int node = parse_factor(p, opener);
    while (node >= 0) {
        struct phrase phrase = peek(p);
        size_t behind = p->n;
        if (p->at == p->n || is_kind(p, PIECE_CLOSE) || phrase.meaning.sense == SENSE_OR)
            break;
        if (phrase.meaning.sense == SENSE_AND) {
            behind = p->at;
            p->at += phrase.count;
        }
        int factor = parse_factor(p, behind);
        node = join(p, AUDIENCE_AND, node, factor, first);
    }
    return node;
}

static int parse_expression(struct parser *p, size_t opener)
{
    size_t first = p->at;
    int node = parse_term(p, opener);
    while (node >= 0) {
        struct phrase phrase = peek(p);
        if (phrase.meaning.sense != SENSE_OR)
            break;
        size_t behind = p->at;
        p->at += phrase.count;
        int term = parse_term(p, behind);
        node = join(p, AUDIENCE_OR, node, term, first);
    }
    return node;
}

/* The first node deeper than the tree may be, or -1. */
static int too_deep(const struct audience *a, int node, int level)
{
    if (level > AUDIENCE_DEPTH)
        return node;
    for (int child = a->v[node].first; child >= 0; child = a->v[child].next) {
        int found = too_deep(a, child, level + 1);
        if (found >= 0)
            return found;
    }
    return -1;
}

bool audience_parse(const struct lexicon *lexicon, struct arena *arena, struct str text,
                    struct audience *audience, struct audience_fault *fault)
{
    struct parser p = {.lexicon = lexicon, .arena = arena, .text = text};
    p.audience = audience;
    p.fault = fault;
    audience->n = 0;
    audience->root = -1;
    *fault = (struct audience_fault){.problem = AUDIENCE_FINE};
    struct str cut_text = utf8_cut(text, AUDIENCE_TEXT_MOST);
    struct folded folded = fold_text(arena, cut_text, true);
    if (cut_text.n < text.n || folded.origin[folded.text.n] < cut_text.n) {
        fail_too_long(&p, folded.origin[folded.text.n]);
        return false;
    }
    struct pieces pieces = audience_cut(arena, &folded);
    p.pieces = pieces.v;
    p.n = pieces.n;
    if (pieces.unclosed) {
        fail(&p, AUDIENCE_UNCLOSED, p.n - 1, p.n);
        return false;
    }
    audience->root = parse_expression(&p, p.n);
    if (audience->root >= 0 && p.at < p.n) {
        fail(&p, AUDIENCE_UNOPENED, p.at, p.at + 1);
        return false;
    }
    int deep = audience->root >= 0 ? too_deep(audience, audience->root, 1) : -1;
    if (deep >= 0) {
        *fault = (struct audience_fault){.problem = AUDIENCE_TOO_DEEP, .place = audience->v[deep].place};
        return false;
    }
    return audience->root >= 0;
}
