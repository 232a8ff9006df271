/* What the suites of USSD share: a request's file and the step it holds, a
 * page and the answer to the byte, and requests broken at random. */
#ifndef YAVAR_TESTS_PROVIDERS_USSD_CASES_H
#define YAVAR_TESTS_PROVIDERS_USSD_CASES_H

#include "tests/providers/raw.h"

enum { NO_STEP = 1, OVER = 2, UNREADABLE = 4, ACCUMULATED = 8 };

struct step_row {
    const char *file;
    unsigned flags;
    const char *session, *phone, *code, *input; /* NULL: empty */
    enum first_step first;
    const char *hop;
};

/* What is shown (TEXT NULL: no page), and the answer; HEADERS as "name: value" lines. */
struct page_row {
    const char *file, *text;
    bool last;
    const char *type, *body, *headers;
};

/* The channel in the path, and the endpoint. */
static inline const struct channel *channel_of(struct world *w, const struct http_request *request,
                                               enum endpoint *endpoint)
{
    struct str rest = str_after(request->path, 4), name = {NULL, 0}, part = {NULL, 0};
    assert_true(str_split(&rest, '/', &name) && rest.p != NULL && str_split(&rest, '/', &part));
    *endpoint = str_is(part, "ussd") ? ENDPOINT_USSD : str_is(part, "dlr") ? ENDPOINT_DLR : ENDPOINT_SMS;
    const struct channel *channel = config_channel(w->config, name);
    if (channel == NULL)
        fail_msg("no channel %.*s", STR_ARG(name));
    return channel;
}

static inline struct events events_of(struct world *w, const struct http_request *request)
{
    enum endpoint endpoint;
    const struct channel *channel = channel_of(w, request, &endpoint);
    return w->provider->parse(channel, endpoint, request, w->arena);
}

static inline const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static inline void check_step(struct world *w, struct tally *t, const struct step_row *row)
{
    struct http_request request = read_request(w, row->file);
    struct events events = events_of(w, &request);
    const struct ussd_step *step = events.step;
    bool none = row->flags & NO_STEP, unreadable = row->flags & UNREADABLE;
    tally_check(t, events.message_count + events.report_count + events.stop_count == 0, "%s: a step at most",
                row->file);
    tally_check(t, (events.bad_content > 0) == (none || unreadable), "%s: %u bad parts", row->file,
                events.bad_content);
    if (!tally_check(t, (step == NULL) == none, "%s: its step", row->file) || step == NULL)
        return;
    enum endpoint endpoint;
    tally_check(t, str_eq(step->channel, channel_of(w, &request, &endpoint)->name), "%s: channel", row->file);
    same(t, row->file, "session", step->session, or_empty(row->session));
    same(t, row->file, "phone", step->phone, or_empty(row->phone));
    same(t, row->file, "code", step->code, or_empty(row->code));
    same(t, row->file, "input", step->input, or_empty(row->input));
    same(t, row->file, "hop", step->hop, or_empty(row->hop));
    tally_check(t, step->first == row->first, "%s: first is %d", row->file, (int)step->first);
    tally_check(t, step->over == ((row->flags & OVER) > 0), "%s: over is %d", row->file, step->over);
    tally_check(t, step->unreadable == unreadable, "%s: unreadable is %d", row->file, step->unreadable);
    tally_check(t, step->accumulated == ((row->flags & ACCUMULATED) > 0), "%s: accumulated is %d", row->file,
                step->accumulated);
}

static inline void check_page(struct world *w, struct tally *t, const struct page_row *row)
{
    enum endpoint endpoint;
    struct http_request request = read_request(w, row->file);
    const struct channel *channel = channel_of(w, &request, &endpoint);
    struct ussd_page page = {str_of(row->text), row->last};
    struct http_response got =
        w->provider->page(channel, &request, row->text != NULL ? &page : NULL, w->arena);
    struct sbuf headers = sbuf_in(w->arena);
    for (size_t i = 0; i < got.headers.n; i++)
        sbuf_printf(&headers, "%.*s: %.*s\n", STR_ARG(got.headers.v[i].name),
                    STR_ARG(got.headers.v[i].value));
    tally_check(t, got.status == 200, "%s: status %d", row->file, got.status);
    same(t, row->file, "type", got.content_type, or_empty(row->type));
    same(t, row->file, "body", got.body, row->body);
    same(t, row->file, "headers", sbuf_str(&headers), or_empty(row->headers));
}

