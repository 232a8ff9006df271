/* Fewer, larger writes to the write-ahead log: a VFS for the writer's
 * connection alone. */
#ifndef YAVAR_STORE_GATHER_VFS_H
#define YAVAR_STORE_GATHER_VFS_H

#include "gateway/base/error.h"

/* The name to open a database by; NULL without memory.  Made at the first call, over the VFS that is then
 * SQLite's default, and there until the program ends. */
const char *gather_vfs(void) MUST_CHECK;

#endif
