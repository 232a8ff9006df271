/* The last look at a row of a broadcast or a call before it goes: who opted out
 * since it was written gets nothing, and a broadcast that was paused, cancelled
 * or came into quiet hours sends nothing more.
 *
 * Store thread, in the transaction of the claim. */
#ifndef YAVAR_BROADCAST_CLAIM_H
#define YAVAR_BROADCAST_CLAIM_H

#include "gateway/conf/config.h"
#include "gateway/model/broadcast_plan.h"
#include "gateway/store/store.h"

enum { CLAIM_SOURCES = 8 };

/* Of one batch of claims: each broadcast is looked up once. */
struct claim_check {
    struct store *store;
    const struct config *config;
    struct zone *zone;
    struct arena *arena;
    int64_t now_ms;
    struct claim_source {
        int64_t id;
        enum broadcast_claim verdict;
        bool is_broadcast, urgent;
    } known[CLAIM_SOURCES];
    size_t n;
};

/* Whether a row just claimed goes; else it has been moved on. */
bool claim_goes(struct claim_check *check, const struct outbound *row) MUST_CHECK;

#endif
