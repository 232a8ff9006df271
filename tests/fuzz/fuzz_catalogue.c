/* Fuzzes a catalogue of messages: a province may bring its own.  What is taken
 * can be said with any values, and checked. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/segment.h"
#include "gateway/conf/catalogue.h"

static const struct message_spec small[] = {{"a", "code amount", ROOM_ONE},
                                            {"b", "title ref more", ROOM_PART},
                                            {"c", "", ROOM_ONE},
                                            {NULL, NULL, ROOM_ONE}};
static const struct message_spec *const lists[] = {small};

static bool opens_with_a(void *ctx, struct str text)
{
    (void)ctx;
    MUST(is_text(text));
    return str_starts(text, STR("a"));
}

/* VALUE is any text of ours. */
static void check_say(const struct catalogue *catalogue, struct arena *arena, struct str value)
{
    const struct text_field fields[] = {{"code", STR("1007")},
                                        {"amount", STR("۵۰۰٬۰۰۰ تومان")},
                                        {"title", value},
                                        {"ref", value},
                                        {"more", STR("3")}};
    for (size_t i = 0; small[i].key != NULL; i++) {
        struct str said = catalogue_say(catalogue, arena, small[i].key, fields, 5);
        MUST(is_text(said));
    }
}

static struct str as_it_is(void *ctx, struct arena *arena, struct str text)
{
    (void)ctx, (void)arena;
    return text;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error e;
    (void)argc;
    (void)argv;
    MUST(icu_start(&e));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = fuzz_input(data, size), rest = input, text = next_part(&rest);
    struct arena *arena = arena_new(1 << 14);
    bool bad = false;
    for (int language = 0; language < LANGUAGES; language++) {
        struct faults faults = faults_in(arena), checked = faults_in(arena);
        struct catalogue *catalogue =
            catalogue_parse(arena, (enum language)language, "fuzz", text, lists, 1, &faults);
        MUST(is_text(sbuf_str(&faults.text)));
        if (faults.count > 0)
            continue;
        check_say(catalogue, arena, utf8_repair(arena, rest, &bad));
        const struct catalogue_world world = {opens_with_a, as_it_is, NULL};
        catalogue_check(catalogue, arena, &world, &checked);
        MUST(is_text(sbuf_str(&checked.text)));
    }
    arena_free(arena);
    fuzz_input_free(input);
    return 0;
}
