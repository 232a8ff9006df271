/* Days and zones, against an arithmetic of our own: Debian's libjalali was a
 * day wrong for all of 1404, so nothing here is taken on trust.
 *
 * The leap years come from the 33-year cycle (Borkowski's, which holds from
 * 1210 to 1634), the days from counting on from 1 Farvardin 1404, which was
 * 21 March 2025. */
#include "unit.h"

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

static void written_dates(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"1404/05/12", "2025-08-03"},
        {"1404/5/12", "2025-08-03"},
        {"1404-01-01", "2025-03-21"},
        {"1404.1.1", "2025-03-21"},
        {"1403/12/30", "2025-03-20"},
        {"2025-08-03", "2025-08-03"},
        {"2024/02/29", "2024-02-29"},
        {"1399/12/30", "2021-03-20"},
        {"1404/12/30", NULL},
        {"1404/13/01", NULL},
        {"1404/00/10", NULL},
        {"1404/07/31", NULL},
        {"1404/05/00", NULL},
        {"2025-02-29", NULL},
        {"2025-13-01", NULL},
        {"1404", NULL},
        {"1404/05", NULL},
        {"", NULL},
        {"1404/05/12/1", NULL},
        {"1404/05/123", NULL},
    };
    struct arena *arena = arena_new(1 << 12);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str iso = {NULL, 0};
        bool found = icu_iso_date(arena, str_of(rows[i][0]), &iso);
        tally_check(&t, rows[i][1] == NULL ? !found : found && str_is(iso, rows[i][1]), "%s: got %d \"%.*s\"",
                    rows[i][0], found, STR_ARG(iso));
    }
    arena_free(arena);
    tally_end(&t);
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
    };
    return cmocka_run_group_tests_name("date", tests, zones_open, zones_close);
}
