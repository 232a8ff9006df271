/* yes and no that answer no open question (converse.c has looked): to a call,
 * or to nothing. */
#include "handlers/calls.h"
#include "handlers/handlers.h"

const struct message_spec answer_messages[] = {
    {"answer.nothing", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

static bool bad_reference(struct turn *t)
{
    if (t->command.problem == PROBLEM_BAD_REFERENCE)
        turn_say(t, "ref.bad", FIELDS({"ref", t->command.typed}));
    return t->command.problem == PROBLEM_BAD_REFERENCE;
}

void handle_yes(struct turn *t)
{
    if (bad_reference(t))
        return;
    if (t->command.reference != 0)
        call_yes(t);
    else if (!call_here(t))
        turn_say_limited(t, "answer.nothing", NULL, 0);
}

void handle_no(struct turn *t)
{
    if (bad_reference(t))
        return;
    if (t->command.reference != 0)
        call_no(t);
    else
        turn_say_limited(t, "answer.nothing", NULL, 0);
}
