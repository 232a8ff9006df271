/* Number phrases.  A phrase is read from left to right into terms, each a
 * value that some scale word has closed (2 million, 500 thousand), and a part
 * that is still open (five hundred twenty-…).  What cannot go on the phrase
 * begins the next one. */
#include "gateway/model/phrase.h"

#include "gateway/base/arena.h"
#include "gateway/base/damm.h"

enum { TERMS_MOST = 8, LEVEL_NONE = 9 };

struct reader {
    const struct tokens *tokens;
    const struct lexicon *lexicon;
    size_t at; /* the token looked at */
    struct phrase phrase;

    struct {
        int64_t value, scale;
    } terms[TERMS_MOST];
    size_t term_count;
    struct decimal open;
    bool has_open;
    bool open_is_digits;
    struct digits digits; /* of an open part written in digits */
    int level;            /* of the open part's last word: 3 hundreds, 2 tens, 1 ones; LEVEL_NONE for none */
    bool scaled_digits;   /* the last scale closed digits */
    bool touched_scale, hemmat;
};

static const struct token *peek(const struct reader *r, size_t ahead)
{
    size_t i = r->at + ahead;
    return i < r->tokens->n ? &r->tokens->v[i] : NULL;
}

static enum number_word_kind kind_of(const struct token *t)
{
    return t != NULL && t->kind == TOKEN_WORD && t->number != NULL && !t->taken ? t->number->kind : WORD_NONE;
}

/* k, m, t and their like mean something only behind digits. */
static bool may_stand(const struct reader *r, const struct token *t)
{
    if (!t->number->only_after_digits)
        return true;
    if (t->number->kind == WORD_SCALE)
        return r->has_open && r->open_is_digits;
    return (r->has_open && r->open_is_digits) || r->touched_scale;
}

static int64_t scale_ahead(const struct reader *r, size_t ahead)
{
    const struct token *t = peek(r, ahead);
    return kind_of(t) == WORD_SCALE ? t->number->value : 0;
}

static int64_t last_scale(const struct reader *r)
{
    return r->term_count > 0 ? r->terms[r->term_count - 1].scale : INT64_MAX;
}

static void add_open(struct reader *r, int64_t n)
{
    r->open.mantissa += n;
    r->has_open = true;
}

static bool is_group(const struct token *t)
{
    return t != NULL && t->kind == TOKEN_NUMBER && t->digits.form == DIGITS_PLAIN && t->text.n == 3 &&
           !t->negative;
}

/* `1 500 000`: groups of three parted by blanks, of which the last is 000,
 * are most likely one number; they could be several, so it is asked back. */
static void take_spaced_groups(struct reader *r, const struct token *t)
{
    size_t n = 1;
    int64_t value = t->digits.whole;
    if (t->digits.form != DIGITS_PLAIN || t->text.n > 3 || t->text.p[0] == '0')
        return;
    while (is_group(peek(r, n)) && n < 6)
        value = value * 1000 + peek(r, n++)->digits.whole;
    if (n == 1 || !str_is(peek(r, n - 1)->text, "000"))
        return;
    r->open.mantissa = value;
    r->at += n - 1;
    r->phrase.two_readings = true;
}

/* Digits begin an open part; after a scale only where a smaller scale
 * follows, or after "and": `2 میلیون 500 هزار`, `2 میلیون و 500`. */
static bool take_digits(struct reader *r, const struct token *t, bool after_and)
{
    int64_t next = scale_ahead(r, 1);
    if (r->has_open)
        return false;
    if (r->term_count > 0 && (next >= last_scale(r) || (next == 0 && !after_and)))
        return false;
    r->digits = t->digits;
    r->open_is_digits = true;
    r->has_open = true;
    r->level = 0;
    r->phrase.bad |= t->negative || t->digits.form == DIGITS_HUGE;
    r->open = (struct decimal){t->digits.whole, 0};
    take_spaced_groups(r, t);
    if (t->digits.form == DIGITS_FRACTION || (t->digits.form == DIGITS_EITHER && next > 0)) {
        r->open = t->digits.fraction;
        r->phrase.bad |= next == 0;
        r->phrase.two_readings |= t->digits.form == DIGITS_EITHER || t->digits.leading_mark;
    }
    return true;
}

