/* Metrics as Prometheus text. */
#include "gateway/metrics.h"

#include "gateway/base/arena.h"
#include "gateway/run/worker.h"

static const char *const outcome_names[REQUEST_OUTCOMES] = {"ok",        "repeat",      "conflict",
                                                            "forbidden", "bad_content", "unavailable"};

size_t metrics_channel(const struct config *config, const struct channel *channel)
{
    const struct channel *here = channel != NULL ? config_channel(config, channel->name) : NULL;
    size_t place = here == NULL ? METRIC_CHANNELS - 1 : (size_t)(here - config->channels);
    return place < METRIC_CHANNELS - 1 ? place : METRIC_CHANNELS - 1;
}

void metrics_remap(struct metrics *m, const struct config *old, const struct config *fresh)
{
    enum { OTHERS = METRIC_CHANNELS - 1 };
    struct metrics before = *m;
    memset(m->requests, 0, sizeof m->requests[0] * OTHERS);
    memset(m->sends, 0, sizeof m->sends[0] * OTHERS);
    memset(m->last_success, 0, sizeof m->last_success[0] * OTHERS);
    for (size_t i = 0; i < fresh->channel_count && i < OTHERS; i++) {
        size_t was = metrics_channel(old, &fresh->channels[i]);
        if (was == OTHERS)
            continue;
        memcpy(m->requests[i], before.requests[was], sizeof m->requests[i]);
        memcpy(m->sends[i], before.sends[was], sizeof m->sends[i]);
        m->last_success[i] = before.last_success[was];
    }
}

static void family(struct sbuf *out, const char *name, const char *type, const char *help)
{
    sbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* How many places are in use, and the name of one. */
static size_t places(const struct config *config)
{
    return config->channel_count < METRIC_CHANNELS ? config->channel_count : METRIC_CHANNELS;
}

static struct str place_name(const struct config *config, size_t place)
{
    return place < METRIC_CHANNELS - 1 ? config->channels[place].name : STR("other channels");
}

static void write_requests(struct sbuf *out, const struct metrics *m, const struct config *config)
{
    family(out, "yavar_requests_total", "counter", "Webhooks by channel and outcome.");
    for (size_t c = 0; c < places(config); c++)
        for (int o = 0; o < REQUEST_OUTCOMES; o++)
            sbuf_printf(out, "yavar_requests_total{channel=\"%.*s\",outcome=\"%s\"} %llu\n",
                        STR_ARG(place_name(config, c)), outcome_names[o],
                        (unsigned long long)m->requests[c][o]);
    family(out, "yavar_sends_total", "counter", "Attempts to send by channel and result.");
    for (size_t c = 0; c < places(config); c++)
        for (int r = 0; r < SEND_RESULTS; r++)
            sbuf_printf(out, "yavar_sends_total{channel=\"%.*s\",result=\"%s\"} %llu\n",
                        STR_ARG(place_name(config, c)), send_result_names[r],
                        (unsigned long long)m->sends[c][r]);
    family(out, "yavar_last_success_timestamp_seconds", "gauge", "When a channel last accepted a message.");
    for (size_t c = 0; c < places(config); c++)
        sbuf_printf(out, "yavar_last_success_timestamp_seconds{channel=\"%.*s\"} %lld\n",
                    STR_ARG(place_name(config, c)), (long long)m->last_success[c]);
    family(out, "yavar_unknown_outcomes_total", "counter",
           "Sends whose outcome is not known: no answer that tells, or the program ended meanwhile.");
    sbuf_printf(out, "yavar_unknown_outcomes_total %llu\n", (unsigned long long)m->unknown_outcomes);
}

static void write_outbox(struct sbuf *out, const struct metrics *m, int64_t now_ms)
{
    family(out, "yavar_commands_total", "counter", "Messages by the command they were understood as.");
    for (int c = 0; c < COMMANDS; c++)
        sbuf_printf(out, "yavar_commands_total{command=\"%s\"} %llu\n", command_names[c],
                    (unsigned long long)m->commands[c]);
    family(out, "yavar_handlers_failed_total", "counter", "Messages whose handler failed.");
    sbuf_printf(out, "yavar_handlers_failed_total %llu\n", (unsigned long long)m->failed);
    family(out, "yavar_outbox", "gauge", "Outgoing messages by status.");
    for (int s = 0; s < OUTBOX_STATUSES; s++)
        sbuf_printf(out, "yavar_outbox{status=\"%s\"} %lld\n", outbox_status_names[s],
                    (long long)m->figures.by_status[s]);
    family(out, "yavar_outbox_oldest_seconds", "gauge", "Age of the oldest message that waits in a lane.");
    for (int l = 0; l < LANES; l++) {
        int64_t oldest = m->figures.oldest_ms[l];
        sbuf_printf(out, "yavar_outbox_oldest_seconds{lane=\"%s\"} %.3f\n", lane_names[l],
                    oldest > 0 && oldest < now_ms ? (double)(now_ms - oldest) / 1000 : 0.0);
    }
}

static void write_people(struct sbuf *out, const struct metrics *m)
{
    family(out, "yavar_volunteers", "gauge", "People by status; listed: imported without consent.");
    for (int s = 0; s < VOLUNTEER_STATUSES; s++)
        sbuf_printf(out, "yavar_volunteers{status=\"%s\"} %lld\n", volunteer_status_names[s],
                    (long long)m->figures.volunteers_by[s]);
    family(out, "yavar_ussd_sessions", "gauge", "USSD sessions that are kept, by how they ended.");
    for (int s = 0; s < SESSION_STATUSES; s++)
        sbuf_printf(out, "yavar_ussd_sessions{status=\"%s\"} %lld\n", session_status_names[s],
                    (long long)m->figures.sessions_by[s]);
}

static void histogram(struct sbuf *out, const char *name, const double bounds[8], const uint64_t le[8],
                      uint64_t count, double sum)
{
    for (int i = 0; i < 8; i++)
        sbuf_printf(out, "%s_bucket{le=\"%g\"} %llu\n", name, bounds[i], (unsigned long long)le[i]);
    sbuf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.6f\n%s_count %llu\n", name,
                (unsigned long long)count, name, sum, name, (unsigned long long)count);
}

static void write_engine(struct sbuf *out, const struct metrics *m, const struct worker_figures *f)
{
    family(out, "yavar_commit_seconds", "histogram", "How long commits took.");
    histogram(out, "yavar_commit_seconds", worker_commit_bounds, f->commit_le, f->commits,
              (double)f->commit_us_sum / 1e6);
    family(out, "yavar_commit_jobs", "histogram", "Jobs in one commit.");
    histogram(out, "yavar_commit_jobs", worker_jobs_bounds, f->jobs_le, f->commits, (double)f->jobs);
    family(out, "yavar_loop_stall_seconds", "gauge", "The longest turn of the loop since the last scrape.");
    sbuf_printf(out, "yavar_loop_stall_seconds %.6f\n", m->stall_seconds);
    family(out, "yavar_wal_bytes", "gauge", "Size of the write-ahead log.");
    sbuf_printf(out, "yavar_wal_bytes %lld\n", (long long)m->wal_bytes);
}

struct str metrics_write(const struct metrics *m, const struct config *config,
                         const struct worker_figures *commits, int64_t now_ms, struct arena *arena)
{
    struct sbuf out = sbuf_in(arena);
    write_requests(&out, m, config);
    write_outbox(&out, m, now_ms);
    write_people(&out, m);
    write_engine(&out, m, commits);
    return sbuf_str(&out);
}
