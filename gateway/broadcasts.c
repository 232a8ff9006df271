/* See the header. */
#include "gateway/broadcasts.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/model/audience.h"
#include "gateway/outbound.h"
#include "gateway/store/store_broadcasts.h"

enum { TICK_MS = 1000 };

struct broadcasts {
    struct gateway *gateway;
    struct loop_timer *timer;
    bool busy;  /* a round is under way */
    bool again; /* there is more to do at once */
};

/* One step of the next live broadcast behind AFTER. */
struct step {
    struct job job; /* first */
    struct broadcasts *owner;
    struct config *config;
    struct arena *arena; /* this lives in it */
    struct arena_mark mark;
    int64_t after;

    struct broadcast found; /* id 0: there is none */
    bool again;             /* this one has more to do at once */
    bool woke;              /* rows are due */
    bool halted;            /* what was claimed and not begun comes back */
};

static struct step *of(struct job *job)
{
    return (struct step *)job;
}

/* ---- on the store thread ---- */

static void take_stand(const struct step *s, struct database *d, int64_t now_ms,
                       struct broadcast_stand *stand)
{
    const struct broadcast *b = &s->found;
    const struct channel *channel = config_channel(s->config, b->channel);
    *stand = (struct broadcast_stand){.status = b->status,
                                      .quiet = broadcast_quiet(channel, d->zone, b->urgent, now_ms),
                                      .over = now_ms / 1000 >= b->until_at,
                                      .all_looked = b->all_looked,
                                      .window = broadcast_window(channel != NULL ? channel->rate : 0)};
    broadcast_waits(d->store, b->id, &stand->queued, &stand->parked, &stand->on_wire);
}

static void write_rows(struct step *s, struct store *store, const int64_t *phones, size_t n, int64_t now_ms)
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
static void cannot_read(struct step *s, struct store *store, const struct audience_fault *fault)
{
    struct broadcast *b = &s->found;
    struct str why = audience_fault_text(s->arena, fault, LANGUAGE_EN);
    bool paused = broadcast_turn(store, b->id, STR("*"), b->status, BROADCAST_PAUSED);
    LOG(LOG_ERROR, "broadcast_paused", "reference=%u paused=%d reason=\"%.*s\"", b->reference, paused,
        STR_ARG(why));
}

/* The next phones of its audience: written, or counted as too LATE. */
static void look_on(struct step *s, struct database *d, bool late, int64_t now_ms)
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

static void take_step(struct step *s, struct database *d, enum broadcast_step step, int64_t now_ms)
{
    const struct broadcast *b = &s->found;
    size_t n = 0;
    if (step == STEP_WRITE || step == STEP_COUNT_REST)
        look_on(s, d, step == STEP_COUNT_REST, now_ms);
    else if (step == STEP_PARK)
        n = broadcast_park(d->store, b->id, BROADCAST_STEP_ROWS);
    else if (step == STEP_UNPARK)
        s->woke = (n = broadcast_unpark(d->store, b->id, now_ms, BROADCAST_STEP_ROWS)) > 0;
    else if (step == STEP_EXPIRE)
        n = broadcast_drop(d->store, b->id, OUTBOX_EXPIRED, STR("the broadcast's time was over"), now_ms,
                           BROADCAST_STEP_ROWS);
    else if (step == STEP_DROP)
        n = broadcast_drop(d->store, b->id, OUTBOX_FAILED, STR("cancelled"), now_ms, BROADCAST_STEP_ROWS);
    else if (step == STEP_END)
        broadcast_end(d->store, b->id, b->status == BROADCAST_CANCELLED ? b->status : BROADCAST_DONE,
                      now_ms / 1000);
    s->again |= n > 0;
}

static void run(struct job *job, void *db)
{
    struct step *s = of(job);
    struct database *d = db;
    struct broadcast_stand stand;
    int64_t now_ms = clock_ms();
    if (!broadcast_live(d->store, s->arena, s->after, &s->found))
        return;
    take_stand(s, d, now_ms, &stand);
    struct broadcast_next next = broadcast_plan(&stand);
    if (next.begins &&
        !broadcast_turn(d->store, s->found.id, STR("*"), BROADCAST_APPROVED, BROADCAST_SENDING))
        return; /* unreachable: this thread alone writes */
    if (next.begins)
        s->found.status = BROADCAST_SENDING;
    take_step(s, d, next.step, now_ms);
    s->halted = stand.on_wire > 0 && (stand.quiet || stand.over || s->found.status != BROADCAST_SENDING);
}

static void reset(struct job *job)
{
    struct step *s = of(job);
    arena_rewind(s->arena, s->mark);
    s->found = (struct broadcast){.id = 0};
    s->again = s->woke = s->halted = false;
}

/* ---- on the loop ---- */

static void submit(struct broadcasts *b, int64_t after);

static void finish_round(struct broadcasts *b)
{
    bool again = b->again;
    b->busy = b->again = false;
    loop_timer_set(b->timer, again ? 0 : TICK_MS);
}

static void done(struct job *job, enum job_outcome outcome)
{
    struct step *s = of(job);
    struct broadcasts *b = s->owner;
    struct outbox_sender *sender = b->gateway->sender;
    bool more = outcome == JOB_DONE && s->found.id > 0;
    int64_t after = s->found.id;
    if (more && s->woke)
        sender_wake(sender, s->found.channel);
    if (more && s->halted)
        sender_recall(sender, s->found.id);
    b->again |= more && s->again;
    config_drop(s->config);
    arena_free(s->arena);
    if (more && !b->gateway->stopping)
        submit(b, after);
    else
        finish_round(b);
}

static void submit(struct broadcasts *b, int64_t after)
{
    struct arena *arena = arena_new(16 << 10);
    struct step *s = arena_new_of(arena, struct step);
    *s = (struct step){.job = {.rank = JOB_BACKGROUND, .run = run, .reset = reset, .done = done},
                       .owner = b,
                       .config = config_keep(b->gateway->config),
                       .arena = arena,
                       .after = after};
    s->mark = arena_mark(arena);
    b->busy = true;
    if (worker_submit(b->gateway->writer, &s->job))
        return;
    config_drop(s->config); /* too much waits: the next second tries again */
    arena_free(arena);
    b->again = false;
    finish_round(b);
}

static void tick(void *ctx)
{
    struct broadcasts *b = ctx;
    if (!b->busy && !b->gateway->stopping)
        submit(b, 0);
}

struct broadcasts *broadcasts_new(struct gateway *g)
{
    struct broadcasts *b = calloc(1, sizeof *b);
    if (b == NULL) /* only when memory is out: tests/faults */
        return NULL;
    b->gateway = g;
    b->timer = loop_timer_new(g->loop, tick, b);
    if (b->timer == NULL) {
        free(b);
        return NULL;
    }
    loop_timer_set(b->timer, 1);
    return b;
}

void broadcasts_wake(struct broadcasts *b)
{
    if (b->busy)
        b->again = true;
    else
        loop_timer_set(b->timer, 0);
}

void broadcasts_free(struct broadcasts *b)
{
    if (b == NULL)
        return;
    loop_timer_free(b->timer);
    free(b);
}
