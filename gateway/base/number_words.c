/* Words that mean something in a number, and words run together.  Why by hand
 * is said in number.c. */
#include "gateway/base/number.h"

#include "gateway/base/slip.h"

#define THOUSAND 1000LL
#define MILLION 1000000LL
#define MILLIARD 1000000000LL
#define TRILLION 1000000000000LL

struct row {
    const char *word;
    size_t n; /* bytes */
    struct number_word means;
};

static const struct row rows[] = {
#define W(word, kind, value) {word, sizeof word - 1, {kind, value, false, false}},
#define SHORT(word, kind, value) {word, sizeof word - 1, {kind, value, true, false}},
#define HEMMAT(word, kind, value) {word, sizeof word - 1, {kind, value, false, true}},
#include "gateway/base/number_words.def"
#undef W
#undef SHORT
#undef HEMMAT
};
enum { ROWS = sizeof rows / sizeof rows[0], LONGEST_WORD = 18 };

/* A scan over constant rows, told apart by length and second byte, costs a fraction of a
 * microsecond; an index would have to be built at start and handed around. */
const struct number_word *number_word_find(struct str word)
{
    if (word.n == 0 || word.n > LONGEST_WORD)
        return NULL;
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].n == word.n && rows[i].word[word.n > 1] == word.p[word.n > 1] &&
            memcmp(rows[i].word, word.p, word.n) == 0)
            return &rows[i].means;
    return NULL;
}

bool number_word_near(struct str word)
{
    const struct letters typed = letters_of(word);
    for (size_t i = 0; i < ROWS; i++) {
        enum number_word_kind kind = rows[i].means.kind;
        const struct letters known = letters_of(str_from(rows[i].word, rows[i].n));
        bool counts = kind == WORD_SCALE || kind == WORD_TOMAN || kind == WORD_RIAL;
        if (counts && typed.n >= 3 && known.n >= 4 && one_slip(&typed, &known))
            return true;
    }
    return false;
}

static bool may_be_glued(struct str part)
{
    const struct number_word *w = number_word_find(part);
    if (w == NULL)
        return false;
    bool latin = (unsigned char)part.p[0] < 0x80;
    return !w->only_after_digits && w->kind != WORD_ARTICLE && !(w->kind == WORD_AND && latin);
}

enum { LONGEST_GLUED = 160 };

/* Longest part first, going back when the rest does not work out.  DEAD marks
 * the places from which nothing worked, so that each is tried once. */
static size_t split_from(struct str word, struct str *parts, size_t used, size_t most, bool *dead)
{
    if (word.n == 0)
        return used;
    if (used == most || dead[word.n])
        return 0;
    for (size_t n = word.n < LONGEST_WORD ? word.n : LONGEST_WORD; n > 0; n--) {
        struct str part = str_from(word.p, n);
        if (!may_be_glued(part))
            continue;
        parts[used] = part;
        size_t got = split_from(str_after(word, n), parts, used + 1, most, dead);
        if (got > 0)
            return got;
    }
    dead[word.n] = true;
    return 0;
}

size_t number_word_split(struct str word, struct str *parts, size_t most)
{
    bool dead[LONGEST_GLUED + 1] = {false};
    if (word.n > LONGEST_GLUED)
        return 0;
    size_t n = split_from(word, parts, 0, most, dead);
    if (n < 2)
        return 0;
    /* `دوم` and `سیب` are words: at least one part must be a scale, a hundred, a
     * unit, or an "and" (وپنج, یکو, بیستوپنج). */
    for (size_t i = 0; i < n; i++) {
        enum number_word_kind kind = number_word_find(parts[i])->kind;
        if (kind == WORD_SCALE || kind == WORD_HUNDREDS || kind == WORD_TOMAN || kind == WORD_RIAL ||
            kind == WORD_HUNDRED || kind == WORD_AND)
            return n;
    }
    return 0;
}
