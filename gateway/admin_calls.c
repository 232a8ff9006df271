/* See the header. */
#include "gateway/admin_calls.h"

#include "gateway/admin_office.h"
#include "gateway/admin_read.h"
#include "gateway/base/date.h"
#include "gateway/base/json.h"
#include "gateway/calls_out.h"
#include "gateway/inbound.h"
#include "gateway/sources_out.h"
#include "gateway/store/store_scoped.h"
#include "handlers/office_call.h"

static struct http_response absent(const struct admin_call *c)
{
    const struct office_said said = office_say(OFFICE_ABSENT, "call.act.absent", NULL, 0);
    return admin_refused(c, &said);
}

static bool find(const struct admin_call *c, struct str id, struct call *call)
{
    const struct office o = admin_office(c);
    return call_get(c->store, c->arena, office_scope(&o), source_reference(id), call);
}

/* The call as it stands now. */
static struct http_response shown(const struct admin_call *c, int status, struct str id, int64_t people)
{
    struct call call;
    if (!find(c, id, &call))
        return absent(c);
    struct json *json = call_json(c->store, c->arena, &call, !admin_sees_phones(c));
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
    return shown(c, 201, str_printf(c->arena, "%u", plan.call.reference), plan.people);
}

static struct http_response answered(const struct admin_call *c, struct str id,
                                     const struct office_said *said)
{
    return said->status == OFFICE_DONE ? shown(c, 200, id, -1) : admin_refused(c, said);
}

struct http_response post_call_approve(const struct admin_call *c, struct str id, const struct json *body)
{
    const struct office o = admin_office(c);
    const struct office_said said = office_call_approve(&o, source_reference(id));
    (void)body; /* nothing more to say */
    return answered(c, id, &said);
}

static struct http_response act(const struct admin_call *c, struct str id, enum call_act what)
{
    const struct office o = admin_office(c);
    const struct office_said said = office_call_act(&o, source_reference(id), what);
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

struct http_response get_calls(const struct admin_call *c, struct str id, const struct json *body)
{
    const struct office o = admin_office(c);
    struct scoped_page page;
    struct http_response answer;
    (void)id, (void)body; /* a list has neither */
    if (!admin_page_read_reference(c, &page, &answer))
        return answer;
    struct json *items = json_array_new();
    struct call *rows = arena_array(c->arena, struct call, page.most + 1);
    size_t n = call_page(c->store, c->arena, office_scope(&o), page.after, rows, page.most + 1);
    n = admin_page_cut(&page, n);
    for (size_t i = 0; i < n; i++)
        json_push(items, call_json(c->store, c->arena, &rows[i], !admin_sees_phones(c)));
    return admin_page(c, &page, items, n > 0 ? rows[n - 1].reference : 0);
}

struct http_response get_call(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* there is none */
    return shown(c, 200, id, -1);
}

static struct json *answer_json(const struct admin_call *c, const struct call_answer *a)
{
    struct json *json = json_object_new();
    admin_put_phone(c, json, "phone", a->phone);
    admin_put_text(json, "name", a->name);
    json_put_str(json, "specialty", a->specialty);
    json_put_int(json, "heads", a->heads);
    json_put_str(json, "state", str_of(called_names[a->state]));
    admin_put_time(json, "answered_at", a->answered_at);
    admin_put_time(json, "arrived_at", a->arrived_at);
    json_put_str(json, "hours", call_hours(c->arena, a->minutes));
    return json;
}

/* Who was forgotten is a number below 0: keys outside are above 0, and small
 * enough for any reader of JSON. */
struct http_response get_call_roster(const struct admin_call *c, struct str id, const struct json *body)
{
    static const int64_t shift = INT64_C(1) << 52;
    const struct office o = admin_office(c);
    struct scoped_page page;
    struct http_response answer;
    struct call call;
    (void)body; /* there is none */
    if (!admin_page_read(c, &page, &answer))
        return answer;
    if (!find(c, id, &call))
        return absent(c);
    struct json *items = json_array_new();
    struct call_answer *rows = arena_array(c->arena, struct call_answer, page.most + 1);
    size_t n =
        answer_page(c->store, c->arena, office_scope(&o), call.id, page.after - shift, rows, page.most + 1);
    n = admin_page_cut(&page, n);
    for (size_t i = 0; i < n; i++)
        json_push(items, answer_json(c, &rows[i]));
    return admin_page(c, &page, items, n > 0 ? rows[n - 1].phone + shift : 0);
}
