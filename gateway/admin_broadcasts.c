/* Broadcasts in the admin API. */
#include "gateway/admin_broadcasts.h"

#include "gateway/admin_office.h"
#include "gateway/admin_read.h"
#include "gateway/base/clock.h"
#include "gateway/base/date.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/providers/provider.h"
#include "gateway/store/store_scoped.h"

#include <stdio.h>

/* ---- what is said ---- */

/* An audience's fault points at its place, in characters. */
static struct http_response refuse_wish(const struct admin_call *c, const struct office_said *said,
                                        const struct broadcast_preview *p)
{
    if (p->fault.problem == AUDIENCE_FINE)
        return admin_refused(c, said);
    struct json *json = json_object_new();
    json_put_str(
        json, "error",
        audience_fault_text(c->config->texts->catalogue[LANGUAGE_EN], c->arena, &p->fault, LANGUAGE_EN));
    json_put_int(json, "at", p->fault.place.at);
    json_put_int(json, "length", p->fault.place.length);
    return admin_respond(c, 422, json);
}

static void put_who(struct json *json, const char *key, int64_t phone, bool masked)
{
    char digits[24], mask[32];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)phone);
    if (phone > 0 && n > 0)
        phone_mask(digits, mask);
    json_put_str(json, key,
                 phone == 0  ? STR("operator")
                 : phone < 0 ? STR("forgotten")
                             : str_of(masked ? mask : digits));
}

static void put_rows(struct json *json, const struct broadcast *b, const struct broadcast_progress *p)
{
    struct json *rows = json_object_new(), *left = json_object_new();
    for (int i = 0; i < OUTBOX_STATUSES; i++)
        json_put_int(rows, outbox_status_names[i], p->rows.by[i]);
    json_put(json, "messages", rows);
    json_put_int(left, "stopped", b->stopped);
    json_put_int(left, "stopped_later", p->rows.stopped); /* of those that failed */
    json_put_int(left, "cancelled", p->rows.cancelled);   /* likewise */
    json_put_int(left, "abroad", b->abroad);
    json_put_int(left, "blocked", b->blocked);
    json_put_int(left, "duplicate", b->duplicate);
    json_put_int(left, "late", b->late);
    int64_t unwritten = b->people - p->rows.all - b->duplicate - b->late;
    if (b->status == BROADCAST_CANCELLED) /* before it came to them; they were not counted one by one */
        json_put_int(left, "unwritten", unwritten > 0 ? unwritten : 0);
    json_put(json, "left_out", left);
    json_put_int(json, "sent", p->sent);
    json_put_int(json, "waits", p->waits);
}

static struct json *short_json(const struct broadcast *b, bool masked)
{
    struct json *json = json_object_new();
    json_put_int(json, "reference", b->reference);
    json_put_str(json, "status", str_of(broadcast_status_names[b->status]));
    json_put_str(json, "audience", b->audience);
    json_put_str(json, "text", b->body);
    json_put_str(json, "channel", b->channel);
    json_put_int(json, "segments", b->segments);
    json_put_int(json, "people", b->people);
    json_put_bool(json, "urgent", b->urgent);
    admin_put_text(json, "reason", b->reason);
    put_who(json, "author", b->author, masked);
    if (b->fixed_at > 0)
        put_who(json, "approver", b->approver, masked);
    admin_put_time(json, "created_at", b->created_at);
    admin_put_time(json, "approved_at", b->fixed_at);
    admin_put_time(json, "until", b->until_at);
    admin_put_time(json, "ended_at", b->ended_at);
    return json;
}

struct json *broadcast_to_json(const struct office *o, const struct broadcast *b, bool masked)
{
    struct broadcast_progress progress;
    struct json *json = short_json(b, masked);
    json_put_str(json, "provinces", b->confined ? reach_of(o->store, o->arena, b->id) : STR("all"));
    office_broadcast_progress(o, b, &progress);
    put_rows(json, b, &progress);
    return json;
}

static struct json *preview_json(const struct broadcast_preview *p)
{
    struct json *json = json_object_new();
    json_put_str(json, "audience", p->audience);
    json_put_str(json, "text", p->body);
    json_put_str(json, "channel", p->channel->name);
    json_put_int(json, "people", p->people);
    json_put_int(json, "stopped", p->stopped);
    json_put_int(json, "abroad", p->abroad);
    json_put_int(json, "blocked", p->blocked);
    json_put_str(json, "encoding", str_of(sms_encoding_name(p->size.encoding)));
    json_put_int(json, "units", p->size.units);
    json_put_int(json, "segments", p->size.segments);
    if (p->forced) {
        json_put_str(json, "forced_by", p->character);
        json_put_int(json, "forced_at", (int64_t)p->place);
    }
    json_put_int(json, "cost_rial", p->cost_rial);
    admin_put_time(json, "finish", p->finish_ms / 1000);
    json_put_bool(json, "second_yes", p->second);
    return json;
}

