/* See the header. */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TALLY_US = 1 << 21 }; /* one counter a µs; what took longer is in the last */

uint64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

double cpu_seconds(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

void die(const char *what)
{
    (void)fprintf(stderr, "%s: %s%s%s\n", program_invocation_short_name, what, errno ? ": " : "",
                  errno ? strerror(errno) : "");
    exit(1);
}

bool peer_parse(struct sockaddr_in *peer, const char *host_port)
{
    char ip[16] = "";
    unsigned short port = 0;
    if (sscanf(host_port, "%15[0-9.]:%5hu", ip, &port) != 2 || inet_pton(AF_INET, ip, &peer->sin_addr) != 1)
        return false;
    peer->sin_family = AF_INET;
    peer->sin_port = htons(port);
    return true;
}

int listen_at(unsigned short port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, n) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &n) != 0)
        die("listen");
    (void)fprintf(stderr, "listening http=127.0.0.1:%d\n", ntohs(address.sin_port));
    return fd;
}

int watched_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    int fd = sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
    if (fd < 0)
        die("signals");
    return fd;
}

void no_delay(int fd)
{
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void tally_init(struct tally *tally)
{
    *tally = (struct tally){.counts = calloc(TALLY_US, sizeof *tally->counts)};
    if (!tally->counts)
        die("memory");
}

void tally_add(struct tally *tally, uint64_t us)
{
    tally->counts[us < TALLY_US ? us : TALLY_US - 1]++;
    tally->slowest = us > tally->slowest ? us : tally->slowest;
    tally->n++;
}

uint64_t tally_at(const struct tally *tally, double part)
{
    uint64_t wanted = (uint64_t)((double)tally->n * part), seen = 0;
    for (uint64_t us = 0; us < TALLY_US - 1; us++)
        if ((seen += tally->counts[us]) > wanted)
            return us;
    return tally->slowest;
}

void tally_print(const struct tally *tally)
{
    (void)printf("\"p50_us\": %lu, \"p99_us\": %lu, \"max_us\": %lu", tally_at(tally, 0.5),
                 tally_at(tally, 0.99), tally->slowest);
}

void marks_add(struct marks *marks, uint64_t phone, uint64_t ns)
{
    if (marks->n == marks->room) {
        marks->room = marks->room ? marks->room * 2 : 1 << 16;
        marks->pairs = realloc(marks->pairs, marks->room * 2 * sizeof *marks->pairs);
        if (!marks->pairs)
            die("memory");
    }
    marks->pairs[marks->n * 2] = phone;
    marks->pairs[marks->n * 2 + 1] = ns;
    marks->n++;
}

void marks_write(const struct marks *marks, const char *file)
{
    FILE *out = fopen(file, "wb");
    if (!out || fwrite(marks->pairs, 2 * sizeof *marks->pairs, marks->n, out) != marks->n || fclose(out) != 0)
        die(file);
}
