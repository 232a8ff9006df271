/* See the header. */
#include "gateway/model/broadcast_plan.h"

enum { WINDOW_SECONDS = 4, WINDOW_LEAST = 500, WINDOW_MOST = 10000 };

const char *const broadcast_status_names[BROADCAST_STATUSES] = {"draft",  "approved", "sending",
                                                                "paused", "done",     "cancelled"};

bool broadcast_status_from(struct str name, enum broadcast_status *status)
{
    for (int i = 0; i < BROADCAST_STATUSES; i++)
        if (str_is(name, broadcast_status_names[i])) {
            *status = (enum broadcast_status)i;
            return true;
        }
    return false;
}

int64_t broadcast_window(int64_t rate)
{
    if (rate > WINDOW_MOST / WINDOW_SECONDS)
        return WINDOW_MOST;
    return rate * WINDOW_SECONDS > WINDOW_LEAST ? rate * WINDOW_SECONDS : WINDOW_LEAST;
}

bool channel_is_promo(const struct channel *channel)
{
    return channel != NULL && str_is(channel->line, "promo");
}

bool broadcast_quiet(const struct channel *channel, struct zone *zone, bool urgent, int64_t now_ms)
{
    return channel == NULL || !line_open_at(channel, zone, now_ms, urgent);
}

static struct broadcast_next next(enum broadcast_action step)
{
    return (struct broadcast_next){.step = step};
}

/* It does not send any more: what waits is settled, then it ends. */
static struct broadcast_next wind_up(const struct broadcast_stand *s, enum broadcast_action step)
{
    if (s->queued > 0)
        return next(step);
    if (step == STEP_EXPIRE && !s->all_looked)
        return next(STEP_COUNT_REST);
    return next(s->on_wire > 0 ? STEP_WAIT : STEP_END);
}

static struct broadcast_next send_on(const struct broadcast_stand *s)
{
    struct broadcast_next n = next(STEP_WAIT);
    if (s->parked > 0)
        n.step = STEP_UNPARK;
    else if (!s->all_looked && s->queued < s->window)
        n.step = STEP_WRITE;
    else if (s->all_looked && s->queued == 0 && s->on_wire == 0)
        n.step = STEP_END;
    n.begins = s->status == BROADCAST_APPROVED;
    return n;
}

struct broadcast_next broadcast_plan(const struct broadcast_stand *s)
{
    if (s->status == BROADCAST_DRAFT || s->status == BROADCAST_DONE)
        return next(STEP_WAIT);
    if (s->status == BROADCAST_CANCELLED)
        return wind_up(s, STEP_DROP);
    if (s->over)
        return wind_up(s, STEP_EXPIRE);
    if (s->status == BROADCAST_PAUSED || s->quiet)
        return next(s->queued > s->parked ? STEP_PARK : STEP_WAIT);
    return send_on(s);
}

enum broadcast_claim broadcast_claim(enum broadcast_status status, bool ended, bool quiet)
{
    if (status == BROADCAST_CANCELLED)
        return CLAIM_CANCELLED;
    if (ended) /* a person sends one of its messages once more */
        return quiet ? CLAIM_LATER : CLAIM_GOES;
    return status == BROADCAST_SENDING && !quiet ? CLAIM_GOES : CLAIM_PARKED;
}
