/* What is done about the staff, by anybody, anywhere: for any staff and any
 * order of commands nobody sees or changes what is outside the own provinces,
 * organisation and centre, and nobody gives a role that is not theirs to give. */
#include "gateway/admin.h"
#include "gateway/base/json.h"
#include "handlers/office_staff.h"
#include "tests/unit/office_world.h"

enum { PEOPLE = 14, STEPS = 12000, PLACES = 3, PATH_ROOM = 96 };
static const char *const provinces[PLACES] = {"zanjan", "qom", "west_azarbaijan"};
static const char *const organisations[] = {"", "", "mehr", "omid"};
static const char *const centres[] = {"", "", "مرکز یک"};

static int64_t phone_at(uint64_t i)
{
    return INT64_C(989120000000) + (int64_t)i;
}

/* ---- asking ---- */

static int post(struct office_world *w, const char *path, int64_t as, const char *body)
{
    return office_ask(w, HTTP_POST, path, as, body).status;
}

static int post_to(struct office_world *w, const char *format, int64_t phone, int64_t as, const char *body)
{
    char path[PATH_ROOM];
    int n = snprintf(path, sizeof path, "/api/v1/%s+%lld/%s",
                     str_is(str_of(format), "verify") ? "volunteers/" : "staff/", (long long)phone, format);
    assert_in_range(n, 1, PATH_ROOM - 1);
    return post(w, path, as, body);
}

/* ---- as it should be, said once more and in another way ---- */

struct view { /* of one of the staff, a deputy's by its principal */
    bool is;
    int64_t deputy_of;
    enum role role;
    unsigned places; /* bits; 0: the whole country */
    struct str organisation, centre;
};

static unsigned bits_of(struct str slugs)
{
    unsigned bits = 0;
    struct str rest = slugs, slug;
    while (rest.n > 0 && str_split(&rest, ' ', &slug))
        for (unsigned i = 0; i < PLACES; i++)
            bits |= str_is(slug, provinces[i]) ? 1u << i : 0;
    return bits;
}

static struct view view_of(struct office_world *w, int64_t phone)
{
    struct staff own, principal;
    struct view v = {.is = staff_get(w->store, w->arena, phone, &own)};
    if (!v.is)
        return v;
    v.deputy_of = own.deputy_of;
    const struct staff *s = &own;
    if (own.deputy_of > 0) {
        assert_true(staff_get(w->store, w->arena, own.deputy_of, &principal));
        assert_int_equal(principal.deputy_of, 0); /* a deputy has none of its own */
        s = &principal;
    }
    assert_true(role_from(s->role, &v.role));
    v.places = bits_of(s->provinces);
    v.organisation = s->organisation;
    v.centre = s->centre;
    return v;
}

static bool inside(const struct view *actor, const struct view *other)
{
    bool places = actor->places == 0 || (other->places != 0 && (other->places & ~actor->places) == 0);
    bool organisation = actor->organisation.n == 0 || str_eq(actor->organisation, other->organisation);
    return places && organisation && (actor->centre.n == 0 || str_eq(actor->centre, other->centre));
}

static bool gives(const struct view *actor, enum role role)
{
    return actor->role == ROLE_ADMIN ||
           (actor->role == ROLE_COORDINATOR &&
            (role == ROLE_VIEWER || role == ROLE_REPORTER || role == ROLE_RECRUITER));
}

static bool unconfined(const struct view *v)
{
    return v->places == 0 && v->organisation.n == 0 && v->centre.n == 0;
}

/* ---- a town's staff ---- */

struct wish {
    int64_t phone, deputy_of;
    enum role role;
    unsigned places;
    const char *organisation, *centre;
};

static struct str slugs_of(struct office_world *w, unsigned bits)
{
    struct sbuf out = sbuf_in(w->arena);
    for (unsigned i = 0; i < PLACES; i++)
        if (bits >> i & 1)
            sbuf_printf(&out, "%s%s", out.n > 0 ? " " : "", provinces[i]);
    return sbuf_str(&out);
}

static struct wish random_wish(uint64_t *seed)
{
    struct wish wish = {.phone = phone_at(random_below(seed, PEOPLE)),
                        .role = (enum role)random_below(seed, ROLES),
                        .places = (unsigned)random_below(seed, 1u << PLACES),
                        .organisation = organisations[random_below(seed, 4)],
                        .centre = centres[random_below(seed, 3)]};
    if (random_below(seed, 4) == 0)
        wish.deputy_of = phone_at(random_below(seed, PEOPLE));
    return wish;
}

