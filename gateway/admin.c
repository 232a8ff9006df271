/* The admin API: one row an operation. */
#include "gateway/admin.h"

#include "gateway/admin_office.h"
#include "gateway/base/clock.h"
#include "gateway/base/fold.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/admin_people.h"
#include "gateway/import.h"
#include "gateway/long_work.h"
#include "gateway/outbound.h"
#include "gateway/store/store_office.h"

enum { REPLY_SEGMENTS_MOST = 6, WORDS_MOST = 8 };

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

static int64_t now(const struct admin_call *c)
{
    return c->now_ms / 1000;
}

bool message_id_read(struct str name, bool *incoming, int64_t *id)
{
    *incoming = str_starts(name, STR("in"));
    return (*incoming && str_to_i64(str_after(name, 2), id)) ||
           (str_starts(name, STR("out")) && str_to_i64(str_after(name, 3), id));
}

/* ---- the operations ---- */

static struct http_response post_needs(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)id, (void)body; /* neither a name nor JSON: the body is the CSV */
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
    admin_audit(c, "need.import", STR("needs"),
                str_printf(c->arena, "rows %zu, added %zu, changed %zu", r.rows, r.added, r.changed));
    json_put_int(json, "rows", (int64_t)r.rows);
    json_put_int(json, "added", (int64_t)r.added);
    json_put_int(json, "changed", (int64_t)r.changed);
    json_put_str(json, "notes", r.notes);
    return respond(c, 200, json);
}

static bool add_words(const struct admin_call *c, int64_t campaign, const struct json *words)
{
    for (size_t i = 0; i < json_count(words); i++) {
        struct str word = json_text(json_at(words, i)), folded = fold_glued(c->arena, fold(c->arena, word));
        if (folded.n == 0 || folded.n != fold(c->arena, word).n ||
            !campaign_word_add(c->store, campaign, (int64_t)i, folded, word))
            return false;
    }
    return true;
}

static struct http_response post_campaigns(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)id; /* the store gives it */
    const struct json *words = json_get(body, "keywords");
    struct campaign campaign = {.name_fa = json_str(body, "name_fa"),
                                .name_en = json_str(body, "name_en"),
                                .provinces = json_str(body, "provinces"),
                                .pay_to = json_str(body, "pay_to"),
                                .goal_rial = json_int(body, "goal_rial", 0),
                                .starts_at = json_int(body, "starts_at", 0),
                                .ends_at = json_int(body, "ends_at", 0)};
    if (json_count(words) == 0 || json_count(words) > WORDS_MOST || json_text(json_at(words, 0)).n == 0)
        return fault(c, 422, "a campaign needs one to eight keywords");
    if (campaign.name_fa.n == 0)
        campaign.name_fa = json_text(json_at(words, 0));
    for (size_t i = 0; i < json_count(words) && campaign.name_en.n == 0; i++)
        if (sms_measure(json_text(json_at(words, i))).encoding == SMS_GSM7)
            campaign.name_en = json_text(json_at(words, i));
    if (campaign.name_en.n == 0)
        campaign.name_en = STR("our campaign");
    if (sms_measure(campaign.name_en).encoding != SMS_GSM7 || !pay_to_fits(campaign.pay_to))
        return fault(
            c, 422,
            "the English name and the way to pay must be in Latin letters, so that texts fit one SMS");
    if (campaign.ends_at > 0 && campaign.ends_at <= campaign.starts_at)
        return fault(c, 422, "it would end before it begins");
    int64_t made = campaign_add(c->store, &campaign, now(c));
    if (made == 0 || !add_words(c, made, words))
        return fault(c, 409, "a keyword must be one word that belongs to no other campaign");
    struct str number = str_printf(c->arena, "%lld", (long long)made);
    admin_audit(c, "campaign.add", number, campaign.name_en);
    return created(c, number);
}

static struct http_response queue(const struct admin_call *c, struct outbound *m, const char *action)
{
    struct sms_size size = sms_measure(m->text);
    if (m->text.n == 0 || !utf8_valid(m->text) || size.segments > REPLY_SEGMENTS_MOST)
        return fault(c, 422, "a text is needed, of at most six segments");
    m->segments = size.segments;
    m->lane = LANE_CONFIRMATION;
    struct str id = str_printf(c->arena, "out%lld", (long long)outbox_add(c->store, m, c->now_ms));
    admin_audit(c, action, id, STR(""));
    return created(c, id);
}

