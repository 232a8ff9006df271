/* yavar: the command line.  One row a command; each has a file of its own. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "gateway/base/arena.h"
#include "gateway/base/crypto.h"
#include "gateway/base/icu.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/cli.h"

#ifndef YAVAR_VERSION
#define YAVAR_VERSION "0.1"
#endif

const struct cli_command cli_commands[] = {
    {"serve", cmd_serve, "serve [-c FILE]", "runs the service", ""},
    {"check", cmd_check, "check [-c FILE] [--sample]",
     "checks config, catalogues and database; --sample prints a config", "sample!"},
    {"chat", cmd_chat, "chat [-c FILE] [--from PHONE] [--ussd]",
     "talks to Yavar from the terminal, as a phone would; --ussd dials and presses instead of texting",
     "from ussd!"},
    {"explain", cmd_explain, "explain [-c FILE] [TEXT]",
     "how a text is understood, as JSON; without TEXT, line by line", ""},
    {"segments", cmd_segments, "segments [TEXT]",
     "encoding, units and segments, as JSON; without TEXT, line by line", ""},
    {"import", cmd_import, "import needs|people FILE.csv [-c FILE]",
     "takes needs or people from a CSV, all or nothing", ""},
    {"export", cmd_export, "export needs|pledges|messages|volunteers|audit [-c FILE] [--masked]",
     "CSV to standard output", "masked!"},
    {"need", cmd_need, "need list | need show CODE [-c FILE]", "needs, as CSV or one as JSON", ""},
    {"campaign", cmd_campaign,
     "campaign list | campaign show KEYWORD | campaign sums KEYWORD | campaign add KEYWORD… [--name-fa T] "
     "[--name-en T] [--goal MONEY] [--from DATE] [--to DATE] [--province SLUG]… [--pay-to T] [--organisation "
     "SLUG] | campaign change KEYWORD [the same] | campaign allot REF CODE [--as PHONE] [-c FILE]",
     "campaigns: their windows, what came in and what for",
     "name-fa name-en goal from to province pay-to organisation as"},
    {"staff", cmd_staff,
     "staff list [--masked] | staff add PHONE --role viewer|reporter|recruiter|coordinator|auditor|admin "
     "[--province SLUG]… [--organisation SLUG] [--centre NAME] [--name NAME] [--deputy-of PHONE] | staff "
     "remove|unlock|token PHONE [--as PHONE] [-c FILE]",
     "who may do what, where; token prints a new API token, once",
     "role province organisation centre name deputy-of masked! as"},
    {"organisation", cmd_organisation,
     "organisation list | organisation add SLUG --name-fa T [--name-en T] [--province SLUG]… [--pay-to T] "
     "[--as PHONE] [-c FILE]",
     "charities and groups, and how they are paid", "name-fa name-en province pay-to as"},
    {"call", cmd_call,
     "call add --kind team|visit|meeting|rollcall --title T --place P --from WHEN --to WHEN --need "
     "SPECIALTY=N… "
     "--province SLUG…|all [--place-en P] [--channel C] [--urgent --reason R] | call list | call show REF | "
     "call roster REF [--masked] | call approve|pause|resume|close|cancel REF [--as PHONE] [-c FILE]",
     "calls for people at a place and time; WHEN such as \"1405/09/15 08:00\"",
     "kind title place place-en from to need province channel urgent! reason masked! as"},
    {"volunteer", cmd_volunteer,
     "volunteer list [--masked] | volunteer show PHONE | volunteer verify PHONE --by NAME [--id N] [-c FILE]",
     "volunteers; verify notes who looked at a clinician's papers", "masked! by id"},
    {"forget", cmd_forget, "forget PHONE [--yes] [-c FILE]", "erases a person and keeps the sums", "yes!"},
    {"broadcast", cmd_broadcast,
     "broadcast preview|add|send AUDIENCE TEXT [--channel C] [--until DATE] [--urgent --reason R] | "
     "broadcast "
     "approve|pause|resume|cancel REF | broadcast test TEXT [--to PHONE] [--channel C] | broadcast list | "
     "broadcast show|watch REF [--masked] [--as PHONE] [-c FILE]",
     "one text to many; preview tells whom, what it costs and when it ends; send is add and approve; watch "
     "shows how far it is",
     "channel until urgent! reason to masked! as"},
    {"message", cmd_message,
     "message list [--unanswered] [--held] [--masked] | message show ID | message retry|drop ID… | message "
     "reply ID TEXT [-c FILE]",
     "messages: their whole life, and answers by a person", "unanswered! held! masked!"},
    {"channel", cmd_channel, "channel list | channel send CHANNEL PHONE TEXT [-c FILE]",
     "lines; send tries one out", ""},
    {"doctor", cmd_doctor, "doctor [-c FILE]",
     "clock, disk, permissions, telecoms, library versions, last backup", ""},
    {"backup", cmd_backup, "backup FILE [-c FILE]", "a checked copy of the database, while it runs", ""},
    {"restore", cmd_restore, "restore FILE [-c FILE]",
     "goes back to a backup; what it still wanted to send is held", ""},
    {"stats", cmd_stats, "stats [--json] [-c FILE]", "the figures", "json!"},
    {NULL, NULL, NULL, NULL, NULL},
};

static void print_commands(FILE *out)
{
    fprintf(out, "usage: yavar COMMAND [-c FILE] …\n\n");
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        fprintf(out, "  %-10s %s\n", c->name, c->what);
    fprintf(
        out,
        "\n`yavar COMMAND --help` tells more. FILE defaults to ./yavar.ini, then /etc/yavar/yavar.ini, then\n"
        "built-in defaults.\n");
}

enum { OPTIONS_MOST = 24, CODE_HELP = 1000, CODE_FIRST = 1001 };

static size_t own_options(struct cli *cli, struct option *longs)
{
    struct str rest = str_of(cli->command->options), name;
    size_t n = 0;
    cli->options = arena_array(cli->arena, struct cli_option, OPTIONS_MOST);
    while (rest.p != NULL && str_split(&rest, ' ', &name) && name.n > 0) {
        bool flag = name.p[name.n - 1] == '!';
        cli->options[n].name = str_cstr(cli->arena, str_from(name.p, name.n - flag));
        cli->options[n].flag = flag;
        longs[n] = (struct option){cli->options[n].name, flag ? no_argument : required_argument, NULL,
                                   CODE_FIRST + (int)n};
        n++;
    }
    return n;
}

/* Fills CLI from the words behind the command; an exit code, or -1 to go on. */
static int parse(struct cli *cli, int argc, char **argv)
{
    struct option longs[OPTIONS_MOST + 2] = {{NULL, 0, NULL, 0}};
    cli->option_count = own_options(cli, longs);
    longs[cli->option_count] = (struct option){"help", no_argument, NULL, CODE_HELP};
    int code;
    opterr = 0;
    while ((code = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
        if (code == CODE_HELP || code == 'h') {
            printf("usage: yavar %s\n\n%s.\n", cli->command->usage, cli->command->what);
            return EXIT_FINE;
        }
        if (code == '?')
            return cli_wrong_use(cli, "an option is unknown or lacks its value");
        if (code == 'c') {
            cli->config_file = optarg;
            continue;
        }
        struct cli_option *option = &cli->options[code - CODE_FIRST];
        if (option->n == CLI_VALUES_MOST)
            return cli_wrong_use(cli, "an option is given too often");
        option->values[option->n++] = option->flag ? "" : optarg;
    }
    for (size_t i = 0; i < cli->option_count; i++)
        if (strcmp(cli->options[i].name, "as") == 0)
            cli->as = cli_value(cli, "as");
    cli->args = argv + optind;
    cli->n = (size_t)(argc - optind);
    return -1;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct error e;
    struct cli cli = {.command = command, .arena = arena_new(16 << 10)};
    int code = parse(&cli, argc, argv);
    json_start();
    if (code < 0 && !(crypto_start(&e) && icu_start(&e))) {
        fprintf(stderr, "yavar: %s\n", e.text);
        code = EXIT_FAULT;
    }
    if (code < 0)
        code = command->run(&cli);
    arena_free(cli.arena);
    /* an earlier write may have failed, of which a later flush says nothing */
    bool written = fflush(stdout) == 0 && ferror(stdout) == 0;
    return written || code != EXIT_FINE ? code : EXIT_FAULT;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "--help";
    (void)umask(0077); /* what we make holds people's numbers; it answers with the old mask */
    if (unsetenv("POSIXLY_CORRECT") != 0) /* -c may stand anywhere, whatever the shell says */
        return EXIT_FAULT;
    if (strcmp(name, "--version") == 0) {
        printf("yavar %s\n", YAVAR_VERSION);
        return EXIT_FINE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_commands(argc > 1 ? stdout : stderr);
        return argc > 1 ? EXIT_FINE : EXIT_WRONG_USE;
    }
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        if (strcmp(name, c->name) == 0)
            return run(c, argc - 1, argv + 1);
    fprintf(stderr, "yavar: no command is named %s\n\n", name);
    print_commands(stderr);
    return EXIT_WRONG_USE;
}
