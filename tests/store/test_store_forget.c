/* Forgetting somebody: for any history, every sum stays and nothing is left
 * that tells who it was; others' rows do not change. */
#include "tests/store/store_world.h"

#include "gateway/base/number.h"

enum { PHONES = 5, STEPS = 400, FIRST_PHONE_TAIL = 1111000 };
static const int64_t first_phone = INT64_C(989120000000) + FIRST_PHONE_TAIL;

static int64_t phone_at(uint64_t i)
{
    return first_phone + (int64_t)i;
}

static struct forgetting forgetting_of(struct world *w, int64_t phone)
{
    struct forgetting f = {.phone = phone};
    f.digits = str_printf(w->arena, "%lld", (long long)phone);
    f.named_latin = str_printf(w->arena, "%%%s%%", f.digits.p + 2);
    f.named_persian = digits_persian(w->arena, f.named_latin);
    return f;
}

static struct forgetting forget(struct world *w, int64_t phone, int64_t most)
{
    struct forgetting f = forgetting_of(w, phone);
    begin(w);
    forget_person(w->store, &f);
    while (forget_messages(w->store, &f, NOW_MS, most))
        continue;
    commit(w);
    return f;
}

/* ---- a history ---- */

static void text_from(struct world *w, int64_t phone, const char *key, const char *text)
{
    struct digest digest = key_of(key);
    struct inbound m = {.channel = STR("mci"),
                        .sender = str_printf(w->arena, "%lld", (long long)phone),
                        .text = str_of(text),
                        .id = str_of(key)};
    assert_true(inbox_add(w->store, &m, &digest, DAY, 0, "pledge", "handled", NOW) > 0);
}

static void text_to(struct world *w, int64_t phone, uint64_t what)
{
    static const enum outbox_status states[] = {OUTBOX_QUEUED, OUTBOX_UNCERTAIN, OUTBOX_HELD, OUTBOX_EXPIRED};
    struct outbound m = {.channel = STR("mci"), .phone = phone, .text = STR("سپاس علی"), .segments = 1};
    int64_t id = outbox_add(w->store, &m, NOW_MS);
    struct outbound row = outbox_row(w, id);
    struct outbox_move move = {.status = states[what % 4], .due_ms = NOW_MS};
    if (what % 5 > 0)
        outbox_move(w->store, &row, &move, "moved", STR("because of 989121111"), NOW_MS);
}

static void pledge_by(struct world *w, int64_t phone, uint64_t what)
{
    struct pledge p = {.phone = phone,
                       .need = 1007,
                       .amount_rial = (int64_t)what * 1000,
                       .quantity = 1,
                       .channel = STR("mci"),
                       .day = DAY,
                       .created_at = NOW};
    assert_true(need_pledge(w->store, 1007, 1, NOW) && put_pledge(w, &p));
}

static void enlist(struct world *w, int64_t phone, uint64_t what)
{
    struct volunteer v = {.phone = phone,
                          .name = STR("علی"),
                          .status = str_of(volunteer_status_names[what % 3]),
                          .consent_at = NOW,
                          .recruiter = what % 2 ? phone_at(what % PHONES) : 0};
    volunteer_put(w->store, &v, NOW);
}

static void session_of(struct world *w, int64_t phone, uint64_t what)
{
    static unsigned count; /* a session's name is its own */
    struct ussd_session s = {.channel = STR("at"),
                             .session = str_printf(w->arena, "s%u", count++),
                             .phone = phone,
                             .dialogue = STR("{}"),
                             .page = STR("page"),
                             .status = str_of(session_status_names[what % 4]),
                             .path = STR("3*24"),
                             .updated_ms = NOW_MS};
    ussd_put(w->store, &s);
}

static void live(struct world *w, uint64_t *seed)
{
    begin(w);
    struct need need = a_need(1007, 1000000);
    need_put(w->store, &need, NOW);
    for (int i = 0; i < STEPS; i++) {
        int64_t phone = phone_at(random_below(seed, PHONES));
        uint64_t what = random_below(seed, 100);
        struct contact contact = {.phone = phone, .question = STR("{}"), .stopped_at = NOW};
        const char *key = str_cstr(w->arena, str_printf(w->arena, "m%d", i));
        switch (random_below(seed, 6)) {
        case 0:
            text_from(w, phone, key, "نذر 1007");
            break;
        case 1:
            text_to(w, phone, what);
            break;
        case 2:
            pledge_by(w, phone, what);
            break;
        case 3:
            enlist(w, phone, what);
            break;
        case 4:
            session_of(w, phone, what);
            break;
        default:
            contact_put(w->store, &contact, NOW);
            break;
        }
    }
    commit(w);
}

/* ---- what must hold ---- */

static int64_t recruited(struct world *w)
{
    struct volunteer rows[STEPS];
    int64_t n = 0;
    for (size_t i = volunteer_page(w->store, w->arena, 0, rows, STEPS); i > 0; i--)
        n += rows[i - 1].recruiter != 0;
    return n;
}

static int64_t sessions(const struct store_figures *f)
{
    int64_t n = 0;
    for (int i = 0; i < SESSION_STATUSES; i++)
        n += f->sessions_by[i];
    return n;
}

static void assert_sums_stay(const struct store_figures *a, const struct store_figures *b)
{
    assert_int_equal(a->pledges, b->pledges);
    assert_int_equal(a->pledged_rial, b->pledged_rial);
    assert_int_equal(a->needs_open, b->needs_open);
    assert_int_equal(a->messages_in, b->messages_in);
    assert_int_equal(a->messages_out, b->messages_out);
    assert_int_equal(sessions(a), sessions(b));
}

