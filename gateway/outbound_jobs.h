/* What sending does to the store: claiming, settling, giving back, and the
 * care of rows that wait for nobody's answer.  Each function submits a job
 * and is told on the loop thread how it ended. */
#ifndef YAVAR_OUTBOUND_JOBS_H
#define YAVAR_OUTBOUND_JOBS_H

#include "gateway/gateway.h"
#include "gateway/outbound_rows.h"

/* How long a channel rests after its telecom refused our credentials. */
enum { PAUSE_MISCONFIGURED_MS = 30 * 1000 };

/* Claims up to MOST[lane] due rows of CHANNEL (0: not asked). DUE_MS tells for
 * each lane asked when its next row is due (INT64_MAX: none waits). */
typedef void claim_fn(void *ctx, bool done, struct row_list rows[LANES], const int64_t due_ms[LANES]);
bool outbound_claim(struct gateway *g, struct str channel, const size_t most[LANES], claim_fn *fn,
                    void *ctx) MUST_CHECK;

/* Writes down how attempts ended.  The rows are FN's again. */
typedef void settle_fn(void *ctx, bool done, struct row_list *rows);
bool outbound_settle(struct gateway *g, struct row_list *rows, settle_fn *fn, void *ctx) MUST_CHECK;

/* Claimed and not begun: back to the queue.  The rows are FN's again. */
bool outbound_unclaim(struct gateway *g, struct row_list *rows, settle_fn *fn, void *ctx) MUST_CHECK;

/* Rows that an earlier run of this program left `sending`: their outcome is
 * not known. */
typedef void left_fn(void *ctx, bool done);
bool outbound_left_behind(struct gateway *g, left_fn *fn, void *ctx) MUST_CHECK;

/* Up to 500 queued rows of a channel become another's. FN when some did. */
void outbound_hand_over(struct gateway *g, struct str from, struct str to, void (*fn)(void *ctx), void *ctx);

/* Uncertain rows whose wait is over: asked about where their telecom can be
 * asked (gateway/outbound_ask.h), else by policy; with EXPIRE, queued ones
 * whose time is over. FN when rows may be due again. */
void outbound_care(struct gateway *g, bool expire, void (*fn)(void *ctx), void *ctx);

#endif
