/* What the admin API shows. */
#include "gateway/admin_read.h"

#include "gateway/base/clock.h"
#include "gateway/base/date.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "gateway/store/store_scoped.h"

/* ---- pages ---- */

#define NOT_NEXT "after: must be the key that the page before gave as next"

static bool read_number(struct str text, int64_t least, int64_t most, int64_t *out)
{
    uint64_t number;
    if (!str_to_u64(text, &number) || number < (uint64_t)least || number > (uint64_t)most)
        return false;
    *out = (int64_t)number;
    return true;
}

static const char *read_field(const struct http_pair *field, struct scoped_page *page, struct str *key)
{
    int64_t number;
    if (str_is(field->name, "after") && key != NULL) {
        *key = field->value;
        return utf8_valid(*key) ? NULL : "after: this is no text";
    }
    if (str_is(field->name, "after"))
        return read_number(field->value, 0, INT64_MAX, &page->after) ? NULL : NOT_NEXT;
    if (!str_is(field->name, "limit"))
        return "only after and limit can be asked for";
    if (!read_number(field->value, 1, PAGE_MOST, &number))
        return "limit: must be a number from 1 to 500";
    page->most = (size_t)number;
    return NULL;
}

static bool read_page(const struct admin_call *c, struct scoped_page *page, struct str *key,
                      struct http_response *answer)
{
    bool broken = false;
    struct http_pairs fields = http_parse_fields(c->arena, c->request->query, &broken);
    const char *why = broken ? "the query has a broken escape" : NULL;
    *page = (struct scoped_page){.most = PAGE_USUAL};
    for (size_t i = 0; i < fields.n && why == NULL; i++)
        why = read_field(&fields.v[i], page, key);
    if (why != NULL)
        *answer = admin_fault(c, broken ? 400 : 422, why);
    return why == NULL;
}

bool admin_page_read(const struct admin_call *c, struct scoped_page *page, struct http_response *answer)
{
    return read_page(c, page, NULL, answer);
}

bool admin_page_read_reference(const struct admin_call *c, struct scoped_page *page,
                               struct http_response *answer)
{
    if (!read_page(c, page, NULL, answer))
        return false;
    int64_t after = page->after;
    if (after == 0 || (after <= UINT32_MAX && store_sequence(c->store, (uint32_t)after, &page->after)))
        return true;
    *answer = admin_fault(c, 422, NOT_NEXT);
    return false;
}

bool admin_page_read_key(const struct admin_call *c, struct str *after, size_t *most,
                         struct http_response *answer)
{
    struct scoped_page page;
    *after = STR("");
    bool good = read_page(c, &page, after, answer);
    *most = page.most;
    return good;
}

struct http_response admin_page_to(const struct admin_call *c, struct json *items, struct json *next)
{
    struct json *json = json_object_new();
    json_put(json, "items", items);
    json_put(json, "next", next != NULL ? next : json_null_new());
    return admin_respond(c, 200, json);
}

struct http_response admin_page(const struct admin_call *c, const struct scoped_page *page,
                                struct json *items, int64_t next)
{
    return admin_page_to(c, items, page->more ? json_int_new(next) : NULL);
}

size_t admin_page_cut(struct scoped_page *page, size_t n)
{
    page->more = n > page->most;
    return page->more ? page->most : n;
}

bool admin_read_moment(const struct admin_call *c, const char *key, struct str text, bool end, int64_t *at,
                       struct http_response *answer)
{
    struct date date;
    struct date_fault fault;
    const char *why = "that moment does not exist here";
    if (!date_read(c->arena, text, zone_day_number(c->zone, c->now_ms / 1000), &date, &fault))
        why = fault.said;
    else if (date_moment(c->zone, &date, end, at))
        return true;
    *answer = admin_fault(c, 422, str_cstr(c->arena, str_printf(c->arena, "%s: %s", key, why)));
    return false;
}

bool admin_sees_phones(const struct admin_call *c)
{
    return role_may(c->actor.role, ROLE_COORDINATOR);
}

void admin_put_text(struct json *json, const char *key, struct str value)
{
    if (value.n > 0)
        json_put_str(json, key, value);
}

void admin_put_number(struct json *json, const char *key, int64_t value)
{
    if (value != 0)
        json_put_int(json, key, value);
}

void admin_put_time(struct json *json, const char *key, int64_t seconds)
{
    char at[24];
    clock_iso(seconds, at);
    if (seconds > 0)
        json_put_str(json, key, str_of(at));
}

static void put_digits(const struct admin_call *c, struct json *json, const char *key, struct str digits)
{
    char masked[32];
    phone_mask(str_cstr(c->arena, digits), masked);
    admin_put_text(json, key, admin_sees_phones(c) || digits.n == 0 ? digits : str_of(masked));
}

