/* What the store keeps for handlers: contacts, the inbox and its dated keys,
 * needs with their one conditional update, campaigns. */
#include "tests/store/store_world.h"

#include "gateway/base/damm.h"
#include "gateway/store/query.h"

/* ---- contacts ---- */

static void a_contact_comes_back_whole(void **state)
{
    struct world *w = *state;
    struct contact got, c = {.phone = 989120001122,
                             .has_language = true,
                             .language = LANGUAGE_EN,
                             .province = STR("zanjan"),
                             .stopped_at = 11,
                             .question = STR("{\"kind\":\"pledge\"}"),
                             .question_at = 12,
                             .confirmed_since = 13,
                             .confirmed_count = 14,
                             .unknown_since = 15,
                             .unknown_count = 16,
                             .unknown_hash = INT64_MIN,
                             .sent_hash = INT64_MAX,
                             .sent_hash_before = -1};
    contact_get(w->store, w->arena, c.phone, &got);
    assert_true(got.is_new && got.phone == c.phone && !got.has_language && got.question.n == 0);
    begin(w);
    contact_put(w->store, &c, NOW);
    commit(w);
    contact_get(w->store, w->arena, c.phone, &got);
    assert_true(!got.is_new && got.has_language && got.language == LANGUAGE_EN);
    assert_text(got.province, "zanjan");
    assert_text(got.question, "{\"kind\":\"pledge\"}");
    assert_true(got.stopped_at == 11 && got.question_at == 12 && got.confirmed_since == 13);
    assert_true(got.confirmed_count == 14 && got.unknown_since == 15 && got.unknown_count == 16);
    assert_true(got.unknown_hash == INT64_MIN && got.sent_hash == INT64_MAX && got.sent_hash_before == -1);
    c = (struct contact){.phone = c.phone};
    begin(w);
    contact_put(w->store, &c, NOW);
    commit(w);
    contact_get(w->store, w->arena, c.phone, &got);
    assert_true(!got.is_new && !got.has_language && got.province.n == 0 && got.question.n == 0);
    assert_true(got.stopped_at == 0 && got.sent_hash == 0 && got.unknown_hash == 0);
}

/* ---- the inbox ---- */

static bool finds(struct world *w, const char *key, int64_t today, int64_t days, struct inbox_before *before)
{
    struct digest digest = key_of(key);
    inbox_find(w->store, w->arena, &digest, today, days, before);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    return before->found;
}

static void a_message_is_known_for_its_days(void **state)
{
    struct world *w = *state;
    struct inbox_before b;
    begin(w);
    int64_t id = add_inbox(w, "a", DAY, 0, "نذر 1007");
    assert_true(id > 0 && add_inbox(w, "b", DAY, 0, "other") > id);
    for (int64_t age = 0; age < 12; age++)
        for (int64_t days = 1; days < 10; days++)
            if (finds(w, "a", DAY + age, days, &b) != (age < days))
                fail_msg("%lld days later, looking back %lld", (long long)age, (long long)days);
    assert_true(finds(w, "a", DAY - 1, 7, &b) && finds(w, "a", DAY - 1, 8, &b)); /* the clock was set back */
    assert_false(finds(w, "a", DAY - 2, 7, &b) || finds(w, "a", DAY - 2, 8, &b));
    assert_false(finds(w, "c", DAY, 7, &b));
    assert_true(finds(w, "a", DAY + 6, 7, &b));
    assert_int_equal(b.id, id);
    assert_text(b.text, "نذر 1007");
    assert_text(b.sender, "989120001122");
    assert_int_equal(b.answer_status, 200);
    assert_int_equal(b.answer.n, 0);
    assert_int_equal(b.created_at, NOW);
    commit(w);
}

