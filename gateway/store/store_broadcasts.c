/* Broadcasts. */
#include "gateway/store/store_broadcasts.h"

#include "gateway/model/audience.h"
#include "gateway/store/query.h"

enum { PROVINCES_MOST = 64 };

static void take(struct query *q, struct arena *arena, struct broadcast *b)
{
    *b = (struct broadcast){.id = query_take_int(q)};
    b->reference = store_reference(q->store, b->id);
    if (!broadcast_status_from(query_take_text(q, arena), &b->status)) /* unreachable: we wrote it */
        b->status = BROADCAST_DONE;
    b->author = query_take_int(q);
    b->approver = query_take_int(q);
    b->audience = query_take_text(q, arena);
    b->body = query_take_text(q, arena);
    b->channel = query_take_text(q, arena);
    b->segments = (unsigned)query_take_int(q);
    b->urgent = query_take_int(q) != 0;
    b->reason = query_take_text(q, arena);
    b->confined = query_take_int(q) != 0;
    b->people = query_take_int(q);
    b->cursor = query_take_int(q);
    b->all_looked = query_take_int(q) != 0;
    b->stopped = query_take_int(q);
    b->abroad = query_take_int(q);
    b->blocked = query_take_int(q);
    b->duplicate = query_take_int(q);
    b->late = query_take_int(q);
    b->created_at = query_take_int(q);
    b->fixed_at = query_take_int(q);
    b->until_at = query_take_int(q);
    b->ended_at = query_take_int(q);
}

static size_t take_all(struct query *q, struct arena *arena, struct broadcast *rows, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q))
        take(q, arena, &rows[n++]);
    query_end(q);
    return n;
}

static void add_reach(struct store *store, int64_t source, struct str provinces)
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

bool broadcast_add(struct store *store, struct broadcast *b, struct str provinces, int64_t now)
{
    b->id = sequence_next(store);
    b->reference = store_reference(store, b->id);
    b->created_at = now;
    if (b->reference == 0) {
        if (store->failed == STORE_FINE)
            store->failed = STORE_CONFLICT; /* 89,100,000 references are used up */
        return false;
    }
    struct query q = query_begin(store, QUERY_broadcast_add);
    query_int(&q, b->id);
    query_int(&q, b->author);
    query_text(&q, b->audience);
    query_text(&q, b->body);
    query_text(&q, b->channel);
    query_int(&q, b->segments);
    query_int(&q, b->urgent);
    query_text(&q, b->reason);
    query_int(&q, b->confined);
    query_int(&q, b->people);
    query_int(&q, now);
    query_int(&q, b->until_at);
    query_run(&q);
    add_reach(store, b->id, provinces);
    return store->failed == STORE_FINE;
}

static bool get(struct store *store, struct arena *arena, int64_t id, struct str scope,
                struct broadcast *found)
{
    struct query q = query_begin(store, QUERY_broadcast_get);
    query_int(&q, id);
    query_text(&q, scope);
    return take_all(&q, arena, found, 1) == 1;
}

bool broadcast_get(struct store *store, struct arena *arena, uint32_t reference, struct str scope,
                   struct broadcast *found)
{
    int64_t id;
    return store_sequence(store, reference, &id) && get(store, arena, id, scope, found);
}

bool broadcast_find(struct store *store, struct arena *arena, int64_t id, struct broadcast *found)
{
    return get(store, arena, id, STR("*"), found);
}

size_t broadcast_page(struct store *store, struct arena *arena, struct str scope, int64_t after,
                      struct broadcast *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_broadcast_page);
    query_int(&q, after);
    query_text(&q, scope);
    query_int(&q, (int64_t)most);
    return take_all(&q, arena, rows, most);
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

/* Of an UPDATE … RETURNING: whether it found its row. */
static bool moved(struct query *q)
{
    bool found = query_row(q);
    query_run(q);
    return found;
}

bool broadcast_approve(struct store *store, int64_t id, struct str scope, int64_t approver, int64_t until,
                       int64_t now)
{
    struct query q = query_begin(store, QUERY_broadcast_approve);
    query_int(&q, approver);
    query_int(&q, now);
    query_int(&q, until);
    query_int(&q, id);
    query_text(&q, scope);
    return moved(&q);
}

bool broadcast_turn(struct store *store, int64_t id, struct str scope, enum broadcast_status from,
                    enum broadcast_status to)
{
    struct query q = query_begin(store, QUERY_broadcast_turn);
    query_text(&q, str_of(broadcast_status_names[to]));
    query_int(&q, id);
    query_text(&q, str_of(broadcast_status_names[from]));
    query_text(&q, scope);
    return moved(&q);
}

bool broadcast_ask(struct store *store, int64_t id, int64_t since, int64_t now)
{
    struct query q = query_begin(store, QUERY_broadcast_ask);
    query_int(&q, now);
    query_int(&q, id);
    query_int(&q, since);
    return moved(&q);
}

/* ---- the audience ---- */

