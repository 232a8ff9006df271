/* Infobip's v3 messages API: one text to several recipients.  Each gets our
 * own messageId, which comes back in reports; one used before is rejected as a
 * duplicate, so that a second try is harmless.  A recipient that is rejected
 * comes with HTTP 200. */
#include "gateway/base/utf8.h"
#include "gateway/providers/infobip.h"

enum { DETAIL_MOST = 120, DUPLICATE = 23, NO_CREDITS = 12 }; /* status ids */

static struct json *destinations(const struct outbound *messages, size_t count, struct arena *arena)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < count; i++) {
        struct json *one = json_object_new();
        json_put_str(one, "to", str_printf(arena, "%lld", (long long)messages[i].phone));
        json_put_str(one, "messageId", provider_name_of(arena, &messages[i]));
        json_push(list, one);
    }
    return list;
}

static struct str body_of(const struct channel *channel, const struct service *service,
                          const struct outbound *messages, size_t count, struct arena *arena)
{
    struct json *body = json_object_new(), *list = json_array_new(), *message = json_object_new();
    struct sbuf url = sbuf_in(arena);
    sbuf_printf(&url, "%.*s/in/%.*s/dlr?secret=", STR_ARG(service->public_url), STR_ARG(channel->name));
    http_percent_encode(&url, channel->secret);
    if (channel->number.n > 0)
        json_put_str(message, "sender", channel->number);
    json_put(message, "destinations", destinations(messages, count, arena));
    json_put_at(message, STR("content.text"), json_string_new(messages[0].text));
    json_put_at(message, STR("webhooks.delivery.url"), json_string_new(sbuf_str(&url)));
    json_put_at(message, STR("webhooks.contentType"), json_string_new(STR("application/json")));
    json_push(list, message);
    json_put(body, "messages", list);
    struct str written = json_write(body, arena);
    json_free(body);
    return written;
}

struct http_request infobip_build(const struct channel *channel, const struct service *service,
                                  const struct outbound *messages, size_t count, struct arena *arena)
{
    const struct infobip *own = channel->own;
    struct http_pair *headers = arena_array(arena, struct http_pair, 3);
    headers[0] =
        (struct http_pair){STR("Authorization"), str_printf(arena, "App %.*s", STR_ARG(own->api_key))};
    headers[1] = (struct http_pair){STR("Content-Type"), STR("application/json")};
    headers[2] = (struct http_pair){STR("Accept"), STR("application/json")};
    return (struct http_request){.method = HTTP_POST,
                                 .target = own->send_url,
                                 .headers = {headers, 3},
                                 .body = body_of(channel, service, messages, count, arena)};
}

/* ---- answers ---- */

static enum send_result result_of_rejection(int64_t id, struct str name)
{
    static const struct {
        const char *part;
        enum send_result result;
    } words[] = {{"NOT_ENOUGH_CREDITS", SEND_MISCONFIGURED},
                 {"PREPAID_PACKAGE_EXPIRED", SEND_MISCONFIGURED},
                 {"REJECTED_SENDER", SEND_MISCONFIGURED},
                 {"REJECTED_SOURCE", SEND_MISCONFIGURED},
                 {"BLACKLIST", SEND_BLOCKED},
                 {"BLACK_LIST", SEND_BLOCKED},
                 {"OPTED_OUT", SEND_BLOCKED},
                 {"OPT_OUT", SEND_BLOCKED},
                 {"REJECTED_DND", SEND_BLOCKED},
                 {"SYSTEM_ERROR", SEND_RETRY},
                 {"FLOODING_FILTER", SEND_THROTTLED}};
    if (id == DUPLICATE || str_is(name, "REJECTED_DUPLICATE_MESSAGE_ID"))
        return SEND_OK; /* the earlier try got through */
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (name.n > 0 && memmem(name.p, name.n, words[i].part, strlen(words[i].part)) != NULL)
            return words[i].result;
    return id == NO_CREDITS ? SEND_MISCONFIGURED : SEND_PERMANENT;
}

static void settle_one(const struct json *message, const struct outbound *m, struct settled *r,
                       struct arena *arena)
{
    const struct json *status = json_get(message, "status");
    struct str name = infobip_field(status, "name", arena), id = infobip_field(message, "messageId", arena);
    switch (infobip_number(status, "groupId", arena)) {
    case INFOBIP_OK:
    case INFOBIP_PENDING:
    case INFOBIP_DELIVERED:
        r->result = SEND_OK;
        break;
    case INFOBIP_UNDELIVERABLE:
    case INFOBIP_EXPIRED:
        r->result = SEND_PERMANENT;
        break;
    case INFOBIP_REJECTED:
        r->result = result_of_rejection(infobip_number(status, "id", arena), name);
        break;
    default:
        r->result = SEND_UNCERTAIN;
    }
    r->provider_id = r->result != SEND_OK ? STR("") : id.n > 0 ? id : provider_name_of(arena, m);
    r->detail = r->result == SEND_OK ? STR("") : utf8_cut(name, DETAIL_MOST);
}

static int64_t digits_of(struct str number)
{
    int64_t digits = 0;
    for (size_t i = 0; i < number.n; i++)
        if (number.p[i] >= '0' && number.p[i] <= '9' && digits < INT64_MAX / 100)
            digits = digits * 10 + (number.p[i] - '0');
    return digits;
}

/* By our name for it, or by its number where the answer has names of its own. */
static bool is_of(const struct json *message, const struct outbound *m, struct arena *arena)
{
    struct str name = infobip_field(message, "messageId", arena);
    if (provider_id_of(name) != 0)
        return str_eq(name, provider_name_of(arena, m));
    const char *key = json_has(message, "to") ? "to" : "destination";
    return digits_of(infobip_field(message, key, arena)) == m->phone;
}

static void settle_messages(const struct json *list, const struct outbound *messages, size_t count,
                            struct settled *results, struct arena *arena)
{
    bool *done = arena_array(arena, bool, count);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *message = json_at(list, i);
        size_t k = 0;
        while (k < count && (done[k] || !is_of(message, &messages[k], arena)))
            k++;
        if (k < count) { /* else none of ours */
            done[k] = true;
            settle_one(message, &messages[k], &results[k], arena);
        }
    }
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
    case 429:
        return SEND_THROTTLED;
    default: /* also a proxy's 502 or 504: a second try is rejected as a duplicate */
        return status >= 500 ? SEND_RETRY : status >= 400 ? SEND_PERMANENT : SEND_MISCONFIGURED;
    }
}

void infobip_settle(const struct channel *channel, const struct send_answer *answer,
                    const struct outbound *messages, size_t count, struct settled *results,
                    struct arena *arena)
{
    struct settled all = {.result = SEND_UNCERTAIN, .detail = STR("the answer does not name the message")};
    struct error e;
    (void)channel; /* the answer alone tells */
    bool came = answer->kind == ANSWER_CAME, good = came && answer->status >= 200 && answer->status <= 299;
    struct json *json = good ? json_read(answer->body, &e) : NULL;
    if (!came) {
        all.result = answer->kind == ANSWER_UNSENT ? SEND_RETRY : SEND_UNCERTAIN;
        all.detail = str_dup(arena, str_of(answer->reason));
    } else if (!good) {
        all.result = result_of_status(answer->status);
        all.retry_after_ms = provider_retry_after(answer->headers);
        all.detail = str_printf(arena, "HTTP %d", answer->status);
    }
    for (size_t i = 0; i < count; i++)
        results[i] = all;
    settle_messages(json_get(json, "messages"), messages, count, results, arena);
    json_free(json);
}
