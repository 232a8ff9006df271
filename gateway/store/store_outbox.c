/* The outbox. */
#include <stdlib.h>

#include "gateway/store/query.h"

uint64_t outbox_channel_bit(struct str channel)
{
    unsigned sum = 0;
    for (size_t i = 0; i < channel.n; i++)
        sum = sum * 31 + (unsigned char)channel.p[i];
    return UINT64_C(1) << sum % 64;
}

uint64_t outbox_take_queued(struct store *store)
{
    uint64_t queued = store->queued;
    store->queued = 0;
    return queued;
}

int64_t outbox_add(struct store *store, const struct outbound *m, int64_t now_ms)
{
    int64_t id = 0;
    struct query q = query_begin(store, QUERY_outbox_add);
    query_text(&q, m->channel);
    query_int(&q, m->phone);
    query_text(&q, m->text);
    query_int(&q, m->segments);
    query_int(&q, m->lane);
    query_int(&q, now_ms);
    query_int(&q, m->expires_ms > 0 ? m->expires_ms : now_ms + outbox_lifetime_ms(m->lane));
    query_int(&q, m->reply_to);
    query_int(&q, m->source);
    if (query_row(&q))
        id = query_take_int(&q);
    query_run(&q);
    store->queued |= outbox_channel_bit(m->channel);
    return store->failed == STORE_FINE ? id : 0;
}

static void take_row(struct query *q, struct arena *arena, struct outbound *m)
{
    m->id = query_take_int(q);
    m->channel = query_take_text(q, arena);
    m->phone = query_take_int(q);
    m->text = query_take_text(q, arena);
    m->segments = (unsigned)query_take_int(q);
    m->lane = (enum lane)query_take_int(q);
    m->status = query_take_text(q, arena);
    m->due_ms = query_take_int(q);
    m->expires_ms = query_take_int(q);
    m->attempts = query_take_int(q);
    m->resends = query_take_int(q);
    m->may_be_double = query_take_int(q) != 0;
    m->reply_to = query_take_int(q);
    m->source = query_take_int(q);
    m->provider_id = query_take_text(q, arena);
    m->reason = query_take_text(q, arena);
    m->created_ms = query_take_int(q);
    m->updated_ms = query_take_int(q);
    m->sent_ms = query_take_int(q);
    m->delivered_ms = query_take_int(q);
}

static size_t take_rows(struct query *q, struct arena *arena, struct outbound *rows, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q))
        take_row(q, arena, &rows[n++]);
    query_end(q);
    return n;
}

static int by_due(const void *a, const void *b)
{
    const struct outbound *x = a, *y = b;
    int64_t d = x->due_ms != y->due_ms ? x->due_ms - y->due_ms : x->id - y->id;
    return d < 0 ? -1 : d > 0;
}

/* Runs to its end even when MOST rows were taken: an UPDATE … RETURNING that is
 * reset half way is still whole in SQLite, and must be in every engine. */
size_t outbox_claim(struct store *store, struct arena *arena, struct str channel, enum lane lane,
                    struct str node, int64_t now_ms, struct outbound *rows, size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_claim_due);
    query_text(&q, node);
    query_int(&q, now_ms);
    query_text(&q, channel);
    query_int(&q, lane);
    query_int(&q, (int64_t)most);
    while (query_row(&q))
        if (n < most) /* unreachable: the query's LIMIT, but it bounds an array */
            take_row(&q, arena, &rows[n++]);
    qsort(rows, n, sizeof *rows, by_due); /* RETURNING promises no order */
    return store->failed == STORE_FINE ? n : 0;
}

int64_t outbox_next_due(struct store *store, struct str channel, enum lane lane)
{
    struct query q = query_begin(store, QUERY_outbox_next_due);
    query_text(&q, channel);
    query_int(&q, lane);
    int64_t due = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return due;
}

/* Telecoms name an id in another case, or with its zeros lost. */
static struct str provider_key(struct arena *arena, struct str id)
{
    bool digits = id.n > 0;
    for (size_t i = 0; i < id.n; i++)
        digits = digits && id.p[i] >= '0' && id.p[i] <= '9';
    while (digits && id.n > 1 && id.p[0] == '0')
        id = str_after(id, 1);
    struct sbuf key = sbuf_in(arena);
    for (size_t i = 0; i < id.n; i++)
        sbuf_byte(&key, id.p[i] >= 'A' && id.p[i] <= 'Z' ? (char)(id.p[i] + 32) : id.p[i]);
    return sbuf_str(&key);
}

