/* Folding: the form in which words are compared (design 5, step 1).
 *
 * NFKC, then Persian letters for Arabic ones, marks and joiners dropped,
 * digits to ASCII, Arabic punctuation to ASCII, lower case, blanks single and
 * none at the ends.  The original text is kept by whoever has it; the offsets
 * lead back to it.
 *
 * Any thread; pure; linear time. */
#ifndef YAVAR_BASE_FOLD_H
#define YAVAR_BASE_FOLD_H

#include <stdint.h>

#include "gateway/base/str.h"

/* At most so many bytes of a text are looked at: ten SMS of UCS-2 are 670
 * letters.  (NFKC makes 18 code points of U+FDFA, so folded text is bounded
 * on its own.) */
enum { FOLD_TEXT_MOST = 4096, FOLD_OUT_MOST = 8192 };

struct folded {
    struct str text;
    /* For each byte of text, and one behind the last: where in the original
     * the characters that gave it begin. NULL when not asked for. */
    uint32_t *origin;
};

/* S is valid UTF-8. */
struct folded fold_text(struct arena *arena, struct str s, bool with_origin);

/* Just the folded form: for keywords, campaign names, titles. */
struct str fold(struct arena *arena, struct str s);

/* The folded form without its blanks: `لغو داوطلب` and `لغوداوطلب` are one. */
struct str fold_glued(struct arena *arena, struct str folded);

/* Persian and Arabic digits to ASCII, everything else as it is: for cells of
 * a CSV and values of a config. */
struct str fold_digits(struct arena *arena, struct str s);
/* Arabic letters of a keyboard or a spreadsheet to the Persian ones that look
 * alike (ي, ى and ك), everything else as it is: for names and titles. */
struct str fold_letters(struct arena *arena, struct str s);

#endif
