/* Asking about uncertain messages. */
#include "gateway/outbound_ask.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/providers/provider.h"

struct question {
    struct job job; /* first */
    struct gateway *gateway;
    struct config *config;
    struct arena *arena; /* this lives in it */
    struct arena_mark mark;
    struct outbound message;
    struct settled told;
    bool moved;
    void (*fn)(void *ctx);
    void *ctx;
};

static struct question *of(struct job *job)
{
    return (struct question *)job;
}

static void free_question(struct question *q)
{
    config_drop(q->config);
    arena_free(q->arena);
}

bool outbound_can_ask(const struct config *config, struct str channel)
{
    const struct channel *c = config_channel(config, channel);
    return c != NULL && provider_find(c->provider)->ask != NULL;
}

/* ---- on the store thread ---- */

static void run(struct job *job, void *db)
{
    struct question *q = of(job);
    struct store *store = ((struct database *)db)->store;
    struct outbound m;
    int64_t now_ms = clock_ms();
    if (!outbox_get(store, q->arena, q->message.id, &m) || !str_is(m.status, "uncertain"))
        return; /* a report or a person was quicker */
    if (q->told.result == SEND_OK) {
        outbox_sent(store, q->arena, &m, q->told.provider_id, now_ms);
        return;
    }
    struct outbox_move move = outbox_after_asking(q->told.result, m.lane, m.resends, now_ms, m.expires_ms);
    outbox_move(store, &m, &move, "asked", q->told.detail, now_ms);
    q->moved = true;
}

static void reset(struct job *job)
{
    arena_rewind(of(job)->arena, of(job)->mark);
    of(job)->moved = false;
}

/* ---- on the loop thread ---- */

static void done(struct job *job, enum job_outcome outcome)
{
    struct question *q = of(job);
    if (outcome == JOB_DONE && q->moved)
        q->fn(q->ctx);
    free_question(q); /* not done: it is asked again when its lease is over */
}

static void answered(void *ctx, const struct http_answer *answer)
{
    struct question *q = ctx;
    const struct channel *channel = config_channel(q->config, q->message.channel);
    struct send_answer a = {.kind = answer->outcome == HTTP_ANSWERED ? ANSWER_CAME : ANSWER_UNSURE,
                            .status = answer->status,
                            .headers = &answer->headers,
                            .body = answer->body,
                            .reason = answer->reason};
    q->told = provider_find(channel->provider)->told(channel, &a, &q->message, q->arena);
    LOG(LOG_INFO, "asked", "channel=%.*s message=out%lld result=%s", STR_ARG(channel->name),
        (long long)q->message.id, send_result_names[q->told.result]);
    q->mark = arena_mark(q->arena);
    q->job = (struct job){.rank = JOB_SETTLE, .run = run, .reset = reset, .done = done};
    if (!worker_submit(q->gateway->writer, &q->job))
        free_question(q);
}

static void ask(struct gateway *g, const struct outbound *message, void (*fn)(void *ctx), void *ctx)
{
    struct arena *arena = arena_new(2048);
    struct question *q = arena_new_of(arena, struct question);
    *q = (struct question){
        .gateway = g, .config = config_keep(g->config), .arena = arena, .fn = fn, .ctx = ctx};
    q->message = *message; /* its texts are the caller's: only what names it is needed */
    q->message.channel = str_dup(arena, message->channel);
    q->message.text = q->message.status = q->message.reason = STR("");
    q->message.provider_id = str_dup(arena, message->provider_id);
    const struct channel *channel = config_channel(q->config, q->message.channel);
    struct http_request request = provider_find(channel->provider)->ask(channel, &q->message, arena);
    if (!http_client_send(g->client, &request, answered, q))
        free_question(q);
}

void outbound_ask(struct gateway *g, const struct outbound *messages, size_t count, void (*fn)(void *ctx),
                  void *ctx)
{
    for (size_t i = 0; i < count; i++)
        if (outbound_can_ask(g->config, messages[i].channel)) /* a reload may have taken it away */
            ask(g, &messages[i], fn, ctx);
}
