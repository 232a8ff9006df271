/* The admin API: one row an operation. */
#include "gateway/admin.h"

#include "gateway/admin_broadcasts.h"
#include "gateway/admin_messages.h"
#include "gateway/admin_people.h"
#include "gateway/admin_read.h"
#include "gateway/admin_calls.h"
#include "gateway/admin_campaigns.h"
#include "gateway/admin_office.h"
#include "gateway/admin_table.h"
#include "gateway/base/fold.h"
#include "gateway/base/json.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/import.h"
#include "gateway/long_work.h"

static struct http_response respond(const struct admin_call *c, int status, struct json *json)
{
    struct http_response response = {.status = status, .content_type = STR("application/json")};
    response.body = json_write(json, c->arena);
    json_free(json);
    return response;
}

static struct http_response fault(const struct admin_call *c, int status, const char *what)
{
    struct json *json = json_object_new();
    json_put_str(json, "error", str_of(what));
    return respond(c, status, json);
}

struct http_response admin_respond(const struct admin_call *c, int status, struct json *json)
{
    return respond(c, status, json);
}

struct http_response admin_fault(const struct admin_call *c, int status, const char *what)
{
    return fault(c, status, what);
}

static struct http_response created(const struct admin_call *c, struct str id)
{
    struct json *json = json_object_new();
    json_put_str(json, "id", id);
    return respond(c, 201, json);
}

struct http_response admin_created(const struct admin_call *c, struct str id)
{
    return created(c, id);
}

void admin_put_header(const struct admin_call *c, struct http_response *response, struct str name,
                      struct str value)
{
    response->headers = (struct http_pairs){arena_new_of(c->arena, struct http_pair), 1};
    response->headers.v[0] = (struct http_pair){name, value};
}

static int64_t now(const struct admin_call *c)
{
    return c->now_ms / 1000;
}

/* ---- the operations ---- */

static struct http_response post_needs(const struct admin_call *c, struct str id, const struct json *body)
{
    struct http_response answer;
    (void)id, (void)body; /* neither a name nor JSON: the body is the CSV */
    if (!admin_unconfined(c, &answer))
        return answer;
    struct http_pairs fields = http_parse_fields(c->arena, c->request->query, NULL);
    const struct http_pair *name = http_field(&fields, STR("name"));
    struct import_result r =
        import_needs(c->store, c->config, c->arena, now(c),
                     name != NULL ? str_cstr(c->arena, name->value) : "needs.csv", c->request->body);
    struct json *json = json_object_new();
    if (r.faults.count > 0) {
        json_put_str(json, "error", sbuf_str(&r.faults.text));
        return respond(c, 422, json);
    }
    json_put_int(json, "rows", (int64_t)r.rows);
    json_put_int(json, "added", (int64_t)r.added);
    json_put_int(json, "changed", (int64_t)r.changed);
    json_put_str(json, "notes", r.notes);
    return respond(c, 200, json);
}

static struct http_response post_backups(const struct admin_call *c, struct str id, const struct json *body)
{
    struct http_response answer;
    (void)id; /* there is one note */
    if (!admin_unconfined(c, &answer))
        return answer;
    struct str file = json_str(body, "file");
    if (file.n == 0)
        return fault(c, 422, "the name of the file is missing");
    store_note_put(c->store, STR("backup"),
                   str_printf(c->arena, "%lld %.*s", (long long)now(c), STR_ARG(file)));
    return created(c, file);
}

static struct http_response get_operations(const struct admin_call *c, struct str id,
                                           const struct json *body);
