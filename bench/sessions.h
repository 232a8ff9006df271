/* USSD sessions that `load` walks: many at once, each a phone that registers
 * a volunteer press by press, as Africa's Talking posts it, with all inputs so
 * far.  A request is built once for every step; a further one costs two fields
 * filled in. */
#ifndef YAVAR_BENCH_SESSIONS_H
#define YAVAR_BENCH_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SESSION_STEPS = 7 };

/* A request but for its fields, which stand at fixed places. */
struct session_form {
    char *bytes;
    size_t n;
    size_t id, phone; /* where 16 digits and 9 digits go */
};

struct session {
    uint64_t number;
    unsigned step;
};

struct sessions {
    struct session_form forms[SESSION_STEPS];
    struct session *all;
    unsigned *waiting; /* whose next press is not in flight */
    unsigned n, n_waiting;
    uint64_t seed, dice, begun, finished;
};

/* AT_ONCE sessions; false with errno.  What it allocates lives as long as the process. */
bool sessions_init(struct sessions *s, unsigned at_once, const char *host, const char *secret, uint64_t seed);

/* The next press of somebody; *WHO is told when it is answered.
 * NULL: all are waited for.  Its bytes hold until the next call. */
const struct session_form *sessions_next(struct sessions *s, unsigned *who);
/* BODY answers WHO's press: false where it is not the page that was due. */
bool sessions_answered(struct sessions *s, unsigned who, const char *body);

#endif
