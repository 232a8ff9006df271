/* One slip of the thumb: a letter more, less or changed, or two neighbours
 * swapped.  Works on folded text (fold.h); any thread, pure. */
#ifndef YAVAR_BASE_SLIP_H
#define YAVAR_BASE_SLIP_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/str.h"

enum { SLIP_LETTERS_MOST = 24 };

struct letters {
    uint32_t v[SLIP_LETTERS_MOST + 1];
    size_t n; /* one more than SLIP_LETTERS_MOST: the word is longer */
};

struct letters letters_of(struct str word);
bool one_slip(const struct letters *a, const struct letters *b);

#endif
