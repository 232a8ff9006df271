/* The log: one line an event on standard error, `level event key=value …`.
 *
 * Events have stable names.  No texts of messages, no secrets, phones only
 * through phone_mask.  A cause (event name and file line) writes at most one
 * line a second; what was left out is counted in the next (`skipped=41`).
 *
 * Any thread. */
#ifndef YAVAR_BASE_LOG_H
#define YAVAR_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_cause { /* one static for each place that logs; only LOG makes them */
    int64_t second;
    unsigned skipped;
};

void log_write(struct log_cause *cause, enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void log_quiet(bool quiet); /* only errors: for the command line's own output */

/* LOG(LOG_WARN, "send_failed", "channel=%s result=%s", …) */
#define LOG(level, event, ...)                                     \
    do {                                                           \
        static struct log_cause log_cause_here;                    \
        log_write(&log_cause_here, (level), (event), __VA_ARGS__); \
    } while (0)

#endif
