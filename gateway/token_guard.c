/* Who tries tokens. */
#include "gateway/token_guard.h"

#include <string.h>

static void network_of(const uint8_t peer[16], uint8_t out[16])
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    memcpy(out, peer, 16);
    if (memcmp(peer, mapped, sizeof mapped) != 0)
        memset(out + 8, 0, 8);
}

static bool same_digest(const struct digest *a, const struct digest *b)
{
    return memcmp(a->byte, b->byte, sizeof a->byte) == 0;
}

static size_t right_count(const struct token_guard *g)
{
    return g->right_n < GUARD_RIGHT ? g->right_n : GUARD_RIGHT;
}

static size_t find_right(const struct token_guard *g, const struct digest *token)
{
    size_t i = 0;
    while (i < right_count(g) && !same_digest(&g->right[i], token))
        i++;
    return i;
}

static const struct guard_peer *find_peer(const struct token_guard *g, const uint8_t network[16])
{
    for (size_t i = 0; i < GUARD_PEERS; i++)
        if (g->peers[i].n > 0 && memcmp(g->peers[i].peer, network, 16) == 0)
            return &g->peers[i];
    return NULL;
}

static int64_t last_of(const struct guard_peer *p)
{
    return p->n > 0 ? p->wrong[p->n - 1] : INT64_MIN;
}

/* Its own place, a free one, or that of the one that has been quiet longest. */
static struct guard_peer *place_of(struct token_guard *g, const uint8_t network[16])
{
    const struct guard_peer *known = find_peer(g, network);
    struct guard_peer *place = &g->peers[0];
    if (known != NULL)
        return &g->peers[known - g->peers];
    for (size_t i = 1; i < GUARD_PEERS; i++)
        if (last_of(&g->peers[i]) < last_of(place))
            place = &g->peers[i];
    memcpy(place->peer, network, 16);
    place->n = 0;
    return place;
}

/* Until the oldest of ten is a minute old. */
static unsigned wait_of(const struct guard_peer *p, int64_t now_ms)
{
    if (p == NULL || p->n < GUARD_WRONG_MOST || now_ms - p->wrong[0] >= GUARD_WINDOW_MS)
        return 0;
    return (unsigned)((GUARD_WINDOW_MS - (now_ms - p->wrong[0]) + 999) / 1000);
}

unsigned token_guard_wait(const struct token_guard *g, const uint8_t peer[16], const struct digest *token,
                          int64_t now_ms)
{
    uint8_t network[16];
    network_of(peer, network);
    if (find_right(g, token) < right_count(g))
        return 0;
    return wait_of(find_peer(g, network), now_ms);
}

unsigned token_guard_wrong(struct token_guard *g, const uint8_t peer[16], const struct digest *token,
                           int64_t now_ms)
{
    uint8_t network[16];
    size_t was_right = find_right(g, token);
    network_of(peer, network);
    struct guard_peer *p = place_of(g, network);
    if (was_right < right_count(g)) /* it was taken away */
        memset(&g->right[was_right], 0, sizeof g->right[was_right]);
    unsigned wait = wait_of(p, now_ms);
    if (wait > 0)
        return wait;
    if (p->n == GUARD_WRONG_MOST)
        memmove(p->wrong, p->wrong + 1, --p->n * sizeof p->wrong[0]);
    p->wrong[p->n++] = now_ms;
    return 0;
}

void token_guard_right(struct token_guard *g, const struct digest *token)
{
    if (find_right(g, token) == right_count(g))
        g->right[g->right_n++ % GUARD_RIGHT] = *token;
}
