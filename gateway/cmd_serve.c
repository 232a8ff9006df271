/* serve: opens everything, runs the loop, and ends in order.
 *
 * SIGTERM: takes no new connections, gives back what was claimed and not
 * begun, answers what it holds, and exits 0 within 5 s; requests still on the
 * wire after 4 s become uncertain.  SIGHUP: a new config, or the old one with
 * every fault told. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "gateway/admin.h"
#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/broadcasts.h"
#include "gateway/calls.h"
#include "gateway/cli.h"
#include "gateway/clock_watch.h"
#include "gateway/gateway.h"
#include "gateway/inbound.h"
#include "gateway/outbound.h"
#include "gateway/store_probe.h"

/* A slow client costs 4 KiB: 10,000 of them simply fit.  What their requests
 * hold together is bounded apart, as each may bring a body. */
enum { CONNECTIONS_MOST = 12288, WAITING_BYTES = 256 << 20 };
enum { LOOK_EVERY_MS = 1000, STOP_EVERY_MS = 20, WIRE_MS = 4000, STOP_MS = 4700, DOOR_BODY_BYTES = 17 << 20 };

struct serve {
    struct gateway g;
    struct cli *cli;
    struct loop_timer *look, *stop;
    int64_t stop_began_ms;
    bool abandoned, failed;
    const char *database; /* the one that is open, whatever a reload says */
    int lock;
};

bool gateway_takes(const struct gateway *g)
{
    return !g->stopping && !g->disk_low && !worker_broken(g->writer) &&
           worker_waiting(g->writer) < INBOX_LIMIT;
}

bool gateway_ready(const struct gateway *g)
{
    return gateway_takes(g) && !g->store_refuses;
}

/* ---- transactions, for the worker ---- */

static bool begin(void *db)
{
    return store_begin(((struct database *)db)->store);
}

static enum job_outcome commit(void *db)
{
    struct store *store = ((struct database *)db)->store;
    enum store_commit outcome = store_commit(store);
    if (outcome == STORE_UNKNOWN)
        LOG(LOG_ERROR, "commit_unknown", "reason=\"%s\"", store_reason(store));
    return outcome == STORE_DONE ? JOB_DONE : outcome == STORE_UNKNOWN ? JOB_UNKNOWN : JOB_NOT_DONE;
}

static void rollback(void *db)
{
    struct store *store = ((struct database *)db)->store;
    if (store_failed(store) != STORE_FINE)
        LOG(LOG_ERROR, "store_failed", "reason=\"%s\"", store_reason(store));
    store_rollback(store);
}

/* Any failure that a handler has not undone itself: the whole batch is run
 * again, job by job, so that no half of one is kept. */
static bool lost(void *db)
{
    return store_failed(((struct database *)db)->store) != STORE_FINE;
}

static enum job_outcome end_reading(void *db)
{
    store_rollback(((struct database *)db)->store);
    return JOB_DONE;
}

static bool idle(void *db)
{
    struct store *store = ((struct database *)db)->store;
    if (store_tidy(store))
        return true;
    LOG(LOG_ERROR, "checkpoint_failed", "reason=\"%s\"", store_reason(store));
    return false;
}

static const struct worker_ops write_ops = {begin, commit, rollback, lost, 256, idle};
static const struct worker_ops read_ops = {begin, end_reading, rollback, lost, 1, NULL};

/* ---- while it runs ---- */

static void woken(void *ctx)
{
    struct serve *s = ctx;
    worker_deliver(s->g.writer);
    worker_deliver(s->g.reader);
    if (worker_broken(s->g.writer) && !s->failed) {
        LOG(LOG_ERROR, "giving_up", "a commit's outcome is unknown; the supervisor must start us again");
        s->failed = true;
        loop_stop(s->g.loop);
    }
}

static void look_at_disk(struct serve *s)
{
    struct statvfs fs;
    if (statvfs(s->database, &fs) == 0) {
        bool low = (int64_t)(fs.f_bavail * fs.f_frsize) < s->g.config->service.disk_reserve;
        if (low != s->g.disk_low)
            LOG(low ? LOG_ERROR : LOG_INFO, low ? "disk_low" : "disk_fine", "free=%llu",
                (unsigned long long)(fs.f_bavail * fs.f_frsize));
        s->g.disk_low = low;
    }
}

