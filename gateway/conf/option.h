/* One row is one option: its name, kind, default, place and a line of help.
 * The sample file, the parser, the nearest-key hint and --help all come from
 * the rows.
 *
 * Any thread; pure but for secrets read from files and the environment. */
#ifndef YAVAR_CONF_OPTION_H
#define YAVAR_CONF_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"

struct arena;

enum option_kind {
    OPTION_TEXT,     /* struct str */
    OPTION_SECRET,   /* struct str; also KEY_file = path and KEY_env = NAME */
    OPTION_NUMBER,   /* int64_t, from 0 to 1,000,000,000 */
    OPTION_DURATION, /* int64_t milliseconds: 200ms 90s 10m 24h 7d */
    OPTION_SIZE,     /* int64_t bytes: 64MiB */
    OPTION_MONEY,    /* int64_t rial: 10000 toman, 100000 rial */
    OPTION_CHOICE,   /* struct str, one of CHOICES (words parted by blanks), or empty as the fallback */
    OPTION_HOURS,    /* struct hours: 22:00-08:00, or empty */
    OPTION_NETWORKS, /* struct networks: 127.0.0.1/32 10.0.0.0/8, or empty for all */
    OPTION_URL,      /* struct str: http://… or https://… */
    OPTION_PHONE,    /* struct str: digits as written */
};

struct hours {
    int from, to; /* minutes of the local day; equal: none */
};

struct network {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;
};
struct networks {
    struct network *v;
    size_t n;
};
bool network_holds(const struct networks *networks, const uint8_t address[16]); /* an empty list holds all */

struct option_row {
    const char *key;
    enum option_kind kind;
    size_t offset;
    const char *fallback; /* as it would be written; NULL: must be given */
    const char *help;     /* the line in the sample file */
    const char *choices;
};

struct channel;
struct option_ready;

/* Rows of one section, and the size of the struct they fill. */
struct option_table {
    const char *name; /* "service", "channel", or a provider's name */
    const struct option_row *rows;
    size_t n, size;
    /* Of a provider: makes of a channel's options what it needs besides, once
     * all are read; tells what is wrong.  NULL: nothing. */
    void (*ready)(struct channel *channel, const struct option_ready *world);
};

/* What READY may use; what it makes lives in ARENA, as long as the config. */
struct option_ready {
    struct arena *arena;
    struct str texts; /* the folder of texts, for texts_file */
    const char *file; /* the config's, for faults */
    struct faults *faults;
};

/* Reads TEXT into the option's place in BASE. */
bool option_set(const struct option_row *option, void *base, struct str text, struct arena *arena,
                struct error *e) MUST_CHECK;

const struct option_row *option_find(const struct option_table *table, struct str key);
/* The nearest of the tables' keys, or NULL where none is near. */
const char *option_nearest(const struct option_table *const *tables, size_t n, struct str key);

/* "10m" and the like; shared with the command line's own options. */
bool option_duration(struct str text, int64_t *ms) MUST_CHECK;
bool option_money(struct str text, int64_t *rial) MUST_CHECK;

#endif
