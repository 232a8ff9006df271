/* staff list, staff add PHONE, staff remove|unlock|token PHONE. */
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"
#include "handlers/office_staff.h"

enum { PAGE = 500 };

static int list(struct cli *cli, const struct config *config)
{
    struct actor actor;
    struct store *store = cli_reader(cli, config);
    struct staff *rows = arena_array(cli->arena, struct staff, PAGE);
    bool masked = cli_value(cli, "masked") != NULL;
    size_t n = PAGE;
    cli_actor(cli, config, store, &actor);
    if (!role_may(actor.role, ROLE_COORDINATOR)) {
        fprintf(stderr, "yavar: this is not for that role\n");
        return cli_reader_end(store, EXIT_FAULT);
    }
    cli_print(str_of(csv_staff_header));
    for (int64_t after = 0; n == PAGE;) {
        struct arena *arena = arena_new(64 << 10);
        struct sbuf out = sbuf_in(arena);
        n = staff_page_of(store, arena, &actor, after, rows, PAGE);
        for (size_t i = 0; i < n; i++) {
            int64_t contacted, ready;
            staff_enlisted(store, rows[i].phone, &contacted, &ready);
            csv_staff(&out, &rows[i], contacted, ready, clock_ms() / 1000, masked);
        }
        after = n > 0 ? rows[n - 1].phone : 0;
        cli_print(sbuf_str(&out));
        arena_free(arena);
    }
    return cli_reader_end(store, EXIT_FINE);
}

static int add(struct cli *cli, const struct config *config)
{
    struct error e;
    struct http_response response;
    struct str deputy_of = cli_text(cli, "deputy-of");
    struct staff s = {.name = cli_text(cli, "name"),
                      .role = cli_text(cli, "role"),
                      .provinces = cli_provinces(cli),
                      .organisation = cli_text(cli, "organisation"),
                      .centre = cli_text(cli, "centre")};
    if (!staff_check(config, &s, deputy_of.n > 0, &e))
        return cli_wrong_use(cli, e.text);
    struct json *json = json_object_new();
    json_put_str(json, "phone", str_of(cli->args[1]));
    json_put_str(json, "name", s.name);
    json_put_str(json, "role", s.role);
    json_put_str(json, "provinces", s.provinces);
    json_put_str(json, "organisation", s.organisation);
    json_put_str(json, "centre", s.centre);
    json_put_str(json, "deputy_of", deputy_of);
    int code = cli_post(cli, config, "/api/v1/staff", json_write(json, cli->arena), &response);
    json_free(json);
    if (code == EXIT_FINE && deputy_of.n > 0)
        printf("%s is deputy of %.*s now\n", cli->args[1], STR_ARG(deputy_of));
    else if (code == EXIT_FINE)
        printf("%s is %.*s now\n", cli->args[1], STR_ARG(s.role));
    return code;
}

/* On a line of its own, so that it can be piped into a file of mode 0600. */
static int say_token(struct cli *cli, struct str body)
{
    struct error e;
    struct json *json = json_read(body, &e);
    struct str token = json != NULL ? json_str(json, "token") : STR("");
    cli_print(str_printf(cli->arena, "%.*s\n", STR_ARG(token)));
    fprintf(stderr, "this token is not shown again; one from before is good no longer\n");
    json_free(json);
    return token.n > 0 ? EXIT_FINE : EXIT_FAULT;
}

/* remove, unlock, token: what is done to one who is there. */
static int change(struct cli *cli, const struct config *config)
{
    struct http_response response;
    const char *what = cli->args[0];
    struct phone phone = phone_parse(str_of(cli->args[1]), config->service.country.p);
    if (!phone_reachable(&phone)) {
        fprintf(stderr, "yavar: %s is no phone number that an SMS can reach\n", cli->args[1]);
        return EXIT_FAULT;
    }
    struct str path = str_printf(cli->arena, "/api/v1/staff/+%s/%s", phone.digits, what);
    int code = cli_post(cli, config, str_cstr(cli->arena, path), STR(""), &response);
    if (code == EXIT_FINE && strcmp(what, "token") == 0)
        code = say_token(cli, response.body);
    else if (code == EXIT_FINE)
        printf(strcmp(what, "remove") == 0 ? "%s is no longer of the staff\n" : "%s may use codes again\n",
               cli->args[1]);
    return code;
}

int cmd_staff(struct cli *cli)
{
    static const char *const changes[] = {"remove", "unlock", "token"};
    bool lists = cli->n == 1 && strcmp(cli->args[0], "list") == 0;
    bool adds = cli->n == 2 && strcmp(cli->args[0], "add") == 0, change_it = false;
    for (int i = 0; i < 3; i++)
        change_it = change_it || (cli->n == 2 && strcmp(cli->args[0], changes[i]) == 0);
    if (!lists && !adds && !change_it)
        return cli_wrong_use(cli, "list, or add, remove, unlock or token and a phone");
    struct config *config = cli_config(cli);
    int code = lists ? list(cli, config) : adds ? add(cli, config) : change(cli, config);
    config_drop(config);
    return code;
}
