/* What the programs of the benchmark share: the clock, an address, how long
 * answers took, and when each phone was seen. */
#ifndef YAVAR_BENCH_COMMON_H
#define YAVAR_BENCH_COMMON_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECOND ((uint64_t)1000000000) /* in ns */

uint64_t now_ns(void); /* monotonic: the same clock in every process of the machine */
double cpu_seconds(void);
_Noreturn void die(const char *what); /* with errno's reason, if there is one */
bool peer_parse(struct sockaddr_in *peer, const char *host_port);
/* A listening socket of 127.0.0.1, on a free port if PORT is 0, which it tells on standard error as `yavar serve` does. */
int listen_at(unsigned short port);
int watched_signals(void); /* a descriptor that is readable once the program is to end */
void no_delay(int fd);

/* How long things took, exact to 1 µs up to two seconds. */
struct tally {
    uint32_t *counts;
    uint64_t n, slowest; /* µs */
};
void tally_init(struct tally *tally);
void tally_add(struct tally *tally, uint64_t us);
uint64_t tally_at(const struct tally *tally, double part);
/* `"p50_us": …, "p99_us": …, "max_us": …` */
void tally_print(const struct tally *tally);

/* (phone, ns) pairs, kept in memory and written at the end, so that two
 * processes' marks can be joined. */
struct marks {
    uint64_t *pairs;
    size_t n, room; /* in pairs */
};
void marks_add(struct marks *marks, uint64_t phone, uint64_t ns);
void marks_write(const struct marks *marks, const char *file);

#endif
