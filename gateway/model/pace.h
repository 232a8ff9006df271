/* The pace of a channel: so many messages a second, shared by four lanes.
 *
 * Each lane gains its share (codes and hand-offs 4, confirmations 4,
 * reminders 1, broadcasts 1), the richest of those that have messages goes,
 * and pays the sum.  What an empty lane does not use passes to the others, so
 * that 75,000 calls never delay a receipt and a receipt storm never starves a
 * call.  A token bucket of at most 100 ms bounds the bursts; broadcasts that
 * have the line to themselves leave a quarter of it, one token at least where it
 * holds two, so that what is owed to somebody and comes meanwhile finds one
 * (unless a request has just taken many recipients).
 *
 * Any thread; pure.  Times are steady milliseconds. */
#ifndef YAVAR_MODEL_PACE_H
#define YAVAR_MODEL_PACE_H

#include "gateway/model/records.h"

struct pace {
    double tokens; /* messages that may go now */
    int64_t refilled_ms;
    int credit[LANES];
};

void pace_start(struct pace *pace, int64_t now_ms);
void pace_refill(struct pace *pace, int64_t rate, int64_t now_ms);
/* Milliseconds until a message may go; 0: now.  OWED: more than broadcasts wait. */
int64_t pace_wait_ms(const struct pace *pace, int64_t rate, bool owed);
/* The lane whose turn it is among those where WAITS; -1: none waits. */
int pace_lane(struct pace *pace, const bool waits[LANES]);

#endif
