/* Staff and their places, proposals, the trail of what was done and the
 * figures of provinces, as rows. */
#include "tests/store/old_world.h"

#include "gateway/store/store_office.h"

enum { STAFF_MOST = 16, PLEDGES = 2500 };
static const int64_t sara = 989120001122, maryam = 989120003344;

static void add_staff(struct world *w, int64_t phone, const char *role, const char *provinces,
                      int64_t deputy_of)
{
    struct staff s = {
        .phone = phone, .role = str_of(role), .provinces = str_of(provinces), .deputy_of = deputy_of};
    staff_put(w->store, &s, NOW);
}

static struct actor actor_in(struct world *w, const char *provinces)
{
    struct staff s = {.role = STR("coordinator"), .provinces = str_of(provinces)};
    return actor_from(w->arena, &s, DOOR_SMS);
}

static size_t seen_by(struct world *w, const char *provinces)
{
    struct staff rows[STAFF_MOST];
    struct actor actor = actor_in(w, provinces);
    return staff_page_of(w->store, w->arena, &actor, 0, rows, STAFF_MOST);
}

static void who_is_seen(void **state)
{
    struct world *w = *state;
    struct staff rows[2];
    struct actor all = actor_operator(DOOR_CLI);
    begin(w);
    add_staff(w, 1, "viewer", "zanjan", 0);
    add_staff(w, 2, "viewer", "zanjan qom", 0);
    add_staff(w, 3, "admin", "", 0); /* of the whole country */
    add_staff(w, 4, "viewer", "fars", 0);
    add_staff(w, 5, "viewer", "fars", 2); /* a deputy: where its principal is */
    assert_int_equal(seen_by(w, "zanjan"), 1);
    assert_int_equal(seen_by(w, "zanjan qom"), 3);
    assert_int_equal(seen_by(w, "zanjan fars"), 2);
    assert_int_equal(seen_by(w, "za"), 0);
    assert_int_equal(seen_by(w, ""), 5);
    add_staff(w, 1, "viewer", "qom", 0); /* told anew: no longer where it was */
    assert_int_equal(seen_by(w, "zanjan"), 0);
    assert_int_equal(seen_by(w, "qom"), 1);
    assert_int_equal(staff_page_of(w->store, w->arena, &all, 0, rows, 2), 2); /* page by page */
    assert_int_equal(staff_page_of(w->store, w->arena, &all, 4, rows, 2), 1);
    assert_true(staff_get_of(w->store, w->arena, &all, 5, &rows[0]) && rows[0].deputy_of == 2);
    assert_false(staff_get_of(w->store, w->arena, &all, 6, &rows[0]));
    commit(w);
}

/* Staff of an older program stand where they stood. */
static void old_staff_are_where_they_were(void **state)
{
    struct world *w = *state;
    char path[192];
    struct staff s;
    in_folder(w, "old.db", path);
    put_old_database(path, "0003");
    struct store *store = open_or_fail(path, STORE_WRITER), *other = w->store;
    w->store = store;
    assert_int_equal(seen_by(w, "zanjan"), 0);
    assert_int_equal(seen_by(w, "zanjan qom"), 1);
    assert_int_equal(seen_by(w, "west_azarbaijan"), 1);
    assert_int_equal(seen_by(w, ""), 3);
    assert_true(staff_get(store, w->arena, sara, &s) && s.deputy_of == 0 && s.locked_until == 0);
    assert_text(s.provinces, "zanjan qom");
    w->store = other;
    store_close(store);
}

static void organisations_come_back(void **state)
{
    struct world *w = *state;
    struct organisation o = {STR("mehr"), STR("مهر"), STR("Mehr"), STR("zanjan qom"), STR("IR1")}, rows[4],
                        got;
    struct actor zanjan = actor_in(w, "zanjan"), fars = actor_in(w, "fars");
    begin(w);
    organisation_put(w->store, &o, NOW);
    o.slug = STR("omid");
    o.provinces = STR("");
    organisation_put(w->store, &o, NOW);
    assert_int_equal(organisation_page_of(w->store, w->arena, &zanjan, STR(""), rows, 4), 2);
    assert_text(rows[0].name_fa, "مهر");
    assert_int_equal(organisation_page_of(w->store, w->arena, &zanjan, STR("mehr"), rows, 4), 1);
    assert_int_equal(organisation_page_of(w->store, w->arena, &fars, STR(""), rows, 4), 1);
    fars.organisation = STR("mehr");
    assert_int_equal(organisation_page_of(w->store, w->arena, &fars, STR(""), rows, 4), 0);
    o = (struct organisation){STR("mehr"), STR("مهر"), STR(""), STR("qom"), STR("")};
    organisation_put(w->store, &o, NOW);
    assert_int_equal(organisation_page_of(w->store, w->arena, &zanjan, STR(""), rows, 4), 1);
    assert_true(organisation_get(w->store, w->arena, STR("mehr"), &got));
    assert_text(got.provinces, "qom");
    assert_false(organisation_get(w->store, w->arena, STR("meh"), &got));
    commit(w);
}

