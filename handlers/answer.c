/* yes and no where nothing was asked; an open question has taken them before
 * they come here (dispatch.c). */
#include "handlers/handlers.h"

const struct message_spec answer_messages[] = {
    {"answer.nothing", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

void handle_yes(struct turn *t)
{
    if (t->command.problem == PROBLEM_BAD_REFERENCE)
        turn_say(t, "ref.bad", FIELDS({"ref", t->command.typed}));
    else
        turn_say_limited(t, "answer.nothing", NULL, 0);
}

void handle_no(struct turn *t)
{
    handle_yes(t);
}
