/* What must leave the state `sending` and could not yet, as the store took
 * nothing just then: tried again each second, as left so it would go nowhere
 * until the next start.  Loop thread. */
#ifndef YAVAR_OUTBOUND_BACK_H
#define YAVAR_OUTBOUND_BACK_H

#include "gateway/outbound_jobs.h"

struct outbound_back {
    struct gateway *gateway;
    struct row_list rows;  /* claimed and not begun: to be given back */
    bool cleared;          /* what an earlier run left `sending` is settled; nothing is claimed before */
    bool clearing;         /* that job is on its way */
    void (*fn)(void *ctx); /* called when either is done: there may be more to claim */
    void *ctx;
};

void outbound_back_start(struct outbound_back *b, struct gateway *g, void (*fn)(void *ctx), void *ctx);
/* Takes the rows; whether there were any. */
bool outbound_back_give(struct outbound_back *b, struct row_list *rows);
void outbound_back_tick(struct outbound_back *b);
/* At the end: what is still on the wire becomes uncertain. */
void outbound_back_abandon(struct outbound_back *b);

#endif
