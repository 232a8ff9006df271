/* The admin API about calls: rows of admin.c. */
#ifndef YAVAR_ADMIN_CALLS_H
#define YAVAR_ADMIN_CALLS_H

#include "gateway/admin.h"

/* POST /api/v1/calls {"kind", "title", "place", "from", "to", "provinces",
 * "needs": [{"specialty", "places"}]}, and perhaps "place_en", "channel", "urgent", "reason". */
struct http_response post_calls(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_call_approve(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_call_pause(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_call_resume(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_call_close(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_call_cancel(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_calls(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_call(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_call_roster(const struct admin_call *call, struct str id, const struct json *body);

#endif
