/* doctor: looks at what a running service depends on, a line a check: `ok`,
 * `warn` (look at it by day) or `fault` (exit 1). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/base/icu.h"
#include "gateway/base/json.h"
#include "gateway/base/xmlrpc.h"
#include "gateway/cli.h"
#include "gateway/model/understand.h"
#include "gateway/net/http_client.h"
#include "gateway/providers/provider.h"

enum { DAY = 86400, BACKUP_WARN_DAYS = 2, BACKUP_FAULT_DAYS = 7, REACH_MS = 3000, FIRST_DAY = 1767225600 };

enum verdict { OK, WARN, FAULT };

struct doctor {
    struct cli *cli;
    const struct config *config;
    const char *database;
    int64_t now;
    unsigned faults;
};

static void tell(struct doctor *d, enum verdict verdict, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void tell(struct doctor *d, enum verdict verdict, const char *what, const char *format, ...)
{
    static const char *const words[] = {"ok", "warn", "fault"};
    va_list args;
    d->faults += verdict == FAULT;
    printf("%-5s  %-12s ", words[verdict], what);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

/* ---- the machine ---- */

static void look_at_clock(struct doctor *d, struct store *store)
{
    struct timex state = {0};
    char at[24];
    int64_t newest = store != NULL ? inbox_newest(store) : 0;
    clock_iso(d->now, at);
    if (d->now < FIRST_DAY)
        tell(d, FAULT, "clock", "it says %s, before this program was written", at);
    else if (newest > d->now + 60)
        tell(d, FAULT, "clock", "it says %s, %lld s before the newest message came: it was set back", at,
             (long long)(newest - d->now));
    else if (adjtimex(&state) == TIME_ERROR)
        tell(d, WARN, "clock", "%s; nothing keeps it right (install chrony or systemd-timesyncd)", at);
    else
        tell(d, OK, "clock", "%s", at);
}

static const char *folder_of(struct doctor *d, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? "." : str_cstr(d->cli->arena, str_from(path, (size_t)(slash - path) + 1));
}

static void look_at_disk(struct doctor *d)
{
    struct statvfs fs;
    const char *folder = folder_of(d, d->database);
    int64_t reserve = d->config->service.disk_reserve;
    if (statvfs(folder, &fs) != 0) {
        tell(d, FAULT, "disk", "%s: %s", folder, strerror(errno));
        return;
    }
    int64_t free_bytes = (int64_t)(fs.f_bavail * fs.f_frsize);
    enum verdict verdict = free_bytes < reserve ? FAULT : free_bytes < 4 * reserve ? WARN : OK;
    tell(d, verdict, "disk", "%s: %lld MiB free, disk_reserve is %lld MiB", folder,
         (long long)(free_bytes >> 20), (long long)(reserve >> 20));
    if (fs.f_files > 0 && fs.f_favail < 100)
        tell(d, FAULT, "disk", "%s: no room for more files", folder);
}

static void look_at_mode(struct doctor *d, const char *path, const char *holds)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return; /* what must be there is told elsewhere */
    if ((st.st_mode & 0077) != 0)
        tell(d, WARN, "permissions", "%s holds %s and others may read it: chmod 600", path, holds);
    else
        tell(d, OK, "permissions", "%s", path);
}

static void look_at_permissions(struct doctor *d)
{
    const char *folder = folder_of(d, d->database);
    if (access(folder, W_OK | X_OK) != 0)
        tell(d, FAULT, "permissions", "%s: %s", folder, strerror(errno));
    if (access(d->database, F_OK) == 0 && access(d->database, R_OK | W_OK) != 0)
        tell(d, FAULT, "permissions", "%s: %s", d->database, strerror(errno));
    look_at_mode(d, d->database, "people's numbers");
    if (d->config->file != NULL)
        look_at_mode(d, d->config->file, "passwords");
}

/* ---- libraries ---- */

