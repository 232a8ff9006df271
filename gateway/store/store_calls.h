/* What the store keeps of calls: a request for people at a place and time.
 * Part of the store's public face, as store.h.
 *
 * SCOPE is an actor's (gateway/model/actor.h): a call that reaches a province
 * outside of it is not there.  Functions without one are for what answers a
 * phone or looks after all calls. */
#ifndef YAVAR_STORE_STORE_CALLS_H
#define YAVAR_STORE_STORE_CALLS_H

#include "gateway/store/store_sources.h"

enum call_status { CALL_DRAFT, CALL_OPEN, CALL_FULL, CALL_PAUSED, CALL_DONE, CALL_CANCELLED, CALL_STATUSES };
extern const char *const call_status_names[CALL_STATUSES];

struct call {
    int64_t id; /* its place in the sequence of references; 0: new */
    uint32_t reference;
    struct str kind;
    enum call_status status;
    int64_t author, approver; /* phones; 0: the operator */
    struct str title, place, place_en;
    int64_t starts_at, ends_at;
    struct str channel;
    bool urgent;
    struct str reason;
    int64_t created_at, fixed_at, ended_at;
};

/* The places of one specialty. */
struct call_quota {
    struct str specialty;
    bool clinical;        /* for verified people only */
    int64_t quota, taken; /* heads */
    int64_t asked, waves, wave_at, wave_left, cursor, looked;
    int64_t stopped, abroad, blocked; /* left out when they were first looked at */
};
enum { CALL_QUOTAS = 24 }; /* specialties of one call, at most */

enum called { CALLED_PLACE, CALLED_STANDBY, CALLED_NO, CALLED_WITHDRAWN, CALLED_ARRIVED, CALLED_STATES };
extern const char *const called_names[CALLED_STATES];

/* What a phone answered. */
struct call_answer {
    int64_t call, phone, volunteer;
    struct str specialty;
    int64_t heads;
    enum called state;
    int64_t turn, answered_at, reminded_at, arrived_at, minutes;
    struct str name; /* the volunteer's; only read */
};

/* ---- calls ---- */

/* Gives it its id and reference; PROVINCES are slugs parted by blanks.  False after a failure. */
bool call_add(struct store *store, struct call *call, struct str provinces, const struct call_quota *quotas,
              size_t n) MUST_CHECK;
bool call_get(struct store *store, struct arena *arena, struct str scope, uint32_t reference,
              struct call *found);
size_t call_page(struct store *store, struct arena *arena, struct str scope, int64_t after, struct call *rows,
                 size_t most);
/* From the status it was read with; false where it has another by now or is out of scope. */
bool call_move(struct store *store, struct str scope, const struct call *call,
               enum call_status to) MUST_CHECK;
/* The same, and who said so: from a draft. */
bool call_approve(struct store *store, struct str scope, const struct call *call, int64_t approver,
                  int64_t now) MUST_CHECK;
bool call_find(struct store *store, struct arena *arena, uint32_t reference, struct call *found);
/* Those to be looked after, behind AFTER. */
size_t call_live(struct store *store, struct arena *arena, int64_t after, struct call *rows, size_t most);
/* There is nothing left to be done for it. */
void call_end(struct store *store, int64_t id, int64_t now);
/* Full where every place is taken, open again where one is free. */
void call_level(struct store *store, int64_t id);
size_t call_quotas(struct store *store, struct arena *arena, int64_t id,
                   struct call_quota quotas[CALL_QUOTAS]);
/* Whom its line lets through: nobody abroad, and through a promo line nobody
 * who was blocked.  LOOK: so many volunteers are looked at in one go. */
struct call_line {
    struct str country;
    bool promo;
    size_t look;
};
/* How many could be asked, counted no further than MOST. */
int64_t call_people(struct store *store, int64_t id, const struct call_line *line, int64_t most);

/* ---- asking ---- */

void quota_wave(struct store *store, int64_t call, const struct call_quota *quota);
/* Who answered, and the heads that have a place or wait for one. */
void quota_answers(struct store *store, int64_t call, struct str specialty, int64_t *answered,
                   int64_t *gained);
/* Up to MOST phones of those who fit and were not asked, behind quota->cursor,
 * which moves on.  It looks at LINE's LOOK volunteers and no further; MORE:
 * there may be others behind them. */
size_t quota_people(struct store *store, int64_t call, struct call_quota *quota, const struct call_line *line,
                    int64_t *phones, size_t most, bool *more);
/* Whether a place is open for one of those behind the phone. */
bool call_has_room(struct store *store, int64_t id, int64_t phone);
/* An invitation never went: it is none any more, and the phone may be asked again. */
void call_unask(struct store *store, const struct outbound *row);

/* ---- answers (store_call_answers.c) ---- */

/* A volunteer behind a phone, and how a call suits them. */
struct call_fit {
    int64_t volunteer;
    struct str specialty;
    bool wanted;   /* the call asks for the specialty */
    bool near;     /* and in the province */
    bool verified; /* or need not be */
    int64_t free;  /* places of the specialty */
};
size_t call_fits(struct store *store, struct arena *arena, int64_t call, int64_t phone, struct call_fit *rows,
                 size_t most);
bool answer_get(struct store *store, struct arena *arena, int64_t call, int64_t phone,
                struct call_answer *found);
void answer_put(struct store *store, const struct call_answer *answer);
/* Takes places for its heads, all or none, else it stands by behind those who came before. */
void answer_place(struct store *store, struct call_answer *answer);
/* Gives its places back, if it has some, and is STATE then. */
void answer_leave(struct store *store, struct call_answer *answer, enum called state);
/* Another head count; false where there is no room for more, and nothing is changed. */
bool answer_resize(struct store *store, struct call_answer *answer, int64_t heads) MUST_CHECK;
/* The next of those who stand by for whom there is room has a place now. */
bool answer_promote(struct store *store, struct arena *arena, int64_t call, int64_t reminded_at,
                    struct call_answer *promoted);
int64_t answer_turn(struct store *store, const struct call_answer *answer); /* 1: the next */
/* The only call under way at NOW in which the phone has a place; false: none, or several. */
bool answer_here(struct store *store, struct arena *arena, int64_t phone, int64_t early, int64_t now,
                 struct call *call);
size_t answer_page(struct store *store, struct arena *arena, struct str scope, int64_t call, int64_t after,
                   struct call_answer *rows, size_t most);
/* Places whose owner was not reminded yet. */
size_t answer_unreminded(struct store *store, struct arena *arena, int64_t call, struct call_answer *rows,
                         size_t most);
/* Of a call that has ended: those for whom something is left to be done; and that it is. */
size_t answer_unsettled(struct store *store, struct arena *arena, int64_t call, struct call_answer *rows,
                        size_t most);
void answer_settle(struct store *store, const struct call_answer *answer, int64_t now);
struct call_count {
    int64_t answers, heads;
};
void answer_counts(struct store *store, int64_t call, struct call_count counts[CALLED_STATES]);
int64_t volunteer_minutes(struct store *store, int64_t volunteer);
/* Somebody is no volunteer any more: their places are free. */
void answers_leave(struct store *store, int64_t volunteer);
/* Somebody is forgotten: BY stands for the phone. */
void answers_forget(struct store *store, int64_t by, int64_t phone);

#endif
