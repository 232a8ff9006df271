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

/* ---- commands that wait for their code (handlers/code.h) ---- */

/* COMMAND: what is to be run, as text; empty: nothing waits, for it was used or given up. */
struct proposal {
    int64_t phone;
    struct str command;
    struct digest digest, code;
    int64_t tries;
    int64_t codes, hour_at; /* how many codes were made since */
    int64_t expires_at;
};
bool proposal_get(struct store *store, struct arena *arena, int64_t phone, struct proposal *found) MUST_CHECK;
void proposal_put(struct store *store, const struct proposal *proposal, int64_t now); /* no tries yet */
int64_t proposal_try(struct store *store, int64_t phone); /* a wrong one; how many there are now */
/* Used or given up: false where nothing waited. */
bool proposal_end(struct store *store, int64_t phone) MUST_CHECK;
void proposal_drop(struct store *store, int64_t phone);
/* Until UNTIL no code of this phone counts (0: at once again); false where it is not of the staff. */
bool staff_lock(struct store *store, int64_t phone, int64_t until, int64_t now) MUST_CHECK;
/* Phones of admins, deputies too. */
size_t staff_admins(struct store *store, int64_t *phones, size_t most);

#endif
