/* What stands behind a keyword, by the shape of the command's arguments. */
#include "gateway/base/arena.h"
#include "gateway/base/damm.h"
#include "gateway/base/date.h"
#include "gateway/base/phone.h"
#include "gateway/model/reading.h"

void reading_problem(struct reading *r, enum problem problem)
{
    if (r->command.problem == PROBLEM_NONE)
        r->command.problem = problem; /* the first told is the first in the design's order */
}

uint32_t reading_number(struct str digits)
{
    uint64_t n = 0;
    if (!str_to_u64(digits, &n) || n > UINT32_MAX) /* unreachable: at most nine digits come here */
        return 0;
    return (uint32_t)n;
}

bool reading_is_filler(const struct reading *r, const struct token *t)
{
    return t->kind == TOKEN_WORD && lexicon_find(r->lexicon, LEX_FILLER, t->text) != NULL;
}

/* ---- references ---- */

static bool is_reference(const struct phrase *p)
{
    return p->bare && reference_shape(p->digits);
}

/* In digits, whatever parts them. */
static bool is_typed(const struct reading *r, const struct phrase *p)
{
    return p->first == p->last && r->tokens.v[p->first].kind == TOKEN_NUMBER;
}

/* Takes the reference among the numbers.  A number that is none is a wrong
 * reference where STRICT: what was typed was meant. */
static void take_reference(struct reading *r, bool strict)
{
    struct phrase *valid = NULL, *wrong = NULL;
    for (size_t i = 0; i < r->phrases.n; i++) {
        struct phrase *p = &r->phrases.v[i];
        if (is_reference(p) && reference_valid(p->digits)) {
            r->command.guessed |= valid != NULL && !str_eq(valid->digits, p->digits);
            valid = valid != NULL ? valid : p;
        } else if (wrong == NULL && (is_reference(p) || (strict && is_typed(r, p)))) {
            wrong = p;
        }
    }
    const struct phrase *taken = valid != NULL ? valid : wrong;
    if (taken == NULL)
        return;
    r->command.typed = r->tokens.v[taken->first].text;
    reading_take(r, taken->first, taken->last);
    if (valid != NULL) {
        r->command.reference = reading_number(valid->digits);
        r->command.guessed |= wrong != NULL && wrong->first < valid->first && is_reference(wrong);
    } else {
        reading_problem(r, PROBLEM_BAD_REFERENCE);
    }
}

static const struct phrase *untaken_number(const struct reading *r)
{
    for (size_t i = 0; i < r->phrases.n; i++)
        if (!r->tokens.v[r->phrases.v[i].first].taken)
            return &r->phrases.v[i];
    return NULL;
}

static void must_have_reference(struct reading *r)
{
    if (r->command.reference == 0)
        reading_problem(r, PROBLEM_NO_REFERENCE);
}

/* A reference, and the bank's trace number behind or before it. */
static void read_payment(struct reading *r)
{
    take_reference(r, false);
    const struct phrase *trace = untaken_number(r);
    if (trace == NULL || !trace->bare)
        return;
    r->command.trace = trace->digits;
    reading_take(r, trace->first, trace->last);
    if (r->command.reference == 0 && untaken_number(r) != NULL)
        reading_problem(r, PROBLEM_BAD_REFERENCE); /* two numbers, and neither is a reference */
}

static void read_receipt(struct reading *r)
{
    take_reference(r, false);
    const struct phrase *check = untaken_number(r);
    if (check != NULL && check->bare && r->command.reference == 0)
        reading_problem(r, PROBLEM_BAD_REFERENCE);
    if (check != NULL && check->bare) {
        r->command.check = check->digits;
        reading_take(r, check->first, check->last);
    }
    must_have_reference(r);
}

static void read_confirm(struct reading *r)
{
    take_reference(r, false);
    if (r->command.guessed)
        reading_problem(r, PROBLEM_BAD_REFERENCE); /* two of them: it is never guessed */
    const struct phrase *amount = untaken_number(r);
    if (r->command.reference == 0 && amount != NULL && amount->bare)
        reading_problem(r, PROBLEM_BAD_REFERENCE);
    else if (amount != NULL)
        reading_take_amount(r, amount);
    if (amount != NULL && (r->command.guessed || reading_left(r) != NOTHING_LEFT)) {
        reading_problem(r, PROBLEM_BAD_AMOUNT);
        r->command.has_amount = r->command.has_quantity = false;
    }
    if (untaken_number(r) != NULL)
        reading_problem(r, PROBLEM_TWO_AMOUNTS);
    must_have_reference(r);
}

