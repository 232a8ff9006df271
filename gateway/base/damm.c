/* The Damm check digit, need codes and the outer form of references. */
#include "gateway/base/damm.h"

#include <stdio.h>

/* The quasigroup of order 10 given in Damm's thesis. */
static const unsigned char quasigroup[10][10] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3}, {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6}, {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7}, {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

unsigned damm_digit(struct str digits)
{
    unsigned interim = 0;
    for (size_t i = 0; i < digits.n; i++)
        interim = quasigroup[interim][(unsigned char)digits.p[i] - '0'];
    return interim;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

bool damm_holds(struct str digits)
{
    return all_digits(digits) && damm_digit(digits) == 0;
}

bool code_shape(struct str d)
{
    return d.n >= 4 && d.n <= 7 && all_digits(d) && d.p[0] != '0' && (d.n == 4 || d.p[d.n - 1] != '0');
}

bool code_valid(struct str digits)
{
    return code_shape(digits) && damm_holds(digits);
}

uint32_t code_from_base(uint32_t base)
{
    char digits[12];
    int n = snprintf(digits, sizeof digits, "%u", base);
    return base * 10 + damm_digit(str_from(digits, (size_t)n));
}

uint32_t code_base_allowed(uint32_t base)
{
    if (base < 100)
        base = 100;
    while (base >= 1000 && code_from_base(base) % 10 == 0)
        base++;
    return base <= 999999 ? base : 0;
}

bool reference_shape(struct str digits)
{
    return (digits.n == 8 || digits.n == 9) && all_digits(digits);
}

bool reference_valid(struct str d)
{
    return reference_shape(d) && d.p[0] != '0' && d.p[d.n - 1] != '0' && damm_holds(d);
}
