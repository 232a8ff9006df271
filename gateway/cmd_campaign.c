/* campaign list, show, sums, add, change, allot. */
#include <stdio.h>

#include "gateway/admin_campaigns.h"
#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/fold.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"
#include "gateway/store/store_scoped.h"

enum { CAMPAIGNS_MOST = 1000 };

static int list(struct cli *cli, const struct config *config)
{
    struct store *store = cli_reader(cli, config);
    struct campaign *rows = arena_array(cli->arena, struct campaign, CAMPAIGNS_MOST + 1);
    struct campaign_sum *sums = arena_array(cli->arena, struct campaign_sum, CAMPAIGNS_MOST);
    const struct campaign_sum none = {0};
    struct scoped_page page = {.most = CAMPAIGNS_MOST};
    struct actor actor;
    cli_actor(cli, config, store, &actor);
    size_t n = campaign_page_scoped(store, cli->arena, &actor, &page, rows);
    size_t counted = campaign_totals(store, cli->arena, 0, sums, CAMPAIGNS_MOST), at = 0;
    struct sbuf out = sbuf_in(cli->arena);
    sbuf_add(&out, str_of(csv_campaign_header));
    for (size_t i = 0; i < n; i++) { /* both in the order of ids */
        while (at < counted && sums[at].campaign < rows[i].id)
            at++;
        csv_campaign(&out, &rows[i], at < counted && sums[at].campaign == rows[i].id ? &sums[at] : &none);
    }
    cli_print(sbuf_str(&out));
    return cli_reader_end(store, EXIT_FINE);
}

/* The campaign of a keyword; says it where there is none. */
static bool find(struct cli *cli, struct store *store, const char *word, struct campaign *campaign)
{
    struct str folded = fold_glued(cli->arena, fold(cli->arena, str_of(word)));
    bool found = campaign_find(store, cli->arena, folded, campaign);
    if (!found && store_failed(store) == STORE_FINE)
        fprintf(stderr, "yavar: no campaign has the keyword %s\n", word);
    return found;
}

static int show(struct cli *cli, const struct config *config)
{
    struct error e;
    struct actor actor;
    struct campaign campaign;
    struct store *store = cli_reader(cli, config);
    cli_actor(cli, config, store, &actor);
    struct zone *zone = zone_open(str_cstr(cli->arena, config->service.timezone), &e);
    bool found = zone != NULL && find(cli, store, cli->args[1], &campaign);
    if (found && !campaign_mine(&actor, &campaign)) {
        fprintf(stderr, "yavar: this campaign is not among those of your provinces\n");
        found = false;
    }
    if (found) {
        struct json *json = campaign_json(store, cli->arena, zone, clock_ms() / 1000, &campaign);
        cli_print(str_printf(cli->arena, "%.*s\n", STR_ARG(json_write(json, cli->arena))));
        json_free(json);
    }
    zone_close(zone);
    return cli_reader_end(store, found ? EXIT_FINE : EXIT_FAULT);
}

static int sums(struct cli *cli, const struct config *config)
{
    struct actor actor;
    struct campaign campaign;
    struct store *store = cli_reader(cli, config);
    struct campaign_sum *rows = arena_array(cli->arena, struct campaign_sum, CAMPAIGN_SUMS_MOST);
    struct sbuf out = sbuf_in(cli->arena);
    cli_actor(cli, config, store, &actor); /* whose part of them is shown */
    bool good = find(cli, store, cli->args[1], &campaign);
    struct str scope = good ? campaign_scope(&actor, &campaign) : STR("");
    size_t n = good ? campaign_sums(store, cli->arena, campaign.id, scope, rows, CAMPAIGN_SUMS_MOST) : 0;
    sbuf_add(&out, str_of(csv_campaign_sum_header));
    for (size_t i = 0; i < n; i++)
        csv_campaign_sum(&out, &rows[i]);
    if (good)
        cli_print(sbuf_str(&out));
    return cli_reader_end(store, good ? EXIT_FINE : EXIT_FAULT);
}

/* ---- changing ---- */