/* `بله 5283917`, `بله 5283 9177`: seven digits or more in all, and no reference. */
static bool is_broken_reference(const struct reading *r)
{
    size_t digits = 0;
    for (size_t i = 0; i < r->phrases.n; i++) {
        const struct phrase *p = &r->phrases.v[i];
        struct str text = r->tokens.v[p->first].text;
        for (size_t j = 0; is_typed(r, p) && j < text.n; j++)
            digits += text.p[j] >= '0'; /* else it parts them */
    }
    return digits >= 7;
}

/* A number that counts no people is 0 of them, which is asked back. */
static void read_answer(struct reading *r)
{
    take_reference(r, false);
    const struct phrase *count = untaken_number(r);
    if (r->command.reference == 0 && is_broken_reference(r))
        reading_problem(r, PROBLEM_BAD_REFERENCE);
    if (count == NULL || r->command.reference == 0)
        return;
    bool counts = !count->bad && count->unit != UNIT_DAY && count->money == MONEY_UNWRITTEN;
    r->command.has_quantity = true;
    r->command.quantity = counts ? count->value : 0;
    reading_take(r, count->first, count->last);
}

/* ---- places and people ---- */

static void take_place(struct reading *r, const struct lex_entry *entry, bool *ambiguous)
{
    if (entry->value < 0) {
        *ambiguous = true;
        return;
    }
    r->command.guessed |= r->command.province >= 0 && r->command.province != entry->value;
    if (r->command.province < 0)
        r->command.province = entry->value;
}

static int first_of(int had, const struct lex_entry *entry, bool *guessed)
{
    *guessed |= had >= 0 && had != entry->value;
    return had >= 0 ? had : entry->value;
}

/* Provinces, categories, specialties and availabilities, in any order. */
static void take_names(struct reading *r, unsigned kinds)
{
    bool ambiguous = false;
    size_t last;
    for (size_t i = r->after; i < r->tokens.n; i++) {
        const struct lex_entry *entry = r->tokens.v[i].taken ? NULL : reading_match(r, i, kinds, &last);
        if (entry == NULL)
            continue;
        if (entry->kind == LEX_PROVINCE || entry->kind == LEX_PART)
            take_place(r, entry, &ambiguous);
        else if (entry->kind == LEX_CATEGORY)
            r->command.category = first_of(r->command.category, entry, &r->command.guessed);
        else if (entry->kind == LEX_SPECIALTY)
            r->command.specialty = first_of(r->command.specialty, entry, &r->command.guessed);
        else
            r->command.availability = first_of(r->command.availability, entry, &r->command.guessed);
        reading_take(r, i, last);
        i = last;
    }
    if (ambiguous && r->command.province < 0)
        reading_problem(r, PROBLEM_AMBIGUOUS);
}

enum {
    PLACES = (1u << LEX_PROVINCE) | (1u << LEX_PART),
    PERSONS = PLACES | (1u << LEX_SPECIALTY) | (1u << LEX_AVAILABILITY),
};

/* Names first: چهار محال is a place, and چهار no number then. */
static void read_need(struct reading *r)
{
    take_names(r, PLACES | (1u << LEX_CATEGORY));
    r->phrases = phrases_find(r->arena, &r->tokens, r->after, r->lexicon);
    struct candidates c = candidates_find(r);
    if (candidates_take(r, &c) == NULL && r->phrases.n > 0) {
        r->command.typed = c.first != NULL ? c.first->digits : r->phrases.v[0].digits;
        reading_problem(r, c.first != NULL ? PROBLEM_BAD_CODE : PROBLEM_NO_CODE);
        r->command.province = r->command.category = -1;
    }
}

