/* The admin API about messages: send one, answer one, decide about one. */
#include "gateway/admin_messages.h"

#include "gateway/admin_office.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"

enum { REPLY_SEGMENTS_MOST = 6 };

bool message_id_read(struct str name, bool *incoming, int64_t *id)
{
    *incoming = str_starts(name, STR("in"));
    return (*incoming && str_to_i64(str_after(name, 2), id)) ||
           (str_starts(name, STR("out")) && str_to_i64(str_after(name, 3), id));
}

static struct http_response queue(const struct admin_call *c, struct outbound *m, const char *action)
{
    struct sms_size size = sms_measure(m->text);
    if (m->text.n == 0 || !utf8_valid(m->text) || size.segments > REPLY_SEGMENTS_MOST)
        return admin_fault(c, 422, "a text is needed, of at most six segments");
    m->segments = size.segments;
    m->lane = LANE_CONFIRMATION;
    struct str id = str_printf(c->arena, "out%lld", (long long)outbox_add(c->store, m, c->now_ms));
    admin_audit(c, action, id, STR(""));
    return admin_created(c, id);
}

struct http_response post_reply(const struct admin_call *c, struct str id, const struct json *body)
{
    struct inbox_row row;
    struct http_response answer;
    bool incoming;
    int64_t number;
    if (!admin_unconfined(c, &answer))
        return answer;
    if (!message_id_read(id, &incoming, &number) || !incoming || !inbox_get(c->store, c->arena, number, &row))
        return admin_fault(c, 404, "no incoming message has this id");
    struct phone phone = phone_parse(row.sender, c->config->service.country.p);
    if (!phone_reachable(&phone))
        return admin_fault(c, 422, "its sender cannot be answered");
    if (config_channel(c->config, row.channel) == NULL)
        return admin_fault(c, 422, "the channel it came through is no longer configured");
    struct outbound m = {.channel = row.channel, .text = json_str(body, "text"), .reply_to = row.id};
    if (!str_to_i64(str_of(phone.digits), &m.phone))
        return admin_fault(c, 422, "its sender cannot be answered");
    inbox_answered(c->store, row.id, c->now_ms / 1000);
    return queue(c, &m, "message.reply");
}

struct http_response post_messages(const struct admin_call *c, struct str id, const struct json *body)
{
    struct http_response answer;
    (void)id; /* the store gives it */
    if (!admin_unconfined(c, &answer))
        return answer;
    struct phone phone = phone_parse(json_str(body, "phone"), c->config->service.country.p);
    struct outbound m = {.channel = json_str(body, "channel"), .text = json_str(body, "text")};
    if (config_channel(c->config, m.channel) == NULL)
        return admin_fault(c, 404, "no channel has this name");
    if (!phone_reachable(&phone) || !str_to_i64(str_of(phone.digits), &m.phone))
        return admin_fault(c, 422, "this is no phone number that an SMS can reach");
    return queue(c, &m, "message.send");
}

static struct http_response decide(const struct admin_call *c, struct str id,
                                   bool (*fn)(struct store *, const struct outbound *, int64_t),
                                   const char *action, const char *why)
{
    struct outbound row;
    struct http_response answer;
    bool incoming;
    int64_t number;
    if (!admin_unconfined(c, &answer))
        return answer;
    if (!message_id_read(id, &incoming, &number) || incoming || !outbox_get(c->store, c->arena, number, &row))
        return admin_fault(c, 404, "no outgoing message has this id");
    if (!fn(c->store, &row, c->now_ms))
        return admin_fault(c, 409, why);
    admin_audit(c, action, id, STR(""));
    return admin_created(c, id);
}

struct http_response post_retry(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    return decide(c, id, outbox_again, "message.retry",
                  "only a held, failed, expired or uncertain message can be sent again");
}

struct http_response post_drop(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)body; /* nothing more to say */
    return decide(c, id, outbox_drop, "message.drop",
                  "only a queued, held or uncertain message can be dropped");
}
