/* Open questions: what a contact was asked and what each answer does.
 *
 * A contact has one at most; a newer one replaces it.  It is kept in the
 * contact's row as JSON: the command that a yes will run, what has been
 * confirmed already, and the choices where there are several. */
#ifndef YAVAR_HANDLERS_QUESTION_H
#define YAVAR_HANDLERS_QUESTION_H

#include "gateway/model/dialogue.h"
#include "handlers/turn.h"

enum question_kind {
    QUESTION_RUN,    /* 1 or yes runs the command; with a second one, 2 runs that */
    QUESTION_AMOUNT, /* an amount or a quantity completes the command */
    QUESTION_PICK,   /* a number or a reference picks one of several */
    QUESTION_FLOW,   /* a step of a flow (handlers/flows.h) */
    QUESTION_OFFER,  /* to go on with a flow that was begun by USSD */
    QUESTION_INVITE, /* to be a volunteer, on somebody's word (enlist.c) */
};

enum { PICKS_MOST = 4 };

struct question {
    enum question_kind kind;
    struct command run, second;
    bool has_second;
    enum language language; /* it was asked in */
    unsigned asked;         /* enum asked: what a yes confirms */
    uint32_t picks[PICKS_MOST];
    size_t pick_count;
    struct dialogue dialogue; /* of a flow */
};

/* Keeps the question; the caller says it. */
void question_ask(struct turn *t, const struct question *question);
/* The open question, if there is one and it is not too old. */
bool question_get(struct turn *t, struct question *question);
void question_close(struct turn *t);
/* For a plain yes-or-no. */
void question_run(struct turn *t, const struct command *command, unsigned asked);

/* What the turn's command is as an answer to QUESTION. */
enum answer {
    ANSWER_NONE,   /* a command of its own: it runs and leaves the question open */
    ANSWER_RUN,    /* run question.run */
    ANSWER_SECOND, /* run question.second */
    ANSWER_FLOW,   /* for the flow to read */
    ANSWER_GO_ON,  /* the flow asks where it stands */
    ANSWER_DROP,
    ANSWER_UNCLEAR, /* none of these */
};
/* Completes question.run where the answer brings an amount or a pick. */
enum answer question_answer(const struct turn *t, struct question *question);

#endif
