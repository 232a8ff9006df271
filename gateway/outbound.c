/* Outbound: lines, lanes and the loop's side of sending.  What happens to
 * rows in the store is in outbound_jobs.c. */
#include "gateway/outbound.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/outbound_line.h"
#include "gateway/outbound_shot.h"

enum { BUSY_MS = 20, TOGETHER_MS = 20, EXPIRE_EVERY_TICKS = 10 };

static struct line *find_line(struct outbox_sender *s, struct str name)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->lines[i]->name, name))
            return s->lines[i];
    return NULL;
}

/* ---- settling ---- */

/* Within MS.  A timer that is set again and again is put off again and again. */
static void settle_in(struct outbox_sender *s, int64_t ms)
{
    int64_t at_ms = clock_steady_ms() + ms;
    if (s->settle_at_ms != 0 && s->settle_at_ms <= at_ms)
        return;
    s->settle_at_ms = at_ms;
    loop_timer_set(s->settle_soon, ms);
}

/* The store could not.  What is to be given back before is asked for first whenever it is tried again. */
static void settle_later(struct outbox_sender *s)
{
    s->settle_at_ms = 0;
    settle_in(s, TICK_MS);
}

static void settle_done(void *ctx, bool done, struct row_list *rows)
{
    struct outbox_sender *s = ctx;
    s->settling--;
    if (!done) { /* the disk is full or gone: the results are kept and tried again */
        row_list_append(&s->settled, rows);
        settle_later(s);
        return;
    }
    for (struct row *row = rows->head; row != NULL; row = row->next) {
        int64_t *due = &row->line->due_ms[row->message.lane];
        if (row->settled.result == SEND_OK || row->due_ms >= *due)
            continue;
        *due = row->due_ms;                  /* 0: it is not queued, but what was held back behind it is */
        loop_timer_set(row->line->timer, 0); /* which finds out how long to wait */
    }
    row_list_free(rows);
}

static void settle_now(void *ctx)
{
    struct outbox_sender *s = ctx;
    s->settle_at_ms = 0;
    if (s->settled.head == NULL)
        return;
    struct row_list rows = s->settled;
    row_list_init(&s->settled);
    s->settling++;
    if (!outbound_settle(s->gateway, &rows, settle_done, s)) {
        s->settling--;
        row_list_append(&s->settled, &rows);
        settle_later(s);
    }
}

static void note_result(struct line *line, struct row *row)
{
    struct gateway *g = line->sender->gateway;
    const struct channel *channel = line_channel(line);
    size_t c = metrics_channel(g->config, channel);
    g->metrics.sends[c][row->settled.result]++;
    g->metrics.unknown_outcomes += row->settled.result == SEND_UNCERTAIN;
    if (row->settled.result == SEND_OK) {
        g->metrics.last_success[c] = clock_ms() / 1000;
        return;
    }
    LOG(LOG_WARN, "send_failed", "channel=%.*s message=out%lld result=%s detail=\"%.*s\"",
        STR_ARG(line->name), (long long)row->message.id, send_result_names[row->settled.result],
        STR_ARG(row->settled.detail));
    if (row->settled.result == SEND_MISCONFIGURED) {
        LOG(LOG_ERROR, "channel_paused", "channel=%.*s reason=\"%.*s\"", STR_ARG(line->name),
            STR_ARG(row->settled.detail));
        line->paused_until_ms = clock_steady_ms() + PAUSE_MISCONFIGURED_MS;
    }
}

static void settle_row(struct line *line, struct row *row, const struct settled *result)
{
    struct arena *arena = row->batch->arena; /* the shot's ends before the row does */
    row->settled = *result;
    row->settled.provider_id = str_dup(arena, result->provider_id);
    row->settled.detail = str_dup(arena, result->detail);
    if (!line->sender->gateway->stopping || result->result != SEND_UNCERTAIN)
        note_result(line, row);
    row_list_remove(&line->wire, row);
    row_list_push(&line->sender->settled, row);
}

/* What follows a message that did not go waits with it (outbox_delay_rest): it
 * is given back before the failure is settled, and that before the next claim. */
static void hold_back_rest(struct line *line, const struct shot *shot)
{
    struct row_list back;
    row_list_init(&back);
    for (size_t i = 0; i < shot->n; i++)
        for (int lane = 0; lane < LANES && shot->results[i].result != SEND_OK; lane++)
            line->waiting_count -= row_list_pull(&line->waiting[lane], shot->messages[i].reply_to, &back);
    if (outbound_back_give(&line->sender->back, &back))
        settle_now(line->sender);
}

/* Broadcasts that went are written down some at a time: each commit is one that a pledge might have to
 * wait for.  A crash leaves as many more of them uncertain as went in that time. */
