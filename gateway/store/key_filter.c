/* Three places a key, taken from its own bytes; see the header. */
#include "gateway/store/key_filter.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES = 1 << 19, PLACES = 3 };

/* The byte of KEY's Nth place, and in *MASK its bit. */
static size_t place_of(const struct digest *key, int n, uint8_t *mask)
{
    uint32_t word;
    memcpy(&word, key->byte + (size_t)n * sizeof word, sizeof word);
    *mask = (uint8_t)(1U << (word & 7));
    return word >> 3 & (BYTES - 1);
}

bool key_filter_clear(struct key_filter *filter)
{
    key_filter_free(filter);
    filter->bits = calloc(BYTES, 1);
    return filter->bits != NULL;
}

void key_filter_add(struct key_filter *filter, const struct digest *key)
{
    uint8_t mask;
    for (int n = 0; n < PLACES; n++) {
        size_t at = place_of(key, n, &mask);
        filter->bits[at] |= mask;
    }
}

bool key_filter_may_hold(const struct key_filter *filter, const struct digest *key)
{
    uint8_t mask;
    for (int n = 0; n < PLACES; n++) {
        size_t at = place_of(key, n, &mask);
        if ((filter->bits[at] & mask) == 0)
            return false;
    }
    return true;
}

void key_filter_free(struct key_filter *filter)
{
    free(filter->bits);
    filter->bits = NULL;
}
