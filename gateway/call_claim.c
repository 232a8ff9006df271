/* See the header. */
#include "gateway/call_claim.h"

#include "gateway/store/store_calls.h"
#include "handlers/calls.h"

/* Resuming a call makes what was parked due at once (call_unpark). */
enum { PARK_MS = 3600 * 1000, QUIET_MS = 300 * 1000 };

/* It was no attempt. */
static void park(struct store *store, const struct outbound *row, int64_t due_ms, struct str why,
                 int64_t now_ms)
{
    struct outbound waiting = *row;
    struct outbox_move move = {.status = OUTBOX_QUEUED, .due_ms = due_ms};
    waiting.attempts--;
    outbox_move(store, &waiting, &move, "waits", why, now_ms);
}

static void fail(struct store *store, const struct outbound *row, struct str why, int64_t now_ms)
{
    struct outbox_move move = {.status = OUTBOX_FAILED};
    outbox_move(store, row, &move, "stopped", why, now_ms);
}

bool call_claim(struct store *store, const struct config *config, struct zone *zone,
                const struct outbound *row, int64_t now_ms)
{
    bool urgent;
    if (row->source == 0)
        return true;
    switch (call_sends(store, row, &urgent)) {
    case CALL_NONE:
        return true;
    case CALL_GOES:
        if (row->lane != LANE_BROADCAST || urgent ||
            !call_is_quiet(config, zone, row->channel, now_ms / 1000))
            return true;
        park(store, row, now_ms + QUIET_MS, STR("quiet hours"), now_ms);
        return false;
    case CALL_WAITS:
        park(store, row, now_ms + PARK_MS, STR("the call is paused"), now_ms);
        return false;
    case CALL_TAKEN:
        call_unask(store, row, now_ms);
        return false;
    case CALL_GONE:
        fail(store, row, STR("the call is over"), now_ms);
        return false;
    case CALL_OPTOUT:
        fail(store, row, STR("stopped"), now_ms);
        return false;
    case CALL_NOPLACE:
        fail(store, row, STR("there is no place to be reminded of"), now_ms);
        return false;
    }
    return true; /* unreachable: every word is above */
}