/* ---- what is wished ---- */

/* The first that can send an SMS at all, where none is named. */
static struct str line_or_first(const struct admin_call *c, struct str name)
{
    for (size_t i = 0; name.n == 0 && i < c->config->channel_count; i++) {
        const struct provider *provider = provider_find(c->config->channels[i].provider);
        if (provider != NULL && provider->build != NULL)
            return c->config->channels[i].name;
    }
    const struct channel *channel = config_channel(c->config, name);
    const struct provider *provider = channel != NULL ? provider_find(channel->provider) : NULL;
    return provider != NULL && provider->build == NULL ? STR("") : name; /* "": a USSD line is none */
}

static bool read_until(const struct admin_call *c, struct str text, int64_t *until,
                       struct http_response *answer)
{
    struct date date;
    struct date_fault fault;
    int64_t today = zone_day_number(c->zone, c->now_ms / 1000);
    *until = 0;
    if (text.n == 0)
        return true;
    if (!date_read(c->arena, text, today, &date, &fault)) {
        *answer = admin_fault(c, 422, str_cstr(c->arena, str_printf(c->arena, "until: %s", fault.said)));
        return false;
    }
    if (date_moment(c->zone, &date, true, until))
        return true;
    *answer = admin_fault(c, 422, "until: that moment does not exist here");
    return false;
}

static bool is_true(const struct admin_call *c, const struct json *body, const char *key)
{
    struct str text;
    const struct json *value = json_get(body, key);
    return value != NULL && json_scalar(value, c->arena, &text) && str_is(text, "true");
}

/* A wish with its preview; WISH's texts live in the call's arena. */
struct wished {
    struct broadcast_wish wish;
    struct broadcast_preview preview;
    bool send;
    struct broadcast made;
};

static bool read_wish(const struct admin_call *c, const struct json *body, struct wished *w,
                      struct http_response *answer)
{
    w->wish = (struct broadcast_wish){.audience = str_dup(c->arena, json_str(body, "audience")),
                                      .text = str_dup(c->arena, json_str(body, "text")),
                                      .channel = str_dup(c->arena, json_str(body, "channel")),
                                      .reason = str_dup(c->arena, json_str(body, "reason")),
                                      .urgent = is_true(c, body, "urgent")};
    w->wish.channel = line_or_first(c, w->wish.channel);
    w->send = is_true(c, body, "send");
    return read_until(c, json_str(body, "until"), &w->wish.until, answer);
}

static void *prepare(const struct admin_call *c, const char *path, struct http_response *answer)
{
    struct office o = admin_office(c);
    struct wished *w = arena_new_of(c->arena, struct wished);
    struct json *body = admin_body(c, path, answer);
    if (body == NULL)
        return NULL;
    bool read = read_wish(c, body, w, answer);
    json_free(body);
    if (!read)
        return NULL;
    struct office_said said = office_broadcast_preview(&o, &w->wish, &w->preview);
    if (said.key == NULL)
        return w;
    *answer = refuse_wish(c, &said, &w->preview);
    return NULL;
}

/* ---- the operations ---- */

static void *prepare_preview(const struct admin_call *c, struct str id, struct http_response *answer)
{
    (void)id; /* it has none yet */
    const struct wished *w = prepare(c, "/api/v1/broadcasts/preview", answer);
    if (w != NULL)
        *answer = admin_respond(c, 200, preview_json(&w->preview));
    return NULL; /* that is all */
}

static void *prepare_add(const struct admin_call *c, struct str id, struct http_response *answer)
{
    (void)id; /* it has none yet */
    return prepare(c, "/api/v1/broadcasts", answer);
}

static struct http_response added(const struct admin_call *c, const struct wished *w,
                                  const struct broadcast *made, const struct office_said *said)
{
    struct office o = admin_office(c);
    struct json *json = preview_json(&w->preview);
    json_put_int(json, "reference", made->reference);
    json_put_str(json, "status", str_of(broadcast_status_names[made->status]));
    json_put_str(json, "note", office_text(&o, said, LANGUAGE_EN));
    return admin_respond(c, made->status == BROADCAST_DRAFT && w->send ? 202 : 201, json);
}

static bool add(const struct admin_call *c, const void *state, struct long_progress *progress,
                struct http_response *answer)
{
    const struct wished *w = state;
    struct office o = admin_office(c);
    struct broadcast made;
    (void)progress; /* it is one piece */
    struct office_said said = office_broadcast_keep(&o, &w->wish, &w->preview, &made);
    if (said.status == OFFICE_DONE && w->send)
        said = office_broadcast_approve(&o, made.reference, &made);
    *answer = said.status == OFFICE_DONE ? added(c, w, &made, &said) : admin_refused(c, &said);
    return false;
}

