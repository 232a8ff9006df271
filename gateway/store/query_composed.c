/* Composed statements: an audience has a shape of its own, and each page of
 * its broadcast is the same statement again.  The last few shapes stay
 * prepared; the one used longest ago makes room. */
#include "gateway/store/query.h"

#include <stdlib.h>

static bool prepare(struct store *store, struct composed *c, const char *sql)
{
    char *copy = strdup(sql);
    free(c->sql);
    c->sql = copy;
    if (copy != NULL)
        c->statement = engine_prepare(store->engine, sql, c->statement);
    if (copy != NULL && c->statement != NULL)
        return true;
    free(c->sql);
    c->sql = NULL;
    query_fail(store, ENGINE_FAULT);
    return false;
}

struct query query_composed(struct store *store, const char *sql)
{
    struct query q = {store, NULL, 1, 0};
    struct composed *c = &store->composed[0];
    if (store->failed != STORE_FINE)
        return q;
    for (size_t i = 0; i < COMPOSED_MOST; i++) {
        struct composed *other = &store->composed[i];
        if (other->sql != NULL && strcmp(other->sql, sql) == 0) {
            c = other;
            break;
        }
        if (c->sql != NULL && (other->sql == NULL || other->used < c->used))
            c = other;
    }
    if ((c->sql == NULL || strcmp(c->sql, sql) != 0) && !prepare(store, c, sql))
        return q;
    c->used = ++store->composed_uses;
    q.statement = c->statement;
    return q;
}

void query_composed_forget(struct store *store)
{
    for (size_t i = 0; i < COMPOSED_MOST; i++) /* the statements go with the engine */
        free(store->composed[i].sql);
}
