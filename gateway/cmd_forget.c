/* forget: erases a person and keeps the sums, after asking. */
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/cli.h"

/* Whoever pressed Return by chance has not said yes. */
static bool is_sure(const char *phone)
{
    char answer[16] = "";
    fprintf(stderr,
            "Name, consent, texts and sessions of %s will be erased, and what waits to be sent to it is "
            "dropped.\n"
            "Pledged sums stay, without the phone. This cannot be undone. Type yes to go on: ",
            phone);
    return fgets(answer, sizeof answer, stdin) != NULL && str_is(str_trim(str_of(answer)), "yes");
}

static void say_result(struct str body)
{
    struct error e;
    struct json *json = json_read(body, &e);
    if (json != NULL)
        printf(
            "forgotten: %lld volunteers, %lld messages, %lld USSD sessions; %lld pledges keep their sums\n",
            (long long)json_int(json, "people", 0), (long long)json_int(json, "messages", 0),
            (long long)json_int(json, "sessions", 0), (long long)json_int(json, "pledges", 0));
    json_free(json);
}

static int forget(struct cli *cli, const struct config *config)
{
    struct http_response response;
    struct phone phone = phone_parse(str_of(cli->args[0]), config->service.country.p);
    if (!phone_reachable(&phone)) {
        fprintf(stderr, "yavar: %s is no phone number\n", cli->args[0]);
        return EXIT_FAULT;
    }
    if (cli_value(cli, "yes") == NULL && !is_sure(phone.digits)) {
        fprintf(stderr, "nothing was changed\n");
        return EXIT_FAULT;
    }
    struct str path = str_printf(cli->arena, "/api/v1/people/%s/forget", phone.digits);
    int code = cli_post(cli, config, str_cstr(cli->arena, path), STR(""), &response);
    if (code == EXIT_FINE)
        say_result(response.body);
    return code;
}

int cmd_forget(struct cli *cli)
{
    if (cli->n != 1)
        return cli_wrong_use(cli, "whose phone");
    struct config *config = cli_config(cli);
    int code = forget(cli, config);
    config_drop(config);
    return code;
}
