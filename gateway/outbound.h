/* Outbound: from rows of the outbox to the telecom and back.
 *
 * Claims due rows by lane, at most twice the free request slots; each claim is
 * committed before the request goes out.  A channel paces itself (messages a
 * second, requests in flight); four lanes share the pace 40/40/10/10, and
 * what one does not use passes on.
 *
 * Loop thread; the jobs' bodies run on the store thread. */
#ifndef YAVAR_OUTBOUND_H
#define YAVAR_OUTBOUND_H

#include "gateway/gateway.h"

struct outbox_sender *sender_new(struct gateway *g) MUST_CHECK;
/* Rows were queued for CHANNEL (or may have been). */
void sender_wake(struct outbox_sender *sender, struct str channel);
void sender_wake_all(struct outbox_sender *sender); /* the same for every channel */
/* What was claimed of a broadcast and not begun goes back: it does not go on now. */
void sender_recall(struct outbox_sender *sender, int64_t source);
/* After a reload: lines for the channels as they are now. */
void sender_reload(struct outbox_sender *sender);
/* Does nothing more: the store is about to close. */
void sender_halt(struct outbox_sender *sender);
/* Claims no more, gives back what was claimed and not begun. */
void sender_stop(struct outbox_sender *sender);
/* Nothing on the wire, nothing to be settled. */
bool sender_idle(const struct outbox_sender *sender);
/* What is still on the wire becomes uncertain. */
void sender_abandon(struct outbox_sender *sender);
void sender_free(struct outbox_sender *sender); /* NULL is fine */

#endif
