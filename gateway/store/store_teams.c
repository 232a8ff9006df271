/* Groups of volunteers, and whom recruiters brought. */
#include "gateway/store/query.h"

void staff_enlisted(struct store *store, int64_t phone, int64_t *contacted, int64_t *ready)
{
    struct query q = query_begin(store, QUERY_staff_enlisted);
    query_int(&q, phone);
    bool found = query_row(&q);
    *contacted = found ? query_take_int(&q) : 0;
    *ready = found ? query_take_int(&q) : 0;
    query_end(&q);
}

bool team_add(struct store *store, struct team *team, int64_t now)
{
    team->id = sequence_next(store);
    team->reference = store_reference(store, team->id);
    if (team->reference == 0) {
        if (store->failed == STORE_FINE)
            store->failed = STORE_CONFLICT; /* the references are used up */
        return false;
    }
    struct query q = query_begin(store, QUERY_team_add);
    query_int(&q, team->id);
    query_text(&q, team->name);
    query_int(&q, team->leader);
    query_text(&q, str_of(language_codes[team->language]));
    query_int(&q, now);
    query_run(&q);
    return store->failed == STORE_FINE;
}

static bool take_team(struct query *q, struct arena *arena, struct team *team)
{
    bool found = query_row(q);
    *team = (struct team){0};
    if (found) {
        team->id = query_take_int(q);
        team->reference = store_reference(q->store, team->id);
        team->name = query_take_text(q, arena);
        team->leader = query_take_int(q);
        if (!language_from(query_take_text(q, arena), &team->language))
            team->language = LANGUAGE_FA; /* of a newer program */
        team->told_at = query_take_int(q);
    }
    query_end(q);
    return found;
}

bool team_get(struct store *store, struct arena *arena, uint32_t reference, struct team *found)
{
    int64_t id;
    if (!store_sequence(store, reference, &id))
        return false;
    struct query q = query_begin(store, QUERY_team_get);
    query_int(&q, id);
    return take_team(&q, arena, found);
}

bool team_of(struct store *store, struct arena *arena, int64_t leader, struct team *found)
{
    struct query q = query_begin(store, QUERY_team_of);
    query_int(&q, leader);
    return take_team(&q, arena, found);
}

void team_rename(struct store *store, const struct team *team)
{
    struct query q = query_begin(store, QUERY_team_rename);
    query_text(&q, team->name);
    query_int(&q, team->id);
    query_run(&q);
}

int64_t team_members(struct store *store, int64_t id)
{
    struct query q = query_begin(store, QUERY_team_members);
    query_int(&q, id);
    int64_t members = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return members;
}

bool team_tell(struct store *store, int64_t id, int64_t since, int64_t now)
{
    struct query q = query_begin(store, QUERY_team_tell);
    query_int(&q, now);
    query_int(&q, id);
    query_int(&q, since);
    bool due = query_row(&q);
    query_run(&q);
    return due;
}
