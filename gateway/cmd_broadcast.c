/* broadcast …: one text to many. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "gateway/admin_broadcasts.h"
#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/csv.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "gateway/cli.h"
#include "gateway/sources_out.h"

enum { PAGE = 200, BAR = 40, LOOK_MS = 1000 };

static void put_option(const struct cli *cli, struct json *json, const char *option)
{
    const char *value = cli_value(cli, option);
    if (value != NULL)
        json_put_str(json, option, str_of(value));
}

/* ---- asking ---- */

/* Under the audience, where its fault is. */
static void point_at(struct cli *cli, struct str audience, struct str answer)
{
    struct error e;
    struct json *json = json_read(answer, &e);
    int64_t at = json_int(json, "at", -1), length = json_int(json, "length", 1);
    struct sbuf line = sbuf_in(cli->arena);
    for (int64_t i = 0; i < at; i++)
        sbuf_byte(&line, ' ');
    for (int64_t i = 0; i < length || i == 0; i++)
        sbuf_byte(&line, '^');
    if (at >= 0 && memchr(audience.p, '\n', audience.n) == NULL)
        fprintf(stderr, "  %.*s\n  %.*s\n", STR_ARG(audience), STR_ARG(sbuf_str(&line)));
    json_free(json);
}

static int ask(struct cli *cli, const struct config *config, const char *path, struct json *json)
{
    struct http_response response = {0};
    struct str body = json != NULL ? json_write(json, cli->arena) : STR("");
    int code = cli_post(cli, config, path, body, &response);
    if (code == EXIT_FINE)
        printf("%.*s\n", STR_ARG(response.body));
    else if (json != NULL && response.body.n > 0)
        point_at(cli, json_str(json, "audience"), response.body);
    json_free(json);
    return code;
}

static struct json *wish(const struct cli *cli)
{
    struct json *json = json_object_new();
    json_put_str(json, "audience", str_of(cli->args[1]));
    json_put_str(json, "text", str_of(cli->args[2]));
    put_option(cli, json, "channel");
    put_option(cli, json, "until");
    put_option(cli, json, "reason");
    if (cli_value(cli, "urgent") != NULL)
        json_put_bool(json, "urgent", true);
    return json;
}

static int preview(struct cli *cli, const struct config *config)
{
    return ask(cli, config, "/api/v1/broadcasts/preview", wish(cli));
}

static int add(struct cli *cli, const struct config *config)
{
    return ask(cli, config, "/api/v1/broadcasts", wish(cli));
}

static int send_it(struct cli *cli, const struct config *config)
{
    struct json *json = wish(cli);
    json_put_bool(json, "send", true);
    return ask(cli, config, "/api/v1/broadcasts", json);
}

static int test(struct cli *cli, const struct config *config)
{
    struct json *json = json_object_new();
    json_put_str(json, "text", str_of(cli->args[1]));
    put_option(cli, json, "channel");
    if (cli_value(cli, "to") != NULL)
        json_put_str(json, "phone", str_of(cli_value(cli, "to")));
    return ask(cli, config, "/api/v1/broadcasts/test", json);
}

static int steer(struct cli *cli, const struct config *config)
{
    const char *path =
        str_cstr(cli->arena, str_printf(cli->arena, "/api/v1/broadcasts/%s/%s", cli->args[1], cli->args[0]));
    return ask(cli, config, path, NULL);
}

/* ---- looking ---- */

/* Who looks: the operator, or as --as says. */
static void look_as(struct cli *cli, const struct config *config, struct store *store, struct office *o)
{
    *o = (struct office){.store = store, .config = config, .arena = cli->arena, .now_ms = clock_ms()};
    cli_actor(cli, config, store, &o->actor);
}

static void put_row(struct sbuf *out, const struct broadcast *b)
{
    char created[24], ended[24];
    clock_iso(b->created_at, created);
    clock_iso(b->ended_at, ended);
    sbuf_printf(out, "%u,%s,%lld,%u", b->reference, broadcast_status_names[b->status], (long long)b->people,
                b->segments);
    csv_cell(out, false, b->channel);
    csv_cell(out, false, str_of(created));
    csv_cell(out, false, b->ended_at > 0 ? str_of(ended) : STR(""));
    csv_cell(out, false, b->audience);
    csv_cell(out, false, b->body);
    sbuf_byte(out, '\n');
}