static bool note_sent(struct store *store, enum query_name name, int64_t id, struct str provider_id,
                      struct str key, int64_t now_ms)
{
    struct query q = query_begin(store, name);
    query_int(&q, now_ms);
    query_text(&q, provider_id);
    query_text(&q, key);
    query_int(&q, id);
    bool moved = query_row(&q);
    query_run(&q);
    return moved;
}

/* A report that came before its message had the telecom's id. */
static void apply_early(struct store *store, struct arena *arena, int64_t id, struct str channel,
                        struct str key, int64_t now_ms)
{
    struct report report = {.channel = channel, .id = id};
    struct query q = query_begin(store, QUERY_early_report_get);
    query_text(&q, channel);
    query_text(&q, key);
    bool found = query_row(&q);
    if (found) {
        report.state = (enum report_state)query_take_int(&q);
        report.detail = query_take_text(&q, arena);
    }
    query_end(&q);
    if (!found)
        return;
    q = query_begin(store, QUERY_early_report_take);
    query_text(&q, channel);
    query_text(&q, key);
    query_run(&q);
    (void)outbox_report(store, arena, &report, now_ms); /* the row is there */
}

/* Moves forward only: a report may have come before this answer, and then only
 * what it could not know is added. */
void outbox_sent(struct store *store, struct arena *arena, const struct outbound *row, struct str provider_id,
                 int64_t now_ms)
{
    struct str key = provider_key(arena, provider_id);
    bool moved = note_sent(store, QUERY_outbox_sent, row->id, provider_id, key, now_ms);
    if (!moved)
        /* it gives no row */
        (void)note_sent(store, QUERY_outbox_sent_late, row->id, provider_id, key, now_ms);
    if (key.n > 0)
        apply_early(store, arena, row->id, row->channel, key, now_ms);
}

void outbox_delay_rest(struct store *store, const struct outbound *row, int64_t due_ms)
{
    struct query q = query_begin(store, QUERY_outbox_delay_rest);
    query_int(&q, due_ms);
    query_int(&q, row->reply_to);
    query_int(&q, row->id);
    query_run(&q);
}

size_t outbox_pull_back(struct store *store, enum outbox_status status, int64_t latest_ms, size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, status == OUTBOX_QUEUED ? QUERY_outbox_pull_back_queued
                                                                : QUERY_outbox_pull_back_uncertain);
    query_int(&q, latest_ms);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, (int64_t)most);
    while (query_row(&q))
        n++;
    return n;
}

size_t outbox_hand_over(struct store *store, struct str from, struct str to, bool same_class, int64_t now_ms,
                        size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_outbox_hand_over);
    query_text(&q, to);
    query_int(&q, now_ms);
    query_text(&q, from);
    query_int(&q, OUTBOX_PARKED_MS);
    query_int(&q, same_class);
    query_int(&q, (int64_t)most);
    while (query_row(&q))
        n++;
    return n;
}

void outbox_set_aside(struct store *store, const struct outbound *row, int64_t due_ms, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_outbox_set_aside);
    query_int(&q, due_ms);
    query_int(&q, now_ms);
    query_int(&q, row->id);
    query_run(&q);
}

bool outbox_again(struct store *store, const struct outbound *row, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_outbox_again);
    query_int(&q, now_ms);
    query_int(&q, now_ms + outbox_lifetime_ms(row->lane));
    query_int(&q, row->id);
    bool moved = query_row(&q);
    query_run(&q);
    return moved;
}

bool outbox_drop(struct store *store, const struct outbound *row, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_outbox_drop);
    query_int(&q, now_ms);
    query_int(&q, row->id);
    bool moved = query_row(&q);
    query_run(&q);
    return moved;
}

void report_forget_early(struct store *store, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_early_report_purge);
    query_int(&q, now_ms - 24LL * 3600 * 1000);
    query_run(&q);
}

static void add_event(struct store *store, int64_t id, int64_t now_ms, const char *what, struct str detail)
{
    struct query q = query_begin(store, QUERY_outbox_event_add);
    query_int(&q, id);
    query_int(&q, now_ms);
    query_text(&q, str_of(what));
    query_text(&q, detail);
    query_run(&q);
}

void outbox_move(struct store *store, const struct outbound *row, const struct outbox_move *move,
                 const char *what, struct str reason, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_outbox_move);
    query_text(&q, str_of(outbox_status_names[move->status]));
    query_int(&q, move->due_ms);
    query_int(&q, now_ms);
    query_text(&q, reason);
    query_int(&q, row->may_be_double || move->may_be_double);
    query_int(&q, row->resends + (move->resend ? 1 : 0));
    query_int(&q, row->attempts);
    query_int(&q, row->id);
    query_run(&q);
    add_event(store, row->id, now_ms, what, reason);
}

