/* language: `زبان EN` — the language of the answers from now on. */
#include "handlers/handlers.h"
#include "handlers/question.h"

const struct message_spec language_messages[] = {
    {"language.ok", "", ROOM_ONE},
    {"language.which", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

void handle_language(struct turn *t)
{
    if (!t->command.has_tongue) {
        turn_say(t, "language.which", NULL, 0);
        return;
    }
    if (t->command.guessed && !(t->asked & ASKED_GUESS)) {
        question_run(t, &t->command, ASKED_GUESS);
        turn_say(t, "guess.ask", NULL, 0);
        return;
    }
    t->contact.has_language = true;
    t->contact.language = t->language = t->command.tongue;
    turn_confirm(t, "language.ok", NULL, 0);
}
