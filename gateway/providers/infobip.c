/* Infobip, by its SDK's models and courier's cases.
 *
 * In: JSON with several results a POST, messages or reports, told by their
 * status; the other ones count when one is broken.  No signature.  USSD and
 * sending are in files of their own. */
#include "gateway/providers/infobip.h"

#include "gateway/base/utf8.h"

/* clang-format off */
#define ROW(key, kind, fallback, help) {#key, kind, offsetof(struct infobip, key), fallback, help, NULL}
/* clang-format on */
static const struct option_row rows[] = {
    ROW(send_url, OPTION_URL, NULL, "as in https://ACCOUNT.api.infobip.com/sms/3/messages"),
    ROW(api_key, OPTION_SECRET, "", "of the account"),
};
#undef ROW
const struct option_table provider_options_infobip = {"infobip", rows, sizeof rows / sizeof rows[0],
                                                      sizeof(struct infobip), NULL};

enum { FIELD_MOST = 200, DETAIL_MOST = 120, BATCH = 100 };

struct str infobip_field(const struct json *object, const char *key, struct arena *arena)
{
    struct str text;
    (void)json_scalar(json_get(object, key), arena, &text); /* empty where it is none */
    return provider_clean(arena, text, FIELD_MOST, NULL);
}

int64_t infobip_number(const struct json *object, const char *key, struct arena *arena)
{
    int64_t number;
    return str_to_i64(infobip_field(object, key, arena), &number) ? number : -1;
}

/* ---- in ---- */

static void parse_message(const struct channel *channel, const struct json *result, struct events *events,
                          struct arena *arena)
{
    struct inbound *m = &events->messages[events->message_count];
    struct str text = json_str(result, "text");
    m->channel = channel->name;
    m->sender = infobip_field(result, "from", arena);
    m->line = infobip_field(result, "to", arena);
    m->sent = infobip_field(result, "receivedAt", arena);
    m->id = infobip_field(result, "messageId", arena);
    m->text = str_dup(arena, text);
    m->unreadable = text.p == NULL; /* an MMS brings `message` in its place */
    events->bad_content += m->unreadable || m->sender.n == 0;
    events->message_count += m->sender.n > 0;
}

static bool state_of(const struct json *status, enum report_state *state, struct arena *arena)
{
    switch (infobip_number(status, "groupId", arena)) {
    case INFOBIP_OK:
    case INFOBIP_PENDING:
        *state = REPORT_SENT;
        return true;
    case INFOBIP_DELIVERED: /* to the operator is no proof */
        *state = infobip_number(status, "id", arena) == INFOBIP_TO_HANDSET ? REPORT_DELIVERED : REPORT_SENT;
        return true;
    case INFOBIP_UNDELIVERABLE:
    case INFOBIP_EXPIRED:
    case INFOBIP_REJECTED:
        *state = REPORT_FAILED;
        return true;
    default:
        return false;
    }
}

static void parse_report(const struct channel *channel, const struct json *result, struct events *events,
                         struct arena *arena)
{
    const struct json *status = json_get(result, "status"), *error = json_get(result, "error");
    struct report *r = &events->reports[events->report_count];
    bool wrong = infobip_number(error, "groupId", arena) > 0;
    r->channel = channel->name;
    r->provider_id = infobip_field(result, "messageId", arena);
    r->id = provider_id_of(r->provider_id);
    r->detail = utf8_cut(infobip_field(wrong ? error : status, "name", arena), DETAIL_MOST);
    bool good = r->provider_id.n > 0 && state_of(status, &r->state, arena);
    events->report_count += good;
    events->bad_content += !good;
}

static void parse_results(const struct channel *channel, struct str body, struct events *events,
                          struct arena *arena)
{
    struct error e;
    struct json *json = json_read(body, &e);
    const struct json *results = json_get(json, "results");
    size_t n = json_count(results);
    events->messages = arena_array(arena, struct inbound, n + 1);
    events->reports = arena_array(arena, struct report, n + 1);
    events->bad_content = !json_is_list(results);
    for (size_t i = 0; i < n; i++) {
        const struct json *result = json_at(results, i);
        if (json_has(result, "status"))
            parse_report(channel, result, events, arena);
        else
            parse_message(channel, result, events, arena);
    }
    json_free(json);
}

static struct events parse(const struct channel *channel, enum endpoint endpoint,
                           const struct http_request *request, struct arena *arena)
{
    struct events events = {0};
    if (endpoint == ENDPOINT_USSD)
        infobip_step(channel, request, &events, arena);
    else
        parse_results(channel, request->body, &events, arena);
    return events;
}

const struct provider provider_infobip = {
    .name = "infobip",
    .options = &provider_options_infobip,
    .endpoints = 1u << ENDPOINT_SMS | 1u << ENDPOINT_USSD | 1u << ENDPOINT_DLR,
    .parse = parse,
    .page = infobip_page,
    .batch = BATCH,
    .build = infobip_build,
    .settle = infobip_settle,
};
