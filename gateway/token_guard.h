/* Slows who tries tokens of the admin API: ten wrong ones a minute from one
 * address, and what more comes from there must wait.  Tokens that were right a
 * while ago are let through, so that one faulty program does not shut out the
 * office that it shares an address with.
 *
 * A fixed table: where more addresses try at once, the one that has been quiet
 * longest is forgotten.  One thread at a time; pure.  Times are milliseconds of
 * one steady clock. */
#ifndef YAVAR_TOKEN_GUARD_H
#define YAVAR_TOKEN_GUARD_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/crypto.h"

enum { GUARD_WRONG_MOST = 10, GUARD_WINDOW_MS = 60 * 1000, GUARD_PEERS = 64, GUARD_RIGHT = 32 };

struct token_guard {
    struct guard_peer {
        uint8_t peer[16];
        size_t n;                        /* of `wrong`; 0: free */
        int64_t wrong[GUARD_WRONG_MOST]; /* when the last ones came; the oldest first */
    } peers[GUARD_PEERS];
    struct digest right[GUARD_RIGHT]; /* of tokens that were right; the newest take the oldest's place */
    size_t right_n;                   /* ever */
};

/* PEER as struct http_request has it; of IPv6 the network (/64) counts. */

/* Seconds to wait before this token is looked at; 0: now. */
unsigned token_guard_wait(const struct token_guard *guard, const uint8_t peer[16], const struct digest *token,
                          int64_t now_ms);
/* It was wrong; seconds to wait where it is one too many, else 0. */
unsigned token_guard_wrong(struct token_guard *guard, const uint8_t peer[16], const struct digest *token,
                           int64_t now_ms);
void token_guard_right(struct token_guard *guard, const struct digest *token);

#endif
