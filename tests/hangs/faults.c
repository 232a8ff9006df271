/* Faults put into a program by LD_PRELOAD: syncs of a slow disk, and a name
 * server that is dead where the real thing cannot be had.
 *
 * Each is there only while a file exists, so that a test begins and ends it:
 * FAULT_DISK names one (syncs take 300 ms more), FAULT_NAMES the other (a name
 * is looked for 30 s, in vain). */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DISK_MS = 300, NAMES_MS = 30000 };

static int on(const char *fault)
{
    const char *path = getenv(fault);
    return path != NULL && access(path, F_OK) == 0;
}

static void wait_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0)
        continue;
}

/* A function as the C library has it.  POSIX lets an object pointer become a
 * function's; C knows no cast for it. */
static void behind(const char *name, void *function)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    memcpy(function, &found, sizeof found);
}

int fdatasync(int fd)
{
    int (*real)(int fd);
    behind("fdatasync", &real);
    if (on("FAULT_DISK"))
        wait_ms(DISK_MS);
    return real(fd);
}

int fsync(int fd)
{
    int (*real)(int fd);
    behind("fsync", &real);
    if (on("FAULT_DISK"))
        wait_ms(DISK_MS);
    return real(fd);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    unsigned char address[16];
    behind("getaddrinfo", &real);
    if (node == NULL || inet_pton(AF_INET, node, address) == 1 || inet_pton(AF_INET6, node, address) == 1 ||
        !on("FAULT_NAMES"))
        return real(node, service, hints, found);
    wait_ms(NAMES_MS);
    return EAI_AGAIN;
}
