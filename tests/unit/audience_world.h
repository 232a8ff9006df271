/* Audiences at random, as trees that the language could have given. */
#ifndef YAVAR_TESTS_AUDIENCE_WORLD_H
#define YAVAR_TESTS_AUDIENCE_WORLD_H

#include "tests/unit/unit.h"

#include "gateway/base/damm.h"
#include "gateway/model/audience.h"

static inline int random_atom(uint64_t *seed, const struct lexicon *lexicon, struct arena *arena,
                              struct audience *a)
{
    static const enum lex_kind kinds[AUDIENCE_KINDS] = {[AUDIENCE_PROVINCE] = LEX_PROVINCE,
                                                        [AUDIENCE_SPECIALTY] = LEX_SPECIALTY,
                                                        [AUDIENCE_AVAILABILITY] = LEX_AVAILABILITY};
    struct audience_node *node = &a->v[a->n];
    *node = (struct audience_node){.first = -1, .next = -1, .name = -1};
    node->kind =
        (enum audience_kind)(AUDIENCE_EVERYONE + random_below(seed, AUDIENCE_KINDS - AUDIENCE_EVERYONE));
    if (kinds[node->kind] != LEX_COMMAND) {
        /* mostly of the first few, so that a small world has them */
        uint64_t most = random_below(seed, 4) > 0 ? 3 : lexicon->names[kinds[node->kind]].n;
        node->name = (int)random_below(seed, most);
        node->slug = lexicon->names[kinds[node->kind]].v[node->name].slug;
    } else if (node->kind == AUDIENCE_CAMPAIGN) {
        node->slug =
            str_printf(arena, random_below(seed, 2) ? "c%u" : "پ%u", (unsigned)random_below(seed, 3) + 1);
    } else if (node->kind == AUDIENCE_NEED) {
        node->n = code_from_base(100 + (uint32_t)random_below(seed, 3));
    } else if (node->kind == AUDIENCE_UNPAID) {
        node->since = random_below(seed, 2) ? SINCE_DATE : SINCE_HOURS;
        node->n = node->since == SINCE_DATE ? 20300 + (int64_t)random_below(seed, 100)
                                            : 1 + (int64_t)random_below(seed, 24 * 100);
    }
    return a->n++;
}

/* DEPTH levels at most; no AND stands in an AND, no OR in an OR. */
static inline int random_tree(uint64_t *seed, const struct lexicon *lexicon, struct arena *arena,
                              struct audience *a, int depth, enum audience_kind around)
{
    enum audience_kind kind = (enum audience_kind)random_below(seed, 4);
    if (depth <= 1 || kind > AUDIENCE_NOT || (kind == around && kind != AUDIENCE_NOT) ||
        a->n > AUDIENCE_NODES - 6)
        return random_atom(seed, lexicon, arena, a);
    int node = a->n++, *link = &a->v[node].first;
    a->v[node] = (struct audience_node){.kind = kind, .first = -1, .next = -1, .name = -1};
    uint64_t children = kind == AUDIENCE_NOT ? 1 : 2 + random_below(seed, 3);
    for (uint64_t i = 0; i < children && a->n < AUDIENCE_NODES; i++) {
        /* what was begun must find room for the second child of each level */
        int child = a->n > AUDIENCE_NODES - 40 ? random_atom(seed, lexicon, arena, a)
                                               : random_tree(seed, lexicon, arena, a, depth - 1, kind);
        *link = child;
        link = &a->v[child].next;
    }
    return node;
}

static inline void random_audience(uint64_t *seed, const struct lexicon *lexicon, struct arena *arena,
                                   struct audience *a)
{
    a->n = 0;
    a->root = random_tree(seed, lexicon, arena, a, 1 + (int)random_below(seed, 8), AUDIENCE_KINDS);
}

#endif
