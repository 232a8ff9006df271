/* ICU.  Debian's libjalali is one day wrong for all of 1404, so dates come
 * from ICU's Persian calendar too. */
#include "gateway/base/icu.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/ucal.h>
#include <unicode/unorm2.h>
#include <unicode/uclean.h>
#include <unicode/ustring.h>

#include "gateway/base/arena.h"
#include "gateway/base/memory.h"

static void *take(const void *context, size_t n)
{
    (void)context;
    return memory_take(n);
}

static void *more(const void *context, void *old, size_t n)
{
    (void)context;
    return memory_more(old, n);
}

static void give(const void *context, void *p)
{
    (void)context;
    memory_free(p);
}

bool icu_start(struct error *e)
{
    UErrorCode status = U_ZERO_ERROR;
    u_setMemoryFunctions(NULL, take, more, give, &status);
    (void)unorm2_getNFKCInstance(&status); /* a singleton, made here before any thread asks */
    if (U_FAILURE(status))
        return error_set(e, "ICU does not start: %s", u_errorName(status));
    return true;
}

static const UNormalizer2 *nfkc(void)
{
    UErrorCode status = U_ZERO_ERROR;
    return unorm2_getNFKCInstance(&status); /* icu_start has seen it succeed */
}

bool icu_boundary_before(uint32_t c)
{
    return unorm2_hasBoundaryBefore(nfkc(), (UChar32)c) != 0;
}

enum { STACK_UNITS = 256, EXPANSION = 18 }; /* U+FDFA, the longest, becomes 18 code points */

/* Lower-cases code point by code point: the grammar's words need no context
 * (final sigma, Turkish i), and it keeps offsets simple. */
static void add_lower(struct sbuf *out, const UChar *units, int32_t n)
{
    for (int32_t i = 0; i < n;) {
        UChar32 c;
        U16_NEXT(units, i, n, c);
        uint32_t low = (uint32_t)u_tolower(c); /* never negative */
        char bytes[4];
        int32_t used = 0;
        UBool failed = false;
        U8_APPEND((uint8_t *)bytes, used, 4, (UChar32)low, failed);
        if (!failed)
            sbuf_add(out, str_from(bytes, (size_t)used));
    }
}

void icu_nfkc_lower(struct sbuf *out, struct str s)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar from_stack[STACK_UNITS], to_stack[STACK_UNITS * EXPANSION];
    UChar *from = from_stack, *to = to_stack;
    int32_t n = 0, room = STACK_UNITS;
    if (s.n > STACK_UNITS) { /* never for a text cut into segments, but for a whole catalogue value */
        room = (int32_t)s.n;
        from = arena_array(out->arena, UChar, s.n);
        to = arena_array(out->arena, UChar, s.n * EXPANSION);
    }
    u_strFromUTF8(from, room, &n, s.p, (int32_t)s.n, &status);
    int32_t m = unorm2_normalize(nfkc(), from, n, to, room * EXPANSION, &status);
    if (U_SUCCESS(status))
        add_lower(out, to, m);
    else
        sbuf_add(out, s);
}

bool icu_is_space(uint32_t c)
{
    return u_isUWhiteSpace((UChar32)c) != 0;
}

struct zone {
    UCalendar *calendar[2];
    int64_t asked, number; /* the second that zone_day_number was last asked for, and its day */
};

static UCalendar *open_calendar(const char *name, const char *locale, struct error *e)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar id[64];
    int32_t n = 0;
    u_strFromUTF8(id, 64, &n, name, -1, &status);
    UChar canonical[64];
    UBool known = false;
    if (U_SUCCESS(status))
        /* the name itself is of no use, only whether there is one */
        (void)ucal_getCanonicalTimeZoneID(id, n, canonical, 64, &known, &status);
    if (U_FAILURE(status)) {
        error_set(e, "no time zone is named \"%s\"", name);
        return NULL;
    }
    UCalendar *calendar = ucal_open(id, n, locale, UCAL_TRADITIONAL, &status);
    if (U_FAILURE(status)) {
        error_set(e, "ICU opens no calendar for %s: %s", name, u_errorName(status));
        return NULL;
    }
    ucal_setAttribute(calendar, UCAL_LENIENT, 0);
    return calendar;
}

struct zone *zone_open(const char *name, struct error *e)
{
    struct zone *zone = calloc(1, sizeof *zone);
    if (zone == NULL)
        out_of_memory();
    zone->calendar[CALENDAR_GREGORIAN] = open_calendar(name, "en_US@calendar=gregorian", e);
    if (zone->calendar[CALENDAR_GREGORIAN] != NULL)
        zone->calendar[CALENDAR_PERSIAN] = open_calendar(name, "fa_IR@calendar=persian", e);
    if (zone->calendar[CALENDAR_PERSIAN] == NULL) {
        zone_close(zone);
        return NULL;
    }
    zone->asked = INT64_MIN; /* never */
    return zone;
}