/* What earlier days hold is kept in mind; whatever comes into them is known all the same. */
static void an_earlier_day_is_known_however_it_came(void **state)
{
    struct world *w = *state;
    struct inbox_before b;
    begin(w);
    int64_t id = add_inbox(w, "a", DAY - 3, 0, "x");
    assert_true(id > 0 && finds(w, "a", DAY, 7, &b) && b.id == id);
    assert_false(finds(w, "b", DAY, 7, &b) || finds(w, "c", DAY, 7, &b));
    assert_true(add_inbox(w, "b", DAY, 0, "x") > id);
    assert_true(finds(w, "b", DAY, 7, &b));
    assert_true(add_inbox(w, "c", DAY - 2, 0, "x") > 0); /* the clock was set back, and is right again */
    assert_true(finds(w, "c", DAY, 7, &b));
    assert_true(finds(w, "b", DAY + 1, 7, &b) && finds(w, "b", DAY + 6, 7, &b));
    assert_false(finds(w, "b", DAY + 7, 7, &b));
    assert_true(w->store->earlier.today == DAY + 7 &&
                w->store->earlier.whole); /* kept in mind anew each day */
    commit(w);
}

/* What was asked behind a failure is asked again; what is no key of ours is passed over. */
static void a_failure_makes_no_message_new(void **state)
{
    struct world *w = *state;
    struct inbox_before b;
    struct digest digest = key_of("a");
    begin(w);
    assert_true(add_inbox(w, "a", DAY - 1, 0, "x") > 0 && add_inbox(w, "b", DAY - 1, 0, "x") > 0);
    assert_int_equal(
        engine_run(w->store->engine, "UPDATE inbox SET message_key = CAST('b' AS BLOB) WHERE id = 2"),
        ENGINE_DONE);
    commit(w);
    begin(w);
    assert_int_equal(add_inbox(w, "a", DAY - 1, 0, "again"), 0);
    inbox_find(w->store, w->arena, &digest, DAY, 7, &b);
    assert_false(b.found);
    store_rollback(w->store);
    begin(w);
    assert_true(finds(w, "a", DAY, 7, &b));
    commit(w);
}

static void more_earlier_ones_than_are_kept_in_mind(void **state)
{
    struct world *w = *state;
    struct inbox_before b;
    char sql[512];
    begin(w);
    assert_true(
        snprintf(sql, sizeof sql,
                 "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %d) "
                 "INSERT INTO inbox (day, message_key, copy, channel, sender, body, provider_id, command, "
                 "status, answer_status, answer, unanswered, created_at, updated_at) "
                 "SELECT %d, CAST(printf('%%016d', n) AS BLOB), 0, '', '', '', '', '', '', 200, '', 0, 0, 0 "
                 "FROM i",
                 KEY_FILTER_MOST + 1, DAY - 2) > 0);
    assert_int_equal(engine_run(w->store->engine, sql), ENGINE_DONE);
    int64_t id = add_inbox(w, "a", DAY - 1, 0, "x");
    assert_true(id > 0 && finds(w, "a", DAY, 7, &b) && b.id == id);
    assert_false(finds(w, "b", DAY, 7, &b));
    commit(w);
}

/* The same key again, past its window, is a copy; the last one counts. */
static void a_copy_stands_beside_the_first(void **state)
{
    struct world *w = *state;
    struct inbox_before b;
    begin(w);
    int64_t first = add_inbox(w, "a", DAY, 0, "x"), second = add_inbox(w, "a", DAY, NOW + 700, "x");
    assert_true(first > 0 && second > first);
    assert_true(finds(w, "a", DAY, 7, &b));
    assert_int_equal(b.id, second);
    int64_t third = add_inbox(w, "a", DAY + 1, 0, "x");
    assert_true(finds(w, "a", DAY + 1, 7, &b));
    assert_int_equal(b.id, third);
    assert_int_equal(add_inbox(w, "a", DAY, NOW + 700, "x"), 0);
    assert_int_equal(store_failed(w->store), STORE_CONFLICT);
    store_rollback(w->store);
}

