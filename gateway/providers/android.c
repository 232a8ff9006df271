/* A phone as the gateway: SMS Gateway for Android (SMSGate), by its docs.
 *
 * In: JSON webhooks, one event each, signed with the key its app shows.  The
 * top-level id is repeated on a retry; the payload's messageId is a hash of
 * the text, the same for the same text, and so no key.
 * Out: JSON, one recipient a request.  The id we give comes back in reports
 * and makes a second try harmless: one used before is answered 409 and not
 * sent. */
#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/providers/provider.h"

struct android {
    struct str send_url, username, password, signing_key;
    int64_t window;
};

/* clang-format off */
#define ROW(key, kind, fallback, help) {#key, kind, offsetof(struct android, key), fallback, help, NULL}
/* clang-format on */
static const struct option_row rows[] = {
    ROW(send_url, OPTION_URL, NULL, "as in http://PHONE:8080/message, or a server's /3rdparty/v1/messages"),
    ROW(username, OPTION_TEXT, "", "of the phone or server"),
    ROW(password, OPTION_SECRET, "", "of the phone or server"),
    ROW(signing_key, OPTION_SECRET, "", "the app's Settings, Webhooks, Signing Key"),
    ROW(window, OPTION_DURATION, "5m", "how far a signature's time may be from ours"),
};
#undef ROW
const struct option_table provider_options_android = {"android", rows, sizeof rows / sizeof rows[0],
                                                      sizeof(struct android), NULL};

enum { FIELD_MOST = 200, DETAIL_MOST = 120 };

/* A string, or a whole number written as one. */
static struct str field(const struct json *object, const char *key, struct arena *arena)
{
    int64_t number = json_int(object, key, INT64_MIN);
    return number != INT64_MIN ? str_printf(arena, "%lld", (long long)number)
                               : provider_clean(arena, json_str(object, key), FIELD_MOST, NULL);
}

/* ---- in ---- */

static bool signs(const struct channel *channel)
{
    return ((const struct android *)channel->own)->signing_key.n > 0;
}

static bool verify(const struct channel *channel, const struct http_request *request, int64_t now)
{
    const struct android *own = channel->own;
    struct str signature = http_header(&request->headers, "X-Signature"),
               stamp = http_header(&request->headers, "X-Timestamp");
    const struct str parts[] = {request->body, stamp};
    char expected[65];
    int64_t at = 0;
    if (!str_to_i64(stamp, &at) || at < 0)
        return false;
    crypto_hmac_sha256_hex(own->signing_key, parts, 2, expected);
    int64_t apart = at > now ? at - now : now - at;
    return crypto_same(signature, str_of(expected)) && apart <= own->window / 1000;
}

static void parse_message(const struct channel *channel, const struct json *event, struct events *events,
                          struct arena *arena)
{
    const struct json *payload = json_get(event, "payload");
    struct str text = json_str(payload, "message");
    struct inbound *m = arena_new_of(arena, struct inbound);
    m->channel = channel->name;
    m->sender = field(payload, "sender", arena);
    if (m->sender.n == 0)
        m->sender = field(payload, "phoneNumber", arena); /* as older apps name it */
    m->line = field(payload, "recipient", arena);
    m->sent = field(payload, "receivedAt", arena);
    m->id = field(event, "id", arena);
    m->text = str_dup(arena, text);
    m->unreadable = text.p == NULL;
    events->messages = m;
    events->message_count = 1;
    events->bad_content = m->unreadable || m->sender.n == 0;
}

static void parse_report(const struct channel *channel, const struct json *event, enum report_state state,
                         struct events *events, struct arena *arena)
{
    const struct json *payload = json_get(event, "payload");
    struct str name = field(payload, "messageId", arena), reason = field(payload, "reason", arena);
    struct report *r = arena_new_of(arena, struct report);
    r->channel = channel->name;
    r->id = provider_id_of(name);
    r->provider_id = name;
    r->state = state;
    r->detail = utf8_cut(reason.n > 0 ? reason : field(event, "event", arena), DETAIL_MOST);
    events->reports = r;
    events->report_count = name.n > 0;
    events->bad_content = name.n == 0;
}

static struct events parse(const struct channel *channel, enum endpoint endpoint,
                           const struct http_request *request, struct arena *arena)
{
    static const struct {
        const char *event;
        enum report_state state;
    } reports[] = {{"sms:sent", REPORT_SENT},
                   {"sms:delivered", REPORT_DELIVERED}, /* one for each part: the first tells */
                   {"sms:failed", REPORT_FAILED},
                   {"sms:cancelled", REPORT_FAILED}};
    struct events events = {0};
    struct error e;
    (void)endpoint; /* the event tells */
    struct json *json = json_read(request->body, &e);
    struct str event = json_str(json, "event");
    if (event.n == 0)
        events.bad_content = 1;
    else if (str_is(event, "sms:received"))
        parse_message(channel, json, &events, arena);
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
        if (str_is(event, reports[i].event))
            parse_report(channel, json, reports[i].state, &events, arena);
    json_free(json); /* other events (MMS, data, health) ask nothing of us */
    return events;
}

/* ---- out ---- */

static struct str basic(const struct android *own, struct arena *arena)
{
    struct str pair = str_printf(arena, "%.*s:%.*s", STR_ARG(own->username), STR_ARG(own->password));
    return str_printf(arena, "Basic %.*s", STR_ARG(crypto_base64(arena, pair)));
}

