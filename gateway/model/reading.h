/* A text being read: what understand's parts share.  Private to the folder. */
#ifndef YAVAR_MODEL_READING_H
#define YAVAR_MODEL_READING_H

#include "gateway/model/command.h"
#include "gateway/model/phrase.h"
#include "gateway/model/tokens.h"

struct reading {
    struct arena *arena;
    const struct lexicon *lexicon;
    const char *country;
    struct str text; /* as it was sent, valid UTF-8 */
    struct tokens tokens;
    size_t after;           /* the first token behind the keyword */
    struct phrases phrases; /* behind the keyword */
    struct command command;
};

/* Marks tokens FIRST to LAST (inclusive) as taken. */
void reading_take(struct reading *r, size_t first, size_t last);
/* The longest spelling of one of KINDS (a mask of 1 << kind) that begins at
 * token AT; *LAST is its last token.  NULL: none. */
const struct lex_entry *reading_match(const struct reading *r, size_t at, unsigned kinds, size_t *last);
/* The original text behind the first TOKENS_BEFORE (one or more), trimmed. */
struct str reading_text_behind(const struct reading *r, size_t tokens_before);

/* The first problem told is the first in the design's order. */
void reading_problem(struct reading *r, enum problem problem);
uint32_t reading_number(struct str digits); /* 0 where it is none */
bool reading_is_filler(const struct reading *r, const struct token *t);

/* Bare numbers of code shape. */
struct candidates {
    struct phrase *first, *valid, *second_valid;
};
struct candidates candidates_find(const struct reading *r);
/* Takes the one that is the code; NULL where none is valid. */
struct phrase *candidates_take(struct reading *r, const struct candidates *c);
void reading_take_amount(struct reading *r, const struct phrase *p);
/* A part of an amount that nothing took: half of it is missing in
 * `یک میلیون نیم`, and `500 هزاز تومان` has a word in it that may be a scale. */
enum left { NOTHING_LEFT, DOUBT_LEFT, PART_LEFT };
enum left reading_left(const struct reading *r);
void arguments_pledge(struct reading *r);

/* Reads what stands behind the keyword by the command's shape. */
void arguments_read(struct reading *r);
/* Whether a word that nothing took stands before the last taken token, or,
 * with ANYWHERE, anywhere. */
bool reading_has_strays(const struct reading *r, bool anywhere);

#endif
