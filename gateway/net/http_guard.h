/* What evhttp lets through and a front door should not: this reads the raw
 * bytes of a connection beside evhttp, one request after another, and says
 * when one must be refused.
 *
 * Refused: NUL and other control bytes in the header part, a second
 * Content-Length, signs, blanks or anything but digits in it, every
 * Transfer-Encoding (webhooks need no chunked bodies), folded headers, names
 * that are no token (so `Content-Length : 5` hides nothing), a missing or
 * second Host, another version than HTTP/1.0 and 1.1, CONNECT, a body behind a
 * method for which evhttp reads none (it would take the body for the next
 * request), too many bytes or headers: 400.  A body announced too long: 413.
 *
 * One connection's guard; knows no socket; does not block. */
#ifndef YAVAR_NET_HTTP_GUARD_H
#define YAVAR_NET_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/arena.h"
#include "gateway/base/error.h"

struct http_guard_limits {
    size_t header_bytes, headers, body_bytes;
};

/* Read only: approved and refused. */
struct http_guard {
    struct http_guard_limits limits;
    struct arena *arena; /* the connection's; holds a line that came in pieces */
    uint64_t approved;   /* header parts found good so far */
    int refused;         /* 0, or the status; nothing is read any more */
    uint64_t body_left;  /* bytes until the next request begins */
    size_t used;         /* bytes of this header part so far */
    size_t headers;      /* in this header part, so far */
    uint64_t length;     /* what Content-Length says */
    bool in_headers;     /* the request line has been read */
    bool has_length, has_host, needs_host, reads_body;
    char *held; /* held_room bytes of room, or NULL */
    size_t held_n, held_room;
};

void http_guard_start(struct http_guard *guard, const struct http_guard_limits *limits, struct arena *arena);

/* The next N bytes of the connection.  0, or the status of a refusal. */
int http_guard_feed(struct http_guard *guard, const char *bytes, size_t n) MUST_CHECK;

/* Nothing of a further request has come yet. */
bool http_guard_between(const struct http_guard *guard);

#endif
