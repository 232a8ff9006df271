/* Time: UTC seconds for what is stored, a steady clock for waiting.
 *
 * Any thread.  Handlers never call these: the time is given to them. */
#ifndef YAVAR_BASE_CLOCK_H
#define YAVAR_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/str.h"

int64_t clock_ms(void);        /* UTC milliseconds since 1970 */
int64_t clock_steady_ms(void); /* never jumps */

/* "2026-11-22T04:41:00Z"; OUT holds 24. */
void clock_iso(int64_t utc_seconds, char out[24]);

/* "2026-11-22" or "2026-11-22T04:41:00Z"; false for anything else. */
bool clock_from_iso(struct str text, int64_t *utc_seconds);

#endif
