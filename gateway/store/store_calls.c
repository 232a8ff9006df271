/* Calls, the places they have, and whom they ask. */
#include "gateway/store/store_calls.h"

#include "gateway/store/query.h"

const char *const call_status_names[CALL_STATUSES] = {"draft", "open", "full", "paused", "done", "cancelled"};

/* ---- calls ---- */

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
    reach_add(store, call->id, provinces);
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
        quota->looked = query_take_int(&q);
        quota->stopped = query_take_int(&q);
        quota->abroad = query_take_int(&q);
        quota->blocked = query_take_int(&q);
    }
    query_end(&q);
    return n;
}

/* The digits with which numbers at home begin, and the last second at which
 * somebody may have been blocked. */
static void query_line(struct query *q, const struct call_line *line)
{
    query_text(q, line->country);
    query_int(q, line->promo ? 0 : INT64_MAX);
}

int64_t call_people(struct store *store, int64_t id, const struct call_line *line, int64_t most)
{
    struct query q = query_begin(store, QUERY_call_people);
    query_int(&q, id);
    query_line(&q, line);
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
    query_int(&q, quota->looked);
    query_int(&q, quota->stopped);
    query_int(&q, quota->abroad);
    query_int(&q, quota->blocked);
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

/* Whom it leaves out is counted where it never looked before. */
static bool is_meant(struct call_quota *quota, enum audience_fate fate)
{
    bool first = quota->cursor > quota->looked;
    quota->stopped += first && fate == FATE_STOPPED;
    quota->abroad += first && fate == FATE_ABROAD;
    quota->blocked += first && fate == FATE_BLOCKED;
    quota->looked = first ? quota->cursor : quota->looked;
    return fate == FATE_MEANT;
}

size_t quota_people(struct store *store, int64_t call, struct call_quota *quota, const struct call_line *line,
                    int64_t *phones, size_t most, bool *more)
{
    size_t n = 0, looked = 0;
    struct query q = query_begin(store, QUERY_quota_people);
    query_int(&q, quota->clinical);
    query_int(&q, call);
    query_line(&q, line);
    query_text(&q, quota->specialty);
    query_int(&q, quota->cursor);
    query_int(&q, (int64_t)line->look);
    while (n < most && query_row(&q)) {
        quota->cursor = query_take_int(&q);
        int64_t phone = query_take_int(&q);
        looked++;
        if (is_meant(quota, (enum audience_fate)query_take_int(&q)))
            phones[n++] = phone;
    }
    query_end(&q);
    *more = n == most || looked == line->look;
    return n;
}

bool call_has_room(struct store *store, int64_t id, int64_t phone)
{
    struct query q = query_begin(store, QUERY_call_room);
    query_int(&q, id);
    query_int(&q, phone);
    bool room = query_row(&q) && query_take_int(&q) > 0;
    query_end(&q);
    return room;
}

void call_unask(struct store *store, const struct outbound *row)
{
    struct query q = query_begin(store, QUERY_call_unask);
    query_int(&q, row->id);
    query_run(&q);
    q = query_begin(store, QUERY_call_unasked);
    query_int(&q, row->source);
    query_int(&q, row->phone);
    query_run(&q);
}
