/* Days and zones, against an arithmetic of our own: Debian's libjalali was a
 * day wrong for all of 1404, so nothing here is taken on trust.
 *
 * The leap years come from the 33-year cycle (Borkowski's, which holds from
 * 1210 to 1634), the days from counting on from 1 Farvardin 1404, which was
 * 21 March 2025. */
#include "unit.h"

#include "gateway/base/date.h"
#include "gateway/base/fold.h"

static bool is_leap(int year)
{
    int place = (year - 1210 + 1) % 33;
    return place != 0 && (place - 1) % 4 == 0;
}

static int month_length(int year, int month)
{
    return month <= 6 ? 31 : month <= 11 ? 30 : is_leap(year) ? 30 : 29;
}

/* Days since 1970-01-01 (Hinnant's days_from_civil). */
static int64_t civil_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Days since 1970-01-01 of 1 Farvardin. */
static int64_t new_year_days(int year)
{
    int64_t days = civil_days(2025, 3, 21);
    for (int y = 1404; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    for (int y = 1403; y >= year; y--)
        days -= is_leap(y) ? 366 : 365;
    return days;
}

static int zones_open(void **state)
{
    struct error e;
    if (!icu_start(&e))
        return -1;
    *state = zone_open("Asia/Tehran", &e);
    return *state != NULL ? 0 : -1;
}

static int zones_close(void **state)
{
    zone_close(*state);
    return 0;
}

static void leap_years_are_the_known_ones(void **state)
{
    /* 1436, not 1437: the equinox of 2058 falls behind noon in Tehran */
    static const int known[] = {1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420,
                                1424, 1428, 1432, 1436, 1441, 1445, 1449};
    size_t next = 0;
    for (int year = 1390; year <= 1450; year++) {
        bool want = next < sizeof known / sizeof known[0] && known[next] == year;
        int64_t at = 0;
        next += want;
        assert_int_equal(is_leap(year), want);
        if (zone_day_start(*state, CALENDAR_PERSIAN, (struct day){year, 12, 30}, &at) != want)
            fail_msg("30 Esfand %d", year);
    }
}

static void every_day_comes_back(void **state)
{
    struct tally t = tally_new();
    int64_t number = new_year_days(1390);
    for (int year = 1390; year <= 1450; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= month_length(year, month); day++, number++) {
                struct day want = {year, month, day};
                int64_t start = 0;
                bool found = zone_day_start(*state, CALENDAR_PERSIAN, want, &start);
                if (!tally_check(&t, found, "%d/%d/%d is said not to exist", year, month, day))
                    continue;
                struct day got = zone_day(*state, CALENDAR_PERSIAN, start);
                tally_check(&t, got.year == year && got.month == month && got.day == day,
                            "%d/%d/%d came as %d/%d/%d", year, month, day, got.year, got.month, got.day);
                tally_check(&t,
                            zone_day_number(*state, start) == number &&
                                zone_day_number(*state, start - 1) == number - 1,
                            "%d/%d/%d does not begin at its first second", year, month, day);
            }
    tally_end(&t);
}

static void months_have_no_further_days(void **state)
{
    int64_t at;
    for (int year = 1400; year <= 1410; year++)
        for (int month = 1; month <= 12; month++) {
            assert_false(zone_day_start(*state, CALENDAR_PERSIAN,
                                        (struct day){year, month, month_length(year, month) + 1}, &at));
            assert_false(zone_day_start(*state, CALENDAR_PERSIAN, (struct day){year, month, 0}, &at));
        }
    assert_false(zone_day_start(*state, CALENDAR_PERSIAN, (struct day){1404, 13, 1}, &at));
    assert_false(zone_day_start(*state, CALENDAR_PERSIAN, (struct day){1404, 0, 1}, &at));
    assert_false(zone_day_start(*state, CALENDAR_GREGORIAN, (struct day){2025, 2, 29}, &at));
    assert_true(zone_day_start(*state, CALENDAR_GREGORIAN, (struct day){2024, 2, 29}, &at));
}

static void midnight_is_tehrans(void **state)
{
    int64_t midnight = civil_days(2025, 3, 20) * 86400 + 20 * 3600 + 30 * 60; /* 00:00 of 21 March there */
    int hour = -1, minute = -1;
    assert_int_equal(zone_day_number(*state, midnight), civil_days(2025, 3, 21));
    assert_int_equal(zone_day_number(*state, midnight - 1), civil_days(2025, 3, 20));
    assert_int_equal(zone_day_number(*state, midnight + 86399), civil_days(2025, 3, 21));
    struct day day = zone_day(*state, CALENDAR_PERSIAN, midnight);
    assert_true(day.year == 1404 && day.month == 1 && day.day == 1);
    day = zone_day(*state, CALENDAR_PERSIAN, midnight - 1);
    assert_true(day.year == 1403 && day.month == 12 && day.day == 30);
    day = zone_day(*state, CALENDAR_GREGORIAN, midnight - 1);
    assert_true(day.year == 2025 && day.month == 3 && day.day == 20);
    zone_clock(*state, midnight - 60, &hour, &minute);
    assert_true(hour == 23 && minute == 59);
    zone_clock(*state, midnight, &hour, &minute);
    assert_true(hour == 0 && minute == 0);
    int64_t start = 0;
    assert_true(zone_day_start(*state, CALENDAR_GREGORIAN, (struct day){2025, 3, 21}, &start));
    assert_int_equal(start, midnight);
    assert_true(zone_day_start(*state, CALENDAR_PERSIAN, (struct day){1404, 1, 1}, &start));
    assert_int_equal(start, midnight);
}

/* Before 1970, and a zone west of Greenwich with summer time. */
static void other_zones_and_times(void **state)
{
    (void)state;
    struct error e = {""};
    struct zone *utc = zone_open("Etc/UTC", &e), *west = zone_open("America/New_York", &e);
    assert_true(utc != NULL && west != NULL);
    assert_int_equal(zone_day_number(utc, 0), 0);
    assert_int_equal(zone_day_number(utc, -1), -1);
    assert_int_equal(zone_day_number(utc, -86400), -1);
    assert_int_equal(zone_day_number(utc, -86401), -2);
    assert_int_equal(zone_day_number(west, 0), -1);
    int64_t changed = civil_days(2025, 3, 9) * 86400; /* 23 hours long there */
    assert_int_equal(zone_day_number(west, changed + 5 * 3600), civil_days(2025, 3, 9));
    assert_int_equal(zone_day_number(west, changed + 28 * 3600 - 1), civil_days(2025, 3, 9));
    assert_int_equal(zone_day_number(west, changed + 28 * 3600), civil_days(2025, 3, 10));
    zone_close(utc);
    zone_close(west);
    zone_close(NULL);
}

static void unknown_zones_are_named(void **state)
{
    (void)state;
    static const char *const names[] = {"Mars/Phobos", "Asia/Tehraan", "", "+3:30", "Asia Tehran"};
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error e = {""};
        struct zone *zone = zone_open(names[i], &e);
        tally_check(&t, zone == NULL, "\"%s\" is taken for a zone", names[i]);
        tally_check(&t, zone != NULL || strstr(e.text, names[i]) != NULL, "\"%s\" is not in: %s", names[i],
                    e.text);
        zone_close(zone);
    }
    tally_end(&t);
}

