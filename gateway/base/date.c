/* See the header.  A text is folded and cut into numbers, words and marks; the
 * time is taken out wherever it stands, and what is left must be one date. */
#include "gateway/base/date.h"

#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/fold.h"
#include "gateway/base/utf8.h"

enum { PIECES_MOST = 16, TEXT_MOST = 100, DAY_SECONDS = 86400 };

/* ---- pieces ---- */

enum kind { NUMBER, WORD, MARK };
struct piece {
    enum kind kind;
    struct str text;
    size_t from, to; /* in the text as it was written */
    int64_t number;
};

struct reader {
    struct arena *arena;
    struct str text;
    int64_t today;
    struct date_fault *fault;
    struct piece v[PIECES_MOST];
    size_t n;
    int minutes;
};

/* Fails; the place is from piece FIRST to LAST, or all of the text. */
__attribute__((format(printf, 5, 6))) static bool wrong(struct reader *r, enum date_wrong what, size_t first,
                                                        size_t last, const char *format, ...)
{
    va_list args;
    size_t from = first < r->n ? r->v[first].from : 0, to = last < r->n ? r->v[last].to : r->text.n;
    r->fault->what = what;
    r->fault->part = from < to && to <= r->text.n ? str_from(r->text.p + from, to - from) : r->text;
    va_start(args, format);
    int n = vsnprintf(r->fault->said, sizeof r->fault->said, format, args);
    va_end(args);
    size_t room = n < 0 ? 0 : utf8_cut(str_of(r->fault->said), sizeof r->fault->said - 1).n;
    r->fault->said[room] = '\0';
    return false;
}

static struct str part_of(const struct reader *r, size_t first, size_t last)
{
    return str_from(r->text.p + r->v[first].from, r->v[last].to - r->v[first].from);
}

static bool unreadable(struct reader *r, size_t first, size_t last)
{
    if (r->n == 0)
        return wrong(r, DATE_UNREADABLE, first, last, "a date is missing");
    return wrong(r, DATE_UNREADABLE, first, last,
                 "\"%.*s\" is no date such as 1405/09/15, 15 azar 1405 or 2026-12-06",
                 STR_ARG(utf8_cut(last < r->n ? part_of(r, first, last) : r->text, 60)));
}

static enum kind kind_of(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return NUMBER;
    return c < 0x80 && !(c >= 'a' && c <= 'z') ? MARK : WORD;
}

/* Cuts into numbers, words and single marks; blanks only part. */
static bool cut(struct reader *r)
{
    struct folded folded = fold_text(r->arena, r->text, true);
    for (struct str rest = folded.text; rest.n > 0;) {
        size_t at = folded.text.n - rest.n;
        enum kind kind = kind_of(utf8_next(&rest));
        size_t end = folded.text.n - rest.n;
        if (folded.text.p[at] == ' ')
            continue;
        for (struct str next = rest; kind != MARK && next.n > 0; rest = next, end = folded.text.n - rest.n)
            if (kind_of(utf8_next(&next)) != kind)
                break;
        struct piece *p = &r->v[r->n++];
        *p = (struct piece){kind, str_from(folded.text.p + at, end - at), folded.origin[at],
                            folded.origin[end], 0};
        if (kind == NUMBER && (p->text.n > 4 || !str_to_i64(p->text, &p->number)))
            return unreadable(r, r->n - 1, r->n - 1);
        if (r->n == PIECES_MOST)
            return unreadable(r, PIECES_MOST, PIECES_MOST);
    }
    return true;
}

static bool is_kind(const struct reader *r, size_t i, enum kind kind)
{
    return i < r->n && r->v[i].kind == kind;
}

static bool is_mark(const struct reader *r, size_t i, char c)
{
    return is_kind(r, i, MARK) && r->v[i].text.p[0] == c;
}

static void drop(struct reader *r, size_t first, size_t count)
{
    memmove(&r->v[first], &r->v[first + count], (r->n - first - count) * sizeof r->v[0]);
    r->n -= count;
}

/* ---- the time ---- */

static bool is_hour_word(const struct reader *r, size_t i)
{
    static const char *const words[] = {"ساعت", "saat", "at", "t"};
    for (size_t k = 0; is_kind(r, i, WORD) && k < sizeof words / sizeof words[0]; k++)
        if (str_is(r->v[i].text, words[k]))
            return true;
    return false;
}

