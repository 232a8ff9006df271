/* HTTP requests and answers as plain values: what the server hands to
 * inbound, what a provider reads and builds, what the client sends.
 * No socket here.  Everything in a value lives as long as its arena.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_HTTP_H
#define YAVAR_BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/str.h"

struct arena;

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER_METHOD };

/* A name and its value: a header, or a field of a query or form. */
struct http_pair {
    struct str name, value;
};

struct http_pairs {
    struct http_pair *v;
    size_t n;
};

struct http_request {
    enum http_method method;
    struct str target;         /* in: path and query as they came; out: an absolute URL */
    struct str path;           /* in: the path, still percent-encoded; out: unused */
    struct str query;          /* in: what stands behind '?', raw; out: unused */
    struct http_pairs headers; /* in the order they came */
    struct str body;           /* may hold NULs */
    uint8_t peer[16];          /* in: the client's address, IPv4 as ::ffff:a.b.c.d; zero for a Unix socket */
};

struct http_response {
    int status;              /* 200, 503, … */
    struct str content_type; /* empty: none is sent */
    struct str body;
    unsigned retry_after;      /* seconds; 0: no such header */
    struct http_pairs headers; /* further ones */
};

/* The first header of that name (ASCII case ignored), or a str with NULL. */
struct str http_header(const struct http_pairs *headers, const char *name);

/* The first field of that name, or NULL where it is absent.  Present and
 * empty is not absent. */
const struct http_pair *http_field(const struct http_pairs *fields, struct str name);

/* Splits "a=1&b=%20" (query or application/x-www-form-urlencoded).  Ours,
 * because libevent 2.1's evhttp_parse_query_str drops every field of
 * "a=1&flag&b=2" and cuts values at %00.  A field without '=' has an empty
 * value; empty fields are skipped; '+' is a space.  Values keep NULs.
 * An escape that is no escape is kept as it came, and *BROKEN set (BROKEN may
 * be NULL).  At most HTTP_FIELDS_MOST fields; the rest is ignored and *BROKEN
 * set. */
#define HTTP_FIELDS_MOST 200
struct http_pairs http_parse_fields(struct arena *arena, struct str raw, bool *broken);

/* The value of the first field of that name among those, where one is all that is wanted. */
bool http_find_field(struct arena *arena, struct str raw, struct str name, struct str *value);

/* %41 -> A; PLUS_IS_SPACE for queries and forms. */
struct str http_percent_decode(struct arena *arena, struct str raw, bool plus_is_space, bool *broken);

/* Appends S with everything but RFC 3986's unreserved characters escaped. */
void http_percent_encode(struct sbuf *out, struct str s);

/* Where path and query of a plain http or https URL begin, right behind its host.
 * NULL where it is not plain: no path, a fragment, a segment of dots, or a byte
 * anywhere that is to be escaped or refused.  Behind URL stands a NUL. */
const char *http_plain_target(struct str url);

/* The value of a parameter of a header value: charset of
 * `text/plain; charset="UTF-8"`, unquoted; NULL str where absent. */
struct str http_header_param(struct str value, const char *name);

const char *http_reason(int status); /* "OK", "Service Unavailable", … */

#endif
