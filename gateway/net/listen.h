/* Listening sockets from an address in words.
 *
 * Any thread; may block while a host's name is looked up. */
#ifndef YAVAR_NET_LISTEN_H
#define YAVAR_NET_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "gateway/base/error.h"

struct listen_place {
    int fd;            /* whoever opened it closes it */
    char address[160]; /* HOST:PORT or unix:PATH, as bound */
    bool is_file;      /* a Unix socket, whose file is DEVICE and INODE */
    dev_t device;
    ino_t inode;
};

/* ADDRESS as in http_server_open.  Non-blocking, closed on exec, listening. */
bool listen_open(const char *address, struct listen_place *place, struct error *e) MUST_CHECK;

/* Removes the file of a Unix socket, unless somebody else's has taken its
 * place.  Does not close the socket. */
void listen_remove_file(const struct listen_place *place);

/* An address as 16 bytes, IPv4 as ::ffff:a.b.c.d; zero for anything else. */
struct sockaddr;
void listen_peer(const struct sockaddr *address, unsigned char peer[static 16]);

#endif
