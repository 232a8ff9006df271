/* The admin API about people: import, verify, forget. */
#ifndef YAVAR_ADMIN_PEOPLE_H
#define YAVAR_ADMIN_PEOPLE_H

#include "gateway/long_work.h"

extern const struct long_work import_people_work; /* POST /api/v1/people, the CSV as its body */
extern const struct long_work forget_work;        /* POST /api/v1/people/PHONE/forget */
/* POST /api/v1/volunteers/PHONE/verify {"by": "…", "id": 7} */
struct http_response post_verify(const struct admin_call *call, struct str id, const struct json *body);

#endif
