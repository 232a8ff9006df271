/* What coordinators do with calls (handlers/office.h tells how).  Store thread. */
#ifndef YAVAR_HANDLERS_OFFICE_CALL_H
#define YAVAR_HANDLERS_OFFICE_CALL_H

#include "gateway/store/store_calls.h"
#include "handlers/office.h"

/* A call that somebody wants to make. */
struct call_plan {
    struct call call;     /* what a person says of it; the rest is set when it is added */
    struct str provinces; /* slugs parted by blanks, or "all" */
    struct call_quota quotas[CALL_QUOTAS];
    size_t n;
    int64_t people; /* set: how many could be asked */
};

/* Completes the plan (its line, its English place, which places are clinical);
 * false with what is wrong with it, whoever asks. */
bool office_call_plan(const struct office *o, struct call_plan *plan, struct error *e) MUST_CHECK;
/* Open at once; a draft that waits for a second person where it is urgent or
 * would ask many. */
struct office_said office_call_add(const struct office *o, struct call_plan *plan);
/* By another person than its author. */
struct office_said office_call_approve(const struct office *o, uint32_t reference);

enum call_act { CALL_PAUSE, CALL_RESUME, CALL_CLOSE, CALL_CANCEL, CALL_ACTS };
extern const char *const call_act_names[CALL_ACTS];
struct office_said office_call_act(const struct office *o, uint32_t reference, enum call_act act);

#endif