/* Whether "7.88.1-DEV" is at least "7.88"; what is not written counts as 0. */
static bool at_least(const char *version, const char *floor)
{
    struct str have = str_of(version), want = str_of(floor), part;
    while (want.p != NULL && str_split(&want, '.', &part)) {
        uint64_t least = 0, got = 0;
        bool known = str_to_u64(part, &least);
        for (; have.n > 0 && have.p[0] >= '0' && have.p[0] <= '9'; have = str_after(have, 1))
            got = got * 10 + (uint64_t)(have.p[0] - '0');
        if (!known || got != least)
            return known && got > least;
        if (have.n > 0 && have.p[0] == '.')
            have = str_after(have, 1);
        if (want.p == NULL)
            break;
    }
    return true;
}

static void look_at_libraries(struct doctor *d)
{
    char icu[24], pcre2[64];
    icu_library_version(icu);
    grammar_library_version(pcre2);
    const struct {
        const char *name, *version, *floor;
    } libraries[] = {
        /* The floors are what Debian 12 has: what runs below them was never tried, and is known to be
         * open to attack (libevent, libcurl) or to lose data (SQLite). */
        {"libevent", loop_library_version(), "2.1.12"},
        {"libcurl", http_client_library_version(), "7.88.1"},
        {"SQLite", store_engine_version(), "3.40.1"},
        {"PCRE2", pcre2, "10.42"},
        {"ICU", icu, "72.1"},
        {"jansson", json_library_version(), "2.14"},
        {"expat", xmlrpc_library_version(), "2.5.0"},
        {"libsodium", crypto_library_version(), "1.0.18"},
    };
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        bool good = at_least(libraries[i].version, libraries[i].floor);
        tell(d, good ? OK : FAULT, "library", "%s %s%s%s", libraries[i].name, libraries[i].version,
             good ? "" : ", and it must be at least ", good ? "" : libraries[i].floor);
    }
}

/* ---- telecoms ---- */

struct visit {
    struct loop *loop;
    struct http_answer answer;
    char reason[160];
};

static void visited(void *ctx, const struct http_answer *answer)
{
    struct visit *v = ctx;
    v->answer = *answer;
    int n = snprintf(v->reason, sizeof v->reason, "%s", answer->reason != NULL ? answer->reason : "");
    if (n < 0)
        v->reason[0] = '\0';
    loop_stop(v->loop);
}

/* "https://host:port/path?…" without the path, so that nothing is asked for. */
static struct str root_of(struct arena *arena, struct str url)
{
    const char *scheme = memmem(url.p, url.n, "://", 3);
    size_t start = scheme == NULL ? 0 : (size_t)(scheme - url.p) + 3, end = start;
    while (end < url.n && url.p[end] != '/' && url.p[end] != '?')
        end++;
    return str_printf(arena, "%.*s/", STR_ARG(str_from(url.p, end)));
}

static void visit(struct doctor *d, const struct channel *channel, struct str url)
{
    struct error e;
    struct visit v = {.answer = {.outcome = HTTP_UNSENT}, .reason = "out of memory"};
    struct http_client_limits limits = http_client_defaults;
    limits.total_ms = limits.connect_ms = REACH_MS;
    struct http_request request = {.method = HTTP_GET, .target = root_of(d->cli->arena, url)};
    v.loop = loop_new(&e);
    struct http_client *client = v.loop != NULL ? http_client_new(v.loop, &limits, &e) : NULL;
    if (client != NULL && http_client_send(client, &request, visited, &v))
        loop_run(v.loop);
    if (v.answer.outcome == HTTP_ANSWERED)
        tell(d, OK, "telecom", "%.*s: %.*s answers", STR_ARG(channel->name), STR_ARG(request.target));
    else
        tell(d, FAULT, "telecom", "%.*s: %.*s: %s", STR_ARG(channel->name), STR_ARG(request.target),
             v.reason);
    http_client_free(client);
    loop_free(v.loop);
}

/* Where a message would go: the adapter knows. */
static struct str send_url(struct doctor *d, const struct channel *channel)
{
    struct outbound message = {.channel = channel->name, .text = STR("?")};
    return provider_find(channel->provider)
        ->build(channel, &d->config->service, &message, 1, d->cli->arena)
        .target;
}

