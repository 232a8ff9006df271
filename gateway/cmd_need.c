/* need list, need show CODE. */
#include "gateway/admin_read.h"
#include "gateway/base/arena.h"
#include "gateway/base/damm.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"

#include <stdio.h>

enum { PAGE = 500 };

static int list(struct cli *cli, struct store *store)
{
    struct need *rows = arena_array(cli->arena, struct need, PAGE);
    size_t n = PAGE;
    cli_print(str_of(csv_need_header));
    for (uint32_t after = 0; n == PAGE;) {
        struct arena *arena = arena_new(256 << 10);
        struct sbuf out = sbuf_in(arena);
        n = need_page(store, arena, after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            csv_need(&out, &rows[i], true);
        after = n > 0 ? rows[n - 1].code : 0;
        cli_print(sbuf_str(&out));
        arena_free(arena);
    }
    return EXIT_FINE;
}

static int show(struct cli *cli, struct store *store, struct str code)
{
    struct need need;
    uint64_t number;
    if (!code_valid(code) || !str_to_u64(code, &number) ||
        !need_get(store, cli->arena, (uint32_t)number, &need)) {
        fprintf(stderr, "yavar: %s: %.*s\n",
                code_valid(code) ? "no need has this code" : "this is no need's code", STR_ARG(code));
        return EXIT_FAULT;
    }
    struct json *json = need_json(&need);
    cli_print(json_write(json, cli->arena));
    cli_print(STR("\n"));
    json_free(json);
    return EXIT_FINE;
}

int cmd_need(struct cli *cli)
{
    bool lists = cli->n == 1 && strcmp(cli->args[0], "list") == 0;
    bool shows = cli->n == 2 && strcmp(cli->args[0], "show") == 0;
    if (!lists && !shows)
        return cli_wrong_use(cli, "list, or show and a code");
    struct config *config = cli_config(cli);
    struct store *store = cli_reader(cli, config);
    int code = lists ? list(cli, store) : show(cli, store, str_of(cli->args[1]));
    code = cli_reader_end(store, code);
    config_drop(config);
    return code;
}
