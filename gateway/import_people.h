/* People from a CSV, with the source and time of their consent.
 *
 * Reading checks the whole file and needs no store; only a file without a
 * fault is applied, some rows at a time.  A row is idempotent: the same file
 * again changes nothing, and finishes what was interrupted. */
#ifndef YAVAR_IMPORT_PEOPLE_H
#define YAVAR_IMPORT_PEOPLE_H

#include "gateway/conf/config.h"
#include "gateway/conf/faults.h"
#include "gateway/store/store.h"

/* What stands in consent_version of somebody whose consent came by a list: no
 * text of ours was shown.  consent_channel then names the source. */
extern const char import_consent_version[];

struct person {
    int64_t phone, consent_at; /* 0: no consent */
    struct str name, source;
    int province, specialty, availability, language; /* places in the lexicon; -1: empty */
    unsigned line;
    uint32_t next; /* in its bucket, while the file is read; 0: none */
};

struct people {
    struct person *rows; /* by phone, so that what is written lies together */
    size_t n, without_consent;
    struct faults faults;
};

/* What lives as long as ARENA; CSV must, too. */
struct people import_people_read(const struct config *config, struct arena *arena, int64_t now,
                                 const char *name, struct str csv);

struct import_counts {
    int64_t added, changed;
};
/* Applies the rows FROM … TO - 1; SCRATCH may be rewound afterwards. */
void import_people_apply(struct store *store, const struct config *config, struct arena *scratch, int64_t now,
                         const struct people *people, size_t from, size_t to, struct import_counts *counts);

#endif
