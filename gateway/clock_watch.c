/* See the header. */
#include "gateway/clock_watch.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/outbound.h"

enum { SMALL_MS = 2000, ROWS_MOST = 500 };

struct pull_back {
    struct job job; /* first */
    struct gateway *gateway;
    struct arena *arena; /* this lives in it */
    int64_t retry_most_ms, uncertain_wait_ms;
    bool more;
};

static void run(struct job *job, void *db)
{
    struct pull_back *p = (struct pull_back *)job;
    struct store *store = ((struct database *)db)->store;
    int64_t now_ms = clock_ms();
    size_t queued = outbox_pull_back(store, OUTBOX_QUEUED, now_ms + p->retry_most_ms, ROWS_MOST);
    size_t unsure = outbox_pull_back(store, OUTBOX_UNCERTAIN, now_ms + p->uncertain_wait_ms, ROWS_MOST);
    p->more = queued == ROWS_MOST || unsure == ROWS_MOST;
}

static void done(struct job *job, enum job_outcome outcome)
{
    struct pull_back *p = (struct pull_back *)job;
    struct gateway *g = p->gateway;
    bool whole = outcome == JOB_DONE && !p->more;
    bool next = outcome == JOB_DONE && p->more;
    g->pulling_back = false;
    g->clock_back = g->clock_back || !whole;
    sender_wake_all(g->sender); /* what the lines know of due times is void */
    arena_free(p->arena);
    if (next)
        clock_watch(g);
}

static void pull_back(struct gateway *g)
{
    struct arena *arena = arena_new(512);
    struct pull_back *p = arena_new_of(arena, struct pull_back);
    *p = (struct pull_back){.job = {.rank = JOB_BACKGROUND, .run = run, .done = done},
                            .gateway = g,
                            .arena = arena,
                            .retry_most_ms = g->config->service.retry_most,
                            .uncertain_wait_ms = g->config->service.uncertain_wait};
    g->pulling_back = worker_submit(g->writer, &p->job);
    if (g->pulling_back)
        g->clock_back = false;
    else
        arena_free(arena); /* too much waits: the next second tries again */
}

void clock_watch(struct gateway *g)
{
    int64_t ahead_ms = clock_ms() - clock_steady_ms();
    if (!g->clock_known) {
        g->clock_known = g->clock_back = true; /* whatever it was before the start */
    } else if (g->clock_ahead_ms - ahead_ms > SMALL_MS) {
        LOG(LOG_WARN, "clock_back", "seconds=%lld", (long long)(g->clock_ahead_ms - ahead_ms) / 1000);
        g->clock_back = true;
    }
    g->clock_ahead_ms = ahead_ms;
    if (g->clock_back && !g->pulling_back && !g->stopping)
        pull_back(g);
}
