/* One step of a broadcast. */
#include "gateway/broadcast_step.h"

#include "gateway/base/log.h"
#include "gateway/model/audience.h"

static void take_stand(const struct broadcast_step *s, const struct database *d, int64_t now_ms,
                       struct broadcast_stand *stand)
{
    const struct broadcast *b = &s->found;
    const struct channel *channel = config_channel(s->config, b->channel);
    *stand = (struct broadcast_stand){.status = b->status,
                                      .quiet = broadcast_quiet(channel, d->zone, b->urgent, now_ms),
                                      .over = now_ms / 1000 >= b->until_at,
                                      .all_looked = b->all_looked,
                                      .window = broadcast_window(channel != NULL ? channel->rate : 0)};
    source_waits(d->store, b->id, &stand->queued, &stand->parked, &stand->on_wire);
}

static void write_rows(struct broadcast_step *s, struct store *store, const int64_t *phones, size_t n,
                       int64_t now_ms)
{
    struct broadcast *b = &s->found;
    struct outbound row = {.channel = b->channel,
                           .text = b->body,
                           .lane = LANE_BROADCAST,
                           .segments = b->segments,
                           .source = b->id,
                           .expires_ms = b->until_at * 1000};
    for (size_t i = 0; i < n; i++) {
        row.phone = phones[i];
        if (outbox_add(store, &row, now_ms) == 0)
            b->duplicate++; /* it has a row already */
    }
    s->woke = n > 0;
}

/* A campaign or a province that it speaks of is gone from the configuration. */
static void cannot_read(struct broadcast_step *s, struct store *store, const struct audience_fault *fault)
{
    struct broadcast *b = &s->found;
    struct str why =
        audience_fault_text(s->config->texts->catalogue[LANGUAGE_EN], s->arena, fault, LANGUAGE_EN);
    bool paused = broadcast_turn(store, b->id, STR("*"), b->status, BROADCAST_PAUSED);
    LOG(LOG_ERROR, "broadcast_paused", "reference=%u paused=%d reason=\"%.*s\"", b->reference, paused,
        STR_ARG(why));
}

/* The next phones of its audience: written, or counted as too LATE. */
static void look_on(struct broadcast_step *s, const struct database *d, bool late, int64_t now_ms)
{
    struct audience *audience = arena_new_of(s->arena, struct audience);
    struct audience_fault fault;
    int64_t *phones = arena_array(s->arena, int64_t, BROADCAST_STEP_ROWS);
    struct broadcast was = s->found, *b = &s->found;
    const struct channel *channel = config_channel(s->config, b->channel);
    struct audience_page page = {
        .after = b->cursor, .known_by = b->fixed_at, .promo = channel_is_promo(channel)};
    if (!broadcast_audience(d->store, s->arena, s->config->texts->lexicon, d->zone, b, audience, &fault)) {
        cannot_read(s, d->store, &fault);
        b->all_looked = late; /* so that it ends */
        broadcast_looked(d->store, b, &was);
        return;
    }
    size_t n = audience_page(d->store, s->arena, audience, s->config->service.country, &page, phones,
                             BROADCAST_STEP_ROWS);
    if (late)
        b->late += (int64_t)n;
    else
        write_rows(s, d->store, phones, n, now_ms);
    b->cursor = page.after;
    b->all_looked = !page.more;
    b->stopped += page.stopped;
    b->abroad += page.left_abroad;
    b->blocked += page.blocked;
    broadcast_looked(d->store, b, &was);
    s->again = true;
}

static void take_step(struct broadcast_step *s, const struct database *d, enum broadcast_action step,
                      int64_t now_ms)
{
    const struct broadcast *b = &s->found;
    size_t n = 0;
    if (step == STEP_WRITE || step == STEP_COUNT_REST)
        look_on(s, d, step == STEP_COUNT_REST, now_ms);
    else if (step == STEP_PARK)
        n = source_park(d->store, b->id, BROADCAST_STEP_ROWS);
    else if (step == STEP_UNPARK)
        s->unparked = (n = source_unpark(d->store, b->id, now_ms, BROADCAST_STEP_ROWS)) > 0;
    else if (step == STEP_EXPIRE)
        n = source_drop(d->store, b->id, OUTBOX_EXPIRED, STR("the broadcast's time was over"), now_ms,
                        BROADCAST_STEP_ROWS);
    else if (step == STEP_DROP)
        n = source_drop(d->store, b->id, OUTBOX_FAILED, STR("cancelled"), now_ms, BROADCAST_STEP_ROWS);
    else if (step == STEP_END)
        broadcast_end(d->store, b->id, b->status == BROADCAST_CANCELLED ? b->status : BROADCAST_DONE,
                      now_ms / 1000);
    s->again |= n > 0;
}

bool broadcast_step(struct broadcast_step *s, const struct database *d, int64_t now_ms)
{
    struct broadcast_stand stand;
    s->again = s->woke = s->unparked = s->halted = false;
    if (!broadcast_live(d->store, s->arena, s->after, &s->found))
        return false;
    take_stand(s, d, now_ms, &stand);
    struct broadcast_next next = broadcast_plan(&stand);
    if (next.begins &&
        !broadcast_turn(d->store, s->found.id, STR("*"), BROADCAST_APPROVED, BROADCAST_SENDING))
        return false; /* unreachable: this thread alone writes */
    if (next.begins)
        s->found.status = BROADCAST_SENDING;
    take_step(s, d, next.step, now_ms);
    s->halted = stand.on_wire > 0 && (stand.quiet || stand.over || s->found.status != BROADCAST_SENDING);
    return true;
}
