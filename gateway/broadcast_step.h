/* One step of a broadcast: up to 100 rows are written, parked, settled, or it
 * ends.  All it needs to know is in the tables, and all it does is in one
 * transaction.
 *
 * Store thread. */
#ifndef YAVAR_BROADCAST_STEP_H
#define YAVAR_BROADCAST_STEP_H

#include "gateway/gateway.h"
#include "gateway/store/store_broadcasts.h"

struct broadcast_step {
    const struct config *config;
    struct arena *arena;
    int64_t after; /* of the first live one behind it */

    struct broadcast found;
    bool again;    /* it has more to do at once */
    bool woke;     /* rows are due on its line */
    bool unparked; /* rows are due, and some on lines that had taken them over */
    bool halted;   /* what was claimed and not begun must come back */
};

/* False: none is live behind AFTER. */
bool broadcast_step(struct broadcast_step *step, const struct database *d, int64_t now_ms) MUST_CHECK;

#endif