static void the_inbox_is_paged_and_answered(void **state)
{
    struct world *w = *state;
    struct inbox_row rows[8];
    char key[8];
    begin(w);
    for (int i = 1; i <= 7; i++) {
        assert_true(snprintf(key, sizeof key, "k%d", i) > 0);
        int64_t id = add_inbox(w, key, DAY, 0, "x");
        inbox_settle(w->store, id, i % 2 ? "done" : "failed", i % 2 ? "" : "why", i % 2 == 0, NOW + i);
    }
    commit(w);
    assert_int_equal(inbox_page(w->store, w->arena, false, 0, rows, 5), 5);
    assert_int_equal(inbox_page(w->store, w->arena, false, rows[4].id, rows, 5), 2);
    assert_int_equal(inbox_page(w->store, w->arena, true, 0, rows, 8), 3);
    assert_text(rows[0].status, "failed");
    assert_text(rows[0].reason, "why");
    assert_text(rows[0].command, "pledge");
    assert_text(rows[0].provider_id, "i1");
    assert_true(rows[0].unanswered && rows[0].updated_at == NOW + 2 && rows[0].created_at == NOW);
    begin(w);
    inbox_answered(w->store, rows[0].id, NOW + 9);
    commit(w);
    assert_int_equal(inbox_page(w->store, w->arena, true, 0, rows, 8), 2);
    struct store_figures figures;
    store_figures(w->store, &figures);
    assert_true(figures.messages_in == 7 && figures.unanswered == 2);
    assert_false(inbox_get(w->store, w->arena, 999, &rows[0]));
}

/* Texts as they come: quotes, NUL bytes, emoji, long ones. */
static void any_text_comes_back(void **state)
{
    struct world *w = *state;
    static const char nul[] = "a\0b'; DROP TABLE inbox; --";
    struct str texts[] = {{nul, sizeof nul - 1}, STR(""), STR("😀\u200f%s?1"), repeated(w->arena, "ﷺ", 10000)};
    for (size_t i = 0; i < 4; i++) {
        struct digest key = crypto_digest(&texts[i], 1);
        struct inbound m = {.channel = STR("mci"), .sender = STR(""), .text = texts[i], .id = STR("")};
        struct inbox_row row;
        begin(w);
        int64_t id = inbox_add(w->store, &m, &key, DAY, 0, "unknown", "done", NOW);
        commit(w);
        assert_true(inbox_get(w->store, w->arena, id, &row));
        assert_true(str_eq(row.text, texts[i]));
    }
}

/* ---- needs ---- */

static void a_need_comes_back_whole(void **state)
{
    struct world *w = *state;
    struct need n = a_need(1007, 5);
    begin(w);
    need_put(w->store, &n, NOW);
    assert_true(need_pledge(w->store, 1007, 2, NOW));
    n.title_en = STR("another");
    n.unit = COUNT_DAY;
    need_put(w->store, &n, NOW + 1); /* again: what was pledged stays */
    commit(w);
    struct need got = need_row(w, 1007);
    assert_text(got.province, "zanjan");
    assert_text(got.centre, "مرکز یک");
    assert_text(got.category, "equipment");
    assert_text(got.title_fa, "دستگاه دیالیز");
    assert_text(got.title_en, "another");
    assert_text(got.short_fa, "دیالیز");
    assert_text(got.short_en, "dialysis");
    assert_text(got.organisation, "org");
    assert_text(got.pay_to, "IR74");
    assert_text(got.verified_by, "someone");
    assert_text(got.status, "open");
    assert_true(got.unit == COUNT_DAY && got.priority == 2 && got.required == 5 && got.pledged == 2);
    assert_true(got.received == 0 && got.verified_at == NOW);
    assert_int_equal(need_by_title(w->store, n.centre, n.title_fa), 1007);
    assert_int_equal(need_by_title(w->store, n.centre, STR("none")), 0);
}

static void codes_are_allotted_in_order(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_int_equal(need_allot(w->store), 1007);
    struct need taken = a_need(code_from_base(101), 1), far = a_need(code_from_base(103), 1);
    need_put(w->store, &taken, NOW);
    need_put(w->store, &far, NOW);
    assert_int_equal(need_allot(w->store), code_from_base(102));
    assert_int_equal(need_allot(w->store), code_from_base(104));
    uint32_t last = 0;
    for (int i = 0; i < 1500; i++) { /* into five digits, where bases are skipped */
        uint32_t code = need_allot(w->store);
        char digits[12];
        assert_true(code > last && snprintf(digits, sizeof digits, "%u", code) > 0);
        if (!code_valid(str_of(digits)))
            fail_msg("%s is no code", digits);
        last = code;
    }
    assert_true(last > 10000);
    commit(w);
}

