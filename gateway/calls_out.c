/* See the header. */
#include "gateway/calls_out.h"

#include "gateway/base/clock.h"
#include "gateway/base/csv.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/sources_out.h"

enum { PAGE = 500 };

const char csv_call_header[] =
    "reference,kind,status,title,place,provinces,from,to,urgent,places,taken,asked\n";
const char csv_roster_header[] = "phone,name,specialty,heads,state,answered_at,arrived_at,hours\n";

static void text(struct sbuf *out, struct str value)
{
    csv_cell(out, out->n == 0 || out->p[out->n - 1] == '\n', value);
}

static void number(struct sbuf *out, int64_t value)
{
    text(out, str_printf(out->arena, "%lld", (long long)value));
}

static void time_or_empty(struct sbuf *out, int64_t seconds)
{
    char at[24] = "";
    if (seconds > 0)
        clock_iso(seconds, at);
    text(out, str_dup(out->arena, str_of(at)));
}

static void call_row(struct sbuf *out, struct store *store, const struct call *c)
{
    struct call_quota quotas[CALL_QUOTAS], all = {.quota = 0};
    size_t n = call_quotas(store, out->arena, c->id, quotas);
    for (size_t i = 0; i < n; i++) {
        all.quota += quotas[i].quota;
        all.taken += quotas[i].taken;
        all.asked += quotas[i].asked;
    }
    number(out, c->reference);
    text(out, c->kind);
    text(out, str_of(call_status_names[c->status]));
    text(out, c->title);
    text(out, c->place);
    text(out, reach_of(store, out->arena, c->id));
    time_or_empty(out, c->starts_at);
    time_or_empty(out, c->ends_at);
    number(out, c->urgent);
    number(out, all.quota);
    number(out, all.taken);
    number(out, all.asked);
    sbuf_byte(out, '\n');
}

void csv_calls(struct store *store, struct str scope, csv_say *say, void *ctx)
{
    size_t n = PAGE;
    say(ctx, str_of(csv_call_header));
    for (int64_t after = 0; n == PAGE;) {
        struct arena *arena = arena_new(64 << 10);
        struct call *rows = arena_array(arena, struct call, PAGE);
        struct sbuf out = sbuf_in(arena);
        n = call_page(store, arena, scope, after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            call_row(&out, store, &rows[i]);
        after = n > 0 ? rows[n - 1].id : 0;
        say(ctx, sbuf_str(&out));
        arena_free(arena);
    }
}

/* Below 1 it is the number of somebody who was forgotten. */
static void phone_cell(struct sbuf *out, int64_t number, bool masked)
{
    char shown[32];
    struct str digits = number > 0 ? str_printf(out->arena, "%lld", (long long)number) : STR("");
    if (number > 0 && masked) {
        phone_mask(str_cstr(out->arena, digits), shown);
        digits = str_dup(out->arena, str_of(shown));
    }
    text(out, digits);
}

struct str call_hours(struct arena *arena, int64_t minutes)
{
    return str_printf(arena, "%lld.%02lld", (long long)minutes / 60, (long long)minutes % 60 * 100 / 60);
}

static void roster_line(struct sbuf *out, const struct call_answer *a, bool masked)
{
    phone_cell(out, a->phone, masked);
    text(out, a->name);
    text(out, a->specialty);
    number(out, a->heads);
    text(out, str_of(called_names[a->state]));
    time_or_empty(out, a->answered_at);
    time_or_empty(out, a->arrived_at);
    text(out, call_hours(out->arena, a->minutes));
    sbuf_byte(out, '\n');
}

void csv_roster(struct store *store, struct str scope, int64_t call, bool masked, csv_say *say, void *ctx)
{
    size_t n = PAGE;
    say(ctx, str_of(csv_roster_header));
    for (int64_t after = INT64_MIN; n == PAGE;) {
        struct arena *arena = arena_new(64 << 10);
        struct call_answer *rows = arena_array(arena, struct call_answer, PAGE);
        struct sbuf out = sbuf_in(arena);
        n = answer_page(store, arena, scope, call, after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            roster_line(&out, &rows[i], masked);
        after = n > 0 ? rows[n - 1].phone : after;
        say(ctx, sbuf_str(&out));
        arena_free(arena);
    }
}

/* ---- as JSON ---- */

static void put_time(struct json *json, const char *key, int64_t at)
{
    char text[24];
    if (at <= 0)
        return;
    clock_iso(at, text);
    json_put_str(json, key, str_of(text));
}

static struct json *quotas_json(const struct call_quota *quotas, size_t n)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < n; i++) {
        struct json *q = json_object_new();
        json_put_str(q, "specialty", quotas[i].specialty);
        json_put_bool(q, "clinical", quotas[i].clinical);
        json_put_int(q, "places", quotas[i].quota);
        json_put_int(q, "taken", quotas[i].taken);
        json_put_int(q, "asked", quotas[i].asked);
        json_put_int(q, "waves", quotas[i].waves);
        json_push(list, q);
    }
    return list;
}

static struct json *answers_json(struct store *store, int64_t id)
{
    struct call_count counts[CALLED_STATES];
    struct json *json = json_object_new();
    answer_counts(store, id, counts);
    for (int i = 0; i < CALLED_STATES; i++)
        json_put_int(json, called_names[i], counts[i].answers);
    return json;
}

/* Of all its specialties: whom the waves did not ask, and why. */
static void put_left_out(struct json *json, const struct call_quota *quotas, size_t n,
                         const struct source_counts *counts)
{
    struct call_quota all = {.stopped = 0};
    struct json *left = json_object_new();
    for (size_t i = 0; i < n; i++) {
        all.stopped += quotas[i].stopped;
        all.abroad += quotas[i].abroad;
        all.blocked += quotas[i].blocked;
    }
    json_put_int(left, "stopped", all.stopped);
    json_put_int(left, "abroad", all.abroad);
    json_put_int(left, "blocked", all.blocked);
    source_put_left_out(json, counts, left);
}

static void put_figures(struct json *json, struct store *store, struct arena *arena, int64_t id)
{
    struct call_quota quotas[CALL_QUOTAS];
    struct source_counts counts;
    size_t n = call_quotas(store, arena, id, quotas);
    source_count(store, id, &counts);
    json_put(json, "needs", quotas_json(quotas, n));
    json_put(json, "answers", answers_json(store, id));
    source_put_messages(json, &counts);
    put_left_out(json, quotas, n, &counts);
}

struct json *call_json(struct store *store, struct arena *arena, const struct call *c, bool masked)
{
    struct json *json = json_object_new();
    json_put_int(json, "reference", c->reference);
    json_put_str(json, "kind", c->kind);
    json_put_str(json, "status", str_of(call_status_names[c->status]));
    json_put_str(json, "title", c->title);
    json_put_str(json, "place", c->place);
    json_put_str(json, "place_en", c->place_en);
    json_put_str(json, "provinces", reach_of(store, arena, c->id));
    put_time(json, "from", c->starts_at);
    put_time(json, "to", c->ends_at);
    json_put_str(json, "channel", c->channel);
    json_put_bool(json, "urgent", c->urgent);
    if (c->urgent)
        json_put_str(json, "reason", c->reason);
    source_put_who(json, "author", c->author, masked);
    if (c->fixed_at > 0)
        source_put_who(json, "approver", c->approver, masked);
    put_figures(json, store, arena, c->id);
    put_time(json, "created_at", c->created_at);
    put_time(json, "approved_at", c->fixed_at);
    put_time(json, "ended_at", c->ended_at);
    return json;
}
