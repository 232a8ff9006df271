/* The last look at a message of a call, when it is claimed: what was true when
 * it was written may have changed while it waited.
 *
 * Store thread. */
#ifndef YAVAR_CALL_CLAIM_H
#define YAVAR_CALL_CLAIM_H

#include "gateway/base/icu.h"
#include "gateway/conf/config.h"
#include "gateway/store/store.h"

/* Whether it may go now; else it was put where it belongs: it waits (the call
 * is paused, the hour is quiet), or is over.  True for what belongs to no call. */
bool call_claim(struct store *store, const struct config *config, struct zone *zone,
                const struct outbound *row, int64_t now_ms) MUST_CHECK;

#endif