static struct http_response post_reply(const struct admin_call *c, struct str id, const struct json *body)
{
    struct inbox_row row;
    bool incoming;
    int64_t number;
    if (!message_id_read(id, &incoming, &number) || !incoming || !inbox_get(c->store, c->arena, number, &row))
        return fault(c, 404, "no incoming message has this id");
    struct phone phone = phone_parse(row.sender, c->config->service.country.p);
    if (!phone_reachable(&phone))
        return fault(c, 422, "its sender cannot be answered");
    if (config_channel(c->config, row.channel) == NULL)
        return fault(c, 422, "the channel it came through is no longer configured");
    struct outbound m = {.channel = row.channel, .text = json_str(body, "text"), .reply_to = row.id};
    if (!str_to_i64(str_of(phone.digits), &m.phone))
        return fault(c, 422, "its sender cannot be answered");
    inbox_answered(c->store, row.id, now(c));
    return queue(c, &m, "message.reply");
}

static struct http_response post_messages(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)id; /* the store gives it */
    struct phone phone = phone_parse(json_str(body, "phone"), c->config->service.country.p);
    struct outbound m = {.channel = json_str(body, "channel"), .text = json_str(body, "text")};
    if (config_channel(c->config, m.channel) == NULL)
        return fault(c, 404, "no channel has this name");
    if (!phone_reachable(&phone) || !str_to_i64(str_of(phone.digits), &m.phone))
        return fault(c, 422, "this is no phone number that an SMS can reach");
    return queue(c, &m, "message.send");
}

static struct http_response decide(const struct admin_call *c, struct str id,
                                   bool (*fn)(struct store *, const struct outbound *, int64_t),
                                   const char *action, const char *why)
{
    struct outbound row;
    bool incoming;
    int64_t number;
    if (!message_id_read(id, &incoming, &number) || incoming || !outbox_get(c->store, c->arena, number, &row))
        return fault(c, 404, "no outgoing message has this id");
    if (!fn(c->store, &row, c->now_ms))
        return fault(c, 409, why);
    admin_audit(c, action, id, STR(""));
    return created(c, id);
}

static struct http_response post_retry(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    return decide(c, id, outbox_again, "message.retry",
                  "only a held, failed, expired or uncertain message can be sent again");
}

static struct http_response post_drop(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    return decide(c, id, outbox_drop, "message.drop",
                  "only a queued, held or uncertain message can be dropped");
}

/* A backup was made: yavar doctor tells its age. */
static struct http_response post_backups(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)id; /* there is one note */
    struct str file = json_str(body, "file");
    if (file.n == 0)
        return fault(c, 422, "the name of the file is missing");
    store_note_put(c->store, STR("backup"),
                   str_printf(c->arena, "%lld %.*s", (long long)now(c), STR_ARG(file)));
    admin_audit(c, "backup.made", file, STR(""));
    return created(c, file);
}

struct operation {
    enum http_method method;
    const char *path; /* '*' stands for an id */
    enum role role;   /* who may (admin_may) */
    struct http_response (*run)(const struct admin_call *c, struct str id, const struct json *body);
    bool json;                    /* the body is */
    const struct long_work *work; /* in place of run: too long for one transaction of the service */
};
static const struct operation operations[] = {
    {HTTP_POST, "/api/v1/needs", ROLE_ADMIN, post_needs, false, NULL},
    {HTTP_POST, "/api/v1/campaigns", ROLE_COORDINATOR, post_campaigns, true, NULL},
    {HTTP_POST, "/api/v1/backups", ROLE_ADMIN, post_backups, true, NULL},
    {HTTP_POST, "/api/v1/messages", ROLE_ADMIN, post_messages, true, NULL},
    {HTTP_POST, "/api/v1/messages/*/reply", ROLE_ADMIN, post_reply, true, NULL},
    {HTTP_POST, "/api/v1/messages/*/retry", ROLE_ADMIN, post_retry, false, NULL},
    {HTTP_POST, "/api/v1/messages/*/drop", ROLE_ADMIN, post_drop, false, NULL},
    {HTTP_GET, "/api/v1/staff", ROLE_COORDINATOR, get_staff, false, NULL},
    {HTTP_POST, "/api/v1/staff", ROLE_COORDINATOR, post_staff, true, NULL},
    {HTTP_POST, "/api/v1/staff/*/remove", ROLE_COORDINATOR, post_staff_remove, false, NULL},
    {HTTP_POST, "/api/v1/staff/*/unlock", ROLE_COORDINATOR, post_staff_unlock, false, NULL},
    {HTTP_POST, "/api/v1/staff/*/token", ROLE_COORDINATOR, post_staff_token, false, NULL},
    {HTTP_GET, "/api/v1/organisations", ROLE_VIEWER, get_organisations, false, NULL},
    {HTTP_POST, "/api/v1/organisations", ROLE_ADMIN, post_organisations, true, NULL},
    {HTTP_GET, "/api/v1/audit", ROLE_AUDITOR, get_audit, false, NULL},
    {HTTP_POST, "/api/v1/volunteers/*/verify", ROLE_COORDINATOR, post_verify, true, NULL},
    {HTTP_POST, "/api/v1/people", ROLE_ADMIN, NULL, false, &import_people_work},
    {HTTP_POST, "/api/v1/people/*/forget", ROLE_ADMIN, NULL, false, &forget_work},
};

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