/* The options as they were written: the service reads them. */
static struct json *wish(struct cli *cli)
{
    static const char *const texts[][2] = {{"name-fa", "name_fa"},
                                           {"name-en", "name_en"},
                                           {"pay-to", "pay_to"},
                                           {"goal", "goal"},
                                           {"from", "from"},
                                           {"to", "to"},
                                           {"organisation", "organisation"}};
    const struct cli_option *given = cli_option(cli, "province");
    struct json *json = json_object_new();
    struct sbuf slugs = sbuf_in(cli->arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (cli_value(cli, texts[i][0]) != NULL)
            json_put_str(json, texts[i][1], str_of(cli_value(cli, texts[i][0])));
    for (size_t i = 0; i < given->n; i++)
        sbuf_printf(&slugs, "%s%s", i > 0 ? " " : "", given->values[i]);
    if (given->n > 0)
        json_put_str(json, "provinces", sbuf_str(&slugs));
    return json;
}

static int post(struct cli *cli, const struct config *config, const char *path, struct json *body)
{
    struct error e;
    struct http_response response;
    int code = cli_post(cli, config, path, json_write(body, cli->arena), &response);
    struct json *answer = code == EXIT_FINE ? json_read(response.body, &e) : NULL;
    if (answer != NULL)
        cli_print(str_printf(cli->arena, "%.*s\n", STR_ARG(json_str(answer, "said"))));
    json_free(answer);
    json_free(body);
    return code;
}

static int add(struct cli *cli, const struct config *config)
{
    struct json *json = wish(cli), *words = json_array_new();
    for (size_t i = 1; i < cli->n; i++)
        json_push(words, json_string_new(str_of(cli->args[i])));
    json_put(json, "keywords", words);
    return post(cli, config, "/api/v1/campaigns", json);
}

static int change(struct cli *cli, const struct config *config)
{
    struct campaign campaign;
    struct store *store = cli_reader(cli, config);
    bool found = find(cli, store, cli->args[1], &campaign);
    int code = cli_reader_end(store, found ? EXIT_FINE : EXIT_FAULT);
    if (code != EXIT_FINE)
        return code;
    struct str path = str_printf(cli->arena, "/api/v1/campaigns/%lld", (long long)campaign.id);
    return post(cli, config, path.p, wish(cli));
}

static int allot(struct cli *cli, const struct config *config)
{
    struct pledge pledge = {.campaign = 0};
    uint64_t reference = 0, code = 0;
    struct str ref = fold_digits(cli->arena, str_of(cli->args[1]));
    if (!str_to_u64(ref, &reference) || reference > UINT32_MAX ||
        !str_to_u64(fold_digits(cli->arena, str_of(cli->args[2])), &code) || code > UINT32_MAX)
        return cli_wrong_use(cli, "allot takes the number of a pledge and the code of a need");
    struct store *store = cli_reader(cli, config);
    bool found = pledge_get(store, cli->arena, (uint32_t)reference, &pledge) && pledge.campaign != 0;
    if (!found && store_failed(store) == STORE_FINE)
        fprintf(stderr, "yavar: no pledge to a campaign has the number %s\n", cli->args[1]);
    int exit_code = cli_reader_end(store, found ? EXIT_FINE : EXIT_FAULT);
    if (exit_code != EXIT_FINE)
        return exit_code;
    struct json *json = json_object_new();
    json_put_int(json, "reference", (int64_t)reference);
    json_put_int(json, "need", (int64_t)code);
    struct str path = str_printf(cli->arena, "/api/v1/campaigns/%lld/allot", (long long)pledge.campaign);
    return post(cli, config, path.p, json);
}

int cmd_campaign(struct cli *cli)
{
    static const struct {
        const char *verb;
        size_t least, most; /* words behind it */
        int (*run)(struct cli *cli, const struct config *config);
    } verbs[] = {{"list", 0, 0, list},      {"show", 1, 1, show},     {"sums", 1, 1, sums},
                 {"add", 1, SIZE_MAX, add}, {"change", 1, 1, change}, {"allot", 2, 2, allot}};
    size_t v = 0, n = sizeof verbs / sizeof verbs[0];
    while (v < n && (cli->n == 0 || strcmp(cli->args[0], verbs[v].verb) != 0 || cli->n - 1 < verbs[v].least ||
                     cli->n - 1 > verbs[v].most))
        v++;
    if (v == n)
        return cli_wrong_use(cli,
                             "list; show, sums, add or change and a keyword; or allot, a pledge's number "
                             "and a need's code");
    struct config *config = cli_config(cli);
    int code = verbs[v].run(cli, config);
    config_drop(config);
    return code;
}