static const struct operation operations[] = {
    {HTTP_GET, "/api/v1", ROLE_VIEWER, get_operations, false, NULL},
    {HTTP_GET, "/api/v1/needs", ROLE_VIEWER, get_needs, false, NULL},
    {HTTP_GET, "/api/v1/needs/*", ROLE_VIEWER, get_need, false, NULL},
    {HTTP_GET, "/api/v1/campaigns", ROLE_VIEWER, get_campaigns, false, NULL},
    {HTTP_GET, "/api/v1/pledges", ROLE_VIEWER, get_pledges, false, NULL},
    {HTTP_GET, "/api/v1/volunteers", ROLE_VIEWER, get_volunteers, false, NULL},
    {HTTP_GET, "/api/v1/messages/unanswered", ROLE_COORDINATOR, get_unanswered, false, NULL},
    {HTTP_GET, "/api/v1/staff", ROLE_COORDINATOR, get_staff, false, NULL},
    {HTTP_GET, "/api/v1/audit", ROLE_AUDITOR, get_audit, false, NULL},
    {HTTP_GET, "/api/v1/stats", ROLE_VIEWER, get_stats, false, NULL},
    {HTTP_POST, "/api/v1/needs", ROLE_ADMIN, post_needs, false, NULL},
    {HTTP_POST, "/api/v1/campaigns", ROLE_COORDINATOR, post_campaigns, true, NULL},
    {HTTP_POST, "/api/v1/campaigns/*", ROLE_COORDINATOR, post_campaign, true, NULL},
    {HTTP_POST, "/api/v1/campaigns/*/allot", ROLE_COORDINATOR, post_campaign_allot, true, NULL},
    {HTTP_GET, "/api/v1/campaigns/*", ROLE_VIEWER, get_campaign, false, NULL},
    {HTTP_GET, "/api/v1/campaigns/*/sums", ROLE_VIEWER, get_campaign_sums, false, NULL},
    {HTTP_POST, "/api/v1/calls", ROLE_COORDINATOR, post_calls, true, NULL},
    {HTTP_POST, "/api/v1/calls/*/approve", ROLE_COORDINATOR, post_call_approve, false, NULL},
    {HTTP_POST, "/api/v1/calls/*/pause", ROLE_COORDINATOR, post_call_pause, false, NULL},
    {HTTP_POST, "/api/v1/calls/*/resume", ROLE_COORDINATOR, post_call_resume, false, NULL},
    {HTTP_POST, "/api/v1/calls/*/close", ROLE_COORDINATOR, post_call_close, false, NULL},
    {HTTP_POST, "/api/v1/calls/*/cancel", ROLE_COORDINATOR, post_call_cancel, false, NULL},
    {HTTP_GET, "/api/v1/calls", ROLE_VIEWER, get_calls, false, NULL},
    {HTTP_GET, "/api/v1/calls/*", ROLE_VIEWER, get_call, false, NULL},
    {HTTP_GET, "/api/v1/calls/*/roster", ROLE_COORDINATOR, get_call_roster, false, NULL},
    {HTTP_POST, "/api/v1/backups", ROLE_ADMIN, post_backups, true, NULL},
    {HTTP_POST, "/api/v1/messages", ROLE_ADMIN, post_messages, true, NULL},
    {HTTP_POST, "/api/v1/messages/*/reply", ROLE_ADMIN, post_reply, true, NULL},
    {HTTP_POST, "/api/v1/messages/*/retry", ROLE_ADMIN, post_retry, false, NULL},
    {HTTP_POST, "/api/v1/messages/*/drop", ROLE_ADMIN, post_drop, false, NULL},
    {HTTP_POST, "/api/v1/staff", ROLE_COORDINATOR, post_staff, true, NULL},
    {HTTP_POST, "/api/v1/staff/*/remove", ROLE_COORDINATOR, post_staff_remove, false, NULL},
    {HTTP_POST, "/api/v1/staff/*/unlock", ROLE_COORDINATOR, post_staff_unlock, false, NULL},
    {HTTP_POST, "/api/v1/staff/*/token", ROLE_COORDINATOR, post_staff_token, false, NULL},
    {HTTP_GET, "/api/v1/organisations", ROLE_VIEWER, get_organisations, false, NULL},
    {HTTP_POST, "/api/v1/organisations", ROLE_ADMIN, post_organisations, true, NULL},
    {HTTP_POST, "/api/v1/volunteers/*/verify", ROLE_COORDINATOR, post_verify, true, NULL},
    {HTTP_GET, "/api/v1/broadcasts", ROLE_COORDINATOR, get_broadcasts, false, NULL},
    {HTTP_GET, "/api/v1/broadcasts/*", ROLE_COORDINATOR, get_broadcast, false, NULL},
    {HTTP_POST, "/api/v1/broadcasts", ROLE_COORDINATOR, NULL, true, &broadcast_add_work},
    {HTTP_POST, "/api/v1/broadcasts/preview", ROLE_COORDINATOR, NULL, true, &broadcast_preview_work},
    {HTTP_POST, "/api/v1/broadcasts/test", ROLE_COORDINATOR, post_broadcast_test, true, NULL},
    {HTTP_POST, "/api/v1/broadcasts/*/approve", ROLE_COORDINATOR, post_broadcast_approve, false, NULL},
    {HTTP_POST, "/api/v1/broadcasts/*/pause", ROLE_COORDINATOR, post_broadcast_pause, false, NULL},
    {HTTP_POST, "/api/v1/broadcasts/*/resume", ROLE_COORDINATOR, post_broadcast_resume, false, NULL},
    {HTTP_POST, "/api/v1/broadcasts/*/cancel", ROLE_COORDINATOR, post_broadcast_cancel, false, NULL},
    {HTTP_POST, "/api/v1/people", ROLE_ADMIN, NULL, false, &import_people_work},
    {HTTP_POST, "/api/v1/people/*/forget", ROLE_ADMIN, NULL, false, &forget_work},
};