static bool take_below_100(struct reader *r, int64_t n)
{
    int level = n >= 20 ? 2 : 1;
    bool teen = n >= 10 && n < 20;
    if (r->has_open && (r->open_is_digits || r->level <= level || (teen && r->level == 2)))
        return false;
    add_open(r, n);
    r->level = level;
    return true;
}

/* صد behind a digit's word hundreds it: شش صد; and سی صد is 300 in the way
 * some write سیصد. */
static bool take_hundreds(struct reader *r, int64_t n, bool after_and)
{
    int64_t before = r->open.mantissa;
    if (r->has_open && n == 100 && !after_and && !r->open_is_digits &&
        ((r->level == 1 && before < 10) || (r->level == 2 && before == 30))) {
        r->open.mantissa = before == 30 ? 300 : before * 100;
        r->level = 3;
        return true;
    }
    if (r->has_open)
        return false;
    add_open(r, n);
    r->level = 3;
    return true;
}

/* English: five hundred, fifteen hundred, a hundred. */
static bool take_hundred(struct reader *r)
{
    if (r->has_open && (r->level >= 3 || r->open.decimals > 0 || r->open.mantissa > 99))
        return false;
    r->open.mantissa = r->has_open ? r->open.mantissa * 100 : 100;
    r->has_open = true;
    r->level = 3;
    return true;
}

/* Half a million, one and a half million, two million and a half. */
static bool take_half(struct reader *r, int64_t hundredths, bool after_and)
{
    size_t ahead = kind_of(peek(r, 1)) == WORD_ARTICLE ? 2 : 1;
    int64_t scale = scale_ahead(r, ahead);
    if (scale > 0 && scale < last_scale(r) && (!r->has_open || (after_and && r->open.decimals == 0))) {
        if (__builtin_mul_overflow(r->open.mantissa, 100, &r->open.mantissa))
            return false;
        r->open.decimals = 2;
        add_open(r, hundredths);
        r->level = 0;
        r->at += ahead - 1;
        return true;
    }
    if (!r->has_open && after_and && r->term_count < TERMS_MOST) { /* unreachable: four scales, one half */
        int64_t half = last_scale(r) / 100 * hundredths;
        r->terms[r->term_count].value = half;
        r->terms[r->term_count++].scale = 1;
        return half > 0;
    }
    return false;
}

/* Closes the open part with a scale; what smaller scales have closed just
 * before is scaled with it (هزار میلیارد, دو هزار و پانصد میلیارد). */
static bool take_scale(struct reader *r, const struct number_word *w, bool after_and)
{
    int64_t whole = 0, part = 0, sum = 0;
    size_t keep = r->term_count;
    while (keep > 0 && r->terms[keep - 1].scale < w->value && !r->open_is_digits)
        sum += r->terms[--keep].value;
    bool merges = keep < r->term_count;
    if (keep > 0 && r->terms[keep - 1].scale <= w->value)
        return false;
    if (!r->has_open && !merges && r->term_count > 0 && !after_and)
        return false;
    if (!r->has_open && merges && after_and)
        return false;
    struct decimal open = r->has_open ? r->open : (struct decimal){merges ? 0 : 1, 0};
    if (!decimal_times(open, w->value, &part) || __builtin_mul_overflow(sum, w->value, &whole) ||
        __builtin_add_overflow(whole, part, &whole))
        r->phrase.bad = true;
    r->scaled_digits = r->open_is_digits;
    r->terms[keep].value = whole;
    r->terms[keep].scale = w->value;
    r->term_count = keep + 1;
    r->has_open = r->open_is_digits = false;
    r->open = (struct decimal){0, 0};
    r->level = LEVEL_NONE;
    r->touched_scale = true;
    r->hemmat |= w->hemmat;
    return r->term_count < TERMS_MOST;
}

static bool take_zero(struct reader *r)
{
    if (r->has_open || r->term_count > 0)
        return false;
    add_open(r, 0);
    r->level = 0;
    return true;
}

static bool take_word(struct reader *r, const struct token *t, bool after_and)
{
    if (!may_stand(r, t))
        return false;
    switch (t->number->kind) {
    case WORD_DIGITS_BELOW_100:
        return take_below_100(r, t->number->value);
    case WORD_HUNDREDS:
        return take_hundreds(r, t->number->value, after_and);
    case WORD_HUNDRED:
        return take_hundred(r);
    case WORD_HALF:
        return take_half(r, t->number->value, after_and);
    case WORD_SCALE:
        return take_scale(r, t->number, after_and);
    case WORD_ZERO:
        return take_zero(r);
    default:
        return false;
    }
}