static void look_around(void *ctx)
{
    struct serve *s = ctx;
    look_at_disk(s);
    store_probe(&s->g);
    clock_watch(&s->g);
    calls_look(&s->g);
    loop_timer_set(s->look, LOOK_EVERY_MS);
}

static void watch_stop(void *ctx)
{
    struct serve *s = ctx;
    struct gateway *g = &s->g;
    int64_t waited = clock_steady_ms() - s->stop_began_ms;
    bool answered =
        http_server_answered(g->front) && http_server_answered(g->admin) && http_server_answered(g->door);
    bool idle = worker_waiting(g->writer) == 0 && answered;
    if (waited >= WIRE_MS && !s->abandoned) {
        s->abandoned = true;
        sender_abandon(g->sender);
    }
    if ((idle && (sender_idle(g->sender) || s->abandoned)) || waited >= STOP_MS)
        loop_stop(g->loop);
    else
        loop_timer_set(s->stop, STOP_EVERY_MS);
}

static void asked_to_stop(void *ctx)
{
    struct serve *s = ctx;
    if (s->g.stopping)
        return;
    LOG(LOG_INFO, "stopping", "waiting=%zu", worker_waiting(s->g.writer));
    s->g.stopping = true;
    s->stop_began_ms = clock_steady_ms();
    http_server_quiesce(s->g.front);
    http_server_quiesce(s->g.admin);
    http_server_quiesce(s->g.door);
    sender_stop(s->g.sender);
    watch_stop(s);
}

static void asked_to_reload(void *ctx)
{
    struct serve *s = ctx;
    struct arena *arena = arena_new(4096);
    struct faults faults = faults_in(arena);
    struct config_world world = cli_world();
    struct config *fresh = config_load(s->cli->config_file, &world, &faults);
    if (fresh != NULL)
        cli_check_channels(fresh, &faults);
    if (fresh == NULL || faults.count > 0) {
        config_drop(fresh);
        LOG(LOG_ERROR, "reload_refused", "faults=%u", faults.count);
        fprintf(stderr, "%.*s", STR_ARG(sbuf_str(&faults.text)));
    } else {
        struct config *old = s->g.config;
        if (!str_eq(old->service.database, fresh->service.database) ||
            !str_eq(old->service.listen, fresh->service.listen) ||
            !str_eq(old->service.admin_listen, fresh->service.admin_listen) ||
            !str_eq(old->service.timezone, fresh->service.timezone))
            LOG(LOG_WARN, "restart_needed",
                "listen, admin_listen, database and timezone change only with a restart");
        metrics_remap(&s->g.metrics, old, fresh);
        s->g.config = fresh;
        sender_reload(s->g.sender);
        config_drop(old);
        LOG(LOG_INFO, "reloaded", "channels=%zu", fresh->channel_count);
    }
    arena_free(arena);
}

/* ---- opening ---- */

static bool open_database(struct serve *s, struct error *e)
{
    const struct service *service = &s->g.config->service;
    struct gateway *g = &s->g;
    s->lock = store_lock(service->database.p, e);
    if (s->lock < 0 || (g->write_db.store = store_open(service->database.p, STORE_WRITER, e)) == NULL ||
        (g->read_db.store = store_open(service->database.p, STORE_READER, e)) == NULL)
        return false;
    g->write_db.zone = zone_open(service->timezone.p, e);
    g->read_db.zone = g->write_db.zone != NULL ? zone_open(service->timezone.p, e) : NULL;
    return g->read_db.zone != NULL;
}

static bool open_threads(struct serve *s, struct error *e)
{
    struct gateway *g = &s->g;
    struct http_client_limits limits = http_client_defaults;
    if ((g->loop = loop_new(e)) == NULL || (g->grammar = grammar_new(e)) == NULL ||
        (g->client = http_client_new(g->loop, &limits, e)) == NULL)
        return false;
    g->writer = worker_start(g->loop, "yavar-store", &write_ops, &g->write_db, INBOX_LIMIT + 1024, e);
    g->reader =
        g->writer != NULL ? worker_start(g->loop, "yavar-reader", &read_ops, &g->read_db, 64, e) : NULL;
    if (g->reader == NULL)
        return false;
    loop_on_wake(g->loop, woken, s);
    g->sender = sender_new(g);
    g->broadcasts = g->sender != NULL ? broadcasts_new(g) : NULL;
    return g->broadcasts != NULL || error_set(e, "out of memory");
}

