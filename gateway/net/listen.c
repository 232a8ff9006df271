/* Opens what a server listens on: TCP by name or number, or a Unix socket.
 *
 * The caller owns the descriptor; nothing is kept here. */
#include "gateway/net/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/str.h"

enum { BACKLOG = 1024, TYPE = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC };

static const char unix_prefix[] = "unix:";

/* For a way out that has its reason already. */
static bool give_up(int fd)
{
    if (close(fd) != 0)
        return false; /* the descriptor is gone on Linux either way */
    return false;
}

/* An old file of a service that died would make bind fail; anything that is
 * no socket is not ours to remove. */
static bool remove_old(const char *path, struct error *e)
{
    struct stat old;
    if (lstat(path, &old) != 0)
        return errno == ENOENT || error_set(e, "%s: %s", path, strerror(errno));
    if (!S_ISSOCK(old.st_mode))
        return error_set(e, "%s: is there and is no socket", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return error_set(e, "%s: %s", path, strerror(errno));
    return true;
}

static bool open_unix(const char *path, struct listen_place *place, struct error *e)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof name.sun_path)
        return error_set(e, "unix:%s: a socket's path has at most %zu bytes", path, sizeof name.sun_path - 1);
    memcpy(name.sun_path, path, n);
    if (!remove_old(path, e))
        return false;
    int fd = socket(AF_UNIX, TYPE, 0);
    if (fd < 0)
        return error_set(e, "socket: %s", strerror(errno));
    struct stat made;
    /* before bind: Linux gives the file the socket's mode, so that there is no
     * moment at which others may connect */
    if (fchmod(fd, S_IRUSR | S_IWUSR) != 0 || bind(fd, (struct sockaddr *)&name, sizeof name) != 0 ||
        listen(fd, BACKLOG) != 0 || lstat(path, &made) != 0) {
        error_set(e, "unix:%s: %s", path, strerror(errno));
        return give_up(fd);
    }
    *place = (struct listen_place){.fd = fd, .is_file = true, .device = made.st_dev, .inode = made.st_ino};
    (void)snprintf(place->address, sizeof place->address, "%s%s", unix_prefix, path); /* fits */
    return true;
}

/* "[::1]:80" and "host:80" into two C strings. */
static bool split_address(const char *address, char host[static 128], const char **port, struct error *e)
{
    const char *colon = strrchr(address, ':');
    if (!colon || colon[1] == '\0')
        return error_set(e, "%s: want HOST:PORT or unix:PATH", address);
    struct str name = {address, (size_t)(colon - address)};
    if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
        name = (struct str){name.p + 1, name.n - 2};
    if (name.n >= 128)
        return error_set(e, "%s: the host's name is too long", address);
    memcpy(host, name.p, name.n);
    host[name.n] = '\0';
    *port = colon + 1;
    return true;
}

static bool describe(struct listen_place *place, struct error *e)
{
    struct sockaddr_storage name;
    socklen_t n = sizeof name;
    char host[64], port[16];
    if (getsockname(place->fd, (struct sockaddr *)&name, &n) != 0)
        return error_set(e, "getsockname: %s", strerror(errno));
    int bad = getnameinfo((struct sockaddr *)&name, n, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    if (bad != 0)
        return error_set(e, "getnameinfo: %s", gai_strerror(bad));
    bool six = strchr(host, ':') != NULL;
    /* both fit: getnameinfo was given less room than place has */
    if (six)
        /* as above */
        (void)snprintf(place->address, sizeof place->address, "[%s]:%s", host, port);
    else
        /* as above */
        (void)snprintf(place->address, sizeof place->address, "%s:%s", host, port);
    return true;
}

/* errno tells why not.  TCP_NODELAY is inherited by what is accepted; no
 * SO_REUSEPORT, with which a forgotten second server takes traffic in silence. */
static int open_one(const struct addrinfo *info)
{
    const int on = 1;
    int fd = socket(info->ai_family, TYPE, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int reason = errno;
    /* the reason is already at hand */
    (void)give_up(fd);
    errno = reason;
    return -1;
}

static bool open_tcp(const char *address, struct listen_place *place, struct error *e)
{
    char host[128];
    const char *port = NULL;
    if (!split_address(address, host, &port, e))
        return false;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    int bad = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (bad != 0)
        return error_set(e, "%s: %s", address, gai_strerror(bad));
    *place = (struct listen_place){.fd = -1};
    for (struct addrinfo *one = found; one && place->fd < 0; one = one->ai_next)
        place->fd = open_one(one);
    int reason = errno;
    freeaddrinfo(found);
    if (place->fd < 0)
        return error_set(e, "%s: %s", address, strerror(reason));
    return describe(place, e) || give_up(place->fd);
}

bool listen_open(const char *address, struct listen_place *place, struct error *e)
{
    size_t n = sizeof unix_prefix - 1;
    if (strncmp(address, unix_prefix, n) == 0)
        return open_unix(address + n, place, e);
    return open_tcp(address, place, e);
}

void listen_remove_file(const struct listen_place *place)
{
    struct stat now;
    const char *path = place->address + sizeof unix_prefix - 1;
    if (!place->is_file || lstat(path, &now) != 0)
        return;
    if (now.st_dev == place->device && now.st_ino == place->inode && unlink(path) != 0)
        return; /* it stays behind, and the next start replaces it */
}

void listen_peer(const struct sockaddr *address, unsigned char peer[static 16])
{
    memset(peer, 0, 16);
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)address;
        peer[10] = peer[11] = 0xFF;
        memcpy(peer + 12, &four->sin_addr, 4);
    } else if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const void *)address;
        memcpy(peer, &six->sin6_addr, 16);
    }
}
