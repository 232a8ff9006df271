/* What we take from libsodium: hashes, constant-time comparison, base64,
 * randomness, and the keyed permutation behind references.  The only file that knows it.
 *
 * crypto_start once, in main, before any thread; then any thread. */
#ifndef YAVAR_BASE_CRYPTO_H
#define YAVAR_BASE_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"

bool crypto_start(struct error *e) MUST_CHECK;

/* Whether two secrets are equal, in a time that does not tell where they
 * differ (it tells their lengths). */
bool crypto_same(struct str a, struct str b);

/* HMAC-SHA256 of the parts one behind another, as 64 lower-case hex digits. */
void crypto_hmac_sha256_hex(struct str key, const struct str *parts, size_t count, char out[65]);

/* Base64 (RFC 4648, padded), in the arena; in a time that does not tell what. */
struct str crypto_base64(struct arena *arena, struct str bytes);

void crypto_random(void *out, size_t n);

/* BLAKE2b-128 of the parts, each with its length before it, so that
 * ("ab","c") and ("a","bc") differ. */
struct digest {
    uint8_t byte[16];
};
struct digest crypto_digest(const struct str *parts, size_t count);

/* A reference is a keyed permutation of a sequence number, so that it names
 * one row, tells no volumes, and turns back without an index (design 4). */
struct reference_key {
    uint8_t byte[16];
};
/* SEQUENCE from 0; 8 digits for the first 8,100,000, then 9. 0 when the
 * sequence is used up (89,100,000). */
uint32_t reference_from(const struct reference_key *key, uint32_t sequence);
/* False when REFERENCE can be no reference. */
bool reference_to(const struct reference_key *key, uint32_t reference, uint32_t *sequence) MUST_CHECK;

/* "1.0.18": of the libsodium that runs, for yavar doctor. */
const char *crypto_library_version(void);

#endif
