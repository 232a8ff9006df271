/* How many a call asks next.  People are asked in waves, each sized by how
 * many of those asked so far said yes, so that a call is filled soon and
 * nobody is asked for a place that is gone.
 *
 * Any thread; pure. */
#ifndef YAVAR_MODEL_CALL_WAVE_H
#define YAVAR_MODEL_CALL_WAVE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    WAVE_FIRST = 4,    /* people asked for each open place at first */
    WAVE_MOST = 20,    /* and never more than that at once */
    WAVE_PAUSE = 1800, /* seconds between two waves */
    WAVE_PAUSE_URGENT = 300,
    WAVE_PAUSE_LEAST = 60, /* even where all have answered */
};

struct call_wave {
    int64_t open;     /* places */
    int64_t waves;    /* that went so far */
    int64_t asked;    /* people, so far */
    int64_t answered; /* of them, yes or no */
    int64_t gained;   /* heads that the yeses brought */
    int64_t since;    /* seconds since the last wave; below 0: the clock was set back */
    bool urgent;
};

/* 0: nobody now. */
int64_t call_wave_next(const struct call_wave *wave);

#endif
