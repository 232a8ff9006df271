/* Africa's Talking, by its documentation and courier's cases.
 *
 * In: forms by POST, any kind to any address: the fields tell.  No signature.
 * Hand-written clients send a bare '+', which a form reads as a blank.
 * Out: the form API, which takes a list and answers 201 with a status for each
 * number; a message id of "None" is none. */
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/providers/africastalking.h"

struct africastalking {
    struct str send_url, username, api_key;
};

/* clang-format off */
#define ROW(key, kind, preset, help) {#key, kind, offsetof(struct africastalking, key), preset, help, NULL}
/* clang-format on */
static const struct option_row rows[] = {
    ROW(send_url, OPTION_URL, "https://api.africastalking.com/version1/messaging", "the form API"),
    ROW(username, OPTION_TEXT, "", "of the application; sandbox in the sandbox"),
    ROW(api_key, OPTION_SECRET, "", "of the application"),
};
#undef ROW
const struct option_table provider_options_africastalking = {
    "africastalking", rows, sizeof rows / sizeof rows[0], sizeof(struct africastalking), NULL};

enum { FIELD_MOST = 200, DETAIL_MOST = 120, BATCH = 1000, STATUSES = 11 };

/* ---- in ---- */

const struct http_pair *africastalking_find(const struct africastalking_form *form, const char *name)
{
    const struct http_pair *field = http_field(&form->body, str_of(name));
    return field != NULL ? field : http_field(&form->query, str_of(name));
}

struct str africastalking_field(struct africastalking_form *form, const char *name)
{
    const struct http_pair *found = africastalking_find(form, name);
    return found != NULL ? provider_clean(form->arena, found->value, FIELD_MOST, &form->bad) : STR("");
}

struct str africastalking_phone(struct africastalking_form *form, const char *name)
{
    const struct http_pair *found = africastalking_find(form, name);
    struct str value = africastalking_field(form, name);
    bool plus = value.n > 0 && value.p[0] >= '0' && value.p[0] <= '9' && str_starts(found->value, STR(" "));
    return plus ? str_printf(form->arena, "+%.*s", STR_ARG(value)) : value;
}

struct africastalking_form africastalking_form(const struct http_request *request, struct arena *arena)
{
    struct africastalking_form form = {.arena = arena};
    form.body = http_parse_fields(arena, request->body, &form.bad);
    form.query = http_parse_fields(arena, request->query, &form.bad);
    return form;
}

static void parse_message(const struct channel *channel, struct africastalking_form *form,
                          struct events *events)
{
    const struct http_pair *text = africastalking_find(form, "text");
    struct inbound *m = arena_new_of(form->arena, struct inbound);
    m->channel = channel->name;
    m->sender = africastalking_phone(form, "from");
    m->line = africastalking_phone(form, "to");
    m->sent = africastalking_field(form, "date");
    m->id = africastalking_field(form, "id");
    m->text = text != NULL ? utf8_repair(form->arena, text->value, &form->bad) : STR("");
    m->unreadable = form->bad || text == NULL;
    events->messages = m;
    events->message_count = 1;
    events->bad_content = m->unreadable || m->sender.n == 0;
}

/* What is not named here changes nothing. */
static bool state_of(struct str status, enum report_state *state)
{
    static const char *const names[] = {"Sent",     "Submitted", "Buffered",         "Success",
                                        "Rejected", "Failed",    "AbsentSubscriber", "Expired"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq_nocase(status, str_of(names[i]))) {
            *state = i < 3 ? REPORT_SENT : i == 3 ? REPORT_DELIVERED : REPORT_FAILED;
            return true;
        }
    return false;
}

static void parse_report(const struct channel *channel, struct africastalking_form *form,
                         struct events *events)
{
    struct report *r = arena_new_of(form->arena, struct report);
    struct str status = africastalking_field(form, "status"),
               reason = africastalking_field(form, "failureReason");
    r->channel = channel->name;
    r->provider_id = africastalking_field(form, "id");
    r->detail = utf8_cut(reason.n > 0 ? reason : status, DETAIL_MOST);
    events->reports = r;
    events->report_count = r->provider_id.n > 0 && state_of(status, &r->state);
    events->bad_content = events->report_count == 0;
}

static void parse_stop(struct africastalking_form *form, struct events *events)
{
    events->stops = arena_new_of(form->arena, struct str);
    events->stops[0] = africastalking_phone(form, "phoneNumber");
    events->stop_count = events->stops[0].n > 0;
    events->bad_content = events->stop_count == 0;
}

