/* Numbers as people write them: digits with every usual separator, spelled
 * out in Persian, Finglish and English, scale words, halves.
 *
 * A number here is exact: MANTISSA / 10^DECIMALS, no floating point.
 *
 * Any thread; pure; linear time.  Works on folded text (fold.h). */
#ifndef YAVAR_BASE_NUMBER_H
#define YAVAR_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/str.h"

/* What a word can mean inside a number. */
enum number_word_kind {
    WORD_NONE,
    WORD_DIGITS_BELOW_100, /* value is the number: یک … نود, one … ninety */
    WORD_HUNDREDS,         /* value is 100 … 900: صد, پانصد */
    WORD_HUNDRED,          /* English "hundred": multiplies what stands before it */
    WORD_SCALE,            /* value is 10^3, 10^6, 10^9, 10^12 */
    WORD_HALF,             /* value is 50 or 25 (hundredths): نیم, half, ربع */
    WORD_AND,              /* و, and */
    WORD_ARTICLE,          /* a, an: one, before a scale or a half */
    WORD_ZERO,
    WORD_TOMAN,
    WORD_RIAL,
    WORD_MINUS,   /* منفی, minus */
    WORD_FOREIGN, /* another country's money: never read as ours */
};

struct number_word {
    enum number_word_kind kind;
    int64_t value;
    bool only_after_digits; /* k, m, t: mean something only behind digits */
    bool hemmat;            /* همت: 10^12 and the unit toman in one */
};

/* NULL where WORD means nothing in a number. */
const struct number_word *number_word_find(struct str word);

/* Whether WORD is one slip away from a scale word, toman or rial (of four letters or more). */
bool number_word_near(struct str word);

/* Cuts a word that is nothing but number words run together
 * (`پانصدهزارتومان`) into them; returns how many (at most MOST), 0 where it is no such word. */
size_t number_word_split(struct str word, struct str *parts, size_t most);

/* What a run of digits and separators (`1,200,000`, `1.5`, `1/500`) is. */
enum digits_form {
    DIGITS_PLAIN,    /* digits only */
    DIGITS_GROUPED,  /* thousands: value is whole */
    DIGITS_FRACTION, /* a decimal fraction; means something only with a scale word */
    DIGITS_EITHER,   /* one group of three after . or /: 1.500 is 1500, or 1.5 with a scale word */
    DIGITS_APART,    /* no number: its parts stand for themselves (1007,500000) */
    DIGITS_HUGE,     /* beyond int64 */
};

struct decimal {
    int64_t mantissa;
    unsigned decimals;
};

struct digits {
    enum digits_form form;
    bool leading_mark;       /* .5: meant as a fraction, or a stray full stop */
    int64_t whole;           /* with PLAIN, GROUPED, EITHER: the value without a separator */
    struct decimal fraction; /* with FRACTION, EITHER */
};

struct digits digits_read(struct str run);

/* (mantissa / 10^decimals) * scale, when that is whole and fits. */
bool decimal_times(struct decimal d, int64_t scale, int64_t *out);

/* "۵۰۰٬۰۰۰" or "500,000". */
struct str number_write(struct arena *arena, int64_t n, bool persian);
/* ASCII digits to Persian ones, for numbers that are read and not typed. */
struct str digits_persian(struct arena *arena, struct str s);

#endif
