/* See the header. */
#include "pledges.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* splitmix64: one to one, so ids made of it never repeat in a run. */
static uint64_t scattered(uint64_t x)
{
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

/* As Kannel writes %b: letters and digits as they are, a blank as a plus. */
static void put_escaped(FILE *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (isalnum(*c) || *c == ' ')
            (void)fputc(*c == ' ' ? '+' : *c, out);
        else
            (void)fprintf(out, "%%%02X", *c);
    }
}

/* Writes FILLER and returns where it begins. */
static size_t put_field(FILE *out, const char *filler)
{
    size_t at = (size_t)ftello(out);
    (void)fputs(filler, out);
    return at;
}

static bool form_init(struct pledge_form *form, const char *code, bool only_ask, const char *host,
                      const char *secret)
{
    FILE *out = open_memstream(&form->bytes, &form->n);
    if (!out)
        return false;
    (void)fprintf(out, "GET /in/bench/sms?secret=%s&from=989", secret);
    form->from = put_field(out, "000000000");
    (void)fputs("&to=200012&text=", out);
    put_escaped(out, only_ask ? "نیاز " : "نذر ");
    (void)fputs(code, out);
    if (!only_ask) {
        (void)fputc('+', out);
        form->amount = put_field(out, "000");
        put_escaped(out, " هزار تومان");
    }
    (void)fputs("&id=", out);
    form->id = put_field(out, "00000000-0000-0000-0000-000000000000");
    (void)fprintf(out, "&coding=0&charset=UTF-8 HTTP/1.1\r\nHost: %s\r\nUser-Agent: Kannel/1.4.5\r\n\r\n",
                  host);
    return fclose(out) == 0;
}

bool pledges_init(struct pledges *p, const char *codes, bool only_ask, const char *host, const char *secret,
                  uint64_t seed)
{
    FILE *in = fopen(codes, "r");
    char row[64];
    bool sound = in != NULL;
    p->n_forms = 0;
    p->made = 0;
    p->seed = seed;
    if (!in)
        return false;
    while (sound && p->n_forms < CODES_MOST && fgets(row, sizeof row, in)) {
        size_t digits = strspn(row, "0123456789");
        row[digits] = '\0';
        if (digits > 0)
            sound = form_init(&p->forms[p->n_forms++], row, only_ask, host, secret);
    }
    (void)fclose(in);
    if (sound)
        errno = 0;
    return sound && p->n_forms > 0;
}

static void put_digits(char *at, int n, uint64_t value)
{
    for (int i = n - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
}

static void put_uuid(char *at, uint64_t high, uint64_t low)
{
    static const char hex[] = "0123456789abcdef";
    for (int nibble = 0; nibble < 32; nibble++, at++) {
        at += *at == '-';
        *at = hex[((nibble < 16 ? high : low) >> (60 - nibble % 16 * 4)) & 15];
    }
}

/* 7^10 shares no factor with 10^9, so no phone comes twice in 10^9 requests. */
const struct pledge_form *pledges_next(struct pledges *p)
{
    uint64_t n = p->made++, random = scattered(p->seed + n);
    struct pledge_form *form = &p->forms[n % p->n_forms];
    uint64_t phone = (scattered(p->seed) % 1000000000U + n * 282475249U) % 1000000000U;
    p->phone = 989000000000U + phone;
    put_digits(form->bytes + form->from, 9, phone);
    if (form->amount > 0)
        put_digits(form->bytes + form->amount, 3, 100 + random % 900);
    put_uuid(form->bytes + form->id, random, scattered(~p->seed));
    return form;
}
