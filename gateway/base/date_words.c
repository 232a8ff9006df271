/* The names of months and days, as people write them. */
#include "gateway/base/date.h"

const char *const date_months_fa[12] = {"فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
                                        "مهر",     "آبان",     "آذر",   "دی",  "بهمن",  "اسفند"};
const char *const date_months_en[2][12] = {
    [CALENDAR_GREGORIAN] = {"January", "February", "March", "April", "May", "June", "July", "August",
                            "September", "October", "November", "December"},
    [CALENDAR_PERSIAN] = {"Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar", "Mehr", "Aban",
                          "Azar", "Dey", "Bahman", "Esfand"}};

/* Folded (fold.h); a test holds them to it. */
const struct date_word date_words[] = {
    {"فروردین", CALENDAR_PERSIAN, 1},     {"farvardin", CALENDAR_PERSIAN, 1},
    {"اردیبهشت", CALENDAR_PERSIAN, 2},    {"ordibehesht", CALENDAR_PERSIAN, 2},
    {"خرداد", CALENDAR_PERSIAN, 3},       {"khordad", CALENDAR_PERSIAN, 3},
    {"xordad", CALENDAR_PERSIAN, 3},      {"تیر", CALENDAR_PERSIAN, 4},
    {"tir", CALENDAR_PERSIAN, 4},         {"مرداد", CALENDAR_PERSIAN, 5},
    {"امرداد", CALENDAR_PERSIAN, 5},      {"mordad", CALENDAR_PERSIAN, 5},
    {"شهریور", CALENDAR_PERSIAN, 6},      {"shahrivar", CALENDAR_PERSIAN, 6},
    {"مهر", CALENDAR_PERSIAN, 7},         {"mehr", CALENDAR_PERSIAN, 7},
    {"ابان", CALENDAR_PERSIAN, 8},        {"aban", CALENDAR_PERSIAN, 8},
    {"اذر", CALENDAR_PERSIAN, 9},         {"azar", CALENDAR_PERSIAN, 9},
    {"دی", CALENDAR_PERSIAN, 10},         {"dey", CALENDAR_PERSIAN, 10},
    {"dei", CALENDAR_PERSIAN, 10},        {"بهمن", CALENDAR_PERSIAN, 11},
    {"bahman", CALENDAR_PERSIAN, 11},     {"اسفند", CALENDAR_PERSIAN, 12},
    {"esfand", CALENDAR_PERSIAN, 12},     {"jan", CALENDAR_GREGORIAN, 1},
    {"january", CALENDAR_GREGORIAN, 1},   {"ژانویه", CALENDAR_GREGORIAN, 1},
    {"feb", CALENDAR_GREGORIAN, 2},       {"february", CALENDAR_GREGORIAN, 2},
    {"فوریه", CALENDAR_GREGORIAN, 2},     {"mar", CALENDAR_GREGORIAN, 3},
    {"march", CALENDAR_GREGORIAN, 3},     {"مارس", CALENDAR_GREGORIAN, 3},
    {"apr", CALENDAR_GREGORIAN, 4},       {"april", CALENDAR_GREGORIAN, 4},
    {"اوریل", CALENDAR_GREGORIAN, 4},     {"may", CALENDAR_GREGORIAN, 5},
    {"مه", CALENDAR_GREGORIAN, 5},        {"می", CALENDAR_GREGORIAN, 5},
    {"jun", CALENDAR_GREGORIAN, 6},       {"june", CALENDAR_GREGORIAN, 6},
    {"ژوین", CALENDAR_GREGORIAN, 6},      {"jul", CALENDAR_GREGORIAN, 7},
    {"july", CALENDAR_GREGORIAN, 7},      {"ژوییه", CALENDAR_GREGORIAN, 7},
    {"جولای", CALENDAR_GREGORIAN, 7},     {"aug", CALENDAR_GREGORIAN, 8},
    {"august", CALENDAR_GREGORIAN, 8},    {"اوت", CALENDAR_GREGORIAN, 8},
    {"اگوست", CALENDAR_GREGORIAN, 8},     {"sep", CALENDAR_GREGORIAN, 9},
    {"sept", CALENDAR_GREGORIAN, 9},      {"september", CALENDAR_GREGORIAN, 9},
    {"سپتامبر", CALENDAR_GREGORIAN, 9},   {"oct", CALENDAR_GREGORIAN, 10},
    {"october", CALENDAR_GREGORIAN, 10},  {"اکتبر", CALENDAR_GREGORIAN, 10},
    {"nov", CALENDAR_GREGORIAN, 11},      {"november", CALENDAR_GREGORIAN, 11},
    {"نوامبر", CALENDAR_GREGORIAN, 11},   {"dec", CALENDAR_GREGORIAN, 12},
    {"december", CALENDAR_GREGORIAN, 12}, {"دسامبر", CALENDAR_GREGORIAN, 12},
    {"دیروز", DATE_FROM_TODAY, -1},       {"dirooz", DATE_FROM_TODAY, -1},
    {"yesterday", DATE_FROM_TODAY, -1},   {"امروز", DATE_FROM_TODAY, 0},
    {"emrooz", DATE_FROM_TODAY, 0},       {"emruz", DATE_FROM_TODAY, 0},
    {"today", DATE_FROM_TODAY, 0},        {"فردا", DATE_FROM_TODAY, 1},
    {"farda", DATE_FROM_TODAY, 1},        {"tomorrow", DATE_FROM_TODAY, 1},
    {"پسفردا", DATE_FROM_TODAY, 2},       {"pasfarda", DATE_FROM_TODAY, 2},
};
const size_t date_word_count = sizeof date_words / sizeof date_words[0];
