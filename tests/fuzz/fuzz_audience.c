/* Fuzzes the language of audiences.  An input is a text: it is read or
 * refused at a place within it; what was read is printed, reads back, and
 * makes a query that the engine takes. */
#include "tests/fuzz/fuzz.h"

#include "gateway/model/audience.h"
#include "gateway/store/store.h"

static struct fuzz_words words;
static const struct lexicon *lexicon;
static struct store *store;
static struct zone *zone;

static uint32_t characters(struct str s)
{
    uint32_t n = 0;
    while (s.n > 0) {
        (void)utf8_next(&s); /* only counted */
        n++;
    }
    return n;
}

static void check_fault(struct arena *arena, struct str text, const struct audience_fault *f)
{
    uint32_t all = characters(text);
    MUST(f->problem > AUDIENCE_FINE && f->problem < AUDIENCE_PROBLEMS);
    MUST(f->place.at <= all && f->place.length <= all - f->place.at);
    for (int language = 0; language < LANGUAGES; language++) {
        struct str said =
            audience_fault_text(words.texts->catalogue[language], arena, f, (enum language)language);
        MUST(said.n > 0 && said.n < 2000 && utf8_valid(said));
    }
}

static void check_printed(struct arena *arena, const struct audience *a)
{
    for (int language = 0; language < LANGUAGES; language++) {
        struct audience again;
        struct audience_fault f;
        struct str printed = audience_print(lexicon, arena, a, (enum language)language);
        MUST(utf8_valid(printed));
        if (printed.n <= AUDIENCE_TEXT_MOST && audience_parse(lexicon, arena, printed, &again, &f))
            MUST(audience_equal(a, &again));
        else
            MUST(printed.n > AUDIENCE_TEXT_MOST);
    }
}

static void check_query(struct arena *arena, struct audience *a)
{
    int64_t phones[4];
    struct audience_fault f;
    struct audience_count count;
    struct audience_page page = {0};
    audience_fix(a, zone, 1762500000);
    MUST(store_begin(store));
    bool known = audience_resolve(store, arena, a, &f); /* else it asks for a campaign 0 */
    MUST(known || f.problem == AUDIENCE_CAMPAIGN_ABSENT || f.problem == AUDIENCE_NEED_ABSENT);
    audience_count(store, arena, a, STR("98"), &count);
    MUST(count.people + count.abroad + count.stopped == 0);
    MUST(audience_page(store, arena, a, STR("98"), &page, phones, 4) == 0 && !page.more);
    MUST(store_failed(store) == STORE_FINE);
    store_rollback(store);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error e;
    (void)argc;
    (void)argv;
    words = fuzz_words_open();
    lexicon = words.texts->lexicon;
    store = store_open("", STORE_MEMORY, &e);
    zone = zone_open("Asia/Tehran", &e);
    MUST(store != NULL && zone != NULL);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = fuzz_input(data, size);
    struct arena *arena = arena_new(4096);
    bool bad = false;
    struct str text = utf8_repair(arena, input, &bad); /* as the adapters hand it over */
    struct audience a;
    struct audience_fault f;
    if (audience_parse(lexicon, arena, text, &a, &f)) {
        MUST(a.n > 0 && a.n <= AUDIENCE_NODES && f.problem == AUDIENCE_FINE);
        check_printed(arena, &a);
        check_query(arena, &a);
    } else {
        check_fault(arena, text, &f);
    }
    arena_free(arena);
    fuzz_input_free(input);
    return 0;
}