/* HOUR, HOUR:MINUTE or HOUR:MINUTE:SECOND from FIRST, with the word for it. */
static bool take_time_at(struct reader *r, size_t first, bool word)
{
    size_t hour = first + word, last = hour;
    int64_t minute = 0, second = 0;
    if (is_mark(r, hour + 1, ':') && is_kind(r, hour + 2, NUMBER)) {
        minute = r->v[last = hour + 2].number;
        if (is_mark(r, hour + 3, ':') && is_kind(r, hour + 4, NUMBER))
            second = r->v[last = hour + 4].number;
    }
    if (r->minutes >= 0)
        return unreadable(r, first, last);
    if (r->v[hour].text.n > 2 || r->v[hour].number > 23 || minute > 59 || second > 59 ||
        (last > hour && r->v[last].text.n != 2))
        return wrong(r, DATE_NO_TIME, hour, last, "\"%.*s\" is no time of day such as 18:30",
                     STR_ARG(part_of(r, hour, last)));
    r->minutes = (int)(r->v[hour].number * 60 + minute);
    drop(r, first, last - first + 1);
    return true;
}

static bool take_time(struct reader *r)
{
    for (size_t i = 0; i < r->n;) {
        bool word = is_hour_word(r, i) && is_kind(r, i + 1, NUMBER);
        bool clock = is_kind(r, i, NUMBER) && is_mark(r, i + 1, ':') && is_kind(r, i + 2, NUMBER);
        if (!word && !clock)
            i++;
        else if (!take_time_at(r, i, word))
            return false;
    }
    return true;
}

/* ---- days ---- */
/* Hinnant's days_from_civil, for years of our era. */
static bool gregorian_number(struct day d, int64_t *number)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = d.year % 4 == 0 && (d.year % 100 != 0 || d.year % 400 == 0);
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > lengths[d.month - 1] + (d.month == 2 && leap))
        return false;
    int64_t y = d.month <= 2 ? d.year - 1 : d.year;
    int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    *number = y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
    return true;
}

static bool number_of(enum calendar calendar, struct day day, int64_t *number)
{
    return calendar == CALENDAR_PERSIAN ? persian_day_number(day, number) : gregorian_number(day, number);
}

struct day date_day(enum calendar calendar, int64_t number)
{
    if (calendar == CALENDAR_PERSIAN)
        return persian_day(number);
    int64_t z = number + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    return (struct day){(int)(year + era * 400 + (month >= 10)), (int)(month < 10 ? month + 3 : month - 9),
                        (int)(of_year - (153 * month + 2) / 5 + 1)};
}

struct str date_write(struct arena *arena, enum calendar calendar, int64_t day)
{
    struct day d = date_day(calendar, day);
    const char *form = calendar == CALENDAR_PERSIAN ? "%04d/%02d/%02d" : "%04d-%02d-%02d";
    return str_printf(arena, form, d.year, d.month, d.day);
}

/* ---- the date ---- */

static bool is_noise(const struct reader *r, size_t i)
{
    static const char *const words[] = {"روز", "ماه", "سال", "ام", "mah", "th",
                                        "st",  "nd",  "rd",  "of", "the"};
    for (size_t k = 0; is_kind(r, i, WORD) && k < sizeof words / sizeof words[0]; k++)
        if (str_is(r->v[i].text, words[k]))
            return true;
    return is_mark(r, i, ',');
}

static const struct date_word *find_word(struct str text)
{
    for (size_t i = 0; i < date_word_count; i++)
        if (str_is(text, date_words[i].folded))
            return &date_words[i];
    return NULL;
}

/* The one word among the pieces, which may be written as two (پس‌فردا); *FIRST
 * and *COUNT its pieces. */
static const struct date_word *the_word(const struct reader *r, size_t *first, size_t *count)
{
    *first = *count = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i].kind == WORD) {
            *first = *count == 0 ? i : *first;
            ++*count;
        }
    if (*count == 2 && is_kind(r, *first + 1, WORD)) {
        struct str parts =
            str_printf(r->arena, "%.*s%.*s", STR_ARG(r->v[*first].text), STR_ARG(r->v[*first + 1].text));
        return find_word(parts);
    }
    return *count == 1 ? find_word(r->v[*first].text) : NULL;
}

static bool absent(struct reader *r, enum calendar calendar, struct day d)
{
    int length = 31;
    int64_t ignored;
    if (d.month < 1 || d.month > 12)
        return wrong(r, DATE_NO_DAY, 0, PIECES_MOST, "month %d does not exist", d.month);
    const char *month = date_months_en[calendar][d.month - 1];
    while (length > 28 && !number_of(calendar, (struct day){d.year, d.month, length}, &ignored))
        length--;
    if ((calendar == CALENDAR_PERSIAN && d.month == 12 && d.day == 30) || (d.month == 2 && d.day == 29))
        return wrong(r, DATE_NO_DAY, 0, PIECES_MOST, "%d %s %d does not exist: %d is a common year", d.day,
                     month, d.year, d.year);
    return wrong(r, DATE_NO_DAY, 0, PIECES_MOST, "%d %s %d does not exist: that month has %d days", d.day,
                 month, d.year, length);
}

