/* Campaigns in an office: whose they are, what came in, what it is spent on. */
#include "gateway/store/query.h"
#include "gateway/store/store_office.h"

bool campaign_mine(const struct actor *actor, const struct campaign *c)
{
    struct actor named = actor_named_places(actor);
    if (actor->organisation.n == 0) /* but perhaps of one centre, whose no campaign is */
        return actor_covers_all(&named, c->provinces);
    return str_eq(actor->organisation, c->organisation) && actor_covers_all(actor, c->provinces);
}

struct str campaign_scope(const struct actor *actor, const struct campaign *c)
{
    return campaign_mine(actor, c) ? actor->scope : actor_named_places(actor).scope;
}

struct str campaign_pay_to(struct store *store, struct arena *arena, const struct campaign *c)
{
    struct organisation o;
    bool own = c->pay_to.n > 0 || c->organisation.n == 0;
    return !own && organisation_get(store, arena, c->organisation, &o) ? o.pay_to : c->pay_to;
}

bool campaign_get_scoped(struct store *store, struct arena *arena, const struct actor *actor, int64_t id,
                         struct campaign *campaign)
{
    return campaign_get(store, arena, id, campaign) && campaign_mine(actor, campaign);
}

static bool changed_one(struct query *q)
{
    struct store *store = q->store;
    bool changed = query_row(q);
    query_run(q);
    return changed && store->failed == STORE_FINE;
}

bool campaign_put(struct store *store, const struct campaign *c)
{
    struct query q = query_begin(store, QUERY_campaign_put);
    query_text(&q, c->name_fa);
    query_text(&q, c->name_en);
    query_text(&q, c->provinces);
    query_text(&q, c->pay_to);
    query_int(&q, c->goal_rial);
    query_int(&q, c->starts_at);
    query_int(&q, c->ends_at);
    query_int(&q, c->id);
    return changed_one(&q);
}

size_t campaign_words(struct store *store, struct arena *arena, int64_t id, struct str *words, size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_campaign_words);
    query_int(&q, id);
    query_int(&q, (int64_t)most);
    while (n < most && query_row(&q))
        words[n++] = query_take_text(&q, arena);
    query_end(&q);
    return n;
}

static size_t take_sums(struct query *q, struct arena *arena, struct campaign_sum *rows, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q)) {
        struct campaign_sum *row = &rows[n++];
        row->campaign = query_take_int(q);
        row->province = query_take_text(q, arena);
        row->pledges = query_take_int(q);
        row->amount_rial = query_take_int(q);
        row->received_rial = query_take_int(q);
        row->donors = query_take_int(q);
    }
    query_end(q);
    return n;
}

size_t campaign_totals(struct store *store, struct arena *arena, int64_t id, struct campaign_sum *rows,
                       size_t most)
{
    struct query q = query_begin(store, QUERY_campaign_totals);
    query_int(&q, id);
    query_int(&q, (int64_t)most);
    return take_sums(&q, arena, rows, most);
}

size_t campaign_sums(struct store *store, struct arena *arena, int64_t id, struct str scope,
                     struct campaign_sum *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_campaign_sums);
    query_int(&q, id);
    query_text(&q, scope);
    query_int(&q, (int64_t)most);
    return take_sums(&q, arena, rows, most);
}

bool need_in_scope(struct store *store, const struct actor *actor, uint32_t code)
{
    struct query q = query_begin(store, QUERY_need_in_scope);
    query_int(&q, code);
    query_text(&q, actor->scope);
    query_text(&q, actor->organisation);
    query_text(&q, actor->centre);
    bool found = query_row(&q);
    query_end(&q);
    return found;
}

bool pledge_allot(struct store *store, int64_t id, uint32_t need, int64_t now)
{
    struct query q = query_begin(store, QUERY_pledge_allot);
    query_int(&q, need);
    query_int(&q, now);
    query_int(&q, id);
    return changed_one(&q);
}
