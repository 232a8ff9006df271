/* Whether the store can be written again, after it refused.
 *
 * A supervisor that was told 503 by /readyz sends nothing that could show it,
 * so we ask ourselves, with a row that nobody reads.
 *
 * Loop thread; the job's body runs on the store thread. */
#ifndef YAVAR_STORE_PROBE_H
#define YAVAR_STORE_PROBE_H

#include "gateway/gateway.h"

/* Called about once a second; does nothing while the store refuses nothing. */
void store_probe(struct gateway *g);

#endif
