/* Pages of what somebody may see.
 *
 * A row's own province is compared by the query.  Of rows that name several
 * (campaigns, staff), which the two engines cannot take apart the same way,
 * all must be the actor's: looked at here, row by row. */
#include "gateway/store/store_scoped.h"

#include "gateway/store/query.h"

/* As the queries take them. */
static void bind_places(struct query *q, const struct actor *actor)
{
    query_text(q, actor->scope);
    query_text(q, actor->organisation);
    query_text(q, actor->centre);
}

/* N rows were found, perhaps one more than was wanted: that one says that there is more. */
static size_t shown(const struct scoped_page *page, size_t n)
{
    return n < page->most ? n : page->most;
}

static size_t finish(struct scoped_page *page, size_t n, int64_t last_key)
{
    page->more = n > page->most;
    page->after = last_key;
    return shown(page, n);
}

/* Where this page stops looking. */
struct window {
    int64_t end;
    bool full; /* there may be rows behind it */
};

static struct window window_of(struct store *store, enum query_name name, const struct actor *actor,
                               const struct scoped_page *page)
{
    struct window w = {INT64_MAX, false};
    if (actor_unconfined(actor)) /* every row it looks at is one of the page */
        return w;
    struct query q = query_begin(store, name);
    query_int(&q, page->after);
    query_int(&q, LOOKED_AT_MOST);
    if (query_row(&q)) {
        w.end = query_take_int(&q);
        w.full = query_take_int(&q) == LOOKED_AT_MOST;
    }
    query_end(&q);
    return w;
}

static size_t finish_window(struct scoped_page *page, const struct window *w, size_t n, int64_t last_key)
{
    n = finish(page, n, last_key);
    if (!page->more && w->full) {
        page->more = true;
        page->after = w->end;
    }
    return n;
}

/* ---- needs ---- */

size_t need_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                        struct scoped_page *page, struct need *rows)
{
    struct query q = query_begin(store, QUERY_need_page_scoped);
    query_int(&q, page->after);
    bind_places(&q, actor);
    query_int(&q, (int64_t)page->most + 1);
    size_t n = take_needs(&q, arena, rows, page->most + 1);
    return finish(page, n, n > 0 ? rows[shown(page, n) - 1].code : page->after);
}

bool need_get_scoped(struct store *store, struct arena *arena, const struct actor *actor, uint32_t code,
                     struct need *need)
{
    struct query q = query_begin(store, QUERY_need_get_scoped);
    query_int(&q, code);
    bind_places(&q, actor);
    return take_needs(&q, arena, need, 1) == 1;
}

/* ---- pledges ---- */

static size_t next_pledges(struct store *store, struct arena *arena, const struct actor *actor, int64_t after,
                           int64_t end, struct pledge *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_pledge_page_scoped);
    query_int(&q, after);
    query_int(&q, end);
    bind_places(&q, actor);
    query_int(&q, (int64_t)most);
    return take_pledges(&q, arena, rows, most);
}

/* Of a need: the query has looked.  Of a campaign alone: all its provinces
 * (which the query gives in the place of pay_to). */
static size_t keep_own(const struct actor *actor, struct pledge *rows, size_t n)
{
    struct actor named = actor_named_places(actor);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i].need != 0 || actor_covers_all(&named, rows[i].pay_to))
            rows[kept++] = rows[i];
    return kept;
}

size_t pledge_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                          struct scoped_page *page, struct pledge *rows)
{
    struct window w = window_of(store, QUERY_pledge_window, actor, page);
    int64_t from = page->after;
    size_t n = 0, got, room;
    do {
        room = page->most + 1 - n;
        got = next_pledges(store, arena, actor, from, w.end, rows + n, room);
        from = got > 0 ? rows[n + got - 1].id : from;
        n += keep_own(actor, rows + n, got);
    } while (got == room && n <= page->most);
    return finish_window(page, &w, n, n > 0 ? rows[shown(page, n) - 1].id : page->after);
}

/* ---- people ---- */

size_t volunteer_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                             struct scoped_page *page, struct volunteer *rows)
{
    struct actor named = actor_named_places(actor);
    struct window w = window_of(store, QUERY_volunteer_window, actor, page);
    struct query q = query_begin(store, QUERY_volunteer_page_scoped);
    query_int(&q, page->after);
    query_int(&q, w.end);
    query_text(&q, named.scope);
    query_int(&q, (int64_t)page->most + 1);
    size_t n = query_take_volunteers(&q, arena, rows, page->most + 1);
    return finish_window(page, &w, n, n > 0 ? rows[shown(page, n) - 1].id : page->after);
}

size_t staff_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                         struct scoped_page *page, struct staff *rows)
{
    size_t n = staff_page_of(store, arena, actor, page->after, rows, page->most + 1);
    return finish(page, n, n > 0 ? rows[shown(page, n) - 1].phone : page->after);
}

/* ---- the rest ---- */

size_t campaign_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                            struct scoped_page *page, struct campaign *rows)
{
    struct actor named = actor_named_places(actor);
    int64_t from = page->after;
    size_t n = 0;
    while (n <= page->most && campaign_page(store, arena, from, &rows[n], 1) == 1) {
        from = rows[n].id;
        n += actor_covers_all(&named, rows[n].provinces);
    }
    return finish(page, n, n > 0 ? rows[shown(page, n) - 1].id : page->after);
}

size_t unanswered_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                              struct scoped_page *page, struct inbox_row *rows)
{
    bool may = actor_unconfined(actor);
    size_t n = may ? inbox_page(store, arena, true, page->after, rows, page->most + 1) : 0;
    return finish(page, n, n > 0 ? rows[shown(page, n) - 1].id : page->after);
}

size_t audit_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                         struct scoped_page *page, struct audit_row *rows)
{
    size_t n = audit_page_of(store, arena, actor, page->after, rows, page->most + 1);
    return finish(page, n, n > 0 ? rows[shown(page, n) - 1].id : page->after);
}

/* ---- figures ---- */

static void count_pledges(struct store *store, struct arena *arena, const struct actor *actor,
                          struct store_figures *f)
{
    struct actor named = actor_named_places(actor);
    struct query q = query_begin(store, QUERY_pledge_counts_scoped);
    bind_places(&q, actor);
    if (query_row(&q)) {
        f->pledges = query_take_int(&q);
        f->pledged_rial = query_take_int(&q);
    }
    query_end(&q);
    q = query_begin(store, QUERY_pledge_counts_campaigns);
    while (query_row(&q)) {
        int64_t count = query_take_int(&q), rial = query_take_int(&q);
        if (actor_covers_all(&named, query_take_text(&q, arena))) {
            f->pledges += count;
            f->pledged_rial += rial;
        }
    }
}

void figures_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                    struct store_figures *f)
{
    struct actor named = actor_named_places(actor);
    if (actor_unconfined(actor)) {
        store_figures(store, f);
        return;
    }
    *f = (struct store_figures){0};
    count_pledges(store, arena, actor, f);
    struct query q = query_begin(store, QUERY_need_counts_scoped);
    bind_places(&q, actor);
    f->needs_open = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    q = query_begin(store, QUERY_volunteer_counts_scoped);
    query_text(&q, named.scope);
    f->volunteers = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
}
