/* stop and start: leaving and rejoining broadcasts.  Its own confirmation
 * still goes, and pledges stay as they are. */
#include "handlers/handlers.h"
#include "handlers/question.h"

const struct message_spec consent_messages[] = {
    {"stop.ok", "", ROOM_ONE},   {"stop.ask", "", ROOM_ONE}, {"start.ok", "", ROOM_ONE},
    {"start.ask", "", ROOM_ONE}, {NULL, NULL, ROOM_ONE},
};

static void change(struct turn *t, int64_t stopped_at, const char *ask, const char *ok)
{
    if (t->command.guessed && !(t->asked & ASKED_GUESS)) {
        question_run(t, &t->command, ASKED_GUESS);
        turn_say(t, ask, NULL, 0);
        return;
    }
    t->contact.stopped_at = stopped_at;
    turn_confirm(t, ok, NULL, 0);
}

void handle_stop(struct turn *t)
{
    int64_t since = t->contact.stopped_at;
    change(t, since > 0 ? since : turn_now(t), "stop.ask", "stop.ok");
}

void handle_start(struct turn *t)
{
    if (t->contact.blocked_at > 0) /* they may have opened it at their telecom too: the next one tells */
        contact_block(t->store, t->contact.phone, 0);
    change(t, 0, "start.ask", "start.ok");
}
