/* What the files of the Infobip adapter share. */
#ifndef YAVAR_PROVIDERS_INFOBIP_H
#define YAVAR_PROVIDERS_INFOBIP_H

#include "gateway/base/json.h"
#include "gateway/providers/provider.h"

struct infobip {
    struct str send_url, api_key;
};

/* Groups of statuses; a message is delivered only with the status TO_HANDSET. */
enum infobip_group {
    INFOBIP_OK,
    INFOBIP_PENDING,
    INFOBIP_UNDELIVERABLE,
    INFOBIP_DELIVERED,
    INFOBIP_EXPIRED,
    INFOBIP_REJECTED
};
enum { INFOBIP_TO_HANDSET = 5 };

/* A string or a number as text, cleaned. */
struct str infobip_field(const struct json *object, const char *key, struct arena *arena);

int64_t infobip_number(const struct json *object, const char *key, struct arena *arena); /* -1: none */

struct http_request infobip_build(const struct channel *channel, const struct service *service,
                                  const struct outbound *messages, size_t count, struct arena *arena);
void infobip_settle(const struct channel *channel, const struct send_answer *answer,
                    const struct outbound *messages, size_t count, struct settled *results,
                    struct arena *arena);

/* The step of a request to …/ussd/session/ID/PHASE. */
void infobip_step(const struct channel *channel, const struct http_request *request, struct events *events,
                  struct arena *arena);
struct http_response infobip_page(const struct channel *channel, const struct http_request *request,
                                  const struct ussd_page *page, struct arena *arena);

#endif