/* Read on 22 November 2026, 1 Azar 1405. */
struct written {
    const char *text, *iso; /* iso NULL: none */
    int minutes;
    enum date_wrong what;
    const char *part, *said;
};
static const struct written written[] = {
    {"1404/05/12", "2025-08-03", -1, 0, NULL, NULL},
    {"1404/5/12", "2025-08-03", -1, 0, NULL, NULL},
    {"1404-01-01", "2025-03-21", -1, 0, NULL, NULL},
    {"1404.1.1", "2025-03-21", -1, 0, NULL, NULL},
    {"29/2/1404", "2025-05-19", -1, 0, NULL, NULL},
    {"1403/12/30", "2025-03-20", -1, 0, NULL, NULL},
    {"1399/12/30", "2021-03-20", -1, 0, NULL, NULL},
    {"۱۴۰۵/۰۹/۱۵", "2026-12-06", -1, 0, NULL, NULL},
    {"١٤٠٥/٠٩/١٥", "2026-12-06", -1, 0, NULL, NULL},
    {"1405-9-15", "2026-12-06", -1, 0, NULL, NULL},
    {"۱۵ آذر ۱۴۰۵", "2026-12-06", -1, 0, NULL, NULL},
    {"۱۵ آذرماه سال ۱۴۰۵", NULL, -1, DATE_UNREADABLE, "آذرماه", "\"آذرماه\" is no date"},
    {"۱۵ آذر ماه سال ۱۴۰۵", "2026-12-06", -1, 0, NULL, NULL},
    {"۱۵ام آذر", "2026-12-06", -1, 0, NULL, NULL},
    {"۱۵آذر۱۴۰۵", "2026-12-06", -1, 0, NULL, NULL},
    {"۳ ارديبهشت ۱۴۰۶", "2027-04-23", -1, 0, NULL, NULL},
    {"15 azar 1405", "2026-12-06", -1, 0, NULL, NULL},
    {"15 AZAR 1405", "2026-12-06", -1, 0, NULL, NULL},
    {"15-azar-1405", "2026-12-06", -1, 0, NULL, NULL},
    {"1405 azar 15", "2026-12-06", -1, 0, NULL, NULL},
    {"2026-12-06", "2026-12-06", -1, 0, NULL, NULL},
    {"2026/12/6", "2026-12-06", -1, 0, NULL, NULL},
    {"06/12/2026", "2026-12-06", -1, 0, NULL, NULL},
    {"6 Dec 2026", "2026-12-06", -1, 0, NULL, NULL},
    {"Dec 6, 2026", "2026-12-06", -1, 0, NULL, NULL},
    {"6th of December 2026", "2026-12-06", -1, 0, NULL, NULL},
    {"۶ دسامبر ۲۰۲۶", "2026-12-06", -1, 0, NULL, NULL},
    {"2024/02/29", "2024-02-29", -1, 0, NULL, NULL},
    {"1300/01/01", "1921-03-21", -1, 0, NULL, NULL},
    {"1900-01-01", "1900-01-01", -1, 0, NULL, NULL},
    {"2199-12-31", "2199-12-31", -1, 0, NULL, NULL},
    /* with a time */
    {"۱۴۰۵/۰۹/۱۵ ۱۸:۳۰", "2026-12-06", 1110, 0, NULL, NULL},
    {"18:30 1405/9/15", "2026-12-06", 1110, 0, NULL, NULL},
    {"2026-12-06T08:05:59", "2026-12-06", 485, 0, NULL, NULL},
    {"۱۵ آذر ساعت ۱۸", "2026-12-06", 1080, 0, NULL, NULL},
    {"tomorrow at 0:00", "2026-11-23", 0, 0, NULL, NULL},
    {"فردا ساعت ۲۳:۵۹", "2026-11-23", 1439, 0, NULL, NULL},
    /* without a year: today is one too */
    {"1 azar", "2026-11-22", -1, 0, NULL, NULL},
    {"۳۰ آبان", "2027-11-21", -1, 0, NULL, NULL},
    {"15 azar", "2026-12-06", -1, 0, NULL, NULL},
    {"۱ فروردین", "2027-03-21", -1, 0, NULL, NULL},
    {"22 Nov", "2026-11-22", -1, 0, NULL, NULL},
    {"Nov 21", "2027-11-21", -1, 0, NULL, NULL},
    {"29 esfand", "2027-03-20", -1, 0, NULL, NULL},
    {"امروز", "2026-11-22", -1, 0, NULL, NULL},
    {"today", "2026-11-22", -1, 0, NULL, NULL},
    {"فردا", "2026-11-23", -1, 0, NULL, NULL},
    {"پس‌فردا", "2026-11-24", -1, 0, NULL, NULL},
    {"Yesterday", "2026-11-21", -1, 0, NULL, NULL},
    /* no such day */
    {"1404/12/30", NULL, -1, DATE_NO_DAY, "1404/12/30",
     "30 Esfand 1404 does not exist: 1404 is a common year"},
    {"۳۰ اسفند ۱۴۰۴", NULL, -1, DATE_NO_DAY, "۳۰ اسفند ۱۴۰۴",
     "30 Esfand 1404 does not exist: 1404 is a common year"},
    {"30 esfand", NULL, -1, DATE_NO_DAY, "30 esfand", "30 Esfand 1406 does not exist: 1406 is a common year"},
    {"1404/13/01", NULL, -1, DATE_NO_DAY, "1404/13/01", "month 13 does not exist"},
    {"1404/00/10", NULL, -1, DATE_NO_DAY, "1404/00/10", "month 0 does not exist"},
    {"1404/07/31", NULL, -1, DATE_NO_DAY, "1404/07/31",
     "31 Mehr 1404 does not exist: that month has 30 days"},
    {"1404/05/00", NULL, -1, DATE_NO_DAY, "1404/05/00",
     "0 Mordad 1404 does not exist: that month has 31 days"},
    {"1404/05/32", NULL, -1, DATE_NO_DAY, "1404/05/32",
     "32 Mordad 1404 does not exist: that month has 31 days"},
    {"2025-02-29", NULL, -1, DATE_NO_DAY, "2025-02-29",
     "29 February 2025 does not exist: 2025 is a common year"},
    {"2100-02-29", NULL, -1, DATE_NO_DAY, "2100-02-29",
     "29 February 2100 does not exist: 2100 is a common year"},
    {"31 June 2026", NULL, -1, DATE_NO_DAY, "31 June 2026",
     "31 June 2026 does not exist: that month has 30 days"},
    {"2025-13-01", NULL, -1, DATE_NO_DAY, "2025-13-01", "month 13 does not exist"},
    /* of which year */
    {"05/09/15", NULL, -1, DATE_NO_YEAR, "05", "\"05\" is no year"},
    {"15 azar 05", NULL, -1, DATE_NO_YEAR, "05", "\"05\" is no year"},
    {"۰۹/۱۵", NULL, -1, DATE_NO_YEAR, "۰۹/۱۵", "\"۰۹/۱۵\" lacks the year"},
    {"1750/01/01", NULL, -1, DATE_NO_YEAR, "1750", "the year 1750 is of no calendar"},
    {"1299/12/29", NULL, -1, DATE_NO_YEAR, "1299", "the year 1299 is of no calendar"},
    {"1500/01/01", NULL, -1, DATE_NO_YEAR, "1500", "the year 1500 is of no calendar"},
    {"2200-01-01", NULL, -1, DATE_NO_YEAR, "2200", "the year 2200 is of no calendar"},
    {"15 azar 2026", NULL, -1, DATE_NO_YEAR, "15 azar 2026", "Azar is no month of the calendar"},
    {"6 Dec 1405", NULL, -1, DATE_NO_YEAR, "6 Dec 1405", "December is no month of the calendar"},
    /* of which time */
    {"1405/9/15 24:30", NULL, -1, DATE_NO_TIME, "24:30", "\"24:30\" is no time of day"},
    {"1405/9/15 ۱۸:۶۰", NULL, -1, DATE_NO_TIME, "۱۸:۶۰", "\"۱۸:۶۰\" is no time of day"},
    {"1405/9/15 8:5", NULL, -1, DATE_NO_TIME, "8:5", "\"8:5\" is no time of day"},
    {"1405/9/15 ساعت ۲۵", NULL, -1, DATE_NO_TIME, "۲۵", "\"۲۵\" is no time of day"},
    /* no date */
    {"", NULL, -1, DATE_UNREADABLE, "", "a date is missing"},
    {"18:30", NULL, -1, DATE_UNREADABLE, "18:30", "a date is missing"},
    {"1404", NULL, -1, DATE_UNREADABLE, "1404", "\"1404\" is no date"},
    {"1404/05", NULL, -1, DATE_NO_YEAR, "1404/05", NULL},
    {"1404/05/12/1", NULL, -1, DATE_UNREADABLE, "1404/05/12/1", NULL},
    {"1404/05-12", NULL, -1, DATE_UNREADABLE, "1404/05-12", NULL},
    {"1404/05/123", NULL, -1, DATE_UNREADABLE, "1404/05/123", NULL},
    {"14050915", NULL, -1, DATE_UNREADABLE, "14050915", NULL},
    {"15 ازر 1405", NULL, -1, DATE_UNREADABLE, "ازر", "\"ازر\" is no date"},
    {"azar", NULL, -1, DATE_UNREADABLE, "azar", NULL},
    {"15 16 azar 1405", NULL, -1, DATE_UNREADABLE, "1405", NULL},
    {"today tomorrow", NULL, -1, DATE_UNREADABLE, "today tomorrow", NULL},
    {"today 1405/9/15", NULL, -1, DATE_UNREADABLE, NULL, NULL},
    {"1405/9/15 18:30 19:30", NULL, -1, DATE_UNREADABLE, "19:30", NULL},
    {"1405/9/15 💉", NULL, -1, DATE_UNREADABLE, "💉", NULL},
    {"\xff", NULL, -1, DATE_UNREADABLE, NULL, "it is too long"},
};

