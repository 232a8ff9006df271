/* Fuzzes what looks through a broadcast's text: a fault points within the text
 * and stands alone too, what is found is found behind anything else, and the
 * words at the end are added once. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/segment.h"
#include "gateway/model/line_rules.h"

static const struct channel promo = {.line = STR_INIT("promo"), .rate = 1};

static void check_fault(struct arena *arena, struct str text, const struct line_fault *f)
{
    size_t before = (size_t)(f->piece.p - text.p), at = 0, length = 0;
    MUST(f->problem == LINE_LINK || f->problem == LINE_CARD);
    MUST(f->piece.n > 0 && before <= text.n && f->piece.n <= text.n - before && utf8_valid(f->piece));
    for (struct str rest = str_from(text.p, before); rest.n > 0; at++)
        MUST(utf8_next(&rest) != UTF8_BAD);
    for (struct str rest = f->piece; rest.n > 0; length++)
        MUST(utf8_next(&rest) != UTF8_BAD);
    MUST(f->at == at && f->length == length);
    struct line_fault again;
    MUST(!line_check(&promo, str_printf(arena, "سلام %.*s", STR_ARG(text)), &again));
}

static void check_end(struct arena *arena, struct str text)
{
    struct str whole = line_text(&promo, arena, text), character;
    size_t place;
    MUST(utf8_valid(whole) && whole.n <= text.n + 16 && str_eq(line_text(&promo, arena, whole), whole));
    MUST(sms_forces_ucs2(text, &character, &place) == (sms_measure(text).encoding == SMS_UCS2));
    MUST(place <= text.n && (character.n > 0 || place == 0));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error e;
    (void)argc;
    (void)argv;
    MUST(icu_start(&e) && crypto_start(&e));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = fuzz_input(data, size);
    struct arena *arena = arena_new(1 << 14);
    bool bad = false;
    struct str text = utf8_repair(arena, input, &bad); /* as each door hands it over */
    struct line_fault fault;
    if (!line_check(&promo, text, &fault))
        check_fault(arena, text, &fault);
    check_end(arena, text);
    arena_free(arena);
    fuzz_input_free(input);
    return 0;
}
