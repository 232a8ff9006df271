/* Broadcasts: what turns one that was approved into messages, step by step.
 *
 * Once a second, and at once after somebody changed one, every live broadcast
 * takes a step (model/broadcast_plan.h): its next rows are written, or parked
 * in quiet hours, or settled when it is over.  A step is one transaction of up
 * to 100 rows, cursor and rows together, so nothing is lost or doubled however
 * the program ends; where it stands is in the tables alone.
 *
 * Loop thread; the steps run on the store thread. */
#ifndef YAVAR_BROADCASTS_H
#define YAVAR_BROADCASTS_H

#include "gateway/gateway.h"

struct broadcasts *broadcasts_new(struct gateway *g) MUST_CHECK;
/* One of them was approved, paused, cancelled (or may have been). */
void broadcasts_wake(struct broadcasts *b);
void broadcasts_free(struct broadcasts *b); /* NULL is fine; after the writer has ended */

#endif