static int add(struct office_world *w, const struct wish *wish, int64_t as)
{
    struct json *json = json_object_new();
    json_put_str(json, "phone", str_printf(w->arena, "+%lld", (long long)wish->phone));
    if (wish->deputy_of > 0) {
        json_put_str(json, "deputy_of", str_printf(w->arena, "+%lld", (long long)wish->deputy_of));
    } else {
        json_put_str(json, "role", str_of(role_names[wish->role]));
        json_put_str(json, "provinces", slugs_of(w, wish->places));
        json_put_str(json, "organisation", str_of(wish->organisation));
        json_put_str(json, "centre", str_of(wish->centre));
    }
    int status =
        office_ask(w, HTTP_POST, "/api/v1/staff", as, str_cstr(w->arena, json_write(json, w->arena))).status;
    json_free(json);
    return status;
}

static void snapshot(struct office_world *w, struct view out[PEOPLE])
{
    for (unsigned i = 0; i < PEOPLE; i++)
        out[i] = view_of(w, phone_at(i));
}

static bool same_view(const struct view *a, const struct view *b)
{
    return a->is == b->is &&
           (!a->is || (a->role == b->role && a->places == b->places &&
                       str_eq(a->organisation, b->organisation) && str_eq(a->centre, b->centre)));
}

/* Whatever changed was the actor's to change, before and after. */
static void nothing_leaked(const struct view *actor, const struct view before[PEOPLE],
                           const struct view after[PEOPLE], bool *changed)
{
    *changed = false;
    for (unsigned i = 0; i < PEOPLE; i++) {
        if (same_view(&before[i], &after[i]))
            continue;
        *changed = true;
        for (int k = 0; k < 2; k++) {
            /* a deputy shows what its principal is made: only that one was touched */
            const struct view *v = k == 0 ? &before[i] : &after[i];
            if (v->is)
                assert_true(inside(actor, v) && gives(actor, v->role));
        }
    }
}

static void a_plain_add_is_judged_rightly(const struct view *actor, const struct wish *wish,
                                          const struct view *was, int status)
{
    struct view wanted = {.is = true,
                          .role = wish->role,
                          .places = wish->places,
                          .organisation = str_of(wish->organisation),
                          .centre = str_of(wish->centre)};
    bool may = gives(actor, wish->role) && inside(actor, &wanted);
    may = may && (!was->is || (inside(actor, was) && gives(actor, was->role)));
    assert_int_equal(status, may ? 201 : 403);
}

static void what_is_listed_is_what_is_inside(struct office_world *w, const struct view *actor, int64_t as,
                                             const struct view all[PEOPLE])
{
    struct error e;
    struct http_response answer = office_ask(w, HTTP_GET, "/api/v1/staff", as, "");
    if (actor->role != ROLE_ADMIN && actor->role != ROLE_COORDINATOR) {
        assert_int_equal(answer.status, 403);
        return;
    }
    assert_int_equal(answer.status, 200);
    struct json *json = json_read(answer.body, &e);
    const struct json *items = json_get(json, "items");
    size_t due = 0;
    for (unsigned i = 0; i < PEOPLE; i++)
        due += all[i].is && inside(actor, &all[i]);
    assert_int_equal(json_count(items), due);
    for (size_t i = 0; i < json_count(items); i++) {
        int64_t phone;
        assert_true(str_to_i64(json_str(json_at(items, i), "phone"), &phone));
        assert_true(inside(actor, &all[phone - phone_at(0)]));
    }
    json_free(json);
}

static void the_trail_shows_the_own_staff(struct office_world *w, const struct view *actor, int64_t as,
                                          const struct view all[PEOPLE])
{
    struct error e;
    struct http_response answer = office_ask(w, HTTP_GET, "/api/v1/audit", as, "");
    if (actor->role != ROLE_ADMIN && actor->role != ROLE_AUDITOR) {
        assert_int_equal(answer.status, 403);
        return;
    }
    struct json *json = json_read(answer.body, &e);
    const struct json *items = json_get(json, "items");
    for (size_t i = 0; i < json_count(items) && !unconfined(actor); i++) {
        int64_t phone;
        assert_true(str_to_i64(json_str(json_at(items, i), "actor"), &phone) && phone > 0);
        assert_true(all[phone - phone_at(0)].is && inside(actor, &all[phone - phone_at(0)]));
    }
    json_free(json);
}

