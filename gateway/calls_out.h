/* Calls as they are shown: CSV and JSON. */
#ifndef YAVAR_CALLS_OUT_H
#define YAVAR_CALLS_OUT_H

#include "gateway/store/store_calls.h"

extern const char csv_call_header[], csv_roster_header[];

/* Every call of SCOPE, or everybody who answered one, page by page into SAY. */
typedef void csv_say(void *ctx, struct str text);
void csv_calls(struct store *store, struct str scope, csv_say *say, void *ctx);
void csv_roster(struct store *store, struct str scope, int64_t call, bool masked, csv_say *say, void *ctx);

/* One call as it stands; MASKED: phones. */
struct json;
struct json *call_json(struct store *store, struct arena *arena, const struct call *call, bool masked);
/* What somebody served, in hours with two decimals. */
struct str call_hours(struct arena *arena, int64_t minutes);

#endif
