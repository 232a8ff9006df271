/* The Damm check digit (H. M. Damm, 2004): catches every wrong digit and
 * every swap of two neighbours.  It does not see zeros added at the end,
 * which is why a code of five or more digits never ends in 0.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_DAMM_H
#define YAVAR_BASE_DAMM_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/str.h"

unsigned damm_digit(struct str digits); /* the check digit to stand behind them */
bool damm_holds(struct str digits);     /* the last one checks the rest */

/* Whether DIGITS have the shape of a need code: 4 to 7, no leading 0, and no
 * final 0 from five digits on.  Says nothing of the check digit. */
bool code_shape(struct str digits);
bool code_valid(struct str digits);
uint32_t code_from_base(uint32_t base); /* 100 -> 1007 */
/* The first base at or above BASE whose code is allowed; 0 past seven digits. */
uint32_t code_base_allowed(uint32_t base);

/* Whether DIGITS have the shape of a reference: 8 or 9. */
bool reference_shape(struct str digits);
bool reference_valid(struct str digits); /* no leading or final 0, the digit holds */

#endif