/* Half of what is wished is what may be. */
static void perhaps_their_own(struct wish *wish, const struct view *actor, uint64_t *seed,
                              struct arena *arena)
{
    if (random_below(seed, 2) == 0)
        return;
    wish->places = actor->places;
    wish->organisation = str_cstr(arena, actor->organisation);
    wish->centre = str_cstr(arena, actor->centre);
    wish->role = (enum role)random_below(seed, ROLE_COORDINATOR);
}

/* What is for admins of the whole country alone. */
static void the_whole_countrys_things(struct office_world *w, const struct view *actor, int64_t as,
                                      uint64_t *seed)
{
    static const char *const things[][2] = {
        {"/api/v1/backups", "{\"file\":\"b.db\"}"},
        {"/api/v1/messages", "{\"channel\":\"mci\",\"phone\":\"09121234567\",\"text\":\"x\"}"},
        {"/api/v1/organisations", "{\"slug\":\"mehr\",\"name_fa\":\"مهر\"}"},
        {"/api/v1/people/989121234567/forget", ""},
    };
    size_t i = (size_t)random_below(seed, 4);
    int status = post(w, things[i][0], as, things[i][1]);
    if (actor->role == ROLE_ADMIN && unconfined(actor))
        assert_in_range(status, 200, 201);
    else
        assert_int_equal(status, 403);
}

static void verify_in_the_own_provinces(struct office_world *w, const struct view *actor, int64_t as,
                                        uint64_t *seed)
{
    struct volunteer v;
    unsigned place = (unsigned)random_below(seed, PLACES);
    int64_t phone = INT64_C(989350000000) + place;
    if (volunteer_of(w->store, w->arena, phone, &v, 1) == 0) {
        v = (struct volunteer){.phone = phone,
                               .province = str_of(provinces[place]),
                               .specialty = STR("nurse"),
                               .status = STR("active")};
        office_begin(w);
        volunteer_put(w->store, &v, 1);
        office_commit(w);
    }
    bool may = actor->role == ROLE_ADMIN || actor->role == ROLE_COORDINATOR;
    bool sees = unconfined(actor) || (actor->places >> place & 1);
    assert_int_equal(post_to(w, "verify", phone, as, "{\"by\":\"x\"}"), !may ? 403 : sees ? 200 : 404);
}

static void test_scope_never_leaks(void **state)
{
    struct office_world *w = *state;
    uint64_t seed = 20261122, done[2] = {0, 0};
    assert_int_equal(post(w, "/api/v1/organisations", 0, "{\"slug\":\"mehr\",\"name_fa\":\"مهر\"}"), 201);
    assert_int_equal(post(w, "/api/v1/organisations", 0, "{\"slug\":\"omid\",\"name_fa\":\"امید\"}"), 201);
    for (int step = 0; step < STEPS; step++) {
        struct view before[PEOPLE], after[PEOPLE];
        struct arena_mark mark = arena_mark(w->arena);
        static const char *const changes[] = {"remove", "unlock", "token"};
        struct wish wish = random_wish(&seed);
        if (step % 4 == 0) { /* so that there is always somebody, and room for others */
            wish.role = random_below(&seed, 2) == 0 ? ROLE_COORDINATOR : wish.role;
            if (random_below(&seed, 2) == 0)
                (void)add(w, &wish, 0); /* a deputy of nobody is refused */
            else
                (void)post_to(w, "remove", wish.phone, 0, ""); /* nobody may be there */
            arena_rewind(w->arena, mark);
            continue;
        }
        int64_t as = phone_at(random_below(&seed, PEOPLE));
        struct view actor = view_of(w, as);
        snapshot(w, before);
        bool changed = false;
        uint64_t what = random_below(&seed, 8);
        if (!actor.is) {
            assert_int_equal(add(w, &wish, as), 403);
        } else if (what < 3) {
            perhaps_their_own(&wish, &actor, &seed, w->arena);
            int status = add(w, &wish, as);
            if (wish.deputy_of == 0)
                a_plain_add_is_judged_rightly(&actor, &wish, &before[wish.phone - phone_at(0)], status);
        } else if (what == 3) {
            const char *change = changes[random_below(&seed, 3)];
            const struct view *target = &before[wish.phone - phone_at(0)];
            bool sees = (actor.role == ROLE_ADMIN || actor.role == ROLE_COORDINATOR) && target->is &&
                        inside(&actor, target);
            int status = post_to(w, change, wish.phone, as, "");
            assert_true((status == 201) == (sees && gives(&actor, target->role)));
        } else if (what == 4) {
            what_is_listed_is_what_is_inside(w, &actor, as, before);
        } else if (what == 5) {
            the_trail_shows_the_own_staff(w, &actor, as, before);
        } else if (what == 6) {
            the_whole_countrys_things(w, &actor, as, &seed);
        } else {
            verify_in_the_own_provinces(w, &actor, as, &seed);
        }
        snapshot(w, after);
        if (actor.is)
            nothing_leaked(&actor, before, after, &changed);
        done[changed]++;
        arena_rewind(w->arena, mark);
    }
    if (getenv("SHOW") != NULL)
        (void)printf("%llu changed nothing, %llu something\n", (unsigned long long)done[0],
                     (unsigned long long)done[1]);
    assert_true(done[0] > STEPS / 10 && done[1] > STEPS / 80); /* both happen */
}

