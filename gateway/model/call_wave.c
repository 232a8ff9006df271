/* See the header. */
#include "gateway/model/call_wave.h"

/* What is believed before anybody answered: two of eight come.  It weighs less
 * with every one who was asked. */
enum { PRIOR_YES = 2, PRIOR_ASKED = 8 };

static bool is_due(const struct call_wave *w)
{
    int64_t pause = w->urgent ? WAVE_PAUSE_URGENT : WAVE_PAUSE;
    bool all_answered = w->asked > 0 && w->answered >= w->asked;
    return w->waves == 0 || w->since >= (all_answered ? WAVE_PAUSE_LEAST : pause);
}

int64_t call_wave_next(const struct call_wave *w)
{
    if (w->open <= 0 || !is_due(w))
        return 0;
    if (w->waves == 0)
        return w->open * WAVE_FIRST;
    /* open / rate, where rate is (gained + 2) / (asked + 8), rounded up */
    int64_t yes = w->gained + PRIOR_YES, of = w->asked + PRIOR_ASKED;
    int64_t wanted = (w->open * of + yes - 1) / yes, most = w->open * WAVE_MOST;
    return wanted < w->open ? w->open : wanted > most ? most : wanted;
}
