/* What the commands of the command line share.
 *
 * Exit codes: 0; 1 a fault found; 64 usage; 75 try later; 78 a config fault. */
#ifndef YAVAR_CLI_H
#define YAVAR_CLI_H

#include "gateway/base/http.h"
#include "gateway/conf/config.h"
#include "gateway/store/store.h"

enum { EXIT_FINE = 0, EXIT_FAULT = 1, EXIT_WRONG_USE = 64, EXIT_TRY_LATER = 75, EXIT_BAD_CONFIG = 78 };

enum { CLI_VALUES_MOST = 16 };

/* An option of a command: "--name VALUE", perhaps several times. */
struct cli_option {
    const char *name; /* without the dashes */
    bool flag;        /* takes no value */
    const char *values[CLI_VALUES_MOST];
    size_t n;
};

struct cli {
    const struct cli_command *command;
    const char *config_file; /* -c FILE, or NULL */
    const char *as;          /* --as PHONE: of the staff for whom the operator acts, or NULL */
    char **args;             /* what is no option */
    size_t n;
    struct cli_option *options; /* the command's own, filled */
    size_t option_count;
    struct arena *arena;
};

struct cli_command {
    const char *name;
    int (*run)(struct cli *cli);
    const char *usage;   /* behind "yavar " */
    const char *what;    /* a line for the list */
    const char *options; /* names parted by blanks; a name with ! takes no value */
};
extern const struct cli_command cli_commands[]; /* ended by a NULL name */

struct config_world cli_world(void);

/* The option's first value; NULL where it was not given. */
const char *cli_value(const struct cli *cli, const char *option);
const struct cli_option *cli_option(const struct cli *cli, const char *option);
int cli_wrong_use(const struct cli *cli, const char *why);

/* What only a provider can say of its channels' settings. */
void cli_check_channels(const struct config *config, struct faults *faults);
/* Says all faults on standard error and exits with 78 where there are any. */
struct config *cli_config(struct cli *cli);
/* A reader's store; exits with 75 or 1 where there is none. */
struct store *cli_reader(struct cli *cli, const struct config *config);
struct actor;
/* For whom it reads: the operator, or with --as somebody of the staff; exits with 1 where it is nobody. */
void cli_actor(struct cli *cli, const struct config *config, struct store *store, struct actor *actor);
/* The values of --province, parted by blanks. */
struct str cli_provinces(struct cli *cli);
/* An option's value; empty where it was not given. */
struct str cli_text(const struct cli *cli, const char *option);
/* Closes it; CODE, unless reading failed: then says why, and it is a fault. */
int cli_reader_end(struct store *store, int code);

/* Asks the running service through its door, or does it alone under the lock.
 * Returns an exit code; says the error itself. */
int cli_post(struct cli *cli, const struct config *config, const char *path, struct str body,
             struct http_response *response);

void cli_print(struct str text); /* to standard output; exits with 1 where it is closed */

/* The commands, a file each. */
int cmd_serve(struct cli *cli);
int cmd_check(struct cli *cli);
int cmd_chat(struct cli *cli);
int cmd_explain(struct cli *cli);
int cmd_segments(struct cli *cli);
int cmd_import(struct cli *cli);
int cmd_export(struct cli *cli);
int cmd_need(struct cli *cli);
int cmd_campaign(struct cli *cli);
int cmd_broadcast(struct cli *cli);
int cmd_call(struct cli *cli);
int cmd_staff(struct cli *cli);
int cmd_organisation(struct cli *cli);
int cmd_message(struct cli *cli);
int cmd_channel(struct cli *cli);
int cmd_stats(struct cli *cli);
int cmd_backup(struct cli *cli);
int cmd_restore(struct cli *cli);
int cmd_doctor(struct cli *cli);
int cmd_volunteer(struct cli *cli);
int cmd_forget(struct cli *cli);

#endif
