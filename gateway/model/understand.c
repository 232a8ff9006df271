/* The router: which command a text is, and how sure that is.
 *
 * The order of the tries is the design's: a whole word or phrase, a keyword
 * glued to a digit (the tokens part them), one slip, a pledge word glued to a
 * campaign's name, and last a code without any keyword. */
#include "gateway/model/understand.h"

#include "gateway/base/arena.h"
#include "gateway/base/damm.h"
#include "gateway/base/slip.h"
#include "gateway/base/utf8.h"
#include "gateway/model/reading.h"

void reading_take(struct reading *r, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++)
        r->tokens.v[i].taken = true;
}

struct str reading_text_behind(const struct reading *r, size_t tokens_before)
{
    struct str rest = str_after(r->text, r->tokens.v[tokens_before - 1].to);
    while (rest.n > 0 && (rest.p[0] == ':' || rest.p[0] == ' ' || rest.p[0] == '\n' || rest.p[0] == '\r' ||
                          rest.p[0] == '\t' || rest.p[0] == ',' || rest.p[0] == '-'))
        rest = str_after(rest, 1);
    return str_trim(rest);
}

/* Spellings are compared without blanks, so the glued text grows token by
 * token; numbers take part too (لغو۱۱). */
const struct lex_entry *reading_match(const struct reading *r, size_t at, unsigned kinds, size_t *last)
{
    char glued[128];
    size_t n = 0;
    const struct lex_entry *best = NULL;
    for (size_t i = at; i < r->tokens.n && i < at + r->lexicon->longest_phrase + 1; i++) {
        const struct token *t = &r->tokens.v[i];
        if (t->taken || (t->kind != TOKEN_WORD && t->kind != TOKEN_NUMBER) || n + t->text.n > sizeof glued)
            break;
        memcpy(glued + n, t->text.p, t->text.n);
        n += t->text.n;
        for (int kind = 0; kind < LEX_KINDS; kind++) {
            const struct lex_entry *entry =
                (kinds >> kind) & 1 ? lexicon_find(r->lexicon, (enum lex_kind)kind, str_from(glued, n))
                                    : NULL;
            if (entry != NULL) {
                best = entry;
                *last = i;
            }
        }
    }
    return best;
}

static bool is_filler(const struct reading *r, size_t i)
{
    return reading_is_filler(r, &r->tokens.v[i]);
}

bool reading_has_strays(const struct reading *r, bool anywhere)
{
    size_t end = r->tokens.n;
    while (!anywhere && end > 0 && !r->tokens.v[end - 1].taken) /* unreachable: something is taken */
        end--;
    for (size_t i = 0; i < end; i++) {
        const struct token *t = &r->tokens.v[i];
        if (!t->taken && t->kind != TOKEN_COLON && !is_filler(r, i) && (anywhere || t->kind == TOKEN_WORD))
            return true;
    }
    return false;
}

/* `انصراف نمی‌دهم`: words that nothing takes change nothing behind what is taken, but for a "not". */
static bool is_negated(const struct reading *r)
{
    size_t last;
    for (size_t i = r->after; i < r->tokens.n; i++)
        if (!r->tokens.v[i].taken && reading_match(r, i, 1u << LEX_NOT, &last) != NULL)
            return true;
    return false;
}

static void begin_command(struct reading *r, enum command_name name, size_t first, size_t last)
{
    r->command.name = name;
    r->after = last + 1;
    reading_take(r, first, last);
    r->phrases = phrases_find(r->arena, &r->tokens, r->after, r->lexicon);
}

static void finish_command(struct reading *r)
{
    arguments_read(r);
    r->command.guessed |= reading_has_strays(r, false) || is_negated(r);
    if (command_rows[r->command.name].guess == GUESS_NEVER)
        r->command.guessed =
            false; /* reached exactly or not at all; what it writes waits for a code anyway */
}

static size_t untaken(const struct reading *r, size_t from)
{
    size_t count = 0;
    for (size_t i = from; i < r->tokens.n; i++)
        count += !is_filler(r, i);
    return count;
}

/* `کد 482135`: the command only with one six-digit number and nothing else. */
static bool is_otp(const struct reading *r, size_t at)
{
    return r->tokens.n == at + 2 && r->tokens.v[at + 1].kind == TOKEN_NUMBER &&
           r->tokens.v[at + 1].text.n == 6 && r->tokens.v[at + 1].digits.form == DIGITS_PLAIN &&
           !r->tokens.v[at + 1].negative;
}

/* A number of 8 or 9 digits behind a stop word makes it a cancel. */
static bool has_reference(const struct reading *r)
{
    for (size_t i = 0; i < r->phrases.n; i++)
        if (r->phrases.v[i].bare && reference_shape(r->phrases.v[i].digits))
            return true;
    return false;
}