static struct http_response end(const struct admin_call *c, const void *state,
                                const struct long_progress *progress)
{
    (void)state, (void)progress; /* unreachable: its one piece has answered */
    return admin_fault(c, 500, "nothing was kept");
}

static const char *cut(struct arena *arena, const void *state, const struct long_progress *progress)
{
    (void)arena, (void)state, (void)progress; /* it is one piece */
    return "the store failed before anything was kept: try again";
}

const struct long_work broadcast_preview_work = {prepare_preview, add, end, cut};
const struct long_work broadcast_add_work = {prepare_add, add, end, cut};

struct http_response post_broadcast_test(const struct admin_call *c, struct str id, const struct json *body)
{
    struct office o = admin_office(c);
    struct phone phone = phone_parse(json_str(body, "phone"), c->config->service.country.p);
    struct broadcast_wish wish = {.text = json_str(body, "text"),
                                  .channel = line_or_first(c, json_str(body, "channel"))};
    int64_t number = c->actor.phone;
    (void)id; /* it has none */
    if ((json_has(body, "phone") || number == 0) &&
        (!phone_reachable(&phone) || !str_to_i64(str_of(phone.digits), &number)))
        return admin_fault(c, 422, "this is no phone number that an SMS can reach");
    struct office_said said = office_broadcast_test(&o, &wish, number);
    if (said.status != OFFICE_DONE)
        return admin_refused(c, &said);
    struct json *json = json_object_new();
    json_put_str(json, "note", office_text(&o, &said, LANGUAGE_EN));
    return admin_respond(c, 200, json);
}

static bool read_reference(const struct admin_call *c, struct str id, uint32_t *reference,
                           struct http_response *answer)
{
    uint64_t number;
    bool good = str_to_u64(id, &number) && number > 0 && number <= UINT32_MAX;
    *reference = good ? (uint32_t)number : 0;
    if (!good)
        *answer = admin_fault(c, 404, "a broadcast is named by its reference");
    return good;
}

static struct http_response steered(const struct admin_call *c, struct str id, enum steer steer)
{
    struct office o = admin_office(c);
    struct http_response answer;
    struct broadcast b;
    uint32_t reference;
    if (!read_reference(c, id, &reference, &answer))
        return answer;
    struct office_said said = steer == STEER_APPROVE ? office_broadcast_approve(&o, reference, &b)
                                                     : office_broadcast_steer(&o, reference, steer, &b);
    if (said.status != OFFICE_DONE)
        return admin_refused(c, &said);
    struct json *json = json_object_new();
    json_put_int(json, "reference", b.reference);
    json_put_str(json, "status", str_of(broadcast_status_names[b.status]));
    json_put_str(json, "note", office_text(&o, &said, LANGUAGE_EN));
    return admin_respond(c, b.status == BROADCAST_DRAFT ? 202 : 200, json);
}

struct http_response post_broadcast_approve(const struct admin_call *c, struct str id,
                                            const struct json *body)
{
    (void)body; /* nothing more to say */
    return steered(c, id, STEER_APPROVE);
}

struct http_response post_broadcast_pause(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    return steered(c, id, STEER_PAUSE);
}

struct http_response post_broadcast_resume(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    return steered(c, id, STEER_RESUME);
}

struct http_response post_broadcast_cancel(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    return steered(c, id, STEER_CANCEL);
}

struct http_response get_broadcasts(const struct admin_call *c, struct str id, const struct json *body)
{
    struct scoped_page page;
    struct http_response answer;
    (void)id, (void)body; /* a list has neither */
    if (!admin_page_read(c, &page, &answer))
        return answer;
    struct json *items = json_array_new();
    struct broadcast *rows = arena_array(c->arena, struct broadcast, page.most + 1);
    size_t n = broadcast_page(c->store, c->arena, actor_named_places(&c->actor).scope, page.after, rows,
                              page.most + 1);
    page.more = n > page.most;
    n = page.more ? page.most : n;
    for (size_t i = 0; i < n; i++)
        json_push(items, short_json(&rows[i], !admin_sees_phones(c)));
    return admin_page(c, &page, items, n > 0 ? rows[n - 1].id : 0);
}

struct http_response get_broadcast(const struct admin_call *c, struct str id, const struct json *body)
{
    struct office o = admin_office(c);
    struct http_response answer;
    struct broadcast b;
    uint32_t reference;
    (void)body; /* it has none */
    if (!read_reference(c, id, &reference, &answer))
        return answer;
    struct office_said said = office_broadcast_get(&o, reference, &b);
    if (said.key != NULL)
        return admin_refused(c, &said);
    return admin_respond(c, 200, broadcast_to_json(&o, &b, !admin_sees_phones(c)));
}
