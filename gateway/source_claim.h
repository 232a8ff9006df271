/* The last look at a row of a broadcast or a call before it goes: what was true
 * when it was written may have changed while it waited.  Who opted out gets
 * nothing; what was paused, cancelled or came into quiet hours sends nothing
 * more; nobody is invited to a place that is gone or reminded of one that they
 * gave back.  A row that does not go was no attempt.
 *
 * Store thread, in the transaction of the claim. */
#ifndef YAVAR_SOURCE_CLAIM_H
#define YAVAR_SOURCE_CLAIM_H

#include "gateway/conf/config.h"
#include "gateway/model/broadcast_plan.h"
#include "gateway/store/store.h"

enum { CLAIM_SOURCES = 8 };

/* Of one batch of claims: each broadcast or call is looked up once. */
struct claim_check {
    struct store *store;
    const struct config *config;
    struct zone *zone;
    struct arena *arena;
    int64_t now_ms;
    struct claim_source {
        int64_t id;
        enum broadcast_claim verdict;
        bool is_call, urgent;
    } known[CLAIM_SOURCES];
    size_t n;
};

/* Whether a row just claimed goes; else it has been moved on. */
bool claim_goes(struct claim_check *check, const struct outbound *row) MUST_CHECK;

#endif
