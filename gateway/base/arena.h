/* Memory by lifetime: everything a request or a job allocates lives in one
 * arena and is freed by one call at its end.
 *
 * An arena belongs to one thread at a time (it travels with its job).
 * When memory runs out the process ends with a clear line: a partly built
 * message must not go on, and what was acknowledged is on disk. */
#ifndef YAVAR_BASE_ARENA_H
#define YAVAR_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* FIRST bytes come with the arena itself, so that a small request costs one
 * malloc; further blocks are added as needed. */
struct arena *arena_new(size_t first);
void arena_free(struct arena *arena); /* NULL is fine */

/* Zeroed, aligned for any type.  Never NULL. */
void *arena_alloc(struct arena *arena, size_t n);
#define arena_new_of(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_alloc_array((arena), (count), sizeof(type)))
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);

/* What was allocated since a mark is given back by arena_rewind: a run that
 * was rolled back leaves nothing behind. */
struct arena_mark {
    void *block;
    size_t used;
};
struct arena_mark arena_mark(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
