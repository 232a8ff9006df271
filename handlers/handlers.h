/* Every handler: one file a command, one row here.
 *
 * A handler runs inside its own savepoint; it never sees the transaction
 * end.  Its file lists the messages it says (name_messages), which the
 * catalogues must hold. */
#ifndef YAVAR_HANDLERS_HANDLERS_H
#define YAVAR_HANDLERS_HANDLERS_H

#include "handlers/turn.h"

#define HANDLER(command) void handle_##command(struct turn *t);
#include "handlers/handlers.def"
#undef HANDLER

/* The handler of the turn's command. */
void run_handler(struct turn *t);

/* For a message that could not be read at all. */
void handle_unreadable(struct turn *t);
/* For commands that are understood and not open yet. */
void handle_closed(struct turn *t);

extern const struct message_spec pledge_messages[], need_messages[], mine_messages[], cancel_messages[],
    account_messages[], consent_messages[], language_messages[], help_messages[], answer_messages[],
    enlist_messages[], team_messages[], code_messages[], broadcast_messages[], office_broadcast_messages[],
    office_campaign_messages[], call_messages[], staff_messages[], stats_messages[];

/* The answer to the request that enlist sent. */
void enlist_answered(struct turn *t, bool yes);

/* Shared by pledge and need: a code that is wrong, or names nothing open. */
void say_bad_code(struct turn *t);
/* The text of where and by when to pay; an empty str where no way is known. */
struct str pay_text(const struct turn *t, struct str pay_to, uint32_t reference, int64_t due_at);

#endif
