/* Descriptions of USSD gateways: every fault is told with its file and line,
 * in one run of `check`; those that are built in have none. */
#include "tests/unit/conf_world.h"

#include "gateway/providers/ussd.h"

#define REQUEST "[request]\ninput = i\nsession = s\n"
#define ANSWER "[answer]\nbody = text\ntext = page\n"

static const struct fault_row {
    const char *text, *fault;
} rows[] = {
    {REQUEST ANSWER, ""},
    {"\xEF\xBB\xBF; a comment\r\n" REQUEST ANSWER, ""},
    {"[request]\ninput = i, j.k\nphone = /2\n[answer]\ntext = \"CON {page}\" | \"END {page}\"\n", ""},
    {"sesion = s\n" REQUEST ANSWER, "t.ini:1: unknown section []"},
    {REQUEST "sesion = s\n" ANSWER,
     "t.ini:4: unknown key sesion in [request]; there are: method body session"},
    {REQUEST ANSWER "[feilds]\n", "t.ini:7: unknown section [feilds]"},
    {REQUEST ANSWER "[feilds]\na = page\n", "t.ini:8: unknown section [feilds]"},
    {REQUEST "input = j\n" ANSWER, "t.ini:4: input is given twice"},
    {REQUEST "method = fetch\n" ANSWER, "t.ini:4: method must be get, post or put"},
    {REQUEST "body = yaml\n" ANSWER, "t.ini:4: body must be one of: query form json xmlrpc auto"},
    {REQUEST "accumulated = maybe\n" ANSWER, "t.ini:4: accumulated must be one of: no yes"},
    {REQUEST "phone_in_session = 1\n" ANSWER, "t.ini:4: phone_in_session must be one of: no yes"},
    {REQUEST "phone = a b\n" ANSWER, "t.ini:4: no name of a field: a b"},
    {REQUEST "phone = .a\n" ANSWER, "t.ini:4: no name of a field: .a"},
    {REQUEST "phone = /0\n" ANSWER, "t.ini:4: no name of a field: /0"},
    {REQUEST "phone = /x\n" ANSWER, "t.ini:4: no name of a field: /x"},
    {REQUEST "phone = ,\n" ANSWER, "t.ini:4: phone must name a field"},
    {REQUEST "over =\n" ANSWER, "t.ini:4: over must be FIELD: value"},
    {REQUEST "over = :\n" ANSWER, "t.ini:4: over must be FIELD: value"},
    {REQUEST "over = a:\n" ANSWER, "t.ini:4: over names no value"},
    {REQUEST "over = a: not \n" ANSWER, ""}, /* the word "not" */
    {REQUEST "over = a: not ,\n" ANSWER, "t.ini:4: over names no value"},
    {REQUEST "first = emtpy field\n" ANSWER, "t.ini:4: first must be FIELD: value"},
    {REQUEST "over = a\nover = b\nover = c\nover = d\nover = e\n" ANSWER,
     "t.ini:8: over may be given 4 times"},
    {REQUEST ANSWER "limit = 39\n", "t.ini:7: limit must be from 40 to 182"},
    {REQUEST ANSWER "limit = 183\n", "t.ini:7: limit must be from 40 to 182"},
    {REQUEST ANSWER "notice = no\n", "t.ini:7: notice must be one of: empty close"},
    {REQUEST ANSWER "type = سلام\n", "t.ini:7: type must be a content type"},
    {REQUEST "[answer]\ntext = \"CON {page}\" | \"END\"\n", "t.ini:5: text must hold the page both ways"},
    {REQUEST "[answer]\ntext = \"CON {page}\n", "t.ini:5: text must be \"text\", page"},
    {REQUEST "[answer]\ntext = page | page | page\n", "t.ini:5: text: what is this: | page"},
    {REQUEST "[answer]\ntext = page page\n", "t.ini:5: text: what is this: page"},
    {REQUEST "[answer]\ntext = page |\n", "t.ini:5: text must be \"text\", page"},
    {REQUEST "[answer]\nbody = json\n[fields]\nm = page\nf = @a b\n", "t.ini:8: f: what is this: b"},
    {REQUEST "[answer]\nbody = json\n[fields]\nm = page\nf = @\n", "t.ini:8: f must be \"text\", page"},
    {REQUEST "[answer]\nbody = json\n[fields]\nm = page\nf = 99999999999999999999\n",
     "t.ini:8: f must be \"text\", page"},
    {REQUEST "[answer]\nbody = json\n[fields]\nm = page\nm = 1\n", "t.ini:8: m is given twice"},
    {REQUEST "[answer]\nbody = json\n[fields]\nm = page\na b = 1\n", "t.ini:8: no name of a field: a b"},
    {REQUEST "[answer]\nbody = json\n[fields]\nm = 1\n", "t.ini: [fields] lacks the page"},
    {REQUEST "[answer]\nbody = json\n", "t.ini: [fields] lacks the page"},
    {REQUEST ANSWER "[fields]\nm = page\n", "t.ini: text belongs to texts and pipes"},
    {REQUEST "[answer]\nbody = json\ntext = page\n[fields]\nm = page\n", "t.ini: text belongs to texts"},
    {REQUEST ANSWER "[headers]\nX = page\n", "t.ini:8: a header may hold neither the page nor"},
    {REQUEST ANSWER "[headers]\nX = @a\n", "t.ini:8: a header may hold neither the page nor"},
    {REQUEST ANSWER "[headers]\nX Y = \"a\"\n", "t.ini:8: no name of a field: X Y"},
    {REQUEST, "t.ini: [answer] lacks text"},
    {"[request]\nsession = s\n" ANSWER, "t.ini: [request] lacks input"},
    {"[request]\ninput = i\n" ANSWER, "t.ini: [request] lacks session and phone"},
    {"[request\n" REQUEST ANSWER, "t.ini:1: a section's name must end with ]"},
    {REQUEST "nothing\n" ANSWER, "t.ini:4: neither [section] nor key = value"},
    {"\xff\n" REQUEST ANSWER, "t.ini:1: not UTF-8 text"},
    {"", "t.ini: [request] lacks input"},
};

