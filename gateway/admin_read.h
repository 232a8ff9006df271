/* What the admin API shows, for its table: lists a page at a time, each as who
 * asks may see it.
 *
 * ?after=KEY&limit=N; {"items": […], "next": KEY or null}.  What is absent is
 * left out of an item (a need shows all its texts); phones are masked but for coordinators and admins. */
#ifndef YAVAR_ADMIN_READ_H
#define YAVAR_ADMIN_READ_H

#include "gateway/admin.h"

struct http_response get_needs(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_need(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_campaigns(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_pledges(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_volunteers(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_unanswered(const struct admin_call *call, struct str id, const struct json *body);
struct http_response get_stats(const struct admin_call *call, struct str id, const struct json *body);

/* For lists in other files. */
enum { PAGE_USUAL = 100, PAGE_MOST = 500 };
/* What the query asks for, into after (0: from the beginning) and most.  False with an answer. */
struct scoped_page;
bool admin_page_read(const struct admin_call *call, struct scoped_page *page,
                     struct http_response *answer) MUST_CHECK;
/* The same where the keys outside are references, which tell nobody how many there are. */
bool admin_page_read_reference(const struct admin_call *call, struct scoped_page *page,
                               struct http_response *answer) MUST_CHECK;
/* The same where keys are texts; empty: from the beginning. */
bool admin_page_read_key(const struct admin_call *call, struct str *after, size_t *most,
                         struct http_response *answer) MUST_CHECK;
/* Takes ITEMS; NEXT is told where PAGE says that there is more. */
struct http_response admin_page(const struct admin_call *call, const struct scoped_page *page,
                                struct json *items, int64_t next);
/* Of N rows, of which one more than PAGE takes was asked for: how many it takes. */
size_t admin_page_cut(struct scoped_page *page, size_t n);
/* The same for keys of any kind; takes both; NEXT NULL: there is no more. */
struct http_response admin_page_to(const struct admin_call *call, struct json *items, struct json *next);
/* The moment that TEXT names in either calendar, of a day alone its beginning or
 * END; false with an answer that names KEY. */
bool admin_read_moment(const struct admin_call *call, const char *key, struct str text, bool end, int64_t *at,
                       struct http_response *answer) MUST_CHECK;
bool admin_sees_phones(const struct admin_call *call);
/* Left out where there is none: empty, 0, or a number that is no phone. */
void admin_put_text(struct json *json, const char *key, struct str value);
void admin_put_number(struct json *json, const char *key, int64_t value);
void admin_put_time(struct json *json, const char *key, int64_t seconds);
void admin_put_phone(const struct admin_call *call, struct json *json, const char *key, int64_t phone);

/* As the API and `yavar need show` tell it; free it with json_free. */
struct json *need_json(const struct need *need);

/* The figures of `yavar stats`, in its order. */
enum { FIGURES = 9 };
struct figure {
    const char *key, *words;
    int64_t value;
    bool messages; /* of messages, which belong to no province */
};
void figures_named(const struct store_figures *f, struct figure out[FIGURES]);

#endif
