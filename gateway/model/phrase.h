/* Number phrases: runs of tokens that say one number, with its unit
 * (`دو میلیون و پانصد هزار تومان`, `500t`, `2 عدد`).
 *
 * Any thread; pure. */
#ifndef YAVAR_MODEL_PHRASE_H
#define YAVAR_MODEL_PHRASE_H

#include "gateway/model/command.h"
#include "gateway/model/tokens.h"

struct phrase {
    size_t first, last; /* tokens, both inclusive */
    bool bad;           /* a fraction with nothing to scale it, a minus, an overflow, a date */
    bool two_readings;  /* 1.500 million */
    bool bare;          /* digits only: may be a code or a reference */
    struct str digits;  /* with BARE */
    int64_t value;      /* whole, in the unit as written */
    int64_t rial;       /* the value as money: a number without a unit is toman */
    bool rial_bad;      /* money that is no whole rial or does not fit */
    enum money_unit money;
    enum unit unit; /* item or day, when written */
};

struct phrases {
    struct phrase *v;
    size_t n;
};

/* All phrases among the tokens from FIRST on, in order. */
struct phrases phrases_find(struct arena *arena, const struct tokens *tokens, size_t first,
                            const struct lexicon *lexicon);

#endif
