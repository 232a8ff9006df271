/* What the targets of the adapters share.  An input is raw HTTP as the cases
 * of tests/providers hold it: a request is verified and parsed at both
 * addresses, an answer is settled, and of either the body is sent as a text. */
#ifndef YAVAR_TESTS_FUZZ_FUZZ_PROVIDER_H
#define YAVAR_TESTS_FUZZ_FUZZ_PROVIDER_H

#include "tests/fuzz/fuzz.h"

#include "gateway/providers/provider.h"

enum { NOW = 1762500005, HEADERS_MOST = 16, TARGETS = 3, FIELD_BYTES_MOST = 200 };

/* A provider's channel, as its tests configure it; kept until the end. */
struct fuzz_channel {
    const struct provider *provider;
    struct config *config;
    const struct channel *channel;
    size_t events_most; /* of a kind, in one request */
};

static inline struct fuzz_channel fuzz_channel_open(const char *settings)
{
    struct error e;
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    MUST(icu_start(&e) && crypto_start(&e));
    struct arena *arena = arena_new(1 << 10);
    struct faults faults = faults_in(arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct config *config = config_parse("fuzz", str_of(settings), &world, &faults);
    MUST(config != NULL && config->channel_count == 1);
    arena_free(arena);
    const struct channel *channel = &config->channels[0];
    return (struct fuzz_channel){provider_find(channel->provider), config, channel, 1};
}

struct raw_http {
    struct str first, body;
    struct http_pair header[HEADERS_MOST];
    struct http_pairs headers;
};

static inline void read_raw_http(struct raw_http *raw, struct str input)
{
    struct str line = STR(""), rest = input;
    *raw = (struct raw_http){.headers = {raw->header, 0}};
    if (str_split(&rest, '\n', &line))
        raw->first = str_trim(line);
    while (rest.p != NULL && str_split(&rest, '\n', &line) && (line = str_trim(line)).n > 0) {
        struct str name;
        if (raw->headers.n < HEADERS_MOST && str_split(&line, ':', &name) && line.p != NULL)
            raw->header[raw->headers.n++] = (struct http_pair){name, str_trim(line)};
    }
    raw->body = rest.p != NULL ? rest : STR("");
}

static inline struct http_request request_of(const struct raw_http *raw)
{
    struct str rest = raw->first, method = STR(""), target = STR(""), query;
    if (str_split(&rest, ' ', &method) && rest.p != NULL)
        (void)str_split(&rest, ' ', &target); /* REST is not NULL: there is one */
    struct http_request request = {
        .method = str_is(method, "POST") ? HTTP_POST : HTTP_GET, .target = target, .body = raw->body};
    request.headers = raw->headers;
    query = target;
    (void)str_split(&query, '?', &request.path); /* likewise */
    request.query = query.p != NULL ? query : STR("");
    return request;
}

/* What stands beside the text is short, clean and ours to print. */
static inline bool is_field(struct str value, size_t most)
{
    return is_text(value) && value.n <= most && str_eq(str_trim(value), value);
}

static inline void check_events(const struct fuzz_channel *c, const struct events *events)
{
    MUST(events->message_count <= c->events_most && events->report_count <= c->events_most &&
         events->stop_count <= c->events_most);
    for (size_t i = 0; i < events->message_count; i++) {
        const struct inbound *m = &events->messages[i];
        MUST(str_eq(m->channel, c->channel->name) && is_text(m->text));
        MUST(is_field(m->sender, FIELD_BYTES_MOST + 1) && is_field(m->line, FIELD_BYTES_MOST + 1));
        MUST(is_field(m->id, FIELD_BYTES_MOST) && is_field(m->sent, FIELD_BYTES_MOST));
        MUST(!m->unreadable || events->bad_content > 0);
    }
    for (size_t i = 0; i < events->report_count; i++) {
        const struct report *r = &events->reports[i];
        MUST(str_eq(r->channel, c->channel->name) && r->state <= REPORT_FAILED);
        MUST(is_field(r->provider_id, FIELD_BYTES_MOST) && is_text(r->detail) && r->detail.n <= 120);
    }
    for (size_t i = 0; i < events->stop_count; i++)
        MUST(is_field(events->stops[i], FIELD_BYTES_MOST + 1) && events->stops[i].n > 0);
}

static inline void check_step(const struct fuzz_channel *c, const struct events *events)
{
    const struct ussd_step *step = events->step;
    MUST(events->message_count + events->report_count + events->stop_count == 0);
    MUST(str_eq(step->channel, c->channel->name) && is_text(step->input) && step->first <= FIRST_NO);
    MUST(is_text(step->session) && step->session.n <= 2 * FIELD_BYTES_MOST + 2);
    MUST(is_field(step->phone, FIELD_BYTES_MOST + 1) && is_field(step->code, FIELD_BYTES_MOST + 1));
    MUST(is_field(step->hop, FIELD_BYTES_MOST) && step->session.n + step->phone.n > 0);
    MUST(!step->unreadable || events->bad_content > 0);
}

/* Whatever the request is, it is answered, and nothing of it ends a header. */
static inline void check_page(const struct fuzz_channel *c, const struct http_request *request,
                              const struct ussd_page *page, struct arena *arena)
{
    struct http_response response = c->provider->page(c->channel, request, page, arena);
    MUST(response.status == 200 && is_text(response.body));
    for (size_t i = 0; i < response.headers.n; i++)
        for (size_t k = 0; k < response.headers.v[i].value.n; k++)
            MUST((unsigned char)response.headers.v[i].value.p[k] >= ' ');
}

static inline void check_request(const struct fuzz_channel *c, struct arena *arena,
                                 const struct http_request *request)
{
    if (c->provider->signs != NULL && c->provider->signs(c->channel)) {
        bool holds = c->provider->verify(c->channel, request, NOW);
        MUST(holds == c->provider->verify(c->channel, request, NOW));
        MUST(!holds || http_header(&request->headers, "X-Signature").n == 64);
    }
    for (int at = ENDPOINT_SMS; at < ENDPOINTS; at++) {
        if ((c->provider->endpoints & 1u << at) == 0)
            continue;
        struct events events = c->provider->parse(c->channel, (enum endpoint)at, request, arena);
        check_events(c, &events);
        if (events.step != NULL)
            check_step(c, &events);
    }
    const struct ussd_page page = {STR("سلام"), request->body.n % 2 == 0};
    if (c->provider->page != NULL) {
        check_page(c, request, &page, arena);
        check_page(c, request, NULL, arena);
    }
}

static inline struct outbound *outbound_of(struct arena *arena, struct str text, size_t count)
{
    struct outbound *messages = arena_array(arena, struct outbound, count);
    for (size_t i = 0; i < count; i++)
        messages[i] = (struct outbound){.id = 17 + (int64_t)i,
                                        .channel = STR("x"),
                                        .phone = 254700000111 + (int64_t)i,
                                        .text = text,
                                        .lane = LANE_CONFIRMATION,
                                        .expires_ms = 1762500000123};
    return messages;
}

static inline void check_answer(const struct fuzz_channel *c, struct arena *arena, const struct raw_http *raw)
{
    uint64_t status = 200;
    if (raw->first.n >= 12 && !str_to_u64(str_from(raw->first.p + 9, 3), &status))
        status = 200;
    size_t count = c->provider->batch < TARGETS ? c->provider->batch : TARGETS;
    struct outbound *messages = outbound_of(arena, STR("x"), count);
    struct send_answer answer = {ANSWER_CAME, (int)status, &raw->headers, raw->body, ""};
    struct settled results[TARGETS];
    memset(results, 0x5A, sizeof results); /* nothing may be left as it was */
    c->provider->settle(c->channel, &answer, messages, count, results, arena);
    for (size_t i = 0; i < count; i++) {
        const struct settled *r = &results[i];
        MUST(is_field(r->provider_id, FIELD_BYTES_MOST));
        MUST(is_text(r->detail) && r->detail.n <= 200);
        MUST(r->retry_after_ms >= 0 && r->retry_after_ms <= 86400 * 1000);
        MUST(r->result != SEND_OK || (status >= 200 && status <= 299) || status == 409);
    }
}

/* The request that carries TEXT, made of the body as the store would hold it. */
static inline struct http_request built(const struct fuzz_channel *c, struct arena *arena, struct str body,
                                        struct str *text)
{
    bool bad = false;
    *text = utf8_repair(arena, body, &bad);
    size_t count = c->provider->batch < TARGETS ? c->provider->batch : TARGETS;
    struct outbound *messages = outbound_of(arena, *text, count);
    struct http_request request = c->provider->build(c->channel, &c->config->service, messages, count, arena);
    MUST(str_starts(request.target, STR("http")) && is_text(request.target) && is_text(request.body));
    for (size_t i = 0; i < request.target.n; i++)
        MUST((unsigned char)request.target.p[i] > ' ');
    return request;
}

/* CHECK_BUILT reads back what the telecom would. */
static inline int fuzz_provider(const struct fuzz_channel *c, const uint8_t *data, size_t size,
                                void (*check_built)(struct arena *arena, const struct http_request *request,
                                                    struct str text))
{
    struct raw_http raw;
    struct str input = fuzz_input(data, size), text;
    struct arena *arena = arena_new(8192);
    read_raw_http(&raw, input);
    if (str_starts(raw.first, STR("HTTP/"))) {
        check_answer(c, arena, &raw);
    } else {
        struct http_request request = request_of(&raw);
        check_request(c, arena, &request);
    }
    struct http_request request = built(c, arena, raw.body, &text);
    check_built(arena, &request, text);
    arena_free(arena);
    fuzz_input_free(input);
    return 0;
}

#endif
