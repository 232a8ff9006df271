/* A command: what a text was understood to mean.
 *
 * A plain value; its texts live in the arena that understand was given.
 * Any thread. */
#ifndef YAVAR_MODEL_COMMAND_H
#define YAVAR_MODEL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/json.h"
#include "gateway/base/str.h"
#include "gateway/conf/catalogue.h"
#include "gateway/conf/lexicon.h"

enum command_name {
#define COMMAND(name, shape, who, guess) COMMAND_##name,
#include "gateway/model/commands.def"
#undef COMMAND
    COMMANDS,
};

enum command_shape {
    SHAPE_NOTHING,
    SHAPE_PLEDGE,         /* a need or a campaign, and an amount or a quantity */
    SHAPE_NEED,           /* a code, or a province and a category */
    SHAPE_REFERENCE,      /* a reference, or none */
    SHAPE_REFERENCE_MUST, /* a reference */
    SHAPE_PAYMENT,        /* a reference and the bank's trace number, either may lack */
    SHAPE_RECEIPT,        /* a reference, perhaps with its check code */
    SHAPE_NAMED,          /* a reference and a name */
    SHAPE_PERSON,         /* specialty, province, availability, in any order */
    SHAPE_ANSWER,         /* perhaps a reference, perhaps a head count */
    SHAPE_WORDS,          /* the sender's own words */
    SHAPE_TONGUE,         /* a language */
    SHAPE_COUNT,          /* a number and perhaps a day */
    SHAPE_OFFER,          /* words and a number */
    SHAPE_ENLIST,         /* a phone, then as SHAPE_PERSON */
    SHAPE_CONFIRM,        /* a reference and perhaps an amount */
    SHAPE_OTP,            /* six digits */
    SHAPE_BROADCAST,      /* an audience, a colon, a text; or a reference and what shall become of it */
};

enum command_who { WHO_ANYONE, WHO_STAFF, WHO_REPORTER, WHO_RECRUITER, WHO_COORDINATOR };
enum command_guess { GUESS_ASKED, GUESS_READ, GUESS_NEVER };

struct command_row {
    const char *name;
    enum command_shape shape;
    enum command_who who;
    enum command_guess guess;
};
extern const struct command_row command_rows[COMMANDS];
extern const char *const command_names[COMMANDS];

enum problem {
    PROBLEM_NONE,
    PROBLEM_NO_CODE,
    PROBLEM_BAD_CODE,
    PROBLEM_NO_AMOUNT,
    PROBLEM_BAD_AMOUNT,
    PROBLEM_TWO_AMOUNTS,
    PROBLEM_NO_QUANTITY,
    PROBLEM_BAD_REFERENCE,
    PROBLEM_NO_REFERENCE,
    PROBLEM_AMBIGUOUS,
    PROBLEM_NOT_UTF8,
};
const char *problem_name(enum problem problem); /* "bad_code" */

enum unit { UNIT_NONE, UNIT_ITEM, UNIT_DAY };
enum money_unit { MONEY_UNWRITTEN, MONEY_TOMAN, MONEY_RIAL };

struct command {
    enum command_name name;
    bool guessed;
    enum problem problem;
    bool has_language; /* the words used tell a language */
    enum language language;

    uint32_t need;      /* 0: none */
    uint32_t reference; /* 0: none */
    struct str typed;   /* the code or reference as typed, right or wrong */
    struct str campaign;

    bool has_amount;
    int64_t amount_rial;
    enum money_unit money_unit;
    bool bare_amount; /* digits only: no unit, no scale word, no separator */
    bool has_quantity;
    int64_t quantity;
    enum unit unit;
    bool monthly;

    int province, category, specialty, availability; /* indexes into the lexicon's names; -1: none */
    struct str day;                                  /* "today", "yesterday", an ISO date, or empty */
    bool has_tongue;
    enum language tongue;
    struct str phone, trace, check, text, audience;
    bool group; /* of volunteers; its name is the text */

    /* For open questions: the whole text is one number (digits only), or one
     * amount or quantity and nothing else. */
    int64_t digits; /* -1: it is not */
    bool alone_amount;
};

/* A command with nothing in it. */
struct command command_none(enum command_name name);

/* What `explain` prints (vocabulary.md).  KEPT: with what only we need, for an
 * open question, which keeps the command that a yes will run. */
struct json *command_to_json(const struct command *command, const struct lexicon *lexicon, bool kept);
/* Back again; what is not known is left out. */
struct command command_from_json(const struct json *json, const struct lexicon *lexicon, struct arena *arena);

#endif
