/* Pages of what somebody may see: the admin API's lists.  Whose it is not is
 * left out here, by the queries, and not by who asks.
 *
 * Who is confined to an organisation or a centre sees the needs that belong to
 * it and their pledges; what belongs to no organisation, they see only in
 * provinces that were named for them.  Part of the store's public face. */
#ifndef YAVAR_STORE_STORE_SCOPED_H
#define YAVAR_STORE_STORE_SCOPED_H

#include "gateway/model/actor.h"
#include "gateway/store/store_office.h"

/* In: behind which key, and how many at most.  Out: how far it looked, and
 * whether there is more behind that.  It looks at LOOKED_AT_MOST rows and no
 * further, so a page may be short, or empty, while there is more. */
enum { LOOKED_AT_MOST = 100000 };
struct scoped_page {
    int64_t after;
    size_t most;
    bool more;
};

/* ROWS has room for one more than page->most; how many were found. */
size_t need_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                        struct scoped_page *page, struct need *rows);
size_t campaign_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                            struct scoped_page *page, struct campaign *rows);
/* Keys: the places in the sequence of references.  title_fa is the campaign's keyword. */
size_t pledge_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                          struct scoped_page *page, struct pledge *rows);
size_t volunteer_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                             struct scoped_page *page, struct volunteer *rows);
size_t staff_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                         struct scoped_page *page, struct staff *rows);
/* Texts of people name no province: only for who is confined to nothing. */
size_t unanswered_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                              struct scoped_page *page, struct inbox_row *rows);
size_t audit_page_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                         struct scoped_page *page, struct audit_row *rows);

bool need_get_scoped(struct store *store, struct arena *arena, const struct actor *actor, uint32_t code,
                     struct need *need);

/* The sums of the rows above: pledges, pledged_rial, needs_open and volunteers;
 * everything of store_figures for who is confined to nothing. */
void figures_scoped(struct store *store, struct arena *arena, const struct actor *actor,
                    struct store_figures *figures);

#endif