static bool calendar_of_year(int year, enum calendar *calendar)
{
    *calendar = year < 1700 ? CALENDAR_PERSIAN : CALENDAR_GREGORIAN;
    return (year >= 1300 && year <= 1499) || (year >= 1900 && year <= 2199);
}

/* YEAR: the piece with it. */
static bool with_year(struct reader *r, size_t year, int month, int day, int64_t *number)
{
    enum calendar calendar;
    struct day d = {(int)r->v[year].number, month, day};
    if (r->v[year].text.n != 4)
        return wrong(r, DATE_NO_YEAR, year, year,
                     "\"%.*s\" is no year: write all four digits of it, as in 1405/09/15",
                     STR_ARG(r->v[year].text));
    if (!calendar_of_year(d.year, &calendar))
        return wrong(r, DATE_NO_YEAR, year, year,
                     "the year %d is of no calendar: Solar Hijri is 1300 to 1499, Gregorian 1900 to 2199",
                     d.year);
    return number_of(calendar, d, number) || absent(r, calendar, d);
}

/* 1405/9/15, 15/9/1405 */
static bool in_numbers(struct reader *r, int64_t *number)
{
    char mark = r->n > 1 && is_kind(r, 1, MARK) ? r->v[1].text.p[0] : ' ';
    bool shape = r->n == 5 && is_kind(r, 0, NUMBER) && is_kind(r, 2, NUMBER) && is_kind(r, 4, NUMBER);
    if (r->n == 3 && is_kind(r, 0, NUMBER) && strchr("/-.", mark) != NULL && is_kind(r, 2, NUMBER))
        return wrong(r, DATE_NO_YEAR, 0, 2, "\"%.*s\" lacks the year, or the month's name",
                     STR_ARG(part_of(r, 0, 2)));
    if (!shape || strchr("/-.", mark) == NULL || !is_mark(r, 3, mark) || r->v[2].text.n > 2)
        return unreadable(r, 0, r->n - 1);
    bool backward = r->v[4].text.n == 4 && r->v[0].text.n <= 2;
    size_t year = backward ? 4 : 0, day = backward ? 0 : 4;
    if (r->v[day].text.n > 2)
        return unreadable(r, 0, r->n - 1);
    return with_year(r, year, (int)r->v[2].number, (int)r->v[day].number, number);
}

/* 15 azar: this year's, or where that is over the next one's */
static bool without_year(struct reader *r, enum calendar calendar, int month, int day, int64_t *number)
{
    if (r->today == DATE_NO_TODAY)
        return wrong(r, DATE_NO_YEAR, 0, PIECES_MOST, "the year is missing");
    int year = date_day(calendar, r->today).year;
    struct day last = {year + 1, month, day};
    if (number_of(calendar, (struct day){year, month, day}, number) && *number >= r->today)
        return true;
    return number_of(calendar, last, number) || absent(r, calendar, last);
}

/* What stands beside the month's name: the day, and perhaps the year. */
static bool with_month(struct reader *r, const struct date_word *word, size_t at, int64_t *number)
{
    size_t found[2] = {0, 0}, n = 0;
    enum calendar of_year, calendar = (enum calendar)word->calendar;
    for (size_t i = 0; i < r->n; i++) {
        bool is_number = r->v[i].kind == NUMBER;
        if (is_number && n < 2)
            found[n++] = i;
        else if (i != at && (is_number || strchr("/-.", r->v[i].text.p[0]) == NULL))
            return unreadable(r, i, i);
    }
    size_t year = found[n == 2 && r->v[found[0]].text.n <= 2], day = found[n == 2 && year == found[0]];
    if (n == 0 || r->v[day].text.n > 2)
        return unreadable(r, 0, r->n - 1);
    if (n == 1)
        return without_year(r, calendar, word->value, (int)r->v[day].number, number);
    if (calendar_of_year((int)r->v[year].number, &of_year) && of_year != calendar)
        return wrong(r, DATE_NO_YEAR, 0, PIECES_MOST, "%s is no month of the calendar that has a year %d",
                     date_months_en[calendar][word->value - 1], (int)r->v[year].number);
    return with_year(r, year, word->value, (int)r->v[day].number, number);
}

