/* stats: the figures, as text or as one JSON object. */
#include <stdio.h>

#include "gateway/admin_read.h"
#include "gateway/base/arena.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"

int cmd_stats(struct cli *cli)
{
    if (cli->n > 0)
        return cli_wrong_use(cli, "it takes no words");
    struct config *config = cli_config(cli);
    struct store *store = cli_reader(cli, config);
    struct store_figures f;
    store_figures(store, &f);
    struct figure figures[FIGURES];
    figures_named(&f, figures);
    struct json *json = json_object_new();
    for (size_t i = 0; i < FIGURES; i++)
        json_put_int(json, figures[i].key, figures[i].value);
    if (cli_value(cli, "json") != NULL)
        printf("%.*s\n", STR_ARG(json_write(json, cli->arena)));
    for (size_t i = 0; i < FIGURES && cli_value(cli, "json") == NULL; i++)
        printf("%18lld  %s\n", (long long)figures[i].value, figures[i].words);
    json_free(json);
    int code = cli_reader_end(store, EXIT_FINE);
    config_drop(config);
    return code;
}
