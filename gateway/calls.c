/* See the header. */
#include "gateway/calls.h"

#include "gateway/base/clock.h"
#include "gateway/outbound.h"
#include "handlers/calls.h"

/* Of one second, so that neither many calls nor a large one delay a pledge. */
enum { CALLS_MOST = 32, MESSAGES_MOST = 200 };

struct calls_job {
    struct job job; /* first */
    struct gateway *gateway;
    struct config *config;
    struct arena *arena; /* this lives in it */
    struct arena_mark mark;
    int64_t from;  /* the last call that was looked at before */
    int64_t after; /* and now; 0: all were */
    size_t written;
    int64_t halted[CALLS_MOST]; /* those of which nothing more may go */
    size_t halted_count;
};

static void run(struct job *job, void *db)
{
    struct calls_job *j = (struct calls_job *)job;
    struct database *d = db;
    struct call *rows = arena_array(j->arena, struct call, CALLS_MOST);
    struct office o = {.store = d->store,
                       .config = j->config,
                       .arena = j->arena,
                       .zone = d->zone,
                       .now_ms = clock_ms(),
                       .actor = actor_operator(DOOR_CLI)};
    size_t n = call_live(d->store, j->arena, j->from, rows, CALLS_MOST);
    j->after = 0;
    for (size_t i = 0; i < n; i++) {
        if (j->written >= MESSAGES_MOST)
            return; /* the next second goes on behind the last one */
        struct call_cared cared = call_care(&o, &rows[i], MESSAGES_MOST - j->written);
        j->written += cared.written;
        if (cared.halted)
            j->halted[j->halted_count++] = rows[i].id;
        j->after = i + 1 < n || n == CALLS_MOST ? rows[i].id : 0;
    }
}

static void reset(struct job *job)
{
    struct calls_job *j = (struct calls_job *)job;
    arena_rewind(j->arena, j->mark);
    j->written = j->halted_count = 0;
}

static void done(struct job *job, enum job_outcome outcome)
{
    struct calls_job *j = (struct calls_job *)job;
    struct gateway *g = j->gateway;
    g->calls_busy = false;
    if (outcome == JOB_DONE) {
        g->calls_after = j->after;
        if (j->written > 0)
            sender_wake_all(g->sender);
        for (size_t i = 0; i < j->halted_count; i++)
            sender_recall(g->sender, j->halted[i]);
    }
    config_drop(j->config);
    arena_free(j->arena);
}

void calls_look(struct gateway *g)
{
    if (g->calls_busy || g->stopping)
        return;
    struct arena *arena = arena_new(16 << 10);
    struct calls_job *j = arena_new_of(arena, struct calls_job);
    *j = (struct calls_job){.job = {.rank = JOB_BACKGROUND, .run = run, .reset = reset, .done = done},
                            .gateway = g,
                            .config = config_keep(g->config),
                            .from = g->calls_after,
                            .arena = arena};
    j->mark = arena_mark(arena);
    g->calls_busy = worker_submit(g->writer, &j->job);
    if (!g->calls_busy) { /* too much waits: the next second tries again */
        config_drop(j->config);
        arena_free(arena);
    }
}
