/* USSD sessions: where each phone stands, after every step. */
#include <stdlib.h>

#include "gateway/store/query.h"

static void take_session(struct query *q, struct arena *arena, struct ussd_session *s)
{
    s->id = query_take_int(q);
    s->channel = query_take_text(q, arena);
    s->session = query_take_text(q, arena);
    s->code = query_take_text(q, arena);
    s->phone = query_take_int(q);
    s->dialogue = query_take_text(q, arena);
    s->unfinished = query_take_int(q) != 0;
    s->heard = query_take_text(q, arena);
    s->hop = query_take_text(q, arena);
    s->page = query_take_text(q, arena);
    s->last = query_take_int(q) != 0;
    s->status = s->kept = query_take_text(q, arena);
    s->path = query_take_text(q, arena);
    s->created_ms = query_take_int(q);
    s->updated_ms = query_take_int(q);
}

static bool one(struct query *q, struct arena *arena, struct ussd_session *found)
{
    bool there = query_row(q);
    if (there)
        take_session(q, arena, found);
    query_end(q);
    return there;
}

bool ussd_get(struct store *store, struct arena *arena, struct str channel, struct str session,
              struct ussd_session *found)
{
    struct query q = query_begin(store, QUERY_ussd_get);
    query_text(&q, channel);
    query_text(&q, session);
    return one(&q, arena, found);
}

static size_t several(struct query *q, struct arena *arena, struct ussd_session *rows, size_t most)
{
    size_t n = 0;
    while (query_row(q) && n < most)
        take_session(q, arena, &rows[n++]);
    query_end(q);
    return n;
}

static int by_last_step(const void *a, const void *b)
{
    const struct ussd_session *x = a, *y = b;
    int64_t d = x->updated_ms != y->updated_ms ? y->updated_ms - x->updated_ms : y->id - x->id;
    return d < 0 ? -1 : d > 0;
}

/* The last used first; sorted here, as the index gives them by when they began, and a sorter of SQLite's
 * costs 26,000 instructions where there is nothing to sort. */
size_t ussd_stopped(struct store *store, struct arena *arena, int64_t phone, int64_t except, int64_t since_ms,
                    struct ussd_session *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_ussd_stopped);
    query_int(&q, phone);
    query_int(&q, except);
    query_int(&q, since_ms);
    query_int(&q, (int64_t)most);
    size_t n = several(&q, arena, rows, most);
    if (n > 1)
        qsort(rows, n, sizeof *rows, by_last_step);
    return n;
}

size_t ussd_idle(struct store *store, struct arena *arena, int64_t before_ms, struct ussd_session *rows,
                 size_t most)
{
    struct query q = query_begin(store, QUERY_ussd_idle);
    query_int(&q, before_ms);
    query_int(&q, (int64_t)most);
    return several(&q, arena, rows, most);
}

static void bind_step(struct query *q, const struct ussd_session *s)
{
    const struct str texts[] = {s->dialogue, s->heard, s->hop, s->page};
    for (int i = 0; i < 4; i++)
        query_text(q, texts[i]);
    query_int(q, s->unfinished);
    query_int(q, s->last);
    query_text(q, s->path);
    query_int(q, s->updated_ms);
}

static void add(struct store *store, struct ussd_session *s)
{
    struct query q = query_begin(store, QUERY_ussd_add);
    query_text(&q, s->channel);
    query_text(&q, s->session);
    query_text(&q, s->code);
    query_int(&q, s->phone);
    bind_step(&q, s);
    query_int(&q, s->created_ms);
    query_text(&q, s->status);
    if (query_row(&q))
        s->id = query_take_int(&q);
    query_run(&q);
}

/* The status stands in indexes, which to write again costs as much as the step. */
static void put_status(struct store *store, const struct ussd_session *s)
{
    struct query q = query_begin(store, QUERY_ussd_status);
    query_text(&q, s->status);
    query_int(&q, s->id);
    query_run(&q);
}

void ussd_put(struct store *store, struct ussd_session *s)
{
    if (s->id == 0) {
        add(store, s);
    } else {
        struct query q = query_begin(store, QUERY_ussd_step);
        bind_step(&q, s);
        query_int(&q, s->id);
        query_run(&q);
        if (!str_eq(s->status, s->kept))
            put_status(store, s);
    }
    s->kept = s->status;
}

void ussd_set_aside(struct store *store, int64_t id)
{
    struct query q = query_begin(store, QUERY_ussd_set_aside);
    query_int(&q, id);
    query_run(&q);
}
