/* How a broadcast is spoken of: how far it got, when it ends, what it costs. */
#include "gateway/base/number.h"
#include "handlers/office_broadcast.h"

enum { TOMAN = 10, LARGEST_TOMAN = 999999999 };

void office_broadcast_progress(const struct office *o, const struct broadcast *b,
                               struct broadcast_progress *p)
{
    *p = (struct broadcast_progress){.sent = 0};
    source_count(o->store, b->id, &p->rows);
    p->sent = p->rows.by[OUTBOX_SENT] + p->rows.by[OUTBOX_DELIVERED];
    p->stopped = b->stopped + p->rows.stopped;
    bool goes_on = b->ended_at == 0 && b->status != BROADCAST_CANCELLED && !b->all_looked;
    int64_t unwritten = b->people - p->rows.all - b->duplicate - b->late;
    p->waits = p->rows.by[OUTBOX_QUEUED] + p->rows.by[OUTBOX_SENDING];
    p->waits += goes_on && unwritten > 0 ? unwritten : 0;
}

struct str say_cost(const struct turn *t, int64_t rial)
{
    struct need large = {.unit = COUNT_RIAL, .required = rial}; /* said as what a need lacks */
    return rial / TOMAN > LARGEST_TOMAN ? say_left(t, &large) : say_money(t, rial - rial % TOMAN);
}

struct str say_end(const struct turn *t, int64_t at)
{
    int hour, minute;
    bool fa = t->language == LANGUAGE_FA;
    int64_t days = zone_day_number(t->zone, at) - zone_day_number(t->zone, turn_now(t));
    zone_clock(t->zone, at, &hour, &minute);
    struct str clock = str_printf(t->arena, "%02d:%02d", hour, minute);
    if (fa)
        clock = digits_persian(t->arena, clock);
    if (days <= 0)
        return clock;
    if (days == 1)
        return str_printf(t->arena, "%s %.*s", fa ? "فردا" : "tomorrow", STR_ARG(clock));
    return say_date(t, at);
}

struct str say_broadcast_status(const struct turn *t, enum broadcast_status status)
{
    static const char *const keys[BROADCAST_STATUSES] = {
        [BROADCAST_DRAFT] = "broadcast.draft",     [BROADCAST_APPROVED] = "broadcast.approved",
        [BROADCAST_SENDING] = "broadcast.sending", [BROADCAST_PAUSED] = "broadcast.halted",
        [BROADCAST_DONE] = "broadcast.done",       [BROADCAST_CANCELLED] = "broadcast.ended",
    };
    return turn_text(t, keys[status], NULL, 0);
}
