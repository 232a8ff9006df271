/* Remembers what a process wrote into one folder, and what of it was synced.
 *
 * Preloaded under the real binary (LD_PRELOAD), so that disk.py can rebuild
 * the folder as a power cut would have left it: kill -9 alone proves nothing
 * about syncs, because the page cache survives.  Every call goes to the kernel
 * as it was asked; beside it one record goes into a journal, in the order the
 * calls returned (a sync: once before it and once after it).
 *
 *     POWER_FOLDER   the folder, as realpath names it; -shm, .lock and .sock in it are no disk
 *     POWER_JOURNAL  where the records go, outside of the folder
 *     POWER_CUT      "KIND ROLE N": dies by SIGKILL at the Nth record of that kind on a file of
 *                    that role (enum kind, enum role below), for cuts that a clock rarely hits;
 *                    with SYNC_REFUSED lives on, and the Nth sync fails with EIO */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* disk.py reads these: change both. */
enum kind { OPENED = 1, WROTE, CUT_TO, SYNC_BEGINS, SYNCED, UNLINKED, RENAMED, GREW, SYNC_REFUSED };
enum role { NOTHING, FOLDER, DATABASE, WAL, ROLLBACK };
struct record {
    uint32_t kind, process, thread;
    int32_t fd;
    int64_t at;
    uint64_t bytes; /* that follow: data, or a name */
};
enum { DESCRIPTORS = 4096 };

static struct {
    char folder[1024];
    size_t folder_n;
    int journal;
    unsigned cut_kind, cut_role;
    atomic_long cut_after;
    atomic_uchar role[DESCRIPTORS];
} disk = {.journal = -1};

static void die(const char *what)
{
    fprintf(stderr, "disk.c: %s: %s\n", what, strerror(errno));
    abort();
}

/* Before main, while there is one thread. */
__attribute__((constructor)) static void plug_in(void)
{
    const char *folder = getenv("POWER_FOLDER"), *journal = getenv("POWER_JOURNAL"),
               *cut = getenv("POWER_CUT");
    long after = 0;
    if (folder == NULL || journal == NULL)
        return;
    disk.folder_n = strlen(folder);
    if (disk.folder_n >= sizeof disk.folder)
        die("POWER_FOLDER");
    memcpy(disk.folder, folder, disk.folder_n + 1);
    if (cut != NULL && *cut != '\0' &&
        sscanf(cut, "%9u %9u %9ld", &disk.cut_kind, &disk.cut_role, &after) != 3)
        die("POWER_CUT");
    atomic_store(&disk.cut_after, after);
    disk.journal =
        (int)syscall(SYS_openat, AT_FDCWD, journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (disk.journal < 0)
        die(journal);
}

/* The part of a path after the folder ("" for the folder itself), or NULL. */
static const char *name_of(const char *path)
{
    if (disk.journal < 0 || strncmp(path, disk.folder, disk.folder_n) != 0)
        return NULL;
    const char *rest = path + disk.folder_n;
    return *rest == '\0' ? rest : *rest == '/' ? rest + 1 : NULL;
}

static bool ends(const char *name, const char *tail)
{
    size_t n = strlen(name), m = strlen(tail);
    return n >= m && strcmp(name + n - m, tail) == 0;
}

static enum role role_of(const char *name)
{
    if (name == NULL || ends(name, "-shm") || ends(name, ".lock") || ends(name, ".sock"))
        return NOTHING;
    return *name == '\0' ? FOLDER : ends(name, "-wal") ? WAL : ends(name, "-journal") ? ROLLBACK : DATABASE;
}

static enum role role(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS ? (enum role)atomic_load(&disk.role[fd]) : NOTHING;
}

/* Whether this is the record that POWER_CUT names. */
static bool is_the_one(enum kind kind, enum role who)
{
    return kind == disk.cut_kind && who == disk.cut_role && atomic_fetch_sub(&disk.cut_after, 1) == 1;
}

/* One writev on an O_APPEND file: records of threads and processes never mix. */
static void record(enum kind kind, enum role who, int fd, int64_t at, const void *data, size_t n)
{
    int kept = errno;
    struct record r = {kind, (uint32_t)getpid(), (uint32_t)syscall(SYS_gettid), fd, at, n};
    struct iovec parts[] = {{&r, sizeof r}, {(void *)(uintptr_t)data, n}};
    if (syscall(SYS_writev, disk.journal, parts, n > 0 ? 2 : 1) != (long)(sizeof r + n))
        die("the journal");
    if (kind != SYNC_REFUSED && is_the_one(kind, who))
        syscall(SYS_kill, getpid(), SIGKILL);
    errno = kept;
}

/* ---- the calls ---- */

static int opening(int at, const char *path, int flags, unsigned mode)
{
    const char *name = at == AT_FDCWD || *path == '/' ? name_of(path) : NULL;
    enum role who = role_of(name);
    struct stat st;
    bool fresh = who != NOTHING && (flags & O_CREAT) != 0 && stat(path, &st) != 0;
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd < 0)
        return fd;
    if (fd < DESCRIPTORS)
        atomic_store(&disk.role[fd], (unsigned char)who);
    else if (who != NOTHING)
        die("a descriptor past the table");
    if (who != NOTHING)
        record(OPENED, who, fd, fresh, name, strlen(name));
    if (who != NOTHING && (flags & O_TRUNC) != 0)
        record(CUT_TO, who, fd, 0, NULL, 0);
    return fd;
}