static void written_dates(void **state)
{
    (void)state;
    const int64_t today = civil_days(2026, 11, 22);
    struct arena *arena = arena_new(1 << 12);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        const struct written *w = &written[i];
        struct date date = {0, -2};
        struct date_fault fault;
        bool found = date_read(arena, str_of(w->text), today, &date, &fault);
        if (found) {
            struct str iso = date_write(arena, CALENDAR_GREGORIAN, date.day);
            tally_check(&t, w->iso != NULL && str_is(iso, w->iso) && date.minutes == w->minutes,
                        "%s: got %.*s %d", w->text, STR_ARG(iso), date.minutes);
            continue;
        }
        tally_check(
            &t, w->iso == NULL && fault.what == w->what && (w->part == NULL || str_is(fault.part, w->part)),
            "%s: %d at \"%.*s\"", w->text, (int)fault.what, STR_ARG(fault.part));
        tally_check(&t,
                    fault.said[0] != '\0' &&
                        (w->said == NULL || strncmp(fault.said, w->said, strlen(w->said)) == 0),
                    "%s: %s", w->text, fault.said);
    }
    arena_free(arena);
    tally_end(&t);
}

static void dates_without_a_today(void **state)
{
    (void)state;
    static const char *const texts[] = {"15 azar", "today", "امروز"};
    struct arena *arena = arena_new(1 << 12);
    struct date date;
    struct date_fault fault;
    for (size_t i = 0; i < 3; i++)
        assert_false(date_read(arena, str_of(texts[i]), DATE_NO_TODAY, &date, &fault));
    assert_true(date_read(arena, STR("15 azar 1405"), DATE_NO_TODAY, &date, &fault));
    arena_free(arena);
}

