/* What people answered to calls: places, and who stands by. */
#include "gateway/store/query.h"
#include "gateway/store/store_calls.h"

const char *const called_names[CALLED_STATES] = {"place", "standby", "no", "withdrawn", "arrived"};

static enum called called_from(struct str name)
{
    for (int i = 0; i < CALLED_STATES; i++)
        if (str_is(name, called_names[i]))
            return (enum called)i;
    return CALLED_WITHDRAWN; /* unreachable: only these are written */
}

static size_t take_answers(struct query *q, struct arena *arena, struct call_answer *rows, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q)) {
        struct call_answer *a = &rows[n++];
        a->call = query_take_int(q);
        a->phone = query_take_int(q);
        a->volunteer = query_take_int(q);
        a->specialty = query_take_text(q, arena);
        a->heads = query_take_int(q);
        a->state = called_from(query_take_text(q, arena));
        a->turn = query_take_int(q);
        a->answered_at = query_take_int(q);
        a->reminded_at = query_take_int(q);
        a->arrived_at = query_take_int(q);
        a->minutes = query_take_int(q);
        a->name = query_take_text(q, arena);
    }
    query_end(q);
    return n;
}

size_t call_fits(struct store *store, struct arena *arena, int64_t call, int64_t phone, struct call_fit *rows,
                 size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_call_fits);
    query_int(&q, call);
    query_int(&q, phone);
    query_int(&q, (int64_t)most);
    while (n < most && query_row(&q)) {
        struct call_fit *fit = &rows[n++];
        fit->volunteer = query_take_int(&q);
        fit->specialty = query_take_text(&q, arena);
        fit->wanted = query_take_int(&q) != 0;
        fit->near = query_take_int(&q) != 0;
        fit->verified = query_take_int(&q) != 0;
        fit->free = query_take_int(&q);
    }
    query_end(&q);
    return n;
}

bool answer_get(struct store *store, struct arena *arena, int64_t call, int64_t phone,
                struct call_answer *found)
{
    struct query q = query_begin(store, QUERY_answer_get);
    query_int(&q, call);
    query_int(&q, phone);
    return take_answers(&q, arena, found, 1) == 1;
}

void answer_put(struct store *store, const struct call_answer *a)
{
    struct query q = query_begin(store, QUERY_answer_put);
    query_int(&q, a->call);
    query_int(&q, a->phone);
    query_int(&q, a->volunteer);
    query_text(&q, a->specialty);
    query_int(&q, a->heads);
    query_text(&q, str_of(called_names[a->state]));
    query_int(&q, a->turn);
    query_int(&q, a->answered_at);
    query_int(&q, a->reminded_at);
    query_int(&q, a->arrived_at);
    query_int(&q, a->minutes);
    query_run(&q);
}

/* ---- places ---- */

/* All HEADS or none: the quota stands in one row, and this is the only way to it. */
static bool quota_take(struct store *store, const struct call_answer *a, int64_t heads)
{
    struct query q = query_begin(store, QUERY_quota_take);
    query_int(&q, heads);
    query_int(&q, a->call);
    query_text(&q, a->specialty);
    bool taken = query_row(&q);
    query_run(&q);
    return taken && store->failed == STORE_FINE;
}

static void quota_free(struct store *store, const struct call_answer *a, int64_t heads)
{
    struct query q = query_begin(store, QUERY_quota_free);
    query_int(&q, heads);
    query_int(&q, a->call);
    query_text(&q, a->specialty);
    query_run(&q);
}

static int64_t next_turn(struct store *store, int64_t call)
{
    struct query q = query_begin(store, QUERY_call_turn);
    query_int(&q, call);
    int64_t turn = query_row(&q) ? query_take_int(&q) : 0;
    query_run(&q);
    return turn;
}

void answer_place(struct store *store, struct call_answer *a)
{
    a->turn = next_turn(store, a->call);
    a->state = quota_take(store, a, a->heads) ? CALLED_PLACE : CALLED_STANDBY;
    answer_put(store, a);
    call_level(store, a->call);
}

void answer_leave(struct store *store, struct call_answer *a, enum called state)
{
    if (a->state == CALLED_PLACE)
        quota_free(store, a, a->heads);
    a->state = state;
    answer_put(store, a);
    call_level(store, a->call);
}

bool answer_resize(struct store *store, struct call_answer *a, int64_t heads)
{
    int64_t more = heads - a->heads;
    if (a->state == CALLED_PLACE && more > 0 && !quota_take(store, a, more))
        return false;
    if (a->state == CALLED_PLACE && more < 0)
        quota_free(store, a, -more);
    a->heads = heads;
    answer_put(store, a);
    call_level(store, a->call);
    return true;
}

