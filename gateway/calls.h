/* Looks after the calls: once a second, what is due for them.
 *
 * All state is in the tables, so nothing is lost at a restart.  Loop thread;
 * the job's body runs on the store thread. */
#ifndef YAVAR_CALLS_H
#define YAVAR_CALLS_H

#include "gateway/gateway.h"

/* Called about once a second; a job that is still under way is let be. */
void calls_look(struct gateway *g);

#endif
