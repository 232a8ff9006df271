/* The log's sink: standard error, whole lines, at most one a second a cause.
 * The one place where mutable globals are allowed. */
#include "gateway/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/base/clock.h"

static atomic_bool quiet_now;

void log_quiet(bool quiet)
{
    atomic_store(&quiet_now, quiet);
}

/* Lines of one cause from two threads in one second may both pass: harmless,
 * so the counters are relaxed atomics in spirit and plain in form. */
static bool may_write(struct log_cause *cause, unsigned *skipped)
{
    int64_t second = clock_ms() / 1000;
    if (__atomic_load_n(&cause->second, __ATOMIC_RELAXED) == second) {
        (void)__atomic_fetch_add(&cause->skipped, 1, __ATOMIC_RELAXED); /* the old count is of no use */
        return false;
    }
    __atomic_store_n(&cause->second, second, __ATOMIC_RELAXED);
    *skipped = __atomic_exchange_n(&cause->skipped, 0, __ATOMIC_RELAXED);
    return true;
}

void log_write(struct log_cause *cause, enum log_level level, const char *event, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    unsigned skipped = 0;
    if ((atomic_load(&quiet_now) && level < LOG_ERROR) || !may_write(cause, &skipped))
        return;
    char line[1024], at[24];
    clock_iso(clock_ms() / 1000, at);
    int n = snprintf(line, sizeof line, "%s %s %s ", at, names[level], event);
    va_list args;
    va_start(args, format);
    n += vsnprintf(line + n, sizeof line - (size_t)n, format, args);
    va_end(args);
    if (skipped > 0 && n < (int)sizeof line - 32)
        n += snprintf(line + n, sizeof line - (size_t)n, " skipped=%u", skipped);
    if (n > (int)sizeof line - 2)
        n = (int)sizeof line - 2;
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return; /* nowhere left to say it */
}
