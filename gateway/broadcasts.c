/* See the header. */
#include "gateway/broadcasts.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/broadcast_step.h"
#include "gateway/outbound.h"

enum { TICK_MS = 1000 };

struct broadcasts {
    struct gateway *gateway;
    struct loop_timer *timer;
    bool busy;  /* a round is under way */
    bool again; /* there is more to do at once */
};

struct step {
    struct job job; /* first */
    struct broadcasts *owner;
    struct config *config;
    struct arena *arena; /* this lives in it */
    struct arena_mark mark;
    struct broadcast_step step;
    bool found;
};

static struct step *of(struct job *job)
{
    return (struct step *)job;
}

static void run(struct job *job, void *db)
{
    struct step *s = of(job);
    s->found = broadcast_step(&s->step, db, clock_ms());
}

static void reset(struct job *job)
{
    struct step *s = of(job);
    arena_rewind(s->arena, s->mark);
    s->found = false;
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
    bool stepped = outcome == JOB_DONE && s->found;
    int64_t id = s->step.found.id;
    if (stepped && s->step.unparked)
        sender_wake_all(b->gateway->sender);
    else if (stepped && s->step.woke)
        sender_wake(b->gateway->sender, s->step.found.channel);
    if (stepped && s->step.halted)
        sender_recall(b->gateway->sender, id);
    b->again |= stepped && s->step.again;
    config_drop(s->config);
    arena_free(s->arena);
    if (stepped && !b->gateway->stopping)
        submit(b, id);
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
                       .arena = arena};
    s->step = (struct broadcast_step){.config = s->config, .arena = arena, .after = after};
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