static void date_words_are_folded(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 12);
    struct tally t = tally_new();
    for (size_t i = 0; i < date_word_count; i++) {
        struct str word = str_of(date_words[i].folded);
        tally_check(&t, str_eq(fold_glued(arena, fold(arena, word)), word), "%s", date_words[i].folded);
        for (size_t k = 0; k < i; k++)
            tally_check(&t, !str_is(word, date_words[k].folded), "%s stands twice", date_words[k].folded);
    }
    for (int month = 0; month < 12; month++) {
        const char *shown[] = {date_months_fa[month], date_months_en[0][month], date_months_en[1][month]};
        for (int k = 0; k < 3; k++) {
            struct date date = {0, 0};
            struct date_fault fault;
            struct str text = str_printf(arena, "1 %s %d", shown[k], k == 1 ? 2026 : 1405);
            bool good = date_read(arena, text, DATE_NO_TODAY, &date, &fault);
            enum calendar calendar = k == 1 ? CALENDAR_GREGORIAN : CALENDAR_PERSIAN;
            tally_check(&t, good && date_day(calendar, date.day).month == month + 1, "%s", shown[k]);
        }
    }
    arena_free(arena);
    tally_end(&t);
}

/* Where summer time begins at midnight the day begins at 1; an end is the next
 * day's beginning, however long the day. */
