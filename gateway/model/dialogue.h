/* Dialogues: short questions, one at a time, over whatever carries them.
 *
 * A flow is a table of steps; a step asks (a prompt, perhaps with options) and
 * says where an answer leads.  The engine walks the table, pages long lists,
 * goes back and home, repeats a question that was answered wrongly, and leaves
 * politely after three wrong answers.  It knows no flow and no store: steps
 * get an opaque context.  A USSD page, an SMS question and a dialled string of
 * answers are three doors to the same tables.
 *
 * Where somebody stands is a small value that goes to JSON and back, so that
 * it is kept after every step.  Any thread; pure but for what steps do. */
#ifndef YAVAR_MODEL_DIALOGUE_H
#define YAVAR_MODEL_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/arena.h"
#include "gateway/base/json.h"
#include "gateway/base/str.h"

enum { DIALOGUE_ANSWERS_MOST = 8, DIALOGUE_WRONG_MOST = 3, MENU_OPTIONS_MOST = 64 };

struct dialogue_answer {
    struct str step, value;
    bool asked; /* heard at its step, so that 0 leads back there; else it was known beforehand */
};

/* Where somebody stands. */
struct dialogue {
    struct str flow, step;
    struct dialogue_answer answers[DIALOGUE_ANSWERS_MOST]; /* in the order they were given */
    size_t n;
    unsigned page;  /* of a long list, from 0 */
    unsigned wrong; /* answers in a row that could not be read */
};

/* The answer given to a step, or a NULL str. */
struct str dialogue_answer(const struct dialogue *d, const char *step);
void dialogue_put(struct dialogue *d, struct str step, struct str value); /* replaces an earlier one */

/* ---- what a step asks ---- */

struct menu_option {
    struct str key;   /* what is pressed; empty: its place on the page, from 1 */
    struct str label; /* shown before its key */
    struct str value; /* what is kept */
};
struct menu {
    struct str prompt;
    struct str unread; /* in place of the door's words; empty: those */
    struct menu_option options[MENU_OPTIONS_MOST];
    size_t n;
    bool later; /* the options are a list behind the prompt, which 9 opens; its keys count at once */
    bool root;  /* no question lies before it: no way back there is shown */
};
void menu_add(struct menu *menu, struct str key, struct str label, struct str value);

/* ---- a flow ---- */

enum where_kind { WHERE_STEP, WHERE_FLOW, WHERE_DONE, WHERE_LEFT };
struct where {
    enum where_kind kind;
    const char *name; /* of the step or of the flow */
};

struct step {
    const char *name;
    void (*ask)(void *ctx, const struct dialogue *d, struct menu *menu);
    /* What is none of the menu's keys.  NULL: wrong. VALUE lives in ARENA. */
    bool (*read)(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                 struct str *value);
    /* Where it leads, once its answer is kept (or it was needless).  NULL: to the step behind it, and
     * behind the last the flow is done. */
    struct where (*next)(void *ctx, struct dialogue *d);
    /* Whether it need not be asked at all.  NULL: it is asked. */
    bool (*needless)(void *ctx, const struct dialogue *d);
};

struct flow {
    const char *name;
    const struct step *steps; /* it begins with the first */
    size_t n;
    void (*finish)(void *ctx, const struct dialogue *d); /* called by who drives it, at HEARD_DONE */
    const char *command;                                 /* that it stands for, where it changes something */
};
struct flows {
    const struct flow *const *v; /* the first is home */
    size_t n;
};
const struct flow *flow_find(const struct flows *flows, struct str name); /* NULL: none */

/* ---- walking ---- */

/* What carries the dialogue: how much fits, and the words around it. */
struct door {
    unsigned septets, units;             /* of a page in GSM-7; in UCS-2 */
    struct str more, back, home, unread; /* "More: 9", …; home empty: there is no home */
};

/* What the step where it stands asks. */
void dialogue_menu(const struct flows *flows, const struct dialogue *d, void *ctx, struct menu *menu);
/* At the first step of a flow that must be asked. */
void dialogue_start(const struct flows *flows, struct dialogue *d, void *ctx, const char *flow);
/* The page where it stands, at most the door's units; with UNREAD, said first,
 * when the last answer could not be read. */
struct str dialogue_page(const struct flows *flows, struct dialogue *d, void *ctx, const struct door *door,
                         struct arena *arena);

enum heard {
    HEARD_PAGE, /* show the page where it stands now */
    HEARD_DONE, /* every answer is there: finish */
    HEARD_LEFT, /* the person left, or could not be understood three times */
};
/* INPUT: folded, without blanks around.  What is kept lives in ARENA. */
enum heard dialogue_hear(const struct flows *flows, struct dialogue *d, void *ctx, const struct door *door,
                         struct str input, struct arena *arena);
/* On from where it stands to the first step that has no answer yet. */
enum heard dialogue_skip_known(const struct flows *flows, struct dialogue *d, void *ctx);

struct json *dialogue_to_json(const struct dialogue *d);
/* False where it names what these flows do not have (an older program's). */
bool dialogue_from_json(const struct flows *flows, const struct json *json, struct arena *arena,
                        struct dialogue *d);

#endif
