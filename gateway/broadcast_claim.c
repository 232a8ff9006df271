/* See the header. */
#include "gateway/broadcast_claim.h"

#include "gateway/store/store_broadcasts.h"

/* When a row is looked at again that nothing unparks. */
enum { LATER_MS = 60 * 1000 };

/* A call has no row here: it says itself when it sends. */
static struct claim_source look_up(struct claim_check *c, int64_t source)
{
    struct broadcast b;
    if (!broadcast_find(c->store, c->arena, source, &b))
        return (struct claim_source){.id = source, .verdict = CLAIM_GOES};
    const struct channel *channel = config_channel(c->config, b.channel);
    bool quiet = broadcast_quiet(channel, c->zone, b.urgent, c->now_ms);
    return (struct claim_source){source, broadcast_claim(b.status, b.ended_at > 0, quiet), true, b.urgent};
}

static struct claim_source source_of(struct claim_check *c, int64_t source)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->known[i].id == source)
            return c->known[i];
    struct claim_source found = look_up(c, source);
    if (c->n < CLAIM_SOURCES)
        c->known[c->n++] = found;
    return found;
}

/* The line that it was handed over to may have quiet hours when its own has
 * none; nobody parks or unparks for that, so it is looked at again. */
static enum broadcast_claim verdict_on(struct claim_check *c, const struct outbound *row)
{
    struct claim_source source = source_of(c, row->source);
    if (source.verdict != CLAIM_GOES || !source.is_broadcast)
        return source.verdict;
    const struct channel *channel = config_channel(c->config, row->channel);
    return broadcast_quiet(channel, c->zone, source.urgent, c->now_ms) ? CLAIM_LATER : CLAIM_GOES;
}

static void fail(struct claim_check *c, const struct outbound *row, const char *reason)
{
    struct outbound unsent = *row;
    struct outbox_move move = {.status = OUTBOX_FAILED};
    unsent.attempts--; /* it was none */
    outbox_move(c->store, &unsent, &move, "failed", str_of(reason), c->now_ms);
}

static bool opted_out(struct claim_check *c, int64_t phone)
{
    struct contact contact;
    contact_get(c->store, c->arena, phone, &contact);
    return contact.stopped_at > 0;
}

bool claim_goes(struct claim_check *c, const struct outbound *row)
{
    if (row->source == 0 || row->lane != LANE_BROADCAST)
        return true;
    if (opted_out(c, row->phone)) {
        fail(c, row, "stopped");
        return false;
    }
    enum broadcast_claim verdict = verdict_on(c, row);
    if (verdict == CLAIM_CANCELLED)
        fail(c, row, "cancelled");
    else if (verdict != CLAIM_GOES)
        outbox_set_aside(c->store, row, verdict == CLAIM_PARKED ? OUTBOX_PARKED_MS : c->now_ms + LATER_MS,
                         c->now_ms);
    return verdict == CLAIM_GOES;
}