/* ---- single things ---- */

static void test_deputies(void **state)
{
    struct office_world *w = *state;
    struct actor actor;
    const int64_t chief = phone_at(0), deputy = phone_at(1), second = phone_at(2);
    office_staff_is(w, chief, ROLE_COORDINATOR, "zanjan", 0);
    assert_int_equal(
        post(w, "/api/v1/staff", 0, "{\"phone\":\"+989120000001\",\"deputy_of\":\"+989120000000\"}"), 201);
    assert_int_equal(
        post(w, "/api/v1/staff", 0, "{\"phone\":\"+989120000002\",\"deputy_of\":\"+989120000000\"}"), 201);
    assert_int_equal(
        post(w, "/api/v1/staff", 0, "{\"phone\":\"+989120000003\",\"deputy_of\":\"+989120000001\"}"), 409);
    assert_int_equal(
        post(w, "/api/v1/staff", 0, "{\"phone\":\"+989120000000\",\"deputy_of\":\"+989120000000\"}"), 409);
    office_staff_is(w, phone_at(5), ROLE_VIEWER, "qom", 0);
    assert_int_equal(
        post(w, "/api/v1/staff", 0, "{\"phone\":\"+989120000000\",\"deputy_of\":\"+989120000005\"}"), 409);
    assert_int_equal(post(w, "/api/v1/staff", 0,
                          "{\"phone\":\"+989120000003\",\"deputy_of\":\"+989120000000\",\"role\":\"admin\"}"),
                     422);
    assert_true(actor_get(w->store, w->arena, deputy, DOOR_SMS, &actor));
    assert_true(actor.phone == deputy && actor.role == ROLE_COORDINATOR &&
                actor_covers(&actor, STR("zanjan")));
    office_staff_is(w, chief, ROLE_RECRUITER, "qom", 0); /* the principal's change is theirs, at once */
    assert_true(actor_get(w->store, w->arena, deputy, DOOR_SMS, &actor));
    assert_true(actor.role == ROLE_RECRUITER && actor_covers(&actor, STR("qom")) &&
                !actor_covers(&actor, STR("zanjan")));
    assert_int_equal(post_to(w, "remove", chief, 0, ""), 201);
    assert_false(actor_get(w->store, w->arena, chief, DOOR_SMS, &actor));
    for (int64_t phone = deputy; phone <= second; phone++) {
        struct staff s;
        assert_true(staff_get(w->store, w->arena, phone, &s));
        assert_true(str_is(s.role, "recruiter") && str_is(s.provinces, "qom") && s.deputy_of == 0);
        assert_true(actor_get(w->store, w->arena, phone, DOOR_SMS, &actor));
        assert_true(
            staff_get_of(w->store, w->arena, &actor, phone, &s)); /* the places are kept as rows too */
    }
}

static void test_a_token_is_good_until_the_next(void **state)
{
    struct office_world *w = *state;
    struct error e;
    struct digest hash[2];
    office_staff_is(w, phone_at(0), ROLE_COORDINATOR, "zanjan", 0);
    for (int i = 0; i < 2; i++) {
        struct http_response answer = office_ask(w, HTTP_POST, "/api/v1/staff/+989120000000/token", 0, "");
        struct json *json = json_read(answer.body, &e);
        assert_int_equal(json_str(json, "token").n, 68);
        hash[i] = token_hash(json_str(json, "token"));
        json_free(json);
        assert_true(token_find(w->store, &hash[i]) == phone_at(0));
    }
    assert_int_equal(token_find(w->store, &hash[0]), 0);
    assert_int_equal(post_to(w, "remove", phone_at(0), 0, ""), 201);
    assert_int_equal(token_find(w->store, &hash[1]), 0);
    office_staff_is(w, phone_at(0), ROLE_COORDINATOR, "zanjan", 0); /* who comes back brings no old token */
    assert_int_equal(token_find(w->store, &hash[1]), 0);
}