bool answer_promote(struct store *store, struct arena *arena, int64_t call, int64_t reminded_at,
                    struct call_answer *promoted)
{
    struct query q = query_begin(store, QUERY_answer_next);
    query_int(&q, call);
    if (take_answers(&q, arena, promoted, 1) == 0 || !quota_take(store, promoted, promoted->heads))
        return false;
    promoted->state = CALLED_PLACE;
    promoted->reminded_at = reminded_at;
    answer_put(store, promoted);
    call_level(store, call);
    return true;
}

int64_t answer_turn(struct store *store, const struct call_answer *a)
{
    struct query q = query_begin(store, QUERY_answer_turn);
    query_int(&q, a->call);
    query_text(&q, a->specialty);
    query_int(&q, a->turn);
    int64_t turn = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return turn;
}

bool answer_here(struct store *store, struct arena *arena, int64_t phone, int64_t early, int64_t now,
                 struct call *call)
{
    int64_t id = 0;
    size_t n = 0;
    struct query q = query_begin(store, QUERY_answer_here);
    query_int(&q, phone);
    query_int(&q, now + early);
    query_int(&q, now);
    while (query_row(&q)) {
        id = query_take_int(&q);
        n++;
    }
    query_end(&q);
    return n == 1 && call_find(store, arena, store_reference(store, id), call);
}

/* ---- lists ---- */

size_t answer_page(struct store *store, struct arena *arena, struct str scope, int64_t call, int64_t after,
                   struct call_answer *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_answer_page);
    query_int(&q, call);
    query_int(&q, after);
    query_text(&q, scope);
    query_int(&q, (int64_t)most);
    return take_answers(&q, arena, rows, most);
}

static size_t some_of(struct store *store, struct arena *arena, enum query_name name, int64_t call,
                      struct call_answer *rows, size_t most)
{
    struct query q = query_begin(store, name);
    query_int(&q, call);
    query_int(&q, (int64_t)most);
    return take_answers(&q, arena, rows, most);
}

size_t answer_unreminded(struct store *store, struct arena *arena, int64_t call, struct call_answer *rows,
                         size_t most)
{
    return some_of(store, arena, QUERY_answer_unreminded, call, rows, most);
}

size_t answer_unsettled(struct store *store, struct arena *arena, int64_t call, struct call_answer *rows,
                        size_t most)
{
    return some_of(store, arena, QUERY_answer_unsettled, call, rows, most);
}

void answer_settle(struct store *store, const struct call_answer *a, int64_t now)
{
    struct query q = query_begin(store, QUERY_answer_settle);
    query_int(&q, now);
    query_int(&q, a->minutes);
    query_int(&q, a->call);
    query_int(&q, a->phone);
    query_run(&q);
}

void answer_counts(struct store *store, int64_t call, struct call_count counts[CALLED_STATES])
{
    struct arena *arena = arena_new(256);
    struct query q = query_begin(store, QUERY_answer_counts);
    query_int(&q, call);
    memset(counts, 0, CALLED_STATES * sizeof *counts);
    while (query_row(&q)) {
        struct call_count *count = &counts[called_from(query_take_text(&q, arena))];
        count->answers = query_take_int(&q);
        count->heads = query_take_int(&q);
    }
    query_end(&q);
    arena_free(arena);
}

int64_t volunteer_minutes(struct store *store, int64_t volunteer)
{
    struct query q = query_begin(store, QUERY_volunteer_minutes);
    query_int(&q, volunteer);
    int64_t minutes = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return minutes;
}

/* ---- who is gone ---- */

static void run_of(struct store *store, enum query_name name, int64_t whose)
{
    struct query q = query_begin(store, name);
    query_int(&q, whose);
    query_run(&q);
}

/* Who stands by is moved up by what looks after all calls (gateway/calls.c). */
void answers_leave(struct store *store, int64_t volunteer)
{
    run_of(store, QUERY_quota_free_volunteer, volunteer);
    run_of(store, QUERY_answers_leave_volunteer, volunteer);
}

void answers_forget(struct store *store, int64_t by, int64_t phone)
{
    run_of(store, QUERY_quota_free_phone, phone);
    run_of(store, QUERY_answers_leave_phone, phone);
    struct query q = query_begin(store, QUERY_answers_forget);
    query_int(&q, by);
    query_int(&q, phone);
    query_run(&q);
    q = query_begin(store, QUERY_calls_forget_author);
    query_int(&q, phone);
    query_int(&q, by);
    query_run(&q);
}
