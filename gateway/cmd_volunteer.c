/* volunteer list, show PHONE, verify PHONE --by NAME. */
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"
#include "gateway/store/store_calls.h"

enum { PAGE = 500, BEHIND_ONE_PHONE = 64 };

static int list(struct cli *cli, struct store *store)
{
    struct volunteer *rows = arena_array(cli->arena, struct volunteer, PAGE);
    bool masked = cli_value(cli, "masked") != NULL;
    size_t n = PAGE;
    cli_print(str_printf(cli->arena, "id,%s", csv_volunteer_header));
    for (int64_t after = 0; n == PAGE;) {
        struct arena *arena = arena_new(256 << 10);
        struct sbuf out = sbuf_in(arena);
        n = volunteer_page(store, arena, after, rows, PAGE);
        for (size_t i = 0; i < n; i++)
            csv_volunteer(&out, &rows[i], true, masked);
        after = n > 0 ? rows[n - 1].id : 0;
        cli_print(sbuf_str(&out));
        arena_free(arena);
    }
    return EXIT_FINE;
}

static void put_time(struct json *json, const char *key, int64_t seconds)
{
    char at[24];
    clock_iso(seconds, at);
    if (seconds > 0)
        json_put_str(json, key, str_of(at));
}

static struct json *consent_of(struct cli *cli, struct store *store, const struct volunteer *v)
{
    struct json *json = json_object_new();
    struct str text = consent_text_get(store, cli->arena, v->consent_version);
    json_put_str(json, "version", v->consent_version);
    json_put_str(json, "channel", v->consent_channel);
    put_time(json, "at", v->consent_at);
    if (text.p != NULL)
        json_put_str(json, "text", text);
    return json;
}

static struct json *person(struct cli *cli, struct store *store, const struct volunteer *v)
{
    struct json *json = json_object_new();
    json_put_int(json, "id", v->id);
    json_put_str(json, "name", v->name);
    json_put_str(json, "province", v->province);
    json_put_str(json, "specialty", v->specialty);
    json_put_str(json, "availability", v->availability);
    json_put_str(json, "status", v->status);
    json_put_str(json, "verified_by", v->verified_by);
    put_time(json, "verified_at", v->verified_at);
    if (v->consent_at > 0)
        json_put(json, "consent", consent_of(cli, store, v));
    if (v->recruiter > 0)
        json_put_str(json, "recruiter", str_printf(cli->arena, "%lld", (long long)v->recruiter));
    if (v->team > 0)
        json_put_int(json, "team", store_reference(store, v->team));
    json_put_int(json, "hours_served", volunteer_minutes(store, v->id) / 60);
    put_time(json, "created_at", v->created_at);
    put_time(json, "updated_at", v->updated_at);
    return json;
}

static int show(struct cli *cli, struct store *store, const struct phone *phone)
{
    struct volunteer *rows = arena_array(cli->arena, struct volunteer, BEHIND_ONE_PHONE);
    struct contact contact;
    int64_t number = 0;
    size_t n = 0;
    if (str_to_i64(str_of(phone->digits), &number))
        n = volunteer_of(store, cli->arena, number, rows, BEHIND_ONE_PHONE);
    if (n == 0) {
        fprintf(stderr, "yavar: no volunteer is known behind this phone\n");
        return EXIT_FAULT;
    }
    contact_get(store, cli->arena, number, &contact);
    struct json *json = json_object_new(), *people = json_array_new();
    json_put_str(json, "phone", str_of(phone->digits));
    if (contact.has_language)
        json_put_str(json, "language", str_of(language_codes[contact.language]));
    put_time(json, "stopped_at", contact.stopped_at);
    for (size_t i = 0; i < n; i++)
        json_push(people, person(cli, store, &rows[i]));
    json_put(json, "people", people);
    cli_print(json_write(json, cli->arena));
    cli_print(STR("\n"));
    json_free(json);
    return EXIT_FINE;
}

static int verify(struct cli *cli, const struct config *config, const struct phone *phone)
{
    struct http_response response;
    struct error e;
    struct json *body = json_object_new();
    const char *id = cli_value(cli, "id");
    int64_t number = 0;
    json_put_str(body, "by", str_of(cli_value(cli, "by")));
    if (id != NULL && str_to_i64(str_of(id), &number))
        json_put_int(body, "id", number);
    struct str path = str_printf(cli->arena, "/api/v1/volunteers/%s/verify", phone->digits);
    int code = cli_post(cli, config, str_cstr(cli->arena, path), json_write(body, cli->arena), &response);
    json_free(body);
    struct json *done = code == EXIT_FINE ? json_read(response.body, &e) : NULL;
    if (done != NULL)
        printf("verified: %lld %.*s (%.*s)\n", (long long)json_int(done, "id", 0),
               STR_ARG(json_str(done, "name")), STR_ARG(json_str(done, "specialty")));
    json_free(done);
    return code;
}

/* NULL, or what is wrong with the use. */
static const char *wrong_use(struct cli *cli)
{
    const char *id = cli_value(cli, "id");
    int64_t number = 0;
    bool lists = cli->n == 1 && strcmp(cli->args[0], "list") == 0;
    bool shows = cli->n == 2 && strcmp(cli->args[0], "show") == 0;
    bool verifies = cli->n == 2 && strcmp(cli->args[0], "verify") == 0;
    if (!lists && !shows && !verifies)
        return "list, or show and a phone, or verify and a phone";
    if (verifies && cli_value(cli, "by") == NULL)
        return "--by NAME says who verified";
    if (id != NULL && (!str_to_i64(str_of(id), &number) || number < 1))
        return "--id is a number, as `volunteer list` shows it";
    return NULL;
}

static int read_phone(struct cli *cli, const struct config *config, struct phone *phone)
{
    *phone = phone_parse(str_of(cli->args[1]), config->service.country.p);
    if (phone_reachable(phone))
        return EXIT_FINE;
    fprintf(stderr, "yavar: %s is no phone number\n", cli->args[1]);
    return EXIT_FAULT;
}

int cmd_volunteer(struct cli *cli)
{
    const char *wrong = wrong_use(cli);
    struct phone phone;
    if (wrong != NULL)
        return cli_wrong_use(cli, wrong);
    struct config *config = cli_config(cli);
    bool lists = cli->n == 1;
    int code = lists ? EXIT_FINE : read_phone(cli, config, &phone);
    if (code == EXIT_FINE && strcmp(cli->args[0], "verify") == 0) {
        code = verify(cli, config, &phone);
    } else if (code == EXIT_FINE) {
        struct store *store = cli_reader(cli, config);
        code = cli_reader_end(store, lists ? list(cli, store) : show(cli, store, &phone));
    }
    config_drop(config);
    return code;
}
