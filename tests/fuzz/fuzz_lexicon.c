/* Fuzzes the tables of words.  An input is keywords.ini, provinces.ini,
 * specialties.ini and a text, parted by form feeds; the text is understood by
 * the tables. */
#include "tests/fuzz/fuzz.h"

#include "gateway/conf/ini.h"
#include "gateway/conf/lexicon.h"

static struct grammar *grammar;

static void check_entries(const struct lexicon *lexicon)
{
    for (const struct lex_entry *e = lexicon->all; e != NULL; e = e->all) {
        MUST(e->glued.n > 0 && is_text(e->glued) && e->kind < LEX_KINDS && e->language < LANGUAGES);
        MUST(lexicon_find(lexicon, e->kind, e->glued) == e && lexicon_knows(lexicon, e->glued));
        MUST(e->words <= lexicon->longest_phrase);
        bool command = e->kind == LEX_COMMAND || e->kind == LEX_GUESS || e->kind == LEX_ALONE;
        MUST(!command || (e->value >= 0 && e->value < COMMAND_unknown));
        bool named = e->kind >= LEX_PROVINCE && e->kind != LEX_PART;
        MUST(!named || (e->value >= 0 && e->value < (int)lexicon->names[e->kind].n));
    }
}

static void check_understood(const struct lexicon *lexicon, struct arena *arena, struct str text)
{
    struct command c = understand(grammar, lexicon, "98", arena, text);
    struct json *json = command_to_json(&c, lexicon, true);
    MUST(is_text(json_write(json, arena)));
    json_free(json);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error e;
    (void)argc;
    (void)argv;
    MUST(icu_start(&e) && crypto_start(&e) && (grammar = grammar_new(&e)) != NULL);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = fuzz_input(data, size), rest = input;
    struct arena *arena = arena_new(1 << 18);
    struct faults faults = faults_in(arena);
    struct ini keywords = ini_parse(arena, "keywords.ini", next_part(&rest), true, &faults);
    struct ini provinces = ini_parse(arena, "provinces.ini", next_part(&rest), true, &faults);
    struct ini specialties = ini_parse(arena, "specialties.ini", next_part(&rest), true, &faults);
    struct lexicon_files files = {&keywords, &provinces, &specialties};
    struct lexicon *lexicon = lexicon_build(arena, &files, command_names, COMMAND_unknown, &faults);
    MUST(is_text(sbuf_str(&faults.text)));
    if (faults.count == 0) {
        check_entries(lexicon);
        check_understood(lexicon, arena, rest);
    }
    arena_free(arena);
    fuzz_input_free(input);
    return 0;
}