/* As many connections as descriptors allow, with room kept for requests out,
 * the database and the log: idle clients must not keep messages from going. */
static unsigned connections_most(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 256;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
        LOG(LOG_WARN, "descriptors", "the limit could not be raised");
    rlim_t kept = http_client_defaults.in_flight + 128;
    rlim_t free_ones = files.rlim_cur > 2 * kept ? files.rlim_cur - kept : files.rlim_cur / 2;
    return free_ones < CONNECTIONS_MOST ? (unsigned)free_ones : CONNECTIONS_MOST;
}

static bool open_doors(struct serve *s, struct error *e)
{
    struct gateway *g = &s->g;
    const struct service *service = &g->config->service;
    struct http_server_limits front = http_server_defaults, admin = http_server_defaults, door = admin;
    front.connections = connections_most();
    front.waiting_bytes = WAITING_BYTES;
    door.connections = 64;
    door.body_bytes = DOOR_BODY_BYTES;
    door.answer_seconds = admin.answer_seconds = 60; /* long works */
    const char *socket =
        str_cstr(s->cli->arena, str_printf(s->cli->arena, "unix:%.*s.sock", STR_ARG(service->database)));
    g->front = http_server_open(g->loop, service->listen.p, &front, inbound_request, g, e);
    if (g->front != NULL)
        g->admin = http_server_open(g->loop, service->admin_listen.p, &admin, admin_request, g, e);
    if (g->admin != NULL)
        g->door = http_server_open(g->loop, socket, &door, door_request, g, e);
    return g->door != NULL;
}

static bool open_all(struct serve *s, struct error *e)
{
    if (!open_database(s, e) || !open_threads(s, e) || !open_doors(s, e))
        return false;
    s->look = loop_timer_new(s->g.loop, look_around, s);
    s->stop = loop_timer_new(s->g.loop, watch_stop, s);
    if (s->look == NULL || s->stop == NULL)
        return error_set(e, "out of memory");
    look_around(s);
    if (!loop_on_signal(s->g.loop, SIGTERM, asked_to_stop, s) ||
        !loop_on_signal(s->g.loop, SIGINT, asked_to_stop, s) ||
        !loop_on_signal(s->g.loop, SIGHUP, asked_to_reload, s))
        return error_set(e, "signals cannot be watched");
    return true;
}

static void close_all(struct serve *s)
{
    struct gateway *g = &s->g;
    if (g->sender != NULL)
        sender_halt(g->sender);
    worker_leave(g->reader);
    if (worker_stop(g->reader)) /* first: its last jobs ask for the writer's figures */
        LOG(LOG_WARN, "reader_broken", "a read's end was unknown");
    s->failed |= worker_stop(g->writer);
    g->reader = g->writer = NULL; /* what is cut off on the wire is told, and finds nobody to tell */
    http_client_free(g->client);  /* before the sender, which owns what is on the wire */
    sender_free(g->sender);
    broadcasts_free(g->broadcasts);
    http_server_free(g->front);
    http_server_free(g->admin);
    http_server_free(g->door);
    loop_timer_free(s->look);
    loop_timer_free(s->stop);
    loop_free(g->loop);
    grammar_free(g->grammar);
    store_close(g->read_db.store);
    store_close(g->write_db.store);
    zone_close(g->read_db.zone);
    zone_close(g->write_db.zone);
    if (s->lock >= 0 && close(s->lock) != 0)
        LOG(LOG_WARN, "lock_close", "the lock could not be closed");
}

int cmd_serve(struct cli *cli)
{
    struct error e;
    struct serve s = {.cli = cli, .lock = -1};
    if (cli->n > 0)
        return cli_wrong_use(cli, "it takes no words");
    s.g.config = cli_config(cli);
    s.database = str_cstr(cli->arena, s.g.config->service.database);
    s.g.node = str_printf(cli->arena, "%ld", (long)getpid());
    bool opened = open_all(&s, &e) && loop_hears(s.g.loop, &e);
    if (opened) {
        fprintf(stderr, "listening http=%s admin=%s\n", http_server_address(s.g.front),
                http_server_address(s.g.admin));
        loop_run(s.g.loop);
    } else {
        fprintf(stderr, "yavar: %s\n", e.text);
    }
    close_all(&s);
    config_drop(s.g.config);
    return !opened ? EXIT_TRY_LATER : s.failed ? EXIT_FAULT : EXIT_FINE;
}
