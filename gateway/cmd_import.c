/* import: needs or people from a CSV, through the door or alone. */
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"
#include "gateway/conf/ini.h"

enum { CSV_BYTES_MOST = 16 << 20 };

static const char *post_path(struct cli *cli, const char *what, const char *file)
{
    struct sbuf path = sbuf_in(cli->arena);
    sbuf_printf(&path, "/api/v1/%s?name=", what);
    http_percent_encode(&path, str_of(file));
    return str_cstr(cli->arena, sbuf_str(&path));
}

static void say_result(const char *what, struct str body)
{
    struct error e;
    struct json *json = json_read(body, &e);
    int64_t silent = json != NULL ? json_int(json, "without_consent", 0) : 0;
    struct str notes = json != NULL ? json_str(json, "notes") : STR("");
    if (notes.n > 0)
        fprintf(stderr, "%.*s", STR_ARG(notes));
    if (json != NULL)
        printf("%lld %s: %lld new, %lld changed\n", (long long)json_int(json, "rows", 0), what,
               (long long)json_int(json, "added", 0), (long long)json_int(json, "changed", 0));
    if (silent > 0)
        printf("%lld came without source and time of their consent: no broadcast will reach them\n",
               (long long)silent);
    json_free(json);
}

int cmd_import(struct cli *cli)
{
    struct error e;
    struct str csv;
    struct http_response response;
    const char *what = cli->n == 2 ? cli->args[0] : "";
    if (strcmp(what, "needs") != 0 && strcmp(what, "people") != 0)
        return cli_wrong_use(cli, "what to import (needs or people), and the file");
    struct config *config = cli_config(cli);
    int code = EXIT_FAULT;
    if (!ini_read_file(cli->arena, cli->args[1], CSV_BYTES_MOST, &csv, &e))
        fprintf(stderr, "yavar: %s\n", e.text);
    else
        code = cli_post(cli, config, post_path(cli, what, cli->args[1]), csv, &response);
    if (code == EXIT_FINE)
        say_result(what, response.body);
    config_drop(config);
    return code;
}
