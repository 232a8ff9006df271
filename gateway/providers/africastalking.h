/* What the two files of the Africa's Talking adapter share. */
#ifndef YAVAR_PROVIDERS_AFRICASTALKING_H
#define YAVAR_PROVIDERS_AFRICASTALKING_H

#include "gateway/providers/provider.h"

struct africastalking_form {
    struct http_pairs body, query;
    bool bad; /* an escape or a byte could not be read */
    struct arena *arena;
};

struct africastalking_form africastalking_form(const struct http_request *request, struct arena *arena);
/* In the body, else in the query; NULL: absent. */
const struct http_pair *africastalking_find(const struct africastalking_form *form, const char *name);
struct str africastalking_field(struct africastalking_form *form, const char *name);
/* The same, where a blank before the digits was a '+' that nobody escaped. */
struct str africastalking_phone(struct africastalking_form *form, const char *name);

void africastalking_step(const struct channel *channel, struct africastalking_form *form,
                         struct events *events);
struct http_response africastalking_page(const struct channel *channel, const struct http_request *request,
                                         const struct ussd_page *page, struct arena *arena);

#endif
