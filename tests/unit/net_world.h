/* A server in a thread of its own for the tests of net/, and raw peers that
 * talk to it.  /late answers after late_ms, /never not at all, everything else
 * at once with what came in. */
#ifndef YAVAR_TESTS_NET_WORLD_H
#define YAVAR_TESTS_NET_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "gateway/net/http_server.h"

struct world {
    struct http_server_limits limits;
    const char *listen;
    char address[160];
    pthread_t thread;
    sem_t ready;
    atomic_bool stop;
    atomic_int handed_out, late; /* LATE: what the late answer returned, -1 none yet */
    atomic_int answered;         /* what http_server_answered said, behind the last answer and at a wake */
    int64_t late_ms;
    struct loop *loop;
    struct http_server *server;
    struct loop_timer *timer;
    struct http_ticket ticket;
};

#define H "Host: x\r\n"
#define CLOSE "Connection: close\r\n"

int64_t world_now_ms(void);
void world_answer_late(void *ctx);
void world_on_request(void *ctx, const struct http_request *r, struct arena *arena,
                      struct http_ticket ticket);
int world_set_up(void **state);
void world_start(struct world *w);
int world_tear_down(void **state);
int peer_connect(const char *address);
bool peer_put(int fd, struct str bytes);
const char *peer_read_all(int fd, char room[static 8192]);
const char *peer_exchange(struct world *w, struct str bytes, char room[static 8192]);
size_t peer_count(const char *text, const char *what);

#define WORLD_TEST(fn) cmocka_unit_test_setup_teardown(fn, world_set_up, world_tear_down)

#endif