static bool in_words(struct reader *r, int64_t *number)
{
    size_t first, count;
    const struct date_word *word = the_word(r, &first, &count);
    if (word == NULL)
        return unreadable(r, first, first + (count > 0 ? count - 1 : 0));
    if (count == 2)
        drop(r, first + 1, 1);
    if (word->calendar != DATE_FROM_TODAY)
        return with_month(r, word, first, number);
    if (r->n != 1)
        return unreadable(r, 0, r->n - 1);
    if (r->today == DATE_NO_TODAY)
        return wrong(r, DATE_UNREADABLE, 0, 0, "a date is needed in place of \"%s\"", word->folded);
    *number = r->today + word->value;
    return true;
}

bool date_read(struct arena *arena, struct str text, int64_t today, struct date *date,
               struct date_fault *fault)
{
    struct reader r = {.arena = arena, .text = text, .today = today, .fault = fault, .minutes = -1};
    bool words = false;
    *fault = (struct date_fault){.part = text};
    if (text.n > TEXT_MOST || !utf8_valid(text))
        return wrong(&r, DATE_UNREADABLE, 0, 0, "it is too long for a date, or not UTF-8");
    if (!cut(&r) || !take_time(&r))
        return false;
    for (size_t i = r.n; i-- > 0;)
        if (is_noise(&r, i))
            drop(&r, i, 1);
    for (size_t i = 0; i < r.n; i++)
        words = words || r.v[i].kind == WORD;
    date->minutes = r.minutes;
    if (r.n == 0)
        return unreadable(&r, PIECES_MOST, PIECES_MOST);
    return words ? in_words(&r, &date->day) : in_numbers(&r, &date->day);
}

/* ---- lists ---- */

static bool two_digits(struct str *s, int most, int *out)
{
    if (s->n < 2 || s->p[0] < '0' || s->p[0] > '9' || s->p[1] < '0' || s->p[1] > '9')
        return false;
    *out = (s->p[0] - '0') * 10 + (s->p[1] - '0');
    *s = str_after(*s, 2);
    return *out <= most;
}

static bool skip(struct str *s, char c)
{
    bool there = s->n > 0 && s->p[0] == c;
    if (there)
        *s = str_after(*s, 1);
    return there;
}

/* "", "Z", "+03:30": seconds to be taken off. */
static bool zone_read(struct str s, int64_t *seconds)
{
    int hours = 0, minutes = 0;
    bool east = skip(&s, '+');
    *seconds = 0;
    if (!east && !skip(&s, '-'))
        return s.n == 0 || (skip(&s, 'Z') && s.n == 0);
    if (!two_digits(&s, 15, &hours))
        return false;
    (void)skip(&s, ':'); /* may be left out */
    if (s.n > 0 && !two_digits(&s, 59, &minutes))
        return false;
    *seconds = (hours * 60 + minutes) * (east ? 60 : -60);
    return s.n == 0;
}

static bool clock_read(struct str s, int64_t *seconds)
{
    int hour = 0, minute = 0, second = 0;
    int64_t zone = 0;
    if (!two_digits(&s, 23, &hour) || !skip(&s, ':') || !two_digits(&s, 59, &minute) ||
        (skip(&s, ':') && !two_digits(&s, 60, &second)) || !zone_read(s, &zone))
        return false;
    *seconds = hour * 3600 + minute * 60 + second - zone;
    return true;
}

bool date_read_utc(struct arena *arena, struct str text, int64_t *utc_seconds, struct date_fault *fault)
{
    struct date date;
    int64_t clock = 0;
    struct str digits = fold_digits(arena, text);
    const char *colon = digits.n > 0 ? memchr(digits.p, ':', digits.n) : NULL;
    size_t n = colon != NULL ? (size_t)(colon - digits.p) : digits.n;
    while (colon != NULL && n > 0 && digits.p[n] != 'T' && digits.p[n] != ' ')
        n--;
    if (!date_read(arena, str_from(digits.p, n), DATE_NO_TODAY, &date, fault))
        return false;
    struct reader r = {.text = text, .fault = fault};
    bool bad = date.minutes >= 0; /* 2026-12-06T18 */
    if (bad || (colon != NULL && !clock_read(str_after(digits, n + 1), &clock)))
        return wrong(&r, DATE_NO_TIME, 0, 0, "\"%.*s\" is no time such as 2026-12-06T18:30:00Z",
                     STR_ARG(utf8_cut(text, 60)));
    *utc_seconds = date.day * DAY_SECONDS + clock;
    return true;
}

/* ---- moments ---- */

bool date_moment(struct zone *zone, const struct date *date, bool end, int64_t *utc_seconds)
{
    int64_t day = date->day + (end && date->minutes < 0);
    return zone_moment(zone, CALENDAR_GREGORIAN, date_day(CALENDAR_GREGORIAN, day),
                       date->minutes < 0 ? 0 : date->minutes, utc_seconds);
}