static bool can_wait(const struct shot *shot)
{
    bool can = shot->messages[0].lane == LANE_BROADCAST;
    for (size_t i = 0; i < shot->n && can; i++)
        can = shot->results[i].result == SEND_OK;
    return can;
}

static void answered(void *ctx, const struct http_answer *answer)
{
    struct shot *shot = ctx;
    struct line *line = shot->line;
    const struct channel *channel = config_channel(shot->config, line->name);
    const struct service *service = &shot->config->service;
    struct arena *arena = arena_new(4096);
    struct send_answer a = {.kind = answer->outcome == HTTP_ANSWERED ? ANSWER_CAME
                                    : answer->outcome == HTTP_UNSENT ? ANSWER_UNSENT
                                                                     : ANSWER_UNSURE,
                            .status = answer->status,
                            .headers = &answer->headers,
                            .body = answer->body,
                            .reason = answer->reason};
    provider_find(channel->provider)->settle(channel, &a, shot->messages, shot->n, shot->results, arena);
    enum send_result result = shot->results[0].result;
    breaker_note(&line->breaker, result != SEND_RETRY && result != SEND_UNCERTAIN, clock_steady_ms(),
                 service->retry_first, service->retry_most);
    line->in_flight--;
    for (size_t i = 0; i < shot->n; i++)
        settle_row(line, shot->rows[i], &shot->results[i]);
    hold_back_rest(line, shot);
    settle_in(line->sender, can_wait(shot) ? TOGETHER_MS : 0);
    arena_free(arena);
    shot_free(shot);
    line_pump(line);
}

/* ---- sending ---- */

static bool send_row(struct line *line, const struct channel *channel, struct row *row)
{
    struct gateway *g = line->sender->gateway;
    const struct provider *provider = provider_find(channel->provider);
    size_t most =
        (size_t)channel->recipients < provider->batch ? (size_t)channel->recipients : provider->batch;
    struct row_list *waiting = &line->waiting[row->message.lane];
    struct shot *shot = shot_load(line, g->config, row, most, waiting, &line->wire);
    struct arena *arena = arena_new(4096);
    struct http_request request =
        provider->build(channel, &g->config->service, shot->messages, shot->n, arena);
    bool sent = http_client_send(g->client, &request, answered, shot);
    size_t n = shot->n;
    arena_free(arena);            /* the client has copied what it needs */
    line->waiting_count -= n - 1; /* the first was taken by next_row */
    if (!sent) {
        line->waiting_count += shot_unload(shot, waiting, &line->wire);
        return false;
    }
    line->in_flight++;
    line->pace.tokens -= (double)n;
    return true;
}

static void wait_for_next(struct line *line, const struct channel *channel, int64_t steady_ms)
{
    int64_t wait = INT64_MAX, now_ms = clock_ms();
    int64_t pace_ms = line_pace_wait_ms(line, channel), due_ms = line_next_due(line, channel, now_ms);
    if (line->paused_until_ms > steady_ms)
        wait = line->paused_until_ms - steady_ms;
    else if (!breaker_allows(&line->breaker, line->in_flight, steady_ms))
        wait = line->breaker.until_ms > steady_ms ? line->breaker.until_ms - steady_ms : BUSY_MS;
    else if (line->waiting_count > 0 && pace_ms > 0)
        wait = pace_ms;
    else if (line->waiting_count > 0 && line->in_flight == 0)
        wait = BUSY_MS; /* the client has no room: other lines' answers will make it */
    else if (due_ms != INT64_MAX)
        wait = due_ms - now_ms;
    bool full = line->in_flight >= line_most_in_flight(line, channel); /* an answer will pump */
    if (wait != INT64_MAX && !full)
        loop_timer_set(line->timer, wait < 1 ? 1 : wait > 60000 ? 60000 : wait);
}

/* Paused by its telecom's refusal, or resting after failures. */
static bool rests(const struct line *line, int64_t steady_ms)
{
    return line->paused_until_ms > steady_ms ||
           (breaker_open(&line->breaker) && line->breaker.until_ms > steady_ms);
}

void line_pump(struct line *line)
{
    const struct channel *channel = line_channel(line);
    int64_t steady_ms = clock_steady_ms();
    if (line->waiting_count > 0 && (channel == NULL || rests(line, steady_ms)))
        line_give_back(line); /* `sending` is only what may go now */
    if (channel == NULL || line->sender->stopped)
        return;
    pace_refill(&line->pace, channel->rate, steady_ms);
    while (line->in_flight < line_most_in_flight(line, channel) && line_pace_wait_ms(line, channel) == 0 &&
           line->paused_until_ms <= steady_ms && breaker_allows(&line->breaker, line->in_flight, steady_ms)) {
        struct row *row = line_next_row(line);
        if (row == NULL || !send_row(line, channel, row))
            break;
    }
    if (!rests(line, steady_ms))
        line_claim_due(line, channel, clock_ms());
    wait_for_next(line, channel, steady_ms);
}

