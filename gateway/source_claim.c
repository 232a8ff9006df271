/* See the header. */
#include "gateway/source_claim.h"

#include "gateway/store/store_broadcasts.h"
#include "gateway/store/store_calls.h"

/* When a row is looked at again that nothing unparks. */
enum { LATER_MS = 60 * 1000 };

/* ---- what its source says ---- */

static enum broadcast_claim say_broadcast(const struct claim_check *c, const struct broadcast *b)
{
    const struct channel *channel = config_channel(c->config, b->channel);
    bool quiet = broadcast_quiet(channel, c->zone, b->urgent, c->now_ms);
    return broadcast_claim(b->status, b->ended_at > 0, quiet);
}

/* Whether a place is left is asked for each phone. */
static enum broadcast_claim say_call(const struct claim_check *c, const struct call *call)
{
    const struct channel *channel = config_channel(c->config, call->channel);
    if (call->status == CALL_CANCELLED)
        return CLAIM_CANCELLED;
    if (call->status == CALL_DONE || c->now_ms / 1000 >= call->starts_at)
        return CLAIM_OVER;
    bool asks = call->status == CALL_OPEN || call->status == CALL_FULL;
    return asks && !broadcast_quiet(channel, c->zone, call->urgent, c->now_ms) ? CLAIM_GOES : CLAIM_PARKED;
}

static struct claim_source look_up(const struct claim_check *c, int64_t id)
{
    struct broadcast b;
    struct call call;
    struct claim_source found = {.id = id, .verdict = CLAIM_GOES};
    if (broadcast_find(c->store, c->arena, id, &b)) {
        found.urgent = b.urgent;
        found.verdict = say_broadcast(c, &b);
    } else if (call_find(c->store, c->arena, store_reference(c->store, id), &call)) {
        found.is_call = true;
        found.urgent = call.urgent;
        found.verdict = say_call(c, &call);
    }
    return found;
}

static struct claim_source look_at(struct claim_check *c, int64_t id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->known[i].id == id)
            return c->known[i];
    struct claim_source found = look_up(c, id);
    if (c->n < CLAIM_SOURCES)
        c->known[c->n++] = found;
    return found;
}

/* The line that it was handed over to may have quiet hours when its own has
 * none; nobody parks or unparks for that, so it is looked at again. */
static bool rests(const struct claim_check *c, const struct outbound *row, const struct claim_source *source)
{
    const struct channel *channel = config_channel(c->config, row->channel);
    return broadcast_quiet(channel, c->zone, source->urgent, c->now_ms);
}

/* ---- what becomes of a row ---- */

static bool fail(const struct claim_check *c, const struct outbound *row, const char *reason)
{
    struct outbound unsent = *row;
    struct outbox_move move = {.status = OUTBOX_FAILED};
    unsent.attempts--; /* it was none */
    outbox_move(c->store, &unsent, &move, "failed", str_of(reason), c->now_ms);
    return false;
}

static bool wait_until(const struct claim_check *c, const struct outbound *row, int64_t due_ms)
{
    outbox_set_aside(c->store, row, due_ms, c->now_ms);
    return false;
}

static bool opted_out(const struct claim_check *c, int64_t phone)
{
    struct contact contact;
    contact_get(c->store, c->arena, phone, &contact);
    return contact.stopped_at > 0;
}

/* Of a call, whether it is paused or not and at any hour. */
static bool reminder_goes(const struct claim_check *c, const struct outbound *row,
                          const struct claim_source *source)
{
    struct call_answer answer;
    if (!source->is_call)
        return true;
    if (source->verdict == CLAIM_CANCELLED || source->verdict == CLAIM_OVER)
        return fail(c, row, source->verdict == CLAIM_OVER ? "the call is over" : "cancelled");
    if (!answer_get(c->store, c->arena, row->source, row->phone, &answer) || answer.state != CALLED_PLACE)
        return fail(c, row, "there is no place to be reminded of");
    return true;
}

static bool has_room(const struct claim_check *c, const struct outbound *row,
                     const struct claim_source *source)
{
    if (!source->is_call || call_has_room(c->store, row->source, row->phone))
        return true;
    (void)fail(c, row, "every place was taken before it went"); /* says false, as this does */
    call_unask(c->store, row);
    return false;
}

bool claim_goes(struct claim_check *c, const struct outbound *row)
{
    if (row->source == 0)
        return true;
    struct claim_source source = look_at(c, row->source);
    if (row->lane != LANE_BROADCAST)
        return reminder_goes(c, row, &source);
    if (opted_out(c, row->phone))
        return fail(c, row, "stopped");
    switch (source.verdict) {
    case CLAIM_CANCELLED:
        return fail(c, row, "cancelled");
    case CLAIM_OVER:
        return fail(c, row, "the call is over");
    case CLAIM_PARKED:
        return wait_until(c, row, OUTBOX_PARKED_MS);
    case CLAIM_LATER:
        return wait_until(c, row, c->now_ms + LATER_MS);
    case CLAIM_GOES:
        break;
    }
    if (rests(c, row, &source))
        return wait_until(c, row, c->now_ms + LATER_MS);
    return has_room(c, row, &source);
}
