/* What is done about the staff itself: who may do what where, with deputies,
 * and the tokens by which they come to the admin API; and organisations.
 *
 * An admin may all of it, a coordinator what concerns viewers, reporters and
 * recruiters; either within the own provinces, organisation and centre, and
 * nobody gives what they do not have themselves.  Store thread. */
#ifndef YAVAR_HANDLERS_OFFICE_STAFF_H
#define YAVAR_HANDLERS_OFFICE_STAFF_H

#include "handlers/office.h"

/* What can be told of a row without the store: role, provinces and texts.  A
 * deputy may leave its role out.  E says what is wrong. */
bool staff_check(const struct config *config, const struct staff *staff, bool deputy,
                 struct error *e) MUST_CHECK;
bool organisation_check(const struct config *config, const struct organisation *organisation,
                        struct error *e) MUST_CHECK;

/* One that an SMS can reach, and none of our own lines. */
bool staff_phone(const struct office *o, struct str text, int64_t *phone) MUST_CHECK;

/* Added, or told anew; with DEPUTY_OF a deputy, whose role and places are that
 * one's. STAFF is checked, and its phone is set here. */
struct office_said staff_add(const struct office *o, struct staff *staff, struct str phone,
                             struct str deputy_of);
struct office_said staff_take_away(const struct office *o, struct str phone);
struct office_said staff_unlock(const struct office *o, struct str phone);
/* TOKEN: a new one, which is told this once; one from before is good no longer. */
struct office_said staff_token(const struct office *o, struct str phone, struct str *token);

/* Added, or told anew.  ORGANISATION is checked. */
struct office_said organisation_add(const struct office *o, const struct organisation *organisation);

#endif
