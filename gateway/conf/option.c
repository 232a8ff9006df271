/* Values of options, by kind. */
#include "gateway/conf/option.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/fold.h"
#include "gateway/base/phone.h"

/* "64MiB" -> 64 and "MiB". */
static bool number_and_unit(struct str text, int64_t *number, struct str *unit)
{
    size_t n = 0;
    while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
        n++;
    *unit = str_trim(str_after(text, n));
    return str_to_i64(str_from(text.p, n), number);
}

struct unit {
    const char *name;
    int64_t factor;
};

static bool times_unit(struct str text, const struct unit *units, int64_t *out)
{
    struct str unit;
    int64_t number;
    if (!number_and_unit(text, &number, &unit))
        return false;
    for (; units->name != NULL; units++)
        if (str_is(unit, units->name))
            return !__builtin_mul_overflow(number, units->factor, out);
    return false;
}

bool option_duration(struct str text, int64_t *ms)
{
    static const struct unit units[] = {{"ms", 1},          {"s", 1000},           {"m", 60 * 1000},
                                        {"h", 3600 * 1000}, {"d", 86400LL * 1000}, {NULL, 0}};
    return times_unit(text, units, ms) && *ms <= 86400LL * 1000 * 36500;
}

static bool size_value(struct str text, int64_t *bytes)
{
    static const struct unit units[] = {{"B", 1},         {"KiB", 1 << 10},   {"MiB", 1 << 20},
                                        {"GiB", 1 << 30}, {"TiB", 1LL << 40}, {NULL, 0}};
    return times_unit(text, units, bytes);
}

bool option_money(struct str text, int64_t *rial)
{
    static const struct unit units[] = {{"toman", 10}, {"rial", 1}, {"تومان", 10}, {"ریال", 1}, {NULL, 0}};
    return times_unit(text, units, rial);
}

static bool time_of_day(struct str text, int *minutes)
{
    uint64_t hour, minute;
    if (text.n != 5 || text.p[2] != ':' || !str_to_u64(str_from(text.p, 2), &hour) ||
        !str_to_u64(str_from(text.p + 3, 2), &minute) || hour > 24 || minute > 59 ||
        (hour == 24 && minute > 0))
        return false;
    *minutes = (int)(hour * 60 + minute) % 1440;
    return true;
}

static bool hours_value(struct str text, struct hours *out)
{
    *out = (struct hours){0, 0};
    return text.n == 0 || (text.n == 11 && text.p[5] == '-' && time_of_day(str_from(text.p, 5), &out->from) &&
                           time_of_day(str_from(text.p + 6, 5), &out->to));
}

static bool network_value(struct str text, struct network *out)
{
    char address[64];
    const char *slash = memchr(text.p, '/', text.n);
    struct str host = slash == NULL ? text : str_from(text.p, (size_t)(slash - text.p));
    if (host.n >= sizeof address)
        return false;
    memcpy(address, host.p, host.n);
    address[host.n] = '\0';
    bool four = memchr(host.p, ':', host.n) == NULL;
    uint64_t bits = four ? 32 : 128;
    if (slash != NULL && (!str_to_u64(str_after(text, host.n + 1), &bits) || bits > (four ? 32 : 128)))
        return false;
    memset(out->address, 0, sizeof out->address);
    out->bits = (unsigned)bits + (four ? 96 : 0);
    if (!four)
        return inet_pton(AF_INET6, address, out->address) == 1;
    out->address[10] = out->address[11] = 0xFF;
    return inet_pton(AF_INET, address, out->address + 12) == 1;
}

static bool networks_value(struct arena *arena, struct str text, struct networks *out)
{
    struct str part;
    *out = (struct networks){arena_array(arena, struct network, text.n / 2 + 1), 0};
    while (text.p != NULL && str_split(&text, ' ', &part))
        if (part.n > 0 && !network_value(part, &out->v[out->n++]))
            return false;
    return true;
}

bool network_holds(const struct networks *networks, const uint8_t address[16])
{
    for (size_t i = 0; i < networks->n; i++) {
        const struct network *network = &networks->v[i];
        unsigned whole = network->bits / 8, rest = network->bits % 8;
        uint8_t mask = (uint8_t)(0xFF00u >> rest);
        if (memcmp(network->address, address, whole) == 0 &&
            (rest == 0 || ((network->address[whole] ^ address[whole]) & mask) == 0))
            return true;
    }
    return networks->n == 0;
}

