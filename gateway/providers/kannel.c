/* Kannel 1.4.5, by its user guide and what it was seen to do.
 *
 * In: sms-service get-url (all in the query) and post-url (X-Kannel-* headers
 * and the text as body); the field names are the site's own.  UCS-2 arrives as
 * raw UTF-16BE bytes, percent-encoded one by one, NULs included.
 * Out: GET sendsms, one recipient a request, since a list gets one answer for
 * all.  It returns no message id, so ours stands in the dlr-url. */
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/providers/kannel.h"

/* clang-format off */
#define ROW(key, kind, fallback, help) {#key, kind, offsetof(struct kannel, key), fallback, help, NULL}
/* clang-format on */
static const struct option_row rows[] = {
    ROW(send_url, OPTION_URL, NULL, "Kannel's sendsms, as in http://127.0.0.1:13013/cgi-bin/sendsms"),
    ROW(username, OPTION_TEXT, "", "of the sendsms-user"),
    ROW(password, OPTION_SECRET, "", "of the sendsms-user"),
    ROW(field_id, OPTION_TEXT, "id", "name of %I in the get-url"),
    ROW(field_from, OPTION_TEXT, "from", "name of %p"),
    ROW(field_to, OPTION_TEXT, "to", "name of %P"),
    ROW(field_text, OPTION_TEXT, "text", "name of %b"),
    ROW(field_charset, OPTION_TEXT, "charset", "name of %C"),
    ROW(field_coding, OPTION_TEXT, "coding", "name of %c"),
    ROW(field_time, OPTION_TEXT, "time", "name of %T"),
    ROW(field_smsc, OPTION_TEXT, "smsc", "name of %i"),
    ROW(field_meta, OPTION_TEXT, "meta", "name of %D; it tells USSD from SMS"),
};
#undef ROW
const struct option_table provider_options_kannel = {"kannel", rows, sizeof rows / sizeof rows[0],
                                                     sizeof(struct kannel), NULL};

/* Kannel expands %-escapes once more inside a dlr-url, so what stands in it
 * must need no escaping. */
static bool check(const struct channel *channel, struct error *e)
{
    struct sbuf encoded;
    struct arena *arena = arena_new(256);
    encoded = sbuf_in(arena);
    http_percent_encode(&encoded, channel->secret);
    bool plain = str_eq(sbuf_str(&encoded), channel->secret);
    arena_free(arena);
    if (!plain)
        return error_set(
            e, "a Kannel channel's secret may hold letters, digits, - . _ ~ only: Kannel would garble "
               "others in delivery reports");
    return true;
}

enum { FIELD_MOST = 200, DETAIL_MOST = 120 };

/* ---- in ---- */

/* The field of the query, else the X-Kannel header; empty where both are absent. */
static struct str query_or_header(const struct http_pairs *fields, struct str name,
                                  const struct http_request *request, const char *header)
{
    const struct http_pair *field = http_field(fields, name);
    return field != NULL ? field->value : str_trim(http_header(&request->headers, header));
}

static struct str charset_of(const struct kannel *own, const struct http_pairs *fields,
                             const struct http_request *request, bool body_is_text)
{
    const struct http_pair *field = http_field(fields, own->field_charset);
    if (field != NULL && field->value.n > 0)
        return field->value;
    struct str content_type = http_header(&request->headers, "Content-Type");
    struct str charset = body_is_text ? http_header_param(content_type, "charset") : STR("");
    if (charset.n > 0)
        return charset;
    struct str coding = query_or_header(fields, own->field_coding, request, "X-Kannel-Coding");
    return str_is(coding, "2") ? STR("UTF-16BE") : str_is(coding, "1") ? STR("8-BIT") : STR("UTF-8");
}

static void parse_message(const struct channel *channel, const struct http_request *request,
                          struct arena *arena, struct events *events)
{
    const struct kannel *own = channel->own;
    bool broken = false, bad = false;
    struct http_pairs fields = http_parse_fields(arena, request->query, &broken);
    const struct http_pair *text = http_field(&fields, own->field_text),
                           *id = http_field(&fields, own->field_id);
    bool from_body = text == NULL && request->method == HTTP_POST;
    struct inbound *m = arena_new_of(arena, struct inbound);

    m->channel = channel->name;
    m->sender = provider_clean(arena, query_or_header(&fields, own->field_from, request, "X-Kannel-From"),
                               FIELD_MOST, &bad);
    m->line = provider_clean(arena, query_or_header(&fields, own->field_to, request, "X-Kannel-To"),
                             FIELD_MOST, &bad);
    m->sent = provider_clean(arena, query_or_header(&fields, own->field_time, request, "X-Kannel-Time"),
                             FIELD_MOST, &bad);
    m->id = id != NULL ? provider_clean(arena, id->value, FIELD_MOST, &bad) : STR("");
    struct str bytes = from_body ? request->body : text != NULL ? text->value : STR("");
    m->text = provider_decode(arena, bytes, charset_of(own, &fields, request, from_body), &bad);
    m->unreadable = bad || broken || (text == NULL && !from_body);
    events->messages = m;
    events->message_count = 1;
    events->bad_content = m->unreadable || m->sender.n == 0;
}

