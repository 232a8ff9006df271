/* Forgetting somebody and keeping the sums: pledges, counts of messages and
 * what recruiters achieved stay as they are, under a number that is no phone.
 * Every statement may be run again; it then finds nothing. */
#include <stdio.h>

#include "gateway/store/query.h"
#include "gateway/store/store_calls.h"

/* Random, so that it leads nowhere, and one for all, so that pledges of one
 * donor still count as one donor's.  Below 0: no phone, and nothing is sent. */
static int64_t stand_in(void)
{
    uint64_t random;
    crypto_random(&random, sizeof random);
    return -(int64_t)(random >> 12) - 1; /* 52 bits, which every reader of CSV holds */
}

static int64_t rows_changed(struct query *q)
{
    int64_t n = 0;
    while (query_row(q))
        n++;
    return n;
}

static int64_t replace_phone(struct store *store, enum query_name name, int64_t by, int64_t phone)
{
    struct query q = query_begin(store, name);
    query_int(&q, by);
    query_int(&q, phone);
    return rows_changed(&q);
}

static int64_t remove_phone(struct store *store, enum query_name name, int64_t phone)
{
    struct query q = query_begin(store, name);
    query_int(&q, phone);
    return rows_changed(&q);
}

/* What the person did as staff stays done, by nobody in particular. */
static void forget_staff(struct store *store, const struct forgetting *f, int64_t by)
{
    char number[24];
    int n = snprintf(number, sizeof number, "%lld", (long long)by);
    (void)staff_remove(store, f->phone); /* false: of the staff it was not */
    struct query q = query_begin(store, QUERY_forget_audit);
    query_int(&q, f->phone);
    query_int(&q, by);
    query_text(&q, f->digits);
    query_text(&q, str_from(number, n > 0 ? (size_t)n : 0));
    query_run(&q);
}

void forget_person(struct store *store, struct forgetting *f)
{
    int64_t by = stand_in();
    answers_forget(store, by, f->phone);
    f->people = remove_phone(store, QUERY_forget_volunteers, f->phone);
    f->people += replace_phone(store, QUERY_forget_counted, by, f->phone);
    f->pledges = replace_phone(store, QUERY_forget_pledges, by, f->phone);
    f->sessions = remove_phone(store, QUERY_forget_sessions, f->phone);
    (void)remove_phone(store, QUERY_forget_contact, f->phone);        /* not counted */
    (void)replace_phone(store, QUERY_forget_recruiter, by, f->phone); /* it gives no rows */
    (void)replace_phone(store, QUERY_forget_leader, by, f->phone);    /* likewise */
    (void)replace_phone(store, QUERY_forget_author, by, f->phone);    /* likewise */
    (void)replace_phone(store, QUERY_forget_approver, by, f->phone);  /* likewise */
    forget_staff(store, f, by);
    f->inbox_at = f->outbox_at = 0;
    f->inbox_last = query_count(store, QUERY_inbox_last);
    f->outbox_last = query_count(store, QUERY_outbox_last);
}

static void erase_named(struct store *store, enum query_name name, const struct forgetting *f, int64_t from,
                        int64_t to)
{
    struct query q = query_begin(store, name);
    query_int(&q, from);
    query_int(&q, to);
    query_text(&q, f->named_latin);
    query_text(&q, f->named_persian);
    query_run(&q);
}

static void forget_incoming(struct store *store, struct forgetting *f, int64_t from, int64_t to)
{
    struct query q = query_begin(store, QUERY_forget_inbox);
    query_int(&q, from);
    query_int(&q, to);
    query_text(&q, f->digits);
    f->messages += rows_changed(&q);
    erase_named(store, QUERY_forget_inbox_named, f, from, to);
}

static void forget_outgoing(struct store *store, struct forgetting *f, int64_t from, int64_t to,
                            int64_t now_ms)
{
    struct query q = query_begin(store, QUERY_forget_outbox_events);
    query_int(&q, from);
    query_int(&q, to);
    query_int(&q, f->phone);
    query_run(&q);
    q = query_begin(store, QUERY_forget_outbox);
    query_int(&q, now_ms);
    query_int(&q, from);
    query_int(&q, to);
    query_int(&q, f->phone);
    f->messages += rows_changed(&q);
    erase_named(store, QUERY_forget_outbox_named, f, from, to);
}

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

bool forget_messages(struct store *store, struct forgetting *f, int64_t now_ms, int64_t most)
{
    if (f->inbox_at < f->inbox_last) {
        forget_incoming(store, f, f->inbox_at, at_most(f->inbox_at + most, f->inbox_last));
        f->inbox_at += most;
    } else if (f->outbox_at < f->outbox_last) {
        forget_outgoing(store, f, f->outbox_at, at_most(f->outbox_at + most, f->outbox_last), now_ms);
        f->outbox_at += most;
    }
    return f->inbox_at < f->inbox_last || f->outbox_at < f->outbox_last;
}
