/* Broadcasts: who gets what, how far it got, and what became of it.  Part of
 * the store's public face, as store.h.
 *
 * SCOPE is an actor's (model/actor.h): a broadcast is seen by who has all the
 * provinces that it reaches. */
#ifndef YAVAR_STORE_STORE_BROADCASTS_H
#define YAVAR_STORE_STORE_BROADCASTS_H

#include "gateway/base/icu.h"
#include "gateway/conf/lexicon.h"
#include "gateway/model/broadcast_plan.h"
#include "gateway/store/store.h"

struct broadcast {
    int64_t id; /* its place in the sequence of references */
    uint32_t reference;
    enum broadcast_status status;
    int64_t author, approver;   /* phones; 0: the operator */
    struct str audience;        /* as printed, not yet confined */
    struct str body;            /* as it is sent */
    struct str channel, reason; /* reason: of an urgent one */
    unsigned segments;
    bool urgent;
    bool confined;  /* to the provinces of its reach */
    int64_t people; /* whom the preview counted */
    int64_t cursor; /* the last phone that was looked at */
    bool all_looked;
    int64_t stopped, abroad, blocked, duplicate; /* left out when they were looked at */
    int64_t late;                                /* looked at only when its window was over */
    int64_t created_at, fixed_at, until_at, ended_at;
};

/* A draft; sets its id and reference.  PROVINCES: slugs parted by blanks, all
 * that it reaches.  False after a failure. */
bool broadcast_add(struct store *store, struct broadcast *b, struct str provinces, int64_t now) MUST_CHECK;
bool broadcast_get(struct store *store, struct arena *arena, uint32_t reference, struct str scope,
                   struct broadcast *found);
bool broadcast_find(struct store *store, struct arena *arena, int64_t id, struct broadcast *found);
size_t broadcast_page(struct store *store, struct arena *arena, struct str scope, int64_t after,
                      struct broadcast *rows, size_t most);
/* The provinces that a source reaches, parted by blanks. */
struct str reach_of(struct store *store, struct arena *arena, int64_t source);

/* Fixes the audience.  False where it is no draft (any more) or out of scope. */
bool broadcast_approve(struct store *store, int64_t id, struct str scope, int64_t approver, int64_t until,
                       int64_t now) MUST_CHECK;
/* False where it did not stand in FROM, or is out of scope. */
bool broadcast_turn(struct store *store, int64_t id, struct str scope, enum broadcast_status from,
                    enum broadcast_status to) MUST_CHECK;

/* Takes note that a second person is asked now; false where one was since SINCE. */
bool broadcast_ask(struct store *store, int64_t id, int64_t since, int64_t now) MUST_CHECK;

/* Its audience, confined and fixed; BROADCAST's texts must outlive it.  False
 * with a fault where a campaign, need or word is not there any more. */
struct audience;
struct audience_fault;
bool broadcast_audience(struct store *store, struct arena *arena, const struct lexicon *lexicon,
                        struct zone *zone, const struct broadcast *b, struct audience *audience,
                        struct audience_fault *fault) MUST_CHECK;
/* The same of one that is only looked at: as of NOW. */
bool broadcast_audience_now(struct store *store, struct arena *arena, const struct lexicon *lexicon,
                            struct zone *zone, struct str text, struct str provinces, bool confined,
                            int64_t now, struct audience *audience, struct audience_fault *fault) MUST_CHECK;

/* What became of it: its rows by their status.  Never kept, always counted.
 * Of those that failed, how many opted out or were cancelled before they went. */
struct broadcast_counts {
    int64_t by[OUTBOX_STATUSES], all;
    int64_t stopped, cancelled;
};
void broadcast_count(struct store *store, int64_t id, struct broadcast_counts *counts);

/* How many the live ones on CHANNEL still send, about: who comes next waits for them. */
int64_t broadcast_backlog(struct store *store, struct str channel);

/* ---- for what feeds it (gateway/broadcasts.h) ---- */

/* The first live one behind AFTER. */
bool broadcast_live(struct store *store, struct arena *arena, int64_t after, struct broadcast *found);
/* How many rows wait, and how many of those are parked. */
void broadcast_waits(struct store *store, int64_t id, int64_t *queued, int64_t *parked, int64_t *on_wire);
/* The cursor and what was left out, as far as B was looked through since it
 * stood at WAS. */
void broadcast_looked(struct store *store, const struct broadcast *b, const struct broadcast *was);
/* Of up to MOST queued rows; how many. */
size_t broadcast_park(struct store *store, int64_t id, size_t most);
size_t broadcast_unpark(struct store *store, int64_t id, int64_t now_ms, size_t most);
size_t broadcast_drop(struct store *store, int64_t id, enum outbox_status status, struct str reason,
                      int64_t now_ms, size_t most);
void broadcast_end(struct store *store, int64_t id, enum broadcast_status status, int64_t now);

#endif