static unsigned mode_in(int flags, va_list rest)
{
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, unsigned) : 0;
}

#define OPEN(name)                                   \
    int name(const char *path, int flags, ...)       \
    {                                                \
        va_list rest;                                \
        va_start(rest, flags);                       \
        unsigned mode = mode_in(flags, rest);        \
        va_end(rest);                                \
        return opening(AT_FDCWD, path, flags, mode); \
    }
#define OPENAT(name)                                   \
    int name(int at, const char *path, int flags, ...) \
    {                                                  \
        va_list rest;                                  \
        va_start(rest, flags);                         \
        unsigned mode = mode_in(flags, rest);          \
        va_end(rest);                                  \
        return opening(at, path, flags, mode);         \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int close(int fd)
{
    if (fd >= 0 && fd < DESCRIPTORS)
        atomic_store(&disk.role[fd], NOTHING);
    return (int)syscall(SYS_close, fd);
}

static ssize_t writing(int fd, const void *data, size_t n, int64_t at)
{
    ssize_t done = syscall(SYS_pwrite64, fd, data, n, at);
    if (done > 0 && role(fd) != NOTHING)
        record(WROTE, role(fd), fd, at, data, (size_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
    return writing(fd, data, n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
    return writing(fd, data, n, at);
}

ssize_t write(int fd, const void *data, size_t n)
{
    ssize_t done = syscall(SYS_write, fd, data, n);
    if (done > 0 && role(fd) != NOTHING)
        record(WROTE, role(fd), fd, lseek(fd, 0, SEEK_CUR) - done, data, (size_t)done);
    return done;
}

static int cutting(int fd, int64_t size)
{
    int done = (int)syscall(SYS_ftruncate, fd, size);
    if (done == 0 && role(fd) != NOTHING)
        record(CUT_TO, role(fd), fd, size, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t size)
{
    return cutting(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return cutting(fd, size);
}

static int growing(int fd, int how, int64_t at, int64_t n)
{
    int done = (int)syscall(SYS_fallocate, fd, how, at, n);
    if (done == 0 && role(fd) != NOTHING && how != 0)
        die("fallocate: a mode that is not modelled");
    if (done == 0 && role(fd) != NOTHING)
        record(GREW, role(fd), fd, at + n, NULL, 0);
    return done;
}

int fallocate(int fd, int how, off_t at, off_t n)
{
    return growing(fd, how, at, n);
}

int fallocate64(int fd, int how, off64_t at, off64_t n)
{
    return growing(fd, how, at, n);
}

int posix_fallocate(int fd, off_t at, off_t n)
{
    return growing(fd, 0, at, n) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off64_t at, off64_t n)
{
    return growing(fd, 0, at, n) == 0 ? 0 : errno;
}

static int syncing(long call, int fd)
{
    enum role who = role(fd);
    if (who != NOTHING)
        record(SYNC_BEGINS, who, fd, 0, NULL, 0);
    if (who != NOTHING && is_the_one(SYNC_REFUSED, who)) {
        record(SYNC_REFUSED, who, fd, 0, NULL, 0);
        errno = EIO;
        return -1;
    }
    int done = (int)syscall(call, fd);
    if (done == 0 && who != NOTHING)
        record(SYNCED, who, fd, 0, NULL, 0);
    return done;
}

int fsync(int fd)
{
    return syncing(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return syncing(SYS_fdatasync, fd);
}

int unlink(const char *path)
{
    const char *name = name_of(path);
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (done == 0 && role_of(name) != NOTHING)
        record(UNLINKED, role_of(name), -1, 0, name, strlen(name));
    return done;
}

int rename(const char *from, const char *to)
{
    const char *old = name_of(from), *new = name_of(to);
    char both[512];
    int done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (done != 0 || (role_of(old) == NOTHING && role_of(new) == NOTHING))
        return done;
    if (old == NULL || new == NULL)
        die("a rename in or out of the folder is not modelled");
    int n = snprintf(both, sizeof both, "%s/%s", old, new);
    if (n < 0 || (size_t)n >= sizeof both)
        die("rename");
    record(RENAMED, role_of(new), -1, 0, both, (size_t)n);
    return done;
}