static void a_proposal_ends_once(void **state)
{
    struct world *w = *state;
    struct proposal p = {.phone = sara,
                         .command = STR("{}"),
                         .codes = 2,
                         .hour_at = NOW,
                         .expires_at = NOW + 600},
                    got;
    p.digest = key_of("a");
    p.code = key_of("b");
    begin(w);
    assert_false(proposal_get(w->store, w->arena, sara, &got));
    assert_int_equal(proposal_try(w->store, sara), 0);
    assert_false(proposal_end(w->store, sara));
    proposal_put(w->store, &p, NOW);
    assert_int_equal(proposal_try(w->store, sara), 1);
    assert_int_equal(proposal_try(w->store, sara), 2);
    assert_true(proposal_get(w->store, w->arena, sara, &got));
    assert_memory_equal(&got.digest, &p.digest, sizeof got.digest);
    assert_memory_equal(&got.code, &p.code, sizeof got.code);
    assert_true(got.tries == 2 && got.codes == 2 && got.hour_at == NOW && got.expires_at == NOW + 600);
    proposal_put(w->store, &got, NOW); /* another one gives no tries back */
    assert_true(proposal_get(w->store, w->arena, sara, &got) && got.tries == 2);
    assert_true(proposal_end(w->store, sara));
    assert_true(proposal_get(w->store, w->arena, sara, &got) && got.tries == 0);
    assert_false(proposal_end(w->store, sara));
    assert_int_equal(proposal_try(w->store, sara), 0);
    assert_true(proposal_get(w->store, w->arena, sara, &got) && got.command.n == 0 && got.codes == 2);
    commit(w);
}

static void note(struct world *w, int64_t phone, const char *subject)
{
    struct actor actor = {.phone = phone, .door = DOOR_API};
    audit_add(w->store, &actor, "staff.add", str_of(subject), STR("viewer"), NOW);
}

static struct forgetting forgetting_of(int64_t phone, const char *digits)
{
    return (struct forgetting){
        .phone = phone, .digits = str_of(digits), .named_latin = STR("%x%"), .named_persian = STR("%x%")};
}

/* What they did stays done; who it was is a number that is no phone. */
static void who_is_forgotten_is_nobody_in_the_trail(void **state)
{
    struct world *w = *state;
    struct audit_row before[8], after[8];
    struct staff s;
    struct digest hash = key_of("token");
    struct proposal p = {.phone = sara, .command = STR("{}")};
    begin(w);
    add_staff(w, sara, "admin", "zanjan", 0);
    add_staff(w, maryam, "admin", "", sara);
    token_put(w->store, sara, &hash, NOW);
    proposal_put(w->store, &p, NOW);
    note(w, 0, "989120001122");
    note(w, sara, "989120003344");
    note(w, maryam, "mehr");
    note(w, sara, "989120001122");
    assert_int_equal(audit_page(w->store, w->arena, 0, before, 8), 4);
    struct forgetting f = forgetting_of(sara, "989120001122");
    forget_person(w->store, &f);
    assert_int_equal(audit_page(w->store, w->arena, 0, after, 8), 4);
    for (int i = 0; i < 4; i++) { /* nothing but who it was */
        assert_true(before[i].id == after[i].id && before[i].at == after[i].at);
        assert_true(str_eq(before[i].action, after[i].action) && str_eq(before[i].detail, after[i].detail));
        assert_true(before[i].actor == sara ? after[i].actor < 0 : after[i].actor == before[i].actor);
        assert_false(str_is(after[i].subject, "989120001122"));
    }
    assert_true(after[1].actor == after[3].actor);
    assert_text(after[0].subject,
                str_cstr(w->arena, str_printf(w->arena, "%lld", (long long)after[1].actor)));
    assert_text(after[1].subject, "989120003344");
    assert_text(after[2].subject, "mehr");
    assert_false(staff_get(w->store, w->arena, sara, &s));
    assert_true(staff_get(w->store, w->arena, maryam, &s) && s.deputy_of == 0);
    assert_text(s.provinces, "zanjan");
    assert_false(proposal_get(w->store, w->arena, sara, &p));
    add_staff(w, sara, "admin", "", 0);
    assert_int_equal(token_find(w->store, &hash), 0);
    commit(w);
}