static void look_at_telecoms(struct doctor *d)
{
    if (d->config->channel_count == 0)
        tell(d, WARN, "telecom", "no channel is configured: nothing can come in or go out");
    for (size_t i = 0; i < d->config->channel_count; i++) {
        const struct channel *channel = &d->config->channels[i];
        struct str url = send_url(d, channel);
        if (url.n > 0)
            visit(d, channel, url);
        else
            tell(d, WARN, "telecom", "%.*s has no send_url", STR_ARG(channel->name));
    }
}

/* ---- the database ---- */

static void look_at_service(struct doctor *d)
{
    struct error e;
    struct http_answer answer;
    bool refused = false;
    struct http_request request = {.method = HTTP_GET, .target = STR("/healthz"), .path = STR("/healthz")};
    const char *door = str_cstr(d->cli->arena, str_printf(d->cli->arena, "%s.sock", d->database));
    bool runs = http_call_unix(door, &request, 5, d->cli->arena, &answer, &refused, &e);
    if (runs)
        tell(d, OK, "service", "it runs");
    else if (refused)
        tell(d, WARN, "service", "it does not run");
    else
        tell(d, FAULT, "service", "it does not answer: %s", e.text);
}

static void look_at_backup(struct doctor *d, struct store *store)
{
    struct str note = store_note(store, d->cli->arena, STR("backup")), when;
    int64_t at = 0, newest = inbox_newest(store);
    if (note.p == NULL || !str_split(&note, ' ', &when) || !str_to_i64(when, &at)) {
        tell(d, newest > 0 ? FAULT : WARN, "backup", "none was ever made: yavar backup FILE");
        return;
    }
    int64_t days = (d->now - at) / DAY;
    enum verdict verdict = days >= BACKUP_FAULT_DAYS ? FAULT : days >= BACKUP_WARN_DAYS ? WARN : OK;
    if (access(str_cstr(d->cli->arena, note), F_OK) != 0)
        tell(d, WARN, "backup", "the last one, %.*s, is no longer there", STR_ARG(note));
    tell(d, verdict, "backup", "the last one is %lld days old: %.*s", (long long)days, STR_ARG(note));
}

static void look_at_database(struct doctor *d, struct store *store)
{
    struct store_figures f;
    store_figures(store, &f);
    if (store_failed(store) != STORE_FINE) {
        tell(d, FAULT, "database", "%s: %s", d->database, store_reason(store));
        return;
    }
    int64_t held = f.by_status[OUTBOX_HELD];
    tell(d, OK, "database", "%s: %lld messages in, %lld out", d->database, (long long)f.messages_in,
         (long long)f.messages_out);
    if (held > 0)
        tell(d, WARN, "held", "%lld messages wait for a person: yavar message list --held", (long long)held);
    if (f.unanswered > 0)
        tell(d, WARN, "unanswered", "%lld texts wait for a person: yavar message list --unanswered",
             (long long)f.unanswered);
    look_at_backup(d, store);
}

int cmd_doctor(struct cli *cli)
{
    struct error e;
    if (cli->n > 0)
        return cli_wrong_use(cli, "it takes no words");
    struct config *config = cli_config(cli);
    struct doctor d = {cli, config, str_cstr(cli->arena, config->service.database), clock_ms() / 1000, 0};
    bool there = access(d.database, F_OK) == 0;
    struct store *store = there ? store_open(d.database, STORE_READER, &e) : NULL;
    look_at_clock(&d, store);
    look_at_disk(&d);
    look_at_permissions(&d);
    look_at_libraries(&d);
    look_at_telecoms(&d);
    if (store != NULL) {
        look_at_service(&d);
        look_at_database(&d, store);
    } else {
        tell(&d, there ? FAULT : WARN, "database", "%s: %s", d.database,
             there ? e.text : "not there yet; `yavar serve` makes it");
    }
    store_close(store);
    config_drop(config);
    return d.faults == 0 ? EXIT_FINE : EXIT_FAULT;
}
