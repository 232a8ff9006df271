/* The admin API's operations on messages, for its table. */
#ifndef YAVAR_ADMIN_MESSAGES_H
#define YAVAR_ADMIN_MESSAGES_H

#include "gateway/admin.h"

struct http_response post_messages(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_reply(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_retry(const struct admin_call *call, struct str id, const struct json *body);
struct http_response post_drop(const struct admin_call *call, struct str id, const struct json *body);

#endif
