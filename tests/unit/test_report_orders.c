/* Delivery reports come twice, late and in any order.  Every order of all that
 * a telecom may send about one message, each report twice, from every state:
 * states only move forward, the first final report stays, and where all the
 * final reports agree, the end does not depend on the order. */
#include "unit.h"

#include "gateway/model/outbox_state.h"

enum { KINDS = 5, TWICE = 2, LONGEST = KINDS * TWICE };

/* As Kannel numbers them: buffered, accepted by the SMSC, delivered, failed, rejected. */
static const enum report_state kinds[KINDS] = {REPORT_SENT, REPORT_SENT, REPORT_DELIVERED, REPORT_FAILED,
                                               REPORT_FAILED};

struct orders {
    enum outbox_status start;
    unsigned left[KINDS];
    enum report_state order[LONGEST];
    size_t n, count;
    struct tally tally;
};

static bool is_final(enum outbox_status status)
{
    return status == OUTBOX_DELIVERED || status == OUTBOX_FAILED;
}

/* 0: not known to be sent; 1: sent; 2: final. */
static int rank(enum outbox_status status)
{
    return is_final(status) ? 2 : status == OUTBOX_SENT;
}

static enum outbox_status wanted(const struct orders *o)
{
    for (size_t i = 0; i < o->n && !is_final(o->start); i++)
        if (o->order[i] != REPORT_SENT)
            return o->order[i] == REPORT_DELIVERED ? OUTBOX_DELIVERED : OUTBOX_FAILED;
    return is_final(o->start) || o->n == 0 ? o->start : OUTBOX_SENT;
}

static void check(struct orders *o)
{
    enum outbox_status status = o->start, to;
    for (size_t i = 0; i < o->n; i++) {
        if (!outbox_after_report(status, o->order[i], &to))
            continue;
        tally_check(&o->tally, rank(to) > rank(status), "%s went to %s", outbox_status_names[status],
                    outbox_status_names[to]);
        status = to;
    }
    o->count++;
    tally_check(&o->tally, status == wanted(o), "from %s to %s, not %s", outbox_status_names[o->start],
                outbox_status_names[status], outbox_status_names[wanted(o)]);
}

static void every_order(struct orders *o)
{
    bool any = false;
    for (size_t kind = 0; kind < KINDS; kind++) {
        if (o->left[kind] == 0)
            continue;
        any = true;
        o->left[kind]--;
        o->order[o->n++] = kinds[kind];
        every_order(o);
        o->n--;
        o->left[kind]++;
    }
    if (!any)
        check(o);
}

/* Every set of the five kinds, from every state, in every order: 2^5 sets. */
static void every_order_of_every_set(void **state)
{
    (void)state;
    struct orders o = {.tally = tally_new()};
    for (int start = 0; start < OUTBOX_STATUSES; start++)
        for (unsigned set = 0; set < 1u << KINDS; set++) {
            o.start = (enum outbox_status)start;
            for (size_t kind = 0; kind < KINDS; kind++)
                o.left[kind] = (set >> kind & 1) * TWICE;
            every_order(&o);
        }
    print_message("%zu orders\n", o.count);
    assert_true(o.count > 8u * 113400u);
    tally_end(&o.tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_order_of_every_set)};
    return cmocka_run_group_tests_name("orders of reports", tests, NULL, NULL);
}
