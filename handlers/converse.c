/* From a command to its handler, or to the question that it answers. */
#include "handlers/converse.h"

#include "handlers/flows.h"
#include "handlers/handlers.h"
#include "handlers/question.h"

static void (*const handlers[COMMANDS])(struct turn *t) = {
#define HANDLER(command) [COMMAND_##command] = handle_##command,
#include "handlers/handlers.def"
#undef HANDLER
};

void run_handler(struct turn *t)
{
    if (t->message->unreadable || t->command.problem == PROBLEM_NOT_UTF8)
        handle_unreadable(t);
    else if (handlers[t->command.name] != NULL)
        handlers[t->command.name](t);
    else
        handle_closed(t);
}

static void run_answer(struct turn *t, const struct question *question, const struct command *command)
{
    t->command = *command;
    t->asked = question->asked;
    question_close(t);
    run_handler(t);
}

/* Read out of a text without any command word: it may well be a machine's. */
static bool doubtful(const struct turn *t)
{
    return t->command.name != COMMAND_unknown && t->command.guessed && !t->command.has_language;
}

/* A plain yes or no, to the question that an unclear answer is asked again. */
static bool is_yes_or_no(const struct question *question)
{
    return question->kind == QUESTION_INVITE || (question->kind == QUESTION_RUN && !question->has_second);
}

void converse(struct turn *t)
{
    struct question question = {.kind = QUESTION_RUN};
    enum answer answer = question_get(t, &question) ? question_answer(t, &question) : ANSWER_NONE;
    if (answer != ANSWER_NONE && !t->contact.has_language && !t->command.has_language)
        t->language = question.language; /* a bare number has none of its own */
    if (question.kind == QUESTION_INVITE && (answer == ANSWER_RUN || answer == ANSWER_DROP)) {
        question_close(t);
        enlist_answered(t, answer == ANSWER_RUN);
        return;
    }
    switch (answer) {
    case ANSWER_NONE:
        t->unanswered = doubtful(t) && turn_is_tiresome(t);
        if (!t->unanswered)
            run_handler(t);
        return;
    case ANSWER_RUN:
        run_answer(t, &question, &question.run);
        return;
    case ANSWER_SECOND:
        run_answer(t, &question, &question.second);
        return;
    case ANSWER_FLOW:
        flow_hear_by_sms(t, &question.dialogue);
        return;
    case ANSWER_GO_ON:
        flow_by_sms(t, &question.dialogue);
        return;
    case ANSWER_DROP:
        question_close(t);
        turn_say(t, "question.dropped", NULL, 0);
        return;
    case ANSWER_UNCLEAR:
        turn_say_limited(t, is_yes_or_no(&question) ? "question.again" : "question.number", NULL, 0);
        t->unanswered = true;
        return;
    }
}

enum language language_for(const struct turn *t)
{
    enum language language = LANGUAGE_FA;
    if (t->contact.has_language)
        return t->contact.language;
    if (t->command.has_language)
        return t->command.language;
    return language_from(t->config->service.language, &language) ? language : LANGUAGE_FA;
}
