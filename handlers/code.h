/* One-time codes: a sender's number proves nothing, so what the staff asks for
 * by SMS only proposes (promise 7).  The command waits in the store; a code goes
 * to the registered number, bound to that command by a digest; `CODE 482135`
 * gives it back and runs the command with ASKED_CODE.  Once, within 10 minutes,
 * 3 tries, which a newer code does not give back within the hour; then the phone
 * is locked for an hour, and its owner and the admins are told.  Store thread. */
#ifndef YAVAR_HANDLERS_CODE_H
#define YAVAR_HANDLERS_CODE_H

#include "handlers/turn.h"

/* Keeps COMMAND for the turn's phone (a newer one replaces it) and gives its
 * code, to stand in the text that the caller sends in LANE_CODE.  A NULL str
 * where the phone is locked or asked for too many codes this hour: that has
 * been answered then. */
struct str code_make(struct turn *t, const struct command *command);
/* Whether code_make would give one: for who did not ask for it, and is not to hear of it. */
bool code_is_free(const struct turn *t);

#endif
