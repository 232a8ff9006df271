/* See the header. */
#include "gateway/admin_office.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "handlers/office_staff.h"

enum { LISTED_MOST = 500 };

struct office admin_office(const struct admin_call *c)
{
    return (struct office){.store = c->store,
                           .config = c->config,
                           .arena = c->arena,
                           .zone = c->zone,
                           .now_ms = c->now_ms,
                           .actor = c->actor};
}

int admin_status(const struct office_said *said)
{
    static const int statuses[] = {[OFFICE_DONE] = 200,
                                   [OFFICE_BAD] = 422,
                                   [OFFICE_FORBIDDEN] = 403,
                                   [OFFICE_ABSENT] = 404,
                                   [OFFICE_CONFLICT] = 409};
    return statuses[said->status];
}

struct http_response admin_refused(const struct admin_call *c, const struct office_said *said)
{
    struct office o = admin_office(c);
    if (said->key == NULL) /* the store's failure; mended by who runs this */
        return admin_fault(c, 409, "this could not be kept");
    return admin_fault(c, admin_status(said), str_cstr(c->arena, office_text(&o, said, LANGUAGE_EN)));
}

void admin_audit(const struct admin_call *c, const char *action, struct str subject, struct str detail)
{
    audit_add(c->store, &c->actor, action, subject, detail, c->now_ms / 1000);
}

static struct http_response done(const struct admin_call *c, const struct office_said *said, struct str id)
{
    if (said->status != OFFICE_DONE)
        return admin_refused(c, said);
    struct json *json = json_object_new();
    json_put_str(json, "id", id);
    return admin_respond(c, 201, json);
}

/* "+98912…" as the path has it. */
static struct str phone_of(const struct admin_call *c, struct str id)
{
    return http_percent_decode(c->arena, id, false, NULL);
}

static struct str digits_of(const struct admin_call *c, struct str text)
{
    struct phone phone = phone_parse(text, c->config->service.country.p);
    return str_dup(c->arena, str_of(phone.digits));
}

/* ---- staff ---- */

struct http_response post_staff(const struct admin_call *c, struct str id, const struct json *body)
{
    struct error e;
    struct office o = admin_office(c);
    struct str phone = json_str(body, "phone"), deputy_of = str_trim(json_str(body, "deputy_of"));
    struct staff s = {.name = str_trim(json_str(body, "name")),
                      .role = json_str(body, "role"),
                      .provinces = str_trim(json_str(body, "provinces")),
                      .organisation = json_str(body, "organisation"),
                      .centre = str_trim(json_str(body, "centre"))};
    (void)id; /* the phone is its name */
    if (!staff_check(c->config, &s, deputy_of.n > 0, &e))
        return admin_fault(c, 422, e.text);
    struct office_said said = staff_add(&o, &s, phone, deputy_of);
    return done(c, &said, digits_of(c, phone));
}

struct http_response post_staff_remove(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    struct office o = admin_office(c);
    struct office_said said = staff_take_away(&o, phone_of(c, id));
    return done(c, &said, digits_of(c, phone_of(c, id)));
}

struct http_response post_staff_unlock(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    struct office o = admin_office(c);
    struct office_said said = staff_unlock(&o, phone_of(c, id));
    return done(c, &said, digits_of(c, phone_of(c, id)));
}

struct http_response post_staff_token(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    struct str token;
    struct office o = admin_office(c);
    struct office_said said = staff_token(&o, phone_of(c, id), &token);
    if (said.status != OFFICE_DONE)
        return admin_refused(c, &said);
    struct json *json = json_object_new();
    json_put_str(json, "id", digits_of(c, phone_of(c, id)));
    json_put_str(json, "token", token);
    return admin_respond(c, 201, json);
}

/* ---- organisations ---- */

struct http_response post_organisations(const struct admin_call *c, struct str id, const struct json *body)
{
    struct error e;
    struct office o = admin_office(c);
    struct organisation organisation = {.slug = json_str(body, "slug"),
                                        .name_fa = str_trim(json_str(body, "name_fa")),
                                        .name_en = str_trim(json_str(body, "name_en")),
                                        .provinces = str_trim(json_str(body, "provinces")),
                                        .pay_to = str_trim(json_str(body, "pay_to"))};
    (void)id; /* the slug is its name */
    if (!organisation_check(c->config, &organisation, &e))
        return admin_fault(c, 422, e.text);
    struct office_said said = organisation_add(&o, &organisation);
    return done(c, &said, organisation.slug);
}

/* So few that they are one page. */
struct http_response get_organisations(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)id, (void)body; /* all of them */
    struct organisation *rows = arena_array(c->arena, struct organisation, LISTED_MOST);
    struct json *items = json_array_new(), *json = json_object_new();
    size_t n = organisation_page_of(c->store, c->arena, &c->actor, STR(""), rows, LISTED_MOST);
    for (size_t i = 0; i < n; i++) {
        struct json *item = json_object_new();
        json_put_str(item, "slug", rows[i].slug);
        json_put_str(item, "name_fa", rows[i].name_fa);
        json_put_str(item, "name_en", rows[i].name_en);
        json_put_str(item, "provinces", rows[i].provinces);
        json_put_str(item, "pay_to", rows[i].pay_to);
        json_push(items, item);
    }
    json_put(json, "items", items);
    json_put(json, "next", json_null_new());
    return admin_respond(c, 200, json);
}
