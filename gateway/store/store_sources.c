/* What broadcasts and calls have in common. */
#include "gateway/store/store_sources.h"

#include "gateway/store/query.h"

/* ---- the provinces it reaches ---- */

void reach_add(struct store *store, int64_t source, struct str provinces)
{
    struct str slug;
    while (provinces.n > 0 && str_split(&provinces, ' ', &slug)) {
        struct query q = query_begin(store, QUERY_reach_add);
        query_int(&q, source);
        query_text(&q, slug);
        if (slug.n > 0)
            query_run(&q);
        else
            query_end(&q);
    }
}

struct str reach_of(struct store *store, struct arena *arena, int64_t source)
{
    struct sbuf slugs = sbuf_in(arena);
    struct query q = query_begin(store, QUERY_reach_of);
    query_int(&q, source);
    for (bool first = true; query_row(&q); first = false) {
        if (!first)
            sbuf_byte(&slugs, ' ');
        sbuf_add(&slugs, query_take_text(&q, arena));
    }
    query_end(&q);
    return sbuf_str(&slugs);
}

/* ---- its rows ---- */

void source_count(struct store *store, int64_t id, struct source_counts *counts)
{
    *counts = (struct source_counts){.all = 0};
    struct arena *arena = arena_new(1024);
    struct query q = query_begin(store, QUERY_source_counts);
    query_int(&q, id);
    while (query_row(&q)) {
        struct str status = query_take_text(&q, arena);
        int64_t n = query_take_int(&q);
        for (int i = 0; i < OUTBOX_STATUSES; i++)
            if (str_is(status, outbox_status_names[i]))
                counts->by[i] = n;
        counts->all += n;
    }
    query_end(&q);
    q = query_begin(store, QUERY_source_failed);
    query_int(&q, id);
    while (query_row(&q)) {
        bool stopped = str_is(query_take_text(&q, arena), "stopped");
        *(stopped ? &counts->stopped : &counts->cancelled) = query_take_int(&q);
    }
    query_end(&q);
    arena_free(arena);
}

void source_waits(struct store *store, int64_t id, int64_t *queued, int64_t *parked, int64_t *on_wire)
{
    *queued = *parked = *on_wire = 0;
    struct query q = query_begin(store, QUERY_source_waits);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, id);
    if (query_row(&q)) {
        *queued = query_take_int(&q);
        *parked = query_take_int(&q);
    }
    query_end(&q);
    q = query_begin(store, QUERY_source_on_wire);
    query_int(&q, id);
    if (query_row(&q))
        *on_wire = query_take_int(&q);
    query_end(&q);
}

static size_t rows_changed(struct query *q)
{
    size_t n = 0;
    while (query_row(q))
        n++;
    return n;
}

size_t source_park(struct store *store, int64_t id, size_t most)
{
    struct query q = query_begin(store, QUERY_source_park);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, id);
    query_int(&q, (int64_t)most);
    return rows_changed(&q);
}

size_t source_unpark(struct store *store, int64_t id, int64_t now_ms, size_t most)
{
    struct query q = query_begin(store, QUERY_source_unpark);
    query_int(&q, now_ms);
    query_int(&q, id);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, (int64_t)most);
    return rows_changed(&q);
}

size_t source_drop(struct store *store, int64_t id, enum outbox_status status, struct str reason,
                   int64_t now_ms, size_t most)
{
    struct query q = query_begin(store, QUERY_source_drop);
    query_text(&q, str_of(outbox_status_names[status]));
    query_text(&q, reason);
    query_int(&q, now_ms);
    query_int(&q, id);
    query_int(&q, (int64_t)most);
    return rows_changed(&q);
}
