/* Catalogues and words: faults told with their lines, texts proved to fit, and
 * a folder that overrides one file. */
#include "conf_world.h"

static const struct message_spec specs[] = {
    {"one", "amount title", ROOM_ONE}, {"part", "", ROOM_PART}, {NULL, NULL, ROOM_ONE}};
static const struct message_spec bulk_specs[] = {{"all", "amount title", ROOM_BULK}, {NULL, NULL, ROOM_ONE}};

static struct catalogue *catalogue(struct world *w, const char *text)
{
    const struct message_spec *const lists[] = {str_starts(str_of(text), STR("all")) ? bulk_specs : specs};
    w->faults = faults_in(w->arena);
    return catalogue_parse(w->arena, LANGUAGE_EN, "en.ini", str_of(text), lists, 1, &w->faults);
}

static bool opens_with_give(void *ctx, struct str text)
{
    (void)ctx;
    return str_starts(text, STR("GIVE"));
}

/* As a line that adds eight units to what goes to many. */
static struct str with_stop(void *ctx, struct arena *arena, struct str text)
{
    (void)ctx;
    return str_printf(arena, "%.*s\nSTOP 11", STR_ARG(text));
}

static void catalogue_faults_are_told(void **state)
{
    static const struct {
        const char *text, *part;
    } rows[] = {{"one = {nope}\npart = p\n", "en.ini:1: one may have these fields: amount title"},
                {"one = {amount\npart = p\n", "en.ini:1: "},
                {"one = {title:3}\npart = p\n", "en.ini:1: "},
                {"one = {title:161}\npart = p\n", "en.ini:1: "},
                {"one = {title:x}\npart = p\n", "en.ini:1: "},
                {"one = a\npart = {amount}\n", "none"},
                {"one = a\npart = {}\n", "none"},
                {"one = a\n", "no text for part"},
                {"one = a\npart =\n", "en.ini:2: part has no text"},
                {"one = a\npart = p\none = b\n", "one is given twice"},
                {"one = a\npart = p\nother = b\n", "en.ini:3: no message is named other"}};
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)catalogue(w, rows[i].text); /* for its faults */
        tally_check(&t, w->faults.count >= 1 && strstr(faults_text(w), rows[i].part) != NULL, "\"%s\": %s",
                    rows[i].text, faults_text(w));
    }
    tally_end(&t);
}

static unsigned checked(struct world *w, const char *text, const char *part)
{
    struct catalogue *c = catalogue(w, text);
    assert_int_equal(w->faults.count, 0);
    const struct catalogue_world world = {opens_with_give, with_stop, NULL};
    catalogue_check(c, w->arena, &world, &w->faults);
    if (w->faults.count > 0 && strstr(faults_text(w), part) == NULL)
        fail_msg("no \"%s\" in %s", part, faults_text(w));
    return w->faults.count;
}

static void catalogues_are_proved_to_fit(void **state)
{
    struct world *w = *state;
    const char *fits = str_cstr(w->arena, repeated(w->arena, "x", 143)); /* and 17 of amount: 160 */
    const char *exact = str_cstr(w->arena, str_printf(w->arena, "one = %s{amount}\npart = p\n", fits));
    const char *over = str_cstr(w->arena, str_printf(w->arena, "one = x%s{amount}\npart = p\n", fits));
    assert_int_equal(catalogue_longest(LANGUAGE_EN, STR("amount")).n, 17);
    assert_int_equal(checked(w, exact, ""), 0);
    assert_int_equal(checked(w, over, "takes 161 units"), 1);
    assert_int_equal(checked(w, "one = س\npart = p\n", "not in GSM-7"), 1);
    assert_int_equal(checked(w, "one = GIVE it\npart = p\n", "command word"), 1);
    assert_int_equal(checked(w, "one = a {title:10}\npart = p\n", ""), 0);
}

/* With the words that a line adds: they may be what is too much. */
static void what_goes_to_many_fits_with_its_end(void **state)
{
    struct world *w = *state;
    const char *fits =
        str_cstr(w->arena, repeated(w->arena, "x", 135)); /* 17 of amount, 8 of the line: 160 */
    assert_int_equal(checked(w, str_cstr(w->arena, str_printf(w->arena, "all = %s{amount}\n", fits)), ""), 0);
    assert_int_equal(checked(w, str_cstr(w->arena, str_printf(w->arena, "all = x%s{amount}\n", fits)),
                             "takes 161 units with its longest fields and what a line adds"),
                     1);
}

