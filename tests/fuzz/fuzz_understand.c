/* Fuzzes the way from a text to a command: it never fails, says the same each
 * time, and names only needs, references and sums that can be. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/damm.h"
#include "gateway/base/fold.h"

static struct fuzz_words words;

static struct command read_text(struct arena *arena, struct str text)
{
    return understand(words.grammar, words.texts->lexicon, "98", arena, text);
}

static struct str explained(struct arena *arena, const struct command *c, bool kept)
{
    struct json *json = command_to_json(c, words.texts->lexicon, kept);
    struct str line = json_write(json, arena);
    json_free(json);
    return line;
}

static bool in_table(int index, enum lex_kind kind)
{
    return index >= -1 && index < (int)words.texts->lexicon->names[kind].n;
}

static bool is_iso(struct str day)
{
    for (size_t i = 0; i < day.n; i++)
        if (i == 4 || i == 7 ? day.p[i] != '-' : day.p[i] < '0' || day.p[i] > '9')
            return false;
    return day.n == 10;
}

static void check_command(struct arena *arena, const struct command *c, struct str text)
{
    MUST(c->name < COMMANDS && c->problem <= PROBLEM_NOT_UTF8 && problem_name(c->problem) != NULL);
    MUST((c->problem == PROBLEM_NOT_UTF8) == !utf8_valid(text));
    MUST(c->need == 0 || code_valid(str_printf(arena, "%u", c->need)));
    MUST(c->reference == 0 || reference_valid(str_printf(arena, "%u", c->reference)));
    MUST(!c->has_amount || c->amount_rial > 0);
    enum command_shape shape = command_rows[c->name].shape;
    bool counts = shape == SHAPE_COUNT || shape == SHAPE_OFFER || shape == SHAPE_ANSWER;
    MUST(!c->has_quantity || c->quantity > (counts ? -1 : 0)); /* a day without treatments is a report */
    MUST(c->unit <= UNIT_DAY && c->money_unit <= MONEY_RIAL);
    MUST(c->digits >= -1 && c->language < LANGUAGES && (!c->has_tongue || c->tongue < LANGUAGES));
    MUST(in_table(c->province, LEX_PROVINCE) && in_table(c->category, LEX_CATEGORY));
    MUST(in_table(c->specialty, LEX_SPECIALTY) && in_table(c->availability, LEX_AVAILABILITY));
    MUST(c->day.n == 0 || str_is(c->day, "today") || str_is(c->day, "yesterday") || is_iso(c->day));
    const struct str texts[] = {c->typed, c->campaign, c->day,  c->phone,
                                c->trace, c->check,    c->text, c->audience};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        MUST(utf8_valid(texts[i]) && texts[i].n <= text.n + FOLD_OUT_MOST);
}

/* An open question keeps the command as JSON until the yes comes. */
static void check_kept(struct arena *arena, const struct command *c)
{
    struct error e;
    struct str kept = explained(arena, c, true);
    struct json *json = json_read(kept, &e);
    MUST(json != NULL);
    struct command again = command_from_json(json, words.texts->lexicon, arena);
    json_free(json);
    again.problem = c->problem; /* one with a problem is never kept */
    if (c->problem == PROBLEM_NONE)
        MUST(str_eq(explained(arena, &again, true), kept));
}

/* Persian digits are digits. */
static void check_digits(struct arena *arena, const struct command *c, struct str text)
{
    if (text.n > 400)
        return; /* what is cut off differs */
    struct command same = read_text(arena, fold_digits(arena, text));
    MUST(same.name == c->name && same.guessed == c->guessed && same.problem == c->problem);
    MUST(same.need == c->need && same.reference == c->reference && same.digits == c->digits);
    MUST(same.amount_rial == c->amount_rial && same.quantity == c->quantity);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    words = fuzz_words_open();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size);
    struct arena *arena = arena_new(1 << 16);
    struct command c = read_text(arena, text), again = read_text(arena, text);
    check_command(arena, &c, text);
    struct str line = explained(arena, &c, false);
    MUST(str_eq(line, explained(arena, &again, false)) && is_text(line));
    MUST(line.n <= 6 * text.n + 1024); /* a control byte is six in JSON */
    check_kept(arena, &c);
    if (utf8_valid(text))
        check_digits(arena, &c, text);
    arena_free(arena);
    fuzz_input_free(text);
    return 0;
}
