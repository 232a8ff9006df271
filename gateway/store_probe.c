/* See the header. */
#include "gateway/store_probe.h"

#include "gateway/base/log.h"

struct probe {
    struct job job; /* first */
    struct gateway *gateway;
    struct arena *arena; /* this lives in it */
};

static void run(struct job *job, void *db)
{
    (void)job; /* any write will do */
    store_note_put(((struct database *)db)->store, STR("store.probe"), STR(""));
}

static void done(struct job *job, enum job_outcome outcome)
{
    struct probe *p = (struct probe *)job;
    p->gateway->probing = false;
    if (outcome == JOB_DONE) {
        p->gateway->store_refuses = false;
        LOG(LOG_INFO, "store_fine", "it can be written again");
    }
    arena_free(p->arena);
}

void store_probe(struct gateway *g)
{
    if (!g->store_refuses || g->probing || g->stopping)
        return;
    struct arena *arena = arena_new(256);
    struct probe *p = arena_new_of(arena, struct probe);
    *p = (struct probe){
        .job = {.rank = JOB_BACKGROUND, .run = run, .done = done}, .gateway = g, .arena = arena};
    g->probing = worker_submit(g->writer, &p->job);
    if (!g->probing)
        arena_free(arena); /* too much waits: the next second tries again */
}