static int places_of(const struct lexicon *lexicon, struct str provinces, int *places)
{
    int n = 0;
    struct str slug;
    while (provinces.n > 0 && n < PROVINCES_MOST && str_split(&provinces, ' ', &slug))
        for (size_t i = 0; i < lexicon->names[LEX_PROVINCE].n; i++)
            if (str_eq(lexicon->names[LEX_PROVINCE].v[i].slug, slug) && n < PROVINCES_MOST)
                places[n++] = (int)i;
    return n;
}

bool broadcast_audience_now(struct store *store, struct arena *arena, const struct lexicon *lexicon,
                            struct zone *zone, struct str text, struct str provinces, bool confined,
                            int64_t now, struct audience *audience, struct audience_fault *fault)
{
    int places[PROVINCES_MOST];
    if (!audience_parse(lexicon, arena, text, audience, fault))
        return false;
    if (confined)
        audience_confine(audience, lexicon, places, places_of(lexicon, provinces, places));
    audience_fix(audience, zone, now);
    return audience_resolve(store, arena, audience, fault);
}

bool broadcast_audience(struct store *store, struct arena *arena, const struct lexicon *lexicon,
                        struct zone *zone, const struct broadcast *b, struct audience *audience,
                        struct audience_fault *fault)
{
    struct str provinces = b->confined ? reach_of(store, arena, b->id) : STR("");
    return broadcast_audience_now(store, arena, lexicon, zone, b->audience, provinces, b->confined,
                                  b->fixed_at, audience, fault);
}

/* ---- its rows ---- */

void broadcast_count(struct store *store, int64_t id, struct broadcast_counts *counts)
{
    *counts = (struct broadcast_counts){.all = 0};
    struct arena *arena = arena_new(1024);
    struct query q = query_begin(store, QUERY_broadcast_counts);
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
    q = query_begin(store, QUERY_broadcast_failed);
    query_int(&q, id);
    while (query_row(&q)) {
        bool stopped = str_is(query_take_text(&q, arena), "stopped");
        *(stopped ? &counts->stopped : &counts->cancelled) = query_take_int(&q);
    }
    query_end(&q);
    arena_free(arena);
}

int64_t broadcast_backlog(struct store *store, struct str channel)
{
    int64_t n = 0;
    struct query q = query_begin(store, QUERY_broadcast_backlog);
    query_text(&q, channel);
    if (query_row(&q))
        n = query_take_int(&q);
    query_end(&q);
    return n > 0 ? n : 0;
}

void broadcast_waits(struct store *store, int64_t id, int64_t *queued, int64_t *parked, int64_t *on_wire)
{
    *queued = *parked = *on_wire = 0;
    struct query q = query_begin(store, QUERY_broadcast_waits);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, id);
    if (query_row(&q)) {
        *queued = query_take_int(&q);
        *parked = query_take_int(&q);
    }
    query_end(&q);
    q = query_begin(store, QUERY_broadcast_on_wire);
    query_int(&q, id);
    if (query_row(&q))
        *on_wire = query_take_int(&q);
    query_end(&q);
}

bool broadcast_live(struct store *store, struct arena *arena, int64_t after, struct broadcast *found)
{
    struct query q = query_begin(store, QUERY_broadcast_live);
    query_int(&q, after);
    return take_all(&q, arena, found, 1) == 1;
}

void broadcast_looked(struct store *store, const struct broadcast *b, const struct broadcast *was)
{
    struct query q = query_begin(store, QUERY_broadcast_look);
    query_int(&q, b->cursor);
    query_int(&q, b->all_looked);
    query_int(&q, b->stopped - was->stopped);
    query_int(&q, b->abroad - was->abroad);
    query_int(&q, b->blocked - was->blocked);
    query_int(&q, b->duplicate - was->duplicate);
    query_int(&q, b->late - was->late);
    query_int(&q, b->id);
    query_int(&q, was->cursor);
    query_run(&q);
}

static size_t rows_changed(struct query *q)
{
    size_t n = 0;
    while (query_row(q))
        n++;
    return n;
}

size_t broadcast_park(struct store *store, int64_t id, size_t most)
{
    struct query q = query_begin(store, QUERY_broadcast_park);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, id);
    query_int(&q, (int64_t)most);
    return rows_changed(&q);
}

size_t broadcast_unpark(struct store *store, int64_t id, int64_t now_ms, size_t most)
{
    struct query q = query_begin(store, QUERY_broadcast_unpark);
    query_int(&q, now_ms);
    query_int(&q, id);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, (int64_t)most);
    return rows_changed(&q);
}

size_t broadcast_drop(struct store *store, int64_t id, enum outbox_status status, struct str reason,
                      int64_t now_ms, size_t most)
{
    struct query q = query_begin(store, QUERY_broadcast_drop);
    query_text(&q, str_of(outbox_status_names[status]));
    query_text(&q, reason);
    query_int(&q, now_ms);
    query_int(&q, id);
    query_int(&q, (int64_t)most);
    return rows_changed(&q);
}

void broadcast_end(struct store *store, int64_t id, enum broadcast_status status, int64_t now)
{
    struct query q = query_begin(store, QUERY_broadcast_end);
    query_text(&q, str_of(broadcast_status_names[status]));
    query_int(&q, now);
    query_int(&q, id);
    query_run(&q);
}
