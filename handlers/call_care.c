/* What moves in a call without anybody's message: waves of invitations, those
 * who stand by, reminders on the day before, and its end.  All of it is in the
 * tables, so that it goes on after a restart and does nothing twice. */
#include "gateway/base/segment.h"
#include "gateway/model/call_wave.h"
#include "handlers/calls.h"

enum {
    LOOK_MOST = 500,     /* volunteers looked at in one go */
    WAITING_MOST = 1000, /* invitations of one call that may wait in the outbox */
    COUNT_EVERY = 10,    /* seconds after a wave, at multiples of which its answers are counted */
    MINUTE = 60,
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool call_is_quiet(const struct config *config, struct zone *zone, struct str channel, int64_t now)
{
    const struct channel *c = config_channel(config, channel);
    int hour, minute;
    if (c == NULL || c->quiet.from == c->quiet.to)
        return false;
    zone_clock(zone, now, &hour, &minute);
    int at = hour * 60 + minute;
    if (c->quiet.from < c->quiet.to)
        return at >= c->quiet.from && at < c->quiet.to;
    return at >= c->quiet.from || at < c->quiet.to;
}

/* ---- those who stand by ---- */

size_t call_move_up(const struct office *o, const struct call *call, size_t most)
{
    struct call_answer a;
    size_t n = 0;
    int64_t reminded = call_reminded(o->zone, call, office_now(o));
    while (n < most && answer_promote(o->store, o->arena, call->id, reminded, &a)) {
        struct turn t = call_turn(o, call, a.phone);
        call_tell(&t, "call.moved_up", call, &a);
        n++;
    }
    return n;
}

/* ---- the end ---- */

/* From arrival, or from the beginning where they came early. */
static int64_t minutes_served(const struct office *o, const struct call *call, const struct call_answer *a)
{
    int64_t from = a->arrived_at > call->starts_at ? a->arrived_at : call->starts_at;
    int64_t to = least(call->ends_at, office_now(o));
    return a->state == CALLED_ARRIVED && to > from ? (to - from) / MINUTE : 0;
}

size_t call_settle(const struct office *o, const struct call *call, size_t most)
{
    struct call_answer *rows = arena_array(o->arena, struct call_answer, LOOK_MOST);
    size_t n = answer_unsettled(o->store, o->arena, call->id, rows, most < LOOK_MOST ? most : LOOK_MOST);
    for (size_t i = 0; i < n; i++) {
        struct turn t = call_turn(o, call, rows[i].phone);
        rows[i].minutes = minutes_served(o, call, &rows[i]); /* until it was cancelled, too */
        if (call->status == CALL_CANCELLED && rows[i].phone > 0)
            call_tell(&t, "call.cancelled", call, &rows[i]);
        answer_settle(o->store, &rows[i], office_now(o));
    }
    if (n == 0)
        call_end(o->store, call->id, office_now(o));
    return n;
}

static size_t close_late(const struct office *o, struct call *call, size_t most)
{
    struct actor nobody = actor_operator(DOOR_CLI);
    if (!call_move(o->store, STR("*"), call, CALL_DONE))
        return 0; /* unreachable: it was read in this transaction */
    call->status = CALL_DONE;
    audit_add(o->store, &nobody, "call.close", str_printf(o->arena, "%u", call->reference),
              STR("by itself, after its end"), office_now(o));
    return call_settle(o, call, most);
}

/* ---- reminders ---- */

/* Noted in the same transaction: whatever the clock does, nobody is reminded twice. */
static size_t remind(const struct office *o, const struct call *call, size_t most)
{
    int64_t from, to, now = office_now(o);
    call_remind_hours(o->zone, call, &from, &to);
    if (now < from || now >= to)
        return 0;
    struct call_answer *rows = arena_array(o->arena, struct call_answer, LOOK_MOST);
    size_t n = answer_unreminded(o->store, o->arena, call->id, rows, most < LOOK_MOST ? most : LOOK_MOST);
    for (size_t i = 0; i < n; i++) {
        struct turn t = call_turn(o, call, rows[i].phone);
        struct text_field fields[CALL_FIELDS];
        call_fields(&t, call, rows[i].specialty, rows[i].heads, fields);
        struct outbound m = {.channel = call->channel,
                             .phone = rows[i].phone,
                             .text = turn_text(&t, "call.remind", fields, CALL_FIELDS),
                             .lane = LANE_REMINDER,
                             .source = call->id,
                             .expires_ms = call->starts_at * 1000};
        m.segments = sms_measure(m.text).segments;
        (void)outbox_add(o->store, &m, o->now_ms); /* 0: sticky, and all of it is undone */
        rows[i].reminded_at = now;
        answer_put(o->store, &rows[i]);
    }
    return n;
}

/* ---- waves ---- */

/* Whether it was added: of two behind one phone only the first is asked. */
static bool invite(const struct office *o, const struct call *call, const struct call_quota *quota,
                   int64_t phone)
{
    struct turn t = call_turn(o, call, phone);
    struct text_field fields[CALL_FIELDS];
    call_fields(&t, call, quota->specialty, 0, fields);
    struct outbound m = {.channel = call->channel,
                         .phone = phone,
                         .text = turn_text(&t, "call.invite", fields, CALL_FIELDS),
                         .lane = LANE_BROADCAST,
                         .source = call->id,
                         .expires_ms = call->starts_at * 1000};
    m.segments = sms_measure(m.text).segments;
    return outbox_add(o->store, &m, o->now_ms) > 0;
}

static void begin_wave(const struct office *o, const struct call *call, struct call_quota *quota)
{
    struct call_wave wave = {.open = quota->quota - quota->taken,
                             .waves = quota->waves,
                             .asked = quota->asked,
                             .since = office_now(o) - quota->wave_at,
                             .urgent = call->urgent};
    if (quota->waves > 0 && wave.since > 0 && wave.since % COUNT_EVERY != 0)
        return; /* a roll-call may have many answers to count */
    quota_answers(o->store, call->id, quota->specialty, &wave.answered, &wave.gained);
    if (wave.since < 0) /* the clock was set back: the pause begins anew, and is no longer for it */
        quota->wave_at = office_now(o);
    quota->wave_left = call_wave_next(&wave);
    if (quota->wave_left > 0) {
        quota->waves++;
        quota->wave_at = office_now(o);
    }
}

static size_t go_on_with_wave(const struct office *o, const struct call *call, struct call_quota *quota,
                              size_t most)
{
    int64_t phones[LOOK_MOST];
    bool more = false;
    size_t n = 0, asked = 0;
    size_t want = (size_t)least(quota->wave_left, (int64_t)(most < LOOK_MOST ? most : LOOK_MOST));
    if (want > 0)
        n = quota_people(o->store, call->id, quota, phones, want, LOOK_MOST, &more);
    for (size_t i = 0; i < n; i++)
        asked += invite(o, call, quota, phones[i]);
    quota->asked += (int64_t)asked;
    quota->wave_left -= (int64_t)asked;
    quota->wave_at = office_now(o);
    if (want > 0 && !more) /* everybody was looked at: the next wave begins with the first again */
        quota->wave_left = quota->cursor = 0;
    return asked;
}

static size_t ask(const struct office *o, const struct call *call, size_t most)
{
    struct call_quota quotas[CALL_QUOTAS];
    size_t n = call_quotas(o->store, o->arena, call->id, quotas), asked = 0;
    int64_t room = WAITING_MOST - call_waiting(o->store, call->id);
    for (size_t i = 0; i < n && (int64_t)asked < room && asked < most; i++) {
        struct call_quota *quota = &quotas[i], before = *quota;
        if (quota->taken >= quota->quota)
            quota->wave_left = 0; /* full: whom this wave did not ask yet is not asked */
        else if (quota->wave_left == 0)
            begin_wave(o, call, quota);
        if (quota->wave_left > 0)
            asked += go_on_with_wave(o, call, quota, (size_t)least(room, (int64_t)most) - asked);
        if (memcmp(&before, quota, sizeof before) != 0)
            quota_wave(o->store, call->id, quota);
    }
    return asked;
}

static bool may_ask(const struct office *o, const struct call *call)
{
    return config_channel(o->config, call->channel) != NULL &&
           (call->urgent || !call_is_quiet(o->config, o->zone, call->channel, office_now(o)));
}

/* ---- all of it ---- */

size_t call_care(const struct office *o, const struct call *call, size_t most)
{
    struct call c = *call;
    struct call fresh;
    int64_t now = office_now(o);
    if (c.status == CALL_DONE || c.status == CALL_CANCELLED)
        return call_settle(o, &c, most);
    if (now >= c.ends_at + CALL_CLOSE_SECONDS)
        return close_late(o, &c, most);
    if (now >= c.starts_at)
        return 0;
    call_level(o->store, c.id);
    size_t n = call_move_up(o, &c, most);
    n += n < most ? remind(o, &c, most - n) : 0;
    if (n < most && call_find(o->store, o->arena, c.reference, &fresh) && fresh.status == CALL_OPEN &&
        may_ask(o, &c))
        n += ask(o, &c, most - n);
    return n;
}
