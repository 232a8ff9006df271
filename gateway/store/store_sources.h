/* What broadcasts and calls have in common: each is a source of messages to many,
 * which are rows of the outbox's broadcast lane with its id.  Part of the
 * store's public face, as store.h. */
#ifndef YAVAR_STORE_STORE_SOURCES_H
#define YAVAR_STORE_STORE_SOURCES_H

#include "gateway/store/store.h"

/* The provinces that it reaches, parted by blanks. */
void reach_add(struct store *store, int64_t source, struct str provinces);
struct str reach_of(struct store *store, struct arena *arena, int64_t source);

/* What becomes of somebody who is looked at: as audience.def and
 * queries.def number it. */
enum audience_fate { FATE_NOT_MEANT, FATE_MEANT, FATE_STOPPED, FATE_ABROAD, FATE_BLOCKED };

/* What became of it: its rows by their status.  Never kept, always counted.
 * Of those that failed, how many opted out or were cancelled before they went. */
struct source_counts {
    int64_t by[OUTBOX_STATUSES], all;
    int64_t stopped, cancelled;
};
void source_count(struct store *store, int64_t id, struct source_counts *counts);

/* How many rows wait, and how many of those are parked; how many are on the wire. */
void source_waits(struct store *store, int64_t id, int64_t *queued, int64_t *parked, int64_t *on_wire);
/* Of up to MOST queued rows; how many. */
size_t source_park(struct store *store, int64_t id, size_t most);
size_t source_unpark(struct store *store, int64_t id, int64_t now_ms, size_t most);
size_t source_drop(struct store *store, int64_t id, enum outbox_status status, struct str reason,
                   int64_t now_ms, size_t most);

#endif
