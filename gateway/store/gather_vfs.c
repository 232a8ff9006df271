/* Gathers what SQLite writes to the log, frame after frame.
 *
 * SQLite writes each frame by two calls, 24 bytes and a page, and a commit of
 * 64 pledges is hundreds of frames one behind the other.  Here they are copied
 * side by side, and written once the next is not adjacent, the room is full, or
 * anything else is asked of the log.  What is not the log goes to the VFS below
 * as it came: the database's own file, journals, temporary files.
 *
 * Why nothing is lost by it:
 * - A commit: SQLite writes its frames, syncs the log, and only then publishes
 *   them in the wal-index, from which alone readers (of this process and others)
 *   learn of a frame.  The sync writes what was gathered first, or fails as the
 *   write would have: SQLITE_FULL then still means "surely not done", for the
 *   last bytes, of the commit's own frame, are not on the disk.  This rests on
 *   synchronous=FULL, which the engine reads back.
 * - Less than FULL publishes without a sync: the barrier amid the publishing
 *   writes, too.  It cannot say that it failed, so the log then fails for good.
 * - The cache's overflow, written before the commit, is read back by its own
 *   transaction only, and a read writes what is gathered first.  The header of a
 *   log begun anew is a write like others, with a sync of its own.
 * - A write that failed is told by a later call than its own, which was answered
 *   "done".  So every write, sync, cut and look at the length from there on tells
 *   it, and each read that reaches those bytes, until the transaction gives the
 *   write lock back: it cannot commit, whatever SQLite made of the first answer
 *   (a FULL may undo one statement only).  Then they are forgotten: the next one's
 *   frames go over them.  What lies before them is good, and a rollback reads it.
 * - A checkpoint begins with a sync of the log, reads it, and writes pages into
 *   the database's file.  Those are NOT gathered.  One that readers hold back
 *   copies a part, syncs nothing itself, and tells the wal-index how far it came: the
 *   last call to the file (SQLITE_FCNTL_CKPT_DONE) is one whose result SQLite
 *   does not look at.  A gathered page that could not be written there would be
 *   missed by nobody, and gone with the log.
 *
 * Two things more are done here:
 * - What a checkpoint copied in parts would be synced behind its last reader, and
 *   take long.  Each part is synced at its end.  Where that fails, every further
 *   sync of the database does (asked again, the disk says "done"); and without
 *   one SQLite never begins the log anew.
 * - SQLite lengthens the wal-index once a commit's frames are synced; on a full
 *   disk that fails (SQLITE_IOERR_SHMSIZE), and nobody knows the outcome.  So
 *   before a write begins, a region more than was asked for is there; where there
 *   is no room for one, none begins. */
#include "gateway/store/gather_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 64 << 10,
    WRITE_LOCK = 0, /* among the locks of the wal-index: part of SQLite's file format */
};

struct layer {
    sqlite3_vfs vfs; /* first: SQLite hands this to us */
    sqlite3_vfs *below;
};

/* The file of the VFS below lies behind it. */
struct file {
    sqlite3_file base;   /* first: SQLite hands this to us */
    struct file *log;    /* of a database, while it is open */
    struct file *of;     /* a log's database */
    unsigned char *room; /* a log's; NULL: nothing is gathered */
    int n;               /* gathered, or where failed is set: lost */
    sqlite3_int64 at;    /* where the first of them belongs */
    int failed;          /* SQLite's code, or SQLITE_OK */
    bool for_good;
    int regions, region_size; /* a database's: of its wal-index, asked for so far */
    int reserved;             /* for how many of them one more is there */
    int unsynced;             /* a database's: SQLite's code of a sync that failed, or SQLITE_OK */
};
_Static_assert(sizeof(struct file) % 8 == 0, "the file below is aligned");

static sqlite3_file *below(sqlite3_file *file)
{
    return (sqlite3_file *)((struct file *)file + 1);
}

