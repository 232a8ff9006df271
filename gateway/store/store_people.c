/* Volunteers, the words they agreed to, and staff. */
#include "gateway/store/query.h"

static void take_volunteer(struct query *q, struct arena *arena, struct volunteer *v)
{
    v->id = query_take_int(q);
    v->phone = query_take_int(q);
    v->name = query_take_text(q, arena);
    v->province = query_take_text(q, arena);
    v->specialty = query_take_text(q, arena);
    v->availability = query_take_text(q, arena);
    v->status = query_take_text(q, arena);
    v->verified_by = query_take_text(q, arena);
    v->verified_at = query_take_int(q);
    v->consent_version = query_take_text(q, arena);
    v->consent_channel = query_take_text(q, arena);
    v->consent_at = query_take_int(q);
    v->recruiter = query_take_int(q);
    v->team = query_take_int(q);
    v->created_at = query_take_int(q);
    v->updated_at = query_take_int(q);
}

size_t query_take_volunteers(struct query *q, struct arena *arena, struct volunteer *rows, size_t most)
{
    size_t n = 0;
    while (query_row(q) && n < most)
        take_volunteer(q, arena, &rows[n++]);
    query_end(q);
    return n;
}

bool volunteer_get(struct store *store, struct arena *arena, int64_t id, struct volunteer *found)
{
    struct query q = query_begin(store, QUERY_volunteer_get);
    query_int(&q, id);
    return query_take_volunteers(&q, arena, found, 1) == 1;
}

size_t volunteer_of(struct store *store, struct arena *arena, int64_t phone, struct volunteer *rows,
                    size_t most)
{
    struct query q = query_begin(store, QUERY_volunteer_of);
    query_int(&q, phone);
    query_int(&q, (int64_t)most);
    return query_take_volunteers(&q, arena, rows, most);
}

size_t volunteer_page(struct store *store, struct arena *arena, int64_t after, struct volunteer *rows,
                      size_t most)
{
    struct query q = query_begin(store, QUERY_volunteer_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    return query_take_volunteers(&q, arena, rows, most);
}

static void bind_profile(struct query *q, const struct volunteer *v)
{
    const struct str texts[] = {v->name,         v->province, v->specialty,
                                v->availability, v->status,   v->verified_by};
    for (int i = 0; i < 6; i++)
        query_text(q, texts[i]);
    query_int(q, v->verified_at);
    query_text(q, v->consent_version);
    query_text(q, v->consent_channel);
    query_int(q, v->consent_at);
    query_int(q, v->recruiter);
    query_int(q, v->team);
}

void volunteer_put(struct store *store, struct volunteer *v, int64_t now)
{
    struct query q = query_begin(store, v->id == 0 ? QUERY_volunteer_add : QUERY_volunteer_put);
    if (v->id == 0)
        query_int(&q, v->phone);
    bind_profile(&q, v);
    query_int(&q, now);
    if (v->id != 0)
        query_int(&q, v->id);
    else if (query_row(&q))
        v->id = query_take_int(&q);
    query_run(&q);
}

void consent_text_add(struct store *store, struct str version, struct str body, int64_t now)
{
    struct query q = query_begin(store, QUERY_consent_text_add);
    query_text(&q, version);
    query_text(&q, body);
    query_int(&q, now);
    query_run(&q);
}

struct str consent_text_get(struct store *store, struct arena *arena, struct str version)
{
    struct query q = query_begin(store, QUERY_consent_text_get);
    query_text(&q, version);
    struct str body = query_row(&q) ? query_take_text(&q, arena) : (struct str){NULL, 0};
    query_end(&q);
    return body;
}

/* ---- staff ---- */

size_t query_take_staff(struct query *q, struct arena *arena, struct staff *rows, size_t most)
{
    size_t n = 0;
    while (query_row(q) && n < most) {
        struct staff *s = &rows[n++];
        s->phone = query_take_int(q);
        s->name = query_take_text(q, arena);
        s->role = query_take_text(q, arena);
        s->provinces = query_take_text(q, arena);
        s->organisation = query_take_text(q, arena);
        s->centre = query_take_text(q, arena);
        s->deputy_of = query_take_int(q);
        s->locked_until = query_take_int(q);
    }
    query_end(q);
    return n;
}

bool staff_get(struct store *store, struct arena *arena, int64_t phone, struct staff *found)
{
    struct query q = query_begin(store, QUERY_staff_get);
    query_int(&q, phone);
    return query_take_staff(&q, arena, found, 1) == 1;
}

size_t staff_page(struct store *store, struct arena *arena, int64_t after, struct staff *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_staff_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    return query_take_staff(&q, arena, rows, most);
}

/* So that the queries can look where somebody is. */
static void put_places(struct store *store, const struct staff *s)
{
    struct str rest = s->provinces, slug;
    struct query q = query_begin(store, QUERY_staff_place_clear);
    query_int(&q, s->phone);
    query_run(&q);
    while (rest.n > 0 && str_split(&rest, ' ', &slug)) {
        if (slug.n == 0)
            continue;
        q = query_begin(store, QUERY_staff_place_add);
        query_int(&q, s->phone);
        query_text(&q, slug);
        query_run(&q);
    }
}

void staff_put(struct store *store, const struct staff *s, int64_t now)
{
    const struct str texts[] = {s->name, s->role, s->provinces, s->organisation, s->centre};
    struct query q = query_begin(store, QUERY_staff_put);
    query_int(&q, s->phone);
    for (int i = 0; i < 5; i++)
        query_text(&q, texts[i]);
    query_int(&q, s->deputy_of);
    query_int(&q, now);
    query_run(&q);
    put_places(store, s);
}

static void run_with_phone(struct store *store, enum query_name name, int64_t phone)
{
    struct query q = query_begin(store, name);
    query_int(&q, phone);
    query_run(&q);
}

/* Its deputies are in its place, in their own right. */
static void hand_on(struct store *store, const struct staff *s)
{
    const struct str texts[] = {s->role, s->provinces, s->organisation, s->centre};
    run_with_phone(store, QUERY_staff_heirs_clear, s->phone);
    run_with_phone(store, QUERY_staff_heirs_places, s->phone);
    struct query q = query_begin(store, QUERY_staff_heirs);
    for (int i = 0; i < 4; i++)
        query_text(&q, texts[i]);
    query_int(&q, s->phone);
    query_run(&q);
}

bool staff_remove(struct store *store, int64_t phone)
{
    struct arena *arena = arena_new(4096);
    struct staff s;
    bool found = staff_get(store, arena, phone, &s);
    if (found) {
        hand_on(store, &s);
        run_with_phone(store, QUERY_staff_place_clear, phone);
        run_with_phone(store, QUERY_token_drop, phone);
        run_with_phone(store, QUERY_proposal_drop, phone);
        run_with_phone(store, QUERY_staff_remove, phone);
    }
    arena_free(arena);
    return found;
}
