/* staff add PHONE, staff list, staff remove PHONE. */
#include <stdio.h>

#include "gateway/admin_staff.h"
#include "gateway/base/arena.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"

enum { PAGE = 500 };

static int list(struct cli *cli, const struct config *config)
{
    struct store *store = cli_reader(cli, config);
    struct staff *rows = arena_array(cli->arena, struct staff, PAGE);
    bool masked = cli_value(cli, "masked") != NULL;
    size_t n = PAGE;
    cli_print(str_of(csv_staff_header));
    for (int64_t after = 0; n == PAGE;) {
        struct arena *arena = arena_new(64 << 10);
        struct sbuf out = sbuf_in(arena);
        n = staff_page(store, arena, after, rows, PAGE);
        for (size_t i = 0; i < n; i++) {
            int64_t contacted, ready;
            staff_enlisted(store, rows[i].phone, &contacted, &ready);
            csv_staff(&out, &rows[i], contacted, ready, masked);
        }
        after = n > 0 ? rows[n - 1].phone : 0;
        cli_print(sbuf_str(&out));
        arena_free(arena);
    }
    return cli_reader_end(store, EXIT_FINE);
}

static struct str value(const struct cli *cli, const char *option)
{
    const char *given = cli_value(cli, option);
    return given != NULL ? str_of(given) : STR("");
}

static struct str provinces(struct cli *cli)
{
    const struct cli_option *given = cli_option(cli, "province");
    struct sbuf slugs = sbuf_in(cli->arena);
    for (size_t i = 0; i < given->n; i++)
        sbuf_printf(&slugs, "%s%s", i > 0 ? " " : "", given->values[i]);
    return sbuf_str(&slugs);
}

static int add(struct cli *cli, const struct config *config)
{
    struct error e;
    struct http_response response;
    struct staff s = {.name = value(cli, "name"),
                      .role = value(cli, "role"),
                      .provinces = provinces(cli),
                      .organisation = value(cli, "organisation"),
                      .centre = value(cli, "centre")};
    if (!staff_check(config, &s, &e))
        return cli_wrong_use(cli, e.text);
    struct json *json = json_object_new();
    json_put_str(json, "phone", str_of(cli->args[1]));
    json_put_str(json, "name", s.name);
    json_put_str(json, "role", s.role);
    json_put_str(json, "provinces", s.provinces);
    json_put_str(json, "organisation", s.organisation);
    json_put_str(json, "centre", s.centre);
    int code = cli_post(cli, config, "/api/v1/staff", json_write(json, cli->arena), &response);
    json_free(json);
    if (code == EXIT_FINE)
        printf("%s is %.*s now\n", cli->args[1], STR_ARG(s.role));
    return code;
}

static int take_away(struct cli *cli, const struct config *config)
{
    struct http_response response;
    struct phone phone = phone_parse(str_of(cli->args[1]), config->service.country.p);
    if (!phone_reachable(&phone)) {
        fprintf(stderr, "yavar: %s is no phone number that an SMS can reach\n", cli->args[1]);
        return EXIT_FAULT;
    }
    const char *path = str_cstr(cli->arena, str_printf(cli->arena, "/api/v1/staff/+%s/remove", phone.digits));
    int code = cli_post(cli, config, path, STR(""), &response);
    if (code == EXIT_FINE)
        printf("%s is no longer of the staff\n", cli->args[1]);
    return code;
}

int cmd_staff(struct cli *cli)
{
    bool lists = cli->n == 1 && strcmp(cli->args[0], "list") == 0;
    bool adds = cli->n == 2 && strcmp(cli->args[0], "add") == 0;
    bool removes = cli->n == 2 && strcmp(cli->args[0], "remove") == 0;
    if (!lists && !adds && !removes)
        return cli_wrong_use(cli, "list, add and a phone, or remove and a phone");
    struct config *config = cli_config(cli);
    int code = lists ? list(cli, config) : adds ? add(cli, config) : take_away(cli, config);
    config_drop(config);
    return code;
}
