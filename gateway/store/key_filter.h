/* What surely is not among very many keys, without asking the database.
 *
 * A Bloom filter.  Its keys are digests, whose own bytes are as good as any
 * hash of them: what a library would add is the hashing.  512 KiB once a key is
 * in it; with KEY_FILTER_MOST keys one in 400 that is not there may seem to be.
 * Store's thread. */
#ifndef YAVAR_STORE_KEY_FILTER_H
#define YAVAR_STORE_KEY_FILTER_H

#include "gateway/base/crypto.h"

enum { KEY_FILTER_MOST = 200000 };

struct key_filter {
    uint8_t *bits; /* NULL: none */
};

/* Empties it; false where memory is out. */
bool key_filter_clear(struct key_filter *filter) MUST_CHECK;
void key_filter_add(struct key_filter *filter, const struct digest *key);
/* False: it was not added.  True: maybe it was. */
bool key_filter_may_hold(const struct key_filter *filter, const struct digest *key);
void key_filter_free(struct key_filter *filter);

#endif
