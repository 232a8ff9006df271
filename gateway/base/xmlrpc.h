/* XML-RPC as operators' USSD gateways speak it: one call with one struct of
 * scalars, and the answer to it.  Read by expat; the only file that knows it.
 * A document type is refused, so that no entity can be declared and nothing
 * is fetched; depth, members and bytes are bounded.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_XMLRPC_H
#define YAVAR_BASE_XMLRPC_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"

struct arena;

struct xmlrpc_member {
    struct str name, value;
    struct str type; /* "string", "int", "dateTime.iso8601", …; a value without one is a string */
};

struct xmlrpc_members {
    struct xmlrpc_member *v;
    size_t n;
};

#define XMLRPC_MEMBERS_MOST 64

/* The members of the first struct, whatever the method is called.  False, told
 * in E, when it is not well-formed, declares a document type or is too large.
 * What lies deeper than that struct is passed over. */
bool xmlrpc_read(struct str body, struct arena *arena, struct xmlrpc_members *members,
                 struct error *e) MUST_CHECK;

/* "2.5.0": of the expat that runs, for yavar doctor. */
const char *xmlrpc_library_version(void);

/* A methodResponse with one struct.  What XML cannot hold is left out. */
struct str xmlrpc_write(const struct xmlrpc_members *members, struct arena *arena);

#endif
