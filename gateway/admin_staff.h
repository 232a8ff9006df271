/* Staff: the rules of their rows, and the two operations of the admin API. */
#ifndef YAVAR_ADMIN_STAFF_H
#define YAVAR_ADMIN_STAFF_H

#include "gateway/admin.h"

/* Role, provinces and texts; E says what is wrong.  The phone is looked at where it is read. */
bool staff_check(const struct config *config, const struct staff *staff, struct error *e) MUST_CHECK;

/* What became of an operation: WHY is NULL where it was done. */
struct staff_done {
    int status;
    const char *why;
    struct str phone; /* E.164 digits */
};
struct staff_done staff_add(const struct admin_call *call, const struct json *body);
struct staff_done staff_take_away(const struct admin_call *call, struct str phone);

#endif
