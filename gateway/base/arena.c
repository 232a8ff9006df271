/* Arenas: a chain of blocks, newest first, filled front to back.
 *
 * The first block lies in the arena's own malloc, so that a request which fits
 * costs one malloc and one free.  The arena owns all blocks; a pointer into it
 * is good until arena_free or a rewind behind it. */
#include "gateway/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/memory.h"

enum { ALIGN = alignof(max_align_t), GROWTH_MOST = 64 * 1024 };

/* The head of a block; its bytes follow. */
struct block {
    alignas(max_align_t) struct block *older; /* NULL in the first */
    size_t size, used;                        /* of the bytes */
};

struct arena {
    struct block *newest;
    struct block first; /* stays last here: its bytes follow */
};

static_assert(sizeof(struct block) % ALIGN == 0, "what follows a head is aligned");
static_assert(offsetof(struct arena, first) + sizeof(struct block) == sizeof(struct arena), "first is last");

static size_t round_up(size_t n)
{
    if (n > SIZE_MAX / 2)
        out_of_memory();
    return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

struct arena *arena_new(size_t first)
{
    size_t size = round_up(first);
    struct arena *arena = malloc(sizeof *arena + size);
    if (!arena)
        out_of_memory();
    arena->newest = &arena->first;
    arena->first.older = NULL;
    arena->first.size = size;
    arena->first.used = 0;
    return arena;
}

static void drop_newest(struct arena *arena)
{
    struct block *gone = arena->newest;
    arena->newest = gone->older;
    free(gone);
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->newest != &arena->first)
        drop_newest(arena);
    free(arena);
}

static void add_block(struct arena *arena, size_t least)
{
    size_t size = arena->newest->size < GROWTH_MOST / 2 ? arena->newest->size * 2 : GROWTH_MOST;
    if (size < least)
        size = least;
    struct block *block = malloc(sizeof *block + size);
    if (!block)
        out_of_memory();
    block->older = arena->newest;
    block->size = size;
    block->used = 0;
    arena->newest = block;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    size_t size = round_up(n);
    if (size > arena->newest->size - arena->newest->used)
        add_block(arena, size);
    struct block *block = arena->newest;
    void *p = (char *)(block + 1) + block->used;
    block->used += size;
    return memset(p, 0, size);
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / 2 / size)
        out_of_memory();
    return arena_alloc(arena, count * size);
}

struct arena_mark arena_mark(struct arena *arena)
{
    return (struct arena_mark){arena->newest, arena->newest->used};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->newest != mark.block)
        drop_newest(arena);
    arena->newest->used = mark.used;
}
