/* What a broadcast does next, from where it stands: pure, so that every branch
 * can be tested without a store.
 *
 * draft → approved → sending ⇄ paused → done, or cancelled.  It is live from
 * approved until it has ended.  Its rows are written just in time: a small
 * window waits, so that pausing and cancelling touch few.
 *
 * Any thread; pure. */
#ifndef YAVAR_MODEL_BROADCAST_PLAN_H
#define YAVAR_MODEL_BROADCAST_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/model/line_rules.h"

enum broadcast_status {
    BROADCAST_DRAFT,
    BROADCAST_APPROVED,
    BROADCAST_SENDING,
    BROADCAST_PAUSED,
    BROADCAST_DONE,
    BROADCAST_CANCELLED,
    BROADCAST_STATUSES,
};
extern const char *const broadcast_status_names[BROADCAST_STATUSES];
bool broadcast_status_from(struct str name, enum broadcast_status *status) MUST_CHECK;

/* Rows that one step writes or moves, at most: a pledge may have to wait for a step. */
enum { BROADCAST_STEP_ROWS = 100 };

struct broadcast_stand {
    enum broadcast_status status;
    bool quiet;                      /* its line lets no broadcast through at this hour */
    bool over;                       /* its window is */
    bool all_looked;                 /* nobody of the audience is left */
    int64_t queued, parked, on_wire; /* its rows; parked: of those queued */
    int64_t window;                  /* rows that shall wait */
};

enum broadcast_action {
    STEP_WAIT,
    STEP_WRITE,      /* further rows */
    STEP_PARK,       /* what is queued waits until it goes on */
    STEP_UNPARK,     /* and is due again */
    STEP_EXPIRE,     /* what is queued is too late */
    STEP_COUNT_REST, /* whom it did not come to in time */
    STEP_DROP,       /* what is queued was cancelled */
    STEP_END,
};

struct broadcast_next {
    enum broadcast_action step;
    bool begins; /* it is sending from now on */
};
struct broadcast_next broadcast_plan(const struct broadcast_stand *stand);

/* Whether CHANNEL (NULL: it is gone) lets no broadcast through now. */
bool broadcast_quiet(const struct channel *channel, struct zone *zone, bool urgent, int64_t now_ms);
bool channel_is_promo(const struct channel *channel);

/* Rows that shall wait on a line of RATE messages a second: four seconds' worth,
 * 500 at least; 10000 at most, as each step counts and parks what waits. */
int64_t broadcast_window(int64_t rate);

/* What becomes of a row that was claimed. */
enum broadcast_claim {
    CLAIM_GOES,
    CLAIM_PARKED, /* until the broadcast or call goes on */
    CLAIM_LATER,  /* nobody will unpark it: it is looked at again soon */
    CLAIM_CANCELLED,
    CLAIM_OVER, /* only calls are: the rows of a broadcast have a time of their own */
};
enum broadcast_claim broadcast_claim(enum broadcast_status status, bool ended, bool quiet);

#endif
