/* When a broadcast will be through: from opening to closing, and so on. */
#include "gateway/model/finish.h"

enum { OPENINGS_MOST = 3660 }; /* of ten years with one a day */

/* What goes in SPAN_MS at RATE a second; a day's worth fits by far. */
static int64_t go_in(int64_t span_ms, int64_t rate)
{
    return span_ms > INT64_MAX / rate ? INT64_MAX : span_ms * rate / 1000;
}

static int64_t time_for(int64_t messages, int64_t rate)
{
    return messages > INT64_MAX / 1000 ? INT64_MAX : (messages * 1000 - 1) / rate + 1;
}

int64_t finish_ms(struct zone *zone, const struct channel *channel, int64_t now_ms, int64_t messages,
                  bool urgent)
{
    int64_t at = now_ms, end;
    for (int opening = 0; messages > 0 && opening < OPENINGS_MOST; opening++) {
        at = line_opens_ms(channel, zone, at, urgent);
        if (at == INT64_MAX)
            return INT64_MAX;
        int64_t closes = line_closes_ms(channel, zone, at, urgent);
        int64_t fit = closes == INT64_MAX ? INT64_MAX : go_in(closes - at, channel->rate);
        if (messages <= fit)
            return __builtin_add_overflow(at, time_for(messages, channel->rate), &end) ? INT64_MAX : end;
        messages -= fit;
        at = closes;
    }
    return messages > 0 ? INT64_MAX : now_ms;
}
