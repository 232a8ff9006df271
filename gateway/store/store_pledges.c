/* Pledges. */
#include "gateway/store/query.h"

static const char *const money_names[] = {"", "toman", "rial"};
static const char *const unit_names[] = {"", "item", "day"};

int64_t sequence_next(struct store *store)
{
    int64_t last = store->sequence > 0 ? store->sequence : counter(store, "reference");
    if (store->failed != STORE_FINE)
        return 0;
    return store->sequence = last + 1;
}

/* What a savepoint's undoing gave back stays unused. */
void sequence_keep(struct store *store)
{
    struct query q = query_begin(store, QUERY_counter_put);
    query_int(&q, store->sequence);
    query_text(&q, STR("reference"));
    query_run(&q);
}

static void null_if_zero(struct query *q, int64_t value)
{
    if (value == 0)
        query_text_or_null(q, STR(""));
    else
        query_int(q, value);
}

bool pledge_add(struct store *store, struct contact *contact, struct pledge *p)
{
    p->phone = contact->phone;
    p->id = sequence_next(store);
    p->reference = store_reference(store, p->id);
    if (p->reference == 0) {
        if (store->failed == STORE_FINE)
            store->failed = STORE_CONFLICT; /* 89,100,000 references are used up */
        return false;
    }
    if (contact->donor == 0) {
        contact->donor = p->id;
        contact->changed = true;
    }
    struct query q = query_begin(store, QUERY_pledge_add);
    query_int(&q, p->id);
    query_int(&q, contact->donor);
    query_int(&q, p->phone);
    null_if_zero(&q, p->need);
    null_if_zero(&q, p->campaign);
    query_int(&q, p->amount_rial);
    query_text(&q, str_of(money_names[p->money]));
    query_int(&q, p->quantity);
    query_text(&q, str_of(unit_names[p->unit]));
    query_text(&q, p->monthly ? STR("monthly") : STR("once"));
    query_text(&q, p->channel);
    query_int(&q, p->message);
    query_int(&q, p->day);
    query_int(&q, p->due_at);
    query_int(&q, p->created_at);
    query_run(&q);
    return store->failed == STORE_FINE;
}

static void take_pledge(struct query *q, const struct store *store, struct arena *arena, struct pledge *p)
{
    p->id = query_take_int(q);
    p->reference = store_reference(store, p->id);
    p->phone = query_take_int(q);
    p->need = (uint32_t)query_take_int(q);
    p->campaign = query_take_int(q);
    p->amount_rial = query_take_int(q);
    struct str money = query_take_text(q, arena);
    p->money = str_is(money, "toman") ? MONEY_TOMAN : str_is(money, "rial") ? MONEY_RIAL : MONEY_UNWRITTEN;
    p->quantity = query_take_int(q);
    struct str unit = query_take_text(q, arena);
    p->unit = str_is(unit, "item") ? UNIT_ITEM : str_is(unit, "day") ? UNIT_DAY : UNIT_NONE;
    p->monthly = str_is(query_take_text(q, arena), "monthly");
    p->status = query_take_text(q, arena);
    p->channel = query_take_text(q, arena);
    p->message = query_take_int(q);
    p->day = query_take_int(q);
    p->due_at = query_take_int(q);
    p->created_at = query_take_int(q);
    p->updated_at = query_take_int(q);
    p->title_fa = query_take_text(q, arena);
    p->title_en = query_take_text(q, arena);
    p->pay_to = query_take_text(q, arena);
}

size_t take_pledges(struct query *q, struct arena *arena, struct pledge *pledges, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q))
        take_pledge(q, q->store, arena, &pledges[n++]);
    query_end(q);
    return n;
}

bool pledge_get(struct store *store, struct arena *arena, uint32_t reference, struct pledge *pledge)
{
    int64_t id;
    if (!store_sequence(store, reference, &id))
        return false;
    struct query q = query_begin(store, QUERY_pledge_get);
    query_int(&q, id);
    return take_pledges(&q, arena, pledge, 1) == 1;
}

size_t pledge_open(struct store *store, struct arena *arena, const struct contact *contact,
                   struct pledge *pledges, size_t most)
{
    if (contact->donor == 0)
        return 0;
    struct query q = query_begin(store, QUERY_pledge_open);
    query_int(&q, contact->donor);
    query_int(&q, (int64_t)most);
    return take_pledges(&q, arena, pledges, most);
}

uint32_t pledge_same(struct store *store, const struct contact *contact, const struct pledge *p,
                     int64_t since_ms)
{
    uint32_t reference = 0;
    if (contact->donor == 0)
        return 0;
    struct query q = query_begin(store, QUERY_pledge_same);
    query_int(&q, contact->donor);
    query_int(&q, p->need);
    query_int(&q, p->campaign);
    query_int(&q, p->amount_rial);
    query_int(&q, p->quantity);
    query_text(&q, p->monthly ? STR("monthly") : STR("once"));
    query_int(&q, p->day);
    query_int(&q, since_ms);
    if (query_row(&q))
        reference = store_reference(store, query_take_int(&q));
    query_end(&q);
    return reference;
}

bool pledge_cancel(struct store *store, int64_t id, int64_t now)
{
    struct query q = query_begin(store, QUERY_pledge_cancel);
    query_int(&q, now);
    query_int(&q, id);
    bool changed = query_row(&q);
    query_run(&q);
    return changed && store->failed == STORE_FINE;
}

size_t pledge_page(struct store *store, struct arena *arena, int64_t after, struct pledge *pledges,
                   size_t most)
{
    struct query q = query_begin(store, QUERY_pledge_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    return take_pledges(&q, arena, pledges, most);
}
