/* Contacts and the inbox. */
#include "gateway/store/query.h"

void contact_get(struct store *store, struct arena *arena, int64_t phone, struct contact *c)
{
    *c = (struct contact){.phone = phone, .is_new = true};
    struct query q = query_begin(store, QUERY_contact_get);
    query_int(&q, phone);
    if (query_row(&q)) {
        c->is_new = false;
        c->has_language = language_from(query_take_text(&q, arena), &c->language);
        c->province = query_take_text(&q, arena);
        c->stopped_at = query_take_int(&q);
        c->question = query_take_text(&q, arena);
        c->question_at = query_take_int(&q);
        c->confirmed_since = query_take_int(&q);
        c->confirmed_count = query_take_int(&q);
        c->unknown_since = query_take_int(&q);
        c->unknown_count = query_take_int(&q);
        c->unknown_hash = query_take_int(&q);
        c->sent_hash = query_take_int(&q);
        c->sent_hash_before = query_take_int(&q);
        c->handed_at = query_take_int(&q);
        c->created_at = query_take_int(&q);
        c->blocked_at = query_take_int(&q);
        c->donor = query_take_int(&q);
    }
    query_end(&q);
}

void contact_put(struct store *store, const struct contact *c, int64_t now)
{
    struct query q = query_begin(store, QUERY_contact_put);
    query_int(&q, c->phone);
    query_text_or_null(&q, c->has_language ? str_of(language_codes[c->language]) : STR(""));
    query_text_or_null(&q, c->province);
    query_int(&q, c->stopped_at);
    query_text_or_null(&q, c->question);
    query_int(&q, c->question_at);
    query_int(&q, c->confirmed_since);
    query_int(&q, c->confirmed_count);
    query_int(&q, c->unknown_since);
    query_int(&q, c->unknown_count);
    query_int(&q, c->unknown_hash);
    query_int(&q, c->sent_hash);
    query_int(&q, c->sent_hash_before);
    query_int(&q, c->handed_at);
    query_int(&q, c->donor);
    query_int(&q, now);
    query_run(&q);
}

void contact_block(struct store *store, int64_t phone, int64_t at)
{
    struct query q = query_begin(store, QUERY_contact_block);
    query_int(&q, at);
    query_int(&q, phone);
    query_run(&q);
}

static struct str bytes_of(const struct digest *key)
{
    return str_from((const char *)key->byte, sizeof key->byte);
}

/* Reads them anew when the day has changed: once a day, some 80 ms for as many
 * as the filter takes.  Nothing is added to a day that is over but by a clock
 * that is set back (inbox_add). */
static void read_earlier_keys(struct store *store, int64_t today, int64_t days)
{
    struct earlier_keys *e = &store->earlier;
    struct digest key;
    size_t n = 0;
    *e = (struct earlier_keys){.today = today, .days = days, .filter = e->filter};
    if (!key_filter_clear(&e->filter)) /* only when memory is out: tests/faults */
        return;
    struct query q = query_begin(store, QUERY_inbox_keys);
    query_int(&q, today - days);
    query_int(&q, today);
    query_int(&q, KEY_FILTER_MOST + 1);
    for (; query_row(&q); n++) {
        struct str bytes = query_see_text(&q);
        if (bytes.n != sizeof key.byte) /* no key of ours */
            continue;
        memcpy(key.byte, bytes.p, sizeof key.byte);
        key_filter_add(&e->filter, &key);
    }
    query_end(&q);
    e->whole = n <= KEY_FILTER_MOST;
    if (store->failed != STORE_FINE)
        *e = (struct earlier_keys){.filter = e->filter}; /* of no day: the next one reads again */
}

static bool may_be_of_earlier_days(struct store *store, const struct digest *key, int64_t today, int64_t days)
{
    struct earlier_keys *e = &store->earlier;
    if (e->today != today || e->days != days)
        read_earlier_keys(store, today, days);
    return !e->whole || key_filter_may_hold(&e->filter, key);
}

void inbox_find(struct store *store, struct arena *arena, const struct digest *key, int64_t today,
                int64_t days, struct inbox_before *before)
{
    *before = (struct inbox_before){0};
    bool far = may_be_of_earlier_days(store, key, today, days);
    struct query q = query_begin(store, !far        ? QUERY_inbox_find_day
                                        : days <= 7 ? QUERY_inbox_find_week
                                                    : QUERY_inbox_find);
    query_int(&q, today);
    if (far)
        query_int(&q, days);
    query_blob(&q, bytes_of(key));
    if (query_row(&q)) {
        before->found = true;
        before->id = query_take_int(&q);
        before->text = query_take_text(&q, arena);
        before->answer_status = (int)query_take_int(&q);
        before->answer = query_take_text(&q, arena);
        before->created_at = query_take_int(&q);
        before->sender = query_take_text(&q, arena);
    }
    query_end(&q);
}

int64_t inbox_add(struct store *store, const struct inbound *m, const struct digest *key, int64_t today,
                  int64_t copy, const char *command, const char *status, int64_t now)
{
    int64_t id = 0;
    if (today != store->earlier.today)
        store->earlier.today = 0; /* of a day that the keys may be of */
    struct query q = query_begin(store, QUERY_inbox_add);
    query_int(&q, today);
    query_blob(&q, bytes_of(key));
    query_int(&q, copy);
    query_text(&q, m->channel);
    query_text(&q, m->sender);
    query_text(&q, m->text);
    query_text(&q, m->id);
    query_text(&q, str_of(command));
    query_text(&q, str_of(status));
    query_int(&q, now);
    if (query_row(&q))
        id = query_take_int(&q);
    query_run(&q);
    return store->failed == STORE_FINE ? id : 0;
}

void inbox_settle(struct store *store, int64_t id, const char *status, const char *reason, bool unanswered,
                  int64_t now)
{
    struct query q = query_begin(store, QUERY_inbox_settle);
    query_text(&q, str_of(status));
    query_text_or_null(&q, str_of(reason));
    query_int(&q, unanswered);
    query_int(&q, now);
    query_int(&q, id);
    query_run(&q);
}

void inbox_answered(struct store *store, int64_t id, int64_t now)
{
    struct query q = query_begin(store, QUERY_inbox_answered);
    query_int(&q, now);
    query_int(&q, id);
    query_run(&q);
}

static void take_row(struct query *q, struct arena *arena, struct inbox_row *row)
{
    row->id = query_take_int(q);
    row->channel = query_take_text(q, arena);
    row->sender = query_take_text(q, arena);
    row->text = query_take_text(q, arena);
    row->command = query_take_text(q, arena);
    row->status = query_take_text(q, arena);
    row->reason = query_take_text(q, arena);
    row->unanswered = query_take_int(q) != 0;
    row->created_at = query_take_int(q);
    row->updated_at = query_take_int(q);
    row->provider_id = query_take_text(q, arena);
}

bool inbox_get(struct store *store, struct arena *arena, int64_t id, struct inbox_row *row)
{
    struct query q = query_begin(store, QUERY_inbox_get);
    query_int(&q, id);
    bool found = query_row(&q);
    if (found)
        take_row(&q, arena, row);
    query_end(&q);
    return found;
}

size_t inbox_page(struct store *store, struct arena *arena, bool unanswered, int64_t after,
                  struct inbox_row *rows, size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, unanswered ? QUERY_inbox_unanswered_page : QUERY_inbox_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    while (n < most && query_row(&q))
        take_row(&q, arena, &rows[n++]);
    query_end(&q);
    return n;
}

int64_t inbox_newest(struct store *store)
{
    return query_count(store, QUERY_inbox_newest);
}