static void templates_are_filled(void **state)
{
    struct world *w = *state;
    struct catalogue *c = catalogue(w, "one = a\\n{amount}/{title:8}\\u200E;x\npart = p\n");
    struct text_field fields[] = {{"title", STR("0123456789")}, {"amount", STR("5")}};
    assert_int_equal(w->faults.count, 0);
    struct str said = catalogue_say(c, w->arena, "one", fields, 2);
    assert_true(str_starts(said, STR("a\n5/01234")) && str_after(said, said.n - 2).p[0] == ';');
    assert_null(strstr(str_cstr(w->arena, said), "89"));
}

static const struct texts *texts_from(struct world *w, struct str folder)
{
    w->faults = faults_in(w->arena);
    return texts_load(w->arena, folder, command_names, COMMAND_unknown, w->world.messages,
                      w->world.message_list_count, &w->faults);
}

/* A province brings its own words and nothing else. */
static void a_folder_overrides_one_file(void **state)
{
    struct world *w = *state;
    struct str own =
        str_printf(w->arena, "%.*s\n[pledge]\nfa = یاریگر\n", STR_ARG(texts_builtin("keywords.ini")));
    (void)file_with(w, "keywords.ini", own); /* its path is known */
    const struct texts *texts = texts_from(w, str_of(w->folder));
    if (w->faults.count > 0)
        fail_msg("%s", faults_text(w));
    const struct lex_entry *entry = lexicon_find(texts->lexicon, LEX_COMMAND, STR("یاریگر"));
    assert_non_null(entry);
    assert_string_equal(command_names[entry->value], "pledge");
    assert_true(texts->lexicon->names[LEX_PROVINCE].n == 31);
    assert_null(lexicon_find(texts_from(w, STR(""))->lexicon, LEX_COMMAND, STR("یاریگر")));
    (void)texts_from(w, STR("/nowhere/texts")); /* for its faults */
    assert_true(w->faults.count > 0);
}

/* A menu has place for so many, and an operator may bring a country of other provinces. */
static void names_are_counted(void **state)
{
    struct world *w = *state;
    struct sbuf text = sbuf_in(w->arena);
    for (int i = 0; i < LEXICON_NAMES_MOST + 1; i++) {
        if (i == LEXICON_NAMES_MOST)
            (void)file_with(w, "provinces.ini", sbuf_str(&text)); /* its path is known */
        if (i == LEXICON_NAMES_MOST)
            assert_int_equal(texts_from(w, str_of(w->folder))->lexicon->names[LEX_PROVINCE].n, i);
        if (w->faults.count > 0)
            fail_msg("%s", faults_text(w));
        sbuf_add(&text, str_printf(w->arena, "[p%d]\nfa = استانک%d\nen = county%d\n", i, i, i));
    }
    (void)file_with(w, "provinces.ini", sbuf_str(&text)); /* its path is known */
    (void)texts_from(w, str_of(w->folder));               /* for its faults */
    if (strstr(faults_text(w), "provinces.ini:193: [p64] is one too many: 64 is the most of a kind") == NULL)
        fail_msg("%s", faults_text(w));
}

static void a_word_means_one_thing(void **state)
{
    static const struct {
        const char *text, *part;
    } rows[] = {{"[pledge]\nfa = abc\n[need]\nen = ABC\n", "keywords.ini:4: \"abc\" means two things"},
                {"[pledge]\nfa = کمک كن\n[guess ask]\nfa = کمک کن\n", "means two things"},
                {"[nocommand]\nfa = abc\n", "keywords.ini:1: [nocommand]"},
                {"[pledge]\nde = abc\n", "keywords.ini:2: a key is fa, latin or en"}};
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)file_with(w, "keywords.ini", str_of(rows[i].text)); /* its path is known */
        (void)texts_from(w, str_of(w->folder));                   /* for its faults */
        tally_check(&t, strstr(faults_text(w), rows[i].part) != NULL, "\"%s\": %s", rows[i].text,
                    faults_text(w));
    }
    (void)file_with(w, "keywords.ini",
                    STR("[pledge]\nfa = abc, abc\nen = abc\n")); /* twice the same is no harm */
    (void)texts_from(w, str_of(w->folder));                      /* for its faults */
    tally_check(&t, w->faults.count == 0, "%s", faults_text(w));
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(catalogue_faults_are_told),   TEST(catalogues_are_proved_to_fit),
        TEST(templates_are_filled),        TEST(what_goes_to_many_fits_with_its_end),
        TEST(a_folder_overrides_one_file), TEST(a_word_means_one_thing),
        TEST(names_are_counted),
    };
    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
