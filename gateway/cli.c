/* What the commands share: the world, the config, the store, the door. */
#include "gateway/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/admin.h"
#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/net/http_client.h"
#include "gateway/providers/provider.h"
#include "gateway/store/store_office.h"
#include "handlers/dispatch.h"

enum { DOOR_SECONDS = 60 };

struct config_world cli_world(void)
{
    struct config_world world;
    world.providers = provider_options(&world.provider_count);
    world.commands = command_names;
    world.command_count = COMMAND_unknown; /* every one but unknown has words */
    world.messages = dispatch_messages(&world.message_list_count);
    return world;
}

const struct cli_option *cli_option(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->option_count; i++)
        if (strcmp(cli->options[i].name, name) == 0)
            return &cli->options[i];
    return NULL;
}

const char *cli_value(const struct cli *cli, const char *name)
{
    const struct cli_option *option = cli_option(cli, name);
    return option != NULL && option->n > 0 ? option->values[0] : NULL;
}

int cli_wrong_use(const struct cli *cli, const char *why)
{
    fprintf(stderr, "yavar %s: %s\nusage: yavar %s\n", cli->command->name, why, cli->command->usage);
    return EXIT_WRONG_USE;
}

void cli_print(struct str text)
{
    if (text.n > 0 && fwrite(text.p, 1, text.n, stdout) != text.n)
        exit(EXIT_FAULT);
}

void cli_check_channels(const struct config *config, struct faults *faults)
{
    struct error e;
    for (size_t i = 0; i < config->channel_count; i++) {
        const struct channel *channel = &config->channels[i];
        const struct provider *provider = provider_find(channel->provider);
        if (provider->check != NULL && !provider->check(channel, &e))
            faults_add(faults, config->file, channel->line_no, "[channel %.*s] %s", STR_ARG(channel->name),
                       e.text);
    }
}

struct config *cli_config(struct cli *cli)
{
    struct faults faults = faults_in(cli->arena);
    struct config_world world = cli_world();
    struct config *config = config_load(cli->config_file, &world, &faults);
    if (config != NULL)
        cli_check_channels(config, &faults);
    if (faults.count == 0 && config != NULL)
        return config;
    fprintf(stderr, "%.*s", STR_ARG(sbuf_str(&faults.text)));
    config_drop(config);
    exit(EXIT_BAD_CONFIG);
}

struct store *cli_reader(struct cli *cli, const struct config *config)
{
    struct error e;
    const char *path = str_cstr(cli->arena, config->service.database);
    if (access(path, F_OK) != 0) {
        fprintf(stderr, "yavar: there is no database at %s yet; `yavar serve` or `yavar import` makes one\n",
                path);
        exit(EXIT_FAULT);
    }
    struct store *store = store_open(path, STORE_READER, &e);
    if (store == NULL) {
        fprintf(stderr, "yavar: %s\n", e.text);
        exit(EXIT_TRY_LATER);
    }
    return store;
}

void cli_actor(struct cli *cli, const struct config *config, struct store *store, struct actor *actor)
{
    int64_t number;
    *actor = actor_operator(DOOR_CLI);
    if (cli->as == NULL)
        return;
    struct phone phone = phone_parse(str_of(cli->as), config->service.country.p);
    if (phone_reachable(&phone) && str_to_i64(str_of(phone.digits), &number) &&
        actor_get(store, cli->arena, number, DOOR_CLI, actor))
        return;
    fprintf(stderr, "yavar: nobody of the staff has the phone that this is asked for\n");
    exit(EXIT_FAULT);
}

struct str cli_text(const struct cli *cli, const char *option)
{
    const char *given = cli_value(cli, option);
    return given != NULL ? str_of(given) : STR("");
}

struct str cli_provinces(struct cli *cli)
{
    const struct cli_option *given = cli_option(cli, "province");
    struct sbuf slugs = sbuf_in(cli->arena);
    for (size_t i = 0; i < given->n; i++)
        sbuf_printf(&slugs, "%s%s", i > 0 ? " " : "", given->values[i]);
    return sbuf_str(&slugs);
}

