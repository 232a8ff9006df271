/* Counters, and how Prometheus reads them (text format 0.0.4).
 *
 * Loop thread; what the store counts comes from a reader's job. */
#ifndef YAVAR_METRICS_H
#define YAVAR_METRICS_H

#include <stdint.h>

#include "gateway/conf/config.h"
#include "gateway/model/command.h"
#include "gateway/model/outbox_state.h"
#include "gateway/store/store.h"

enum request_outcome {
    REQUEST_OK,
    REQUEST_REPEAT,
    REQUEST_CONFLICT,
    REQUEST_FORBIDDEN,
    REQUEST_BAD_CONTENT,
    REQUEST_UNAVAILABLE,
    REQUEST_OUTCOMES,
};

/* So many channels have series of their own; the last place stands for all others together, so
 * that a scrape never grows beyond 300 series. */
enum { METRIC_CHANNELS = 14 };

struct metrics {
    uint64_t requests[METRIC_CHANNELS][REQUEST_OUTCOMES];
    uint64_t sends[METRIC_CHANNELS][SEND_RESULTS];
    int64_t last_success[METRIC_CHANNELS]; /* UTC seconds */
    uint64_t commands[COMMANDS];
    uint64_t failed;           /* handlers that failed */
    uint64_t unknown_outcomes; /* of sends: no answer that tells, or the program ended meanwhile */
    double stall_seconds;
    struct store_figures figures; /* as last read */
    int64_t wal_bytes;
};

struct worker_figures;
/* The place of a channel's counters: by its name, since a job may hold an older config. */
size_t metrics_channel(const struct config *config, const struct channel *channel);
/* After a reload: each channel keeps its counters. */
void metrics_remap(struct metrics *m, const struct config *old, const struct config *fresh);
struct str metrics_write(const struct metrics *m, const struct config *config,
                         const struct worker_figures *commits, int64_t now_ms, struct arena *arena);

#endif
