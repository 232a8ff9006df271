/* Numbers as people write them.
 *
 * By hand, though ICU can parse spelled-out numbers: its rules know neither
 * تومن nor پونصد nor a number glued to its unit, give no half millions, and
 * fall back to reading a part of what was written, which here would be a
 * pledge of another amount. */
#include "gateway/base/number.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/utf8.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_groups_of_three(struct str run)
{
    size_t group = 0, groups = 0;
    for (size_t i = 0; i <= run.n; i++) {
        if (i < run.n && is_digit(run.p[i])) {
            group++;
            continue;
        }
        if (groups == 0 ? group > 3 : group != 3)
            return false;
        groups++;
        group = 0;
    }
    return run.p[0] != '0';
}

static struct str only_digits(struct str run, char out[64])
{
    size_t n = 0;
    for (size_t i = 0; i < run.n && n < 64; i++) /* unreachable: digits_read lets 60 bytes through */
        if (is_digit(run.p[i]))
            out[n++] = run.p[i];
    return str_from(out, n);
}

static bool whole_of(struct str run, int64_t *out)
{
    char plain[64];
    struct str digits = only_digits(run, plain);
    return str_to_i64(digits, out);
}

static bool fraction_of(struct str run, size_t mark, struct decimal *out)
{
    struct str behind = str_after(run, mark + 1);
    while (behind.n > 1 && behind.p[behind.n - 1] == '0') /* 1.500 is 1.5 */
        behind.n--;
    out->decimals = (unsigned)behind.n;
    if (behind.n > 9)
        return false;
    struct str both = str_from(run.p, mark + 1 + behind.n);
    return whole_of(both, &out->mantissa); /* and it holds: all the run's digits fitted already */
}

struct digits digits_read(struct str run)
{
    struct digits d = {.form = DIGITS_PLAIN};
    size_t marks = 0, mark = 0;
    for (size_t i = 0; i < run.n; i++)
        if (!is_digit(run.p[i])) {
            marks++;
            mark = i;
        }
    size_t left = mark, right = marks > 0 ? run.n - mark - 1 : 0;
    d.leading_mark = marks > 0 && (run.p[0] == '.' || run.p[0] == '/');
    bool dot = marks == 1 && (run.p[mark] == '.' || run.p[mark] == '/');

    if (run.n > 60 || !whole_of(run, &d.whole))
        d.form = DIGITS_HUGE;
    else if (marks == 0)
        d.form = DIGITS_PLAIN;
    else if (marks == 1 && left == 0)
        d.form = DIGITS_FRACTION;
    else if (all_groups_of_three(run))
        d.form = dot ? DIGITS_EITHER : DIGITS_GROUPED;
    else if (marks > 1 || right > 3 || left > 3 || (!dot && right > 2))
        d.form = marks == 1 && dot && right <= 2 ? DIGITS_FRACTION : DIGITS_APART;
    else
        d.form = DIGITS_FRACTION;
    if ((d.form == DIGITS_FRACTION || d.form == DIGITS_EITHER) && !fraction_of(run, mark, &d.fraction))
        d.form = DIGITS_HUGE;
    return d;
}

bool decimal_times(struct decimal d, int64_t scale, int64_t *out)
{
    while (d.decimals > 0 && scale % 10 == 0) {
        scale /= 10;
        d.decimals--;
    }
    while (d.decimals > 0) {
        if (d.mantissa % 10 != 0)
            return false;
        d.mantissa /= 10;
        d.decimals--;
    }
    return !__builtin_mul_overflow(d.mantissa, scale, out);
}

struct str number_write(struct arena *arena, int64_t n, bool persian)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n);
    struct sbuf out = sbuf_in(arena);
    for (int i = 0; i < length; i++) {
        if (persian && is_digit(digits[i]))
            utf8_add(&out, 0x06F0u + (uint32_t)(digits[i] - '0'));
        else
            sbuf_byte(&out, digits[i]);
        if (is_digit(digits[i]) && i + 1 < length && (length - i - 1) % 3 == 0)
            sbuf_add(&out, persian ? STR("٬") : STR(","));
    }
    return sbuf_str(&out);
}

struct str digits_persian(struct arena *arena, struct str s)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < s.n; i++)
        if (is_digit(s.p[i]))
            utf8_add(&out, 0x06F0u + (uint32_t)(s.p[i] - '0'));
        else
            sbuf_byte(&out, s.p[i]);
    return sbuf_str(&out);
}