/* %d, by Kannel's user guide; what it does not name changes nothing. */
static bool state_of(struct str digits, enum report_state *state)
{
    static const struct {
        const char *digits;
        enum report_state state;
    } states[] = {{"1", REPORT_DELIVERED}, {"2", REPORT_FAILED}, {"16", REPORT_FAILED},
                  {"4", REPORT_SENT},      {"8", REPORT_SENT},   {"32", REPORT_SENT}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (str_is(digits, states[i].digits)) {
            *state = states[i].state;
            return true;
        }
    return false;
}

static void parse_report(const struct channel *channel, const struct http_request *request,
                         struct arena *arena, struct events *events)
{
    bool broken = false;
    struct http_pairs fields = http_parse_fields(arena, request->query, &broken);
    const struct http_pair *id = http_field(&fields, STR("id")), *state = http_field(&fields, STR("st")),
                           *detail = http_field(&fields, STR("a"));
    struct report *r = arena_new_of(arena, struct report);
    r->channel = channel->name;
    r->detail = detail != NULL ? provider_clean(arena, detail->value, DETAIL_MOST, &broken) : STR("");
    if (id == NULL || state == NULL || !str_to_i64(id->value, &r->id) || !state_of(state->value, &r->state)) {
        events->bad_content = 1;
        return;
    }
    events->reports = r;
    events->report_count = 1;
}

static struct events parse(const struct channel *channel, enum endpoint endpoint,
                           const struct http_request *request, struct arena *arena)
{
    struct events events = {0};
    if (endpoint == ENDPOINT_DLR) {
        parse_report(channel, request, arena, &events);
        return events;
    }
    parse_message(channel, request, arena, &events);
    if (endpoint == ENDPOINT_USSD || kannel_is_ussd(channel, request, arena))
        kannel_step(channel, request, &events, arena);
    return events;
}

/* ---- out ---- */

static void add(struct sbuf *url, const char *name, struct str value)
{
    sbuf_byte(url, memchr(url->p, '?', url->n) == NULL ? '?' : '&');
    sbuf_add(url, str_of(name));
    sbuf_byte(url, '=');
    http_percent_encode(url, value);
}

static struct http_request build(const struct channel *channel, const struct service *service,
                                 const struct outbound *messages, size_t count, struct arena *arena)
{
    const struct kannel *own = channel->own;
    const struct outbound *m = &messages[0];
    struct sbuf url = sbuf_in(arena);
    (void)count; /* always 1: a list would get one answer for all */
    sbuf_add(&url, own->send_url);
    add(&url, "username", own->username);
    add(&url, "password", own->password);
    add(&url, "from", channel->number);
    add(&url, "to", str_printf(arena, "%lld", (long long)m->phone));
    if (sms_encoding(m->text) == SMS_UCS2) {
        add(&url, "coding", STR("2"));
        add(&url, "charset", STR("UTF-8"));
    } else {
        add(&url, "coding", STR("0"));
    }
    add(&url, "text", m->text);
    add(&url, "dlr-mask", STR("31"));
    add(&url, "dlr-url",
        str_printf(arena, "%.*s/in/%.*s/dlr?secret=%.*s&id=%lld&st=%%d&a=%%A", STR_ARG(service->public_url),
                   STR_ARG(channel->name), STR_ARG(channel->secret), (long long)m->id));
    return (struct http_request){.method = HTTP_GET, .target = sbuf_str(&url)};
}

static enum send_result result_of_status(int status, struct str body)
{
    if (status >= 200 &&
        status <= 299) /* "0: Accepted for delivery", "3: Queued for later delivery", "Sent." */
        return str_starts(body, STR("0:")) || str_starts(body, STR("3:")) || str_starts(body, STR("Sent"))
                   ? SEND_OK
                   : SEND_UNCERTAIN;
    switch (status) {
    case 403:
        return str_starts(body, STR("Authorization failed")) ? SEND_MISCONFIGURED : SEND_PERMANENT;
    case 401:
    case 404:
    case 405:
        return SEND_MISCONFIGURED;
    case 429:
        return SEND_THROTTLED;
    case 408:
        return SEND_RETRY;
    case 502: /* a proxy in between gave up: Kannel may have it */
    case 504:
        return SEND_UNCERTAIN;
    default:
        return status >= 500 ? SEND_RETRY : status >= 400 ? SEND_PERMANENT : SEND_MISCONFIGURED;
    }
}

static void settle(const struct channel *channel, const struct send_answer *answer,
                   const struct outbound *messages, size_t count, struct settled *results,
                   struct arena *arena)
{
    (void)channel;  /* the answer alone tells */
    (void)messages; /* likewise */
    struct settled *r = &results[0];
    *r = (struct settled){.result = SEND_UNCERTAIN};
    if (count == 0)
        return;
    if (answer->kind != ANSWER_CAME) {
        r->result = answer->kind == ANSWER_UNSENT ? SEND_RETRY : SEND_UNCERTAIN;
        r->detail = str_dup(arena, str_of(answer->reason));
        return;
    }
    r->result = result_of_status(answer->status, answer->body);
    r->retry_after_ms = provider_retry_after(answer->headers);
    if (r->result != SEND_OK)
        r->detail = str_printf(arena, "HTTP %d", answer->status);
}

const struct provider provider_kannel = {
    .name = "kannel",
    .options = &provider_options_kannel,
    .endpoints = 1u << ENDPOINT_SMS | 1u << ENDPOINT_USSD | 1u << ENDPOINT_DLR,
    .check = check,
    .parse = parse,
    .page = kannel_page,
    .batch = 1,
    .build = build,
    .settle = settle,
};