void admin_put_phone(const struct admin_call *c, struct json *json, const char *key, int64_t phone)
{
    if (phone > 0)
        put_digits(c, json, key, str_printf(c->arena, "%lld", (long long)phone));
}

/* ---- needs ---- */

struct json *need_json(const struct need *n)
{
    struct json *json = json_object_new();
    json_put_int(json, "code", n->code);
    json_put_str(json, "province", n->province);
    json_put_str(json, "centre", n->centre);
    json_put_str(json, "category", n->category);
    json_put_int(json, "priority", n->priority);
    json_put_str(json, "title_fa", n->title_fa);
    json_put_str(json, "title_en", n->title_en);
    json_put_str(json, "unit", str_of(count_unit_names[n->unit]));
    json_put_int(json, "required", n->required);
    json_put_int(json, "pledged", n->pledged);
    json_put_int(json, "received", n->received);
    json_put_str(json, "status", n->status);
    json_put_str(json, "short_fa", n->short_fa);
    json_put_str(json, "short_en", n->short_en);
    json_put_str(json, "organisation", n->organisation);
    json_put_str(json, "pay_to", n->pay_to);
    json_put_str(json, "verified_by", n->verified_by);
    admin_put_time(json, "verified_at", n->verified_at);
    json_put_str(json, "shared_with", n->shared_with);
    return json;
}

struct http_response get_needs(const struct admin_call *c, struct str id, const struct json *body)
{
    struct scoped_page page;
    struct http_response answer;
    (void)id, (void)body; /* a list has neither */
    if (!admin_page_read(c, &page, &answer))
        return answer;
    struct json *items = json_array_new();
    struct need *rows = arena_array(c->arena, struct need, page.most + 1);
    if (page.after > UINT32_MAX)
        page.after = UINT32_MAX;
    size_t n = need_page_scoped(c->store, c->arena, &c->actor, &page, rows);
    for (size_t i = 0; i < n; i++)
        json_push(items, need_json(&rows[i]));
    return admin_page(c, &page, items, page.after);
}

struct http_response get_need(const struct admin_call *c, struct str id, const struct json *body)
{
    struct need need;
    int64_t code;
    (void)body; /* there is none */
    if (!read_number(id, 1, UINT32_MAX, &code) ||
        !need_get_scoped(c->store, c->arena, &c->actor, (uint32_t)code, &need))
        return admin_fault(c, 404, "no need that you may see has this code");
    return admin_respond(c, 200, need_json(&need));
}

/* ---- campaigns and pledges ---- */

struct http_response get_campaigns(const struct admin_call *c, struct str id, const struct json *body)
{
    struct scoped_page page;
    struct http_response answer;
    (void)id, (void)body; /* a list has neither */
    if (!admin_page_read(c, &page, &answer))
        return answer;
    struct json *items = json_array_new();
    struct campaign *rows = arena_array(c->arena, struct campaign, page.most + 1);
    size_t n = campaign_page_scoped(c->store, c->arena, &c->actor, &page, rows);
    for (size_t i = 0; i < n; i++) {
        struct json *json = json_object_new();
        json_put_int(json, "id", rows[i].id);
        json_put_str(json, "keyword", rows[i].word);
        json_put_str(json, "name_fa", rows[i].name_fa);
        json_put_str(json, "name_en", rows[i].name_en);
        admin_put_number(json, "goal_rial", rows[i].goal_rial);
        json_put_int(json, "pledged_rial", rows[i].pledged_rial);
        admin_put_time(json, "from", rows[i].starts_at);
        admin_put_time(json, "to", rows[i].ends_at);
        admin_put_text(json, "provinces", rows[i].provinces);
        admin_put_text(json, "pay_to", rows[i].pay_to);
        json_push(items, json);
    }
    return admin_page(c, &page, items, page.after);
}

static struct json *pledge_json(const struct admin_call *c, const struct pledge *p)
{
    struct json *json = json_object_new();
    json_put_int(json, "reference", p->reference);
    admin_put_number(json, "need", p->need);
    admin_put_text(json, "campaign", p->title_fa);
    admin_put_phone(c, json, "phone", p->phone);
    admin_put_number(json, "amount_rial", p->amount_rial);
    admin_put_number(json, "quantity", p->quantity);
    json_put_str(json, "recurrence", p->monthly ? STR("monthly") : STR("once"));
    json_put_str(json, "status", p->status);
    json_put_str(json, "channel", p->channel);
    admin_put_time(json, "created_at", p->created_at);
    return json;
}

