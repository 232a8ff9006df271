/* Makes the n-th call of a kind fail, in a program that knows nothing of it.
 *
 * Preloaded into yavar by tests/faults/world.py.  A file named by FAULT_CONTROL
 * is mapped here and there: the test writes which kind, which call and which
 * errno, and reads how many calls there were.  So one service can be hurt many
 * times in its life, or from its first call on when the file is armed before.
 *
 * A descriptor is asked what it is, so that a read of the database and one of
 * a socket are two kinds; what is neither (eventfd, epoll, pipes) is left alone.
 *
 * malloc goes to the next one in line (glibc's, or a sanitizer's); all else is
 * a bare system call, so that no other interposer comes between. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* In the order of KINDS in world.py. */
enum kind {
    MALLOC,
    READ,
    WRITE,
    SYNC,
    TRUNCATE,
    OPEN,
    MAP,
    LOCK,
    ACCEPT,
    RECEIVE,
    SEND,
    CONNECT,
    SOCKET,
    EPOLL,
    LOG,
    KINDS,
    NONE = KINDS
};
enum mode { ONCE, ONWARDS, EVERY };

/* The file: 64-bit words, as world.py has them. */
struct control {
    uint64_t armed, kind, nth, mode, error;
    uint64_t failed;        /* how many calls were made to fail */
    uint64_t spare[2];      /* room, so that counts begin at a round place */
    uint64_t counts[KINDS]; /* calls while armed */
};

static struct control *control;

__attribute__((constructor)) static void start(void)
{
    const char *name = getenv("FAULT_CONTROL");
    if (name == NULL || control != NULL)
        return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC, 0);
    void *page = file < 0 ? MAP_FAILED
                          : (void *)syscall(SYS_mmap, NULL, sizeof *control, PROT_READ | PROT_WRITE,
                                            MAP_SHARED, file, 0L);
    if (page == MAP_FAILED)
        _exit(99); /* a test that injects nothing must not pass */
    (void)syscall(SYS_close, file);
    control = page;
}

/* Counts a call; true, with errno set, when it is to fail. */
static int fails(enum kind kind)
{
    if (control == NULL || kind == NONE || !__atomic_load_n(&control->armed, __ATOMIC_ACQUIRE))
        return 0;
    uint64_t n = __atomic_add_fetch(&control->counts[kind], 1, __ATOMIC_RELAXED), nth = control->nth;
    if (control->kind != kind || nth == 0)
        return 0;
    int due = control->mode == ONCE ? n == nth : control->mode == ONWARDS ? n >= nth : n % nth == 0;
    if (!due)
        return 0;
    (void)__atomic_add_fetch(&control->failed, 1, __ATOMIC_RELAXED);
    errno = (int)control->error;
    return 1;
}

static enum kind of_descriptor(int fd, enum kind file, enum kind socket)
{
    struct stat st;
    int before = errno;
    if (control == NULL)
        return NONE;
    int known = syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0;
    errno = before;
    if (!known)
        return NONE;
    return S_ISREG(st.st_mode) ? file : S_ISSOCK(st.st_mode) ? socket : NONE;
}

/* ---- memory ---- */

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

void *malloc(size_t n)
{
    static void *(*real)(size_t);
    if (real == NULL)
        *(void **)&real = next("malloc");
    return fails(MALLOC) ? NULL : real(n);
}

void *calloc(size_t n, size_t size)
{
    static void *(*real)(size_t, size_t);
    if (real == NULL)
        *(void **)&real = next("calloc");
    return fails(MALLOC) ? NULL : real(n, size);
}

void *realloc(void *old, size_t n)
{
    static void *(*real)(void *, size_t);
    if (real == NULL)
        *(void **)&real = next("realloc");
    return fails(MALLOC) ? NULL : real(old, n);
}

/* ---- files, and what may be a socket ---- */

ssize_t read(int fd, void *to, size_t n)
{
    return fails(of_descriptor(fd, READ, RECEIVE)) ? -1 : syscall(SYS_read, fd, to, n);
}