static void assert_gone(struct world *w, int64_t phone)
{
    struct outbound out[STEPS];
    struct inbox_row in[STEPS];
    struct pledge pledges[STEPS];
    struct volunteer people[STEPS];
    struct contact contact;
    struct str digits = str_printf(w->arena, "%lld", (long long)phone);
    for (size_t n = outbox_page(w->store, w->arena, 0, out, STEPS); n > 0; n--) {
        assert_true(out[n - 1].phone != phone);
        assert_true(out[n - 1].phone > 0 || (out[n - 1].text.n == 0 && !str_is(out[n - 1].status, "queued")));
    }
    for (size_t n = inbox_page(w->store, w->arena, false, 0, in, STEPS); n > 0; n--)
        assert_true(!str_eq(in[n - 1].sender, digits) && (in[n - 1].sender.n > 0 || in[n - 1].text.n == 0));
    for (size_t n = pledge_page(w->store, w->arena, 0, pledges, STEPS); n > 0; n--)
        assert_true(pledges[n - 1].phone != phone && pledges[n - 1].phone != 0);
    for (size_t n = volunteer_page(w->store, w->arena, 0, people, STEPS); n > 0; n--) {
        assert_true(people[n - 1].phone != phone && people[n - 1].recruiter != phone);
        assert_true(people[n - 1].phone > 0 || people[n - 1].name.n == 0);
    }
    contact_get(w->store, w->arena, phone, &contact);
    assert_true(contact.is_new && contact.question.n == 0 && contact.stopped_at == 0);
}

static void whatever_came_before_sums_stay_and_nobody_is_known(void **state)
{
    struct world *w = *state;
    uint64_t seed = 20261122;
    struct store_figures before, after;
    live(w, &seed);
    int64_t count = recruited(w), required = need_row(w, 1007).pledged;
    store_figures(w->store, &before);
    for (uint64_t i = 0; i < PHONES - 1; i++) {
        struct forgetting f = forget(w, phone_at(i), 1 + (int64_t)random_below(&seed, 50));
        assert_true(f.people + f.pledges + f.messages > 0);
        store_figures(w->store, &after);
        assert_sums_stay(&before, &after);
        assert_int_equal(recruited(w), count);
        assert_int_equal(need_row(w, 1007).pledged, required);
        for (uint64_t gone = 0; gone <= i; gone++)
            assert_gone(w, phone_at(gone));
        f = forget(w, phone_at(i), 1000);
        assert_int_equal(f.people + f.pledges + f.messages + f.sessions, 0);
    }
    struct contact last;
    contact_get(w->store, w->arena, phone_at(PHONES - 1), &last);
    assert_false(last.is_new);
}

static void pledges_of_one_donor_still_count_as_one_donors(void **state)
{
    struct world *w = *state;
    struct pledge rows[4];
    begin(w);
    struct need need = a_need(1007, 1000);
    need_put(w->store, &need, NOW);
    pledge_by(w, phone_at(0), 1);
    pledge_by(w, phone_at(0), 2);
    pledge_by(w, phone_at(1), 3);
    commit(w);
    (void)forget(w, phone_at(0), 100); /* the counts are of no use here */
    (void)forget(w, phone_at(1), 100); /* likewise */
    assert_int_equal(pledge_page(w->store, w->arena, 0, rows, 4), 3);
    assert_true(rows[0].phone < 0 && rows[0].phone == rows[1].phone && rows[2].phone < 0);
    assert_true(rows[2].phone != rows[0].phone);
}

static void the_key_of_a_message_stays_and_texts_of_others_lose_the_number(void **state)
{
    struct world *w = *state;
    struct inbox_before found;
    struct inbox_row rows[4];
    struct digest digest = key_of("m1");
    begin(w);
    text_from(w, phone_at(0), "m1", "نذر 1007");
    text_from(w, phone_at(1), "m2", "عضو 09121111000 پزشک");
    text_from(w, phone_at(1), "m3", "عضو ۰۹۱۲۱۱۱۱۰۰۰ پزشک");
    text_from(w, phone_at(1), "m4", "نیاز 1007");
    commit(w);
    (void)forget(w, phone_at(0), 1); /* the counts are of no use here */
    inbox_find(w->store, w->arena, &digest, DAY, 7, &found);
    assert_true(found.found && found.sender.n == 0 && found.text.n == 0);
    assert_int_equal(inbox_page(w->store, w->arena, false, 0, rows, 4), 4);
    assert_true(rows[1].text.n == 0 && rows[2].text.n == 0);
    assert_text(rows[3].text, "نیاز 1007");
    assert_text(rows[1].sender, "989121111001");
}

/* A send that is under way when its phone is forgotten: whatever comes of it,
 * nothing goes out again, and there is nothing to be sent again by hand. */
static void what_was_on_the_wire_is_not_sent_again(void **state)
{
    struct world *w = *state;
    struct outbound row[1];
    begin(w);
    int64_t id = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    assert_int_equal(
        outbox_claim(w->store, w->arena, STR("mci"), LANE_CONFIRMATION, STR("n"), NOW_MS, row, 1), 1);
    commit(w);
    (void)forget(w, 989120001122, 100); /* the counts are of no use here */
    begin(w);
    outbox_unclaim(w->store, id, NOW_MS);
    note_sent(w, id, STR("x1"), NOW_MS);
    struct outbound after = outbox_row(w, id);
    assert_text(after.status, "failed");
    assert_text(after.reason, "forgotten");
    assert_false(outbox_again(w->store, &after, NOW_MS));
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(whatever_came_before_sums_stay_and_nobody_is_known),
        BOTH(pledges_of_one_donor_still_count_as_one_donors),
        BOTH(the_key_of_a_message_stays_and_texts_of_others_lose_the_number),
        BOTH(what_was_on_the_wire_is_not_sent_again),
    };
    return cmocka_run_group_tests_name("forget", tests, NULL, NULL);
}
