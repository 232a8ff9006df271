/* The words people type and what they stand for: keywords.ini,
 * provinces.ini, specialties.ini, folded and hashed once at load.
 *
 * Spellings are compared folded and without blanks, so that a phrase matches
 * however it is parted. */
#ifndef YAVAR_CONF_LEXICON_H
#define YAVAR_CONF_LEXICON_H

#include <stdint.h>

#include "gateway/base/str.h"
#include "gateway/conf/catalogue.h"
#include "gateway/conf/faults.h"

enum lex_kind {
    LEX_COMMAND, /* value: index into the commands' names */
    LEX_GUESS,   /* value: likewise; asked back as that command */
    LEX_ALONE,   /* likewise, when nothing else follows */
    LEX_FILLER,
    LEX_CATEGORY,   /* value: index into names[LEX_CATEGORY] */
    LEX_TONGUE,     /* value: enum language */
    LEX_DAY,        /* value: 0 today, 1 yesterday */
    LEX_RECURRENCE, /* value: 1 monthly */
    LEX_UNIT,       /* value: 1 item, 2 day */
    LEX_PROVINCE,   /* value: index into names[LEX_PROVINCE] */
    LEX_PART,       /* value: a province, or -1 where the part fits several */
    LEX_SPECIALTY,
    LEX_AVAILABILITY,
    LEX_STEER, /* value: enum steer, of a broadcast or a call */
    LEX_HERE,  /* a yes, where nothing but a number follows */
    LEX_GROUP, /* behind `volunteer`: what follows is a group's name */
    LEX_NOT,   /* behind what is taken: asked back */
    LEX_KINDS,
};

enum steer { STEER_APPROVE, STEER_PAUSE, STEER_RESUME, STEER_CANCEL, STEER_ME, STEERS };

struct lex_entry {
    struct str glued; /* folded, without blanks */
    enum lex_kind kind;
    int value;
    enum language language; /* of who writes so: Finglish is Persian */
    unsigned words;         /* in the spelling as listed */
    struct lex_entry *next; /* in its bucket */
    struct lex_entry *all;  /* of all, for the search of slips */
};

enum { LEXICON_NAMES_MOST = 64 }; /* of a kind: a menu has place for them */

struct lex_name {
    struct str slug, fa, en, area;
    bool clinical; /* of specialties: who says to be one must be verified before being sent to the ill */
};

struct lexicon {
    struct lex_entry **buckets;
    uint32_t mask;
    struct lex_entry *all;
    struct {
        struct lex_name *v;
        size_t n;
    } names[LEX_KINDS];      /* provinces, specialties, availability, categories */
    unsigned longest_phrase; /* words */
};

/* The entry of that kind, or NULL. */
const struct lex_entry *lexicon_find(const struct lexicon *lexicon, enum lex_kind kind, struct str glued);
/* The place of the name with this slug; -1: none. */
int lexicon_slug(const struct lexicon *lexicon, enum lex_kind kind, struct str slug);
bool lexicon_clinical(const struct lexicon *lexicon, struct str specialty);
/* Whether the word means anything at all. */
bool lexicon_knows(const struct lexicon *lexicon, struct str glued);

struct lexicon_files {
    struct ini *keywords, *provinces, *specialties;
};
struct ini;
struct lexicon *lexicon_build(struct arena *arena, const struct lexicon_files *files,
                              const char *const *commands, size_t command_count, struct faults *faults);

#endif
