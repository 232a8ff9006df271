/* Giving back, until the store takes it. */
#include "gateway/outbound_back.h"

#include "gateway/base/log.h"

static void given(void *ctx, bool done, struct row_list *rows)
{
    struct outbound_back *b = ctx;
    if (!done) {
        row_list_append(&b->rows, rows);
        return;
    }
    row_list_free(rows);
    b->fn(b->ctx); /* a claim may have looked for them meanwhile */
}

static void give_now(struct outbound_back *b)
{
    if (b->rows.head != NULL && outbound_unclaim(b->gateway, &b->rows, given, b))
        row_list_init(&b->rows);
}

static void cleared(void *ctx, bool done)
{
    struct outbound_back *b = ctx;
    b->clearing = false;
    b->cleared = done;
    if (done)
        b->fn(b->ctx);
}

void outbound_back_start(struct outbound_back *b, struct gateway *g, void (*fn)(void *ctx), void *ctx)
{
    *b = (struct outbound_back){.gateway = g, .fn = fn, .ctx = ctx};
    row_list_init(&b->rows);
}

bool outbound_back_give(struct outbound_back *b, struct row_list *rows)
{
    bool any = rows->head != NULL;
    row_list_append(&b->rows, rows);
    give_now(b);
    return any;
}

void outbound_back_tick(struct outbound_back *b)
{
    if (!b->cleared && !b->clearing)
        b->clearing = outbound_left_behind(b->gateway, cleared, b);
    give_now(b);
}

static void abandoned(void *ctx, bool done)
{
    (void)ctx, (void)done; /* if not, the next start does it */
}

void outbound_back_abandon(struct outbound_back *b)
{
    if (!outbound_left_behind(b->gateway, abandoned, b))
        LOG(LOG_WARN, "left_on_the_wire", "the next start will mark them uncertain");
}
