/* The classes of lines as a table, the words at the end of a text, and hours. */
#include "gateway/model/line_rules.h"

#include "gateway/base/arena.h"
#include "gateway/base/fold.h"
#include "gateway/base/utf8.h"

enum { DAY_MINUTES = 1440, MINUTE_MS = 60 * 1000, TAIL_MOST = 256, CLOSED_DAYS_MOST = 3 };

struct line_class {
    const char *name;
    struct line_allows allows;
    struct hours closed;        /* whatever the channel says besides */
    const char *suffix, *latin; /* the second for a text without Persian letters */
    bool urgent_passes;
};
/* Iran's telecoms refuse links and lend no line for collecting by card to
 * advertisers, and let them send from 7 or 8 to 22.  What goes to many must end
 * with the words that stop it, on service lines too since 1401.  For a text without Persian
 * letters "STOP 11": it keeps GSM-7, a stranger to Persian reads it, and STOP,
 * 11 and both are words of [stop]; an operator who wants "Laghv 11" sets it. */
static const struct line_class classes[] = {
    {"service", {true, true}, {0, 0}, "لغو۱۱", "STOP 11", true},
    {"promo", {false, false}, {22 * 60, 8 * 60}, "لغو۱۱", "STOP 11", false},
};

const struct message_spec line_messages[] = {
    {"line.link", "word", ROOM_ONE},
    {"line.card", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

const char *line_fault_key(enum line_problem problem)
{
    return problem == LINE_LINK ? "line.link" : "line.card";
}

static const struct line_class *class_of(const struct channel *channel)
{
    return str_is(channel->line, classes[1].name) ? &classes[1] : &classes[0];
}

static bool chosen(struct str option, bool of_class)
{
    return option.n > 0 ? str_is(option, "yes") : of_class;
}

struct line_allows line_allows(const struct channel *channel)
{
    const struct line_class *class = class_of(channel);
    return (struct line_allows){chosen(channel->links, class->allows.links),
                                chosen(channel->cards, class->allows.cards)};
}

bool line_same_rules(const struct channel *one, const struct channel *other)
{
    struct line_allows a = line_allows(one), b = line_allows(other);
    return class_of(one) == class_of(other) && a.links == b.links && a.cards == b.cards &&
           str_eq(one->suffix, other->suffix);
}

/* ---- the words at the end ---- */

static bool is_persian(struct str text)
{
    while (text.n > 0) {
        uint32_t c = utf8_next(&text);
        if ((c >= 0x0620 && c <= 0x06D3) || (c >= 0xFB50 && c <= 0xFEFC))
            return true;
    }
    return false;
}

/* Its last words in the form in which they are compared. */
static struct str tail_of(struct arena *arena, struct str text)
{
    size_t from = text.n > TAIL_MOST ? text.n - TAIL_MOST : 0;
    while (from < text.n && ((unsigned char)text.p[from] & 0xC0) == 0x80)
        from++;
    return fold_glued(arena, fold(arena, str_after(text, from)));
}

static bool ends_with(struct arena *arena, struct str tail, struct str words)
{
    struct str end = tail_of(arena, words);
    return tail.n >= end.n && str_eq(str_after(tail, tail.n - end.n), end);
}

/* Of the class's own words each way of writing them will do; of the operator's only theirs. */
static bool is_there(struct arena *arena, const struct channel *channel, struct str text, struct str suffix)
{
    struct str tail = tail_of(arena, text);
    if (ends_with(arena, tail, suffix))
        return true;
    return channel->suffix.n == 0 && !is_persian(text) && ends_with(arena, tail, STR("laghv 11"));
}

struct str line_text(const struct channel *channel, struct arena *arena, struct str text)
{
    const struct line_class *class = class_of(channel);
    struct str suffix = channel->suffix;
    if (str_is(suffix, "no"))
        return text;
    if (suffix.n == 0)
        suffix = str_of(is_persian(text) ? class->suffix : class->latin);
    if (is_there(arena, channel, text, suffix))
        return text;
    while (text.n > 0 && (unsigned char)text.p[text.n - 1] <= ' ')
        text.n--;
    return str_printf(arena, "%.*s\n%.*s", STR_ARG(text), STR_ARG(suffix));
}

/* ---- hours ---- */

static bool within(struct hours hours, int minute)
{
    if (hours.from <= hours.to)
        return minute >= hours.from && minute < hours.to;
    return minute >= hours.from || minute < hours.to;
}

static bool open_at_minute(const struct channel *channel, int minute)
{
    return !within(channel->quiet, minute) && !within(class_of(channel)->closed, minute);
}

/* The minute of the local day. */
static int local_minute(struct zone *zone, int64_t at_ms)
{
    int hour, minute;
    zone_clock(zone, at_ms / 1000 - (at_ms % 1000 < 0), &hour, &minute);
    return hour * 60 + minute;
}

static bool passes(const struct channel *channel, bool urgent)
{
    return urgent && class_of(channel)->urgent_passes;
}

bool line_open_at(const struct channel *channel, struct zone *zone, int64_t at_ms, bool urgent)
{
    return passes(channel, urgent) || open_at_minute(channel, local_minute(zone, at_ms));
}

/* Minutes of the clock from MINUTE until the rules may say otherwise. */
static int until_edge(const struct channel *channel, int minute)
{
    const struct line_class *class = class_of(channel);
    const int edges[] = {channel->quiet.from, channel->quiet.to, class->closed.from, class->closed.to};
    int least = DAY_MINUTES;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        int ahead = (edges[i] - minute + DAY_MINUTES - 1) % DAY_MINUTES + 1;
        least = ahead < least ? ahead : least;
    }
    return least;
}

/* The first whole minute behind AT_MS at which the line is no longer as OPEN
 * says.  Edge by edge; where clocks are changed on the way to an edge it is
 * not met at its minute, and that way is gone minute by minute. */
static int64_t next_change(const struct channel *channel, struct zone *zone, int64_t at_ms, bool open)
{
    int64_t offset = ((at_ms % MINUTE_MS) + MINUTE_MS) % MINUTE_MS, at = at_ms - offset;
    int64_t last = at + (int64_t)CLOSED_DAYS_MOST * DAY_MINUTES * MINUTE_MS;
    while (at < last) {
        int minute = local_minute(zone, at), ahead = until_edge(channel, minute);
        int64_t edge = at + (int64_t)ahead * MINUTE_MS;
        bool met = local_minute(zone, edge) == (minute + ahead) % DAY_MINUTES;
        at = met ? edge : at + MINUTE_MS;
        if (open_at_minute(channel, local_minute(zone, at)) != open)
            return at;
    }
    return INT64_MAX;
}

int64_t line_opens_ms(const struct channel *channel, struct zone *zone, int64_t at_ms, bool urgent)
{
    return line_open_at(channel, zone, at_ms, urgent) ? at_ms : next_change(channel, zone, at_ms, false);
}

int64_t line_closes_ms(const struct channel *channel, struct zone *zone, int64_t at_ms, bool urgent)
{
    return passes(channel, urgent) ? INT64_MAX : next_change(channel, zone, at_ms, true);
}
