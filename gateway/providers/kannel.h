/* What the two files of the Kannel adapter share. */
#ifndef YAVAR_PROVIDERS_KANNEL_H
#define YAVAR_PROVIDERS_KANNEL_H

#include "gateway/providers/provider.h"

struct kannel {
    struct str send_url, username, password;
    struct str field_id, field_from, field_to, field_text, field_charset, field_coding, field_time,
        field_smsc, field_meta;
};

/* Whether the request's meta-data names a USSD operation. */
bool kannel_is_ussd(const struct channel *channel, const struct http_request *request, struct arena *arena);
/* The message of a USSD link as a step. */
void kannel_step(const struct channel *channel, const struct http_request *request, struct events *events,
                 struct arena *arena);
struct http_response kannel_page(const struct channel *channel, const struct http_request *request,
                                 const struct ussd_page *page, struct arena *arena);

#endif
