/* The circuit breaker. */
#include "gateway/model/breaker.h"

void breaker_note(struct breaker *b, bool good, int64_t now_ms, int64_t first_ms, int64_t most_ms)
{
    if (good) {
        *b = (struct breaker){0, 0, 0};
        return;
    }
    b->failures++;
    if (!breaker_open(b) || now_ms < b->until_ms)
        return; /* requests that were on the wire already tell nothing new */
    b->pause_ms = b->pause_ms == 0 ? first_ms : b->pause_ms * 2;
    if (b->pause_ms > most_ms)
        b->pause_ms = most_ms;
    b->until_ms = now_ms + b->pause_ms;
}

bool breaker_open(const struct breaker *b)
{
    return b->failures >= BREAKER_FAILURES;
}

bool breaker_allows(const struct breaker *b, unsigned in_flight, int64_t now_ms)
{
    return !breaker_open(b) || (in_flight == 0 && now_ms >= b->until_ms);
}
