/* Ini files: [section] and key = value, comments with ; or # at a line's
 * start or ` ;` behind a value.  Ours, because Debian's inih cuts a line at
 * 200 characters without telling where.
 *
 * Any thread; pure but for ini_read_file. */
#ifndef YAVAR_CONF_INI_H
#define YAVAR_CONF_INI_H

#include <stdbool.h>

#include "gateway/base/error.h"
#include "gateway/conf/faults.h"

struct ini_line {
    unsigned line;
    struct str section, key, value; /* trimmed; section "" before the first */
};

struct ini {
    const char *file;
    struct ini_line *v; /* a section's own line has an empty key */
    size_t n;
};

/* COMMENTS_BEHIND: ` ;` ends a value; not in catalogues, where a text may
 * hold one. */
struct ini ini_parse(struct arena *arena, const char *file, struct str text, bool comments_behind,
                     struct faults *faults);

/* A whole file of at most MOST bytes. */
bool ini_read_file(struct arena *arena, const char *path, size_t most, struct str *text,
                   struct error *e) MUST_CHECK;

#endif
