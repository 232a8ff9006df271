/* The jobs of sending. */
#include "gateway/outbound_jobs.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/base/log.h"
#include "gateway/inbound.h"
#include "gateway/outbound_ask.h"
#include "gateway/source_claim.h"
#include "handlers/ussd.h"

enum { ROWS_MOST = 500, SESSIONS_MOST = 200, ASKED_MOST = 8 };

/* ---- what all these jobs share ---- */

struct outbound_job {
    struct job job; /* first */
    struct gateway *gateway;
    struct config *config;
    struct arena *arena; /* this lives in it; rows in their own */
    struct arena_mark mark;

    struct str channel, next;
    size_t most[LANES];
    struct batch *claimed;
    struct row_list rows[LANES];
    int64_t due_ms[LANES];
    claim_fn *claim_done;

    struct row_list settled; /* to be settled or given back */
    settle_fn *settle_done;
    left_fn *left_done;

    bool expire, moved;
    size_t unknown; /* left on the wire */
    struct outbound *asked;
    size_t asked_count;
    void (*care_done)(void *ctx);
    void *ctx;
};

static struct outbound_job *of(struct job *job)
{
    return (struct outbound_job *)job;
}

static struct outbound_job *new_job(struct gateway *g, enum job_rank rank, void (*run)(struct job *, void *),
                                    void (*done)(struct job *, enum job_outcome), void *ctx)
{
    struct arena *arena = arena_new(2048);
    struct outbound_job *j = arena_new_of(arena, struct outbound_job);
    j->job = (struct job){.rank = rank, .run = run, .done = done};
    j->gateway = g;
    j->config = config_keep(g->config);
    j->arena = arena;
    j->ctx = ctx;
    row_list_init(&j->settled);
    for (int lane = 0; lane < LANES; lane++)
        row_list_init(&j->rows[lane]);
    return j;
}

static void free_job(struct outbound_job *j)
{
    config_drop(j->config);
    arena_free(j->arena);
}

static bool submit(struct outbound_job *j)
{
    j->mark = arena_mark(j->arena);
    if (worker_submit(j->gateway->writer, &j->job))
        return true;
    free_job(j);
    return false;
}

/* ---- claiming ---- */

static struct row *keep_row(struct outbound_job *j, const struct outbound *message)
{
    struct row *row = arena_new_of(j->claimed->arena, struct row);
    row->batch = j->claimed;
    row->message = *message;
    j->claimed->live++;
    return row;
}

static void expire(struct store *store, const struct outbound *message, int64_t now_ms)
{
    struct outbox_move move = {.status = OUTBOX_EXPIRED};
    outbox_move(store, message, &move, "expired", STR("its time was over before it could be sent"), now_ms);
}

static size_t claim_lane(struct outbound_job *j, struct claim_check *check, int lane, size_t most,
                         int64_t now_ms)
{
    struct store *store = check->store;
    struct outbound *messages = arena_array(j->claimed->arena, struct outbound, most);
    size_t n = outbox_claim(store, j->claimed->arena, j->channel, (enum lane)lane, j->gateway->node, now_ms,
                            messages, most);
    for (size_t i = 0; i < n; i++) {
        if (messages[i].expires_ms <= now_ms)
            expire(store, &messages[i], now_ms);
        else if (claim_goes(check, &messages[i]))
            row_list_push(&j->rows[lane], keep_row(j, &messages[i]));
    }
    return n;
}

static void run_claim(struct job *job, void *db)
{
    struct outbound_job *j = of(job);
    struct database *d = db;
    int64_t now_ms = clock_ms();
    struct claim_check check = {.store = d->store,
                                .config = j->config,
                                .zone = d->zone,
                                .arena = j->claimed->arena,
                                .now_ms = now_ms};
    for (int lane = 0; lane < LANES; lane++) {
        j->due_ms[lane] = INT64_MAX;
        if (j->most[lane] == 0)
            continue;
        size_t got = claim_lane(j, &check, lane, j->most[lane], now_ms);
        int64_t due = got < j->most[lane] ? outbox_next_due(d->store, j->channel, (enum lane)lane) : now_ms;
        if (due > 0)
            j->due_ms[lane] = due;
    }
}

static void new_batch(struct outbound_job *j)
{
    struct arena *arena = arena_new(16 << 10);
    j->claimed = arena_new_of(arena, struct batch);
    j->claimed->arena = arena;
    j->claimed->live = 1; /* the job's own */
    for (int lane = 0; lane < LANES; lane++)
        row_list_init(&j->rows[lane]);
}

static void drop_batch(struct outbound_job *j)
{
    if (--j->claimed->live == 0)
        arena_free(j->claimed->arena);
}

static void reset_claim(struct job *job)
{
    struct outbound_job *j = of(job);
    arena_free(j->claimed->arena);
    new_batch(j);
}

static void done_claim(struct job *job, enum job_outcome outcome)
{
    struct outbound_job *j = of(job);
    if (outcome != JOB_DONE) { /* nothing was claimed */
        arena_free(j->claimed->arena);
        new_batch(j);
    }
    j->claim_done(j->ctx, outcome == JOB_DONE, j->rows, j->due_ms);
    drop_batch(j);
    free_job(j);
}

