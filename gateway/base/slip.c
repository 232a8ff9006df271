/* Slips: what two words share at both ends leaves at most what one slip makes. */
#include "gateway/base/slip.h"

#include "gateway/base/utf8.h"

struct letters letters_of(struct str word)
{
    struct letters letters = {.n = 0};
    while (word.n > 0 && letters.n <= SLIP_LETTERS_MOST)
        letters.v[letters.n++] = utf8_next(&word);
    return letters;
}

bool one_slip(const struct letters *a, const struct letters *b)
{
    size_t n = a->n, m = b->n, i = 0, same = 0;
    if (n > m + 1 || m > n + 1)
        return false;
    while (i < n && i < m && a->v[i] == b->v[i])
        i++;
    while (same < n - i && same < m - i && a->v[n - 1 - same] == b->v[m - 1 - same])
        same++;
    size_t left = n - i - same, right = m - i - same;
    if (left <= 1 && right <= 1)
        return left + right > 0;
    return left == 2 && right == 2 && a->v[i] == b->v[i + 1] && a->v[i + 1] == b->v[i];
}
