/* The pace of a channel. */
#include "gateway/model/pace.h"

static const int share[LANES] = {4, 4, 1, 1};

void pace_start(struct pace *pace, int64_t now_ms)
{
    *pace = (struct pace){.tokens = 1, .refilled_ms = now_ms};
}

static double burst(int64_t rate)
{
    return (double)rate / 10 > 1 ? (double)rate / 10 : 1;
}

void pace_refill(struct pace *pace, int64_t rate, int64_t now_ms)
{
    double most = burst(rate);
    pace->tokens += (double)(now_ms - pace->refilled_ms) * (double)rate / 1000;
    pace->refilled_ms = now_ms;
    if (pace->tokens > most)
        pace->tokens = most;
}

int64_t pace_wait_ms(const struct pace *pace, int64_t rate, bool owed)
{
    double most = burst(rate), left = most < 2 ? 0 : most < 5 ? 1 : (most - 1) / 4;
    double needed = owed ? 1 : 1 + left;
    return pace->tokens >= needed ? 0 : (int64_t)((needed - pace->tokens) * 1000 / (double)rate) + 1;
}

int pace_lane(struct pace *pace, const bool waits[LANES])
{
    int best = -1, sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
        if (!waits[lane]) {
            pace->credit[lane] = 0;
            continue;
        }
        pace->credit[lane] += share[lane];
        sum += share[lane];
        if (best < 0 || pace->credit[lane] > pace->credit[best])
            best = lane;
    }
    if (best >= 0)
        pace->credit[best] -= sum;
    return best;
}
