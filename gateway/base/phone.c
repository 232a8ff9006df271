/* Phone numbers by shape. */
#include "gateway/base/phone.h"

#include <stdio.h>

#include "gateway/base/utf8.h"

/* Reduces S to digits and remembers a plus in front.  False when something
 * that belongs to no number stands in it. */
static bool squeeze(struct str s, char out[40], size_t *n, bool *plus)
{
    *n = 0;
    *plus = false;
    while (s.n > 0) {
        uint32_t c = utf8_next(&s);
        if (c >= 0x06F0 && c <= 0x06F9)
            c = '0' + (c - 0x06F0);
        else if (c >= 0x0660 && c <= 0x0669)
            c = '0' + (c - 0x0660);
        else if (c >= 0xFF10 && c <= 0xFF19)
            c = '0' + (c - 0xFF10);
        if (c >= '0' && c <= '9') {
            if (*n >= 39)
                return false;
            out[(*n)++] = (char)c;
        } else if ((c == '+' || c == 0xFF0B) && *n == 0 && !*plus) {
            *plus = true;
        } else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.' && c != '/' && c != '\t' &&
                   c != 0xA0 && !(c >= 0x200B && c <= 0x200F) && !(c >= 0x202A && c <= 0x202F) &&
                   !(c >= 0x2010 && c <= 0x2015) && !(c >= 0x2066 && c <= 0x2069) && c != 0xFEFF) {
            return false;
        }
    }
    out[*n] = '\0';
    return true;
}

static struct phone of_kind(enum phone_kind kind, const char *prefix, struct str digits)
{
    struct phone phone = {.kind = kind};
    int n = snprintf(phone.digits, sizeof phone.digits, "%s%.*s", prefix, STR_ARG(digits));
    if (n >= (int)sizeof phone.digits && kind != PHONE_ALPHA)
        phone.kind = PHONE_INVALID;
    return phone;
}

static struct phone alpha(struct str s)
{
    struct str name = utf8_cut(str_trim(s), 31);
    bool printable = name.n > 0;
    for (size_t i = 0; i < name.n; i++)
        printable = printable && ((unsigned char)name.p[i] >= ' ');
    return printable ? of_kind(PHONE_ALPHA, "", name) : (struct phone){.kind = PHONE_INVALID};
}

/* A number of the home country without its prefixes: 912…, 21…, or a line. */
static struct phone national(struct str d, const char *country)
{
    if (d.n > 0 && d.p[0] == '0')
        d = str_after(d, 1);
    if (strcmp(country, "98") != 0) /* elsewhere no shape is known to us: any length that E.164 allows */
        return of_kind(d.n >= 6 && d.n <= 12 && d.p[0] != '0' ? PHONE_MOBILE : PHONE_INVALID, country, d);
    if (d.n == 10 && d.p[0] == '9')
        return of_kind(PHONE_MOBILE, country, d);
    if (d.n == 10 && d.p[0] >= '1' && d.p[0] <= '8' && d.p[1] != '0') /* no area code is 10, 20…; lines are */
        return of_kind(PHONE_LANDLINE, country, d);
    return (struct phone){.kind = PHONE_INVALID};
}

static bool line_shape(struct str d)
{
    return d.n >= 3 && d.n <= 14 && d.p[0] != '0';
}

/* What follows the country code, or nothing. */
static bool behind_country(struct str d, bool plus, const char *country, struct str *rest)
{
    struct str code = str_of(country);
    bool zeros = d.n > 2 && d.p[0] == '0' && d.p[1] == '0';
    if (zeros)
        d = str_after(d, 2);
    if (!str_starts(d, code))
        return false;
    *rest = str_after(d, code.n);
    return plus || zeros || rest->n >= 7;
}

struct phone phone_parse(struct str s, const char *country)
{
    char digits[40];
    size_t n;
    bool plus;
    if (!squeeze(s, digits, &n, &plus))
        return alpha(s);
    struct str d = str_from(digits, n), rest;
    if (n < 3)
        return (struct phone){.kind = PHONE_INVALID};

    if (!plus && d.p[0] == '9' && d.n == 10 && strcmp(country, "98") == 0)
        return of_kind(PHONE_MOBILE, country, d); /* 98 1000 4346 has a mobile's shape, and shape decides */
    if (behind_country(d, plus, country, &rest)) {
        struct phone home = national(rest, country);
        if (home.kind != PHONE_INVALID)
            return home;
        /* 98 + 8 digits and the like: what remains is one of the country's lines. */
        return line_shape(rest) ? of_kind(PHONE_LINE, "", rest) : (struct phone){.kind = PHONE_INVALID};
    }
    if (plus || (n > 2 && d.p[0] == '0' && d.p[1] == '0')) {
        struct str world = plus ? d : str_after(d, 2);
        bool shaped = world.n >= 7 && world.n <= 15 && world.p[0] != '0';
        return shaped ? of_kind(PHONE_ABROAD, "", world) : (struct phone){.kind = PHONE_INVALID};
    }
    if (d.p[0] == '0')
        return national(d, country);
    return line_shape(d) ? of_kind(PHONE_LINE, "", d) : (struct phone){.kind = PHONE_INVALID};
}

bool phone_reachable(const struct phone *phone)
{
    return phone->kind == PHONE_MOBILE || phone->kind == PHONE_LANDLINE || phone->kind == PHONE_ABROAD;
}

static struct str bare_line(char digits[40], size_t n, const char *country)
{
    struct str d = str_from(digits, n), code = str_of(country);
    if (d.n > 2 && d.p[0] == '0' && d.p[1] == '0')
        d = str_after(d, 2);
    if (str_starts(d, code) && d.n > code.n + 2)
        d = str_after(d, code.n);
    return d;
}

bool phone_same_line(struct str a, struct str b, const char *country)
{
    char da[40], db[40];
    size_t na, nb;
    bool plus;
    if (!squeeze(a, da, &na, &plus) || !squeeze(b, db, &nb, &plus) || na == 0 || nb == 0)
        return str_eq_nocase(str_trim(a), str_trim(b)) && a.n > 0;
    return str_eq(bare_line(da, na, country), bare_line(db, nb, country));
}

void phone_mask(const char *digits, char out[32])
{
    size_t n = strlen(digits);
    /* both fit: at most 20 + 3 + 4 */
    if (n < 8)
        (void)snprintf(out, 32, "***"); /* too short to show a part of */
    else
        /* as above */
        (void)snprintf(out, 32, "%.*s***%s", (int)(n - 7 > 20 ? 20 : n - 7), digits, digits + n - 4);
}
