/* Pledges as rows, and promise 2: what counts as the same pledge again. */
#include "tests/store/store_world.h"

static struct pledge add_pledge(struct world *w, const struct pledge *like)
{
    struct pledge p = *like;
    if (!put_pledge(w, &p))
        fail_msg("pledge: %s", store_reason(w->store));
    return p;
}

static size_t open_of(struct world *w, int64_t phone, struct pledge *pledges, size_t most)
{
    struct contact contact = contact_of(w, phone);
    return pledge_open(w->store, w->arena, &contact, pledges, most);
}

static uint32_t same_as(struct world *w, const struct pledge *p, int64_t since_ms)
{
    struct contact contact = contact_of(w, p->phone);
    return pledge_same(w->store, &contact, p, since_ms);
}

static struct pledge a_pledge(struct world *w)
{
    struct need need = a_need(1007, 1000);
    need_put(w->store, &need, NOW);
    return (struct pledge){.phone = 989120001122,
                           .need = 1007,
                           .amount_rial = 5000000,
                           .money = MONEY_TOMAN,
                           .channel = STR("mci"),
                           .message = add_inbox(w, "m1", DAY, 0, "x"),
                           .day = DAY,
                           .due_at = NOW + 5,
                           .created_at = NOW};
}

static void a_pledge_comes_back_whole(void **state)
{
    struct world *w = *state;
    struct pledge got[4];
    begin(w);
    struct pledge like = a_pledge(w), one = add_pledge(w, &like);
    like.monthly = true;
    like.money = MONEY_RIAL;
    like.unit = UNIT_DAY;
    like.quantity = 3;
    struct pledge two = add_pledge(w, &like);
    commit(w);
    assert_true(two.id == one.id + 1 && two.reference != one.reference);
    assert_true(pledge_get(w->store, w->arena, two.reference, &got[0]));
    assert_true(got[0].id == two.id && got[0].reference == two.reference && got[0].monthly);
    assert_true(got[0].money == MONEY_RIAL && got[0].unit == UNIT_DAY && got[0].quantity == 3);
    assert_true(got[0].phone == like.phone && got[0].need == 1007 && got[0].campaign == 0);
    assert_true(got[0].amount_rial == 5000000 && got[0].day == DAY && got[0].due_at == NOW + 5);
    assert_true(got[0].message == like.message && got[0].created_at == NOW);
    assert_text(got[0].status, "pledged");
    assert_text(got[0].title_fa, "دیالیز");
    assert_text(got[0].pay_to, "IR74");
    assert_int_equal(open_of(w, like.phone, got, 4), 2);
    assert_int_equal(got[0].reference, two.reference); /* the newest first */
    assert_int_equal(open_of(w, like.phone, got, 1), 1);
    assert_int_equal(open_of(w, 1, got, 4), 0);
    assert_int_equal(pledge_page(w->store, w->arena, 0, got, 4), 2);
    assert_int_equal(pledge_page(w->store, w->arena, one.id, got, 4), 1);
    assert_false(pledge_get(w->store, w->arena, 12345678, &got[0]));
}

static int64_t first_of(struct world *w, int64_t phone)
{
    return contact_of(w, phone).donor;
}

/* Each phone's pledges are its own, whatever else befalls its contact. */
static void pledges_are_found_by_whose_they_are(void **state)
{
    struct world *w = *state;
    struct pledge got[4];
    begin(w);
    struct pledge like = a_pledge(w), other = like;
    other.phone++;
    struct pledge one = add_pledge(w, &like), two = add_pledge(w, &other), three = add_pledge(w, &like);
    assert_true(first_of(w, like.phone) == one.id && first_of(w, other.phone) == two.id);
    struct contact stale = {.phone = like.phone, .stopped_at = NOW}; /* as it was read before the first */
    contact_put(w->store, &stale, NOW);
    assert_int_equal(first_of(w, like.phone), one.id);
    assert_int_equal(open_of(w, like.phone, got, 4), 2);
    assert_true(got[0].id == three.id && got[1].id == one.id);
    struct forgetting f = {.phone = like.phone, .digits = STR("989120001122")};
    forget_person(w->store, &f);
    assert_true(f.pledges == 2 && first_of(w, like.phone) == 0);
    assert_int_equal(open_of(w, like.phone, got, 4), 0);
    struct pledge four = add_pledge(w, &like); /* somebody new, for all we know */
    assert_int_equal(first_of(w, like.phone), four.id);
    assert_int_equal(open_of(w, like.phone, got, 4), 1);
    assert_int_equal(open_of(w, other.phone, got, 4), 1);
    commit(w);
}

