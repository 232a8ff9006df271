/* Asking a telecom what became of messages whose fate its answer left
 * unknown, where it can be asked by our own id.
 *
 * Loop thread; what is learned is written by a job of the store thread. */
#ifndef YAVAR_OUTBOUND_ASK_H
#define YAVAR_OUTBOUND_ASK_H

#include "gateway/gateway.h"

/* A message is not asked about again before this: the answer is on its way. */
enum { ASK_LEASE_MS = 30 * 1000 };

/* Whether messages of CHANNEL can be asked about. */
bool outbound_can_ask(const struct config *config, struct str channel);

/* Asks about MESSAGES (copied), and calls FN when some may be due again.  What
 * finds no room is asked about when its lease is over. */
void outbound_ask(struct gateway *g, const struct outbound *messages, size_t count, void (*fn)(void *ctx),
                  void *ctx);

#endif
