/* stats: `آمار` — today and in all, of the own provinces.  It only reads, so it
 * needs no code.  Who is no coordinator learns nothing, as with enlist. */
#include "gateway/base/number.h"
#include "gateway/base/segment.h"
#include "handlers/handlers.h"
#include "handlers/office.h"

const struct message_spec stats_messages[] = {
    {"stats.figures", "today sum total needs volunteers", ROOM_ONE},
    {"stats.thousand", "", ROOM_PART},
    {"stats.million", "", ROOM_PART},
    {"stats.billion", "", ROOM_PART},
    {"stats.trillion", "", ROOM_PART},
    {NULL, NULL, ROOM_ONE},
};

/* Without separators, so that all five fit one SMS. */
static struct str say_plain(const struct turn *t, int64_t n)
{
    struct str digits = str_printf(t->arena, "%lld", (long long)n);
    return t->language == LANGUAGE_FA ? digits_persian(t->arena, digits) : digits;
}

/* Toman rounded down to two or three digits with a word; from a tenth of a
 * trillion on in trillions.  FINE: below ten with one decimal. */
static struct str say_short(const struct turn *t, int64_t rial, bool fine)
{
    static const struct {
        int64_t least, unit;
        const char *key;
    } steps[] = {{100000000000, 1000000000000, "stats.trillion"},
                 {1000000000, 1000000000, "stats.billion"},
                 {1000000, 1000000, "stats.million"},
                 {1000, 1000, "stats.thousand"}};
    int64_t toman = rial / 10;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (toman < steps[i].least)
            continue;
        int64_t whole = toman / steps[i].unit, tenth = toman % steps[i].unit / (steps[i].unit / 10);
        struct str number = say_plain(t, whole), word = turn_text(t, steps[i].key, NULL, 0);
        if (whole == 0 || (fine && whole < 10 && tenth > 0))
            number = str_printf(t->arena, "%.*s%s%.*s", STR_ARG(number),
                                t->language == LANGUAGE_FA ? "٫" : ".", STR_ARG(say_plain(t, tenth)));
        return str_printf(t->arena, "%.*s %.*s", STR_ARG(number), STR_ARG(word));
    }
    return say_plain(t, toman);
}

static struct str write_figures(const struct turn *t, const struct office_figures *f, bool fine)
{
    return turn_text(t, "stats.figures",
                     FIELDS({"today", say_plain(t, f->pledges_since)},
                            {"sum", say_short(t, f->rial_since, fine)},
                            {"total", say_short(t, f->rial, fine)}, {"needs", say_plain(t, f->needs_open)},
                            {"volunteers", say_plain(t, f->volunteers)}));
}

static int64_t today_since(const struct turn *t)
{
    int64_t start = 0;
    struct day today = zone_day(t->zone, CALENDAR_GREGORIAN, turn_now(t));
    return zone_day_start(t->zone, CALENDAR_GREGORIAN, today, &start) ? start : turn_now(t);
}

void handle_stats(struct turn *t)
{
    struct office office;
    struct office_figures f;
    if (!office_of(t, &office) || !role_may(office.actor.role, ROLE_COORDINATOR)) {
        handle_closed(t);
        return;
    }
    office_figures(t->store, &office.actor, today_since(t), &f);
    struct str text = write_figures(t, &f, true);
    turn_answer(t, sms_measure(text).segments > 1 ? write_figures(t, &f, false) : text);
}
