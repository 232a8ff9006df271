/* call add, list, show REF, roster REF, approve|pause|resume|close|cancel REF. */
#include <stdio.h>

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/calls_out.h"
#include "gateway/cli.h"
#include "gateway/store/store_office.h"

static const char *const acts[] = {"approve", "pause", "resume", "close", "cancel"};

/* ---- what writes ---- */

/* "nurse=5" */
static bool put_needs(struct cli *cli, struct json *json)
{
    const struct cli_option *given = cli_option(cli, "need");
    struct json *needs = json_array_new();
    json_put(json, "needs", needs);
    for (size_t i = 0; i < given->n; i++) {
        struct str rest = str_of(given->values[i]), specialty = STR("");
        int64_t places;
        if (!str_split(&rest, '=', &specialty) || rest.p == NULL || !str_to_i64(rest, &places))
            return false;
        struct json *need = json_object_new();
        json_put_str(need, "specialty", specialty);
        json_put_int(need, "places", places);
        json_push(needs, need);
    }
    return given->n > 0;
}

static struct str provinces(struct cli *cli)
{
    const struct cli_option *given = cli_option(cli, "province");
    struct sbuf slugs = sbuf_in(cli->arena);
    for (size_t i = 0; i < given->n; i++)
        sbuf_printf(&slugs, "%s%s", i > 0 ? " " : "", given->values[i]);
    return sbuf_str(&slugs);
}

static void print_call(struct cli *cli, const struct http_response *response)
{
    cli_print(response->body);
    cli_print(STR("\n"));
    (void)cli; /* as the other printers */
}

static int add(struct cli *cli, const struct config *config)
{
    static const char *const texts[][2] = {{"kind", "kind"},         {"title", "title"},  {"place", "place"},
                                           {"place-en", "place_en"}, {"from", "from"},    {"to", "to"},
                                           {"channel", "channel"},   {"reason", "reason"}};
    struct http_response response;
    struct json *json = json_object_new();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (cli_value(cli, texts[i][0]) != NULL)
            json_put_str(json, texts[i][1], str_of(cli_value(cli, texts[i][0])));
    json_put_str(json, "provinces", provinces(cli));
    json_put_bool(json, "urgent", cli_value(cli, "urgent") != NULL);
    bool good = put_needs(cli, json);
    struct str body = json_write(json, cli->arena);
    json_free(json);
    if (!good)
        return cli_wrong_use(cli, "--need SPECIALTY=N says who is needed and how many");
    int code = cli_post(cli, config, "/api/v1/calls", body, &response);
    if (code == EXIT_FINE)
        print_call(cli, &response);
    return code;
}

static int act(struct cli *cli, const struct config *config)
{
    struct http_response response;
    uint64_t reference;
    if (!str_to_u64(str_of(cli->args[1]), &reference)) { /* it stands in a path */
        fprintf(stderr, "yavar: there is no call with this reference\n");
        return EXIT_FAULT;
    }
    struct str path = str_printf(cli->arena, "/api/v1/calls/%s/%s", cli->args[1], cli->args[0]);
    int code = cli_post(cli, config, str_cstr(cli->arena, path), STR(""), &response);
    if (code == EXIT_FINE)
        print_call(cli, &response);
    return code;
}

/* ---- what reads ---- */

static void print(void *ctx, struct str text)
{
    (void)ctx; /* standard output it is */
    cli_print(text);
}

/* For whom it is read: the operator sees all of it. */
static bool find_actor(struct cli *cli, const struct config *config, struct store *store, struct actor *actor)
{
    int64_t number;
    struct phone phone = phone_parse(str_of(cli->as), config->service.country.p);
    *actor = actor_operator(DOOR_CLI);
    return cli->as == NULL || (phone_reachable(&phone) && str_to_i64(str_of(phone.digits), &number) &&
                               actor_get(store, cli->arena, number, DOOR_CLI, actor));
}

static int read_one(struct cli *cli, struct store *store, const struct actor *actor, bool roster)
{
    struct str scope = actor->scope;
    struct call call;
    uint64_t reference = 0;
    if (!str_to_u64(str_of(cli->args[1]), &reference) || reference > UINT32_MAX ||
        !call_get(store, cli->arena, scope, (uint32_t)reference, &call)) {
        fprintf(stderr, "yavar: there is no call with this reference\n");
        return EXIT_FAULT;
    }
    if (roster && !role_may(actor->role, ROLE_COORDINATOR)) {
        fprintf(stderr, "yavar: this is not for that role\n");
        return EXIT_FAULT;
    }
    if (roster) {
        csv_roster(store, scope, call.id, cli_value(cli, "masked") != NULL, print, NULL);
        return EXIT_FINE;
    }
    struct json *json = call_json(store, cli->arena, scope, call.reference);
    cli_print(json_write(json, cli->arena));
    cli_print(STR("\n"));
    json_free(json);
    return EXIT_FINE;
}

static int look(struct cli *cli, const struct config *config)
{
    struct store *store = cli_reader(cli, config);
    struct actor actor;
    if (!find_actor(cli, config, store, &actor)) {
        fprintf(stderr, "yavar: nobody of the staff has the phone that this is asked for\n");
        return cli_reader_end(store, EXIT_FAULT);
    }
    int code = EXIT_FINE;
    actor = actor_named_places(&actor);
    if (cli->n == 1)
        csv_calls(store, actor.scope, print, NULL);
    else
        code = read_one(cli, store, &actor, strcmp(cli->args[0], "roster") == 0);
    return cli_reader_end(store, code);
}

static bool is_word(const struct cli *cli, size_t n, const char *word)
{
    return cli->n == n && strcmp(cli->args[0], word) == 0;
}

int cmd_call(struct cli *cli)
{
    bool acts_on = false;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        acts_on = acts_on || is_word(cli, 2, acts[i]);
    bool reads = is_word(cli, 1, "list") || is_word(cli, 2, "show") || is_word(cli, 2, "roster");
    bool adds = is_word(cli, 1, "add");
    if (!acts_on && !reads && !adds)
        return cli_wrong_use(cli, "add, list, or show, roster, approve, pause, resume, close, cancel and a "
                                  "reference");
    struct config *config = cli_config(cli);
    int code = adds ? add(cli, config) : acts_on ? act(cli, config) : look(cli, config);
    config_drop(config);
    return code;
}
