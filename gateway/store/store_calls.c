/* Calls, the places they have, and whom they ask. */
#include "gateway/store/store_calls.h"

#include "gateway/store/query.h"

const char *const call_status_names[CALL_STATUSES] = {"draft", "open", "full", "paused", "done", "cancelled"};

/* ---- calls ---- */

static void add_reach(struct store *store, int64_t id, struct str provinces)
{
    struct str rest = provinces, slug;
    while (rest.n > 0 && str_split(&rest, ' ', &slug)) {
        if (slug.n == 0)
            continue;
        struct query q = query_begin(store, QUERY_call_reach_add);
        query_int(&q, id);
        query_text(&q, slug);
        query_run(&q);
    }
}

static void add_quota(struct store *store, int64_t id, const struct call_quota *quota)
{
    struct query q = query_begin(store, QUERY_quota_add);
    query_int(&q, id);
    query_text(&q, quota->specialty);
    query_int(&q, quota->clinical);
    query_int(&q, quota->quota);
    query_run(&q);
}

static void insert_call(struct store *store, const struct call *call)
{
    struct query q = query_begin(store, QUERY_call_add);
    query_int(&q, call->id);
    query_text(&q, call->kind);
    query_text(&q, str_of(call_status_names[call->status]));
    query_int(&q, call->author);
    query_text(&q, call->title);
    query_text(&q, call->place);
    query_text(&q, call->place_en);
    query_int(&q, call->starts_at);
    query_int(&q, call->ends_at);
    query_text(&q, call->channel);
    query_int(&q, call->urgent);
    query_text(&q, call->reason);
    query_int(&q, call->created_at);
    query_int(&q, call->fixed_at);
    query_run(&q);
}

bool call_add(struct store *store, struct call *call, struct str provinces, const struct call_quota *quotas,
              size_t n)
{
    call->id = sequence_next(store);
    call->reference = store_reference(store, call->id);
    if (call->reference == 0) {
        if (store->failed == STORE_FINE)
            store->failed = STORE_CONFLICT; /* the references are used up */
        return false;
    }
    insert_call(store, call);
    add_reach(store, call->id, provinces);
    for (size_t i = 0; i < n; i++)
        add_quota(store, call->id, &quotas[i]);
    return store->failed == STORE_FINE;
}

static enum call_status status_from(struct str name)
{
    for (int i = 0; i < CALL_STATUSES; i++)
        if (str_is(name, call_status_names[i]))
            return (enum call_status)i;
    return CALL_PAUSED; /* of a newer program: nobody is asked */
}

static void take_call(struct query *q, struct arena *arena, struct call *call)
{
    call->id = query_take_int(q);
    call->reference = store_reference(q->store, call->id);
    call->kind = query_take_text(q, arena);
    call->status = status_from(query_take_text(q, arena));
    call->author = query_take_int(q);
    call->approver = query_take_int(q);
    call->title = query_take_text(q, arena);
    call->place = query_take_text(q, arena);
    call->place_en = query_take_text(q, arena);
    call->starts_at = query_take_int(q);
    call->ends_at = query_take_int(q);
    call->channel = query_take_text(q, arena);
    call->urgent = query_take_int(q) != 0;
    call->reason = query_take_text(q, arena);
    call->created_at = query_take_int(q);
    call->fixed_at = query_take_int(q);
    call->ended_at = query_take_int(q);
}

static size_t take_calls(struct query *q, struct arena *arena, struct call *rows, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q))
        take_call(q, arena, &rows[n++]);
    query_end(q);
    return n;
}

bool call_get(struct store *store, struct arena *arena, struct str scope, uint32_t reference,
              struct call *found)
{
    int64_t id;
    if (!store_sequence(store, reference, &id))
        return false;
    struct query q = query_begin(store, QUERY_call_get);
    query_int(&q, id);
    query_text(&q, scope);
    return take_calls(&q, arena, found, 1) == 1;
}

bool call_find(struct store *store, struct arena *arena, uint32_t reference, struct call *found)
{
    int64_t id;
    if (!store_sequence(store, reference, &id))
        return false;
    struct query q = query_begin(store, QUERY_call_find);
    query_int(&q, id);
    return take_calls(&q, arena, found, 1) == 1;
}

size_t call_page(struct store *store, struct arena *arena, struct str scope, int64_t after, struct call *rows,
                 size_t most)
{
    struct query q = query_begin(store, QUERY_call_page);
    query_int(&q, after);
    query_text(&q, scope);
    query_int(&q, (int64_t)most);
    return take_calls(&q, arena, rows, most);
}

size_t call_live(struct store *store, struct arena *arena, int64_t after, struct call *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_call_live);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    return take_calls(&q, arena, rows, most);
}

static bool changed(struct query *q)
{
    bool moved = query_row(q);
    query_run(q);
    return moved && q->store->failed == STORE_FINE;
}

bool call_move(struct store *store, struct str scope, const struct call *call, enum call_status to)
{
    struct query q = query_begin(store, QUERY_call_move);
    query_text(&q, str_of(call_status_names[to]));
    query_int(&q, call->id);
    query_text(&q, str_of(call_status_names[call->status]));
    query_text(&q, scope);
    return changed(&q);
}

bool call_approve(struct store *store, struct str scope, const struct call *call, int64_t approver,
                  int64_t now)
{
    struct query q = query_begin(store, QUERY_call_approve);
    query_int(&q, approver);
    query_int(&q, now);
    query_int(&q, call->id);
    query_text(&q, scope);
    return changed(&q);
}

void call_end(struct store *store, int64_t id, int64_t now)
{
    struct query q = query_begin(store, QUERY_call_end);
    query_int(&q, now);
    query_int(&q, id);
    query_run(&q);
}