static struct str body_of(const struct outbound *m, struct arena *arena)
{
    /* From 100 on the phone's own limits are skipped; it sends the higher first. */
    static const int priorities[LANES] = {100, 20, 10, 0};
    struct json *body = json_object_new(), *text = json_object_new(), *phones = json_array_new();
    json_put_str(text, "text", m->text);
    json_push(phones, json_string_new(str_printf(arena, "+%lld", (long long)m->phone)));
    json_put_str(body, "id", provider_name_of(arena, m));
    json_put(body, "textMessage", text);
    json_put(body, "phoneNumbers", phones);
    json_put_bool(body, "withDeliveryReport", true);
    json_put_int(body, "priority", priorities[m->lane]);
    if (m->expires_ms > 0) { /* a phone that was off must not send an old code */
        char until[24];
        clock_iso(m->expires_ms / 1000, until);
        json_put_str(body, "validUntil", str_of(until));
    }
    struct str written = json_write(body, arena);
    json_free(body);
    return written;
}

static struct http_request build(const struct channel *channel, const struct service *service,
                                 const struct outbound *messages, size_t count, struct arena *arena)
{
    const struct android *own = channel->own;
    struct http_pair *headers = arena_array(arena, struct http_pair, 2);
    (void)service; /* where events go is registered on the phone */
    (void)count;   /* always 1: a report names the message, not the part of a list */
    headers[0] = (struct http_pair){STR("Authorization"), basic(own, arena)};
    headers[1] = (struct http_pair){STR("Content-Type"), STR("application/json")};
    return (struct http_request){.method = HTTP_POST,
                                 .target = own->send_url,
                                 .headers = {headers, 2},
                                 .body = body_of(&messages[0], arena)};
}

/* ---- answers ---- */

static bool gave_up(const struct json *object)
{
    struct str state = json_str(object, "state");
    return str_is(state, "Failed") || str_is(state, "Cancelled");
}

static void settle_accepted(struct str body, const struct outbound *m, struct settled *r, struct arena *arena)
{
    struct error e;
    struct json *json = json_read(body, &e);
    const struct json *recipient = json_at(json_get(json, "recipients"), 0);
    struct str id = field(json, "id", arena);
    if (id.n == 0 && json_str(json, "state").n == 0) {
        r->result = SEND_UNCERTAIN;
        r->detail = STR("an answer that names neither id nor state");
    } else {
        bool failed = gave_up(json) || gave_up(recipient);
        struct str why = provider_clean(arena, json_str(recipient, "error"), DETAIL_MOST, NULL);
        r->result = failed ? SEND_PERMANENT : SEND_OK;
        r->provider_id = id.n > 0 ? id : provider_name_of(arena, m);
        r->detail = !failed ? STR("") : why.n > 0 ? why : STR("the phone gave it up");
    }
    json_free(json);
}

static enum send_result result_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 404:
    case 405:
        return SEND_MISCONFIGURED;
    case 408:
        return SEND_RETRY;
    case 409: /* it has this id: the earlier try got through */
        return SEND_OK;
    case 429:
        return SEND_THROTTLED;
    default: /* also a proxy's 502 or 504: a second try cannot send twice */
        return status >= 500 ? SEND_RETRY : status >= 400 ? SEND_PERMANENT : SEND_MISCONFIGURED;
    }
}

static void settle(const struct channel *channel, const struct send_answer *answer,
                   const struct outbound *messages, size_t count, struct settled *results,
                   struct arena *arena)
{
    (void)channel; /* the answer alone tells */
    for (size_t i = 0; i < count; i++) {
        struct settled *r = &results[i];
        *r = (struct settled){.result = SEND_UNCERTAIN};
        if (answer->kind != ANSWER_CAME) {
            r->result = answer->kind == ANSWER_UNSENT ? SEND_RETRY : SEND_UNCERTAIN;
            r->detail = str_dup(arena, str_of(answer->reason));
        } else if (answer->status >= 200 && answer->status <= 299) {
            settle_accepted(answer->body, &messages[i], r, arena);
        } else {
            r->result = result_of_status(answer->status);
            r->retry_after_ms = provider_retry_after(answer->headers);
            if (r->result == SEND_OK)
                r->provider_id = provider_name_of(arena, &messages[i]);
            else
                r->detail = str_printf(arena, "HTTP %d", answer->status);
        }
    }
}

/* GET …/message/ID, whatever query the address carries. */
static struct http_request ask(const struct channel *channel, const struct outbound *message,
                               struct arena *arena)
{
    const struct android *own = channel->own;
    struct http_pair *header = arena_new_of(arena, struct http_pair);
    struct str rest = own->send_url, url;
    (void)str_split(&rest, '?', &url); /* it is not empty: an option checks it */
    *header = (struct http_pair){STR("Authorization"), basic(own, arena)};
    return (struct http_request){
        .method = HTTP_GET,
        .target = str_printf(arena, "%.*s/%.*s", STR_ARG(url), STR_ARG(provider_name_of(arena, message))),
        .headers = {header, 1}};
}

static struct settled told(const struct channel *channel, const struct send_answer *answer,
                           const struct outbound *message, struct arena *arena)
{
    struct settled r = {.result = SEND_UNCERTAIN, .detail = STR("asked, the phone does not tell")};
    (void)channel; /* the answer alone tells */
    if (answer->kind == ANSWER_CAME && answer->status == 200)
        settle_accepted(answer->body, message, &r, arena);
    else if (answer->kind == ANSWER_CAME && answer->status == 404)
        r = (struct settled){.result = SEND_RETRY, .detail = STR("asked, the phone never got it")};
    return r;
}

const struct provider provider_android = {
    .name = "android",
    .options = &provider_options_android,
    .endpoints = 1u << ENDPOINT_SMS | 1u << ENDPOINT_DLR,
    .signs = signs,
    .verify = verify,
    .parse = parse,
    .batch = 1,
    .build = build,
    .settle = settle,
    .ask = ask,
    .told = told,
};
