/* How calls are said. */
#include "gateway/base/number.h"
#include "handlers/calls.h"
#include "handlers/handlers.h"

const struct message_spec call_messages[] = {
    {"call.invite", "specialty place date ref", ROOM_BULK},
    {"call.yes", "place date hour ref", ROOM_ONE},
    {"call.yes.group", "count place date ref", ROOM_ONE},
    {"call.standby", "count place ref", ROOM_ONE},
    {"call.moved_up", "place date hour ref", ROOM_ONE},
    {"call.no", "", ROOM_ONE},
    {"call.withdrawn", "place date", ROOM_ONE},
    {"call.heads", "count ref", ROOM_ONE},
    {"call.more", "count place", ROOM_ONE},
    {"call.over", "", ROOM_ONE},
    {"call.remind", "hour place ref", ROOM_ONE},
    {"call.arrived", "place", ROOM_ONE},
    {"call.late", "phone", ROOM_ONE},
    {"call.not_verified", "phone", ROOM_ONE},
    {"call.unfit", "phone", ROOM_ONE},
    {"call.stranger", "", ROOM_ONE},
    {"call.unknown", "ref", ROOM_ONE},
    {"call.cancelled", "place date", ROOM_ONE},
    {"call.act.forbidden", "", ROOM_ONE},
    {"call.act.absent", "", ROOM_ONE},
    {"call.act.second", "", ROOM_ONE},
    {"call.act.state", "", ROOM_ONE},
    {"call.act.gone", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

struct turn call_turn(const struct office *o, const struct call *call, int64_t phone)
{
    return office_turn(o, phone, call->channel);
}

struct office call_office(const struct turn *t)
{
    return (struct office){
        .store = t->store, .config = t->config, .arena = t->arena, .zone = t->zone, .now_ms = t->now_ms};
}

static struct str say_hour(const struct turn *t, int64_t at)
{
    int hour, minute;
    zone_clock(t->zone, at, &hour, &minute);
    struct str text = str_printf(t->arena, "%02d:%02d", hour, minute);
    return t->language == LANGUAGE_FA ? digits_persian(t->arena, text) : text;
}

void call_fields(const struct turn *t, const struct call *call, struct str specialty, int64_t count,
                 struct text_field fields[CALL_FIELDS])
{
    const struct text_field all[CALL_FIELDS] = {{"specialty", say_slug(t, LEX_SPECIALTY, specialty)},
                                                {"place", say_in(t, call->place, call->place_en)},
                                                {"date", say_date(t, call->starts_at)},
                                                {"hour", say_hour(t, call->starts_at)},
                                                {"ref", say_number(t, call->reference)},
                                                {"count", say_count(t, count)},
                                                {"phone", say_phone(t)}};
    memcpy(fields, all, sizeof all);
}

void call_tell(struct turn *t, const char *key, const struct call *call, const struct call_answer *answer)
{
    struct text_field fields[CALL_FIELDS];
    call_fields(t, call, answer->specialty, answer->heads, fields);
    turn_send(t, turn_text(t, key, fields, CALL_FIELDS));
    contact_put(t->store, &t->contact, turn_now(t));
}

void call_remind_hours(struct zone *zone, const struct call *call, int64_t *from, int64_t *to)
{
    enum { HOUR = 3600 };
    int64_t day = call->starts_at;
    struct day its = zone_day(zone, CALENDAR_GREGORIAN, day);
    if (zone_day_start(zone, CALENDAR_GREGORIAN, its, &day)) { /* unreachable: false for a day that is */
        struct day before = zone_day(zone, CALENDAR_GREGORIAN, day - 12 * HOUR);
        if (!zone_day_start(zone, CALENDAR_GREGORIAN, before, &day))
            day -= 24 * HOUR;
    }
    *from = day + 10 * HOUR;
    *to = day + 18 * HOUR;
}

int64_t call_reminded(struct zone *zone, const struct call *call, int64_t now)
{
    int64_t from, to;
    call_remind_hours(zone, call, &from, &to);
    return now >= from ? now : 0;
}