/* Numbers that stand one behind another may be one phone: 0912 000 1122. */
static void take_phone(struct reading *r)
{
    for (size_t i = r->after; i < r->tokens.n; i++) {
        struct sbuf digits = sbuf_in(r->arena);
        for (size_t j = i; j < r->tokens.n && j < i + 5 && r->tokens.v[j].kind == TOKEN_NUMBER; j++) {
            sbuf_add(&digits, r->tokens.v[j].text);
            struct phone phone = phone_parse(sbuf_str(&digits), r->country);
            if (phone.kind != PHONE_MOBILE)
                continue;
            r->command.phone = str_dup(r->arena, str_of(phone.digits));
            reading_take(r, i, j);
            return;
        }
    }
}

/* ---- counts, days, words ---- */

static void take_day(struct reading *r)
{
    size_t last;
    struct date date;
    struct date_fault fault;
    for (size_t i = r->after; i < r->tokens.n; i++) {
        const struct lex_entry *entry = reading_match(r, i, 1u << LEX_DAY, &last);
        if (entry != NULL) {
            r->command.day = entry->value == 0 ? STR("today") : STR("yesterday");
            reading_take(r, i, last);
            return;
        }
        if (r->tokens.v[i].kind == TOKEN_DATE) {
            if (date_read(r->arena, r->tokens.v[i].text, DATE_NO_TODAY, &date, &fault))
                r->command.day = date_write(r->arena, CALENDAR_GREGORIAN, date.day);
            else
                reading_problem(r, PROBLEM_BAD_AMOUNT); /* 30 Esfand of a common year */
            reading_take(r, i, i);
            return;
        }
    }
}

static void read_count(struct reading *r)
{
    take_day(r);
    const struct phrase *count = untaken_number(r);
    if (count == NULL) {
        reading_problem(r, PROBLEM_NO_QUANTITY);
        return;
    }
    reading_take(r, count->first, count->last);
    if (count->bad || count->money != MONEY_UNWRITTEN)
        reading_problem(r, PROBLEM_BAD_AMOUNT);
    else if (untaken_number(r) != NULL)
        reading_problem(r, PROBLEM_TWO_AMOUNTS);
    r->command.has_quantity = r->command.problem == PROBLEM_NONE;
    r->command.quantity = r->command.has_quantity ? count->value : 0;
}

/* Of several numbers the one in digits is the count: `سی تی اسکن 5`. */
static void keep_digits(struct reading *r)
{
    for (size_t i = 0; i < r->phrases.n; i++)
        if (r->tokens.v[r->phrases.v[i].first].kind == TOKEN_NUMBER) {
            r->phrases.v[0] = r->phrases.v[i];
            r->phrases.n = 1;
        }
}

static void read_offer(struct reading *r)
{
    size_t first = r->tokens.n, last = 0;
    keep_digits(r);
    read_count(r);
    for (size_t i = r->after; i < r->tokens.n; i++)
        if (!r->tokens.v[i].taken && r->tokens.v[i].kind == TOKEN_WORD &&
            !reading_is_filler(r, &r->tokens.v[i])) {
            first = first < i ? first : i;
            if (last == 0 || last + 1 == i)
                last = i;
        }
    if (first < r->tokens.n) {
        uint32_t from = r->tokens.v[first].from;
        r->command.text = str_trim(str_from(r->text.p + from, r->tokens.v[last].to - from));
        reading_take(r, first, last);
    }
}

/* Its number right behind the keyword, and perhaps what shall become of it. */
static void read_steer(struct reading *r)
{
    const struct phrase *p = r->phrases.n > 0 ? &r->phrases.v[0] : NULL;
    if (p == NULL || p->first != r->after || !is_reference(p))
        return;
    r->command.typed = p->digits;
    if (reference_valid(p->digits))
        r->command.reference = reading_number(p->digits);
    else
        reading_problem(r, PROBLEM_BAD_REFERENCE);
    if (p->last + 1 < r->tokens.n)
        r->command.text = reading_text_behind(r, p->last + 1);
}

static void read_broadcast(struct reading *r)
{
    size_t colon = r->after;
    while (colon < r->tokens.n && r->tokens.v[colon].kind != TOKEN_COLON)
        colon++;
    if (colon < r->tokens.n) {
        uint32_t from = r->tokens.v[r->after - 1].to;
        r->command.audience = str_trim(str_from(r->text.p + from, r->tokens.v[colon].from - from));
        r->command.text = reading_text_behind(r, colon + 1);
    } else {
        read_steer(r);
    }
    reading_take(r, r->after, r->tokens.n - 1);
}

