/* Fuzzes what reads numbers: phones, codes, references, amounts, durations,
 * dates. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/damm.h"
#include "gateway/base/date.h"
#include "gateway/base/number.h"
#include "gateway/base/phone.h"
#include "gateway/conf/option.h"

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* A number that we would text to is E.164, and stays itself when read again. */
static void check_phone(struct arena *arena, struct str text, const char *country)
{
    struct phone phone = phone_parse(text, country);
    struct str digits = str_of(phone.digits);
    char mask[32];
    phone_mask(phone.digits, mask);
    MUST(strlen(mask) < sizeof mask && digits.n < sizeof phone.digits);
    MUST((phone.kind == PHONE_INVALID) || digits.n > 0);
    MUST(phone.kind == PHONE_ALPHA ? is_text(digits) : digits.n == 0 || all_digits(digits));
    MUST(phone.kind == PHONE_ALPHA || digits.n < 8 || strstr(mask, phone.digits) == NULL);
    if (!phone_reachable(&phone))
        return;
    MUST(digits.n <= 15 && digits.p[0] != '0');
    struct phone again = phone_parse(str_printf(arena, "+%s", phone.digits), country);
    MUST(phone_reachable(&again) && str_is(str_of(again.digits), phone.digits));
    MUST(phone_same_line(text, text, country));
}

static void check_codes(struct arena *arena, struct str text)
{
    MUST(!code_valid(text) || (code_shape(text) && text.n <= 7 && damm_holds(text)));
    MUST(!reference_valid(text) || (reference_shape(text) && text.n <= 9));
    if (!all_digits(text))
        return;
    struct str whole = str_printf(arena, "%.*s%u", STR_ARG(text), damm_digit(text));
    MUST(damm_holds(whole));
    char *wrong = arena_alloc(arena, whole.n + 1);
    memcpy(wrong, whole.p, whole.n);
    size_t at = text.n / 2;
    wrong[at] = wrong[at] == '9' ? '0' : (char)(wrong[at] + 1);
    MUST(!damm_holds(str_from(wrong, whole.n)));
}

static void check_reference(struct str text)
{
    struct reference_key key = {{7, 1, 9}};
    uint64_t number = 0;
    uint32_t sequence = 0;
    if (!str_to_u64(text, &number) || number > UINT32_MAX)
        return;
    uint32_t reference = reference_from(&key, (uint32_t)number);
    MUST((reference == 0) == (number >= 89100000));
    MUST(reference == 0 || (reference_to(&key, reference, &sequence) && sequence == (uint32_t)number));
    if (reference_to(&key, (uint32_t)number, &sequence))
        MUST(reference_from(&key, sequence) == (uint32_t)number);
}

static void check_amount(struct arena *arena, struct str text)
{
    struct digits d = digits_read(text);
    int64_t value = 0, ms = 0, rial = 0;
    MUST(d.form == DIGITS_HUGE || d.whole >= 0);
    if (d.form == DIGITS_FRACTION || d.form == DIGITS_EITHER) {
        MUST(d.fraction.mantissa >= 0 && d.fraction.decimals <= 9);
        MUST(!decimal_times(d.fraction, 1000000, &value) || value >= 0);
    }
    struct str shown = number_write(arena, d.whole, false), shown_fa = number_write(arena, d.whole, true);
    struct digits again = digits_read(shown);
    MUST(d.form == DIGITS_HUGE || again.form == DIGITS_HUGE || again.whole == d.whole);
    MUST(utf8_valid(shown_fa) &&
         str_eq(digits_persian(arena, str_from(shown.p, 1)), utf8_cut(shown_fa, shown.p[0] == '-' ? 1 : 2)));
    MUST(!option_duration(text, &ms) || (ms >= 0 && ms <= 86400LL * 1000 * 36500));
    MUST(!option_money(text, &rial) || rial >= 0);
}

static void check_dates(struct arena *arena, struct str text)
{
    struct date date, again;
    struct date_fault fault;
    int64_t at;
    if (date_read(arena, text, 20779, &date, &fault)) {
        MUST(date.day >= -25567 && date.day < 84006 && date.minutes >= -1 && date.minutes < 1440);
        for (int which = 0; which < 2; which++)
            MUST(date_read(arena, date_write(arena, (enum calendar)which, date.day), DATE_NO_TODAY, &again,
                           &fault) &&
                 again.day == date.day);
    } else {
        MUST(fault.said[0] != '\0' && utf8_valid(str_of(fault.said)));
        MUST(fault.part.n <= text.n && (fault.part.n == 0 || fault.part.p >= text.p));
    }
    if (!date_read_utc(arena, text, &at, &fault))
        MUST(fault.said[0] != '\0');
}

static void check_words(struct arena *arena, struct str text)
{
    struct str parts[8];
    size_t n = number_word_split(text, parts, 8), bytes = 0;
    MUST(n <= 8);
    for (size_t i = 0; i < n; i++) {
        MUST(number_word_find(parts[i]) != NULL && parts[i].p == text.p + bytes);
        bytes += parts[i].n;
    }
    MUST(n == 0 || bytes == text.n);
    check_dates(arena, text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error e;
    (void)argc;
    (void)argv;
    MUST(icu_start(&e) && crypto_start(&e));
    return 0;
}

static bool digits_and_marks(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr("0123456789.,/", s.p[i]) == NULL || s.p[i] == '\0')
            return false;
    return s.n > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size);
    struct arena *arena = arena_new(4096);
    bool bad = false;
    struct str mended = utf8_repair(arena, text, &bad); /* as the adapters hand it over */
    check_phone(arena, mended, "98");
    check_phone(arena, mended, "254");
    check_codes(arena, text);
    check_reference(text);
    if (digits_and_marks(text)) /* the grammar hands over nothing else */
        check_amount(arena, text);
    check_words(arena, text);
    arena_free(arena);
    fuzz_input_free(text);
    return 0;
}
