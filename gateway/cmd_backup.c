/* backup and restore: a checked copy while the service runs, and the way back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"

/* For doctor, which tells how old the last one is.  The copy is good all the
 * same when this note cannot be written. */
static void note(struct cli *cli, const struct config *config, const char *file)
{
    struct http_response response;
    struct json *json = json_object_new();
    char *whole = realpath(file, NULL);
    json_put_str(json, "file", str_of(whole != NULL ? whole : file));
    if (cli_post(cli, config, "/api/v1/backups", json_write(json, cli->arena), &response) != EXIT_FINE)
        fprintf(stderr, "yavar: the copy is good, but `yavar doctor` will not know of it\n");
    json_free(json);
    free(whole);
}

int cmd_backup(struct cli *cli)
{
    struct error e;
    struct stat st;
    if (cli->n != 1)
        return cli_wrong_use(cli, "one file to write to");
    struct config *config = cli_config(cli);
    const char *database = str_cstr(cli->arena, config->service.database), *file = cli->args[0];
    if (access(database, F_OK) != 0) {
        fprintf(stderr, "yavar: there is no database at %s yet\n", database);
        config_drop(config);
        return EXIT_FAULT;
    }
    bool good = store_copy(database, file, &e) &&
                (stat(file, &st) == 0 || error_set(&e, "%s is copied, and gone: %s", file, strerror(errno)));
    if (good) {
        note(cli, config, file);
        printf("%s: %lld bytes, looked through and on disk\n", file, (long long)st.st_size);
    } else {
        fprintf(stderr, "yavar: %s\n", e.text);
    }
    config_drop(config);
    return good ? EXIT_FINE : EXIT_FAULT;
}

static int restore(const char *file, const char *database)
{
    struct error e;
    struct store_restored restored;
    int lock = store_lock(database, &e);
    if (lock < 0) {
        fprintf(stderr, "yavar: %s; stop the service first\n", e.text);
        return EXIT_TRY_LATER;
    }
    bool good = store_restore(file, database, clock_ms(), &restored, &e);
    if (!good)
        fprintf(stderr, "yavar: %s\n", e.text);
    else
        printf("%s is as it was in %s.\n%lld messages are held: `yavar message list --held`, then `yavar "
               "message "
               "retry ID` or `drop ID`.\n",
               database, file, (long long)restored.held);
    if (good && restored.kept[0] != '\0')
        printf("What stood there before is kept as %s.\n", restored.kept);
    if (close(lock) != 0)
        fprintf(stderr, "yavar: %s.lock could not be closed\n", database);
    return good ? EXIT_FINE : EXIT_FAULT;
}

int cmd_restore(struct cli *cli)
{
    if (cli->n != 1)
        return cli_wrong_use(cli, "one file to read from");
    struct config *config = cli_config(cli);
    int code = restore(cli->args[0], str_cstr(cli->arena, config->service.database));
    config_drop(config);
    return code;
}
