/* The words of the audience language (audience.h): its own small table, then
 * the lexicon's provinces, specialties and availability. */
#ifndef YAVAR_MODEL_AUDIENCE_WORDS_H
#define YAVAR_MODEL_AUDIENCE_WORDS_H

#include "gateway/conf/lexicon.h"
#include "gateway/model/audience.h"

enum audience_sense {
    SENSE_NONE,
    SENSE_NOISE,
    SENSE_AND,
    SENSE_OR,
    SENSE_NOT,
    SENSE_PROVINCE, /* the word `province` */
    SENSE_CAMPAIGN,
    SENSE_NEED,
    SENSE_UNPAID,
    SENSE_SINCE,
    SENSE_AGO,
    SENSE_HOURS, /* a unit; value: how many hours */
    SENSE_ATOM,  /* value: enum audience_kind */
    SENSE_NAMED, /* kind and name: a province, specialty or availability */
    SENSE_PART,  /* a part of several provinces' names */
};

struct audience_word {
    const char *glued; /* folded, without blanks */
    enum audience_sense sense;
    int value;
};
extern const struct audience_word audience_words[];
extern const size_t audience_word_count;

struct audience_meaning {
    enum audience_sense sense;
    int value; /* of the table; of a name its place in the lexicon */
    enum audience_kind kind;
};

/* What WORDS (folded) glued together mean. */
struct audience_meaning audience_meaning(const struct lexicon *lexicon, const struct str *words,
                                         size_t count);

/* The known word nearest to WORD, as it is shown; empty where none is near. */
void audience_nearest(const struct lexicon *lexicon, struct str word, struct str hint[LANGUAGES]);

/* The provinces that PART may mean, parted by commas. */
void audience_choices(const struct lexicon *lexicon, struct arena *arena, struct str part,
                      struct str hint[LANGUAGES]);

/* How an atom without a name, or an operator, is shown. */
const char *audience_shown(enum audience_kind kind, enum language language);

#endif
