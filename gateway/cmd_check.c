/* check: config, catalogues and database; every fault with file and line. */
#include <stdio.h>
#include <unistd.h>

#include "gateway/base/arena.h"
#include "gateway/cli.h"
#include "gateway/base/clock.h"
#include "gateway/base/icu.h"
#include "gateway/base/segment.h"
#include "gateway/model/line_rules.h"
#include "gateway/model/understand.h"
#include "gateway/providers/provider.h"
#include "handlers/flow_check.h"

struct openings {
    struct grammar *grammar;
    const struct config *config;
    struct arena *arena;
};

/* Whether one of our own texts, come back, would be taken for a command. */
static bool opens_command(void *ctx, struct str text)
{
    struct openings *o = ctx;
    struct command c =
        understand(o->grammar, o->config->texts->lexicon, o->config->service.country.p, o->arena, text);
    return c.name != COMMAND_unknown && !c.guessed;
}

/* Of all lines; where there are none as one of the usual class would. */
static struct str as_sent(void *ctx, struct arena *arena, struct str text)
{
    struct openings *o = ctx;
    static const struct channel usual;
    struct str longest = o->config->channel_count == 0 ? line_text(&usual, arena, text) : text;
    for (size_t i = 0; i < o->config->channel_count; i++) {
        struct str sent = line_text(&o->config->channels[i], arena, text);
        if (sms_measure(sent).units > sms_measure(longest).units)
            longest = sent;
    }
    return longest;
}

static void check_texts(struct cli *cli, const struct config *config, struct grammar *grammar,
                        struct faults *faults)
{
    struct openings o = {grammar, config, cli->arena};
    const struct catalogue_world world = {opens_command, as_sent, &o};
    for (int i = 0; i < LANGUAGES; i++)
        catalogue_check(config->texts->catalogue[i], cli->arena, &world, faults);
}

static void check_pages_of(struct cli *cli, const struct config *config, int64_t septets, struct store *store,
                           struct zone *zone, struct faults *faults)
{
    for (int i = 0; i < LANGUAGES; i++)
        /* how many questions there are is for the tests */
        (void)flow_check_pages(store, config, zone, cli->arena, (enum language)i, septets, faults);
}

/* Every page of every flow, by SMS and on the pages of each USSD line; of the
 * usual size where there is none. */
static void check_pages(struct cli *cli, const struct config *config, struct faults *faults)
{
    struct error e;
    bool any = false;
    struct zone *zone = zone_open(str_cstr(cli->arena, config->service.timezone), &e);
    struct store *store = zone != NULL ? store_open(":memory:", STORE_MEMORY, &e) : NULL;
    if (store == NULL || !store_begin(store)) {
        faults_add(faults, "pages", 0, "%s", store == NULL ? e.text : store_reason(store));
        store_close(store);
        zone_close(zone);
        return;
    }
    flow_check_fill(store, config, cli->arena, clock_ms() / 1000);
    check_pages_of(cli, config, 0, store, zone, faults);
    for (size_t i = 0; i < config->channel_count; i++) {
        const struct channel *channel = &config->channels[i];
        if (!(provider_find(channel->provider)->endpoints & 1u << ENDPOINT_USSD))
            continue;
        any = true;
        check_pages_of(cli, config, channel->page, store, zone, faults);
    }
    if (!any)
        check_pages_of(cli, config, 182, store, zone, faults);
    store_rollback(store);
    store_close(store);
    zone_close(zone);
}

static void check_database(struct cli *cli, const struct config *config, struct faults *faults)
{
    struct error e;
    const char *path = str_cstr(cli->arena, config->service.database);
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash != NULL ? str_cstr(cli->arena, str_from(path, (size_t)(slash - path) + 1)) : ".";
    if (access(folder, W_OK | X_OK) != 0)
        faults_add(faults, path, 0, "its folder is not there or cannot be written to");
    if (access(path, F_OK) != 0)
        return; /* it is made when it is first needed */
    struct store *store = store_open(path, STORE_READER, &e);
    if (store == NULL)
        faults_add(faults, path, 0, "%s", e.text);
    store_close(store);
}

int cmd_check(struct cli *cli)
{
    struct error e;
    struct faults faults = faults_in(cli->arena);
    struct config_world world = cli_world();
    if (cli->n > 0)
        return cli_wrong_use(cli, "it takes no words");
    if (cli_value(cli, "sample") != NULL) {
        cli_print(config_sample(cli->arena, &world));
        return EXIT_FINE;
    }
    struct config *config = cli_config(cli);
    struct grammar *grammar = grammar_new(&e);
    if (grammar == NULL)
        faults_add(&faults, "grammar", 0, "%s", e.text);
    else
        check_texts(cli, config, grammar, &faults);
    if (faults.count == 0)
        check_pages(cli, config, &faults);
    bool config_bad = faults.count > 0;
    check_database(cli, config, &faults);
    if (faults.count == 0)
        printf("%s: fine; %zu channels, %d catalogues\n", config->file, config->channel_count, LANGUAGES);
    else
        fprintf(stderr, "%.*s", STR_ARG(sbuf_str(&faults.text)));
    grammar_free(grammar);
    config_drop(config);
    return faults.count == 0 ? EXIT_FINE : config_bad ? EXIT_BAD_CONFIG : EXIT_FAULT;
}
