/* Faults of the files a user edits, gathered so that all are told at once,
 * each with its file and line. */
#ifndef YAVAR_CONF_FAULTS_H
#define YAVAR_CONF_FAULTS_H

#include "gateway/base/arena.h"
#include "gateway/base/str.h"

struct faults {
    struct sbuf text; /* a line each */
    unsigned count;
};

static inline struct faults faults_in(struct arena *arena)
{
    return (struct faults){sbuf_in(arena), 0};
}

/* LINE 0: the file as a whole. */
void faults_add(struct faults *faults, const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