static struct events parse(const struct channel *channel, enum endpoint endpoint,
                           const struct http_request *request, struct arena *arena)
{
    struct events events = {0};
    struct africastalking_form form = africastalking_form(request, arena);
    (void)endpoint; /* the fields tell */
    if (africastalking_find(&form, "sessionId") != NULL || africastalking_find(&form, "serviceCode") != NULL)
        africastalking_step(channel, &form, &events); /* its end event has a status too */
    else if (africastalking_find(&form, "from") != NULL || africastalking_find(&form, "text") != NULL)
        parse_message(channel, &form, &events);
    else if (africastalking_find(&form, "status") != NULL)
        parse_report(channel, &form, &events);
    else if (africastalking_find(&form, "senderId") != NULL)
        parse_stop(&form, &events);
    else /* a premium subscription's callback asks nothing of us */
        events.bad_content = africastalking_find(&form, "updateType") == NULL;
    return events;
}

/* ---- out ---- */

static void add(struct sbuf *form, const char *name, struct str value)
{
    if (form->n > 0)
        sbuf_byte(form, '&');
    sbuf_add(form, str_of(name));
    sbuf_byte(form, '=');
    http_percent_encode(form, value);
}

static struct http_request build(const struct channel *channel, const struct service *service,
                                 const struct outbound *messages, size_t count, struct arena *arena)
{
    const struct africastalking *own = channel->own;
    struct sbuf form = sbuf_in(arena), to = sbuf_in(arena);
    struct http_pair *headers = arena_array(arena, struct http_pair, 3);
    (void)service; /* where reports go is set in its dashboard */
    for (size_t i = 0; i < count; i++)
        sbuf_printf(&to, "%s+%lld", i > 0 ? "," : "", (long long)messages[i].phone);
    add(&form, "username", own->username);
    add(&form, "to", sbuf_str(&to));
    add(&form, "message", messages[0].text);
    if (channel->number.n > 0)
        add(&form, "from", channel->number);
    add(&form, "bulkSMSMode", STR("1"));
    add(&form, "enqueue", STR("1")); /* answered before the operators are */
    headers[0] = (struct http_pair){STR("apiKey"), own->api_key};
    headers[1] = (struct http_pair){STR("Accept"), STR("application/json")};
    headers[2] = (struct http_pair){STR("Content-Type"), STR("application/x-www-form-urlencoded")};
    return (struct http_request){
        .method = HTTP_POST, .target = own->send_url, .headers = {headers, 3}, .body = sbuf_str(&form)};
}

/* ---- answers ---- */

/* Beside 100 to 102, which are accepted.  RiskHold: a person there decides. */
static const struct {
    int64_t code;
    const char *name;
    enum send_result result;
} statuses[STATUSES] = {{401, "RiskHold", SEND_PERMANENT},
                        {402, "InvalidSenderId", SEND_MISCONFIGURED},
                        {403, "InvalidPhoneNumber", SEND_PERMANENT},
                        {404, "UnsupportedNumberType", SEND_PERMANENT},
                        {405, "InsufficientBalance", SEND_MISCONFIGURED},
                        {406, "UserInBlacklist", SEND_BLOCKED},
                        {407, "CouldNotRoute", SEND_PERMANENT},
                        {409, "DoNotDisturbRejection", SEND_BLOCKED},
                        {500, "InternalServerError", SEND_RETRY},
                        {501, "GatewayError", SEND_RETRY},
                        {502, "RejectedByGateway", SEND_RETRY}};

/* A string, or a whole number written as one. */
static struct str text_of(const struct json *object, const char *key, struct arena *arena)
{
    int64_t number = json_int(object, key, INT64_MIN);
    return number != INT64_MIN ? str_printf(arena, "%lld", (long long)number) : json_str(object, key);
}

static int64_t digits_of(struct str number)
{
    int64_t digits = 0;
    for (size_t i = 0; i < number.n; i++) /* '+', "00" and blanks make no difference */
        if (number.p[i] >= '0' && number.p[i] <= '9' && digits < INT64_MAX / 100)
            digits = digits * 10 + (number.p[i] - '0');
    return digits;
}