struct model {
    int64_t required, pledged;
    bool open, filled; /* neither: closed */
};

static void put(struct world *w, struct model *m, uint32_t code, int64_t required, bool open)
{
    struct need need = a_need(code, required);
    need.status = open ? STR("open") : STR("closed");
    need_put(w->store, &need, NOW);
    m->required = required;
    m->filled = open && m->pledged >= required;
    m->open = open && !m->filled;
}

static void try_pledge(struct world *w, struct tally *t, struct model *m, uint32_t code, int64_t quantity)
{
    bool may = m->open && quantity <= m->required - m->pledged;
    bool did = need_pledge(w->store, code, quantity, NOW);
    tally_check(t, did == may, "need %u: %lld of %lld/%lld gave %d", code, (long long)quantity,
                (long long)m->pledged, (long long)m->required, did);
    if (!may)
        return;
    m->pledged += quantity;
    m->filled = m->pledged >= m->required;
    m->open = !m->filled;
}

static void release(struct world *w, struct model *m, uint32_t code, int64_t quantity)
{
    need_release(w->store, code, quantity, NOW);
    m->pledged -= quantity;
    if (m->filled && m->pledged < m->required) {
        m->filled = false;
        m->open = true;
    }
}

static void check_need(struct world *w, struct tally *t, const struct model *m, uint32_t code)
{
    struct need need = need_row(w, code);
    tally_check(t, need.pledged == m->pledged && need.required == m->required,
                "need %u: %lld/%lld, not %lld/%lld", code, (long long)need.pledged, (long long)need.required,
                (long long)m->pledged, (long long)m->required);
    tally_check(t,
                str_is(need.status, m->open     ? "open"
                                    : m->filled ? "filled"
                                                : "closed"),
                "need %u is %.*s", code, STR_ARG(need.status));
}

/* Promise: a need is never pledged beyond what it requires. */
static void a_need_is_never_overfilled(void **state)
{
    enum { NEEDS = 5, STEPS = 6000 };
    struct world *w = *state;
    struct model models[NEEDS] = {0};
    struct tally t = tally_new();
    uint64_t seed = 7;
    begin(w);
    for (uint32_t i = 0; i < NEEDS; i++)
        put(w, &models[i], code_from_base(200 + i), 20 + i * 1000, true);
    for (int step = 0; step < STEPS; step++) {
        uint32_t i = (uint32_t)random_below(&seed, NEEDS), code = code_from_base(200 + i);
        struct model *m = &models[i];
        uint64_t what = random_below(&seed, 40);
        if (what == 0)
            put(w, m, code, 1 + (int64_t)random_below(&seed, 2000), random_below(&seed, 4) > 0);
        else if (what < 16 && m->pledged > 0)
            release(w, m, code, 1 + (int64_t)random_below(&seed, (uint64_t)m->pledged));
        else if (what < 22)
            try_pledge(w, &t, m, code, m->required - m->pledged + (int64_t)random_below(&seed, 2));
        else
            try_pledge(w, &t, m, code, 1 + (int64_t)random_below(&seed, 300));
        check_need(w, &t, m, code);
    }
    assert_false(need_pledge(w->store, code_from_base(201), INT64_MAX, NOW));
    assert_false(need_pledge(w->store, 9998, 1, NOW));
    commit(w);
    tally_end(&t);
}

/* Less pledged than one pledge: nothing is changed, and a person looks. */
static void releasing_too_much_is_a_failure(void **state)
{
    struct world *w = *state;
    struct need need = a_need(1007, 3);
    begin(w);
    need_put(w->store, &need, NOW);
    assert_true(need_pledge(w->store, 1007, 2, NOW));
    assert_true(store_savepoint(w->store));
    need_release(w->store, 1007, 3, NOW);
    assert_int_equal(store_failed(w->store), STORE_CONFLICT);
    store_savepoint_undo(w->store);
    commit(w);
    assert_int_equal(need_row(w, 1007).pledged, 2);
}