static struct http_response run_operation(const struct admin_call *c, const struct operation *op,
                                          struct str id)
{
    struct error e;
    struct json *body = NULL;
    if (op->work != NULL)
        return long_work_whole(op->work, c, id);
    if (op->json && (body = json_read(c->request->body, &e)) == NULL)
        return fault(c, 400, e.text);
    struct http_response response = op->run(c, id, body);
    json_free(body);
    return response;
}

/* PATH_KNOWN: there is one for another method. */
static const struct operation *find_operation(enum http_method method, struct str path, struct str *id,
                                              bool *path_known)
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

bool admin_identify(struct admin_call *c, struct http_response *answer)
{
    int64_t number;
    struct str as = http_header(&c->request->headers, AS_HEADER);
    struct phone phone = phone_parse(as, c->config->service.country.p);
    c->actor = actor_operator(DOOR_CLI);
    if (c->door == DOOR_CLI && as.p == NULL)
        return true;
    if (c->door == DOOR_CLI && phone_reachable(&phone) && str_to_i64(str_of(phone.digits), &number) &&
        actor_get(c->store, c->arena, number, DOOR_CLI, &c->actor))
        return true;
    *answer = c->door == DOOR_CLI ? fault(c, 403, "nobody of the staff has the phone that this is asked for")
                                  : fault(c, 401, "a token is needed");
    return false;
}

bool admin_may(const struct admin_call *c, enum role role, struct http_response *answer)
{
    bool confined = role == ROLE_ADMIN && !actor_unconfined(&c->actor);
    if (role_may(c->actor.role, role) && !confined)
        return true;
    *answer =
        fault(c, 403, confined ? "this is for admins of the whole country" : "this is not for your role");
    return false;
}

struct http_response admin_run(const struct admin_call *call)
{
    struct str id;
    bool path_known;
    struct http_response answer;
    struct admin_call c = *call;
    const struct operation *op = find_operation(c.request->method, c.request->path, &id, &path_known);
    if (!admin_identify(&c, &answer))
        return answer;
    if (op == NULL)
        return path_known ? fault(&c, 405, "not with this method") : fault(&c, 404, "no such operation");
    if (!admin_may(&c, op->role, &answer))
        return answer;
    return run_operation(&c, op, id);
}

/* ---- in the running service ---- */

struct admin_job {
    struct job job; /* first */
    struct gateway *gateway;
    struct http_server *server;
    struct config *config;
    struct arena *arena;
    struct arena_mark mark;
    struct http_ticket ticket;
    struct http_request request;
    struct http_response response;
    struct store_figures figures; /* of /metrics */
    int64_t wal_bytes;
};

static struct admin_job *of(struct job *job)
{
    return (struct admin_job *)job;
}

static void run(struct job *job, void *db)
{
    struct admin_job *j = of(job);
    struct database *d = db;
    struct admin_call call = {.store = d->store,
                              .zone = d->zone,
                              .config = j->config,
                              .arena = j->arena,
                              .now_ms = clock_ms(),
                              .request = &j->request,
                              .door = j->server == j->gateway->door ? DOOR_CLI : DOOR_API};
    if (!store_savepoint(d->store))
        return;
    j->response = admin_run(&call);
    if (j->response.status >= 400 || !store_savepoint_keep(d->store))
        store_savepoint_undo(d->store);
}

static void reset(struct job *job)
{
    arena_rewind(of(job)->arena, of(job)->mark);
}

