/* message list, show, reply, retry, drop; channel list, send. */
#include <stdio.h>

#include "gateway/admin.h"
#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"
#include "gateway/outbound_ask.h"
#include "gateway/store/store_broadcasts.h"

enum { PAGE = 500, EVENTS_MOST = 100 };

/* ---- list ---- */

static void list_incoming(struct store *store, bool unanswered, bool masked)
{
    size_t n = PAGE;
    for (int64_t after = 0; n == PAGE;) {
        struct arena *arena = arena_new(256 << 10);
        struct inbox_row *rows = arena_array(arena, struct inbox_row, PAGE);
        struct sbuf out = sbuf_in(arena);
        n = inbox_page(store, arena, unanswered, after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            csv_incoming(&out, &rows[i], masked);
        after = n > 0 ? rows[n - 1].id : 0;
        cli_print(sbuf_str(&out));
        arena_free(arena);
    }
}

static void list_outgoing(struct store *store, bool held, bool masked)
{
    size_t n = PAGE;
    for (int64_t after = 0; n == PAGE;) {
        struct arena *arena = arena_new(256 << 10);
        struct outbound *rows = arena_array(arena, struct outbound, PAGE);
        struct sbuf out = sbuf_in(arena);
        n = outbox_page(store, arena, after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            if (!held || str_is(rows[i].status, "held"))
                csv_outgoing(&out, &rows[i], masked);
        after = n > 0 ? rows[n - 1].id : 0;
        cli_print(sbuf_str(&out));
        arena_free(arena);
    }
}

static int list(struct cli *cli, struct store *store)
{
    bool unanswered = cli_value(cli, "unanswered") != NULL, held = cli_value(cli, "held") != NULL;
    bool masked = cli_value(cli, "masked") != NULL;
    cli_print(str_of(csv_message_header));
    if (unanswered || !held)
        list_incoming(store, unanswered, masked);
    if (held || !unanswered)
        list_outgoing(store, held, masked);
    return EXIT_FINE;
}

/* ---- show ---- */

static void put_ms(struct json *json, const char *key, int64_t ms)
{
    char at[24];
    clock_iso(ms / 1000, at);
    if (ms > 0)
        json_put_str(json, key, str_of(at));
}

/* What a message waits for, in words an operator understands at 3 a.m. */
static struct str paused(struct store *store, struct arena *arena, const struct outbound *m, int64_t now_ms)
{
    struct str note = store_note(store, arena, str_printf(arena, "paused.%.*s", STR_ARG(m->channel))), until;
    int64_t ms;
    if (m->reason.n > 0 && !str_starts(m->reason, str_of(send_result_names[SEND_MISCONFIGURED])))
        return STR(""); /* it was tried since, and waits for something else */
    if (note.p == NULL || !str_split(&note, ' ', &until) || !str_to_i64(until, &ms) || ms <= now_ms)
        return STR("");
    return str_printf(arena, "channel %.*s, which the telecom refuses (%.*s): see its username and password",
                      STR_ARG(m->channel), STR_ARG(note));
}

static struct str waits_for(const struct config *config, struct store *store, struct arena *arena,
                            const struct outbound *m, int64_t now_ms)
{
    char at[24];
    struct str pause = paused(store, arena, m, now_ms);
    if (str_is(m->status, "queued") && config_channel(config, m->channel) == NULL)
        return str_printf(arena, "channel %.*s, which the config no longer has", STR_ARG(m->channel));
    if (str_is(m->status, "queued") && pause.n > 0)
        return pause;
    if (str_is(m->status, "queued") && m->due_ms >= OUTBOX_PARKED_MS)
        return STR("its broadcast to go on: it is paused, or its line has quiet hours");
    clock_iso(m->due_ms / 1000, at);
    if (str_is(m->status, "queued") && m->due_ms > now_ms && m->source > 0 && m->reason.n == 0)
        return str_printf(arena, "the quiet hours of channel %.*s to end, looked at again at %s",
                          STR_ARG(m->channel), at);
    if (str_is(m->status, "queued") && m->due_ms > now_ms)
        return str_printf(arena, "the next try at %s, after: %.*s", at, STR_ARG(m->reason));
    if (str_is(m->status, "queued"))
        return str_printf(arena, "its turn on channel %.*s", STR_ARG(m->channel));
    if (str_is(m->status, "sending"))
        return STR("the telecom's answer to the request");
    if (str_is(m->status, "uncertain"))
        return outbound_can_ask(config, m->channel)
                   ? str_printf(arena, "a delivery report; the telecom is asked at %s", at)
                   : str_printf(arena, "a delivery report, until %s", at);
    if (str_is(m->status, "held"))
        return STR("a person to decide: yavar message retry, or drop");
    if (str_is(m->status, "sent"))
        return STR("a delivery report");
    return STR("nothing");
}

static struct json *events_of(struct store *store, struct arena *arena, const struct outbound *m)
{
    struct outbox_event events[EVENTS_MOST];
    struct json *list = json_array_new();
    size_t n = outbox_events(store, arena, m->id, events, EVENTS_MOST);
    for (size_t i = 0; i < n; i++) {
        struct json *event = json_object_new();
        put_ms(event, "at", events[i].at_ms);
        json_put_str(event, "what", events[i].what);
        json_put_str(event, "detail", events[i].detail);
        json_push(list, event);
    }
    return list;
}

static struct json *show_out(const struct config *config, struct store *store, struct arena *arena,
                             const struct outbound *m)
{
    struct json *json = json_object_new();
    json_put_str(json, "id", str_printf(arena, "out%lld", (long long)m->id));
    json_put_str(json, "direction", STR("out"));
    json_put_str(json, "channel", m->channel);
    json_put_str(json, "phone", /* empty: of one who was forgotten */
                 m->phone > 0 ? str_printf(arena, "%lld", (long long)m->phone) : STR(""));
    json_put_str(json, "status", m->status);
    json_put_str(json, "waits_for", waits_for(config, store, arena, m, clock_ms()));
    json_put_int(json, "attempts", m->attempts);
    json_put_int(json, "segments", m->segments);
    json_put_str(json, "lane", str_of(lane_names[m->lane]));
    json_put_str(json, "text", m->text);
    if (m->reply_to > 0)
        json_put_str(json, "reply_to", str_printf(arena, "in%lld", (long long)m->reply_to));
    struct broadcast broadcast;
    if (m->source > 0 && broadcast_find(store, arena, m->source, &broadcast))
        json_put_int(json, "broadcast", broadcast.reference);
    json_put_bool(json, "may_be_double", m->may_be_double);
    json_put_str(json, "reason", m->reason);
    put_ms(json, "created_at", m->created_ms);
    put_ms(json, "updated_at", m->updated_ms);
    put_ms(json, "sent_at", m->sent_ms);
    put_ms(json, "delivered_at", m->delivered_ms);
    put_ms(json, "expires_at", m->expires_ms);
    json_put(json, "events", events_of(store, arena, m));
    return json;
}

static struct json *show_in(const struct config *config, struct store *store, struct arena *arena,
                            const struct inbox_row *r)
{
    struct outbound replies[32];
    struct json *json = json_object_new(), *list = json_array_new();
    json_put_str(json, "id", str_printf(arena, "in%lld", (long long)r->id));
    json_put_str(json, "direction", STR("in"));
    json_put_str(json, "channel", r->channel);
    json_put_str(json, "phone", r->sender);
    json_put_str(json, "status", r->status);
    json_put_str(json, "waits_for",
                 r->unanswered ? STR("a person's answer: yavar message reply") : STR("nothing"));
    json_put_str(json, "command", r->command);
    json_put_str(json, "text", r->text);
    json_put_str(json, "provider_id", r->provider_id);
    if (r->reason.n > 0)
        json_put_str(json, "reason", r->reason);
    put_ms(json, "created_at", r->created_at * 1000);
    put_ms(json, "updated_at", r->updated_at * 1000);
    size_t n = outbox_replies(store, arena, r->id, replies, 32);
    for (size_t i = 0; i < n; i++)
        json_push(list, show_out(config, store, arena, &replies[i]));
    json_put(json, "replies", list);
    return json;
}

static int show(struct cli *cli, const struct config *config, struct store *store, struct str name)
{
    struct inbox_row in;
    struct outbound out;
    struct json *json = NULL;
    bool incoming;
    int64_t id;
    if (message_id_read(name, &incoming, &id)) {
        if (incoming && inbox_get(store, cli->arena, id, &in))
            json = show_in(config, store, cli->arena, &in);
        else if (!incoming && outbox_get(store, cli->arena, id, &out))
            json = show_out(config, store, cli->arena, &out);
    }
    if (json == NULL) {
        fprintf(stderr, "yavar: no message has the id %.*s; ids look like in12 and out7\n", STR_ARG(name));
        return EXIT_FAULT;
    }
    cli_print(json_write(json, cli->arena));
    cli_print(STR("\n"));
    json_free(json);
    return EXIT_FINE;
}

/* ---- writing ---- */

static int post(struct cli *cli, const struct config *config, const char *path, struct json *json)
{
    struct http_response response;
    struct error e;
    int code = cli_post(cli, config, path, json_write(json, cli->arena), &response);
    json_free(json);
    if (code != EXIT_FINE)
        return code;
    struct json *made = json_read(response.body, &e);
    struct str id = made != NULL ? json_str(made, "id") : STR("?");
    printf("%.*s %s\n", STR_ARG(id), strcmp(cli->args[0], "drop") == 0 ? "is dropped" : "is queued");
    json_free(made);
    return EXIT_FINE;
}

/* /api/v1/messages/ID/VERB */
static int decide(struct cli *cli, const struct config *config, const char *id, const char *text)
{
    struct json *json = json_object_new();
    struct sbuf path = sbuf_in(cli->arena);
    if (text != NULL)
        json_put_str(json, "text", str_of(text));
    sbuf_add(&path, STR("/api/v1/messages/"));
    http_percent_encode(&path, str_of(id));
    sbuf_printf(&path, "/%s", cli->args[0]);
    return post(cli, config, str_cstr(cli->arena, sbuf_str(&path)), json);
}

/* retry or drop, of as many as are named; the first fault's code. */
static int decide_all(struct cli *cli, const struct config *config)
{
    int code = EXIT_FINE;
    for (size_t i = 1; i < cli->n; i++) {
        int one = decide(cli, config, cli->args[i], NULL);
        code = code != EXIT_FINE ? code : one;
    }
    return code;
}

int cmd_message(struct cli *cli)
{
    const char *what = cli->n > 0 ? cli->args[0] : "";
    bool lists = cli->n == 1 && strcmp(what, "list") == 0, shows = cli->n == 2 && strcmp(what, "show") == 0;
    bool replies = cli->n == 3 && strcmp(what, "reply") == 0;
    bool decides = cli->n >= 2 && (strcmp(what, "retry") == 0 || strcmp(what, "drop") == 0);
    if (!lists && !shows && !replies && !decides)
        return cli_wrong_use(cli, "list; show and an id; retry or drop and ids; or reply, an id and a text");
    struct config *config = cli_config(cli);
    int code;
    if (replies) {
        code = decide(cli, config, cli->args[1], cli->args[2]);
    } else if (decides) {
        code = decide_all(cli, config);
    } else {
        struct store *store = cli_reader(cli, config);
        code = lists ? list(cli, store) : show(cli, config, store, str_of(cli->args[1]));
        code = cli_reader_end(store, code);
    }
    config_drop(config);
    return code;
}

static int list_channels(const struct config *config)
{
    printf("name,provider,number,line,rate,in_flight,next\n");
    for (size_t i = 0; i < config->channel_count; i++) {
        const struct channel *c = &config->channels[i];
        printf("%.*s,%.*s,%.*s,%.*s,%lld,%lld,%.*s\n", STR_ARG(c->name), STR_ARG(c->provider),
               STR_ARG(c->number), STR_ARG(c->line), (long long)c->rate, (long long)c->in_flight,
               STR_ARG(c->next));
    }
    return EXIT_FINE;
}

int cmd_channel(struct cli *cli)
{
    bool lists = cli->n == 1 && strcmp(cli->args[0], "list") == 0;
    bool sends = cli->n == 4 && strcmp(cli->args[0], "send") == 0;
    if (!lists && !sends)
        return cli_wrong_use(cli, "list, or send, a channel, a phone and a text");
    struct config *config = cli_config(cli);
    int code;
    if (lists) {
        code = list_channels(config);
    } else {
        struct json *json = json_object_new();
        json_put_str(json, "channel", str_of(cli->args[1]));
        json_put_str(json, "phone", str_of(cli->args[2]));
        json_put_str(json, "text", str_of(cli->args[3]));
        code = post(cli, config, "/api/v1/messages", json);
    }
    config_drop(config);
    return code;
}