ssize_t readv(int fd, const struct iovec *v, int n)
{
    return fails(of_descriptor(fd, READ, RECEIVE)) ? -1 : syscall(SYS_readv, fd, v, n);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
    return fails(READ) ? -1 : syscall(SYS_pread64, fd, to, n, at);
}

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
    return pread64(fd, to, n, at);
}

ssize_t write(int fd, const void *from, size_t n)
{
    enum kind kind = fd == STDERR_FILENO ? LOG : of_descriptor(fd, WRITE, SEND);
    return fails(kind) ? -1 : syscall(SYS_write, fd, from, n);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    return fails(of_descriptor(fd, WRITE, SEND)) ? -1 : syscall(SYS_writev, fd, v, n);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
    return fails(WRITE) ? -1 : syscall(SYS_pwrite64, fd, from, n, at);
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    return pwrite64(fd, from, n, at);
}

int fsync(int fd)
{
    return fails(SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fails(SYNC) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate64(int fd, off64_t n)
{
    return fails(TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

int ftruncate(int fd, off_t n)
{
    return ftruncate64(fd, n);
}

static int open_at(int folder, const char *path, int flags, va_list list)
{
    int mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, int) : 0;
    return fails(OPEN) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    int fd = open_at(AT_FDCWD, path, flags, list);
    va_end(list);
    return fd;
}

int open64(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    int fd = open_at(AT_FDCWD, path, flags, list);
    va_end(list);
    return fd;
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    int fd = open_at(folder, path, flags, list);
    va_end(list);
    return fd;
}

void *mmap64(void *at, size_t n, int protection, int flags, int fd, off64_t offset)
{
    if (fails(MAP))
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, n, protection, flags, fd, offset);
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    return mmap64(at, n, protection, flags, fd, offset);
}

/* Only taking a lock is counted: to give one back does not fail. */
static int control_file(int fd, int what, va_list list)
{
    void *arg = va_arg(list, void *);
    int taking = (what == F_SETLK || what == F_SETLKW) && ((const struct flock *)arg)->l_type != F_UNLCK;
    return taking && fails(LOCK) ? -1 : (int)syscall(SYS_fcntl, fd, what, arg);
}

int fcntl(int fd, int what, ...)
{
    va_list list;
    va_start(list, what);
    int result = control_file(fd, what, list);
    va_end(list);
    return result;
}

int fcntl64(int fd, int what, ...)
{
    va_list list;
    va_start(list, what);
    int result = control_file(fd, what, list);
    va_end(list);
    return result;
}

/* ---- sockets ---- */

int accept4(int fd, struct sockaddr *peer, socklen_t *n, int flags)
{
    return fails(ACCEPT) ? -1 : (int)syscall(SYS_accept4, fd, peer, n, flags);
}

int accept(int fd, struct sockaddr *peer, socklen_t *n)
{
    return accept4(fd, peer, n, 0);
}

ssize_t recvfrom(int fd, void *to, size_t n, int flags, struct sockaddr *peer, socklen_t *peer_n)
{
    return fails(RECEIVE) ? -1 : syscall(SYS_recvfrom, fd, to, n, flags, peer, peer_n);
}

ssize_t recv(int fd, void *to, size_t n, int flags)
{
    return recvfrom(fd, to, n, flags, NULL, NULL);
}

ssize_t sendto(int fd, const void *from, size_t n, int flags, const struct sockaddr *to, socklen_t to_n)
{
    return fails(of_descriptor(fd, NONE, SEND)) ? -1 : syscall(SYS_sendto, fd, from, n, flags, to, to_n);
}

ssize_t send(int fd, const void *from, size_t n, int flags)
{
    return sendto(fd, from, n, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return fails(SEND) ? -1 : syscall(SYS_sendmsg, fd, message, flags);
}

int connect(int fd, const struct sockaddr *to, socklen_t n)
{
    return fails(CONNECT) ? -1 : (int)syscall(SYS_connect, fd, to, n);
}

int socket(int family, int type, int protocol)
{
    return fails(SOCKET) ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

struct epoll_event;

int epoll_ctl(int fd, int what, int other, struct epoll_event *event)
{
    return fails(EPOLL) ? -1 : (int)syscall(SYS_epoll_ctl, fd, what, other, event);
}
