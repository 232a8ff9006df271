/* What the suites of the providers share: a case file as raw HTTP, a config
 * from its text, and comparisons that name the file. */
#ifndef YAVAR_TESTS_PROVIDERS_RAW_H
#define YAVAR_TESTS_PROVIDERS_RAW_H

#include "tests/unit/unit.h"

#include "gateway/providers/provider.h"

struct world {
    struct arena *arena;
    const struct provider *provider;
    struct config *config;
    const struct channel *channel;
    const char *folder; /* of the case files */
};

static inline struct config *parse_config(struct arena *arena, const char *text)
{
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    struct faults faults = faults_in(arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct config *config = config_parse("test", str_of(text), &world, &faults);
    if (config == NULL)
        fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    return config;
}

/* The first channel of SETTINGS, and its provider. */
static inline int world_open(void **state, const char *settings, const char *folder)
{
    struct error e;
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL || !icu_start(&e) || !crypto_start(&e))
        return -1;
    w->arena = arena_new(1 << 16);
    w->folder = folder;
    w->config = parse_config(w->arena, settings);
    w->channel = &w->config->channels[0];
    w->provider = provider_find(w->channel->provider);
    *state = w;
    return w->provider != NULL ? 0 : -1;
}

static inline int world_close(void **state)
{
    struct world *w = *state;
    config_drop(w->config);
    arena_free(w->arena);
    free(w);
    return 0;
}

struct raw {
    struct str first, body;
    struct http_pairs headers;
};

static inline struct raw read_raw(struct world *w, const char *file)
{
    struct raw raw = {.headers = {arena_array(w->arena, struct http_pair, 32), 0}};
    const char *path = str_cstr(w->arena, str_printf(w->arena, "%s/%s.http", w->folder, file));
    struct str rest = read_data(w->arena, path), line, name;
    if (!str_split(&rest, '\n', &line))
        fail_msg("%s is empty", file);
    raw.first = str_trim(line);
    while (rest.p != NULL && str_split(&rest, '\n', &line) && (line = str_trim(line)).n > 0) {
        assert_true(str_split(&line, ':', &name) && line.p != NULL);
        raw.headers.v[raw.headers.n++] = (struct http_pair){name, str_trim(line)};
    }
    raw.body = rest.p != NULL ? rest : STR("");
    return raw;
}

static inline struct http_request read_request(struct world *w, const char *file)
{
    struct raw raw = read_raw(w, file);
    struct str rest = raw.first, method = {NULL, 0}, target = {NULL, 0}, query;
    assert_true(str_split(&rest, ' ', &method) && str_split(&rest, ' ', &target));
    struct http_request request = {.method = str_is(method, "POST")  ? HTTP_POST
                                             : str_is(method, "PUT") ? HTTP_PUT
                                                                     : HTTP_GET,
                                   .target = target,
                                   .headers = raw.headers,
                                   .body = raw.body};
    query = target;
    assert_true(str_split(&query, '?', &request.path));
    request.query = query.p != NULL ? query : STR("");
    return request;
}

/* Parsed as come to the address in the file. */
static inline struct events read_events(struct world *w, const char *file)
{
    struct http_request request = read_request(w, file);
    bool report = request.path.n > 4 && memcmp(request.path.p + request.path.n - 4, "/dlr", 4) == 0;
    return w->provider->parse(w->channel, report ? ENDPOINT_DLR : ENDPOINT_SMS, &request, w->arena);
}

/* The file holds the answer to COUNT messages. */
static inline void settle_file(struct world *w, const char *file, const struct outbound *messages,
                               size_t count, struct settled *results)
{
    struct raw raw = read_raw(w, file);
    uint64_t status = 0;
    assert_true(raw.first.n >= 12 && str_to_u64(str_from(raw.first.p + 9, 3), &status));
    struct send_answer answer = {ANSWER_CAME, (int)status, &raw.headers, raw.body, ""};
    memset(results, 0x5A, count * sizeof *results); /* nothing may be left as it was */
    w->provider->settle(w->channel, &answer, messages, count, results, w->arena);
}

static inline void same(struct tally *t, const char *file, const char *what, struct str got, const char *want)
{
    tally_check(t, str_is(got, want), "%s: %s is \"%.*s\", not \"%s\"", file, what, STR_ARG(got), want);
}

static inline void same_header(const struct http_request *request, const char *name, const char *want)
{
    struct str got = http_header(&request->headers, name);
    if (!str_is(got, want))
        fail_msg("%s is \"%.*s\", not \"%s\"", name, STR_ARG(got), want);
}

/* Both outcomes that have no answer. */
static inline void check_no_answer(struct world *w)
{
    struct outbound m[2] = {{.id = 17, .phone = 1}, {.id = 18, .phone = 2}};
    struct send_answer answer = {ANSWER_UNSENT, 0, NULL, STR(""), "connection refused"};
    struct settled got[2];
    w->provider->settle(w->channel, &answer, m, 2, got, w->arena);
    assert_int_equal(got[1].result, SEND_RETRY);
    assert_true(str_is(got[0].detail, "connection refused"));
    answer.kind = ANSWER_UNSURE;
    w->provider->settle(w->channel, &answer, m, 2, got, w->arena);
    assert_int_equal(got[0].result, SEND_UNCERTAIN);
    assert_int_equal(got[1].result, SEND_UNCERTAIN);
}

#endif