void call_level(struct store *store, int64_t id)
{
    struct query q = query_begin(store, QUERY_call_filled);
    query_int(&q, id);
    query_run(&q);
    q = query_begin(store, QUERY_call_reopened);
    query_int(&q, id);
    query_run(&q);
}

struct str call_provinces(struct store *store, struct arena *arena, int64_t id)
{
    struct sbuf slugs = sbuf_in(arena);
    struct query q = query_begin(store, QUERY_call_reach);
    query_int(&q, id);
    while (query_row(&q)) {
        struct str slug = query_take_text(&q, arena);
        sbuf_printf(&slugs, "%s%.*s", slugs.n > 0 ? " " : "", STR_ARG(slug));
    }
    query_end(&q);
    return sbuf_str(&slugs);
}

size_t call_quotas(struct store *store, struct arena *arena, int64_t id,
                   struct call_quota quotas[CALL_QUOTAS])
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_quota_page);
    query_int(&q, id);
    query_int(&q, CALL_QUOTAS);
    while (n < CALL_QUOTAS && query_row(&q)) {
        struct call_quota *quota = &quotas[n++];
        quota->specialty = query_take_text(&q, arena);
        quota->clinical = query_take_int(&q) != 0;
        quota->quota = query_take_int(&q);
        quota->taken = query_take_int(&q);
        quota->asked = query_take_int(&q);
        quota->waves = query_take_int(&q);
        quota->wave_at = query_take_int(&q);
        quota->wave_left = query_take_int(&q);
        quota->cursor = query_take_int(&q);
    }
    query_end(&q);
    return n;
}

int64_t call_people(struct store *store, int64_t id, int64_t most)
{
    struct query q = query_begin(store, QUERY_call_people);
    query_int(&q, id);
    query_int(&q, most);
    int64_t people = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return people;
}

/* ---- asking ---- */

void quota_wave(struct store *store, int64_t call, const struct call_quota *quota)
{
    struct query q = query_begin(store, QUERY_quota_wave);
    query_int(&q, quota->asked);
    query_int(&q, quota->waves);
    query_int(&q, quota->wave_at);
    query_int(&q, quota->wave_left);
    query_int(&q, quota->cursor);
    query_int(&q, call);
    query_text(&q, quota->specialty);
    query_run(&q);
}

void quota_answers(struct store *store, int64_t call, struct str specialty, int64_t *answered,
                   int64_t *gained)
{
    struct query q = query_begin(store, QUERY_quota_answers);
    query_int(&q, call);
    query_text(&q, specialty);
    bool found = query_row(&q);
    *answered = found ? query_take_int(&q) : 0;
    *gained = found ? query_take_int(&q) : 0;
    query_end(&q);
}

int64_t call_waiting(struct store *store, int64_t id)
{
    struct query q = query_begin(store, QUERY_call_waiting);
    query_int(&q, id);
    int64_t n = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return n;
}

size_t quota_people(struct store *store, int64_t call, struct call_quota *quota, int64_t *phones, size_t most,
                    size_t look, bool *more)
{
    size_t n = 0, looked = 0;
    struct query q = query_begin(store, QUERY_quota_people);
    query_int(&q, quota->clinical);
    query_int(&q, call);
    query_text(&q, quota->specialty);
    query_int(&q, quota->cursor);
    query_int(&q, (int64_t)look);
    while (n < most && query_row(&q)) {
        quota->cursor = query_take_int(&q);
        int64_t phone = query_take_int(&q);
        looked++;
        if (query_take_int(&q) != 0)
            phones[n++] = phone;
    }
    query_end(&q);
    *more = n == most || looked == look;
    return n;
}

static enum call_word word_of_reminder(enum call_status status, struct str state)
{
    if (status == CALL_DONE || status == CALL_CANCELLED)
        return CALL_GONE;
    return str_is(state, called_names[CALLED_PLACE]) ? CALL_GOES : CALL_NOPLACE;
}

static enum call_word word_of_invitation(enum call_status status, int64_t stopped_at, int64_t open)
{
    if (stopped_at > 0)
        return CALL_OPTOUT;
    if (status == CALL_PAUSED)
        return CALL_WAITS;
    if (status == CALL_FULL || (status == CALL_OPEN && open == 0))
        return CALL_TAKEN;
    return status == CALL_OPEN ? CALL_GOES : CALL_GONE;
}

enum call_word call_sends(struct store *store, const struct outbound *row, bool *urgent)
{
    enum call_word word = CALL_NONE;
    struct arena *arena = arena_new(256);
    struct query q = query_begin(store, QUERY_call_sends);
    query_int(&q, row->phone);
    query_int(&q, row->source);
    *urgent = false;
    if (query_row(&q)) {
        enum call_status status = status_from(query_take_text(&q, arena));
        *urgent = query_take_int(&q) != 0;
        int64_t stopped_at = query_take_int(&q), open = query_take_int(&q);
        struct str state = query_take_text(&q, arena);
        word = row->lane == LANE_BROADCAST ? word_of_invitation(status, stopped_at, open)
                                           : word_of_reminder(status, state);
    }
    query_end(&q);
    arena_free(arena);
    return word;
}

void call_unask(struct store *store, const struct outbound *row, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_call_unask);
    query_int(&q, now_ms);
    query_int(&q, row->id);
    query_run(&q);
    q = query_begin(store, QUERY_call_unasked);
    query_int(&q, row->source);
    query_int(&q, row->phone);
    query_run(&q);
}

void call_unpark(struct store *store, int64_t id, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_call_unpark);
    query_int(&q, now_ms);
    query_int(&q, id);
    query_run(&q);
}