static void run_keyword(struct reading *r, const struct lex_entry *entry, size_t at, size_t last)
{
    enum command_name name = (enum command_name)entry->value;
    r->command.has_language = true;
    r->command.language = entry->language;
    if (entry->kind == LEX_GUESS) {
        begin_command(r, name, at, last);
        r->command.guessed = true;
        r->command.text = str_trim(r->text);
        return;
    }
    begin_command(r, name, at, last);
    if (name == COMMAND_stop && has_reference(r))
        r->command.name = COMMAND_cancel;
    if (name == COMMAND_stop && r->command.name == COMMAND_stop)
        return; /* whatever follows */
    if (name == COMMAND_yes || name == COMMAND_no) {
        arguments_read(r);
        return; /* nothing stands before or between that could change them */
    }
    finish_command(r);
}

/* `حاضر 52839177`: one who is there.  With further words it may mean anything. */
static bool try_here(struct reading *r, size_t at)
{
    size_t last = at;
    const struct lex_entry *entry = reading_match(r, at, 1u << LEX_HERE, &last);
    if (entry == NULL)
        return false;
    for (size_t i = last + 1; i < r->tokens.n; i++)
        if (r->tokens.v[i].kind != TOKEN_NUMBER && !is_filler(r, i))
            return false;
    r->command.has_language = true;
    r->command.language = entry->language;
    begin_command(r, COMMAND_yes, at, last);
    arguments_read(r);
    return true;
}

static bool try_whole(struct reading *r, size_t at)
{
    size_t last = at;
    const struct lex_entry *entry = reading_match(r, at, (1u << LEX_COMMAND) | (1u << LEX_GUESS), &last);
    const struct lex_entry *alone = lexicon_find(r->lexicon, LEX_ALONE, r->tokens.v[at].text);
    if (alone != NULL && untaken(r, at + 1) == 0) {
        r->command.guessed = true;
        r->command.has_language = true;
        r->command.language = alone->language;
        begin_command(r, (enum command_name)alone->value, at, at);
        r->command.text = str_trim(r->text);
        return true;
    }
    if (entry == NULL || (entry->value == COMMAND_code && !is_otp(r, at)))
        return false;
    run_keyword(r, entry, at, last);
    return true;
}

/* ---- one slip ---- */

enum { LONGEST_KEYWORD = 48 /* bytes */ };

/* The only command that a slip of WORD reaches, or NULL. */
static const struct lex_entry *slip_of(const struct lexicon *lexicon, struct str word)
{
    const struct letters typed = letters_of(word);
    const struct lex_entry *found = NULL;
    if (typed.n < 3 || typed.n > SLIP_LETTERS_MOST)
        return NULL;
    for (const struct lex_entry *e = lexicon->all; e != NULL; e = e->all) {
        if (e->kind != LEX_COMMAND || e->words != 1 || e->glued.n > word.n + 4 || word.n > e->glued.n + 4)
            continue;
        const struct letters known = letters_of(e->glued);
        if (known.n < 3 || known.n > SLIP_LETTERS_MOST || !one_slip(&typed, &known))
            continue;
        if (found != NULL && found->value != e->value)
            return NULL;
        found = e;
    }
    return found != NULL && command_rows[found->value].guess != GUESS_NEVER ? found : NULL;
}

static bool try_slip(struct reading *r, size_t at)
{
    struct str word = r->tokens.v[at].text;
    if (r->tokens.v[at].number != NULL || lexicon_knows(r->lexicon, word))
        return false;
    const struct lex_entry *entry = slip_of(r->lexicon, word);
    if (entry == NULL)
        return false;
    struct reading saved = *r;
    struct token *tokens = arena_array(r->arena, struct token, r->tokens.n);
    memcpy(tokens, r->tokens.v, r->tokens.n * sizeof *tokens);
    run_keyword(r, entry, at, at);
    r->command.guessed = true;
    if (!reading_has_strays(r, true))
        return true;
    *r = saved; /* followed by what that command does not take */
    memcpy(r->tokens.v, tokens, r->tokens.n * sizeof *tokens);
    return false;
}

/* ---- a pledge word glued to a campaign's name ---- */

static bool any_candidate(const struct reading *r)
{
    for (size_t i = 0; i < r->phrases.n; i++)
        if (r->phrases.v[i].bare && code_shape(r->phrases.v[i].digits))
            return true;
    return false;
}

static bool try_glued_campaign(struct reading *r, size_t at)
{
    struct str word = r->tokens.v[at].text;
    const struct lex_entry *best = NULL;
    for (size_t n = 1; n < word.n && n <= LONGEST_KEYWORD; n++) {
        const struct lex_entry *e = lexicon_find(r->lexicon, LEX_COMMAND, str_from(word.p, n));
        if (e != NULL && e->value == COMMAND_pledge && letters_of(str_after(word, n)).n >= 3)
            best = e;
    }
    r->phrases = phrases_find(r->arena, &r->tokens, at + 1, r->lexicon);
    if (best == NULL || any_candidate(r))
        return false;
    r->command.has_language = true;
    r->command.language = best->language;
    r->command.campaign = str_after(word, best->glued.n);
    begin_command(r, COMMAND_pledge, at, at);
    finish_command(r);
    return true;
}

/* ---- no keyword ---- */

