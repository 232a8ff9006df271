/* What an operation of the admin API is; the table of them stands in admin.c. */
#ifndef YAVAR_ADMIN_TABLE_H
#define YAVAR_ADMIN_TABLE_H

#include "gateway/admin.h"

struct long_work;
struct operation {
    enum http_method method; /* HTTP_GET: only reads, and is bounded in time */
    const char *path;        /* '*' stands for an id */
    enum role role;          /* who may */
    /* BODY: NULL where it is no JSON. */
    struct http_response (*run)(const struct admin_call *call, struct str id, const struct json *body);
    bool json;                    /* the body is */
    const struct long_work *work; /* in place of run: too long for one transaction of the service */
};

/* ID is still percent-encoded.  NULL: none; PATH_KNOWN: but for another method. */
const struct operation *admin_find(enum http_method method, struct str path, struct str *id,
                                   bool *path_known);

#endif
