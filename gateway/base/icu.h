/* What we take from ICU: NFKC, character classes, the calendars and time
 * zones.  The only file that knows it.
 *
 * icu_start once, in main, before any thread.  The character functions are
 * pure and for any thread; a struct zone belongs to one thread at a time. */
#ifndef YAVAR_BASE_ICU_H
#define YAVAR_BASE_ICU_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"

bool icu_start(struct error *e) MUST_CHECK;

/* Whether NFKC may be done on what stands before C and from C on apart. */
bool icu_boundary_before(uint32_t c);

/* Appends the NFKC form of S (valid UTF-8), lower-cased. */
void icu_nfkc_lower(struct sbuf *out, struct str s);

bool icu_is_space(uint32_t c);

/* A calendar day as people read it. */
struct day {
    int year, month, day; /* month from 1 */
};

enum calendar { CALENDAR_GREGORIAN, CALENDAR_PERSIAN };

/* A time zone with the calendars in it. */
struct zone;
struct zone *zone_open(const char *name, struct error *e) MUST_CHECK; /* "Asia/Tehran" */
void zone_close(struct zone *zone);                                   /* NULL is fine */

struct day zone_day(struct zone *zone, enum calendar calendar, int64_t utc_seconds);
void zone_clock(struct zone *zone, int64_t utc_seconds, int *hour, int *minute);
/* Days since 1970-01-01 of the local day. */
int64_t zone_day_number(struct zone *zone, int64_t utc_seconds);
/* UTC seconds at which the local day begins; false for a day that does not
 * exist (30 Esfand of a common year). */
bool zone_day_start(struct zone *zone, enum calendar calendar, struct day day,
                    int64_t *utc_seconds) MUST_CHECK;

/* The same at MINUTES past midnight; where summer time skips them, the hour
 * behind. */
bool zone_moment(struct zone *zone, enum calendar calendar, struct day day, int minutes,
                 int64_t *utc_seconds) MUST_CHECK;

/* A Solar Hijri day and its number: days since 1970-01-01, without a zone.
 * False for a day that does not exist. */
bool persian_day_number(struct day day, int64_t *number) MUST_CHECK;
struct day persian_day(int64_t number);

/* "72.1": of the ICU that runs, for yavar doctor. */
void icu_library_version(char out[24]);

#endif