/* ---- any bytes are survived ---- */

static inline struct str broken(struct arena *arena, struct str whole, uint64_t *seed)
{
    static const char odd[] = "\0\xff\"{}[]<>&%?*#|=\n\r\\0";
    struct sbuf out = sbuf_in(arena);
    sbuf_add(&out, whole);
    for (uint64_t i = random_below(seed, 6); i > 0 && out.n > 0; i--)
        out.p[random_below(seed, out.n)] = odd[random_below(seed, sizeof odd - 1)];
    if (out.n > 0 && random_below(seed, 3) == 0)
        out.n = random_below(seed, out.n);
    char *own = malloc(out.n + 1); /* its own block, so that a byte read behind it is seen */
    assert_non_null(own);
    if (out.n > 0)
        memcpy(own, out.p, out.n);
    return str_from(own, out.n);
}

/* As the server lets headers through: no line ends, no NULs. */
static inline struct http_pairs broken_headers(struct arena *arena, const struct http_pairs *whole,
                                               uint64_t *seed)
{
    struct http_pairs headers = {arena_array(arena, struct http_pair, whole->n + 1), whole->n};
    for (size_t i = 0; i < whole->n; i++) {
        struct str value = broken(arena, whole->v[i].value, seed);
        struct sbuf kept = sbuf_in(arena);
        for (size_t k = 0; k < value.n; k++)
            if (strchr("\r\n", value.p[k]) == NULL) /* it finds a NUL too */
                sbuf_byte(&kept, value.p[k]);
        headers.v[i] = (struct http_pair){whole->v[i].name, sbuf_str(&kept)};
        free((char *)(uintptr_t)value.p);
    }
    return headers;
}

static inline void check_broken(struct world *w, const struct http_request *whole, uint64_t *seed)
{
    struct arena *kept = w->arena;
    w->arena = arena_new(1 << 14);
    struct http_request request = *whole;
    enum endpoint endpoint;
    const struct channel *channel = channel_of(w, whole, &endpoint);
    struct str body = broken(w->arena, whole->body, seed), query = broken(w->arena, whole->query, seed);
    request.body = body;
    request.query = query;
    struct str path = broken(w->arena, whole->path, seed);
    request.path = path;
    request.headers = broken_headers(w->arena, &whole->headers, seed);
    struct events events = w->provider->parse(channel, endpoint, &request, w->arena);
    const struct ussd_step *step = events.step;
    if (step != NULL) {
        assert_true(utf8_valid(step->session) && utf8_valid(step->phone) && utf8_valid(step->code));
        assert_true(utf8_valid(step->input) && utf8_valid(step->hop) && step->session.n <= 500);
        assert_true(step->session.n + step->phone.n > 0);
        assert_true(step->input.n == 0 || memchr(step->input.p, 0, step->input.n) == NULL);
    }
    struct ussd_page page = {STR("سلام"), random_below(seed, 2) > 0};
    struct http_response answers[] = {w->provider->page(channel, &request, &page, w->arena),
                                      w->provider->page(channel, &request, NULL, w->arena)};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(answers[i].status, 200);
        for (size_t k = 0; k < answers[i].headers.n; k++) {
            struct str value = answers[i].headers.v[k].value;
            assert_null(value.n > 0 ? memchr(value.p, '\n', value.n) : NULL);
        }
    }
    assert_true(utf8_valid(answers[0].body) && utf8_valid(answers[1].body));
    free((char *)(uintptr_t)body.p);
    free((char *)(uintptr_t)query.p);
    free((char *)(uintptr_t)path.p);
    arena_free(w->arena);
    w->arena = kept;
}

/* Each file of ROWS, broken TIMES times; YAVAR_USSD_BROKEN makes it longer. */
static inline void check_all_broken(struct world *w, const struct step_row *rows, size_t n)
{
    const char *more = getenv("YAVAR_USSD_BROKEN");
    uint64_t seed = 20260101, times = 100;
    if (more != NULL)
        assert_true(str_to_u64(str_of(more), &times));
    for (size_t i = 0; i < n; i++) {
        struct http_request whole = read_request(w, rows[i].file);
        for (uint64_t k = 0; k < times; k++)
            check_broken(w, &whole, &seed);
    }
}

#endif
