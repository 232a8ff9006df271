/* A service whose neighbours the test plays: the clock, the timers, the store
 * thread and both ends of HTTP are the test's own functions, so that every
 * order of events can be had without waiting.  The store, the adapters and all
 * that decides are the real ones.
 *
 * Linking: what is defined here is not taken from the library.
 * Working directory: the root of the repository. */
#ifndef YAVAR_TESTS_LINES_WORLD_H
#define YAVAR_TESTS_LINES_WORLD_H

#include "tests/store/store_world.h"

#include <time.h>

#include "gateway/base/log.h"
#include "gateway/inbound.h"
#include "gateway/outbound.h"
#include "gateway/providers/provider.h"

enum { MOST = 128, TIMERS_MOST = 512 };

struct loop_timer {
    void (*fn)(void *ctx);
    void *ctx;
    int64_t at_ms;
    bool is_set;
};

struct played_send {
    http_client_fn *fn; /* NULL once answered */
    void *ctx;
    char target[1024], body[1024];
};

static struct {
    int64_t now_ms, drift_ms; /* what passes each time the clock is read */
    struct loop_timer *timers[TIMERS_MOST];
    size_t timer_count, timers_left; /* how many more can be made */
    struct job *jobs[MOST];
    size_t job_count;
    struct played_send sends[MOST];
    size_t send_count;
    unsigned statuses[600]; /* answers given by the front door */
    char page[1024];        /* the body of the last */
    bool refuse_jobs, refuse_sends, not_ready;
} played;

/* ---- the neighbours ---- */

int clock_gettime(clockid_t clock, struct timespec *at)
{
    (void)clock; /* one time for all */
    at->tv_sec = played.now_ms / 1000;
    at->tv_nsec = played.now_ms % 1000 * 1000000;
    played.now_ms += played.drift_ms;
    return 0;
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
    (void)loop; /* there is none */
    if (played.timers_left == 0)
        return NULL;
    struct loop_timer *timer = calloc(1, sizeof *timer);
    assert_true(timer != NULL && played.timer_count < TIMERS_MOST);
    *timer = (struct loop_timer){.fn = fn, .ctx = ctx};
    played.timers_left--;
    return played.timers[played.timer_count++] = timer;
}

void loop_timer_set(struct loop_timer *timer, int64_t after_ms)
{
    timer->at_ms = played.now_ms + after_ms;
    timer->is_set = true;
}

void loop_timer_free(struct loop_timer *timer)
{
    for (size_t i = 0; i < played.timer_count; i++)
        if (played.timers[i] == timer)
            played.timers[i] = played.timers[--played.timer_count];
    free(timer);
}

const double worker_commit_bounds[8], worker_jobs_bounds[8];

bool worker_submit(struct worker *worker, struct job *job)
{
    (void)worker; /* there is none */
    if (played.refuse_jobs)
        return false;
    assert_true(played.job_count < MOST);
    played.jobs[played.job_count++] = job;
    return true;
}

const struct http_client_limits http_client_defaults = {256, 5000, 15000, 64 << 10};
bool http_client_send(struct http_client *client, const struct http_request *request, http_client_fn *fn,
                      void *ctx)
{
    (void)client; /* there is none */
    if (played.refuse_sends)
        return false;
    assert_true(played.send_count < MOST);
    struct played_send *send = &played.sends[played.send_count++];
    *send = (struct played_send){.fn = fn, .ctx = ctx};
    assert_true(snprintf(send->target, sizeof send->target, "%.*s", STR_ARG(request->target)) > 0);
    assert_true(snprintf(send->body, sizeof send->body, "%.*s", STR_ARG(request->body)) >= 0);
    return true;
}

bool http_server_answer(struct http_server *server, struct http_ticket ticket,
                        const struct http_response *response)
{
    (void)server; /* there is none */
    (void)ticket; /* nobody waits */
    assert_int_equal(response->retry_after > 0, response->status == 503);
    played.statuses[response->status]++;
    assert_true(snprintf(played.page, sizeof played.page, "%.*s", STR_ARG(response->body)) >= 0);
    return true;
}

bool gateway_ready(const struct gateway *g)
{
    (void)g; /* the test says */
    return !played.not_ready;
}

bool gateway_takes(const struct gateway *g)
{
    (void)g; /* the test says */
    return !played.not_ready;
}

/* ---- the service ---- */

struct service_world {
    struct world *store; /* as the tests of the store have it */
    struct words words;
    struct gateway g;
    struct database db;
    struct arena *arena;
};

static inline struct config *config_of(struct service_world *w, const char *text)
{
    struct faults faults = faults_in(w->arena);
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct config *config = config_parse("test", str_of(text), &world, &faults);
    if (faults.count > 0)
        fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    return config;
}

static inline int service_up(void **state, const char *config)
{
    struct service_world *w = calloc(1, sizeof *w);
    struct error e = {""};
    void *store = NULL;
    memset(&played, 0, sizeof played);
    played.now_ms = NOW_MS;
    played.timers_left = MOST;
    log_quiet(true);
    if (w == NULL || !icu_start(&e) || up_file(&store) != 0)
        return -1;
    w->store = store;
    w->arena = arena_new(1 << 16);
    w->g.config = config_of(w, config);
    w->g.grammar = grammar_new(&e);
    w->g.node = STR("n");
    w->db = (struct database){.store = w->store->store, .zone = zone_open("Asia/Tehran", &e)};
    *state = w;
    return w->db.zone != NULL && w->g.grammar != NULL ? 0 : -1;
}