/* What stands between the file and what was written to it, as SQLite's code. */
static int settle(struct file *f)
{
    if (f->failed == SQLITE_OK && f->n > 0) {
        sqlite3_file *real = below(&f->base);
        f->failed = real->pMethods->xWrite(real, f->room, f->n, f->at);
        if (f->failed == SQLITE_OK)
            f->n = 0;
    }
    return f->failed;
}

static int on_close(sqlite3_file *file)
{
    struct file *f = (struct file *)file;
    sqlite3_file *real = below(file);
    int rc = settle(f);
    int closed = real->pMethods->xClose(real);
    if (f->of != NULL)
        f->of->log = NULL;
    free(f->room);
    return rc != SQLITE_OK ? rc : closed;
}

static int on_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    struct file *f = (struct file *)file;
    int rc = settle(f);
    bool reaches = at + n > f->at;
    return rc != SQLITE_OK && reaches ? rc : below(file)->pMethods->xRead(below(file), to, n, at);
}

static int on_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    struct file *f = (struct file *)file;
    sqlite3_file *real = below(file);
    if (f->failed != SQLITE_OK || ((at != f->at + f->n || n > ROOM - f->n) && settle(f) != SQLITE_OK))
        return f->failed;
    if (f->room == NULL || n > ROOM)
        return real->pMethods->xWrite(real, bytes, n, at);
    if (f->n == 0)
        f->at = at;
    memcpy(f->room + f->n, bytes, (size_t)n);
    f->n += n;
    return SQLITE_OK;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = settle((struct file *)file);
    return rc != SQLITE_OK ? rc : below(file)->pMethods->xTruncate(below(file), size);
}

static int on_sync(sqlite3_file *file, int flags)
{
    struct file *f = (struct file *)file;
    int rc = settle(f);
    if (rc == SQLITE_OK)
        rc = f->unsynced;
    return rc != SQLITE_OK ? rc : below(file)->pMethods->xSync(below(file), flags);
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int rc = settle((struct file *)file);
    return rc != SQLITE_OK ? rc : below(file)->pMethods->xFileSize(below(file), size);
}

static int on_control(sqlite3_file *file, int op, void *what)
{
    struct file *f = (struct file *)file;
    int rc = settle(f);
    if (op == SQLITE_FCNTL_CKPT_DONE && f->unsynced == SQLITE_OK)
        f->unsynced = below(file)->pMethods->xSync(below(file), SQLITE_SYNC_NORMAL);
    return rc != SQLITE_OK ? rc : below(file)->pMethods->xFileControl(below(file), op, what);
}

/* ---- the database's file only, and nothing is gathered of that ---- */

static int on_lock(sqlite3_file *file, int how)
{
    return below(file)->pMethods->xLock(below(file), how);
}

static int on_unlock(sqlite3_file *file, int how)
{
    return below(file)->pMethods->xUnlock(below(file), how);
}

static int on_reserved(sqlite3_file *file, int *taken)
{
    return below(file)->pMethods->xCheckReservedLock(below(file), taken);
}