struct http_response get_pledges(const struct admin_call *c, struct str id, const struct json *body)
{
    struct scoped_page page;
    struct http_response answer;
    (void)id, (void)body; /* a list has neither */
    if (!admin_page_read_reference(c, &page, &answer))
        return answer;
    struct json *items = json_array_new();
    struct pledge *rows = arena_array(c->arena, struct pledge, page.most + 1);
    size_t n = pledge_page_scoped(c->store, c->arena, &c->actor, &page, rows);
    for (size_t i = 0; i < n; i++)
        json_push(items, pledge_json(c, &rows[i]));
    return admin_page(c, &page, items, store_reference(c->store, page.after));
}

/* ---- people ---- */

struct http_response get_volunteers(const struct admin_call *c, struct str id, const struct json *body)
{
    struct scoped_page page;
    struct http_response answer;
    (void)id, (void)body; /* a list has neither */
    if (!admin_page_read(c, &page, &answer))
        return answer;
    struct json *items = json_array_new();
    struct volunteer *rows = arena_array(c->arena, struct volunteer, page.most + 1);
    size_t n = volunteer_page_scoped(c->store, c->arena, &c->actor, &page, rows);
    for (size_t i = 0; i < n; i++) {
        struct json *json = json_object_new();
        json_put_int(json, "id", rows[i].id);
        admin_put_phone(c, json, "phone", rows[i].phone);
        admin_put_text(json, "name", rows[i].name);
        admin_put_text(json, "province", rows[i].province);
        admin_put_text(json, "specialty", rows[i].specialty);
        admin_put_text(json, "availability", rows[i].availability);
        admin_put_text(json, "verified_by", rows[i].verified_by);
        admin_put_text(json, "consent_version", rows[i].consent_version);
        admin_put_text(json, "consent_channel", rows[i].consent_channel);
        admin_put_time(json, "consent_at", rows[i].consent_at);
        admin_put_phone(c, json, "recruiter", rows[i].recruiter);
        json_put_str(json, "status", rows[i].status);
        admin_put_time(json, "created_at", rows[i].created_at);
        json_push(items, json);
    }
    return admin_page(c, &page, items, page.after);
}

/* ---- messages and figures ---- */

struct http_response get_unanswered(const struct admin_call *c, struct str id, const struct json *body)
{
    struct scoped_page page;
    struct http_response answer;
    (void)id, (void)body; /* a list has neither */
    if (!admin_page_read(c, &page, &answer))
        return answer;
    struct json *items = json_array_new();
    struct inbox_row *rows = arena_array(c->arena, struct inbox_row, page.most + 1);
    size_t n = unanswered_page_scoped(c->store, c->arena, &c->actor, &page, rows);
    for (size_t i = 0; i < n; i++) {
        struct json *json = json_object_new();
        json_put_str(json, "id", str_printf(c->arena, "in%lld", (long long)rows[i].id));
        json_put_str(json, "channel", rows[i].channel);
        put_digits(c, json, "phone", rows[i].sender);
        json_put_str(json, "text", rows[i].text);
        json_put_str(json, "command", rows[i].command);
        json_put_str(json, "status", rows[i].status);
        admin_put_text(json, "reason", rows[i].reason);
        admin_put_time(json, "created_at", rows[i].created_at);
        json_push(items, json);
    }
    return admin_page(c, &page, items, page.after);
}

void figures_named(const struct store_figures *f, struct figure out[FIGURES])
{
    const struct figure figures[FIGURES] = {
        {"pledges", "pledges", f->pledges, false},
        {"pledged_rial", "pledged, in rial", f->pledged_rial, false},
        {"needs_open", "open needs", f->needs_open, false},
        {"volunteers", "volunteers", f->volunteers, false},
        {"messages_in", "messages in", f->messages_in, true},
        {"messages_out", "messages out", f->messages_out, true},
        {"queued", "waiting to be sent", f->by_status[OUTBOX_QUEUED] + f->by_status[OUTBOX_SENDING], true},
        {"held", "held for a person", f->by_status[OUTBOX_HELD], true},
        {"unanswered", "unanswered messages", f->unanswered, true},
    };
    memcpy(out, figures, sizeof figures);
}

struct http_response get_stats(const struct admin_call *c, struct str id, const struct json *body)
{
    struct store_figures f;
    struct figure figures[FIGURES];
    struct json *json = json_object_new();
    (void)id, (void)body; /* there is one answer */
    figures_scoped(c->store, c->arena, &c->actor, &f);
    figures_named(&f, figures);
    for (size_t i = 0; i < FIGURES; i++)
        if (!figures[i].messages || actor_unconfined(&c->actor))
            json_put_int(json, figures[i].key, figures[i].value);
    return admin_respond(c, 200, json);
}
