/* A text cut into tokens by the grammar (PCRE2).
 *
 * A struct grammar belongs to one thread at a time. */
#ifndef YAVAR_MODEL_TOKENS_H
#define YAVAR_MODEL_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/fold.h"
#include "gateway/base/number.h"
#include "gateway/conf/lexicon.h"

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_DATE, TOKEN_COLON };

struct token {
    enum token_kind kind;
    struct str text;                  /* folded */
    bool touches;                     /* no blank or punctuation between it and the one before */
    bool negative;                    /* a number with a minus at a word's start */
    struct digits digits;             /* of a number */
    const struct number_word *number; /* what a word means in a number, or NULL */
    uint32_t from, to;                /* bytes of the original text */
    bool taken;                       /* by keyword, code, amount …; see understand.c */
};

struct tokens {
    struct token *v;
    size_t n;
};

struct grammar;
struct grammar *grammar_new(struct error *e) MUST_CHECK;
void grammar_free(struct grammar *grammar); /* NULL is fine */

/* Linear in the length of FOLDED. */
struct tokens grammar_tokens(struct grammar *grammar, struct arena *arena, const struct folded *folded,
                             const struct lexicon *lexicon);

/* "10.42 2022-12-11": of the PCRE2 that runs, for yavar doctor. */
void grammar_library_version(char out[64]);

#endif
