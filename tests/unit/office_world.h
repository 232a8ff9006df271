/* A small office for tests of what the staff does: a store in memory, two
 * lines, a clock that stands still, and phones that text. */
#ifndef YAVAR_TESTS_OFFICE_WORLD_H
#define YAVAR_TESTS_OFFICE_WORLD_H

#include "gateway/admin.h"
#include "gateway/conf/config.h"
#include "gateway/providers/provider.h"
#include "handlers/code.h"
#include "handlers/office.h"
#include "tests/unit/unit.h"

enum { SENT_MOST = 64 };
#define OFFICE_NOW_MS INT64_C(1790668800000) /* 2026-09-29, 11:30 in Tehran */

struct office_world {
    struct words *words;
    struct arena *arena;
    struct config *config;
    struct store *store;
    struct zone *zone;
    int64_t now_ms, messages, seen;
    struct outbound sent[SENT_MOST]; /* since the last message */
    size_t sent_count;
};

static inline struct config *office_config(void)
{
    static const char text[] =
        "[service]\noffice_phone = 02400000000\n"
        "[channel mci]\nprovider = kannel\nnumber = 200012\nsecret = s\n"
        "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\nusername = u\npassword = p\n";
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    struct arena *arena = arena_new(4096);
    struct faults faults = faults_in(arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct config *config = config_parse("office.ini", str_of(text), &world, &faults);
    if (faults.count > 0)
        fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    arena_free(arena);
    return config;
}

static inline int office_up(void **state)
{
    struct error e = {""};
    void *words = NULL;
    struct office_world *w = calloc(1, sizeof *w);
    if (w == NULL || words_open(&words) != 0)
        return -1;
    w->words = words;
    w->arena = arena_new(1 << 16);
    w->config = office_config();
    w->zone = zone_open("Asia/Tehran", &e);
    w->store = store_open(":memory:", STORE_MEMORY, &e);
    w->now_ms = OFFICE_NOW_MS;
    *state = w;
    return w->zone != NULL && w->store != NULL ? 0 : -1;
}

static inline int office_down(void **state)
{
    struct office_world *w = *state;
    void *words = w->words;
    store_close(w->store);
    zone_close(w->zone);
    config_drop(w->config);
    arena_free(w->arena);
    free(w);
    return words_close(&words);
}

static inline void office_begin(struct office_world *w)
{
    if (!store_begin(w->store))
        fail_msg("%s", store_reason(w->store));
}

static inline void office_commit(struct office_world *w)
{
    if (store_failed(w->store) != STORE_FINE || store_commit(w->store) != STORE_DONE)
        fail_msg("%s", store_reason(w->store));
}

/* What was queued since the last look. */
static inline void office_look(struct office_world *w)
{
    w->sent_count = outbox_page(w->store, w->arena, w->seen, w->sent, SENT_MOST);
    if (w->sent_count > 0)
        w->seen = w->sent[w->sent_count - 1].id;
}

static inline void office_text_from(struct office_world *w, int64_t phone, struct str text)
{
    int64_t message = 0;
    struct inbound m = {.channel = STR("mci"),
                        .sender = str_printf(w->arena, "+%lld", (long long)phone),
                        .id = str_printf(w->arena, "m%lld", (long long)++w->messages),
                        .text = text};
    struct command command = words_understand(w->words, w->arena, text);
    office_begin(w);
    enum dispatch_outcome outcome =
        dispatch(w->store, w->config, w->zone, w->arena, w->now_ms, &m, &command, &message);
    if (outcome != DISPATCH_OK)
        fail_msg("outcome %d: %s", outcome, store_reason(w->store));
    office_commit(w);
    office_look(w);
}

static inline void office_staff_is(struct office_world *w, int64_t phone, enum role role,
                                   const char *provinces, int64_t deputy_of)
{
    struct staff s = {.phone = phone,
                      .role = str_of(role_names[role]),
                      .provinces = str_of(provinces),
                      .deputy_of = deputy_of};
    office_begin(w);
    staff_put(w->store, &s, w->now_ms / 1000);
    office_commit(w);
}

static inline size_t office_sent_to(const struct office_world *w, int64_t phone)
{
    size_t n = 0;
    for (size_t i = 0; i < w->sent_count; i++)
        n += w->sent[i].phone == phone;
    return n;
}

/* The turn of a phone that sent TEXT, for what is called without dispatch. */
static inline struct turn office_turn_of(struct office_world *w, int64_t phone, const char *text)
{
    static const struct inbound none;
    struct turn t = {.store = w->store,
                     .config = w->config,
                     .arena = w->arena,
                     .zone = w->zone,
                     .now_ms = w->now_ms,
                     .message = &none,
                     .line = STR("mci"),
                     .language = LANGUAGE_EN};
    t.command = words_understand(w->words, w->arena, str_of(text));
    contact_get(w->store, w->arena, phone, &t.contact);
    return t;
}

/* As the command line does where no service runs; AS 0: the operator. */
static inline struct http_response office_ask(struct office_world *w, enum http_method method,
                                              const char *path, int64_t as, const char *body)
{
    struct http_pair header = {STR(AS_HEADER), str_printf(w->arena, "+%lld", (long long)as)};
    struct http_request request = {
        .method = method, .path = str_of(path), .query = STR(""), .body = str_of(body)};
    if (as > 0)
        request.headers = (struct http_pairs){&header, 1};
    struct admin_call call = {.store = w->store,
                              .zone = w->zone,
                              .config = w->config,
                              .arena = w->arena,
                              .now_ms = w->now_ms,
                              .request = &request,
                              .door = DOOR_CLI};
    office_begin(w);
    struct http_response answer = admin_run(&call);
    if (answer.status >= 400)
        store_rollback(w->store);
    else
        office_commit(w);
    return answer;
}

static inline bool office_holds(struct str text, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= text.n; i++)
        if (memcmp(text.p + i, part, n) == 0)
            return true;
    return false;
}

#define OFFICE(fn) cmocka_unit_test_setup_teardown(fn, office_up, office_down)

#endif
