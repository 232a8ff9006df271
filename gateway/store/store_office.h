/* What the store keeps of who may do what: staff, organisations, tokens,
 * commands that wait for their code, and what was done.  Part of the store's
 * public face, as store.h. */
#ifndef YAVAR_STORE_STORE_OFFICE_H
#define YAVAR_STORE_STORE_OFFICE_H

#include "gateway/base/crypto.h"
#include "gateway/model/actor.h"
#include "gateway/store/store.h"

/* Who a phone is: its own row of the staff, or as a deputy its principal's
 * role and places.  False where it is not of the staff. */
bool actor_get(struct store *store, struct arena *arena, int64_t phone, enum office_door door,
               struct actor *actor) MUST_CHECK;

/* ---- staff, as an actor sees it ---- */

/* Whoever has no province outside the actor's, and is of its organisation and
 * centre where it has one; deputies with their principal's role and places. */
size_t staff_page_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t after,
                     struct staff *rows, size_t most);
bool staff_get_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t phone,
                  struct staff *found);
bool staff_has_deputies(struct store *store, int64_t phone);
/* Volunteers behind a phone who are in the actor's provinces. */
size_t volunteer_page_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t phone,
                         struct volunteer *rows, size_t most);

/* ---- organisations ---- */

bool organisation_get(struct store *store, struct arena *arena, struct str slug, struct organisation *found);
/* Those at work in a province of the actor's, and those of the whole country, behind slug AFTER. */
size_t organisation_page_of(struct store *store, struct arena *arena, const struct actor *actor,
                            struct str after, struct organisation *rows, size_t most);
void organisation_put(struct store *store, const struct organisation *organisation, int64_t now);
/* The need's own, else its organisation's; may be empty. */
struct str need_pay_to(struct store *store, struct arena *arena, const struct need *need);

/* ---- tokens of the admin API ---- */

struct digest token_hash(struct str token); /* as it is kept */
/* A phone's only one: the one before is good no longer. */
void token_put(struct store *store, int64_t phone, const struct digest *hash, int64_t now);
/* Whose it is: the phone of somebody of the staff; 0: nobody's. */
int64_t token_find(struct store *store, const struct digest *hash);

/* ---- figures of an actor's provinces ---- */

/* Pledges count by the province of their need; those to a campaign alone, only for who is everywhere;
 * volunteers by the provinces that were named for the actor. */
struct office_figures {
    int64_t pledges_since, rial_since; /* made since the given time */
    int64_t rial, needs_open, volunteers;
};
void office_figures(struct store *store, const struct actor *actor, int64_t since,
                    struct office_figures *figures);

/* ---- what was done ---- */

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
/* Who is confined sees what the staff did that it sees. */
size_t audit_page_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t after,
                     struct audit_row *rows, size_t most);

/* ---- commands that wait for their code (handlers/code.h) ---- */

/* COMMAND: what is to be run, as text; empty: nothing waits, for it was used or given up. */
struct proposal {
    int64_t phone;
    struct str command;
    struct digest digest, code;
    int64_t codes, hour_at; /* how many codes were made since */
    int64_t tries;          /* wrong ones, since then or since the last right one */
    int64_t expires_at;
};
bool proposal_get(struct store *store, struct arena *arena, int64_t phone, struct proposal *found) MUST_CHECK;
void proposal_put(struct store *store, const struct proposal *proposal, int64_t now);
int64_t proposal_try(struct store *store, int64_t phone); /* a wrong one; how many there are now */
/* Used or given up: false where nothing waited. */
bool proposal_end(struct store *store, int64_t phone) MUST_CHECK;
void proposal_drop(struct store *store, int64_t phone);
/* Until UNTIL no code of this phone counts (0: at once again); false where it is not of the staff. */
bool staff_lock(struct store *store, int64_t phone, int64_t until, int64_t now) MUST_CHECK;
/* Phones of admins, deputies too. */
size_t staff_admins(struct store *store, int64_t *phones, size_t most);
/* ---- campaigns: what is done with them in an office ---- */

/* Whether it is the actor's: their provinces hold all of its, and it is of
 * their organisation where they are of one. */
bool campaign_mine(const struct actor *actor, const struct campaign *campaign);
/* Of whose donors the actor sees the sums: of the own campaign all whom it may
 * see, of another's those in provinces that were named for it. */
struct str campaign_scope(const struct actor *actor, const struct campaign *campaign);
/* Its own way to be paid, else its organisation's; may be empty. */
struct str campaign_pay_to(struct store *store, struct arena *arena, const struct campaign *campaign);
/* By id; false for one that is not the actor's, too. */
bool campaign_get_scoped(struct store *store, struct arena *arena, const struct actor *actor, int64_t id,
                         struct campaign *campaign);
/* All but its keywords and its organisation. */
bool campaign_put(struct store *store, const struct campaign *campaign);
size_t campaign_words(struct store *store, struct arena *arena, int64_t id, struct str *words, size_t most);

/* Sums of the pledges that stand, counted from the rows. */
struct campaign_sum {
    int64_t campaign;
    struct str province; /* of the donors; "unknown"; empty in totals */
    int64_t pledges, amount_rial, received_rial, donors;
};
/* Of one campaign, or of all for ID 0; one without pledges has no row. */
size_t campaign_totals(struct store *store, struct arena *arena, int64_t id, struct campaign_sum *rows,
                       size_t most);
/* By the donors' provinces, of those within SCOPE (actor.h). */
size_t campaign_sums(struct store *store, struct arena *arena, int64_t id, struct str scope,
                     struct campaign_sum *rows, size_t most);

bool need_in_scope(struct store *store, const struct actor *actor, uint32_t code);
/* A campaign's pledge of money, not spent on any need yet, is for this one
 * from now on; it stays the campaign's.  False: it is none such. */
bool pledge_allot(struct store *store, int64_t id, uint32_t need, int64_t now);

#endif
