/* campaign list, campaign add KEYWORD… */
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/date.h"
#include "gateway/base/fold.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"

enum { CAMPAIGNS_MOST = 1000 };

static int list(struct cli *cli, const struct config *config)
{
    struct store *store = cli_reader(cli, config);
    struct campaign *rows = arena_array(cli->arena, struct campaign, CAMPAIGNS_MOST);
    size_t n = campaign_page(store, cli->arena, 0, rows, CAMPAIGNS_MOST);
    struct sbuf out = sbuf_in(cli->arena);
    sbuf_add(&out, str_of(csv_campaign_header));
    for (size_t i = 0; i < n; i++)
        csv_campaign(&out, &rows[i]);
    cli_print(sbuf_str(&out));
    return cli_reader_end(store, EXIT_FINE);
}

/* The local day's first second, or where it ends something the one behind its
 * last. */
static bool put_day(struct cli *cli, struct zone *zone, struct json *json, const char *option,
                    const char *key, bool end)
{
    const char *text = cli_value(cli, option);
    struct date date;
    struct date_fault fault;
    int64_t at, today = zone_day_number(zone, clock_ms() / 1000);
    if (text == NULL)
        return true;
    if (!date_read(cli->arena, str_of(text), today, &date, &fault) || !date_moment(zone, &date, end, &at)) {
        fprintf(stderr, "yavar: --%s: %s\n", option, fault.said);
        return false;
    }
    json_put_int(json, key, at);
    return true;
}

static bool put_provinces(struct cli *cli, const struct config *config, struct json *json)
{
    const struct cli_option *given = cli_option(cli, "province");
    const struct lexicon *lexicon = config->texts->lexicon;
    struct sbuf slugs = sbuf_in(cli->arena);
    for (size_t i = 0; i < given->n; i++) {
        size_t p = 0;
        while (p < lexicon->names[LEX_PROVINCE].n &&
               !str_is(lexicon->names[LEX_PROVINCE].v[p].slug, given->values[i]))
            p++;
        if (p == lexicon->names[LEX_PROVINCE].n) {
            fprintf(stderr, "yavar: no province has the slug %s\n", given->values[i]);
            return false;
        }
        sbuf_printf(&slugs, "%s%s", i > 0 ? " " : "", given->values[i]);
    }
    json_put_str(json, "provinces", sbuf_str(&slugs));
    return true;
}

static bool put_goal(struct cli *cli, struct json *json)
{
    const char *goal = cli_value(cli, "goal");
    int64_t rial;
    if (goal == NULL)
        return true;
    if (!option_money(fold_digits(cli->arena, str_of(goal)), &rial)) {
        fprintf(stderr, "yavar: --goal must be money with its unit, such as \"1000000000 toman\"\n");
        return false;
    }
    json_put_int(json, "goal_rial", rial);
    return true;
}

static bool put_options(struct cli *cli, const struct config *config, struct json *json)
{
    struct error e;
    struct zone *zone = zone_open(str_cstr(cli->arena, config->service.timezone), &e);
    static const char *const texts[][2] = {
        {"name-fa", "name_fa"}, {"name-en", "name_en"}, {"pay-to", "pay_to"}};
    struct json *words = json_array_new();
    for (size_t i = 1; i < cli->n; i++)
        json_push(words, json_string_new(str_of(cli->args[i])));
    json_put(json, "keywords", words);
    for (size_t i = 0; i < 3; i++)
        if (cli_value(cli, texts[i][0]) != NULL)
            json_put_str(json, texts[i][1], str_of(cli_value(cli, texts[i][0])));
    bool good = zone != NULL && put_provinces(cli, config, json) && put_goal(cli, json) &&
                put_day(cli, zone, json, "from", "starts_at", false) &&
                put_day(cli, zone, json, "to", "ends_at", true);
    zone_close(zone);
    return good;
}

static int add(struct cli *cli, const struct config *config)
{
    struct http_response response;
    struct json *json = json_object_new();
    int code = EXIT_WRONG_USE;
    if (put_options(cli, config, json))
        code = cli_post(cli, config, "/api/v1/campaigns", json_write(json, cli->arena), &response);
    json_free(json);
    if (code == EXIT_FINE)
        printf("the campaign is open to: %s\n", cli->args[1]);
    return code;
}

int cmd_campaign(struct cli *cli)
{
    bool lists = cli->n == 1 && strcmp(cli->args[0], "list") == 0;
    bool adds = cli->n >= 2 && strcmp(cli->args[0], "add") == 0;
    if (!lists && !adds)
        return cli_wrong_use(cli, "list, or add and a keyword");
    struct config *config = cli_config(cli);
    int code = lists ? list(cli, config) : add(cli, config);
    config_drop(config);
    return code;
}