static void settle_one(const struct json *recipient, struct settled *r, struct arena *arena)
{
    struct str code = str_trim(text_of(recipient, "statusCode", arena)),
               id = json_str(recipient, "messageId");
    int64_t value = 0;
    bool bad = false;
    (void)str_to_i64(code, &value); /* 0, which is unknown, where it is no number */
    *r = (struct settled){.result = value >= 100 && value <= 102 ? SEND_OK : SEND_UNCERTAIN};
    for (size_t i = 0; i < STATUSES; i++)
        if (statuses[i].code == value)
            r->result = statuses[i].result;
    if (id.n > 0 && !str_eq_nocase(id, STR("None")))
        r->provider_id = provider_clean(arena, id, FIELD_MOST, &bad);
    if (r->result == SEND_OK)
        return;
    struct str words = str_printf(arena, "%.*s %.*s", STR_ARG(code), STR_ARG(json_str(recipient, "status")));
    r->detail = provider_clean(arena, words, DETAIL_MOST, &bad);
}

static void settle_recipients(const struct json *recipients, const struct outbound *messages, size_t count,
                              struct settled *results, struct arena *arena)
{
    bool *done = arena_array(arena, bool, count);
    for (size_t i = 0; i < json_count(recipients); i++) {
        const struct json *recipient = json_at(recipients, i);
        int64_t number = digits_of(text_of(recipient, "number", arena));
        size_t k = 0;
        while (k < count && (done[k] || messages[k].phone != number))
            k++;
        if (k < count) { /* else nobody we asked for */
            done[k] = true;
            settle_one(recipient, &results[k], arena);
        }
    }
}

/* With no recipient at all the sentence says why, and it is the account's
 * trouble unless it is a count ("Sent to 0/1 …"), which leaves them open. */
static enum send_result result_of_message(struct str message)
{
    for (size_t i = 0; i < STATUSES; i++) {
        struct str name = str_of(statuses[i].name);
        if (message.n >= name.n && str_eq_nocase(str_from(message.p, name.n), name))
            return statuses[i].result;
    }
    return message.n == 0 || str_starts(message, STR("Sent to")) ? SEND_UNCERTAIN : SEND_MISCONFIGURED;
}

static enum send_result result_of_status(int status)
{
    if (status == 429)
        return SEND_THROTTLED;
    if (status == 504) /* a proxy in between gave up: they may have gone out */
        return SEND_UNCERTAIN;
    if (status == 408 || status >= 500)
        return SEND_RETRY;
    return status == 400 || status > 405 ? SEND_PERMANENT : SEND_MISCONFIGURED;
}

static void settle(const struct channel *channel, const struct send_answer *answer,
                   const struct outbound *messages, size_t count, struct settled *results,
                   struct arena *arena)
{
    struct settled all = {.result = SEND_UNCERTAIN, .detail = STR("the answer does not name the recipient")};
    struct error e;
    (void)channel; /* the answer alone tells */
    bool came = answer->kind == ANSWER_CAME, good = came && answer->status >= 200 && answer->status <= 299;
    struct json *json = good ? json_read(answer->body, &e) : NULL;
    const struct json *data = json_get(json, "SMSMessageData"), *recipients = json_get(data, "Recipients");
    bool bad = false;
    if (!came) {
        all.result = answer->kind == ANSWER_UNSENT ? SEND_RETRY : SEND_UNCERTAIN;
        all.detail = str_dup(arena, str_of(answer->reason));
    } else if (!good || json == NULL) {
        all.result = good ? SEND_UNCERTAIN : result_of_status(answer->status);
        all.retry_after_ms = provider_retry_after(answer->headers);
        all.detail = str_printf(arena, "HTTP %d", answer->status);
    } else if (json_count(recipients) == 0) {
        struct str message = provider_clean(arena, json_str(data, "Message"), DETAIL_MOST, &bad);
        all.result = result_of_message(message);
        all.detail = message.n > 0 ? message : all.detail;
    }
    for (size_t i = 0; i < count; i++)
        results[i] = all;
    settle_recipients(recipients, messages, count, results, arena);
    json_free(json);
}

const struct provider provider_africastalking = {
    .name = "africastalking",
    .options = &provider_options_africastalking,
    .endpoints = 1u << ENDPOINT_SMS | 1u << ENDPOINT_USSD | 1u << ENDPOINT_DLR,
    .parse = parse,
    .page = africastalking_page,
    .batch = BATCH,
    .build = build,
    .settle = settle,
};
