/* Notices a wall clock that was set back.
 *
 * When a row is due is kept in wall time, so that it survives a restart; after
 * a jump back of a day it would wait a day.  At start, and when the wall clock
 * fell behind the steady one, what waits is due again within its usual pause.
 *
 * Loop thread; the job's body runs on the store thread. */
#ifndef YAVAR_CLOCK_WATCH_H
#define YAVAR_CLOCK_WATCH_H

#include "gateway/gateway.h"

/* Called at start and then about once a second. */
void clock_watch(struct gateway *g);

#endif
