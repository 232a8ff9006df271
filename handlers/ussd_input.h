/* What was pressed: dialled strings, accumulated texts, single answers. Pure. */
#ifndef YAVAR_HANDLERS_USSD_INPUT_H
#define YAVAR_HANDLERS_USSD_INPUT_H

#include "gateway/base/arena.h"
#include "gateway/model/records.h"

enum { INPUTS_MOST = 12, INPUT_BYTES_MOST = 320 };

struct inputs {
    struct str v[INPUTS_MOST]; /* folded; none is empty but a single empty answer */
    size_t n;
};

/* The answers behind the service code of what was dialled: `*0000*3*24#` holds
 * 3 and 24.  DIAL is the channel's own code, CODE the one the telecom names;
 * either may be empty.  Stars and hashes may stand in any order: right-to-left
 * text shows `*0000*1007#` as `#1007*0000*`, and people dial what they see. */
struct inputs inputs_dialled(struct arena *arena, struct str input, struct str code, struct str dial);
/* What a later step adds to HEARD, all input before it (accumulated), or the
 * step's own input. */
struct inputs inputs_next(struct arena *arena, const struct ussd_step *step, struct str heard);
/* `*0000#`: nobody answers so. */
bool input_dialled(const struct ussd_step *step);
/* All inputs, of which HEARD were heard before, and at least one more. */
bool input_goes_on(const struct ussd_step *step, struct str heard);

/* The last answer of what was dialled, pressed or accumulated, as it came. */
struct str input_last(const struct ussd_step *step);

#endif