void zone_close(struct zone *zone)
{
    if (zone == NULL)
        return;
    for (int i = 0; i < 2; i++)
        if (zone->calendar[i] != NULL)
            ucal_close(zone->calendar[i]);
    free(zone);
}

static int32_t field(UCalendar *calendar, UCalendarDateFields which)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t value = ucal_get(calendar, which, &status);
    return U_SUCCESS(status) ? value : 0;
}

/* Fails only for times millions of years away; the fields are then 0. */
static UCalendar *at(struct zone *zone, enum calendar which, int64_t utc_seconds)
{
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(zone->calendar[which], (double)utc_seconds * 1000.0, &status);
    return zone->calendar[which];
}

static struct day day_of(UCalendar *calendar)
{
    return (struct day){field(calendar, UCAL_EXTENDED_YEAR), field(calendar, UCAL_MONTH) + 1,
                        field(calendar, UCAL_DATE)};
}

struct day zone_day(struct zone *zone, enum calendar which, int64_t utc_seconds)
{
    return day_of(at(zone, which, utc_seconds));
}

void zone_clock(struct zone *zone, int64_t utc_seconds, int *hour, int *minute)
{
    UCalendar *calendar = at(zone, CALENDAR_GREGORIAN, utc_seconds);
    *hour = field(calendar, UCAL_HOUR_OF_DAY);
    *minute = field(calendar, UCAL_MINUTE);
}

static int64_t day_number(struct zone *zone, int64_t utc_seconds)
{
    UCalendar *calendar = at(zone, CALENDAR_GREGORIAN, utc_seconds);
    int64_t offset = (field(calendar, UCAL_ZONE_OFFSET) + field(calendar, UCAL_DST_OFFSET)) / 1000;
    int64_t local = utc_seconds + offset;
    return local >= 0 ? local / 86400 : (local - 86399) / 86400;
}

/* Asked several times a message, and by all messages of a second. */
int64_t zone_day_number(struct zone *zone, int64_t utc_seconds)
{
    if (utc_seconds != zone->asked)
        zone->number = day_number(zone, utc_seconds);
    zone->asked = utc_seconds;
    return zone->number;
}

/* A day on which summer time begins at midnight has no 00:00. */
static bool moment(UCalendar *calendar, struct day day, int minutes, double *ms)
{
    UErrorCode status = U_USING_DEFAULT_WARNING;
    for (int more = 0; more < 180 && (more == 0 || U_FAILURE(status)); more += 60) {
        int at = minutes + more;
        status = U_ZERO_ERROR;
        ucal_clear(calendar);
        ucal_setDateTime(calendar, day.year, day.month - 1, day.day, at / 60, at % 60, 0, &status);
        *ms = ucal_getMillis(calendar, &status);
    }
    return U_SUCCESS(status);
}

static bool same_day(struct day a, struct day b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

bool zone_moment(struct zone *zone, enum calendar which, struct day day, int minutes, int64_t *utc_seconds)
{
    double ms = 0;
    if (!moment(zone->calendar[which], day, minutes, &ms))
        return false;
    *utc_seconds = (int64_t)(ms / 1000.0);
    return same_day(zone_day(zone, which, *utc_seconds), day);
}

bool zone_day_start(struct zone *zone, enum calendar which, struct day day, int64_t *utc_seconds)
{
    return zone_moment(zone, which, day, 0, utc_seconds);
}

/* ---- Solar Hijri days without a zone ---- */

enum { DAY_MS = 86400000 };

static UCalendar *open_persian(void)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = ucal_open(u"Etc/UTC", -1, "fa_IR@calendar=persian", UCAL_TRADITIONAL, &status);
    if (U_FAILURE(status))
        return NULL;
    ucal_setAttribute(calendar, UCAL_LENIENT, 0);
    return calendar;
}

bool persian_day_number(struct day day, int64_t *number)
{
    double ms = 0;
    UCalendar *calendar = open_persian();
    bool good = calendar != NULL && moment(calendar, day, 0, &ms) && same_day(day_of(calendar), day);
    *number = (int64_t)(ms / DAY_MS) - (ms < 0 && (int64_t)ms % DAY_MS != 0);
    if (calendar != NULL)
        ucal_close(calendar);
    return good;
}

struct day persian_day(int64_t number)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = open_persian();
    if (calendar == NULL) /* only when memory is out: tests/faults */
        return (struct day){0, 0, 0};
    ucal_setMillis(calendar, (double)number * DAY_MS, &status);
    struct day day = day_of(calendar);
    ucal_close(calendar);
    return day;
}

void icu_library_version(char out[24])
{
    UVersionInfo version;
    _Static_assert(U_MAX_VERSION_STRING_LENGTH <= 24, "a version fits");
    u_getVersion(version);
    u_versionToString(version, out);
}