/* A number word or digits, perhaps behind an "and" or an article, which are
 * taken only together with what they lead to. */
static bool take_next(struct reader *r)
{
    struct reader before = *r;
    bool begun = r->has_open || r->term_count > 0, after_and = false;
    const struct token *t = peek(r, 0);
    if (begun && kind_of(t) == WORD_AND) {
        after_and = true;
        r->at++;
        t = peek(r, 0);
    }
    if (kind_of(t) == WORD_ARTICLE) {
        enum number_word_kind next = kind_of(peek(r, 1));
        if ((begun && !after_and) || (next != WORD_SCALE && next != WORD_HUNDRED && next != WORD_HALF)) {
            *r = before;
            return false;
        }
        r->at++;
        t = peek(r, 0);
    }
    bool taken = t != NULL && ((t->kind == TOKEN_NUMBER && take_digits(r, t, after_and)) ||
                               (kind_of(t) != WORD_NONE && take_word(r, t, after_and)));
    if (!taken) {
        *r = before;
        return false;
    }
    r->phrase.last = r->at++;
    return true;
}

/* `1007 rial 5,000,000`: a code, and a unit that belongs to what follows. */
static bool unit_is_of_next(const struct reader *r)
{
    const struct token *t = &r->tokens->v[r->phrase.first], *next = peek(r, 1);
    return r->phrase.first == r->phrase.last && t->kind == TOKEN_NUMBER && code_valid(t->text) &&
           next != NULL && next->kind == TOKEN_NUMBER && !code_valid(next->text) &&
           !(r->tokens->v[r->at].number->only_after_digits);
}

static void take_unit(struct reader *r)
{
    const struct token *t = peek(r, 0);
    enum number_word_kind kind = kind_of(t);
    if ((kind == WORD_TOMAN || kind == WORD_RIAL || kind == WORD_FOREIGN) && unit_is_of_next(r))
        return;
    if (kind == WORD_FOREIGN) {
        r->phrase.bad = true;
        r->phrase.last = r->at++;
        return;
    }
    if ((kind == WORD_TOMAN || kind == WORD_RIAL) && may_stand(r, t)) {
        r->phrase.money = kind == WORD_TOMAN ? MONEY_TOMAN : MONEY_RIAL;
        r->phrase.last = r->at++;
        return;
    }
    if (t == NULL || t->kind != TOKEN_WORD)
        return;
    const struct lex_entry *unit = lexicon_find(r->lexicon, LEX_UNIT, t->text);
    if (unit != NULL) {
        r->phrase.unit = (enum unit)unit->value;
        r->phrase.last = r->at++;
    }
}

static bool sum_up(struct reader *r, int64_t *sum)
{
    *sum = 0;
    if (r->has_open && (!decimal_times(r->open, 1, sum) || r->open.decimals > 0))
        return false;
    for (size_t i = 0; i < r->term_count; i++)
        if (__builtin_add_overflow(*sum, r->terms[i].value, sum))
            return false;
    return true;
}

static bool is_bare(const struct reader *r)
{
    const struct token *t = &r->tokens->v[r->phrase.first];
    return r->phrase.first == r->phrase.last && t->kind == TOKEN_NUMBER &&
           t->digits.form != DIGITS_FRACTION && t->digits.form != DIGITS_GROUPED &&
           t->digits.form != DIGITS_EITHER && !t->negative;
}

static void finish(struct reader *r)
{
    struct phrase *p = &r->phrase;
    take_unit(r);
    p->bad |= !sum_up(r, &p->value);
    p->bare = is_bare(r);
    if (p->bare)
        p->digits = r->tokens->v[p->first].text;
    if (r->hemmat && p->money == MONEY_UNWRITTEN)
        p->money = MONEY_TOMAN;
    p->rial = p->value;
    p->rial_bad = p->bad || (p->money != MONEY_RIAL && __builtin_mul_overflow(p->value, 10, &p->rial));
}

static bool counts_ahead(const struct reader *r)
{
    const struct token *t = peek(r, 0);
    return t != NULL && lexicon_find(r->lexicon, LEX_UNIT, t->text) != NULL;
}

