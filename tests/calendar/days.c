/* Prints what the program makes of every day from 1 Farvardin 1390 to the end
 * of 1450: its number, both calendars, and the numbers read back from them. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/date.h"

static int64_t back(struct arena *arena, struct str text)
{
    struct date date;
    struct date_fault fault;
    return date_read(arena, text, DATE_NO_TODAY, &date, &fault) ? date.day : INT64_MIN;
}

int main(void)
{
    struct error e;
    struct zone *zone = icu_start(&e) ? zone_open("Asia/Tehran", &e) : NULL;
    struct arena *arena = arena_new(4096);
    struct arena_mark mark = arena_mark(arena);
    int64_t first = back(arena, STR("1390/01/01")), last = back(arena, STR("1451/01/01"));
    if (zone == NULL || first == INT64_MIN || last == INT64_MIN)
        return EXIT_FAILURE;
    for (int64_t day = first; day < last; day++, arena_rewind(arena, mark)) {
        struct str persian = date_write(arena, CALENDAR_PERSIAN, day);
        struct str gregorian = date_write(arena, CALENDAR_GREGORIAN, day);
        struct day there = zone_day(zone, CALENDAR_PERSIAN, day * 86400 + 43200); /* as texts show it */
        printf("%lld %.*s %.*s %lld %lld %04d/%02d/%02d\n", (long long)day, STR_ARG(persian),
               STR_ARG(gregorian), (long long)back(arena, persian), (long long)back(arena, gregorian),
               there.year, there.month, there.day);
    }
    arena_free(arena);
    zone_close(zone);
    return EXIT_SUCCESS;
}
