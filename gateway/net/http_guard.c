/* Reads header parts line by line, with the same notion of a line as evhttp
 * (LF, one CR before it dropped), so that both see the same requests.
 *
 * The guard owns nothing: a line that came in pieces is put together in the
 * connection's arena, in little room and, where that is too small, in as much
 * as all headers may take; once allocated it is used again. */
#include "gateway/net/http_guard.h"

#include <string.h>

#include "gateway/base/str.h"

enum { FINE = 0, BAD = 400, TOO_LONG = 413, HOLD_FIRST = 512 };

void http_guard_start(struct http_guard *guard, const struct http_guard_limits *limits, struct arena *arena)
{
    *guard = (struct http_guard){.limits = *limits, .arena = arena};
}

bool http_guard_between(const struct http_guard *guard)
{
    return guard->body_left == 0 && guard->used == 0;
}

static bool token_byte(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!token_byte(s.p[i]))
            return false;
    return s.n > 0;
}

/* No control bytes but tabs.  NUL is the dangerous one: evhttp hands out the
 * value cut there. */
static bool printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

/* For the others evhttp 2.1 looks at no Content-Length. */
static bool evhttp_reads_body(struct str method)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(method, names[i]))
            return true;
    return false;
}

static int request_line(struct http_guard *guard, struct str line)
{
    struct str method, rest = line;
    if (!printable(line) || !str_split(&rest, ' ', &method) || !token(method))
        return BAD;
    if (str_is(method, "CONNECT")) /* evhttp never closes behind one, and would go on to a bad request */
        return BAD;
    const char *space = rest.p ? memrchr(rest.p, ' ', rest.n) : NULL;
    if (!space)
        return BAD;
    struct str version = str_after(rest, (size_t)(space - rest.p) + 1);
    if (str_is(version, "HTTP/1.1"))
        guard->needs_host = true;
    else if (!str_is(version, "HTTP/1.0"))
        return BAD;
    guard->reads_body = evhttp_reads_body(method);
    guard->in_headers = true;
    return FINE;
}

static struct str trim_blanks(struct str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_after(s, 1);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static int known_header(struct http_guard *guard, struct str name, struct str value)
{
    if (str_eq_nocase(name, STR("Transfer-Encoding")))
        return BAD;
    if (str_eq_nocase(name, STR("Host"))) {
        if (guard->has_host)
            return BAD;
        guard->has_host = true;
    } else if (str_eq_nocase(name, STR("Content-Length"))) {
        if (guard->has_length || !str_to_u64(value, &guard->length))
            return BAD;
        guard->has_length = true;
    }
    return FINE;
}

static int header_line(struct http_guard *guard, struct str line)
{
    struct str name, value = line;
    if (++guard->headers > guard->limits.headers)
        return BAD;
    if (!str_split(&value, ':', &name) || !value.p || !token(name) || !printable(value))
        return BAD; /* a folded line begins with a blank: no token */
    return known_header(guard, name, trim_blanks(value));
}

static int end_of_headers(struct http_guard *guard)
{
    if (!guard->in_headers || (guard->needs_host && !guard->has_host))
        return BAD;
    if (guard->length > guard->limits.body_bytes)
        return TOO_LONG;
    if (guard->length > 0 && !guard->reads_body)
        return BAD;
    guard->body_left = guard->length;
    guard->approved++;
    guard->used = guard->headers = 0;
    guard->length = 0;
    guard->in_headers = guard->has_length = guard->has_host = guard->needs_host = false;
    return FINE;
}

static void hold(struct http_guard *guard, const char *bytes, size_t n)
{
    if (guard->held_n + n > guard->held_room) {
        guard->held_room = guard->held_n + n <= HOLD_FIRST ? HOLD_FIRST : guard->limits.header_bytes;
        char *room = arena_alloc(guard->arena, guard->held_room); /* `used` was checked: it fits */
        if (guard->held_n > 0)
            memcpy(room, guard->held, guard->held_n);
        guard->held = room;
    }
    memcpy(guard->held + guard->held_n, bytes, n);
    guard->held_n += n;
}

/* BYTES end with the line's LF. */
static int whole_line(struct http_guard *guard, const char *bytes, size_t n)
{
    struct str line = {bytes, n};
    if (guard->held_n > 0) {
        hold(guard, bytes, n);
        line = (struct str){guard->held, guard->held_n};
        guard->held_n = 0;
    }
    line.n--;
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    if (line.n == 0)
        return end_of_headers(guard);
    return guard->in_headers ? header_line(guard, line) : request_line(guard, line);
}

static int header_bytes(struct http_guard *guard, const char *bytes, size_t n, bool whole)
{
    guard->used += n;
    if (guard->used > guard->limits.header_bytes)
        return BAD;
    if (whole)
        return whole_line(guard, bytes, n);
    hold(guard, bytes, n);
    return FINE;
}

int http_guard_feed(struct http_guard *guard, const char *bytes, size_t n)
{
    while (n > 0 && !guard->refused) {
        size_t take;
        if (guard->body_left > 0) {
            take = guard->body_left < n ? (size_t)guard->body_left : n;
            guard->body_left -= take;
        } else {
            const char *end = memchr(bytes, '\n', n);
            take = end ? (size_t)(end - bytes) + 1 : n;
            guard->refused = header_bytes(guard, bytes, take, end != NULL);
        }
        bytes += take;
        n -= take;
    }
    return guard->refused;
}
