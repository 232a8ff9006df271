/* Fuzzes the letters: UTF-8 and UTF-16, folding, and the measure of an SMS. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/fold.h"
#include "gateway/base/segment.h"

static size_t nuls(struct str bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i++)
        n += bytes.p[i] == 0;
    return n;
}

static void check_decoders(struct arena *arena, struct str bytes)
{
    bool bad = false, bad16 = false;
    struct str text = utf8_repair(arena, bytes, &bad);
    MUST(is_text(text) && bad == !utf8_valid(bytes) && text.n <= bytes.n * 3);
    text = utf8_from_utf16be(arena, bytes, &bad16);
    MUST(is_text(text) && text.n <= bytes.n * 3 && (bad16 || bytes.n % 2 == 0));
    MUST(utf8_units16(text) <= bytes.n / 2 + 1);
    text = utf8_from_latin1(arena, bytes);
    MUST(is_text(text) && utf8_units16(text) + nuls(bytes) == bytes.n);
    for (size_t n = 0; n < 8; n++)
        MUST(utf8_cut(bytes, n).n <= n);
}

/* Letters that no mark can join with: where a mark stands behind a letter that
 * is dropped, the next folding may compose it with what is before. */
static bool all_starters(struct str text)
{
    while (text.n > 0)
        if (!icu_boundary_before(utf8_next(&text)))
            return false;
    return true;
}

static void check_fold(struct arena *arena, struct str text)
{
    struct folded folded = fold_text(arena, text, true);
    struct str f = folded.text;
    MUST(is_text(f) && f.n <= FOLD_OUT_MOST && str_eq(f, fold(arena, text)));
    MUST(f.n == 0 || (f.p[0] != ' ' && f.p[f.n - 1] != ' '));
    for (size_t i = 0; i < f.n; i++) {
        MUST(folded.origin[i] <= folded.origin[i + 1] && folded.origin[i + 1] <= text.n);
        MUST(f.p[i] != ' ' || f.p[i - 1] != ' ');
        MUST((unsigned char)f.p[i] >= ' ' && !(f.p[i] >= 'A' && f.p[i] <= 'Z'));
    }
    if (all_starters(text) && text.n <= 600)
        MUST(str_eq(fold(arena, f), f));
    if (text.n <= 600)
        MUST(str_eq(fold(arena, fold_digits(arena, text)), f));
    MUST(fold_glued(arena, f).n <= f.n);
}

static void check_measure(struct arena *arena, struct str text)
{
    struct sms_size size = sms_measure(text);
    unsigned alone = size.encoding == SMS_GSM7 ? 160 : 70, each = size.encoding == SMS_GSM7 ? 153 : 67;
    MUST((size.segments == 1) == (size.units <= alone));
    MUST(size.segments == 1 ||
         (size.segments * each >= size.units && (size.segments - 1) * (each - 1) < size.units));
    MUST(size.encoding == SMS_GSM7 ? size.culprit.n == 0 : size.units == utf8_units16(text));
    for (unsigned units = 0; units < 170; units += 13) {
        struct str cut = sms_cut(arena, text, units);
        MUST(is_text(cut));
        MUST((size.encoding == SMS_GSM7 ? sms_measure(cut).units : utf8_units16(cut)) <= units);
        MUST(size.units > units || str_eq(cut, text));
    }
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
    struct str bytes = fuzz_input(data, size);
    struct arena *arena = arena_new(1 << 16);
    bool bad = false;
    check_decoders(arena, bytes);
    struct str text = utf8_repair(arena, bytes, &bad);
    check_fold(arena, text);
    check_measure(arena, text);
    arena_free(arena);
    fuzz_input_free(bytes);
    return 0;
}
