/* organisation list, organisation add SLUG. */
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"
#include "handlers/office_staff.h"

enum { PAGE = 500 };

static int list(struct cli *cli, const struct config *config)
{
    struct actor actor;
    struct store *store = cli_reader(cli, config);
    struct organisation *rows = arena_array(cli->arena, struct organisation, PAGE);
    struct str after = STR("");
    cli_actor(cli, config, store, &actor);
    cli_print(str_of(csv_organisation_header));
    for (size_t n = PAGE; n == PAGE;) {
        struct sbuf out = sbuf_in(cli->arena);
        n = organisation_page_of(store, cli->arena, &actor, after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            csv_organisation(&out, &rows[i]);
        after = n > 0 ? rows[n - 1].slug : after;
        cli_print(sbuf_str(&out));
    }
    return cli_reader_end(store, EXIT_FINE);
}

static int add(struct cli *cli, const struct config *config)
{
    struct error e;
    struct http_response response;
    struct organisation o = {.slug = str_of(cli->args[1]),
                             .name_fa = cli_text(cli, "name-fa"),
                             .name_en = cli_text(cli, "name-en"),
                             .provinces = cli_provinces(cli),
                             .pay_to = cli_text(cli, "pay-to")};
    if (!organisation_check(config, &o, &e))
        return cli_wrong_use(cli, e.text);
    struct json *json = json_object_new();
    json_put_str(json, "slug", o.slug);
    json_put_str(json, "name_fa", o.name_fa);
    json_put_str(json, "name_en", o.name_en);
    json_put_str(json, "provinces", o.provinces);
    json_put_str(json, "pay_to", o.pay_to);
    int code = cli_post(cli, config, "/api/v1/organisations", json_write(json, cli->arena), &response);
    json_free(json);
    if (code == EXIT_FINE)
        printf("%s is an organisation now\n", cli->args[1]);
    return code;
}

int cmd_organisation(struct cli *cli)
{
    bool lists = cli->n == 1 && strcmp(cli->args[0], "list") == 0;
    bool adds = cli->n == 2 && strcmp(cli->args[0], "add") == 0;
    if (!lists && !adds)
        return cli_wrong_use(cli, "list, or add and a slug");
    struct config *config = cli_config(cli);
    int code = lists ? list(cli, config) : add(cli, config);
    config_drop(config);
    return code;
}
