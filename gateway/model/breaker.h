/* A circuit breaker: after several failures in a row a line rests, then lets
 * one request through to see, and rests longer when that fails too.
 *
 * Any thread; pure.  Times are milliseconds of one steady clock. */
#ifndef YAVAR_MODEL_BREAKER_H
#define YAVAR_MODEL_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_FAILURES = 5 };

struct breaker {
    unsigned failures; /* in a row */
    int64_t pause_ms;  /* of the last rest */
    int64_t until_ms;  /* the rest's end; meaningful while open */
};

/* A request ended; GOOD: the telecom answered it, whatever it said. */
void breaker_note(struct breaker *b, bool good, int64_t now_ms, int64_t first_ms, int64_t most_ms);
bool breaker_open(const struct breaker *b);
/* Whether a request may go now, with IN_FLIGHT on the wire. */
bool breaker_allows(const struct breaker *b, unsigned in_flight, int64_t now_ms);

#endif