static void faults_are_told_with_their_lines(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct faults faults = faults_in(w->arena);
        const struct ussd_description *d =
            ussd_describe(w->arena, "t.ini", str_dup(w->arena, str_of(rows[i].text)), &faults);
        bool good = rows[i].fault[0] == '\0';
        struct str said = sbuf_str(&faults.text), want = str_of(rows[i].fault);
        tally_check(&t, (d != NULL) == good && (faults.count == 0) == good, "row %zu: %u faults: %.*s", i,
                    faults.count, STR_ARG(said));
        tally_check(&t, good || (said.n > 0 && memmem(said.p, said.n, want.p, want.n) != NULL),
                    "row %zu: \"%.*s\", not \"%s\"", i, STR_ARG(said), rows[i].fault);
    }
    tally_end(&t);
}

static void more_parts_than_there_is_room_for(void **state)
{
    struct world *w = *state;
    struct sbuf text = sbuf_in(w->arena);
    struct faults faults = faults_in(w->arena);
    sbuf_add(&text, STR(REQUEST "[answer]\nbody = json\n[fields]\nm = page\n"));
    for (int i = 0; i < 40; i++)
        sbuf_printf(&text, "f%d = 1\n", i);
    assert_null(ussd_describe(w->arena, "t.ini", sbuf_str(&text), &faults));
    assert_int_equal(faults.count, 9); /* 32 fit */
}

static void those_built_in_are_fine(void **state)
{
    struct world *w = *state;
    size_t n = 0;
    for (; texts_ussd[n] != NULL; n++) {
        const char *name = str_cstr(w->arena, str_printf(w->arena, "ussd/%s.ini", texts_ussd[n]));
        struct faults faults = faults_in(w->arena);
        if (ussd_describe(w->arena, name, texts_builtin(name), &faults) == NULL)
            fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    }
    assert_true(n >= 9);
}

/* Any text is a description or has faults. */
static void any_text_is_survived(void **state)
{
    static const char *const parts[] = {
        "\"",     "|", "@", ":",    ",",    "*", "..", "=", "\n",         "[fields]\n", "not ",
        "{page}", "/", ".", "page", "\xff", "a", "0",  "-", "[answer]\n", "text = "};
    uint64_t seed = 7;
    (void)state; /* it needs none */
    for (size_t i = 0; i < 3000; i++) {
        struct arena *arena = arena_new(1 << 12);
        const char *name = str_cstr(arena, str_printf(arena, "ussd/%s.ini", texts_ussd[i % 15]));
        struct faults faults = faults_in(arena);
        struct sbuf text = sbuf_in(arena);
        struct str whole = texts_builtin(name);
        size_t at = random_below(&seed, whole.n), from = random_below(&seed, whole.n);
        sbuf_add(&text, str_from(whole.p, at));
        sbuf_add(&text,
                 random_text(arena, &seed, parts, sizeof parts / sizeof parts[0], random_below(&seed, 5)));
        sbuf_add(&text, str_after(whole, from));
        const struct ussd_description *d = ussd_describe(arena, "t.ini", sbuf_str(&text), &faults);
        assert_true((d == NULL) == (faults.count > 0));
        arena_free(arena);
    }
}

static void faults_of_settings(struct world *w, const char *describe, const char *want)
{
    struct faults faults = faults_in(w->arena);
    struct str text =
        str_printf(w->arena, "[channel u]\nprovider = ussd\nnumber = 1\nsecret = s\n%s", describe);
    w->world.providers = provider_options(&w->world.provider_count);
    struct config *config = config_parse("y.ini", text, &w->world, &faults);
    struct str said = sbuf_str(&faults.text);
    bool told = said.n > 0 && memmem(said.p, said.n, want, strlen(want)) != NULL;
    if (config != NULL || !told)
        fail_msg("\"%.*s\", not \"%s\"", STR_ARG(said), want);
}

static void a_description_must_be_there(void **state)
{
    struct world *w = *state;
    faults_of_settings(w, "", "y.ini:1: [channel u] lacks describe");
    faults_of_settings(w, "describe =\n", "y.ini:1: [channel u] lacks describe");
    faults_of_settings(w, "describe = hubtl\n",
                       "y.ini:1: [channel u] describe = hubtl: there is no ussd/hubtl.ini");
    faults_of_settings(w, "describe = hubtl\n", " hubtel ");
    faults_of_settings(w, "describe = ../messages/fa\n", "y.ini:1: [channel u] describe = ../messages/fa: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_told_with_their_lines),
        cmocka_unit_test(more_parts_than_there_is_room_for),
        cmocka_unit_test(those_built_in_are_fine),
        cmocka_unit_test(any_text_is_survived),
        cmocka_unit_test(a_description_must_be_there),
    };
    return cmocka_run_group_tests_name("ussd descriptions", tests, up, down);
}
