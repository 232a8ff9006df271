/* Importing needs from CSV: all or nothing, every fault with its line. */
#ifndef YAVAR_IMPORT_H
#define YAVAR_IMPORT_H

#include "gateway/conf/config.h"
#include "gateway/store/store.h"

struct import_result {
    size_t rows, added, changed;
    struct faults faults; /* not empty: nothing may be committed */
    struct str notes;     /* what was done for the importer, a line each */
};

/* Inside an open transaction. NAME is what faults are told under. */
struct import_result import_needs(struct store *store, const struct config *config, struct arena *arena,
                                  int64_t now, const char *name, struct str csv);

#endif