static bool one_of(struct str text, const char *choices)
{
    struct str rest = str_of(choices), choice;
    while (str_split(&rest, ' ', &choice))
        if (str_eq(choice, text))
            return true;
    return false;
}

/* A choice whose fallback is empty may be left open. */
static bool may_be_empty(const struct option_row *o, struct str text)
{
    return text.n == 0 && o->fallback != NULL && o->fallback[0] == '\0';
}

static bool phone_value(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((text.p[i] < '0' || text.p[i] > '9') && !(i == 0 && text.p[i] == '+'))
            return false;
    return text.n <= 15;
}

static bool set_text(struct str *place, struct str text, struct arena *arena)
{
    *place = str_dup(arena, text);
    return true;
}

bool option_set(const struct option_row *o, void *base, struct str text, struct arena *arena, struct error *e)
{
    void *place = (char *)base + o->offset;
    text = str_trim(text);
    switch (o->kind) {
    case OPTION_TEXT:
    case OPTION_SECRET:
        return set_text(place, text, arena);
    case OPTION_NUMBER: {
        int64_t *number = place;
        return (str_to_i64(text, number) && *number >= 0 && *number <= 1000000000) ||
               error_set(e, "%s must be a whole number, e.g. %s", o->key, o->fallback ? o->fallback : "10");
    }
    case OPTION_DURATION:
        return option_duration(text, place) ||
               error_set(e, "%s must be a duration such as 90s, 10m, 24h or 7d", o->key);
    case OPTION_SIZE:
        return size_value(text, place) || error_set(e, "%s must be a size such as 64MiB", o->key);
    case OPTION_MONEY:
        return option_money(text, place) ||
               error_set(e, "%s must be money with its unit: 10000 toman, or 100000 rial", o->key);
    case OPTION_CHOICE:
        return ((one_of(text, o->choices) || may_be_empty(o, text)) && set_text(place, text, arena)) ||
               error_set(e, "%s must be one of: %s", o->key, o->choices);
    case OPTION_HOURS:
        return hours_value(text, place) || error_set(e, "%s must be hours such as 22:00-08:00", o->key);
    case OPTION_NETWORKS:
        return networks_value(arena, text, place) ||
               error_set(e, "%s must be networks such as 127.0.0.1/32, parted by blanks", o->key);
    case OPTION_URL:
        return ((str_starts(text, STR("http://")) || str_starts(text, STR("https://")) || text.n == 0) &&
                set_text(place, text, arena)) ||
               error_set(e, "%s must be an address that begins with http:// or https://", o->key);
    case OPTION_PHONE:
        return (phone_value(text) && set_text(place, text, arena)) ||
               error_set(e, "%s must be a phone number in digits", o->key);
    }
    return error_set(e, "%s has no kind", o->key);
}

const struct option_row *option_find(const struct option_table *table, struct str key)
{
    for (size_t i = 0; i < table->n; i++)
        if (str_is(key, table->rows[i].key))
            return &table->rows[i];
    return NULL;
}

/* Levenshtein's distance, for hints only; both are short. */
static unsigned distance(struct str a, struct str b)
{
    unsigned row[64];
    if (a.n >= 63 || b.n >= 63)
        return 99;
    for (unsigned j = 0; j <= b.n; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a.n; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.n; j++) {
            unsigned change = diagonal + (a.p[i - 1] != b.p[j - 1]);
            diagonal = row[j];
            unsigned least = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = change < least + 1 ? change : least + 1;
        }
    }
    return row[b.n];
}

const char *option_nearest(const struct option_table *const *tables, size_t n, struct str key)
{
    const char *best = NULL;
    unsigned least = key.n > 6 ? 4 : 3;
    for (size_t t = 0; t < n; t++)
        for (size_t i = 0; i < tables[t]->n; i++) {
            unsigned d = distance(str_of(tables[t]->rows[i].key), key);
            if (d < least) {
                least = d;
                best = tables[t]->rows[i].key;
            }
        }
    return best;
}