void outbox_put_off(struct store *store, int64_t id, int64_t due_ms)
{
    struct query q = query_begin(store, QUERY_outbox_put_off);
    query_int(&q, due_ms);
    query_int(&q, id);
    query_run(&q);
}

void outbox_unclaim(struct store *store, int64_t id, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_outbox_unclaim);
    query_int(&q, now_ms);
    query_int(&q, id);
    query_run(&q);
}

bool outbox_get(struct store *store, struct arena *arena, int64_t id, struct outbound *row)
{
    struct query q = query_begin(store, QUERY_outbox_get);
    query_int(&q, id);
    return take_rows(&q, arena, row, 1) == 1;
}

static size_t rows_of(struct store *store, struct arena *arena, enum query_name name, int64_t key,
                      struct outbound *rows, size_t most)
{
    struct query q = query_begin(store, name);
    query_int(&q, key);
    query_int(&q, (int64_t)most);
    return take_rows(&q, arena, rows, most);
}

size_t outbox_page(struct store *store, struct arena *arena, int64_t after, struct outbound *rows,
                   size_t most)
{
    return rows_of(store, arena, QUERY_outbox_page, after, rows, most);
}

size_t outbox_replies(struct store *store, struct arena *arena, int64_t message, struct outbound *rows,
                      size_t most)
{
    return rows_of(store, arena, QUERY_outbox_replies, message, rows, most);
}

size_t outbox_pick(struct store *store, struct arena *arena, enum outbox_pick which, int64_t now_ms,
                   struct outbound *rows, size_t most)
{
    if (which != PICK_LEFT_BEHIND)
        return rows_of(store, arena, which == PICK_UNCERTAIN ? QUERY_outbox_uncertain : QUERY_outbox_expired,
                       now_ms, rows, most);
    struct query q = query_begin(store, QUERY_outbox_left_behind);
    query_int(&q, (int64_t)most);
    return take_rows(&q, arena, rows, most);
}

static enum outbox_status status_from(struct str name)
{
    for (int i = 0; i < OUTBOX_STATUSES; i++)
        if (str_is(name, outbox_status_names[i]))
            return (enum outbox_status)i;
    return OUTBOX_HELD;
}

/* The row a report is about, by our id or the telecom's. */
static int64_t reported_id(struct store *store, struct arena *arena, const struct report *report)
{
    if (report->id != 0)
        return report->id;
    struct query q = query_begin(store, QUERY_outbox_by_provider_key);
    query_text(&q, report->channel);
    query_text(&q, provider_key(arena, report->provider_id));
    int64_t id = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return id;
}

/* As for a message that is there already: the first final report stays. */
static void keep_early(struct store *store, struct arena *arena, const struct report *report, int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_early_report_put);
    query_text(&q, report->channel);
    query_text(&q, provider_key(arena, report->provider_id));
    query_int(&q, report->state);
    query_text(&q, report->detail);
    query_int(&q, now_ms);
    query_run(&q);
}

bool outbox_report(struct store *store, struct arena *arena, const struct report *report, int64_t now_ms)
{
    struct outbound row;
    enum outbox_status to;
    int64_t id = reported_id(store, arena, report);
    if (id == 0 && report->provider_id.n > 0)
        keep_early(store, arena, report, now_ms);
    if (id == 0 || !outbox_get(store, arena, id, &row) || !str_eq(row.channel, report->channel))
        return false;
    if (!outbox_after_report(status_from(row.status), report->state, &to))
        return true;
    struct query q = query_begin(store, QUERY_outbox_report);
    query_text(&q, str_of(outbox_status_names[to]));
    query_int(&q, to == OUTBOX_DELIVERED ? now_ms : row.delivered_ms);
    query_int(&q, now_ms);
    query_text(&q, to == OUTBOX_FAILED ? report->detail : STR(""));
    query_int(&q, row.id);
    query_text(&q, row.status);
    query_run(&q);
    if (row.sent_ms == 0 && to != OUTBOX_FAILED) /* the report came before the answer to the send */
        (void)note_sent(store, QUERY_outbox_sent_late, row.id, row.provider_id, STR(""),
                        now_ms); /* it gives no row */
    return true;
}

size_t outbox_events(struct store *store, struct arena *arena, int64_t id, struct outbox_event *events,
                     size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_outbox_event_page);
    query_int(&q, id);
    query_int(&q, (int64_t)most);
    while (n < most && query_row(&q)) {
        events[n].at_ms = query_take_int(&q);
        events[n].what = query_take_text(&q, arena);
        events[n].detail = query_take_text(&q, arena);
        n++;
    }
    query_end(&q);
    return n;
}