static void the_most_urgent_come_first(void **state)
{
    static const struct {
        uint32_t base;
        int64_t priority;
        const char *province, *category, *status;
    } rows[] = {{300, 3, "zanjan", "drug", "open"},      {301, 1, "zanjan", "equipment", "open"},
                {302, 1, "fars", "drug", "open"},        {303, 1, "zanjan", "drug", "closed"},
                {304, 2, "zanjan", "equipment", "open"}, {305, 1, "zanjan", "equipment", "open"}};
    struct world *w = *state;
    struct need got[8];
    begin(w);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct need need = a_need(code_from_base(rows[i].base), 5);
        need.priority = rows[i].priority;
        need.province = str_of(rows[i].province);
        need.category = str_of(rows[i].category);
        need.status = str_of(rows[i].status);
        need_put(w->store, &need, NOW);
    }
    commit(w);
    assert_int_equal(need_urgent(w->store, w->arena, STR("zanjan"), STR(""), got, 8), 4);
    assert_int_equal(got[0].code, code_from_base(301));
    assert_int_equal(got[1].code, code_from_base(305));
    assert_int_equal(got[2].code, code_from_base(304));
    assert_int_equal(got[3].code, code_from_base(300));
    assert_int_equal(need_urgent(w->store, w->arena, STR("zanjan"), STR("drug"), got, 8), 1);
    assert_int_equal(need_urgent(w->store, w->arena, STR(""), STR("drug"), got, 8), 2);
    assert_int_equal(got[0].code, code_from_base(302));
    assert_int_equal(need_urgent(w->store, w->arena, STR(""), STR(""), got, 2), 2);
    assert_int_equal(need_page(w->store, w->arena, 0, got, 4), 4);
    assert_int_equal(need_page(w->store, w->arena, got[3].code, got, 4), 2);
}

/* ---- campaigns ---- */

static void campaign_words_are_unique(void **state)
{
    struct world *w = *state;
    struct campaign got[4], c = {.name_fa = STR("نذر سلامت"),
                                 .name_en = STR("Health"),
                                 .pay_to = STR("IR1"),
                                 .provinces = STR("zanjan fars"),
                                 .goal_rial = 5,
                                 .starts_at = 6,
                                 .ends_at = 7};
    begin(w);
    int64_t one = campaign_add(w->store, &c, NOW), two = campaign_add(w->store, &c, NOW);
    assert_true(one > 0 && two > one);
    assert_true(campaign_word_add(w->store, one, 0, STR("سلامت"), STR("سلامت")));
    assert_true(campaign_word_add(w->store, one, 1, STR("salamat"), STR("Salamat")));
    assert_true(campaign_word_add(w->store, two, 0, STR("mehr"), STR("Mehr")));
    assert_true(store_savepoint(w->store));
    assert_false(campaign_word_add(w->store, two, 1, STR("salamat"), STR("SALAMAT")));
    assert_int_equal(store_failed(w->store), STORE_CONFLICT);
    store_savepoint_undo(w->store);
    campaign_pledge(w->store, one, 100);
    campaign_pledge(w->store, one, -30);
    commit(w);
    assert_true(campaign_find(w->store, w->arena, STR("salamat"), &got[0]));
    assert_true(got[0].id == one && got[0].pledged_rial == 70 && got[0].goal_rial == 5);
    assert_true(got[0].starts_at == 6 && got[0].ends_at == 7);
    assert_text(got[0].word, "Salamat");
    assert_text(got[0].provinces, "zanjan fars");
    assert_text(got[0].pay_to, "IR1");
    assert_false(campaign_find(w->store, w->arena, STR("nothing"), &got[0]));
    assert_int_equal(campaign_page(w->store, w->arena, 0, got, 4), 2);
    assert_text(got[0].word, "سلامت");
    assert_int_equal(campaign_page(w->store, w->arena, one, got, 4), 1);
}

/* ---- sessions ---- */

