/* Codes and references: promise 3 rests on them, so what they must catch is
 * tried on every code of up to five digits, and on samples above. */
#include "unit.h"

#include "gateway/base/damm.h"

struct code {
    char digits[12];
    size_t n;
};

static struct code code_of(uint32_t number)
{
    struct code c;
    int n = snprintf(c.digits, sizeof c.digits, "%u", number);
    c.n = (size_t)n;
    return c;
}

static struct str text_of(const struct code *c)
{
    return str_from(c->digits, c->n);
}

static void knows_its_examples(void **state)
{
    (void)state;
    static const char *const good[] = {"1007", "1010", "1029", "5724"};
    static const char *const bad[] = {
        "",     "1",     "107",  "1008", "1070", "0107",     "10070", "100700", "10077777",
        "10 7", "1007 ", "-107", "۱۰۰۷", "0000", "00000000", "10100", "abcd",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(code_valid(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (code_valid(str_of(bad[i])))
            fail_msg("%s passes for a code", bad[i]);
    assert_int_equal(code_from_base(100), 1007);
    assert_int_equal(code_from_base(572), 5724);
    assert_int_equal(damm_digit(STR("572")), 4);
    assert_true(damm_holds(STR("5724")));
    assert_true(code_shape(STR("1010")) && code_shape(STR("9999999")) && code_shape(STR("1008")));
    assert_false(code_shape(STR("10010")) || code_shape(STR("0108")) || code_shape(STR("12345678")));
}

/* Every wrong digit, every swap of two neighbours, every number of zeros at
 * the end. */
static void check_slips(struct tally *t, uint32_t number, bool (*valid)(struct str))
{
    struct code c = code_of(number);
    tally_check(t, valid(text_of(&c)), "%u is not valid itself", number);
    for (size_t i = 0; i < c.n; i++) {
        struct code wrong = c;
        for (char d = '0'; d <= '9'; d++) {
            wrong.digits[i] = d;
            tally_check(t, d == c.digits[i] || !valid(text_of(&wrong)), "%u and %s are both valid", number,
                        wrong.digits);
        }
        wrong = c;
        if (i + 1 < c.n && c.digits[i] != c.digits[i + 1]) {
            wrong.digits[i] = c.digits[i + 1];
            wrong.digits[i + 1] = c.digits[i];
            tally_check(t, !valid(text_of(&wrong)), "%u and %s are both valid", number, wrong.digits);
        }
    }
    struct code longer = c;
    while (longer.n < 11) {
        longer.digits[longer.n++] = '0';
        tally_check(t, !valid(text_of(&longer)), "%u with zeros added is valid", number);
    }
}

static void codes_catch_every_slip(void **state)
{
    (void)state;
    struct tally t = tally_new();
    uint64_t seed = 2004;
    for (uint32_t base = 100; base <= 9999; base++)
        if (code_base_allowed(base) == base)
            check_slips(&t, code_from_base(base), code_valid);
    for (int i = 0; i < 5000; i++) {
        uint32_t base = code_base_allowed(10000 + (uint32_t)random_below(&seed, 989000));
        check_slips(&t, code_from_base(base), code_valid);
    }
    tally_end(&t);
}

static void bases_skip_what_ends_in_zero(void **state)
{
    (void)state;
    struct tally t = tally_new();
    for (uint32_t base = 100; base <= 999999; base++) {
        struct code c = code_of(code_from_base(base));
        bool allowed = base < 1000 || c.digits[c.n - 1] != '0';
        uint32_t got = code_base_allowed(base);
        tally_check(&t, allowed ? got == base : got > base || got == 0, "base %u gave %u", base, got);
        tally_check(&t, code_valid(text_of(&c)) == allowed, "the code of base %u", base);
    }
    assert_int_equal(code_base_allowed(0), 100);
    assert_int_equal(code_base_allowed(99), 100);
    assert_int_equal(code_base_allowed(1000000), 0);
    assert_int_equal(code_base_allowed(UINT32_MAX), 0);
    tally_end(&t);
}

/* ---- references ---- */

enum { EIGHT = 8100000, ALL = 89100000, SAMPLE = 300000 };

static struct reference_key key_of(unsigned char fill)
{
    struct reference_key key;
    for (unsigned i = 0; i < sizeof key.byte; i++)
        key.byte[i] = (uint8_t)(fill * 31 + i * 7);
    return key;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t check_reference(struct tally *t, const struct reference_key *key, uint32_t sequence)
{
    uint32_t reference = reference_from(key, sequence), back = UINT32_MAX;
    struct code c = code_of(reference);
    tally_check(t, reference_valid(text_of(&c)), "sequence %u gives %u, which is none", sequence, reference);
    tally_check(t, c.n == (sequence < EIGHT ? 8 : 9), "sequence %u gives %zu digits", sequence, c.n);
    tally_check(t, reference_to(key, reference, &back) && back == sequence,
                "sequence %u comes back from %u as %u", sequence, reference, back);
    return reference;
}

static void references_are_one_to_one(void **state)
{
    (void)state;
    struct tally t = tally_new();
    struct reference_key key = key_of(1);
    const uint32_t from[] = {0, EIGHT - SAMPLE / 3, ALL - SAMPLE / 3};
    uint32_t *seen = malloc(SAMPLE * sizeof *seen);
    size_t n = 0;
    assert_non_null(seen);
    for (size_t i = 0; i < 3; i++) /* the second third ends where 9 digits begin */
        for (uint32_t j = 0; j < SAMPLE / 3; j++)
            seen[n++] = check_reference(&t, &key, from[i] + j);
    qsort(seen, n, sizeof *seen, ascending);
    for (size_t i = 1; i < n; i++)
        tally_check(&t, seen[i] != seen[i - 1], "%u is given twice", seen[i]);
    free(seen);
    tally_end(&t);
}

static void references_end_where_they_should(void **state)
{
    (void)state;
    struct tally t = tally_new();
    struct reference_key key = key_of(2);
    assert_true(check_reference(&t, &key, EIGHT - 1) <= 99999999);
    assert_true(check_reference(&t, &key, EIGHT) >= 100000000);
    assert_true(check_reference(&t, &key, ALL - 1) <= 999999999);
    assert_int_equal(reference_from(&key, ALL), 0);
    assert_int_equal(reference_from(&key, UINT32_MAX), 0);
    uint32_t sequence;
    const uint32_t none[] = {0, 1, 1007, 9999999, 10000000, 48291760, 48291716, 1000000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(reference_to(&key, none[i], &sequence));
    assert_true(reference_to(&key, 48291761, &sequence) && sequence < EIGHT);
    assert_true(reference_valid(STR("48291761")) && reference_valid(STR("52839177")));
    assert_false(reference_valid(STR("048291761")) || reference_valid(STR("482917610")));
    assert_false(reference_valid(STR("4829176")) || reference_valid(STR("4829176100")));
    assert_true(reference_shape(STR("00000000")) && !reference_shape(STR("4829176a")));
    tally_end(&t);
}

static bool maps(struct str digits)
{
    struct reference_key key = key_of(3);
    uint64_t number = 0;
    uint32_t sequence;
    return str_to_u64(digits, &number) && number <= UINT32_MAX && digits.p[0] != '0' &&
           reference_to(&key, (uint32_t)number, &sequence);
}

static void a_slip_in_a_reference_maps_to_nothing(void **state)
{
    (void)state;
    struct tally t = tally_new();
    struct reference_key key = key_of(3);
    uint64_t seed = 8;
    for (int i = 0; i < 4000; i++)
        check_slips(&t, reference_from(&key, (uint32_t)random_below(&seed, i % 2 == 0 ? EIGHT : ALL)), maps);
    tally_end(&t);
}

static void another_key_gives_other_references(void **state)
{
    (void)state;
    struct reference_key one = key_of(1), other = key_of(1);
    other.byte[15] ^= 1;
    unsigned same = 0, neighbours = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t a = reference_from(&one, i), next = reference_from(&one, i + 1);
        same += a == reference_from(&other, i);
        neighbours += next > a && next - a < 1000; /* volumes would show */
    }
    assert_true(same <= 3);
    assert_true(neighbours <= 10);
}

static int start(void **state)
{
    (void)state;
    struct error e;
    return crypto_start(&e) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_examples),
        cmocka_unit_test(codes_catch_every_slip),
        cmocka_unit_test(bases_skip_what_ends_in_zero),
        cmocka_unit_test(references_are_one_to_one),
        cmocka_unit_test(references_end_where_they_should),
        cmocka_unit_test(a_slip_in_a_reference_maps_to_nothing),
        cmocka_unit_test(another_key_gives_other_references),
    };
    return cmocka_run_group_tests_name("damm", tests, start, NULL);
}
