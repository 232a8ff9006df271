/* stats: the figures, as text or as one JSON object. */
#include <stdio.h>

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
    const struct {
        const char *key, *words;
        int64_t value;
    } figures[] = {
        {"pledges", "pledges", f.pledges},
        {"pledged_rial", "pledged, in rial", f.pledged_rial},
        {"needs_open", "open needs", f.needs_open},
        {"volunteers", "volunteers", f.volunteers},
        {"messages_in", "messages in", f.messages_in},
        {"messages_out", "messages out", f.messages_out},
        {"queued", "waiting to be sent", f.by_status[OUTBOX_QUEUED] + f.by_status[OUTBOX_SENDING]},
        {"held", "held for a person", f.by_status[OUTBOX_HELD]},
        {"unanswered", "unanswered messages", f.unanswered},
    };
    struct json *json = json_object_new();
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        json_put_int(json, figures[i].key, figures[i].value);
    if (cli_value(cli, "json") != NULL)
        printf("%.*s\n", STR_ARG(json_write(json, cli->arena)));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0] && cli_value(cli, "json") == NULL; i++)
        printf("%18lld  %s\n", (long long)figures[i].value, figures[i].words);
    json_free(json);
    int code = cli_reader_end(store, EXIT_FINE);
    config_drop(config);
    return code;
}
