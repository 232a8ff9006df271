/* The admin API about the staff, organisations and the audit trail; and how an
 * operation does what an office function does (handlers/office.h). */
#ifndef YAVAR_ADMIN_OFFICE_H
#define YAVAR_ADMIN_OFFICE_H

#include "gateway/admin.h"
#include "handlers/office.h"

/* Whom an office function acts for: who asks. */
struct office admin_office(const struct admin_call *call);
int admin_status(const struct office_said *said); /* of HTTP */
/* What an office function said, where it was not done: {"error": …} in English
 * with the status that fits. */
struct http_response admin_refused(const struct admin_call *call, const struct office_said *said);
/* Into the audit trail, of who asks. */
void admin_audit(const struct admin_call *call, const char *action, struct str subject, struct str detail);

struct json;
struct http_response post_staff(const struct admin_call *c, struct str id, const struct json *body);
struct http_response post_staff_remove(const struct admin_call *c, struct str id, const struct json *body);
struct http_response post_staff_unlock(const struct admin_call *c, struct str id, const struct json *body);
struct http_response post_staff_token(const struct admin_call *c, struct str id, const struct json *body);
struct http_response post_organisations(const struct admin_call *c, struct str id, const struct json *body);
struct http_response get_organisations(const struct admin_call *c, struct str id, const struct json *body);

#endif
