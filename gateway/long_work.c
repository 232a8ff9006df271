/* Long operations: prepared by the reader, done piece by piece by the writer. */
#include "gateway/long_work.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/broadcasts.h"
#include "gateway/outbound.h"

struct http_response long_work_whole(const struct long_work *work, const struct admin_call *c, struct str id)
{
    struct http_response answer = {0};
    struct long_progress progress = {0};
    const void *state = work->prepare(c, id, &answer);
    bool more = state != NULL;
    while (more && store_failed(c->store) == STORE_FINE)
        more = work->piece(c, state, &progress, &answer);
    return answer.status != 0 ? answer : work->end(c, state, &progress);
}

/* ---- in the running service ---- */

struct long_job {
    struct job job; /* first */
    const struct long_work *work;
    enum role role;     /* who may */
    struct actor actor; /* who asks, once the reader has looked */
    struct gateway *gateway;
    struct http_server *server;
    struct config *config;
    struct arena *arena;    /* this lives in it, and the state */
    struct arena_mark mark; /* what is behind it is a piece's own */
    struct http_ticket ticket;
    struct http_request request;
    struct str id;
    const void *state;
    struct long_progress progress, before;
    struct http_response answer;
    bool more;
};

static struct long_job *of(struct job *job)
{
    return (struct long_job *)job;
}

static struct admin_call call_of(struct long_job *j, struct database *d)
{
    return (struct admin_call){.store = d != NULL ? d->store : NULL,
                               .zone = d != NULL ? d->zone : NULL,
                               .config = j->config,
                               .arena = j->arena,
                               .now_ms = clock_ms(),
                               .request = &j->request,
                               .actor = j->actor,
                               .door = j->server == j->gateway->door ? DOOR_CLI : DOOR_API};
}

static void end(struct long_job *j)
{
    struct gateway *g = j->gateway;
    admin_answer(g, j->server, j->ticket, &j->request, &j->answer, j->arena);
    sender_wake_all(g->sender);
    broadcasts_wake(g->broadcasts);
    config_drop(j->config);
    arena_free(j->arena);
}

static void unavailable(struct long_job *j)
{
    struct admin_call call = call_of(j, NULL);
    const char *why = j->state != NULL ? j->work->cut(j->arena, j->state, &j->progress)
                                       : "the service is too busy or its disk is full: try again";
    j->answer = admin_fault(&call, 503, why);
    j->answer.retry_after = 5;
    end(j);
}

static void submit(struct worker *worker, struct long_job *j, void (*run)(struct job *, void *),
                   void (*done)(struct job *, enum job_outcome))
{
    j->job.run = run;
    j->job.done = done;
    j->before = j->progress;
    j->mark = arena_mark(j->arena);
    if (!worker_submit(worker, &j->job))
        unavailable(j);
}

/* A second run begins where the first one did. */
static void reset(struct job *job)
{
    struct long_job *j = of(job);
    arena_rewind(j->arena, j->mark);
    j->progress = j->before;
    j->answer = (struct http_response){0};
    j->more = false;
}

static void run_piece(struct job *job, void *db)
{
    struct long_job *j = of(job);
    struct admin_call call = call_of(j, db);
    j->more = j->work->piece(&call, j->state, &j->progress, &j->answer);
}

static void done_piece(struct job *job, enum job_outcome outcome)
{
    struct long_job *j = of(job);
    struct admin_call call = call_of(j, NULL);
    if (outcome == JOB_UNKNOWN) { /* never acknowledged; the program is about to end */
        config_drop(j->config);
        arena_free(j->arena);
    } else if (outcome == JOB_NOT_DONE) {
        reset(job);
        unavailable(j);
    } else if (j->answer.status != 0) {
        end(j);
    } else if (j->more) {
        arena_rewind(j->arena, j->mark);
        submit(j->gateway->writer, j, run_piece, done_piece);
    } else {
        j->answer = j->work->end(&call, j->state, &j->progress);
        end(j);
    }
}

static void run_prepare(struct job *job, void *db)
{
    struct long_job *j = of(job);
    struct admin_call call = call_of(j, db);
    if (!admin_authorise(&call, j->role, &j->answer))
        return;
    j->actor = call.actor;
    j->state = j->work->prepare(&call, j->id, &j->answer);
}

static void reset_prepare(struct job *job)
{
    of(job)->state = NULL;
    reset(job);
}

static void done_prepare(struct job *job, enum job_outcome outcome)
{
    struct long_job *j = of(job);
    j->job.reset = reset;
    if (outcome != JOB_DONE) {
        reset_prepare(job);
        unavailable(j);
    } else if (j->state == NULL) {
        end(j);
    } else {
        submit(j->gateway->writer, j, run_piece, done_piece);
    }
}

void long_work_begin(const struct long_work *work, enum role role, struct gateway *g,
                     struct http_server *server, const struct http_request *request, struct arena *arena,
                     struct http_ticket ticket, struct str id)
{
    struct long_job *j = arena_new_of(arena, struct long_job);
    *j = (struct long_job){.work = work,
                           .role = role,
                           .gateway = g,
                           .server = server,
                           .config = config_keep(g->config),
                           .arena = arena,
                           .ticket = ticket,
                           .request = *request,
                           .id = id};
    j->job = (struct job){.rank = JOB_BACKGROUND, .reset = reset_prepare};
    submit(g->reader, j, run_prepare, done_prepare);
}