static void a_pledge_is_cancelled_once(void **state)
{
    struct world *w = *state;
    struct pledge got;
    struct store_figures figures;
    begin(w);
    struct pledge like = a_pledge(w), one = add_pledge(w, &like);
    store_figures(w->store, &figures);
    assert_true(figures.pledges == 1 && figures.pledged_rial == 5000000 && figures.needs_open == 1);
    assert_true(pledge_cancel(w->store, one.id, NOW + 3));
    assert_false(pledge_cancel(w->store, one.id, NOW + 4));
    assert_false(pledge_cancel(w->store, 999, NOW + 4));
    commit(w);
    assert_true(pledge_get(w->store, w->arena, one.reference, &got));
    assert_text(got.status, "cancelled");
    assert_int_equal(got.updated_at, NOW + 3);
    assert_int_equal(open_of(w, like.phone, &got, 1), 0);
    store_figures(w->store, &figures);
    assert_true(figures.pledges == 0 && figures.pledged_rial == 0);
}

/* Promise 2: same phone, target, amount or quantity, recurrence. */
static void an_equal_pledge_of_the_day_is_the_same(void **state)
{
    struct world *w = *state;
    begin(w);
    struct pledge like = a_pledge(w), one = add_pledge(w, &like), other = like;
    int64_t never = INT64_MAX;
    assert_int_equal(same_as(w, &like, never), one.reference);
    other.phone++;
    assert_int_equal(same_as(w, &other, never), 0);
    other = like;
    other.need = 1010;
    assert_int_equal(same_as(w, &other, never), 0);
    other = like;
    other.campaign = 1;
    assert_int_equal(same_as(w, &other, never), 0);
    other = like;
    other.amount_rial++;
    assert_int_equal(same_as(w, &other, never), 0);
    other = like;
    other.quantity++;
    assert_int_equal(same_as(w, &other, never), 0);
    other = like;
    other.monthly = true;
    assert_int_equal(same_as(w, &other, never), 0);
    other = like;
    other.day++;
    assert_int_equal(same_as(w, &other, never), 0);
    other = like;
    other.money = MONEY_RIAL; /* the unit as written is no difference */
    assert_int_equal(same_as(w, &other, never), one.reference);
    assert_true(pledge_cancel(w->store, one.id, NOW));
    assert_int_equal(same_as(w, &like, never), 0);
    commit(w);
}

/* … or within the window after the first confirmation was accepted. */
static void an_equal_pledge_of_the_window_is_the_same(void **state)
{
    struct world *w = *state;
    begin(w);
    struct pledge like = a_pledge(w), one = add_pledge(w, &like), tomorrow = like;
    int64_t first = add_outbox(w, "mci", LANE_CONFIRMATION, one.message, NOW_MS);
    tomorrow.day++;
    assert_int_equal(same_as(w, &tomorrow, 1), one.reference); /* not accepted yet: not over */
    struct outbound row[1];
    assert_int_equal(
        outbox_claim(w->store, w->arena, STR("mci"), LANE_CONFIRMATION, STR("n"), NOW_MS, row, 1), 1);
    note_sent(w, first, STR(""), NOW_MS + 1000);
    int64_t sent = outbox_row(w, first).sent_ms;
    assert_int_equal(same_as(w, &tomorrow, sent), one.reference);
    assert_int_equal(same_as(w, &tomorrow, sent + 1), 0);
    commit(w);
}

/* The payment details follow as a second message, maybe much later: the
 * window is counted from the confirmation, which is the first. */
static void the_window_is_that_of_the_first_confirmation(void **state)
{
    struct world *w = *state;
    struct outbound rows[2];
    begin(w);
    struct pledge like = a_pledge(w), one = add_pledge(w, &like), tomorrow = like;
    int64_t first = add_outbox(w, "mci", LANE_CONFIRMATION, one.message, NOW_MS);
    int64_t second = add_outbox(w, "mci", LANE_CONFIRMATION, one.message, NOW_MS);
    tomorrow.day++;
    assert_int_equal(
        outbox_claim(w->store, w->arena, STR("mci"), LANE_CONFIRMATION, STR("n"), NOW_MS, rows, 2), 2);
    note_sent(w, first, STR(""), NOW_MS + 1000);
    note_sent(w, second, STR(""), NOW_MS + 3600000);
    assert_int_equal(same_as(w, &tomorrow, NOW_MS + 1000), one.reference);
    assert_int_equal(same_as(w, &tomorrow, NOW_MS + 1001), 0);
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_pledge_comes_back_whole),
        BOTH(a_pledge_is_cancelled_once),
        BOTH(pledges_are_found_by_whose_they_are),
        BOTH(an_equal_pledge_of_the_day_is_the_same),
        BOTH(an_equal_pledge_of_the_window_is_the_same),
        BOTH(the_window_is_that_of_the_first_confirmation),
    };
    return cmocka_run_group_tests_name("pledges", tests, NULL, NULL);
}