static struct ussd_session a_session(struct world *w, const char *name, int64_t began_ms)
{
    struct ussd_session s = {.channel = STR("at"),
                             .session = str_of(name),
                             .phone = 989120001122,
                             .dialogue = STR("{}"),
                             .unfinished = true,
                             .page = STR("first"),
                             .status = STR("open"),
                             .path = STR("3"),
                             .created_ms = began_ms,
                             .updated_ms = began_ms};
    ussd_put(w->store, &s);
    return s;
}

static void a_step_comes_back_whole(void **state)
{
    struct world *w = *state;
    struct ussd_session got;
    begin(w);
    struct ussd_session s = a_session(w, "one", NOW_MS);
    s.page = STR("second");
    s.heard = STR("3*24");
    s.hop = STR("2");
    s.path = STR("3*24");
    s.updated_ms++;
    ussd_put(w->store, &s); /* the status stays */
    assert_true(ussd_get(w->store, w->arena, STR("at"), STR("one"), &got));
    assert_true(got.id == s.id && got.unfinished && !got.last && got.created_ms + 1 == got.updated_ms);
    assert_text(got.page, "second");
    assert_text(got.heard, "3*24");
    assert_text(got.hop, "2");
    assert_text(got.path, "3*24");
    assert_text(got.status, "open");
    got.status = STR("done");
    got.last = true;
    got.unfinished = false;
    ussd_put(w->store, &got);
    assert_true(ussd_get(w->store, w->arena, STR("at"), STR("one"), &got));
    assert_true(got.last && !got.unfinished);
    assert_text(got.status, "done");
    got.status = STR("open"); /* its network was wrong: it goes on */
    ussd_put(w->store, &got);
    assert_true(ussd_get(w->store, w->arena, STR("at"), STR("one"), &got));
    assert_text(got.status, "open");
    commit(w);
}

/* By when a session was last touched, wherever it began. */
static void sessions_are_found_by_their_last_step(void **state)
{
    enum { MINUTE = 60000 };
    struct world *w = *state;
    struct ussd_session got[4];
    begin(w);
    struct ussd_session old = a_session(w, "old", NOW_MS), young = a_session(w, "young", NOW_MS + MINUTE);
    old.updated_ms = NOW_MS + 3 * MINUTE;
    ussd_put(w->store, &old);
    assert_int_equal(ussd_idle(w->store, w->arena, NOW_MS + 2 * MINUTE, got, 4), 1);
    assert_int_equal(got[0].id, young.id);
    assert_int_equal(ussd_idle(w->store, w->arena, NOW_MS + 3 * MINUTE + 1, got, 4), 2);
    assert_int_equal(ussd_stopped(w->store, w->arena, old.phone, 0, NOW_MS, got, 4), 2);
    assert_int_equal(got[0].id, old.id);
    assert_int_equal(ussd_stopped(w->store, w->arena, old.phone, 0, NOW_MS + 2 * MINUTE, got, 4), 1);
    assert_int_equal(got[0].id, old.id);
    assert_int_equal(ussd_stopped(w->store, w->arena, old.phone, old.id, NOW_MS + 2 * MINUTE, got, 4), 0);
    young.status = STR("dropped");
    ussd_put(w->store, &young);
    assert_int_equal(ussd_idle(w->store, w->arena, NOW_MS + 9 * MINUTE, got, 4), 1);
    assert_int_equal(got[0].id, old.id);
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_contact_comes_back_whole),
        BOTH(a_message_is_known_for_its_days),
        BOTH(an_earlier_day_is_known_however_it_came),
        BOTH(a_failure_makes_no_message_new),
        BOTH(more_earlier_ones_than_are_kept_in_mind),
        BOTH(a_copy_stands_beside_the_first),
        BOTH(the_inbox_is_paged_and_answered),
        BOTH(any_text_comes_back),
        BOTH(a_need_comes_back_whole),
        BOTH(codes_are_allotted_in_order),
        BOTH(a_need_is_never_overfilled),
        BOTH(releasing_too_much_is_a_failure),
        BOTH(the_most_urgent_come_first),
        BOTH(campaign_words_are_unique),
        BOTH(a_step_comes_back_whole),
        BOTH(sessions_are_found_by_their_last_step),
    };
    return cmocka_run_group_tests_name("the store's rows", tests, NULL, NULL);
}
