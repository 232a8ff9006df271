/* Broadcasts in the admin API, for its table. */
#ifndef YAVAR_ADMIN_BROADCASTS_H
#define YAVAR_ADMIN_BROADCASTS_H

#include "gateway/admin.h"
#include "gateway/long_work.h"
#include "handlers/office_broadcast.h"

#define BROADCAST_FIELDS "audience:text text:text channel:text until:text urgent:boolean reason:text"

struct http_response get_broadcasts(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_broadcast(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_broadcast_test(const struct admin_call *call, struct str id,
                                         const struct json *body);
struct http_response post_broadcast_approve(const struct admin_call *call, struct str id,
                                            const struct json *body);
struct http_response post_broadcast_pause(const struct admin_call *call, struct str id,
                                          const struct json *body);
struct http_response post_broadcast_resume(const struct admin_call *call, struct str id,
                                           const struct json *body);
struct http_response post_broadcast_cancel(const struct admin_call *call, struct str id,
                                           const struct json *body);
/* Whom it reaches is counted by the reader, so that a large audience holds up nobody's pledge. */
extern const struct long_work broadcast_preview_work, broadcast_add_work;

/* All of one, with what became of its messages; MASKED: phones. */
struct json *broadcast_to_json(const struct office *office, const struct broadcast *b, bool masked);

#endif