/* ---- figures ---- */

static const char *const places[] = {"zanjan", "qom", "fars"};
struct sums {
    int64_t today, rial_today, rial;
};

static void fill(struct world *w, uint64_t *seed, struct sums sums[4], int64_t since)
{
    static const uint32_t codes[] = {1007, 1010, 1029, 0};
    struct campaign campaign = {.name_fa = STR("پویش"), .name_en = STR("drive")};
    assert_int_equal(campaign_add(w->store, &campaign, NOW), 1);
    for (int i = 0; i < 3; i++) {
        struct need need = a_need(codes[i], INT64_C(1) << 40);
        need.province = str_of(places[i]);
        need.unit = COUNT_RIAL;
        need_put(w->store, &need, NOW);
    }
    for (int64_t i = 0; i < PLEDGES; i++) {
        uint64_t place = random_below(seed, 4);
        struct pledge p = {.phone = i + 1,
                           .need = codes[place],
                           .campaign = place == 3 ? 1 : 0,
                           .amount_rial = (int64_t)random_below(seed, 1000) + 1,
                           .channel = STR("mci"),
                           .day = DAY,
                           .created_at = NOW - PLEDGES + i};
        bool cancelled = random_below(seed, 10) == 0;
        assert_true(put_pledge(w, &p));
        if (cancelled) {
            assert_true(pledge_cancel(w->store, p.id, NOW));
            continue;
        }
        if (place == 3)
            campaign_pledge(w->store, 1, p.amount_rial);
        else
            assert_true(need_pledge(w->store, p.need, p.amount_rial, NOW));
        sums[place].rial += p.amount_rial;
        sums[place].today += p.created_at >= since;
        sums[place].rial_today += p.created_at >= since ? p.amount_rial : 0;
    }
}

/* More than are looked at at a time, and a time that lies in the midst of them. */
static void figures_are_the_sums_of_the_own_provinces(void **state)
{
    struct world *w = *state;
    uint64_t seed = 20261122;
    struct sums sums[4] = {{0, 0, 0}};
    int64_t since = NOW - 1700;
    begin(w);
    fill(w, &seed, sums, since);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k <= i; k++) {
            struct volunteer v = {.phone = 100 + k, .province = str_of(places[i]), .status = STR("active")};
            volunteer_put(w->store, &v, NOW);
        }
    for (unsigned bits = 0; bits < 8; bits++) { /* 0: the whole country, and what is of no province */
        struct office_figures f;
        struct sums want = bits == 0 ? sums[3] : (struct sums){0, 0, 0};
        struct sbuf scope = sbuf_in(w->arena);
        int64_t needs = 0, people = 0;
        for (int i = 0; i < 3; i++) {
            if (bits != 0 && !(bits >> i & 1))
                continue;
            sbuf_printf(&scope, "%s%s", scope.n > 0 ? " " : "", places[i]);
            want.today += sums[i].today;
            want.rial_today += sums[i].rial_today;
            want.rial += sums[i].rial;
            needs++;
            people += i + 1;
        }
        struct actor actor = actor_in(w, bits == 0 ? "" : str_cstr(w->arena, sbuf_str(&scope)));
        office_figures(w->store, &actor, since, &f);
        assert_int_equal(f.pledges_since, want.today);
        assert_int_equal(f.rial_since, want.rial_today);
        assert_int_equal(f.rial, want.rial);
        assert_int_equal(f.needs_open, needs);
        assert_int_equal(f.volunteers, people);
    }
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(who_is_seen),
        ON_FILE(old_staff_are_where_they_were),
        BOTH(organisations_come_back),
        BOTH(a_proposal_ends_once),
        BOTH(who_is_forgotten_is_nobody_in_the_trail),
        BOTH(figures_are_the_sums_of_the_own_provinces),
    };
    return cmocka_run_group_tests_name("the office", tests, NULL, NULL);
}
