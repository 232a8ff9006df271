/* The admin API about campaigns. */
#ifndef YAVAR_ADMIN_CAMPAIGNS_H
#define YAVAR_ADMIN_CAMPAIGNS_H

#include "gateway/admin.h"
#include "gateway/store/store_office.h"

/* POST /api/v1/campaigns {keywords, name_fa, name_en, goal, from, to, provinces, pay_to, organisation}: dates
 * and the goal as people write them, or starts_at, ends_at, goal_rial. */
struct http_response post_campaigns(const struct admin_call *c, struct str id, const struct json *body);
/* POST /api/v1/campaigns/ID: the same, what is to change. */
struct http_response post_campaign(const struct admin_call *c, struct str id, const struct json *body);
/* POST /api/v1/campaigns/ID/allot {reference, need} */
struct http_response post_campaign_allot(const struct admin_call *c, struct str id, const struct json *body);
/* GET /api/v1/campaigns/ID, …/sums */
struct http_response get_campaign(const struct admin_call *c, struct str id, const struct json *body);
struct http_response get_campaign_sums(const struct admin_call *c, struct str id, const struct json *body);

/* A campaign with its window in both calendars, its goal and what came in. */
struct json *campaign_json(struct store *store, struct arena *arena, struct zone *zone, int64_t now,
                           const struct campaign *campaign);

/* More than there are provinces. */
enum { CAMPAIGN_SUMS_MOST = 128 };

#endif
