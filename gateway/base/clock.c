/* Time, as the kernel gives it. */
#include "gateway/base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t now_us(clockid_t clock)
{
    struct timespec t = {0};
    if (clock_gettime(clock, &t) != 0)
        return 0; /* only for a clock that does not exist, which these do */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
    return now_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_steady_ms(void)
{
    return now_us(CLOCK_MONOTONIC) / 1000;
}

void clock_iso(int64_t utc_seconds, char out[24])
{
    time_t t = (time_t)utc_seconds;
    struct tm tm;
    if (gmtime_r(&t, &tm) == NULL || strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        out[0] = '\0'; /* a year of five digits; no row holds one */
}

bool clock_from_iso(struct str text, int64_t *utc_seconds)
{
    char copy[32];
    struct tm tm = {0};
    if (text.n != 10 && text.n != 20)
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    const char *end = strptime(copy, text.n == 10 ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (end == NULL || *end != '\0')
        return false;
    *utc_seconds = timegm(&tm);
    return true;
}