static int on_sector(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

static int on_device(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

static int on_shm_map(sqlite3_file *file, int page, int size, int grow, void volatile **to)
{
    struct file *f = (struct file *)file;
    int rc = below(file)->pMethods->xShmMap(below(file), page, size, grow, to);
    if (rc == SQLITE_OK && page >= f->regions) {
        f->regions = page + 1;
        f->region_size = size;
    }
    return rc;
}

/* SQLite asks for each region once: one more than those is for 4,096 frames (of a page each). */
static int reserve_region(struct file *f)
{
    sqlite3_file *real = below(&f->base);
    void volatile *unused = NULL;
    if (f->regions == f->reserved)
        return SQLITE_OK;
    int rc = real->pMethods->xShmMap(real, f->regions, f->region_size, 1, &unused);
    if (rc == SQLITE_OK)
        f->reserved = f->regions;
    return rc == SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : rc;
}

static int on_shm_lock(sqlite3_file *file, int first, int n, int flags)
{
    struct file *log = ((struct file *)file)->log;
    sqlite3_file *real = below(file);
    bool gives_back = (flags & SQLITE_SHM_UNLOCK) != 0;
    int rc = log != NULL ? settle(log) : SQLITE_OK;
    if (log != NULL && gives_back && first == WRITE_LOCK && !log->for_good) {
        log->failed = SQLITE_OK;
        log->n = 0;
    }
    if (rc != SQLITE_OK && !gives_back)
        return rc;
    rc = real->pMethods->xShmLock(real, first, n, flags);
    if (rc != SQLITE_OK || gives_back || first != WRITE_LOCK)
        return rc;
    rc = reserve_region((struct file *)file); /* under the lock: who recovers the log writes there, too */
    if (rc != SQLITE_OK)                      /* what it says of giving back changes nothing */
        (void)real->pMethods->xShmLock(real, first, n, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    return rc;
}

static void on_shm_barrier(sqlite3_file *file)
{
    struct file *log = ((struct file *)file)->log;
    sqlite3_file *real = below(file);
    if (log != NULL && log->failed == SQLITE_OK && settle(log) != SQLITE_OK)
        log->for_good = true;
    real->pMethods->xShmBarrier(real);
}

static int on_shm_unmap(sqlite3_file *file, int remove_too)
{
    struct file *f = (struct file *)file;
    f->regions = f->reserved = 0;
    return below(file)->pMethods->xShmUnmap(below(file), remove_too);
}

/* Version 2: shared memory, as WAL needs it, and nothing by which the files could be mapped. */
static const sqlite3_io_methods methods = {
    2,           on_close,       on_read,      on_write,   on_truncate, on_sync,   on_size,
    on_lock,     on_unlock,      on_reserved,  on_control, on_sector,   on_device, on_shm_map,
    on_shm_lock, on_shm_barrier, on_shm_unmap, NULL,       NULL,
};

static int on_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    sqlite3_vfs *vfs = ((struct layer *)self)->below;
    if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
        return vfs->xOpen(vfs, name, file, flags, out);
    struct file *f = (struct file *)file;
    sqlite3_file *real = below(file);
    memset(f, 0, sizeof *f);
    real->pMethods = NULL;
    bool log = (flags & SQLITE_OPEN_WAL) != 0;
    if (log && (f->room = malloc(ROOM)) == NULL)
        return SQLITE_NOMEM;
    int rc = vfs->xOpen(vfs, name, real, flags, out);
    if (real->pMethods != NULL)
        f->base.pMethods = &methods; /* and SQLite closes it, even where it could not be opened */
    else
        free(f->room);
    if (rc == SQLITE_OK && log) {
        f->of = (struct file *)sqlite3_database_file_object(name);
        f->of->log = f;
    } else if (rc == SQLITE_OK && (real->pMethods->iVersion < 2 || real->pMethods->xShmMap == NULL)) {
        rc = SQLITE_CANTOPEN; /* no shared memory, so no WAL */
    }
    return rc;
}

const char *gather_vfs(void)
{
    static const char name[] = "yavar-gather";
    if (sqlite3_vfs_find(name) != NULL)
        return name;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    struct layer *layer = real != NULL ? malloc(sizeof *layer) : NULL;
    if (layer == NULL)
        return NULL;
    /* SQLite's own functions for names, time and chance do not look at whose they are */
    *layer = (struct layer){*real, real};
    layer->vfs.zName = name;
    layer->vfs.szOsFile = (int)sizeof(struct file) + real->szOsFile;
    layer->vfs.xOpen = on_open;
    if (sqlite3_vfs_register(&layer->vfs, 0) != SQLITE_OK) {
        free(layer);
        return NULL;
    }
    return name;
}