/* What a JSON body may hold: NAME:KIND, a kind as json_kind says it. */
static const struct {
    const char *path, *fields;
} bodies[] = {
    {"/api/v1/campaigns",
     "keywords:list name_fa:text name_en:text provinces:text pay_to:text goal_rial:number "
     "starts_at:number ends_at:number"},
    {"/api/v1/backups", "file:text"},
    {"/api/v1/messages", "channel:text phone:text text:text"},
    {"/api/v1/messages/*/reply", "text:text"},
    {"/api/v1/staff", "phone:text name:text role:text provinces:text organisation:text centre:text "
                      "deputy_of:text"},
    {"/api/v1/organisations", "slug:text name_fa:text name_en:text provinces:text pay_to:text"},
    {"/api/v1/broadcasts", BROADCAST_FIELDS " send:boolean"},
    {"/api/v1/broadcasts/preview", BROADCAST_FIELDS},
    {"/api/v1/broadcasts/test", "text:text channel:text phone:text"},
    {"/api/v1/volunteers/*/verify", "by:text id:number"},
};

/* NULL: nobody said. */
static const char *fields_of(const char *path)
{
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        if (strcmp(bodies[i].path, path) == 0)
            return bodies[i].fields;
    return NULL;
}

static bool fields_fit(const char *fields, const struct json *body, struct error *e)
{
    const char *key;
    if (strcmp(json_kind(body), "object") != 0)
        return error_set(e, "the body must be one JSON object");
    for (size_t i = 0; fields != NULL && (key = json_key_at(body, i)) != NULL; i++) {
        struct str rest = str_of(fields), kind, name;
        const char *given = json_kind(json_get(body, key));
        bool known = false;
        while (!known && rest.n > 0 && str_split(&rest, ' ', &kind))
            known = str_split(&kind, ':', &name) && str_is(name, key);
        if (!known)
            return error_set(e, "%.60s: there is no such field", key);
        if (!str_is(kind, given))
            return error_set(e, "%s: must be a %.*s, not a %s", key, STR_ARG(kind), given);
    }
    return true;
}

