/* Inside the `ussd` adapter: a gateway's description, what a request says by
 * it, and the answer it asks for.
 *
 * A description is made once, when the config is loaded, and only read after. */
#ifndef YAVAR_PROVIDERS_USSD_H
#define YAVAR_PROVIDERS_USSD_H

#include "gateway/base/json.h"
#include "gateway/conf/faults.h"
#include "gateway/providers/provider.h"

enum ussd_body { USSD_QUERY, USSD_FORM, USSD_JSON, USSD_XMLRPC, USSD_AUTO, USSD_BODIES };
enum ussd_answer { ANSWER_TEXT, ANSWER_PIPES, ANSWER_JSON, ANSWER_XMLRPC, ANSWERS };
enum ussd_first { FIRST_BY_SESSION, FIRST_BY_EMPTY, FIRST_BY_DIALLED, FIRST_BY_FIELD };

/* Fields that may hold it, the first that is there and not empty counts: dotted paths, or
 * "/2" for the second part of the path behind /in/CHANNEL/ussd/. */
struct ussd_names {
    struct str *v;
    size_t n;
};

/* A field is there; or its value is, or is not, one of VALUES. */
struct ussd_rule {
    struct ussd_names field; /* one */
    bool negated;
    struct str *values;
    size_t n; /* 0: it is enough that the field is there and not empty */
};
enum { USSD_RULES_MOST = 4 };

struct ussd_rules {
    struct ussd_rule v[USSD_RULES_MOST];
    size_t n;
};

enum ussd_value_kind { VALUE_TEXT, VALUE_NUMBER, VALUE_BOOL, VALUE_FIELD };
struct ussd_value {
    enum ussd_value_kind kind;
    struct str text; /* of a text, with {page} where the page goes; of a field, its path; else as written */
    int64_t number;
};

/* Of an answer: CLOSES where the session ends, else STAYS. */
struct ussd_part {
    struct str name;
    struct ussd_value stays, closes;
};
enum { USSD_PARTS_MOST = 32 };

struct ussd_parts {
    struct ussd_part v[USSD_PARTS_MOST];
    size_t n;
};

struct ussd_description {
    unsigned methods; /* mask of 1 << enum http_method */
    enum ussd_body body;
    struct ussd_names session, phone, code, input, hop;
    bool phone_in_session; /* ids of sessions are only a phone's own */
    bool accumulated;
    enum ussd_first first_by;
    struct ussd_rules first, next, over;
    enum ussd_answer answer;
    struct str type;       /* content type */
    struct ussd_part text; /* of texts and pipes */
    struct ussd_parts fields, headers;
    bool closes_notices; /* a notice is answered like a last page, else with nothing */
    int64_t limit;       /* septets a page; 0: as the channel says */
};

/* NULL with FAULTS told. */
const struct ussd_description *ussd_describe(struct arena *arena, const char *file, struct str text,
                                             struct faults *faults);

/* ---- what a request says ---- */

struct ussd_field {
    struct str name, value, type; /* TYPE: as XML-RPC names it, else empty */
};

struct ussd_request {
    const struct http_request *http;
    struct arena *arena;
    struct json *json; /* where its body is JSON; ussd_request_free */
    struct ussd_field *v;
    size_t n;
    bool readable, broken; /* BROKEN: an escape that is none, somewhere */
};

struct ussd_request ussd_read(const struct ussd_description *d, const struct http_request *request,
                              struct arena *arena);
void ussd_request_free(struct ussd_request *request);

/* Not of JSON; NULL: absent.  A name in another case counts where none is the same. */
const struct ussd_field *ussd_field_named(const struct ussd_request *request, struct str name);
/* *TEXT as it came; false where it is absent or no scalar. */
bool ussd_find(const struct ussd_request *request, struct str name, struct str *text);
bool ussd_matches(const struct ussd_request *request, const struct ussd_rules *rules);
/* NULL where it is not to be understood. */
struct ussd_step *ussd_step_of(const struct ussd_description *d, const struct channel *channel,
                               const struct ussd_request *request);

/* ---- the answer ---- */

struct http_response ussd_answer(const struct ussd_description *d, const struct ussd_request *request,
                                 const struct ussd_page *page);

#endif