static void try_code_alone(struct reading *r)
{
    r->after = 0;
    r->phrases = phrases_find(r->arena, &r->tokens, 0, r->lexicon);
    struct phrase *code = NULL;
    for (size_t i = 0; i < r->phrases.n && code == NULL; i++)
        if (r->phrases.v[i].bare && code_valid(r->phrases.v[i].digits))
            code = &r->phrases.v[i];
    if (code == NULL)
        return;
    r->command.name = r->phrases.n > 1 ? COMMAND_pledge : COMMAND_need;
    arguments_read(r);
    r->command.guessed = true;
}

/* For the answers to open questions: one number, or one amount, and nothing
 * else. */
static void note_plain_number(struct reading *r)
{
    for (size_t i = 0; i < r->tokens.n; i++)
        r->tokens.v[i].taken = false; /* 5724 is a code, and it may be the answer to "how much?" */
    struct phrases all = phrases_find(r->arena, &r->tokens, 0, r->lexicon);
    if (all.n != 1)
        return;
    const struct phrase *p = &all.v[0];
    for (size_t i = 0; i < r->tokens.n; i++)
        if ((i < p->first || i > p->last) && !is_filler(r, i))
            return;
    int64_t digits;
    if (p->bare && r->tokens.n == 1 && str_to_i64(p->digits, &digits))
        r->command.digits = digits;
    bool digit_word = r->tokens.n == 1 && p->value <= 9;
    if (r->command.digits < 0 && digit_word && !p->bad && r->command.name == COMMAND_unknown)
        r->command.digits = p->value; /* یک */
    if (r->command.name != COMMAND_unknown && r->command.digits < 0 && !r->command.guessed)
        return; /* guessed: a code alone, which may be meant as a number */
    r->command.alone_amount = !p->bad && p->value > 0 && (p->unit != UNIT_NONE || !p->rial_bad);
    if (!r->command.alone_amount)
        return;
    r->command.has_quantity = p->unit != UNIT_NONE;
    r->command.quantity = r->command.has_quantity ? p->value : 0;
    r->command.unit = p->unit;
    r->command.has_amount = p->unit == UNIT_NONE;
    r->command.amount_rial = r->command.has_amount ? p->rial : 0;
    r->command.money_unit = p->money;
    r->command.bare_amount = p->bare;
}

/* A colon ends the audience of a broadcast; elsewhere it is punctuation. */
static void drop_colons(struct reading *r)
{
    size_t at = 0, kept = 0, last;
    while (at < r->tokens.n && (r->tokens.v[at].kind == TOKEN_COLON || is_filler(r, at)))
        at++;
    const struct lex_entry *e = at < r->tokens.n ? reading_match(r, at, 1u << LEX_COMMAND, &last) : NULL;
    if (e != NULL && e->value == COMMAND_broadcast)
        return;
    for (size_t i = 0; i < r->tokens.n; i++)
        if (r->tokens.v[i].kind != TOKEN_COLON)
            r->tokens.v[kept++] = r->tokens.v[i];
    r->tokens.n = kept;
}

static void route(struct reading *r)
{
    size_t at = 0;
    drop_colons(r);
    while (at < r->tokens.n && (r->tokens.v[at].kind == TOKEN_COLON || is_filler(r, at))) {
        size_t last;
        const struct lex_entry *e = reading_match(r, at, 1u << LEX_COMMAND, &last);
        if (e != NULL && (e->value != COMMAND_code || is_otp(r, at)))
            break; /* کد 482135, and phrases that begin with a filler */
        at++;
    }
    if (at < r->tokens.n && r->tokens.v[at].kind == TOKEN_WORD &&
        (try_whole(r, at) || try_here(r, at) || try_slip(r, at) || try_glued_campaign(r, at)))
        return;
    if (r->tokens.n == 1 && r->tokens.v[0].kind == TOKEN_NUMBER && str_is(r->tokens.v[0].text, "11"))
        r->command.name = COMMAND_stop;
    else if (r->tokens.n == 1 && r->tokens.v[0].kind == TOKEN_NUMBER && str_is(r->tokens.v[0].text, "12"))
        r->command.name = COMMAND_start;
    else
        try_code_alone(r);
}

static bool only_question_marks(struct str folded)
{
    for (size_t i = 0; i < folded.n; i++)
        if (folded.p[i] != '?' && folded.p[i] != ' ')
            return false;
    return folded.n > 0;
}

struct command understand(struct grammar *grammar, const struct lexicon *lexicon, const char *country,
                          struct arena *arena, struct str text)
{
    struct reading r = {.arena = arena,
                        .lexicon = lexicon,
                        .country = country,
                        .text = text,
                        .command = command_none(COMMAND_unknown)};
    if (!utf8_valid(text)) {
        r.command.problem = PROBLEM_NOT_UTF8;
        return r.command;
    }
    struct folded folded = fold_text(arena, text, true);
    if (only_question_marks(folded.text)) {
        r.command.name = COMMAND_help;
        return r.command;
    }
    r.tokens = grammar_tokens(grammar, arena, &folded, lexicon);
    route(&r);
    note_plain_number(&r);
    return r.command;
}