static void test_who_is_removed_has_nothing_waiting(void **state)
{
    struct office_world *w = *state;
    struct proposal p;
    office_staff_is(w, phone_at(0), ROLE_ADMIN, "", 0);
    office_begin(w);
    struct turn t = office_turn_of(w, phone_at(0), "ENLIST 09350001122");
    struct str code = code_make(&t, &t.command);
    office_commit(w);
    assert_true(code.n > 0 && proposal_get(w->store, w->arena, phone_at(0), &p));
    assert_int_equal(post_to(w, "remove", phone_at(0), 0, ""), 201);
    assert_false(proposal_get(w->store, w->arena, phone_at(0), &p));
}

static void test_a_province_named_twice_counts_once(void **state)
{
    struct office_world *w = *state;
    struct staff s;
    assert_int_equal(
        post(w, "/api/v1/staff", 0,
             "{\"phone\":\"+989120000001\",\"role\":\"coordinator\",\"provinces\":\"qom zanjan qom\"}"),
        201);
    assert_true(staff_get(w->store, w->arena, phone_at(1), &s) && str_is(s.provinces, "qom zanjan"));
}

/* A deputy's own row tells what the principal was when it was made. */
static void test_a_deputy_enlists_while_the_principal_may(void **state)
{
    struct office_world *w = *state;
    static const enum role roles[] = {ROLE_RECRUITER, ROLE_VIEWER, ROLE_COORDINATOR};
    office_staff_is(w, phone_at(0), ROLE_RECRUITER, "zanjan", 0);
    assert_int_equal(
        post(w, "/api/v1/staff", 0, "{\"phone\":\"+989120000001\",\"deputy_of\":\"+989120000000\"}"), 201);
    for (int i = 0; i < 3; i++) {
        office_staff_is(w, phone_at(0), roles[i], "zanjan", 0);
        office_text_from(w, phone_at(1), str_printf(w->arena, "ENLIST 0935000112%d nurse zanjan", i));
        assert_int_equal(office_sent_to(w, INT64_C(989350001120) + i), roles[i] == ROLE_VIEWER ? 0 : 1);
    }
}

static void test_unlock(void **state)
{
    struct office_world *w = *state;
    struct staff s;
    office_staff_is(w, phone_at(0), ROLE_ADMIN, "", 0);
    office_begin(w);
    assert_true(staff_lock(w->store, phone_at(0), w->now_ms / 1000 + 3600, 1));
    office_commit(w);
    assert_int_equal(post_to(w, "unlock", phone_at(0), 0, ""), 201);
    assert_true(staff_get(w->store, w->arena, phone_at(0), &s) && s.locked_until == 0);
    office_staff_is(w, phone_at(0), ROLE_VIEWER, "", 0);
    assert_int_equal(post_to(w, "unlock", phone_at(1), 0, ""), 404);
}

/* The need's own way to be paid, else its organisation's, else the service's. */
static void test_where_to_pay(void **state)
{
    struct office_world *w = *state;
    static const char *const ways[] = {"IR550000000000000000000005", ""};
    office_begin(w);
    for (uint32_t i = 0; i < 2; i++) {
        struct need need = {.code = i == 0 ? 1007 : 1010,
                            .province = STR("zanjan"),
                            .category = STR("drug"),
                            .title_fa = STR("دارو"),
                            .title_en = STR("drugs"),
                            .short_fa = STR("دارو"),
                            .short_en = STR("drugs"),
                            .unit = COUNT_RIAL,
                            .required = 1000000000,
                            .status = STR("open"),
                            .organisation = STR("mehr"),
                            .pay_to = str_of(ways[i])};
        need_put(w->store, &need, 1);
    }
    office_commit(w);
    office_text_from(w, phone_at(3), STR("GIVE 1010 20000 toman"));
    assert_int_equal(w->sent_count, 1); /* nowhere to pay yet */
    assert_int_equal(
        post(w, "/api/v1/organisations", 0,
             "{\"slug\":\"mehr\",\"name_fa\":\"مهر\",\"pay_to\":\"IR660000000000000000000006\"}"),
        201);
    office_text_from(w, phone_at(4), STR("GIVE 1010 20000 toman"));
    assert_int_equal(w->sent_count, 2);
    assert_true(office_holds(w->sent[1].text, "IR66"));
    office_text_from(w, phone_at(3), STR("ACCOUNT"));
    assert_true(office_holds(w->sent[0].text, "IR66"));
    office_text_from(w, phone_at(5), STR("GIVE 1007 20000 toman"));
    assert_true(office_holds(w->sent[1].text, "IR55"));
    office_text_from(w, phone_at(5), STR("ACCOUNT"));
    assert_true(office_holds(w->sent[0].text, "IR55"));
}

