/* Memory that is there or ends the process.
 *
 * A message half built must not go on, and what was acknowledged is on disk: so
 * when memory runs out the process says so and exits, and its supervisor starts
 * it again.  The libraries that go wrong without memory (ICU crashes or waits
 * for itself, jansson leaves out a key, evhttp refuses a good request) are given
 * these functions at their start.  SQLite is not: it rolls back, and says so.
 *
 * Any thread. */
#ifndef YAVAR_BASE_MEMORY_H
#define YAVAR_BASE_MEMORY_H

#include <stddef.h>

/* Exit code 75, at once and without a signal: no core file with people's
 * messages in it, and no second fault in what would run at an exit. */
_Noreturn void out_of_memory(void);

void *memory_take(size_t n);
void *memory_more(void *old, size_t n);
void memory_free(void *p); /* NULL is fine */

#endif
