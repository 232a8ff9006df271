/* See the header. */
#include "gateway/admin_calls.h"

#include "gateway/admin_office.h"
#include "gateway/base/date.h"
#include "gateway/base/json.h"
#include "gateway/calls_out.h"
#include "gateway/inbound.h"
#include "handlers/office_call.h"

enum { PAGE = 100 };

static uint32_t reference_of(struct str id)
{
    uint64_t number = 0;
    return str_to_u64(id, &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* As handlers/office_call.c has it. */
static struct str scope_of(const struct admin_call *c)
{
    return actor_named_places(&c->actor).scope;
}

/* The call as it stands now. */
static struct http_response shown(const struct admin_call *c, int status, uint32_t reference, int64_t people)
{
    struct json *json = call_json(c->store, c->arena, scope_of(c), reference);
    if (json == NULL) {
        const struct office_said said = office_say(OFFICE_ABSENT, "call.act.absent", NULL, 0);
        return admin_refused(c, &said);
    }
    if (people >= 0)
        json_put_int(json, "people", people);
    return admin_respond(c, status, json);
}

/* ---- what is asked for ---- */

/* A day and an hour, as people write them; false with what is wrong. */
static bool read_when(const struct admin_call *c, const char *what, struct str text, int64_t *at,
                      struct error *e)
{
    struct date date;
    struct date_fault fault;
    if (!date_read(c->arena, text, zone_day_number(c->zone, c->now_ms / 1000), &date, &fault))
        return error_set(e, "%s: %s", what, fault.said);
    if (date.minutes < 0)
        return error_set(e, "%s: the hour is missing, as in \"1405/09/15 08:00\"", what);
    return date_moment(c->zone, &date, false, at) || error_set(e, "%s: there is no such hour", what);
}

/* The first that can send SMS, one of class service before others. */
static struct str usual_line(const struct config *config)
{
    struct str found = STR("");
    for (size_t i = 0; i < config->channel_count; i++) {
        const struct channel *line = &config->channels[i];
        if (!str_eq(inbound_sms_line(config, line->name), line->name))
            continue;
        if (str_is(line->line, "service"))
            return line->name;
        found = found.n > 0 ? found : line->name;
    }
    return found;
}

static bool read_needs(const struct json *needs, struct call_plan *plan, struct error *e)
{
    if (json_count(needs) > CALL_QUOTAS)
        return error_set(e, "a call has at most %d specialties", CALL_QUOTAS);
    for (size_t i = 0; i < json_count(needs); i++)
        plan->quotas[plan->n++] = (struct call_quota){.specialty = json_str(json_at(needs, i), "specialty"),
                                                      .quota = json_int(json_at(needs, i), "places", 0)};
    return true;
}

static bool read_plan(const struct admin_call *c, const struct json *body, struct call_plan *plan,
                      struct error *e)
{
    struct call *call = &plan->call;
    *plan = (struct call_plan){.provinces = str_trim(json_str(body, "provinces"))};
    *call = (struct call){.kind = json_str(body, "kind"),
                          .title = str_trim(json_str(body, "title")),
                          .place = str_trim(json_str(body, "place")),
                          .place_en = str_trim(json_str(body, "place_en")),
                          .channel = json_str(body, "channel"),
                          .urgent = json_flag(body, "urgent"),
                          .reason = str_trim(json_str(body, "reason"))};
    if (call->channel.n == 0)
        call->channel = usual_line(c->config);
    if (!str_eq(inbound_sms_line(c->config, call->channel), call->channel))
        return error_set(e, "%.*s cannot send SMS", STR_ARG(call->channel));
    if (!read_when(c, "from", json_str(body, "from"), &call->starts_at, e) ||
        !read_when(c, "to", json_str(body, "to"), &call->ends_at, e))
        return false;
    return read_needs(json_get(body, "needs"), plan, e);
}

/* ---- the operations ---- */

struct http_response post_calls(const struct admin_call *c, struct str id, const struct json *body)
{
    struct call_plan plan;
    struct error e;
    const struct office o = admin_office(c);
    (void)id; /* the store gives it */
    if (!read_plan(c, body, &plan, &e) || !office_call_plan(&o, &plan, &e))
        return admin_fault(c, 422, str_cstr(c->arena, str_of(e.text)));
    const struct office_said said = office_call_add(&o, &plan);
    if (said.status != OFFICE_DONE)
        return admin_refused(c, &said);
    return shown(c, 201, plan.call.reference, plan.people);
}

static struct http_response answered(const struct admin_call *c, struct str id,
                                     const struct office_said *said)
{
    return said->status == OFFICE_DONE ? shown(c, 200, reference_of(id), -1) : admin_refused(c, said);
}

struct http_response post_call_approve(const struct admin_call *c, struct str id, const struct json *body)
{
    const struct office o = admin_office(c);
    const struct office_said said = office_call_approve(&o, reference_of(id));
    (void)body; /* nothing more to say */
    return answered(c, id, &said);
}

static struct http_response act(const struct admin_call *c, struct str id, enum call_act what)
{
    const struct office o = admin_office(c);
    const struct office_said said = office_call_act(&o, reference_of(id), what);
    return answered(c, id, &said);
}

struct http_response post_call_pause(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say; so below */
    return act(c, id, CALL_PAUSE);
}

struct http_response post_call_resume(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body;
    return act(c, id, CALL_RESUME);
}

struct http_response post_call_close(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body;
    return act(c, id, CALL_CLOSE);
}

struct http_response post_call_cancel(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body;
    return act(c, id, CALL_CANCEL);
}

/* ---- reading ---- */

static void gather(void *ctx, struct str text)
{
    sbuf_add(ctx, text);
}

/* ?after=REF: those behind it; "next" tells where to go on. */
struct http_response get_calls(const struct admin_call *c, struct str id, const struct json *body)
{
    struct http_pairs fields = http_parse_fields(c->arena, c->request->query, NULL);
    const struct http_pair *behind = http_field(&fields, STR("after"));
    struct call *rows = arena_array(c->arena, struct call, PAGE);
    struct json *json = json_object_new(), *list = json_array_new();
    int64_t after = 0;
    (void)id, (void)body; /* all of them */
    if (behind != NULL && !store_sequence(c->store, reference_of(behind->value), &after))
        after = INT64_MAX;
    size_t n = call_page(c->store, c->arena, scope_of(c), after, rows, PAGE);
    for (size_t i = 0; i < n; i++)
        json_push(list, call_json(c->store, c->arena, scope_of(c), rows[i].reference));
    json_put(json, "calls", list);
    if (n == PAGE)
        json_put_str(json, "next", str_printf(c->arena, "%u", rows[n - 1].reference));
    return admin_respond(c, 200, json);
}

struct http_response get_call(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* there is none */
    return shown(c, 200, reference_of(id), -1);
}

struct http_response get_call_roster(const struct admin_call *c, struct str id, const struct json *body)
{
    struct sbuf out = sbuf_in(c->arena);
    struct call call;
    (void)body; /* there is none */
    if (!call_get(c->store, c->arena, scope_of(c), reference_of(id), &call))
        return shown(c, 404, reference_of(id), -1);
    csv_roster(c->store, scope_of(c), call.id, c->actor.role == ROLE_AUDITOR, gather, &out);
    return (struct http_response){
        .status = 200, .content_type = STR("text/csv; charset=UTF-8"), .body = sbuf_str(&out)};
}