static inline int service_down(void **state)
{
    struct service_world *w = *state;
    void *store = w->store;
    struct http_answer none = {.outcome = HTTP_UNSURE, .reason = "the client ended"};
    played.refuse_jobs = true; /* as at the end of the program: each owner lets go */
    for (size_t i = 0; i < played.send_count; i++)
        if (played.sends[i].fn != NULL)
            played.sends[i].fn(played.sends[i].ctx, &none);
    for (size_t i = 0; i < played.job_count; i++)
        played.jobs[i]->done(played.jobs[i], JOB_NOT_DONE);
    sender_free(w->g.sender);
    grammar_free(w->g.grammar);
    config_drop(w->g.config);
    zone_close(w->db.zone);
    arena_free(w->arena);
    free(w);
    return down(&store);
}

/* The store thread takes the jobs that wait now, in one transaction.  NOT_DONE:
 * they ran, and the engine rolled them back; with AGAIN they run once more. */
static inline void run_jobs(struct service_world *w, enum job_outcome outcome, bool again)
{
    struct job *jobs[MOST];
    size_t n = played.job_count;
    memcpy(jobs, played.jobs, sizeof jobs);
    played.job_count = 0;
    for (int round = again ? 0 : 1; round < 2; round++) {
        assert_true(store_begin(w->db.store));
        for (size_t i = 0; i < n; i++) {
            if (again && round == 1 && jobs[i]->reset != NULL)
                jobs[i]->reset(jobs[i]);
            jobs[i]->run(jobs[i], &w->db);
        }
        if (round == 1 && outcome == JOB_DONE)
            assert_int_equal(store_commit(w->db.store), STORE_DONE);
        else
            store_rollback(w->db.store);
    }
    for (size_t i = 0; i < n; i++)
        jobs[i]->done(jobs[i], outcome);
}

/* Everything that can go on without time passing or a telecom's answer. */
static inline void settle_down(struct service_world *w)
{
    for (bool busy = true; busy;) {
        busy = played.job_count > 0;
        if (busy)
            run_jobs(w, JOB_DONE, false);
        for (size_t i = 0; i < played.timer_count; i++) {
            struct loop_timer *timer = played.timers[i];
            if (!timer->is_set || timer->at_ms > played.now_ms)
                continue;
            timer->is_set = false;
            busy = true;
            timer->fn(timer->ctx);
        }
    }
}

static inline void pass(struct service_world *w, int64_t ms)
{
    for (int64_t end = played.now_ms + ms; played.now_ms < end; played.now_ms += ms < 10 ? ms : 10)
        settle_down(w);
    settle_down(w);
}

static inline void answer_send(size_t i, int status, const char *body)
{
    struct played_send *send = &played.sends[i];
    struct http_answer answer = {.outcome = HTTP_ANSWERED, .status = status, .body = str_of(body)};
    http_client_fn *fn = send->fn;
    assert_true(i < played.send_count && fn != NULL);
    send->fn = NULL;
    fn(send->ctx, &answer);
}

static inline void break_send(size_t i, enum http_outcome outcome)
{
    /* the status counts only with a whole answer */
    struct http_answer answer = {.outcome = outcome, .status = 404, .reason = "the connection broke"};
    http_client_fn *fn = played.sends[i].fn;
    assert_true(i < played.send_count && fn != NULL);
    played.sends[i].fn = NULL;
    fn(played.sends[i].ctx, &answer);
}

/* The timers that are due, once each; their jobs wait. */
static inline void fire_timers(int64_t after_ms)
{
    played.now_ms += after_ms;
    for (size_t i = 0; i < played.timer_count; i++)
        if (played.timers[i]->is_set && played.timers[i]->at_ms <= played.now_ms) {
            played.timers[i]->is_set = false;
            played.timers[i]->fn(played.timers[i]->ctx);
        }
}

static inline size_t on_the_wire(void)
{
    size_t n = 0;
    for (size_t i = 0; i < played.send_count; i++)
        n += played.sends[i].fn != NULL;
    return n;
}

static inline int64_t queue_row(struct service_world *w, const struct outbound *m)
{
    begin(w->store);
    int64_t id = outbox_add(w->db.store, m, played.now_ms);
    commit(w->store);
    return id;
}

static inline int64_t queue(struct service_world *w, const char *channel, enum lane lane, int64_t phone,
                            const char *text, int64_t reply_to)
{
    return queue_row(w, &(struct outbound){.channel = str_of(channel),
                                           .phone = phone,
                                           .text = str_of(text),
                                           .lane = lane,
                                           .segments = 1,
                                           .reply_to = reply_to});
}

static inline void assert_status(struct service_world *w, int64_t id, const char *status)
{
    assert_text(outbox_row(w->store, id).status, status);
}

#endif
