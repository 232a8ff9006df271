/* Who a broadcast is for: a small language over what the store knows of a
 * phone, read into a bounded tree.
 *
 *     expr   := term (OR term)*
 *     term   := factor ((AND)? factor)*
 *     factor := NOT factor | ( expr ) | atom
 *
 * Persian and English may be mixed.  Every atom speaks of the phone: with two
 * volunteers behind one phone each may make a different atom true.
 *
 * Any thread; pure; linear in the text (a word that nobody knows costs one
 * walk through the lexicon). */
#ifndef YAVAR_MODEL_AUDIENCE_H
#define YAVAR_MODEL_AUDIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/icu.h"
#include "gateway/conf/catalogue.h"
#include "gateway/conf/lexicon.h"

enum {
    AUDIENCE_TEXT_MOST = 1024, /* bytes */
    AUDIENCE_NODES = 64,
    AUDIENCE_DEPTH = 16,       /* of brackets and NOTs, and of the tree */
    AUDIENCE_DAYS_MOST = 3660, /* "unpaid since" goes back so far */
    AUDIENCE_CONFINED = 34,    /* nodes that audience_confine may add */
    AUDIENCE_ROOM = AUDIENCE_NODES + AUDIENCE_CONFINED,
};

enum audience_kind {
    AUDIENCE_AND, /* of two or more, none of which is an AND */
    AUDIENCE_OR,  /* likewise */
    AUDIENCE_NOT,
    AUDIENCE_EVERYONE,
    AUDIENCE_PROVINCE,     /* as known of the phone, or of a volunteer there */
    AUDIENCE_DONOR,        /* has a pledge that is neither cancelled nor expired */
    AUDIENCE_VOLUNTEER,    /* active */
    AUDIENCE_COORDINATOR,  /* registered as staff with that role */
    AUDIENCE_SPECIALTY,    /* an active volunteer of that specialty */
    AUDIENCE_AVAILABILITY, /* an active volunteer who said just that */
    AUDIENCE_VERIFIED,     /* an active volunteer whose profession was verified */
    AUDIENCE_CAMPAIGN,     /* a donor of that campaign */
    AUDIENCE_NEED,         /* a donor of that need */
    AUDIENCE_UNPAID,       /* pledged money up to then, and has not said that it is paid */
    AUDIENCE_KINDS,
};

/* Characters of the text as it was written. */
struct audience_place {
    uint32_t at, length;
};

enum audience_since { SINCE_DATE, SINCE_HOURS };

struct audience_node {
    enum audience_kind kind;
    int first, next; /* children of AND, OR, NOT, as a list; -1: none */
    int name;        /* of a province, specialty, availability: its place in the lexicon's names */
    struct str slug; /* its slug; of a campaign its word, folded without blanks */
    enum audience_since since;
    /* A need's code; of a date its day (days since 1970), else hours; a campaign's id and the second
     * before which one must have pledged are in VALUE once audience_fix and the store have looked. */
    int64_t n, value;
    struct audience_place place;
};

struct audience {
    struct audience_node v[AUDIENCE_ROOM];
    int n, root;
};

enum audience_problem {
    AUDIENCE_FINE,
    AUDIENCE_EMPTY,
    AUDIENCE_TOO_LONG,
    AUDIENCE_TOO_MANY, /* nodes */
    AUDIENCE_TOO_DEEP,
    AUDIENCE_UNKNOWN,         /* a word; perhaps with the nearest that is known */
    AUDIENCE_AMBIGUOUS,       /* part of the names of several provinces */
    AUDIENCE_NOTHING_BEFORE,  /* an AND or OR at the beginning */
    AUDIENCE_NOTHING_BEHIND,  /* an AND, OR, NOT or bracket with nothing behind it */
    AUDIENCE_UNCLOSED,        /* a bracket or quote */
    AUDIENCE_UNOPENED,        /* a closing bracket */
    AUDIENCE_NO_PROVINCE,     /* `province` without one */
    AUDIENCE_NO_CAMPAIGN,     /* `campaign` without its word */
    AUDIENCE_NO_CODE,         /* `need` without a code */
    AUDIENCE_BAD_CODE,        /* the check digit does not hold */
    AUDIENCE_NO_DATE,         /* `unpaid` without since when */
    AUDIENCE_BAD_DATE,        /* a day that does not exist, or is out of reach */
    AUDIENCE_BAD_DURATION,    /* nothing, or out of reach */
    AUDIENCE_CAMPAIGN_ABSENT, /* the store's word: no such campaign */
    AUDIENCE_NEED_ABSENT,     /* likewise */
    AUDIENCE_PROBLEMS,
};

struct audience_fault {
    enum audience_problem problem;
    struct audience_place place;
    struct str word;            /* as it was written */
    struct str hint[LANGUAGES]; /* the nearest known word, or the choices; or empty */
};

/* False with a fault that points at its place.  TEXT is valid UTF-8; what is
 * kept lives in ARENA and in the lexicon. */
bool audience_parse(const struct lexicon *lexicon, struct arena *arena, struct str text,
                    struct audience *audience, struct audience_fault *fault) MUST_CHECK;

/* A sentence on what is wrong, of the catalogue of that language. */
extern const struct message_spec audience_messages[];
struct str audience_fault_text(const struct catalogue *catalogue, struct arena *arena,
                               const struct audience_fault *fault, enum language language);

/* The canonical form, which reads back as an equal tree. */
struct str audience_print(const struct lexicon *lexicon, struct arena *arena, const struct audience *audience,
                          enum language language);
bool audience_equal(const struct audience *a, const struct audience *b);

/* Sets the second that each "since" means: a date is that whole local day, a
 * duration is counted back from NOW. */
void audience_fix(struct audience *audience, struct zone *zone, int64_t now);

/* Only those of the provinces (by their place in the lexicon's names, at most
 * as many as there are; of none: nobody): a coordinator's scope.  The result
 * may be larger than what audience_parse takes, so it is not for printing. */
void audience_confine(struct audience *audience, const struct lexicon *lexicon, const int *provinces,
                      int count);

#endif
