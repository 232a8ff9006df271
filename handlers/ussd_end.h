/* A session's end without a result.  Private to ussd*.c and the flows. */
#ifndef YAVAR_HANDLERS_USSD_END_H
#define YAVAR_HANDLERS_USSD_END_H

#include "gateway/model/dialogue.h"
#include "handlers/turn.h"

/* Networks end a session after two or three minutes. */
enum { USSD_IDLE_MS = 180 * 1000 };

/* What people dial for a channel, as configured; or empty. */
struct str ussd_dial(const struct config *config, struct str channel);
/* Offers by SMS to finish D, at most once a day. */
void ussd_hand_off(struct turn *t, const struct dialogue *d, struct str dial);
/* An open session is over: if something was left unfinished, its owner is
 * offered by SMS to finish it, at most once a day. */
void ussd_end(struct turn *t, struct ussd_session *s, struct str dial);
/* What this phone began and dropped of a FLOW (empty: of any) is not offered any
 * more, but for the turn's own session.  A session that still lives goes on. */
void ussd_pass_over(struct turn *t, struct str flow);

#endif
