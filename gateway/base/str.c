/* Text with a length: comparing, cutting, numbers, and the growing buffer.
 *
 * A str owns nothing.  What is made here (str_dup, str_printf, a sbuf's bytes)
 * lives in the arena that was handed in and dies with it. */
#include "gateway/base/str.h"

#include <stdio.h>

#include "gateway/base/arena.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_split(struct str *rest, char sep, struct str *part)
{
    if (!rest->p)
        return false;
    const char *at = rest->n > 0 ? memchr(rest->p, sep, rest->n) : NULL;
    if (!at) {
        *part = *rest;
        *rest = (struct str){NULL, 0};
        return true;
    }
    size_t n = (size_t)(at - rest->p);
    *part = (struct str){rest->p, n};
    *rest = (struct str){at + 1, rest->n - n - 1};
    return true;
}

struct str str_dup(struct arena *arena, struct str s)
{
    char *p = arena_alloc_array(arena, s.n + 1, 1);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

const char *str_cstr(struct arena *arena, struct str s)
{
    return str_dup(arena, s).p;
}

/* Appends what FORMAT makes, with a NUL behind that is not counted. */
__attribute__((format(printf, 2, 0))) static void add_list(struct sbuf *b, const char *format, va_list list)
{
    char small[256];
    va_list again;
    va_copy(again, list);
    int n = vsnprintf(small, sizeof small, format, list);
    if (n >= 0 && (size_t)n < sizeof small) {
        sbuf_add(b, (struct str){small, (size_t)n});
    } else if (n >= 0) {
        char *p = arena_alloc(b->arena, (size_t)n + 1);
        int made = vsnprintf(p, (size_t)n + 1, format, again);
        if (made == n)
            sbuf_add(b, (struct str){p, (size_t)n});
    }
    va_end(again);
}

struct str str_printf(struct arena *arena, const char *format, ...)
{
    struct sbuf b = sbuf_in(arena);
    va_list list;
    va_start(list, format);
    add_list(&b, format, list);
    va_end(list);
    sbuf_byte(&b, '\0'); /* as str_dup does, so that .p serves as a C string */
    return (struct str){b.p, b.n - 1};
}

bool str_to_u64(struct str s, uint64_t *out)
{
    uint64_t value = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool minus = s.n > 0 && s.p[0] == '-';
    uint64_t value;
    if (!str_to_u64(minus ? str_after(s, 1) : s, &value))
        return false;
    if (value > (uint64_t)INT64_MAX + (minus ? 1 : 0))
        return false;
    if (!minus)
        *out = (int64_t)value;
    else /* INT64_MIN has no positive twin */
        *out = value > 0 ? -(int64_t)(value - 1) - 1 : 0;
    return true;
}

/* Doubling keeps appending linear; the old bytes stay in the arena till its
 * end, at most as many again. */
char *sbuf_room(struct sbuf *b, size_t n)
{
    if (b->room - b->n >= n)
        return b->p + b->n;
    size_t room = b->room > 0 ? b->room : 64;
    while (room - b->n < n) {
        if (room > SIZE_MAX / 2) { /* the arena says so and ends the process */
            room = SIZE_MAX;
            break;
        }
        room *= 2;
    }
    char *p = arena_alloc(b->arena, room);
    if (b->n > 0)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->room = room;
    return p + b->n;
}

void sbuf_add(struct sbuf *b, struct str s)
{
    if (s.n == 0)
        return;
    memcpy(sbuf_room(b, s.n), s.p, s.n);
    b->n += s.n;
}

void sbuf_printf(struct sbuf *b, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    add_list(b, format, list);
    va_end(list);
}