bool outbound_claim(struct gateway *g, struct str channel, const size_t most[LANES], claim_fn *fn, void *ctx)
{
    struct outbound_job *j = new_job(g, JOB_SETTLE, run_claim, done_claim, ctx);
    j->job.reset = reset_claim;
    j->channel = str_dup(j->arena, channel);
    memcpy(j->most, most, sizeof j->most);
    j->claim_done = fn;
    new_batch(j);
    struct arena *rows = j->claimed->arena;
    if (submit(j))
        return true;
    arena_free(rows);
    return false;
}

/* ---- settling ---- */

static void settle_row(struct outbound_job *j, struct store *store, struct row *row, int64_t now_ms)
{
    const struct service *s = &j->config->service;
    struct outbox_rules rules = {s->retry_first, s->retry_most, s->uncertain_wait};
    struct outbound *m = &row->message;
    uint32_t random;
    if (row->settled.result == SEND_OK) {
        outbox_sent(store, j->arena, m, row->settled.provider_id, now_ms);
        return;
    }
    crypto_random(&random, sizeof random);
    struct outbox_move move = outbox_after_send(&rules, row->settled.result, m->attempts, now_ms,
                                                m->expires_ms, random, row->settled.retry_after_ms);
    struct outbound current; /* a report may have settled it already */
    if (!outbox_get(store, j->arena, m->id, &current) || !str_is(current.status, "sending"))
        return;
    struct str reason = str_printf(j->arena, "%s: %.*s", send_result_names[row->settled.result],
                                   STR_ARG(row->settled.detail));
    outbox_move(store, m, &move, send_result_names[row->settled.result], reason, now_ms);
    row->due_ms = move.status == OUTBOX_QUEUED ? move.due_ms : 0;
    if (row->settled.result == SEND_BLOCKED && m->lane == LANE_BROADCAST)
        contact_block(store, m->phone, now_ms / 1000); /* its next broadcasts leave it out */
    if (move.status == OUTBOX_QUEUED && m->reply_to != 0)
        outbox_delay_rest(store, m, move.due_ms);  /* what follows it waits with it */
    if (row->settled.result == SEND_MISCONFIGURED) /* for `message show`, which reads and asks nobody */
        store_note_put(store, str_printf(j->arena, "paused.%.*s", STR_ARG(m->channel)),
                       str_printf(j->arena, "%lld %.*s", (long long)now_ms + PAUSE_MISCONFIGURED_MS,
                                  STR_ARG(row->settled.detail)));
}

static void run_settle(struct job *job, void *db)
{
    struct outbound_job *j = of(job);
    int64_t now_ms = clock_ms();
    for (struct row *row = j->settled.head; row != NULL; row = row->next)
        settle_row(j, ((struct database *)db)->store, row, now_ms);
}

static void reset_plain(struct job *job)
{
    arena_rewind(of(job)->arena, of(job)->mark);
    of(job)->moved = false;
    of(job)->unknown = of(job)->asked_count = 0;
}

static void done_settle(struct job *job, enum job_outcome outcome)
{
    struct outbound_job *j = of(job);
    j->settle_done(j->ctx, outcome == JOB_DONE, &j->settled);
    free_job(j);
}

bool outbound_settle(struct gateway *g, struct row_list *rows, settle_fn *fn, void *ctx)
{
    struct outbound_job *j = new_job(g, JOB_SETTLE, run_settle, done_settle, ctx);
    struct row *head = rows->head;
    j->job.reset = reset_plain;
    j->settled.head = head; /* only walked; the tail is not used */
    j->settle_done = fn;
    return submit(j);
}

/* ---- giving back ---- */

static void run_unclaim(struct job *job, void *db)
{
    struct outbound_job *j = of(job);
    for (struct row *row = j->settled.head; row != NULL; row = row->next)
        outbox_unclaim(((struct database *)db)->store, row->message.id, clock_ms());
}

static void done_unclaim(struct job *job, enum job_outcome outcome)
{
    struct outbound_job *j = of(job);
    j->settle_done(j->ctx, outcome == JOB_DONE, &j->settled);
    free_job(j);
}

bool outbound_unclaim(struct gateway *g, struct row_list *rows, settle_fn *fn, void *ctx)
{
    struct outbound_job *j = new_job(g, JOB_SETTLE, run_unclaim, done_unclaim, ctx);
    j->settled.head = rows->head; /* only walked; the tail is not used */
    j->settle_done = fn;
    return submit(j);
}

/* ---- care ---- */

static void run_left_behind(struct job *job, void *db)
{
    struct outbound_job *j = of(job);
    struct store *store = ((struct database *)db)->store;
    struct outbound *rows = arena_array(j->arena, struct outbound, ROWS_MOST);
    int64_t now_ms = clock_ms();
    size_t n = ROWS_MOST;
    struct outbox_move move = {.status = OUTBOX_UNCERTAIN,
                               .due_ms = now_ms + j->config->service.uncertain_wait};
    while (n == ROWS_MOST) { /* as many as were on the wire, so a few rounds */
        n = outbox_pick(store, j->arena, PICK_LEFT_BEHIND, now_ms, rows, ROWS_MOST);
        for (size_t i = 0; i < n; i++)
            outbox_move(store, &rows[i], &move, "uncertain", STR("the program ended while it was being sent"),
                        now_ms);
        j->unknown += n;
    }
}

