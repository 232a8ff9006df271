/* Needs and campaigns. */
#include "gateway/base/damm.h"
#include "gateway/store/query.h"

static enum count_unit unit_from(struct str name)
{
    return str_is(name, "item") ? COUNT_ITEM : str_is(name, "day") ? COUNT_DAY : COUNT_RIAL;
}

static void take_need(struct query *q, struct arena *arena, struct need *need)
{
    need->code = (uint32_t)query_take_int(q);
    need->province = query_take_text(q, arena);
    need->centre = query_take_text(q, arena);
    need->category = query_take_text(q, arena);
    need->priority = query_take_int(q);
    need->title_fa = query_take_text(q, arena);
    need->title_en = query_take_text(q, arena);
    need->short_fa = query_take_text(q, arena);
    need->short_en = query_take_text(q, arena);
    need->unit = unit_from(query_take_text(q, arena));
    need->required = query_take_int(q);
    need->pledged = query_take_int(q);
    need->received = query_take_int(q);
    need->status = query_take_text(q, arena);
    need->organisation = query_take_text(q, arena);
    need->pay_to = query_take_text(q, arena);
    need->verified_by = query_take_text(q, arena);
    need->shared_with = query_take_text(q, arena);
    need->verified_at = query_take_int(q);
}

size_t take_needs(struct query *q, struct arena *arena, struct need *needs, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q))
        take_need(q, arena, &needs[n++]);
    query_end(q);
    return n;
}

bool need_get(struct store *store, struct arena *arena, uint32_t code, struct need *need)
{
    struct query q = query_begin(store, QUERY_need_get);
    query_int(&q, code);
    return take_needs(&q, arena, need, 1) == 1;
}

uint32_t need_by_title(struct store *store, struct str centre, struct str title_fa)
{
    struct query q = query_begin(store, QUERY_need_by_title);
    query_text(&q, centre);
    query_text(&q, title_fa);
    uint32_t code = query_row(&q) ? (uint32_t)query_take_int(&q) : 0;
    query_end(&q);
    return code;
}