static void read_words(struct reading *r)
{
    if (r->after >= r->tokens.n)
        return; /* nothing, or punctuation only */
    r->command.text = reading_text_behind(r, r->after);
    reading_take(r, r->after, r->tokens.n - 1);
}

static void read_named(struct reading *r)
{
    take_reference(r, true);
    must_have_reference(r);
    size_t behind = r->after;
    for (size_t i = r->after; i < r->tokens.n; i++)
        if (r->tokens.v[i].taken)
            behind = i + 1;
    if (behind >= r->tokens.n)
        return; /* no name, or punctuation only */
    r->command.text = reading_text_behind(r, behind);
    reading_take(r, behind, r->tokens.n - 1);
}

static void read_tongue(struct reading *r)
{
    size_t last;
    for (size_t i = r->after; i < r->tokens.n && !r->command.has_tongue; i++) {
        const struct lex_entry *entry = reading_match(r, i, 1u << LEX_TONGUE, &last);
        if (entry == NULL)
            continue;
        r->command.has_tongue = true;
        r->command.tongue = (enum language)entry->value;
        reading_take(r, i, last);
    }
}

static void read_otp(struct reading *r)
{
    const struct phrase *code = untaken_number(r);
    if (code != NULL && code->bare && code->digits.n == 6) { /* unreachable: is_otp has looked */
        r->command.check = code->digits;
        reading_take(r, code->first, code->last);
    }
}

static void read_nothing(struct reading *r)
{
    (void)r;
}

static void read_reference(struct reading *r)
{
    take_reference(r, true);
}

static void read_reference_must(struct reading *r)
{
    take_reference(r, true);
    must_have_reference(r);
}

/* `volunteer group NAME`: whatever follows is the name; but of a number alone
 * it is the group's code.  *CODE: there is one. */
static bool take_group(struct reading *r, bool *code)
{
    size_t at = r->after, last;
    *code = false;
    while (at < r->tokens.n && reading_is_filler(r, &r->tokens.v[at]))
        at++;
    if (at >= r->tokens.n || reading_match(r, at, 1u << LEX_GROUP, &last) == NULL)
        return false;
    *code = r->tokens.n == last + 2 && r->tokens.v[last + 1].kind == TOKEN_NUMBER;
    if (*code) {
        reading_take(r, at, last);
        return false;
    }
    r->command.group = true;
    if (last + 1 < r->tokens.n)
        r->command.text = reading_text_behind(r, last + 1);
    reading_take(r, at, r->tokens.n - 1);
    return true;
}

/* Who they are, and perhaps the code of the group that they join.  Seven
 * digits are a code that lacks one. */
static void read_person(struct reading *r)
{
    bool code;
    if (take_group(r, &code))
        return;
    take_reference(r, code);
    const struct phrase *number = untaken_number(r);
    if (r->command.typed.n == 0 && number != NULL && number->bare && number->digits.n == 7) {
        r->command.typed = number->digits;
        reading_take(r, number->first, number->last);
        reading_problem(r, PROBLEM_BAD_REFERENCE);
    }
    take_names(r, PERSONS);
}

static void read_enlist(struct reading *r)
{
    take_phone(r);
    take_names(r, PERSONS);
}

void arguments_read(struct reading *r)
{
    static void (*const readers[])(struct reading *) = {
        [SHAPE_NOTHING] = read_nothing, [SHAPE_PLEDGE] = arguments_pledge,
        [SHAPE_NEED] = read_need,       [SHAPE_REFERENCE] = read_reference,
        [SHAPE_PAYMENT] = read_payment, [SHAPE_REFERENCE_MUST] = read_reference_must,
        [SHAPE_RECEIPT] = read_receipt, [SHAPE_NAMED] = read_named,
        [SHAPE_PERSON] = read_person,   [SHAPE_ANSWER] = read_answer,
        [SHAPE_WORDS] = read_words,     [SHAPE_TONGUE] = read_tongue,
        [SHAPE_COUNT] = read_count,     [SHAPE_OFFER] = read_offer,
        [SHAPE_ENLIST] = read_enlist,   [SHAPE_CONFIRM] = read_confirm,
        [SHAPE_OTP] = read_otp,         [SHAPE_BROADCAST] = read_broadcast,
    };
    readers[command_rows[r->command.name].shape](r);
}