static void done_left_behind(struct job *job, enum job_outcome outcome)
{
    struct outbound_job *j = of(job);
    if (outcome == JOB_DONE)
        j->gateway->metrics.unknown_outcomes += j->unknown;
    else
        LOG(LOG_ERROR, "left_behind_unsettled", "messages on the wire at the last end could not be marked");
    j->left_done(j->ctx, outcome == JOB_DONE);
    free_job(j);
}

bool outbound_left_behind(struct gateway *g, left_fn *fn, void *ctx)
{
    struct outbound_job *j = new_job(g, JOB_SETTLE, run_left_behind, done_left_behind, ctx);
    j->left_done = fn;
    j->job.reset = reset_plain;
    return submit(j);
}

static void care_for_uncertain(struct outbound_job *j, struct store *store, struct outbound *rows,
                               int64_t now_ms)
{
    size_t n = outbox_pick(store, j->arena, PICK_UNCERTAIN, now_ms, rows, ROWS_MOST);
    j->asked = arena_array(j->arena, struct outbound, ASKED_MOST);
    for (size_t i = 0; i < n; i++) {
        if (outbound_can_ask(j->config, rows[i].channel)) {
            if (j->asked_count == ASKED_MOST)
                continue; /* at the next tick */
            j->asked[j->asked_count++] = rows[i];
            outbox_put_off(store, rows[i].id, now_ms + ASK_LEASE_MS);
            continue;
        }
        struct outbox_move move =
            outbox_after_wait(rows[i].lane, rows[i].resends, now_ms, rows[i].expires_ms);
        outbox_move(store, &rows[i], &move, outbox_status_names[move.status],
                    STR("no report came; whether it was delivered is not known"), now_ms);
        j->moved = true;
    }
}

static void care_for_expired(struct outbound_job *j, struct store *store, struct outbound *rows,
                             int64_t now_ms)
{
    size_t n = outbox_pick(store, j->arena, PICK_EXPIRED, now_ms, rows, ROWS_MOST);
    for (size_t i = 0; i < n; i++)
        expire(store, &rows[i], now_ms);
}

static void run_care(struct job *job, void *db)
{
    struct outbound_job *j = of(job);
    struct store *store = ((struct database *)db)->store;
    struct outbound *rows = arena_array(j->arena, struct outbound, ROWS_MOST);
    int64_t now_ms = clock_ms();
    care_for_uncertain(j, store, rows, now_ms);
    if (!j->expire)
        return;
    care_for_expired(j, store, rows, now_ms);
    struct zone *zone = ((struct database *)db)->zone;
    if (dispatch_idle_sessions(store, j->config, zone, j->arena, now_ms, inbound_sms_line, SESSIONS_MOST) > 0)
        j->moved = true; /* a hand-off may be due */
    store_purge(store, (now_ms - j->config->service.keep_messages) / 1000, now_ms, ROWS_MOST);
}

static void done_care(struct job *job, enum job_outcome outcome)
{
    struct outbound_job *j = of(job);
    if (outcome == JOB_DONE)
        outbound_ask(j->gateway, j->asked, j->asked_count, j->care_done, j->ctx);
    if (outcome == JOB_DONE && j->moved)
        j->care_done(j->ctx);
    free_job(j);
}

void outbound_care(struct gateway *g, bool expire_too, void (*fn)(void *ctx), void *ctx)
{
    struct outbound_job *j = new_job(g, JOB_BACKGROUND, run_care, done_care, ctx);
    j->job.reset = reset_plain;
    j->expire = expire_too;
    j->care_done = fn;
    /* false: too much waits; the next tick tries again */
    (void)submit(j);
}

/* ---- handing over ---- */

static void run_hand_over(struct job *job, void *db)
{
    struct outbound_job *j = of(job);
    const struct channel *from = config_channel(j->config, j->channel);
    const struct channel *to = config_channel(j->config, j->next);
    bool same = from != NULL && to != NULL && line_same_rules(from, to);
    size_t n =
        outbox_hand_over(((struct database *)db)->store, j->channel, j->next, same, clock_ms(), ROWS_MOST);
    j->moved = n > 0;
    if (n > 0)
        LOG(LOG_WARN, "handed_over", "from=%.*s to=%.*s messages=%zu", STR_ARG(j->channel), STR_ARG(j->next),
            n);
}

void outbound_hand_over(struct gateway *g, struct str from, struct str to, void (*fn)(void *ctx), void *ctx)
{
    struct outbound_job *j = new_job(g, JOB_BACKGROUND, run_hand_over, done_care, ctx);
    j->job.reset = reset_plain;
    j->channel = str_dup(j->arena, from);
    j->next = str_dup(j->arena, to);
    j->care_done = fn;
    /* false: too much waits; the next tick tries again */
    (void)submit(j);
}
