/* Inbound: the order of refusals is the design's (§11): the size was looked at
 * by the server; then channel and path 404, method 405, network, secret or
 * signature 403.  What the sender wrote never gets a 5xx. */
#include "gateway/inbound.h"

#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/base/log.h"
#include "gateway/outbound.h"
#include "gateway/providers/provider.h"
#include "handlers/dispatch.h"

struct inbound_job {
    struct job job; /* first: a job is an inbound_job */
    struct gateway *gateway;
    struct arena *arena;    /* this lives in it too */
    struct arena_mark mark; /* what is behind it a second run throws away */
    struct http_ticket ticket;
    struct config *config;
    const struct channel *channel;
    struct events events;
    struct command *commands; /* one for each message */
    enum request_outcome outcome;
    unsigned failed;
};

static const char plain_text[] = "text/plain; charset=UTF-8";

static void answer(struct gateway *g, struct http_ticket ticket, int status, struct str body)
{
    struct http_response response = {.status = status,
                                     .content_type = STR(plain_text),
                                     .body = body,
                                     .retry_after = status == 503 ? 5 : 0};
    /* false: the client has gone, and will come again */
    (void)http_server_answer(g->front, ticket, &response);
}

/* ---- on the store thread ---- */

static struct inbound_job *of(struct job *job)
{
    return (struct inbound_job *)job;
}

static void note_outcome(struct inbound_job *j, enum dispatch_outcome outcome)
{
    if (outcome == DISPATCH_REPEAT && j->outcome == REQUEST_OK)
        j->outcome = REQUEST_REPEAT;
    if (outcome == DISPATCH_CONFLICT)
        j->outcome = REQUEST_CONFLICT;
    j->failed += outcome == DISPATCH_FAILED;
}

static void run(struct job *job, void *db)
{
    struct inbound_job *j = of(job);
    struct database *database = db;
    int64_t now_ms = clock_ms(), id;
    for (size_t i = 0; i < j->events.message_count; i++) {
        enum dispatch_outcome outcome = dispatch(database->store, j->config, database->zone, j->arena, now_ms,
                                                 &j->events.messages[i], &j->commands[i], &id);
        if (outcome == DISPATCH_ENGINE)
            return; /* the worker sees that the store failed */
        note_outcome(j, outcome);
    }
    for (size_t i = 0; i < j->events.stop_count; i++)
        dispatch_stop(database->store, j->config, j->arena, now_ms, j->events.stops[i]);
    for (size_t i = 0; i < j->events.report_count; i++)
        if (!outbox_report(database->store, j->arena, &j->events.reports[i], now_ms))
            LOG(LOG_INFO, "report_unknown", "channel=%.*s id=%lld", STR_ARG(j->channel->name),
                (long long)j->events.reports[i].id);
}

static void reset(struct job *job)
{
    struct inbound_job *j = of(job);
    arena_rewind(j->arena, j->mark);
    j->outcome = j->events.bad_content > 0 ? REQUEST_BAD_CONTENT : REQUEST_OK;
    j->failed = 0;
}

/* ---- on the loop thread ---- */

static void done(struct job *job, enum job_outcome outcome)
{
    struct inbound_job *j = of(job);
    struct gateway *g = j->gateway;
    size_t channel = metrics_channel(g->config, j->channel);
    g->store_refuses = g->store_refuses || outcome != JOB_DONE; /* until store_probe finds otherwise */
    if (outcome == JOB_DONE) {
        g->metrics.requests[channel][j->outcome]++;
        g->metrics.failed += j->failed;
        answer(g, j->ticket, 200, STR(""));
        if (j->events.message_count > 0)
            sender_wake(g->sender, j->channel->name);
    } else if (outcome == JOB_NOT_DONE) {
        g->metrics.requests[channel][REQUEST_UNAVAILABLE]++;
        answer(g, j->ticket, 503, STR(""));
    } /* unknown: never acknowledged; the program is about to end */
    config_drop(j->config);
    arena_free(j->arena);
}

