/* The running service: what its parts share.  Owned by cmd_serve.c; loop
 * thread only, but for db, which is the store thread's. */
#ifndef YAVAR_GATEWAY_H
#define YAVAR_GATEWAY_H

#include "gateway/base/icu.h"
#include "gateway/conf/config.h"
#include "gateway/metrics.h"
#include "gateway/model/understand.h"
#include "gateway/net/http_client.h"
#include "gateway/net/http_server.h"
#include "gateway/run/loop.h"
#include "gateway/run/worker.h"
#include "gateway/store/store.h"
#include "gateway/token_guard.h"

/* What a job's run gets: a store, and a time zone of its own thread. */
struct database {
    struct store *store;
    struct zone *zone;
};

struct outbox_sender; /* outbound.h */
struct broadcasts;    /* broadcasts.h */

struct gateway {
    struct loop *loop;
    struct config *config; /* the newest snapshot; jobs keep the one they began with */
    struct grammar *grammar;
    struct http_server *front, *admin, *door;
    struct http_client *client;
    struct worker *writer, *reader;
    struct database write_db, read_db;
    struct outbox_sender *sender;
    struct broadcasts *broadcasts;
    struct metrics metrics;
    struct token_guard token_guard; /* of the admin API */
    struct str node;                /* names this process in claims */
    bool disk_low;                  /* below disk_reserve: inbound is 503 */
    bool store_refuses;             /* the last write came to nothing, as on a full disk */
    bool probing;                   /* store_probe.c asks whether it still does */
    bool stopping;
    bool calls_busy;     /* calls.c has a job under way */
    int64_t calls_after; /* the last call it looked at */
    /* clock_watch.c: how far the wall clock is ahead of the steady one, and
     * what is to be done about a jump back */
    int64_t clock_ahead_ms;
    bool clock_known, clock_back, pulling_back;
};

/* Jobs of the store thread that may wait at once; more webhooks get 503. */
enum { INBOX_LIMIT = 8192 };

/* Whether a webhook is let through to the store, which may refuse it yet. */
bool gateway_takes(const struct gateway *g);
/* What a supervisor is told: it takes, and what it takes can be kept. */
bool gateway_ready(const struct gateway *g);

#endif
