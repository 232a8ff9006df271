/* A reason that travels upward: whoever finds a fault writes it here once,
 * and whoever decides what to do about it logs or prints it once. */
#ifndef YAVAR_BASE_ERROR_H
#define YAVAR_BASE_ERROR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

struct error {
    char text[512]; /* NUL-terminated, UTF-8, one line, no secret in it */
};

/* Writes the text (cut at the end, never inside a character) and returns
 * false, so that a failing function says `return error_set(e, …)`.
 * E may be NULL. */
bool error_set(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
