/* help; what was not understood; what could not be read; and what is
 * understood but not open yet.  A person can always be reached: the office's
 * phone stands in each. */
#include "handlers/handlers.h"

const struct message_spec help_messages[] = {
    {"help.text", "phone", ROOM_ONE},
    {"help.unknown", "phone", ROOM_ONE},
    {"text.unreadable", "phone", ROOM_ONE},
    {"later.closed", "phone", ROOM_ONE},
    {"ask.closed", "phone", ROOM_ONE},
    {"guess.ask", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

void handle_help(struct turn *t)
{
    turn_say(t, "help.text", FIELDS({"phone", say_phone(t)}));
}

void handle_unknown(struct turn *t)
{
    t->unanswered = true;
    turn_say_limited(t, "help.unknown", FIELDS({"phone", say_phone(t)}));
}

void handle_unreadable(struct turn *t)
{
    t->unanswered = true;
    turn_say_limited(t, "text.unreadable", FIELDS({"phone", say_phone(t)}));
}

/* Someone who asks for help is told of 115, and a person will read it. */
void handle_closed(struct turn *t)
{
    t->unanswered = t->command.name == COMMAND_ask;
    turn_say(t, t->unanswered ? "ask.closed" : "later.closed", FIELDS({"phone", say_phone(t)}));
}
