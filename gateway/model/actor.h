/* Who does something, and where they may: the operator at the machine, or
 * somebody of the staff, whichever door they came through.
 *
 * Any thread; pure. */
#ifndef YAVAR_MODEL_ACTOR_H
#define YAVAR_MODEL_ACTOR_H

#include "gateway/base/arena.h"
#include "gateway/model/records.h"

enum office_door { DOOR_CLI, DOOR_API, DOOR_SMS, DOORS };
extern const char *const door_names[DOORS]; /* "cli", "api", "sms" */

struct actor {
    int64_t phone; /* 0: the operator */
    enum office_door door;
    enum role role;
    /* The provinces as the store's queries take them: " qom zanjan ", each
     * between blanks; "*": all.  Never empty for one who may do anything. */
    struct str scope;
    struct str organisation, centre; /* empty: not confined to one */
};

/* Everywhere, everything. */
struct actor actor_operator(enum office_door door);
/* Of a row of the staff (a deputy's is already its principal's). */
struct actor actor_from(struct arena *arena, const struct staff *staff, enum office_door door);

/* Roles are no ladder: an admin may all, a coordinator what a recruiter,
 * reporter and viewer may, an auditor what a viewer may. */
bool role_may(enum role role, enum role what);
bool role_from(struct str name, enum role *role) MUST_CHECK;

bool actor_everywhere(const struct actor *actor);
/* Everywhere, and of no one organisation or centre. */
bool actor_unconfined(const struct actor *actor);
/* The same one where it is about people and drives, which belong to no
 * organisation: who is of one sees them only in provinces that were named. */
struct actor actor_named_places(const struct actor *actor);
bool actor_covers(const struct actor *actor, struct str province);
/* Of slugs parted by blanks; of none, which means the whole country, only who is everywhere. */
bool actor_covers_all(const struct actor *actor, struct str provinces);

#endif