/* "/in/mci/sms/rest" cut into the channel and the endpoint. */
static const struct channel *find_channel(const struct config *config, struct str path,
                                          enum endpoint *endpoint)
{
    static const char *const names[ENDPOINTS] = {"sms", "ussd", "dlr"};
    struct str rest = path, part;
    if (!str_starts(path, STR("/in/")))
        return NULL;
    rest = str_after(path, 4);
    if (!str_split(&rest, '/', &part) || rest.p == NULL) /* unreachable: REST is not NULL at first */
        return NULL;
    const struct channel *channel = config_channel(config, part);
    const struct provider *provider = channel != NULL ? provider_find(channel->provider) : NULL;
    (void)str_split(&rest, '/', &part); /* REST is not NULL here */
    for (int i = 0; i < ENDPOINTS && provider != NULL; i++)
        if (str_is(part, names[i]) && (provider->endpoints >> i & 1)) {
            *endpoint = (enum endpoint)i;
            return channel;
        }
    return NULL;
}

static bool carries_secret(const struct channel *channel, const struct http_request *request,
                           struct arena *arena)
{
    struct http_pairs fields = http_parse_fields(arena, request->query, NULL);
    const struct http_pair *secret = http_field(&fields, STR("secret"));
    if (channel->secret.n == 0) /* unreachable: a config fault, but an empty word must open no door */
        return false;
    return secret != NULL && crypto_same(secret->value, channel->secret);
}

static bool may_come(const struct channel *channel, const struct http_request *request, struct arena *arena)
{
    const struct provider *provider = provider_find(channel->provider);
    if (!network_holds(&channel->allow, request->peer))
        return false;
    if (provider->signs != NULL && provider->signs(channel))
        return provider->verify(channel, request, clock_ms() / 1000);
    return carries_secret(channel, request, arena);
}

static void submit(struct gateway *g, const struct channel *channel, const struct events *events,
                   struct arena *arena, struct http_ticket ticket)
{
    struct inbound_job *j = arena_new_of(arena, struct inbound_job);
    *j = (struct inbound_job){.job = {.rank = JOB_INBOUND, .run = run, .reset = reset, .done = done},
                              .gateway = g,
                              .arena = arena,
                              .ticket = ticket,
                              .config = config_keep(g->config),
                              .channel = channel,
                              .events = *events,
                              .outcome = events->bad_content > 0 ? REQUEST_BAD_CONTENT : REQUEST_OK};
    j->commands = arena_array(arena, struct command, events->message_count + 1);
    for (size_t i = 0; i < events->message_count; i++) {
        j->commands[i] = understand(g->grammar, g->config->texts->lexicon, g->config->service.country.p,
                                    arena, events->messages[i].text);
        g->metrics.commands[j->commands[i].name]++;
    }
    j->mark = arena_mark(arena);
    if (worker_submit(g->writer, &j->job))
        return;
    j->job.outcome = JOB_NOT_DONE;
    done(&j->job, JOB_NOT_DONE);
}

static void refuse(struct gateway *g, const struct channel *channel, struct arena *arena,
                   struct http_ticket ticket, int status, enum request_outcome outcome)
{
    if (channel != NULL)
        g->metrics.requests[metrics_channel(g->config, channel)][outcome]++;
    answer(g, ticket, status, STR(""));
    arena_free(arena);
}

static bool is_health(struct gateway *g, const struct http_request *request, struct http_ticket ticket)
{
    bool health = str_is(request->path, "/healthz"), ready = str_is(request->path, "/readyz");
    if (health || ready)
        answer(g, ticket, health || gateway_ready(g) ? 200 : 503, STR("ok\n"));
    return health || ready;
}

void inbound_request(void *ctx, const struct http_request *request, struct arena *arena,
                     struct http_ticket ticket)
{
    struct gateway *g = ctx;
    enum endpoint endpoint = ENDPOINT_SMS;
    if (is_health(g, request, ticket)) {
        arena_free(arena);
        return;
    }
    const struct channel *channel = find_channel(g->config, request->path, &endpoint);
    if (channel == NULL) {
        refuse(g, NULL, arena, ticket, 404, REQUEST_OK);
    } else if (request->method != HTTP_GET && request->method != HTTP_POST) {
        refuse(g, NULL, arena, ticket, 405, REQUEST_OK);
    } else if (!may_come(channel, request, arena)) {
        LOG(LOG_WARN, "webhook_forbidden", "channel=%.*s", STR_ARG(channel->name));
        refuse(g, channel, arena, ticket, 403, REQUEST_FORBIDDEN);
    } else if (!gateway_takes(g)) {
        refuse(g, channel, arena, ticket, 503, REQUEST_UNAVAILABLE);
    } else {
        struct events events = provider_find(channel->provider)->parse(channel, endpoint, request, arena);
        submit(g, channel, &events, arena, ticket);
    }
}
