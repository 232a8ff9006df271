/* USSD of any gateway that a description tells: Hubtel and its like.
 *
 * In: one press a request, as config/ussd/NAME.ini says; out: its answer is
 * the page.  It sends no SMS: a channel's `sms` names the line that does.
 * The description is read once, when the config is loaded. */
#include "gateway/providers/ussd.h"

#include "gateway/conf/texts.h"

struct ussd {
    struct str describe;
    const struct ussd_description *description; /* never NULL in a config that was accepted */
};

/* clang-format off */
#define ROW(key, kind, fallback, help) {#key, kind, offsetof(struct ussd, key), fallback, help, NULL}
/* clang-format on */
static const struct option_row rows[] = {
    ROW(describe, OPTION_TEXT, NULL,
        "the gateway: hubtel, nalo, … (docs/ussd.md), or a file of yours in texts/ussd/"),
};
#undef ROW

static bool is_plain(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name.p[i]) == NULL)
            return false;
    return name.n > 0 && name.n <= 60;
}

static void tell_unknown(const struct channel *channel, struct str name, const struct option_ready *world)
{
    struct sbuf known = sbuf_in(world->arena);
    for (size_t i = 0; texts_ussd[i] != NULL; i++)
        sbuf_printf(&known, " %s", texts_ussd[i]);
    faults_add(
        world->faults, world->file, channel->line_no,
        "[channel %.*s] describe = %.*s: there is no ussd/%.*s.ini in the folder of texts; built in are:%.*s",
        STR_ARG(channel->name), STR_ARG(name), STR_ARG(name), STR_ARG(sbuf_str(&known)));
}

static void ready(struct channel *channel, const struct option_ready *world)
{
    struct ussd *own = channel->own;
    const char *file = "";
    struct str text = {NULL, 0};
    if (own->describe.n == 0)
        return; /* told already */
    if (is_plain(own->describe))
        text = texts_file(
            world->arena, world->texts,
            str_cstr(world->arena, str_printf(world->arena, "ussd/%.*s.ini", STR_ARG(own->describe))), &file,
            world->faults);
    if (text.p == NULL) {
        tell_unknown(channel, own->describe, world);
        return;
    }
    own->description = ussd_describe(world->arena, file, text, world->faults);
    if (own->description != NULL && own->description->limit > 0 && own->description->limit < channel->page)
        channel->page = own->description->limit;
}

const struct option_table provider_options_ussd = {"ussd", rows, sizeof rows / sizeof rows[0],
                                                   sizeof(struct ussd), ready};

static const struct ussd_description *description_of(const struct channel *channel)
{
    return ((const struct ussd *)channel->own)->description;
}

static struct events parse(const struct channel *channel, enum endpoint endpoint,
                           const struct http_request *request, struct arena *arena)
{
    const struct ussd_description *d = description_of(channel);
    struct events events = {0};
    (void)endpoint; /* there is one only */
    struct ussd_request r = ussd_read(d, request, arena);
    events.step = ussd_step_of(d, channel, &r);
    events.bad_content = events.step == NULL || events.step->unreadable;
    ussd_request_free(&r);
    return events;
}

static struct http_response page(const struct channel *channel, const struct http_request *request,
                                 const struct ussd_page *shown, struct arena *arena)
{
    const struct ussd_description *d = description_of(channel);
    struct ussd_request r = ussd_read(d, request, arena);
    const struct ussd_step *step = shown == NULL ? ussd_step_of(d, channel, &r) : NULL;
    bool over = step != NULL && step->over;
    struct ussd_page polite = {over ? STR("") : provider_sorry, true};
    struct http_response response = {.status = 200};
    if (!over || d->closes_notices)
        response = ussd_answer(d, &r, shown != NULL ? shown : &polite);
    ussd_request_free(&r);
    return response;
}

/* ---- out: nothing goes this way ---- */

static struct http_request build(const struct channel *channel, const struct service *service,
                                 const struct outbound *messages, size_t count, struct arena *arena)
{
    (void)channel; /* no address to send to: it fails before the wire */
    (void)service;
    (void)messages;
    (void)count;
    (void)arena;
    return (struct http_request){.method = HTTP_GET, .target = STR("")};
}

static void settle(const struct channel *channel, const struct send_answer *answer,
                   const struct outbound *messages, size_t count, struct settled *results,
                   struct arena *arena)
{
    (void)channel; /* whatever came */
    (void)answer;
    (void)messages;
    (void)arena;
    for (size_t i = 0; i < count; i++)
        results[i] = (struct settled){.result = SEND_MISCONFIGURED,
                                      .detail = STR("a USSD line sends no SMS: name a line in its sms")};
}

const struct provider provider_ussd = {
    .name = "ussd",
    .options = &provider_options_ussd,
    .endpoints = 1u << ENDPOINT_USSD,
    .parse = parse,
    .page = page,
    .batch = 1,
    .build = build,
    .settle = settle,
};