/* `500 هزار یک بار`, `پانصد هزار سه روز`: a number that stands behind a scale
 * without an "and", and which no smaller scale closes, is the next one.  In words
 * `پنج هزار نود` is said, too, but where things are counted. */
static bool is_of_next(const struct reader *before, const struct reader *r)
{
    const struct token *t = &r->tokens->v[before->at];
    if (before->term_count == 0 || !r->has_open || kind_of(t) == WORD_AND)
        return false;
    return before->scaled_digits || (r->open.mantissa < 100 && counts_ahead(r));
}

static void read_terms(struct reader *r)
{
    struct reader closed = *r; /* behind the last scale */
    while (take_next(r))
        if (!r->has_open)
            closed = *r;
    if (is_of_next(&closed, r))
        *r = closed;
    /* `دو میلیون و پانصد` is said for 2,500,000 too */
    r->phrase.two_readings |=
        r->has_open && r->term_count > 0 && last_scale(r) >= 1000000 && r->open.mantissa < 1000;
}

static struct phrase read_phrase(const struct tokens *tokens, size_t first, const struct lexicon *lexicon)
{
    struct reader r = {.tokens = tokens, .lexicon = lexicon, .at = first, .level = LEVEL_NONE};
    r.phrase.first = r.phrase.last = first;
    if (tokens->v[first].kind == TOKEN_DATE) {
        r.phrase.bad = r.phrase.rial_bad = true;
        return r.phrase;
    }
    read_terms(&r);
    finish(&r);
    return r.phrase;
}

/* Whether a phrase can begin at this token. */
static bool begins(const struct tokens *tokens, size_t i)
{
    const struct token *t = &tokens->v[i];
    if (t->taken)
        return false;
    if (t->kind == TOKEN_NUMBER || t->kind == TOKEN_DATE)
        return true;
    switch (kind_of(t)) {
    case WORD_DIGITS_BELOW_100:
    case WORD_HUNDREDS:
    case WORD_HUNDRED:
    case WORD_ZERO:
        return true;
    case WORD_SCALE:
        return !t->number->only_after_digits;
    case WORD_HALF:
    case WORD_ARTICLE: {
        const struct token *next = i + 1 < tokens->n ? &tokens->v[i + 1] : NULL;
        enum number_word_kind kind = kind_of(next);
        return kind == WORD_SCALE ||
               (kind_of(t) == WORD_ARTICLE && (kind == WORD_HUNDRED || kind == WORD_HALF)) ||
               (kind_of(t) == WORD_HALF && kind == WORD_ARTICLE);
    }
    default:
        return false;
    }
}

/* A unit in front: "Rial 5,000,000", "$500". */
static void take_unit_before(struct phrase *p, const struct tokens *tokens, const struct phrases *found)
{
    size_t before = p->first - 1;
    if (found->n > 0 && found->v[found->n - 1].last == before)
        return;
    const struct token *t = &tokens->v[before];
    enum number_word_kind kind = kind_of(t);
    if (kind == WORD_MINUS) {
        p->bad = p->rial_bad = true;
        p->bare = false;
        p->first = before;
        return;
    }
    if ((kind != WORD_TOMAN && kind != WORD_RIAL && kind != WORD_FOREIGN) || t->number->only_after_digits ||
        p->money != MONEY_UNWRITTEN || p->unit != UNIT_NONE)
        return;
    p->money = kind == WORD_RIAL ? MONEY_RIAL : MONEY_TOMAN;
    p->bad |= kind == WORD_FOREIGN;
    p->bare = false;
    p->two_readings |= found->n > 0 && before == found->v[found->n - 1].last + 1; /* 1007 rial 5,000,000 */
    p->first = before;
    p->rial = p->value;
    p->rial_bad = p->bad || (p->money == MONEY_TOMAN && __builtin_mul_overflow(p->value, 10, &p->rial));
}

struct phrases phrases_find(struct arena *arena, const struct tokens *tokens, size_t first,
                            const struct lexicon *lexicon)
{
    struct phrases found = {arena_array(arena, struct phrase, tokens->n + 1), 0};
    for (size_t i = first; i < tokens->n; i++) {
        if (!begins(tokens, i))
            continue;
        struct phrase p = read_phrase(tokens, i, lexicon);
        if (i > first)
            take_unit_before(&p, tokens, &found);
        found.v[found.n++] = p;
        i = p.last;
    }
    return found;
}