static void done(struct job *job, enum job_outcome outcome)
{
    struct admin_job *j = of(job);
    struct gateway *g = j->gateway;
    if (outcome == JOB_NOT_DONE)
        j->response = (struct http_response){.status = 503, .retry_after = 5};
    if (outcome != JOB_UNKNOWN)
        /* false: who asked has gone */
        (void)http_server_answer(j->server, j->ticket, &j->response);
    for (size_t i = 0; outcome == JOB_DONE && i < j->config->channel_count; i++)
        sender_wake(g->sender, j->config->channels[i].name);
    config_drop(j->config);
    arena_free(j->arena);
}

static void run_metrics(struct job *job, void *db)
{
    struct database *d = db;
    struct admin_job *j = of(job);
    store_figures(d->store, &j->figures);
    j->wal_bytes = store_wal_bytes(d->store);
}

static void done_metrics(struct job *job, enum job_outcome outcome)
{
    struct admin_job *j = of(job);
    struct gateway *g = j->gateway;
    struct worker_figures commits;
    if (outcome == JOB_DONE) { /* else the last ones */
        g->metrics.figures = j->figures;
        g->metrics.wal_bytes = j->wal_bytes;
    }
    worker_figures(g->writer, &commits);
    g->metrics.stall_seconds = (double)loop_longest_turn(g->loop) / 1e6;
    struct http_response response = {.status = 200,
                                     .content_type = STR("text/plain; version=0.0.4; charset=utf-8")};
    response.body = metrics_write(&g->metrics, g->config, &commits, clock_ms(), j->arena);
    /* false: the scraper has gone */
    (void)http_server_answer(j->server, j->ticket, &response);
    config_drop(j->config);
    arena_free(j->arena);
}

static struct admin_job *new_job(struct gateway *g, struct http_server *server,
                                 const struct http_request *request, struct arena *arena,
                                 struct http_ticket ticket)
{
    struct admin_job *j = arena_new_of(arena, struct admin_job);
    *j = (struct admin_job){.gateway = g,
                            .server = server,
                            .config = config_keep(g->config),
                            .arena = arena,
                            .ticket = ticket,
                            .request = *request};
    j->job = (struct job){.rank = JOB_BACKGROUND, .run = run, .reset = reset, .done = done};
    return j;
}

static void answer(struct http_server *server, struct http_ticket ticket, struct arena *arena, int status,
                   struct str body)
{
    struct http_response response = {
        .status = status, .content_type = STR("text/plain; charset=UTF-8"), .body = body};
    /* false: who asked has gone */
    (void)http_server_answer(server, ticket, &response);
    arena_free(arena);
}

static void submit(struct worker *worker, struct admin_job *j)
{
    j->mark = arena_mark(j->arena);
    if (!worker_submit(worker, &j->job))
        j->job.done(&j->job, JOB_NOT_DONE);
}

void admin_request(void *ctx, const struct http_request *request, struct arena *arena,
                   struct http_ticket ticket)
{
    struct gateway *g = ctx;
    bool get = request->method == HTTP_GET;
    if (str_is(request->path, "/healthz") || str_is(request->path, "/readyz")) {
        bool well = str_is(request->path, "/healthz") || gateway_ready(g);
        answer(g->admin, ticket, arena, well ? 200 : 503, well ? STR("ok\n") : STR("not ready\n"));
    } else if (str_is(request->path, "/metrics") && get) {
        struct admin_job *j = new_job(g, g->admin, request, arena, ticket);
        j->job.run = run_metrics;
        j->job.reset = NULL;
        j->job.done = done_metrics;
        submit(g->reader, j);
    } else if (str_starts(request->path, STR("/api/v1/"))) {
        answer(g->admin, ticket, arena, 401, STR("a token is needed\n")); /* tokens come with staff */
    } else {
        answer(g->admin, ticket, arena, str_is(request->path, "/metrics") ? 405 : 404, STR(""));
    }
}

/* Of one who may ask. */
static void take_request(struct gateway *g, struct http_server *server, const struct http_request *request,
                         struct arena *arena, struct http_ticket ticket)
{
    struct str id;
    bool path_known;
    const struct operation *op = find_operation(request->method, request->path, &id, &path_known);
    if (op != NULL && op->work != NULL)
        long_work_begin(op->work, op->role, g, server, request, arena, ticket, id);
    else
        submit(g->writer, new_job(g, server, request, arena, ticket));
}

void door_request(void *ctx, const struct http_request *request, struct arena *arena,
                  struct http_ticket ticket)
{
    struct gateway *g = ctx;
    take_request(g, g->door, request, arena, ticket);
}
