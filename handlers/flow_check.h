/* Proves that every page of every flow fits: `yavar check` and the tests. */
#ifndef YAVAR_HANDLERS_FLOW_CHECK_H
#define YAVAR_HANDLERS_FLOW_CHECK_H

#include "gateway/base/icu.h"
#include "gateway/conf/config.h"
#include "gateway/store/store.h"

/* What the walk meets: needs, pledges and people with the longest values there
 * can be.  STORE is empty and in memory, with a transaction open. */
void flow_check_fill(struct store *store, const struct config *config, struct arena *arena, int64_t now);

/* Walks every flow from question to question, along its longest answers, for
 * pages of SEPTETS in LANGUAGE: each page fits, ends no line with a blank and
 * cuts no option, and 9 leads to every option; also when the last answer was
 * not understood.  SEPTETS 0: as questions by SMS.  How many questions it met. */
size_t flow_check_pages(struct store *store, const struct config *config, struct zone *zone,
                        struct arena *arena, enum language language, int64_t septets, struct faults *faults);

#endif
