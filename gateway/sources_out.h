/* How what broadcasts and calls have in common is shown, as JSON. */
#ifndef YAVAR_SOURCES_OUT_H
#define YAVAR_SOURCES_OUT_H

#include "gateway/store/store_sources.h"

struct json;
/* Who wrote it or said yes: a phone, perhaps MASKED, "operator" or "forgotten". */
void source_put_who(struct json *json, const char *key, int64_t phone, bool masked);
/* What became of its messages, by their status. */
void source_put_messages(struct json *json, const struct source_counts *counts);
/* Who was left out; takes LEFT, which may hold more, and adds those who were
 * stopped or cancelled after their message was written. */
void source_put_left_out(struct json *json, const struct source_counts *counts, struct json *left);
/* What a text names; 0: none. */
uint32_t source_reference(struct str text);

#endif