int cli_reader_end(struct store *store, int code)
{
    if (store_failed(store) != STORE_FINE) {
        fprintf(stderr, "yavar: the database could not be read: %s\n", store_reason(store));
        code = EXIT_FAULT;
    }
    store_close(store);
    return code;
}

/* ---- writing: through the door, or alone ---- */

static int do_alone(struct cli *cli, const struct config *config, const struct http_request *request,
                    struct http_response *response)
{
    struct error e;
    const char *path = str_cstr(cli->arena, config->service.database);
    int lock = store_lock(path, &e);
    struct store *store = lock >= 0 ? store_open(path, STORE_WRITER, &e) : NULL;
    struct zone *zone = store != NULL ? zone_open(str_cstr(cli->arena, config->service.timezone), &e) : NULL;
    int code = EXIT_TRY_LATER;
    if (zone != NULL && store_begin(store)) {
        struct admin_call call = {.store = store,
                                  .zone = zone,
                                  .config = config,
                                  .arena = cli->arena,
                                  .now_ms = clock_ms(),
                                  .request = request,
                                  .door = DOOR_CLI};
        *response = admin_run(&call);
        if (response->status >= 400 || store_failed(store) != STORE_FINE)
            store_rollback(store);
        else if (store_commit(store) == STORE_DONE)
            code = EXIT_FINE;
        if (response->status >= 400)
            code = EXIT_FINE; /* the answer tells */
        else if (code != EXIT_FINE)
            error_set(&e, "%s", store_reason(store));
    } else if (zone != NULL) {
        error_set(&e, "%s", store_reason(store));
    }
    if (code != EXIT_FINE)
        fprintf(stderr, "yavar: %s\n", e.text);
    zone_close(zone);
    store_close(store);
    if (lock >= 0 && close(lock) != 0)
        code = EXIT_TRY_LATER;
    return code;
}

static int do_through_door(struct cli *cli, const struct config *config, const struct http_request *request,
                           struct http_response *response)
{
    struct http_answer answer;
    struct error e;
    bool refused = false;
    const char *door =
        str_cstr(cli->arena, str_printf(cli->arena, "%.*s.sock", STR_ARG(config->service.database)));
    if (http_call_unix(door, request, DOOR_SECONDS, cli->arena, &answer, &refused, &e)) {
        *response = (struct http_response){.status = answer.status, .body = answer.body};
        return EXIT_FINE;
    }
    if (refused)
        return -1; /* no service runs */
    fprintf(stderr, "yavar: the running service did not answer: %s\n", e.text);
    return EXIT_TRY_LATER;
}

static int say_fault(struct http_response *response)
{
    struct error e;
    struct json *json = json_read(response->body, &e);
    struct str what = json != NULL ? json_str(json, "error") : STR("");
    fprintf(stderr, "%.*s%s", STR_ARG(what), what.n > 0 && what.p[what.n - 1] == '\n' ? "" : "\n");
    json_free(json);
    return response->status == 503 ? EXIT_TRY_LATER : EXIT_FAULT;
}

int cli_post(struct cli *cli, const struct config *config, const char *path, struct str body,
             struct http_response *response)
{
    struct http_request request = {.method = HTTP_POST, .target = str_of(path), .body = body};
    const char *query = strchr(path, '?');
    request.path = query == NULL ? str_of(path) : str_from(path, (size_t)(query - path));
    request.query = query == NULL ? STR("") : str_of(query + 1);
    struct http_pair as = {STR(AS_HEADER), STR("")};
    if (cli->as != NULL) {
        as.value = str_of(cli->as);
        request.headers = (struct http_pairs){&as, 1};
    }
    int code = do_through_door(cli, config, &request, response);
    if (code < 0)
        code = do_alone(cli, config, &request, response);
    if (code != EXIT_FINE)
        return code;
    return response->status < 400 ? EXIT_FINE : say_fault(response);
}