size_t need_page(struct store *store, struct arena *arena, uint32_t after, struct need *needs, size_t most)
{
    struct query q = query_begin(store, QUERY_need_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    return take_needs(&q, arena, needs, most);
}

size_t need_urgent(struct store *store, struct arena *arena, struct str province, struct str category,
                   struct need *needs, size_t most)
{
    struct query q = query_begin(store, province.n > 0 ? QUERY_need_urgent : QUERY_need_urgent_country);
    if (province.n > 0)
        query_text(&q, province);
    query_text(&q, category);
    query_int(&q, (int64_t)most);
    return take_needs(&q, arena, needs, most);
}

void need_put(struct store *store, const struct need *need, int64_t now)
{
    struct query q = query_begin(store, QUERY_need_put);
    query_int(&q, need->code);
    query_text(&q, need->province);
    query_text(&q, need->centre);
    query_text(&q, need->category);
    query_int(&q, need->priority);
    query_text(&q, need->title_fa);
    query_text(&q, need->title_en);
    query_text(&q, need->short_fa);
    query_text(&q, need->short_en);
    query_text(&q, str_of(count_unit_names[need->unit]));
    query_int(&q, need->required);
    query_text(&q, need->status);
    query_text(&q, need->organisation);
    query_text(&q, need->pay_to);
    query_text(&q, need->verified_by);
    query_int(&q, need->verified_at);
    query_text(&q, need->shared_with);
    query_int(&q, now);
    query_run(&q);
}

int64_t counter(struct store *store, const char *name)
{
    struct query q = query_begin(store, QUERY_counter_get);
    query_text(&q, str_of(name));
    int64_t value = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return value;
}

static bool code_taken(struct store *store, uint32_t code)
{
    struct query q = query_begin(store, QUERY_need_get);
    query_int(&q, code);
    bool taken = query_row(&q);
    query_end(&q);
    return taken;
}

uint32_t need_allot(struct store *store)
{
    uint32_t base = code_base_allowed((uint32_t)counter(store, "need"));
    while (base != 0 && code_taken(store, code_from_base(base)))
        base = code_base_allowed(base + 1);
    if (base == 0)
        return 0;
    struct query q = query_begin(store, QUERY_counter_put);
    query_int(&q, base + 1);
    query_text(&q, STR("need"));
    query_run(&q);
    return code_from_base(base);
}

/* Whether a row was changed. */
static bool change_need(struct store *store, enum query_name name, uint32_t code, int64_t quantity,
                        int64_t now)
{
    struct query q = query_begin(store, name);
    query_int(&q, quantity);
    query_int(&q, now);
    query_int(&q, code);
    bool changed = query_row(&q);
    query_run(&q);
    return changed && store->failed == STORE_FINE;
}

static bool is_full(struct store *store, uint32_t code)
{
    struct query q = query_begin(store, QUERY_need_is_full);
    query_int(&q, code);
    bool full = query_row(&q) && query_take_int(&q) != 0;
    query_end(&q);
    return full;
}

/* The status is changed apart, once, when the need is covered: the indexes of
 * open needs hang on it, and are left alone by all the pledges before. */
bool need_pledge(struct store *store, uint32_t code, int64_t quantity, int64_t now)
{
    if (!change_need(store, QUERY_need_pledge, code, quantity, now))
        return false;
    if (is_full(store, code)) {
        struct query q = query_begin(store, QUERY_need_filled);
        query_int(&q, code);
        query_run(&q);
    }
    return store->failed == STORE_FINE;
}

void need_release(struct store *store, uint32_t code, int64_t quantity, int64_t now)
{
    if (!change_need(store, QUERY_need_release, code, quantity, now) && store->failed == STORE_FINE)
        store->failed =
            STORE_CONFLICT; /* less pledged than one pledge: the handler is undone and a person looks */
}

static void take_campaign(struct query *q, struct arena *arena, struct campaign *c)
{
    c->id = query_take_int(q);
    c->word = query_take_text(q, arena);
    c->name_fa = query_take_text(q, arena);
    c->name_en = query_take_text(q, arena);
    c->pay_to = query_take_text(q, arena);
    c->provinces = query_take_text(q, arena);
    c->goal_rial = query_take_int(q);
    c->pledged_rial = query_take_int(q);
    c->starts_at = query_take_int(q);
    c->ends_at = query_take_int(q);
    c->organisation = query_take_text(q, arena);
}

bool campaign_find(struct store *store, struct arena *arena, struct str folded, struct campaign *campaign)
{
    struct query q = query_begin(store, QUERY_campaign_find);
    query_text(&q, folded);
    bool found = query_row(&q);
    if (found)
        take_campaign(&q, arena, campaign);
    query_end(&q);
    return found;
}

bool campaign_get(struct store *store, struct arena *arena, int64_t id, struct campaign *campaign)
{
    struct query q = query_begin(store, QUERY_campaign_get);
    query_int(&q, id);
    bool found = query_row(&q);
    if (found)
        take_campaign(&q, arena, campaign);
    query_end(&q);
    return found;
}

size_t campaign_page(struct store *store, struct arena *arena, int64_t after, struct campaign *campaigns,
                     size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_campaign_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    while (n < most && query_row(&q))
        take_campaign(&q, arena, &campaigns[n++]);
    query_end(&q);
    return n;
}

int64_t campaign_add(struct store *store, const struct campaign *c, int64_t now)
{
    int64_t id = 0;
    struct query q = query_begin(store, QUERY_campaign_add);
    query_text(&q, c->name_fa);
    query_text(&q, c->name_en);
    query_text(&q, c->provinces);
    query_text(&q, c->pay_to);
    query_int(&q, c->goal_rial);
    query_int(&q, c->starts_at);
    query_int(&q, c->ends_at);
    query_text(&q, c->organisation);
    query_int(&q, now);
    if (query_row(&q))
        id = query_take_int(&q);
    query_run(&q);
    return store->failed == STORE_FINE ? id : 0;
}

bool campaign_word_add(struct store *store, int64_t campaign, int64_t place, struct str folded,
                       struct str word)
{
    struct query q = query_begin(store, QUERY_campaign_word_add);
    query_text(&q, folded);
    query_int(&q, campaign);
    query_int(&q, place);
    query_text(&q, word);
    query_run(&q);
    return store->failed == STORE_FINE;
}

void campaign_pledge(struct store *store, int64_t campaign, int64_t amount_rial)
{
    struct query q = query_begin(store, QUERY_campaign_pledge);
    query_int(&q, amount_rial);
    query_int(&q, campaign);
    query_run(&q);
}
