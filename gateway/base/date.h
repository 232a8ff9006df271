/* Days as people write them, in both calendars, perhaps with a time:
 * ۱۴۰۵/۰۹/۱۵, 1405-9-15, ۱۵ آذر ۱۴۰۵, 15 azar 1405, 2026-12-06, 6 Dec 2026,
 * 06/12/2026, امروز, tomorrow; before or behind it ۱۸:۳۰ or ساعت ۱۸.  Years from
 * 1300 to 1499 are Solar Hijri, from 1900 to 2199 Gregorian.
 *
 * A day is a number: days since 1970-01-01 in whatever zone is meant.  What
 * time it is there and then is the zone's to say (icu.h).
 *
 * Any thread; pure; linear time. */
#ifndef YAVAR_BASE_DATE_H
#define YAVAR_BASE_DATE_H

#include "gateway/base/icu.h"

enum { DATE_NO_TODAY = INT32_MIN };

struct date {
    int64_t day;
    int minutes; /* since midnight; -1: no time was written */
};

enum date_wrong {
    DATE_UNREADABLE, /* no date, or more than one */
    DATE_NO_DAY,     /* 30 Esfand of a common year, 31 June, month 13 */
    DATE_NO_YEAR,    /* 05/09/15; of which calendar 1750 is; azar of 2026 */
    DATE_NO_TIME,    /* 24:30 */
};
struct date_fault {
    enum date_wrong what;
    struct str part; /* the place in TEXT */
    char said[160];  /* in English: "30 Esfand 1404 does not exist: 1404 is a common year" */
};

/* TODAY is the day number of now: a day without a year is the next such one,
 * today among them.  With DATE_NO_TODAY such dates, and words such as today,
 * are faults. */
bool date_read(struct arena *arena, struct str text, int64_t today, struct date *date,
               struct date_fault *fault) MUST_CHECK;

/* The same, for lists: without a clock behind it as midnight UTC, else as in
 * 2026-12-06T18:30:00Z, 1405/09/15 18:30 or …+03:30.  No words for today. */
bool date_read_utc(struct arena *arena, struct str text, int64_t *utc_seconds,
                   struct date_fault *fault) MUST_CHECK;

/* The second at which it is in ZONE: without a time the day's first, or with END
 * the one behind its last. */
bool date_moment(struct zone *zone, const struct date *date, bool end, int64_t *utc_seconds) MUST_CHECK;

/* What day a number is. */
struct day date_day(enum calendar calendar, int64_t number);
/* "2026-12-06" or "1405/09/15". */
struct str date_write(struct arena *arena, enum calendar calendar, int64_t day);

/* Months as they are shown, from 0. */
extern const char *const date_months_fa[12];    /* آذر */
extern const char *const date_months_en[2][12]; /* December; Azar: of each calendar */

/* Every name that is understood, folded. */
enum { DATE_FROM_TODAY = -1 };
struct date_word {
    const char *folded;
    int calendar; /* enum calendar, or DATE_FROM_TODAY */
    int value;    /* the month from 1, or days from today */
};
extern const struct date_word date_words[];
extern const size_t date_word_count;

#endif