static int list(struct cli *cli, const struct config *config)
{
    struct office o;
    struct store *store = cli_reader(cli, config);
    struct broadcast *rows = arena_array(cli->arena, struct broadcast, PAGE);
    size_t n = PAGE;
    look_as(cli, config, store, &o);
    cli_print(STR("reference,status,people,segments,channel,created_at,ended_at,audience,text\n"));
    for (int64_t after = 0; n == PAGE; after = n > 0 ? rows[n - 1].id : 0) {
        struct arena *arena = arena_new(64 << 10);
        struct sbuf out = sbuf_in(arena);
        n = broadcast_page(store, arena, office_scope(&o), after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            put_row(&out, &rows[i]);
        cli_print(sbuf_str(&out));
        arena_free(arena);
    }
    return cli_reader_end(store, EXIT_FINE);
}

/* The one that the command names; false: said why. */
static bool find(struct cli *cli, const struct office *o, struct broadcast *b)
{
    struct office_said said = office_broadcast_get(o, source_reference(str_of(cli->args[1])), b);
    if (said.key != NULL)
        fprintf(stderr, "%.*s\n", STR_ARG(office_text(o, &said, LANGUAGE_EN)));
    return said.key == NULL;
}

static int show(struct cli *cli, const struct config *config)
{
    struct office o;
    struct broadcast b;
    struct store *store = cli_reader(cli, config);
    look_as(cli, config, store, &o);
    if (!find(cli, &o, &b))
        return cli_reader_end(store, EXIT_FAULT);
    struct json *json = broadcast_to_json(&o, &b, cli_value(cli, "masked") != NULL);
    cli_print(str_printf(cli->arena, "%.*s\n", STR_ARG(json_write(json, cli->arena))));
    json_free(json);
    return cli_reader_end(store, EXIT_FINE);
}

/* On a terminal a bar that stands still, else a line whenever it moved. */
static void draw(const struct broadcast *b, const struct broadcast_progress *p, bool terminal)
{
    int64_t all = p->rows.all + p->waits - p->rows.by[OUTBOX_QUEUED] - p->rows.by[OUTBOX_SENDING];
    int64_t through = all > 0 ? all - p->waits : 0;
    int percent = all > 0 ? (int)(through * 100 / all) : b->ended_at > 0 ? 100 : 0;
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++)
        bar[i] = i < percent * BAR / 100 ? '#' : '.';
    bar[BAR] = '\0';
    if (terminal)
        printf("\r[%s] ", bar);
    printf("%3d%% %s: %lld sent, %lld to come, %lld failed, %lld opted out%s", percent,
           broadcast_status_names[b->status], (long long)p->sent, (long long)p->waits,
           (long long)(p->rows.by[OUTBOX_FAILED] - p->rows.stopped), (long long)p->stopped,
           terminal ? "   " : "\n");
}

static int watch(struct cli *cli, const struct config *config)
{
    struct office o;
    struct broadcast b;
    struct broadcast_progress now, before = {.sent = -1};
    bool terminal = isatty(STDOUT_FILENO) == 1, written = true;
    struct store *store = cli_reader(cli, config);
    look_as(cli, config, store, &o);
    int code = find(cli, &o, &b) ? EXIT_FINE : EXIT_FAULT;
    for (struct arena_mark mark = arena_mark(cli->arena); code == EXIT_FINE; arena_rewind(cli->arena, mark)) {
        if (!find(cli, &o, &b)) {
            code = EXIT_FAULT;
            break;
        }
        office_broadcast_progress(&o, &b, &now);
        if (terminal || memcmp(&now, &before, sizeof now) != 0)
            draw(&b, &now, terminal);
        written = fflush(stdout) == 0;
        before = now;
        if (b.ended_at > 0 || !written)
            break;
        nanosleep(&(struct timespec){.tv_sec = LOOK_MS / 1000}, NULL);
    }
    if (terminal && code == EXIT_FINE)
        printf("\n");
    return cli_reader_end(store, written ? code : EXIT_FAULT);
}

static const struct form {
    const char *name;
    size_t words;
    int (*run)(struct cli *cli, const struct config *config);
} forms[] = {
    {"preview", 3, preview}, {"add", 3, add},     {"send", 3, send_it}, {"test", 2, test},
    {"approve", 2, steer},   {"pause", 2, steer}, {"resume", 2, steer}, {"cancel", 2, steer},
    {"list", 1, list},       {"show", 2, show},   {"watch", 2, watch},
};

int cmd_broadcast(struct cli *cli)
{
    const struct form *form = NULL;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (cli->n == forms[i].words && strcmp(cli->args[0], forms[i].name) == 0)
            form = &forms[i];
    if (form == NULL)
        return cli_wrong_use(cli,
                             "preview, add or send and an audience and a text; test and a text; or approve, "
                             "pause, resume, cancel, show or watch and a reference; or list");
    struct config *config = cli_config(cli);
    int code = form->run(cli, config);
    config_drop(config);
    return code;
}
