/* When a broadcast will be through.
 *
 * Any thread; pure.  A struct zone belongs to one thread at a time. */
#ifndef YAVAR_MODEL_FINISH_H
#define YAVAR_MODEL_FINISH_H

#include "gateway/model/line_rules.h"

/* When the last of MESSAGES has gone through CHANNEL at its pace and in its
 * hours, beginning at NOW_MS; NOW_MS for none, INT64_MAX: never, or later than
 * in ten years.  What waits in the lane already counts among MESSAGES; what the
 * other lanes will ask for is not known ahead. */
int64_t finish_ms(struct zone *zone, const struct channel *channel, int64_t now_ms, int64_t messages,
                  bool urgent);

#endif