void sender_wake(struct outbox_sender *s, struct str channel)
{
    struct line *line = find_line(s, channel);
    if (line == NULL)
        return;
    for (int lane = 0; lane < LANES; lane++)
        line->due_ms[lane] = 0;
    line_pump(line);
}

void sender_wake_all(struct outbox_sender *s)
{
    for (size_t i = 0; i < s->count; i++)
        sender_wake(s, s->lines[i]->name);
}

void sender_recall(struct outbox_sender *s, int64_t source)
{
    struct row_list back;
    row_list_init(&back);
    for (size_t i = 0; i < s->count; i++)
        s->lines[i]->waiting_count -=
            row_list_pull_source(&s->lines[i]->waiting[LANE_BROADCAST], source, &back);
    outbound_back_give(&s->back, &back);
}

/* ---- the tick: what waits for nobody's answer ---- */

static void wake_all(void *ctx)
{
    sender_wake_all(ctx);
}

static bool is_down(const struct line *line)
{
    return line->paused_until_ms > clock_steady_ms() || breaker_open(&line->breaker);
}

/* What a line that is down has queued goes to its next, when that one is up. */
static void hand_over(struct line *line)
{
    const struct channel *channel = line_channel(line);
    struct line *next =
        channel != NULL && channel->next.n > 0 ? find_line(line->sender, channel->next) : NULL;
    if (next == NULL || !is_down(line) || is_down(next))
        return;
    outbound_hand_over(line->sender->gateway, line->name, next->name, wake_all, line->sender);
}

static void tick(void *ctx)
{
    struct outbox_sender *s = ctx;
    if (s->stopped)
        return;
    outbound_back_tick(&s->back);
    for (size_t i = 0; i < s->count; i++)
        hand_over(s->lines[i]);
    outbound_care(s->gateway, s->ticks++ % EXPIRE_EVERY_TICKS == 0, wake_all, s);
    loop_timer_set(s->tick, TICK_MS);
}

/* ---- lines ---- */

static bool open_line(struct outbox_sender *s, struct str name)
{
    struct line **lines = realloc(s->lines, (s->count + 1) * sizeof(struct line *));
    if (lines == NULL) /* only when memory is out: tests/faults */
        return false;
    s->lines = lines;
    struct line *line = line_new(s, name);
    if (line == NULL) /* the next reload tries again */
        return false;
    s->lines[s->count++] = line;
    return true;
}

static bool open_lines(struct outbox_sender *s)
{
    const struct config *config = s->gateway->config;
    for (size_t i = 0; i < config->channel_count; i++)
        if (find_line(s, config->channels[i].name) == NULL && !open_line(s, config->channels[i].name))
            return false;
    return true;
}

struct outbox_sender *sender_new(struct gateway *g)
{
    struct outbox_sender *s = calloc(1, sizeof *s);
    if (s == NULL) /* only when memory is out: tests/faults */
        return NULL;
    s->gateway = g;
    row_list_init(&s->settled);
    outbound_back_start(&s->back, g, wake_all, s);
    s->tick = loop_timer_new(g->loop, tick, s);
    s->settle_soon = loop_timer_new(g->loop, settle_now, s);
    if (s->tick == NULL || s->settle_soon == NULL || !open_lines(s)) {
        sender_free(s);
        return NULL;
    }
    loop_timer_set(s->tick, 1); /* which wakes all, once what was left behind is settled */
    return s;
}

void sender_reload(struct outbox_sender *s)
{
    if (!open_lines(s))
        LOG(LOG_ERROR, "out_of_memory", "a new channel cannot be opened");
    for (size_t i = 0; i < s->count; i++) { /* the operator may just have mended it */
        s->lines[i]->paused_until_ms = 0;
        s->lines[i]->breaker = (struct breaker){0, 0, 0};
    }
    wake_all(s);
}

void sender_halt(struct outbox_sender *s)
{
    s->stopped = true;
}

void sender_stop(struct outbox_sender *s)
{
    sender_halt(s);
    for (size_t i = 0; i < s->count; i++)
        line_give_back(s->lines[i]);
}

bool sender_idle(const struct outbox_sender *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->lines[i]->in_flight > 0 || line_claiming(s->lines[i]))
            return false;
    return s->settled.head == NULL && s->settling == 0;
}

void sender_abandon(struct outbox_sender *s)
{
    settle_now(s); /* what is known is written down first */
    outbound_back_abandon(&s->back);
}

void sender_free(struct outbox_sender *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        line_free(s->lines[i]);
    row_list_free(&s->settled);
    row_list_free(&s->back.rows);
    loop_timer_free(s->tick);
    loop_timer_free(s->settle_soon);
    free(s->lines);
    free(s);
}
