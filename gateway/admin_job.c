/* The admin API in the running service: requests become jobs, those that only
 * read of the reader thread, the others of the store thread. */
#include "gateway/admin.h"

#include "gateway/admin_table.h"
#include "gateway/base/clock.h"
#include "gateway/broadcasts.h"
#include "gateway/long_work.h"
#include "gateway/outbound.h"

enum { READ_MS = 2000, RETRY_SECONDS = 5 };

struct admin_job {
    struct job job; /* first */
    struct gateway *gateway;
    struct http_server *server;
    struct config *config;
    struct arena *arena;
    struct arena_mark mark;
    struct http_ticket ticket;
    struct http_request request;
    struct http_response response;
    struct store_figures figures; /* of /metrics */
    int64_t wal_bytes;
};

static struct admin_job *of(struct job *job)
{
    return (struct admin_job *)job;
}

static bool only_reads(const struct admin_job *j)
{
    return j->request.method == HTTP_GET;
}

static struct admin_call call_of(struct admin_job *j, struct database *d)
{
    return (struct admin_call){.store = d != NULL ? d->store : NULL,
                               .zone = d != NULL ? d->zone : NULL,
                               .config = j->config,
                               .arena = j->arena,
                               .now_ms = clock_ms(),
                               .request = &j->request,
                               .door = j->server == j->gateway->door ? DOOR_CLI : DOOR_API};
}

static struct http_response later(const struct admin_call *call, const char *why)
{
    struct http_response answer = admin_fault(call, 503, why);
    answer.retry_after = RETRY_SECONDS;
    return answer;
}

/* What the store says against an answer that would be a lie. */
static void mend(const struct admin_call *call, struct http_response *answer)
{
    enum store_failure failed = store_failed(call->store);
    if (failed == STORE_LATE)
        *answer = later(call, "this took more than two seconds to read: ask for less at once, or later");
    else if (failed != STORE_FINE && answer->status < 400)
        *answer = admin_fault(call, 409, "something like it is there already");
}

static void run(struct job *job, void *db)
{
    struct admin_job *j = of(job);
    struct admin_call call = call_of(j, db);
    struct store *store = call.store;
    store_deadline(store, only_reads(j) ? READ_MS : 0);
    if (store_savepoint(store)) {
        j->response = admin_run(&call);
        bool engine = store_failed(store) == STORE_ENGINE_BAD || store_failed(store) == STORE_GONE;
        mend(&call, &j->response);
        if (!engine && (j->response.status >= 400 || !store_savepoint_keep(store)))
            store_savepoint_undo(store); /* else the worker finds it lost, and tries once more */
    }
    store_deadline(store, 0);
}

static void reset(struct job *job)
{
    arena_rewind(of(job)->arena, of(job)->mark);
}

static struct http_response too_many(struct arena *arena, unsigned wait)
{
    struct admin_call call = {.arena = arena};
    struct http_response answer =
        admin_fault(&call, 429, "too many wrong tokens came from your address: wait");
    answer.retry_after = wait;
    return answer;
}

/* Wrong tokens are counted; of too many nobody learns whether they were wrong. */
void admin_answer(struct gateway *g, struct http_server *server, struct http_ticket ticket,
                  const struct http_request *request, struct http_response *response, struct arena *arena)
{
    struct str token = admin_bearer(request);
    struct digest hash = crypto_digest(&token, 1);
    if (server == g->admin && response->status == 401 && token.p != NULL) {
        unsigned wait = token_guard_wrong(&g->token_guard, request->peer, &hash, clock_steady_ms());
        if (wait > 0)
            *response = too_many(arena, wait);
    } else if (server == g->admin && response->status < 500) {
        token_guard_right(&g->token_guard, &hash);
    }
    /* false: who asked has gone */
    (void)http_server_answer(server, ticket, response);
}

static void done(struct job *job, enum job_outcome outcome)
{
    struct admin_job *j = of(job);
    struct gateway *g = j->gateway;
    struct admin_call call = call_of(j, NULL);
    if (outcome == JOB_NOT_DONE)
        j->response = later(&call, "the service is too busy or its disk is full: try again");
    if (outcome != JOB_UNKNOWN)
        admin_answer(g, j->server, j->ticket, &j->request, &j->response, j->arena);
    if (outcome == JOB_DONE && !only_reads(j)) {
        sender_wake_all(g->sender);
        broadcasts_wake(g->broadcasts);
    }
    config_drop(j->config);
    arena_free(j->arena);
}

static void run_metrics(struct job *job, void *db)
{
    struct database *d = db;
    struct admin_job *j = of(job);
    store_figures(d->store, &j->figures);
    j->wal_bytes = store_wal_bytes(d->store);
}

