/* The requests that `load` sends: pledges, or questions about needs, as Kannel's
 * get-url brings them, each with a phone and a message id of its own.  Built
 * once for every need code; a further request costs its fields filled in. */
#ifndef YAVAR_BENCH_PLEDGES_H
#define YAVAR_BENCH_PLEDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CODES_MOST = 1000 };

/* A request but for its fields, which stand at fixed places. */
struct pledge_form {
    char *bytes;
    size_t n;
    size_t from, amount, id; /* where 9 digits, 3 digits (0: none) and a UUID of 36 go */
};

struct pledges {
    struct pledge_form forms[CODES_MOST];
    unsigned n_forms;
    uint64_t seed, made;
    uint64_t phone; /* of the newest request */
};

/* One need code a line in the file CODES; ONLY_ASK: how the need stands.  False, with errno, when it cannot be
 * read, and with errno 0 when no code is in it.  What it allocates lives as
 * long as the process. */
bool pledges_init(struct pledges *p, const char *codes, bool only_ask, const char *host, const char *secret,
                  uint64_t seed);

/* The next request; its bytes hold until the same code comes round again. */
const struct pledge_form *pledges_next(struct pledges *p);

#endif
