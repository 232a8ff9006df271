/* What the staff does, whichever door it came through: an SMS whose code came
 * back, the admin API, the command line.  One function an action; it looks
 * whether the actor may, does it through the store's scoped queries, takes it
 * into the audit trail, and says what came of it as a text of the catalogue.
 *
 * Store thread, inside a transaction. */
#ifndef YAVAR_HANDLERS_OFFICE_H
#define YAVAR_HANDLERS_OFFICE_H

#include "gateway/store/store_office.h"
#include "handlers/turn.h"

struct office {
    struct store *store;
    const struct config *config;
    struct arena *arena;
    struct zone *zone;
    int64_t now_ms;
    struct actor actor;
};

static inline int64_t office_now(const struct office *o)
{
    return o->now_ms / 1000;
}

/* Of a turn whose sender is of the staff; false: is not. */
bool office_of(const struct turn *t, struct office *office) MUST_CHECK;
/* The provinces in which one reaches people: who is of one organisation or centre
 * reaches only those that were named for them. */
struct str office_scope(const struct office *o);
/* Whether somebody of the staff may reach all of PROVINCES as a coordinator,
 * as their row (or that of whom they stand in for) is now. */
bool office_may_reach(const struct office *o, int64_t phone, struct str provinces);
/* The turn of a phone to which the office says something by SMS through LINE,
 * in the language that was chosen there, else the configured one.  Its contact
 * is the caller's to put back. */
struct turn office_turn(const struct office *o, int64_t phone, struct str line);

enum office_status {
    OFFICE_DONE,
    OFFICE_BAD,       /* what was asked for is wrong in itself */
    OFFICE_FORBIDDEN, /* not for this role, or not in these provinces */
    OFFICE_ABSENT,    /* there is no such thing (in these provinces) */
    OFFICE_CONFLICT,  /* not as things stand now */
};
enum { OFFICE_FIELDS = 8 };
/* What came of it: a text of the catalogue with its fields; KEY NULL where
 * there is nothing to say. */
struct office_said {
    enum office_status status;
    const char *key;
    struct text_field fields[OFFICE_FIELDS];
    size_t n;
};
struct office_said office_say(enum office_status status, const char *key, const struct text_field *fields,
                              size_t n);
struct str office_text(const struct office *o, const struct office_said *said, enum language language);

#endif