static bool path_matches(const char *pattern, struct str path, struct str *id)
{
    const char *star = strchr(pattern, '*');
    if (star == NULL)
        return str_is(path, pattern);
    struct str head = str_from(pattern, (size_t)(star - pattern)), tail = str_of(star + 1);
    if (!str_starts(path, head) || path.n <= head.n + tail.n)
        return false;
    *id = str_from(path.p + head.n, path.n - head.n - tail.n);
    return str_eq(str_after(path, path.n - tail.n), tail) && memchr(id->p, '/', id->n) == NULL;
}

struct json *admin_body(const struct admin_call *c, const char *path, struct http_response *answer)
{
    struct error e;
    struct json *body = json_read(c->request->body, &e);
    if (body != NULL && fields_fit(fields_of(path), body, &e))
        return body;
    *answer = fault(c, body == NULL ? 400 : 422, e.text);
    json_free(body);
    return NULL;
}

static struct http_response run_operation(const struct admin_call *c, const struct operation *op,
                                          struct str id)
{
    struct http_response response;
    struct json *body = NULL;
    if (op->work != NULL)
        return long_work_whole(op->work, c, id);
    if (op->json && (body = admin_body(c, op->path, &response)) == NULL)
        return response;
    response = op->run(c, id, body);
    json_free(body);
    return response;
}

const struct operation *admin_find(enum http_method method, struct str path, struct str *id, bool *path_known)
{
    *id = STR("");
    *path_known = false;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (!path_matches(operations[i].path, path, id))
            continue;
        *path_known = true;
        if (operations[i].method == method)
            return &operations[i];
    }
    return NULL;
}

static const char *const method_names[] = {"GET", "POST", "PUT", "DELETE"};

/* The table, for who writes a program against it. */
static struct http_response get_operations(const struct admin_call *c, struct str id, const struct json *body)
{
    struct json *json = json_object_new(), *list = json_array_new();
    (void)id, (void)body; /* all of them */
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        const struct operation *op = &operations[i];
        struct json *row = json_object_new();
        const char *star = strchr(op->path, '*'), *fields = op->json ? fields_of(op->path) : NULL;
        json_put_str(row, "method", str_of(method_names[op->method]));
        json_put_str(row, "path",
                     star == NULL
                         ? str_of(op->path)
                         : str_printf(c->arena, "%.*s{id}%s", (int)(star - op->path), op->path, star + 1));
        json_put_str(row, "role", str_of(role_names[op->role]));
        if (fields != NULL)
            json_put_str(row, "fields", str_of(fields));
        json_push(list, row);
    }
    json_put(json, "operations", list);
    return respond(c, 200, json);
}

/* For the Allow of a 405. */
static struct str methods_of(struct arena *arena, struct str path)
{
    struct sbuf out = sbuf_in(arena);
    struct str id;
    bool known;
    for (int m = HTTP_GET; m <= HTTP_DELETE; m++)
        if (admin_find((enum http_method)m, path, &id, &known) != NULL)
            sbuf_printf(&out, "%s%s", out.n > 0 ? ", " : "", method_names[m]);
    return sbuf_str(&out);
}

static struct http_response no_operation(const struct admin_call *c, bool path_known)
{
    struct http_response answer =
        path_known ? fault(c, 405, "not with this method") : fault(c, 404, "no such operation");
    if (path_known)
        admin_put_header(c, &answer, STR("Allow"), methods_of(c->arena, c->request->path));
    return answer;
}

struct http_response admin_run(const struct admin_call *call)
{
    struct str id;
    bool path_known, broken = false;
    struct http_response answer;
    struct admin_call c = *call;
    const struct operation *op = admin_find(c.request->method, c.request->path, &id, &path_known);
    if (!admin_authorise(&c, op != NULL ? op->role : ROLE_VIEWER, &answer))
        return answer;
    if (op == NULL)
        return no_operation(&c, path_known);
    struct str decoded = http_percent_decode(c.arena, id, false, &broken);
    if (broken || !utf8_valid(decoded) || memchr(decoded.p, 0, decoded.n) != NULL)
        return fault(&c, 400, "the id in the path: no text, or a broken escape");
    return run_operation(&c, op, op->work != NULL ? id : decoded);
}
