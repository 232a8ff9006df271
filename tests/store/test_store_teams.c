/* Staff, whom they brought, and groups of volunteers, as rows. */
#include "tests/store/store_world.h"

static const int64_t recruiter = 989120001122, leader = 989120003344;

static int64_t add_volunteer(struct world *w, int64_t phone, const char *status, int64_t by, int64_t team)
{
    struct volunteer v = {.phone = phone, .status = str_of(status), .recruiter = by, .team = team};
    volunteer_put(w->store, &v, NOW);
    assert_true(v.id > 0);
    return v.id;
}

static void assert_enlisted(struct world *w, int64_t phone, int64_t contacted, int64_t ready)
{
    int64_t got[2] = {-1, -1};
    staff_enlisted(w->store, phone, &got[0], &got[1]);
    assert_int_equal(got[0], contacted);
    assert_int_equal(got[1], ready);
}

static void a_recruiters_figures_count_whom_they_asked(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_enlisted(w, recruiter, 0, 0);
    add_volunteer(w, 989350000001, "invited", recruiter, 0);
    add_volunteer(w, 989350000002, "declined", recruiter, 0);
    add_volunteer(w, 989350000003, "active", recruiter, 0);
    add_volunteer(w, 989350000004, "left", recruiter, 0);
    add_volunteer(w, 989350000005, "active", leader, 0);
    add_volunteer(w, 989350000006, "active", 0, 0); /* came by themselves */
    assert_enlisted(w, recruiter, 4, 1);
    assert_enlisted(w, leader, 1, 1);
    assert_enlisted(w, 0, 0, 0);
    commit(w);
}

static void staff_come_back_whole_and_go(void **state)
{
    struct world *w = *state;
    struct staff s = {.phone = recruiter,
                      .name = STR("سارا"),
                      .role = STR("recruiter"),
                      .provinces = STR("zanjan qom"),
                      .organisation = STR("mehr"),
                      .centre = STR("درمانگاه ده")},
                 got, rows[4];
    begin(w);
    staff_put(w->store, &s, NOW);
    s.role = STR("admin");
    staff_put(w->store, &s, NOW + 1); /* the same phone: changed */
    assert_true(staff_get(w->store, w->arena, recruiter, &got));
    assert_text(got.role, "admin");
    assert_text(got.name, "سارا");
    assert_text(got.provinces, "zanjan qom");
    assert_text(got.organisation, "mehr");
    assert_text(got.centre, "درمانگاه ده");
    assert_int_equal(staff_page(w->store, w->arena, 0, rows, 4), 1);
    assert_int_equal(staff_page(w->store, w->arena, recruiter, rows, 4), 0);
    assert_true(staff_remove(w->store, recruiter));
    assert_false(staff_remove(w->store, recruiter));
    assert_false(staff_get(w->store, w->arena, recruiter, &got));
    commit(w);
}

static struct team add_team(struct world *w, const char *name, int64_t of)
{
    struct team t = {.name = str_of(name), .leader = of, .language = LANGUAGE_EN};
    if (!team_add(w->store, &t, NOW))
        fail_msg("team: %s", store_reason(w->store));
    return t;
}

static void a_group_is_found_by_its_code_and_its_leader(void **state)
{
    struct world *w = *state;
    struct team got;
    begin(w);
    struct team one = add_team(w, "Helping Hands", leader), two = add_team(w, "یاران", recruiter);
    commit(w);
    assert_true(one.reference != two.reference && one.id + 1 == two.id);
    assert_true(team_get(w->store, w->arena, one.reference, &got));
    assert_true(got.id == one.id && got.reference == one.reference && got.leader == leader);
    assert_int_equal(got.language, LANGUAGE_EN);
    assert_int_equal(got.told_at, 0);
    assert_text(got.name, "Helping Hands");
    begin(w);
    two.name = STR("Friends");
    team_rename(w->store, &two);
    assert_true(team_of(w->store, w->arena, recruiter, &got));
    assert_text(got.name, "Friends");
    assert_false(team_of(w->store, w->arena, 989350000001, &got));
    assert_false(team_get(w->store, w->arena, 10000000, &got));
    commit(w);
}

/* One sequence: a code names one thing. */
static void a_groups_code_is_no_pledges(void **state)
{
    struct world *w = *state;
    struct need need = a_need(1007, 1000);
    struct team got;
    struct pledge none;
    begin(w);
    need_put(w->store, &need, NOW);
    struct team team = add_team(w, "Hands", leader);
    struct pledge p = {.phone = leader,
                       .need = 1007,
                       .amount_rial = 5,
                       .channel = STR("mci"),
                       .message = add_inbox(w, "m1", DAY, 0, "x"),
                       .day = DAY,
                       .created_at = NOW};
    assert_true(put_pledge(w, &p));
    assert_int_equal(p.id, team.id + 1);
    assert_false(pledge_get(w->store, w->arena, team.reference, &none));
    assert_false(team_get(w->store, w->arena, p.reference, &got));
    commit(w);
}

static void members_are_the_active_ones(void **state)
{
    struct world *w = *state;
    begin(w);
    struct team one = add_team(w, "a", leader), two = add_team(w, "b", recruiter);
    add_volunteer(w, 989350000001, "active", 0, one.id);
    add_volunteer(w, 989350000001, "active", 0, one.id); /* of one family */
    add_volunteer(w, 989350000002, "left", 0, one.id);
    add_volunteer(w, 989350000003, "active", 0, 0);
    assert_int_equal(team_members(w->store, one.id), 2);
    assert_int_equal(team_members(w->store, two.id), 0);
    assert_int_equal(team_members(w->store, 0), 0);
    commit(w);
}

static void a_leader_is_told_once_an_hour(void **state)
{
    struct world *w = *state;
    begin(w);
    struct team t = add_team(w, "a", leader), other = add_team(w, "b", recruiter);
    assert_true(team_tell(w->store, t.id, NOW - 3600, NOW));
    assert_false(team_tell(w->store, t.id, NOW - 3600, NOW));
    assert_false(team_tell(w->store, t.id, NOW - 1, NOW + 3599));
    assert_true(team_tell(w->store, other.id, NOW - 3600, NOW));
    assert_true(team_tell(w->store, t.id, NOW, NOW + 3600));
    assert_false(team_tell(w->store, 0, NOW, NOW + 3600));
    assert_true(team_tell(w->store, t.id, NOW - 7200, NOW - 3600)); /* the clock was set back */
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_recruiters_figures_count_whom_they_asked),
        BOTH(staff_come_back_whole_and_go),
        BOTH(a_group_is_found_by_its_code_and_its_leader),
        BOTH(a_groups_code_is_no_pledges),
        BOTH(members_are_the_active_ones),
        BOTH(a_leader_is_told_once_an_hour),
    };
    return cmocka_run_group_tests_name("staff and groups", tests, NULL, NULL);
}