static void done_metrics(struct job *job, enum job_outcome outcome)
{
    struct admin_job *j = of(job);
    struct gateway *g = j->gateway;
    struct worker_figures commits;
    if (outcome == JOB_DONE) { /* else the last ones */
        g->metrics.figures = j->figures;
        g->metrics.wal_bytes = j->wal_bytes;
    }
    worker_figures(g->writer, &commits);
    g->metrics.stall_seconds = (double)loop_longest_turn(g->loop) / 1e6;
    struct http_response response = {.status = 200,
                                     .content_type = STR("text/plain; version=0.0.4; charset=utf-8")};
    response.body = metrics_write(&g->metrics, g->config, &commits, clock_ms(), j->arena);
    /* false: the scraper has gone */
    (void)http_server_answer(j->server, j->ticket, &response);
    config_drop(j->config);
    arena_free(j->arena);
}

static struct admin_job *new_job(struct gateway *g, struct http_server *server,
                                 const struct http_request *request, struct arena *arena,
                                 struct http_ticket ticket)
{
    struct admin_job *j = arena_new_of(arena, struct admin_job);
    *j = (struct admin_job){.gateway = g,
                            .server = server,
                            .config = config_keep(g->config),
                            .arena = arena,
                            .ticket = ticket,
                            .request = *request};
    j->job = (struct job){.rank = JOB_BACKGROUND, .run = run, .reset = reset, .done = done};
    return j;
}

static void answer(struct http_server *server, struct http_ticket ticket, struct arena *arena, int status,
                   struct str body)
{
    struct http_response response = {
        .status = status, .content_type = STR("text/plain; charset=UTF-8"), .body = body};
    /* false: who asked has gone */
    (void)http_server_answer(server, ticket, &response);
    arena_free(arena);
}

static void submit(struct worker *worker, struct admin_job *j)
{
    j->mark = arena_mark(j->arena);
    if (!worker_submit(worker, &j->job))
        j->job.done(&j->job, JOB_NOT_DONE);
}

static void take_request(struct gateway *g, struct http_server *server, const struct http_request *request,
                         struct arena *arena, struct http_ticket ticket)
{
    struct str id;
    bool path_known;
    const struct operation *op = admin_find(request->method, request->path, &id, &path_known);
    if (op != NULL && op->work != NULL)
        long_work_begin(op->work, op->role, g, server, request, arena, ticket, id);
    else
        submit(op != NULL && op->method != HTTP_GET ? g->writer : g->reader,
               new_job(g, server, request, arena, ticket));
}

/* Who brings no token, or has brought too many wrong ones, costs the store nothing. */
static void take_stranger(struct gateway *g, const struct http_request *request, struct arena *arena,
                          struct http_ticket ticket)
{
    struct str token = admin_bearer(request);
    struct digest hash = crypto_digest(&token, 1);
    struct admin_call call = {.arena = arena};
    struct http_response response = {0};
    unsigned wait = token_guard_wait(&g->token_guard, request->peer, &hash, clock_steady_ms());
    if (token.p == NULL)
        response = admin_unknown(&call, false);
    else if (wait > 0)
        response = too_many(arena, wait);
    if (response.status == 0) {
        take_request(g, g->admin, request, arena, ticket);
        return;
    }
    /* false: who asked has gone */
    (void)http_server_answer(g->admin, ticket, &response);
    arena_free(arena);
}

void admin_request(void *ctx, const struct http_request *request, struct arena *arena,
                   struct http_ticket ticket)
{
    struct gateway *g = ctx;
    bool get = request->method == HTTP_GET;
    if (str_is(request->path, "/healthz") || str_is(request->path, "/readyz")) {
        bool well = str_is(request->path, "/healthz") || gateway_ready(g);
        answer(g->admin, ticket, arena, well ? 200 : 503, well ? STR("ok\n") : STR("not ready\n"));
    } else if (str_is(request->path, "/metrics") && get) {
        struct admin_job *j = new_job(g, g->admin, request, arena, ticket);
        j->job.run = run_metrics;
        j->job.reset = NULL;
        j->job.done = done_metrics;
        submit(g->reader, j);
    } else if (str_is(request->path, "/api/v1") || str_starts(request->path, STR("/api/v1/"))) {
        take_stranger(g, request, arena, ticket);
    } else {
        answer(g->admin, ticket, arena, str_is(request->path, "/metrics") ? 405 : 404, STR(""));
    }
}

void door_request(void *ctx, const struct http_request *request, struct arena *arena,
                  struct http_ticket ticket)
{
    struct gateway *g = ctx;
    take_request(g, g->door, request, arena, ticket);
}
