/* How a text looks on a phone, by FriBidi.  The only file that knows it.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_BIDI_H
#define YAVAR_BASE_BIDI_H

#include <stdbool.h>

#include "gateway/base/str.h"

/* Lays each line of TEXT out with the given base direction, as phones with a
 * right-to-left or a left-to-right interface do, and returns it in the order
 * in which it is seen from left to right. */
struct str bidi_visual(struct arena *arena, struct str text, bool right_to_left);

#endif