static void moments_of_days(void **state)
{
    struct error e = {""};
    struct zone *summer = zone_open("America/Asuncion", &e);
    struct date day = {civil_days(2022, 10, 2), -1}, evening = {civil_days(2026, 12, 6), 1110};
    int64_t from = 0, to = 0;
    assert_non_null(summer);
    assert_true(date_moment(summer, &day, false, &from) && date_moment(summer, &day, true, &to));
    assert_int_equal(from, civil_days(2022, 10, 2) * 86400 + 4 * 3600);
    assert_int_equal(to - from, 23 * 3600);
    assert_true(date_moment(*state, &evening, false, &from) && date_moment(*state, &evening, true, &to));
    assert_int_equal(from, evening.day * 86400 + 15 * 3600); /* 18:30 in Tehran */
    assert_int_equal(to, from);
    zone_close(summer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leap_years_are_the_known_ones),
        cmocka_unit_test(every_day_comes_back),
        cmocka_unit_test(months_have_no_further_days),
        cmocka_unit_test(midnight_is_tehrans),
        cmocka_unit_test(other_zones_and_times),
        cmocka_unit_test(unknown_zones_are_named),
        cmocka_unit_test(written_dates),
        cmocka_unit_test(dates_without_a_today),
        cmocka_unit_test(date_words_are_folded),
        cmocka_unit_test(moments_of_days),
    };
    return cmocka_run_group_tests_name("date", tests, zones_open, zones_close);
}
