/* What the store keeps of who may do what: staff, organisations, tokens,
 * commands that wait for their code, and what was done.  Part of the store's
 * public face, as store.h. */
#ifndef YAVAR_STORE_STORE_OFFICE_H
#define YAVAR_STORE_STORE_OFFICE_H

#include "gateway/model/actor.h"
#include "gateway/store/store.h"

/* Who a phone is: its own row of the staff, or as a deputy its principal's
 * role and places.  False where it is not of the staff. */
bool actor_get(struct store *store, struct arena *arena, int64_t phone, enum door door,
               struct actor *actor) MUST_CHECK;

/* What was done, to what; only ever added to.  No phone and no text of a
 * message stands in DETAIL. */
void audit_add(struct store *store, const struct actor *actor, const char *action, struct str subject,
               struct str detail, int64_t now);
struct audit_row {
    int64_t id, at, actor; /* actor: a phone, 0 the operator, below 0 forgotten */
    struct str door, action, subject, detail;
};
size_t audit_page(struct store *store, struct arena *arena, int64_t after, struct audit_row *rows,
                  size_t most);

#endif