/* Five figures in one SMS, whatever they are. */
static void test_figures_fit_one_sms(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, phone_at(0), ROLE_COORDINATOR, "", 0);
    for (int64_t rial = 5; rial < INT64_C(9000000000000000); rial = rial * 3 + 7) {
        struct campaign campaign = {.name_fa = STR("پویش"), .name_en = STR("drive")};
        office_begin(w);
        int64_t id = campaign_add(w->store, &campaign, 1);
        campaign_pledge(w->store, id, rial);
        office_commit(w);
        office_text_from(w, phone_at(0), STR("آمار"));
        assert_int_equal(w->sent_count, 1);
        assert_int_equal(w->sent[0].segments, 1);
        office_text_from(w, phone_at(0), STR("STATS"));
        assert_int_equal(w->sent[0].segments, 1);
    }
}

/* The largest counts beside sums with a decimal: the decimals give way. */
static void test_large_figures_fit_one_sms(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, phone_at(0), ROLE_COORDINATOR, "", 0);
    office_begin(w);
    for (uint32_t i = 0; i < 100000; i++) {
        struct volunteer v = {.phone = 1 + i, .status = STR("active")};
        struct contact contact = {.phone = 1 + i};
        struct pledge p = {
            .need = 1 + i, .amount_rial = 25500000, .channel = STR("mci"), .created_at = w->now_ms / 1000};
        struct need need = {.code = 1 + i, .unit = COUNT_RIAL, .required = 99000000, .status = STR("open")};
        volunteer_put(w->store, &v, 1);
        if (i >= 1000)
            continue;
        need_put(w->store, &need, 1);
        assert_true(need_pledge(w->store, need.code, p.amount_rial, 1) && pledge_add(w->store, &contact, &p));
        contact_put(w->store, &contact, 1);
    }
    office_commit(w);
    office_text_from(w, phone_at(0), STR("آمار"));
    assert_true(office_holds(w->sent[0].text, "۱۰۰۰۰۰"));
    assert_true(office_holds(w->sent[0].text, "۲ میلیارد"));
    assert_int_equal(w->sent[0].segments, 1);
    office_text_from(w, phone_at(0), STR("STATS"));
    assert_true(office_holds(w->sent[0].text, "2.5 billion")); /* there is room for it */
    assert_int_equal(w->sent[0].segments, 1);
}

static void test_organisations_are_for_admins_of_the_whole_country(void **state)
{
    struct office_world *w = *state;
    struct organisation mehr = {.slug = STR("mehr"), .name_fa = STR("مهر"), .provinces = STR("zanjan")}, got;
    struct office o = {.store = w->store, .config = w->config, .arena = w->arena, .now_ms = w->now_ms};
    const struct actor actors[] = {{.role = ROLE_ADMIN, .scope = STR(" zanjan ")},
                                   {.role = ROLE_COORDINATOR, .scope = STR("*")},
                                   {.role = ROLE_ADMIN, .scope = STR("*"), .organisation = STR("mehr")}};
    office_begin(w);
    for (size_t i = 0; i < 3; i++) {
        o.actor = actors[i];
        assert_int_equal(organisation_add(&o, &mehr).status, OFFICE_FORBIDDEN);
    }
    assert_false(organisation_get(w->store, w->arena, mehr.slug, &got));
    o.actor = actor_operator(DOOR_CLI);
    assert_int_equal(organisation_add(&o, &mehr).status, OFFICE_DONE);
    assert_true(organisation_get(w->store, w->arena, mehr.slug, &got));
    office_commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE(test_scope_never_leaks),
        OFFICE(test_deputies),
        OFFICE(test_a_province_named_twice_counts_once),
        OFFICE(test_a_token_is_good_until_the_next),
        OFFICE(test_who_is_removed_has_nothing_waiting),
        OFFICE(test_a_deputy_enlists_while_the_principal_may),
        OFFICE(test_unlock),
        OFFICE(test_where_to_pay),
        OFFICE(test_figures_fit_one_sms),
        OFFICE(test_large_figures_fit_one_sms),
        OFFICE(test_organisations_are_for_admins_of_the_whole_country),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
