/* The pieces of an audience's text (audience.h).
 *
 * Any thread; pure; linear time. */
#ifndef YAVAR_MODEL_AUDIENCE_CUT_H
#define YAVAR_MODEL_AUDIENCE_CUT_H

#include "gateway/base/fold.h"

enum piece_kind { PIECE_WORD, PIECE_QUOTED, PIECE_OPEN, PIECE_CLOSE, PIECE_SIGN };

struct piece {
    enum piece_kind kind;
    struct str text;   /* folded; without its quotes */
    uint32_t from, to; /* bytes of the original */
};

struct pieces {
    struct piece *v;
    size_t n;
    bool unclosed; /* the last one lacks its closing quote */
};

/* FOLDED with its origins. */
struct pieces audience_cut(struct arena *arena, const struct folded *folded);

#endif
