/* Text with a length, and a buffer that grows in an arena.
 *
 * Text from a phone or the network may hold NULs, so nothing here relies on
 * a terminator: a str is a pointer and a length in bytes.  It owns nothing;
 * who made the bytes says how long they live (mostly: as long as the arena).
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_STR_H
#define YAVAR_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
    const char *p; /* NULL only when n is 0 */
    size_t n;      /* bytes */
};

/* A literal as a str; STR_INIT for static initialisers. */
/* clang-format off */
#define STR_INIT(literal) {(literal), sizeof(literal) - 1}
/* clang-format on */
#define STR(literal) ((struct str)STR_INIT(literal))

/* printf's "%.*s" */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_from(const char *p, size_t n)
{
    return (struct str){p, n};
}

static inline struct str str_of(const char *terminated)
{
    return (struct str){terminated, terminated ? strlen(terminated) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *terminated)
{
    return str_eq(a, str_of(terminated));
}

static inline struct str str_after(struct str s, size_t n)
{
    return n >= s.n ? (struct str){s.p, 0} : (struct str){s.p + n, s.n - n};
}

bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
struct str str_trim(struct str s); /* ASCII blanks at both ends */
/* Cuts the part before the first SEP off *REST; false when *REST is used up.
 * An empty last part is given too: "a," is "a" and "". Start with a non-NULL
 * rest->p; when done rest->p is NULL. */
bool str_split(struct str *rest, char sep, struct str *part);
struct str str_dup(struct arena *arena, struct str s); /* with a NUL behind */
const char *str_cstr(struct arena *arena, struct str s);
struct str str_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Digits only, no sign, no blanks; false when empty, other bytes or overflow. */
bool str_to_u64(struct str s, uint64_t *out);
bool str_to_i64(struct str s, int64_t *out); /* an optional leading '-' */

/* A growing buffer; its bytes live in the arena. */
struct sbuf {
    struct arena *arena;
    char *p;
    size_t n, room;
};

static inline struct sbuf sbuf_in(struct arena *arena)
{
    return (struct sbuf){arena, NULL, 0, 0};
}

/* Room for N more bytes behind those that are there; what is written there counts once b->n says so. */
char *sbuf_room(struct sbuf *b, size_t n);
void sbuf_add(struct sbuf *b, struct str s);
void sbuf_printf(struct sbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void sbuf_byte(struct sbuf *b, char c)
{
    if (b->n == b->room)
        sbuf_room(b, 1);
    b->p[b->n++] = c;
}
static inline struct str sbuf_str(const struct sbuf *b)
{
    return (struct str){b->p, b->n};
}

#endif
