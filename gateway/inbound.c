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
#include "handlers/ussd.h"
#include "handlers/ussd_input.h"

struct inbound_job {
    struct job job; /* first: a job is an inbound_job */
    struct gateway *gateway;
    struct arena *arena;    /* this lives in it too */
    struct arena_mark mark; /* what is behind it a second run throws away */
    struct http_ticket ticket;
    struct config *config;
    const struct channel *channel;
    struct events events;
    struct command *commands;    /* one for each message, and one for a USSD step */
    struct http_request request; /* what a page echoes */
    bool on_screen;              /* it is answered by a page */
    struct ussd_shown shown;
    enum request_outcome outcome;
    unsigned failed;
    uint64_t queued; /* outbox_take_queued */
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

/* What a phone in a USSD session sees; NULL: nothing is due, or nothing could
 * be read.  A page acknowledges nothing that is not kept, but what it shows. */
static void answer_page(struct gateway *g, const struct channel *channel, const struct http_request *request,
                        struct http_ticket ticket, const struct ussd_page *page, struct arena *arena)
{
    struct http_response response = provider_find(channel->provider)->page(channel, request, page, arena);
    /* false: the telecom has gone; dialled again, the session goes on */
    (void)http_server_answer(g->front, ticket, &response);
}

/* A phone in a hand is told to dial again: a 5xx would show the network's own words. */
static void answer_sorry(struct gateway *g, const struct channel *channel, const struct http_request *request,
                         struct http_ticket ticket, struct arena *arena)
{
    enum language language = LANGUAGE_FA;
    bool known = language_from(g->config->service.language, &language);
    const struct catalogue *catalogue = g->config->texts->catalogue[known ? language : LANGUAGE_FA];
    struct ussd_page sorry = {catalogue_say(catalogue, arena, "ussd.sorry", NULL, 0), true};
    answer_page(g, channel, request, ticket, &sorry, arena);
}

/* Where the SMS of a USSD line go: its own line, else itself where it can. */
struct str inbound_sms_line(const struct config *config, struct str channel)
{
    const struct channel *c = config_channel(config, channel);
    if (c == NULL || c->sms.n > 0)
        return c == NULL ? STR("") : c->sms;
    return provider_find(c->provider)->endpoints & 1u << ENDPOINT_SMS ? c->name : STR("");
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

static void run_events(struct inbound_job *j, struct database *database)
{
    int64_t now_ms = clock_ms(), id;
    for (size_t i = 0; i < j->events.message_count; i++) {
        enum dispatch_outcome outcome = dispatch(database->store, j->config, database->zone, j->arena, now_ms,
                                                 &j->events.messages[i], &j->commands[i], &id);
        if (outcome == DISPATCH_ENGINE)
            return;                       /* the worker sees that the store failed */
        if (outcome == DISPATCH_CONFLICT) /* id: of what came first */
            LOG(LOG_WARN, "message_conflict", "channel=%.*s message=%lld", STR_ARG(j->channel->name),
                (long long)id);
        note_outcome(j, outcome);
    }
    if (j->events.step != NULL) {
        enum dispatch_outcome outcome =
            dispatch_step(database->store, j->config, database->zone, j->arena, now_ms, j->events.step,
                          &j->commands[j->events.message_count],
                          inbound_sms_line(j->config, j->channel->name), j->channel->page, &j->shown);
        if (outcome == DISPATCH_ENGINE)
            return;
        note_outcome(j, outcome);
    }
    for (size_t i = 0; i < j->events.stop_count; i++)
        dispatch_stop(database->store, j->config, j->arena, now_ms, j->events.stops[i]);
    for (size_t i = 0; i < j->events.report_count; i++)
        if (!outbox_report(database->store, j->arena, &j->events.reports[i], now_ms))
            LOG(LOG_INFO, "report_unknown", "channel=%.*s id=%lld", STR_ARG(j->channel->name),
                (long long)j->events.reports[i].id);
}

static void run(struct job *job, void *db)
{
    struct inbound_job *j = of(job);
    struct database *database = db;
    (void)outbox_take_queued(database->store); /* by others, who wake whom they wrote to */
    run_events(j, database);
    j->queued = outbox_take_queued(database->store);
}

static void reset(struct job *job)
{
    struct inbound_job *j = of(job);
    arena_rewind(j->arena, j->mark);
    j->outcome = j->events.bad_content > 0 ? REQUEST_BAD_CONTENT : REQUEST_OK;
    j->failed = 0;
    j->shown = (struct ussd_shown){.none = true, .did = COMMAND_unknown};
}

/* ---- on the loop thread ---- */

static void answer_done(struct inbound_job *j)
{
    struct ussd_page page = {j->shown.text, j->shown.last};
    if (j->on_screen)
        answer_page(j->gateway, j->channel, &j->request, j->ticket, j->shown.none ? NULL : &page, j->arena);
    else
        answer(j->gateway, j->ticket, 200, STR(""));
}

/* Not only the line it came by: a place given back is another's, who is told by the line of that call. */
static void wake_lines(const struct inbound_job *j)
{
    const struct config *config = j->gateway->config;
    for (size_t i = 0; j->queued != 0 && i < config->channel_count; i++)
        if (j->queued & outbox_channel_bit(config->channels[i].name))
            sender_wake(j->gateway->sender, config->channels[i].name);
}

static void done(struct job *job, enum job_outcome outcome)
{
    struct inbound_job *j = of(job);
    struct gateway *g = j->gateway;
    size_t channel = metrics_channel(g->config, j->channel);
    g->store_refuses = g->store_refuses || outcome != JOB_DONE; /* until store_probe finds otherwise */
    if (outcome == JOB_DONE) {
        g->metrics.requests[channel][j->outcome]++;
        g->metrics.failed += j->failed;
        g->metrics.commands[j->shown.did] += j->shown.did != COMMAND_unknown;
        answer_done(j);
        wake_lines(j);
    } else if (outcome == JOB_NOT_DONE) {
        g->metrics.requests[channel][REQUEST_UNAVAILABLE]++;
        if (j->on_screen)
            answer_sorry(g, j->channel, &j->request, j->ticket, j->arena);
        else
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
    struct str secret;
    if (channel->secret.n == 0) /* unreachable: a config fault, but an empty word must open no door */
        return false;
    return http_find_field(arena, request->query, STR("secret"), &secret) &&
           crypto_same(secret, channel->secret);
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

static struct command meant(struct gateway *g, struct arena *arena, struct str text)
{
    struct command command =
        understand(g->grammar, g->config->texts->lexicon, g->config->service.country.p, arena, text);
    g->metrics.commands[command.name]++;
    return command;
}

static void submit(struct gateway *g, const struct channel *channel, const struct events *events,
                   const struct http_request *request, bool on_screen, struct arena *arena,
                   struct http_ticket ticket)
{
    struct inbound_job *j = arena_new_of(arena, struct inbound_job);
    *j = (struct inbound_job){.job = {.rank = JOB_INBOUND, .run = run, .reset = reset, .done = done},
                              .gateway = g,
                              .arena = arena,
                              .ticket = ticket,
                              .config = config_keep(g->config),
                              .channel = channel,
                              .events = *events,
                              .request = *request,
                              .on_screen = on_screen,
                              .shown = {.none = true, .did = COMMAND_unknown},
                              .outcome = events->bad_content > 0 ? REQUEST_BAD_CONTENT : REQUEST_OK};
    j->commands = arena_array(arena, struct command, events->message_count + 1);
    for (size_t i = 0; i < events->message_count; i++)
        j->commands[i] = meant(g, arena, events->messages[i].text);
    if (events->step != NULL)
        j->commands[events->message_count] =
            understand(g->grammar, g->config->texts->lexicon, g->config->service.country.p, arena,
                       input_last(events->step));
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
    bool well = health || gateway_ready(g);
    if (health || ready)
        answer(g, ticket, well ? 200 : 503, well ? STR("ok\n") : STR("not ready\n"));
    return health || ready;
}

static bool takes_method(enum http_method method, enum endpoint endpoint)
{
    return method == HTTP_GET || method == HTTP_POST || (method == HTTP_PUT && endpoint == ENDPOINT_USSD);
}

/* Whatever address a USSD step came to, a page answers it. */
static void take(struct gateway *g, const struct channel *channel, enum endpoint endpoint,
                 const struct http_request *request, struct arena *arena, struct http_ticket ticket)
{
    struct events events = provider_find(channel->provider)->parse(channel, endpoint, request, arena);
    bool on_screen = endpoint == ENDPOINT_USSD || events.step != NULL;
    if (gateway_takes(g)) {
        submit(g, channel, &events, request, on_screen, arena, ticket);
        return;
    }
    if (!on_screen) {
        refuse(g, channel, arena, ticket, 503, REQUEST_UNAVAILABLE);
        return;
    }
    g->metrics.requests[metrics_channel(g->config, channel)][REQUEST_UNAVAILABLE]++;
    answer_sorry(g, channel, request, ticket, arena);
    arena_free(arena);
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
    } else if (!takes_method(request->method, endpoint)) {
        refuse(g, NULL, arena, ticket, 405, REQUEST_OK);
    } else if (!may_come(channel, request, arena)) {
        LOG(LOG_WARN, "webhook_forbidden", "channel=%.*s", STR_ARG(channel->name));
        refuse(g, channel, arena, ticket, 403, REQUEST_FORBIDDEN);
    } else {
        take(g, channel, endpoint, request, arena, ticket);
    }
}
