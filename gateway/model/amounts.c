/* Codes and amounts behind a keyword: what a pledge takes (design 5, steps 3
 * and 4). */
#include "gateway/base/damm.h"
#include "gateway/model/reading.h"

/* ---- codes ---- */

struct candidates candidates_find(const struct reading *r)
{
    struct candidates c = {NULL, NULL, NULL};
    for (size_t i = 0; i < r->phrases.n; i++) {
        struct phrase *p = &r->phrases.v[i];
        if (!p->bare || !code_shape(p->digits))
            continue;
        if (c.first == NULL)
            c.first = p;
        if (!code_valid(p->digits))
            continue;
        if (c.valid == NULL)
            c.valid = p;
        else if (c.second_valid == NULL)
            c.second_valid = p;
    }
    return c;
}

/* The phrase that is the code, or NULL; guessed where another reading is left. */
struct phrase *candidates_take(struct reading *r, const struct candidates *c)
{
    if (c->valid == NULL)
        return NULL;
    r->command.need = reading_number(c->valid->digits);
    r->command.typed = c->valid->digits;
    r->command.guessed |= c->second_valid != NULL || c->valid != c->first;
    reading_take(r, c->valid->first, c->valid->last);
    return c->valid;
}

/* ---- amounts ---- */

static void take_recurrence(struct reading *r)
{
    size_t last;
    for (size_t i = r->after; i < r->tokens.n; i++)
        if (!r->tokens.v[i].taken && reading_match(r, i, 1u << LEX_RECURRENCE, &last) != NULL) {
            r->command.monthly = true;
            reading_take(r, i, last);
            return;
        }
}

void reading_take_amount(struct reading *r, const struct phrase *p)
{
    struct command *c = &r->command;
    reading_take(r, p->first, p->last);
    if (p->unit != UNIT_NONE) {
        if (p->bad || p->value <= 0 || p->value > 1000000)
            reading_problem(r, PROBLEM_BAD_AMOUNT);
        else {
            c->has_quantity = true;
            c->quantity = p->value;
            c->unit = p->unit;
        }
        return;
    }
    if (p->rial_bad || p->rial <= 0) {
        reading_problem(r, PROBLEM_BAD_AMOUNT);
        return;
    }
    c->has_amount = true;
    c->amount_rial = p->rial;
    c->money_unit = p->money;
    c->bare_amount = p->bare;
    c->guessed |= p->two_readings;
}

/* `500 هزاز`, `5000000 ریل`: behind a number, one slip from a scale or a unit. */
static bool may_be_of_number(const struct reading *r, const struct token *t)
{
    return !lexicon_knows(r->lexicon, t->text) && number_word_near(t->text);
}

enum left reading_left(const struct reading *r)
{
    enum left left = NOTHING_LEFT;
    for (size_t i = r->after; i < r->tokens.n; i++) {
        const struct token *t = &r->tokens.v[i], *before = i > 0 ? t - 1 : NULL;
        enum number_word_kind kind = t->number != NULL ? t->number->kind : WORD_NONE;
        if (t->taken || t->kind != TOKEN_WORD)
            continue;
        if (kind == WORD_HALF || kind == WORD_FOREIGN)
            return PART_LEFT;
        bool behind =
            before != NULL && before->taken && (before->kind == TOKEN_NUMBER || before->number != NULL);
        bool glued = t->touches && behind && before->kind == TOKEN_NUMBER;
        if (glued || (behind && r->command.money_unit == MONEY_UNWRITTEN && may_be_of_number(r, t)) ||
            kind == WORD_TOMAN || kind == WORD_RIAL || kind == WORD_SCALE)
            left = DOUBT_LEFT;
    }
    return left;
}

/* Every phrase but the code is an amount or a quantity, and there may be one. */
static void take_amounts(struct reading *r, const struct phrase *code)
{
    const struct phrase *only = NULL;
    size_t count = 0;
    for (size_t i = 0; i < r->phrases.n; i++)
        if (&r->phrases.v[i] != code && !r->tokens.v[r->phrases.v[i].first].taken) {
            only = &r->phrases.v[i];
            count++;
        }
    if (count == 0)
        reading_problem(r, PROBLEM_NO_AMOUNT);
    else if (count > 1)
        reading_problem(r, PROBLEM_TWO_AMOUNTS);
    else
        reading_take_amount(r, only);
    enum left left = count == 1 ? reading_left(r) : NOTHING_LEFT;
    r->command.guessed |= left == DOUBT_LEFT;
    if (left == PART_LEFT) {
        reading_problem(r, PROBLEM_BAD_AMOUNT);
        r->command.has_amount = r->command.has_quantity = false;
    }
}

/* The first word that is no filler, number, unit or recurrence word. */
static bool take_campaign(struct reading *r, const struct phrase *first_candidate)
{
    for (size_t i = r->after; i < r->tokens.n; i++) {
        struct token *t = &r->tokens.v[i];
        if (first_candidate != NULL && i >= first_candidate->first)
            return false;
        if (t->kind != TOKEN_WORD || t->taken || t->number != NULL || reading_is_filler(r, t) ||
            lexicon_find(r->lexicon, LEX_UNIT, t->text) != NULL)
            continue;
        r->command.campaign = t->text;
        reading_take(r, i, i);
        return true;
    }
    return false;
}

/* `1007 هزار تومان سلامت`: a code and a thousand toman, or 1,007,000 to سلامت. */
static bool begins_with_code(const struct reading *r)
{
    size_t first = r->phrases.n > 0 ? r->phrases.v[0].first : r->after;
    for (size_t i = r->after; i < first; i++)
        if (r->tokens.v[i].taken)
            return false; /* the campaign */
    return r->phrases.n > 0 && code_valid(r->tokens.v[first].text);
}

void arguments_pledge(struct reading *r)
{
    struct candidates c = candidates_find(r);
    struct phrase *code = candidates_take(r, &c);
    bool named = r->command.campaign.n > 0; /* glued to the keyword */
    take_recurrence(r);
    if (code == NULL && r->command.campaign.n == 0 && !take_campaign(r, c.first)) {
        r->command.typed = c.first != NULL ? c.first->digits : STR("");
        reading_problem(r, c.first != NULL ? PROBLEM_BAD_CODE : PROBLEM_NO_CODE);
        if (c.first != NULL)
            reading_take(r, c.first->first, c.first->last);
    }
    r->command.guessed |= code == NULL && !named && begins_with_code(r);
    take_amounts(r, code);
}
