/* The states of an outgoing message and what moves it (design 3): pure, so
 * that every branch can be tested without a socket.
 *
 * queued → sending → sent → delivered, or failed; expired, uncertain, held.
 * States only move forward: a late "sent" never takes back "delivered".
 *
 * Any thread; pure. */
#ifndef YAVAR_MODEL_OUTBOX_STATE_H
#define YAVAR_MODEL_OUTBOX_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/model/records.h"

/* What a provider makes of a telecom's answer (design 7). */
enum send_result {
    SEND_OK,
    SEND_RETRY,
    SEND_THROTTLED,
    SEND_PERMANENT,
    SEND_BLOCKED,
    SEND_MISCONFIGURED, /* pauses the channel; the message waits */
    SEND_BAD_INPUT,
    SEND_UNCERTAIN,
    SEND_RESULTS,
};
extern const char *const send_result_names[SEND_RESULTS];

enum outbox_status {
    OUTBOX_QUEUED,
    OUTBOX_SENDING,
    OUTBOX_SENT,
    OUTBOX_DELIVERED,
    OUTBOX_FAILED,
    OUTBOX_EXPIRED,
    OUTBOX_UNCERTAIN,
    OUTBOX_HELD,
    OUTBOX_STATUSES,
};
extern const char *const outbox_status_names[OUTBOX_STATUSES];

struct outbox_move {
    enum outbox_status status;
    int64_t due_ms;     /* with OUTBOX_QUEUED and OUTBOX_UNCERTAIN */
    bool may_be_double; /* from now on */
    bool resend;        /* counts as one of the resends that lanes allow */
};

struct outbox_rules {
    int64_t retry_first_ms, retry_most_ms, uncertain_wait_ms;
};

/* After an attempt.  ATTEMPTS counts it; RANDOM is any 32 bits (jitter);
 * RETRY_AFTER_MS is the telecom's wish, or 0. */
struct outbox_move outbox_after_send(const struct outbox_rules *rules, enum send_result result,
                                     int64_t attempts, int64_t now_ms, int64_t expires_ms, uint32_t random,
                                     int64_t retry_after_ms);

/* When nothing settled an uncertain message within its wait: codes and
 * hand-offs once more, confirmations at most twice, the rest is held. */
struct outbox_move outbox_after_wait(enum lane lane, int64_t resends, int64_t now_ms, int64_t expires_ms);

/* When the telecom, asked by our own id, told: it has it, it never got it
 * (sent as if for the first time), it gave it up; else as after the wait. */
struct outbox_move outbox_after_asking(enum send_result told, enum lane lane, int64_t resends, int64_t now_ms,
                                       int64_t expires_ms);

/* A delivery report; false when the state does not move. */
bool outbox_after_report(enum outbox_status from, enum report_state report, enum outbox_status *to);

/* How long a message of a lane may wait, in milliseconds. */
int64_t outbox_lifetime_ms(enum lane lane);

#endif
