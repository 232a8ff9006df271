/* Campaigns in an office, on a store of their own: that sums equal the rows
 * they sum whatever was done before, whose campaign is whose, and what a
 * pledge may be spent on.  The handlers themselves do the work. */
#include "conf_world.h"

#include "gateway/base/damm.h"
#include "handlers/handlers.h"
#include "handlers/office_campaign.h"

enum { NOW = 1762500000, NEEDS = 4, CAMPAIGNS = 3, PHONES = 12, PLEDGES_MOST = 4000 };
static const char *const provinces[] = {"zanjan", "qom", "fars", "gilan"};

struct house {
    struct world *w;
    struct store *store;
    struct zone *zone;
    struct office office; /* the operator's */
    int64_t campaigns[CAMPAIGNS];
    uint32_t needs[NEEDS];
};

static void put_need(struct house *h, int i, enum count_unit unit, int64_t required)
{
    h->needs[i] = code_from_base((uint32_t)(100 + i));
    struct need need = {.code = h->needs[i],
                        .province = str_of(provinces[i]),
                        .centre = STR("c"),
                        .category = STR("equipment"),
                        .title_fa = STR("a"),
                        .title_en = STR("a"),
                        .short_fa = STR("a"),
                        .short_en = STR("a"),
                        .unit = unit,
                        .required = required,
                        .status = STR("open"),
                        .organisation = i == 1 ? STR("mehr") : STR(""),
                        .pay_to = STR("NEED"),
                        .verified_by = STR(""),
                        .shared_with = STR("")};
    need_put(h->store, &need, NOW);
}

static struct office_said open_in(const struct office *o, const char *word, const char *where, int64_t *id)
{
    struct str words[] = {str_of(word)};
    struct campaign c = {.provinces = str_of(where), .pay_to = STR("DRIVE")};
    struct office_said said = campaign_open(o, &c, words, 1);
    *id = c.id;
    return said;
}

static struct house *house(void **state)
{
    struct error e = {""};
    struct world *w = *state;
    struct house *h = arena_new_of(w->arena, struct house);
    static const char *const words[] = {"سلامت", "مهر", "نوروز"};
    w->config = config_parse("t.ini", STR("[service]\n"), &w->world, &w->faults);
    *h = (struct house){
        .w = w, .store = store_open("x", STORE_MEMORY, &e), .zone = zone_open("Asia/Tehran", &e)};
    if (w->config == NULL || h->store == NULL || h->zone == NULL || !crypto_start(&e) ||
        !store_begin(h->store))
        fail_msg("%s%s", faults_text(w), e.text);
    h->office = (struct office){.store = h->store,
                                .config = w->config,
                                .arena = w->arena,
                                .zone = h->zone,
                                .now_ms = NOW * INT64_C(1000),
                                .actor = actor_operator(DOOR_CLI)};
    put_need(h, 0, COUNT_RIAL, 30000000);
    put_need(h, 1, COUNT_RIAL, 2000000);
    put_need(h, 2, COUNT_RIAL, 900000000);
    put_need(h, 3, COUNT_ITEM, 500);
    for (int i = 0; i < CAMPAIGNS; i++)
        assert_int_equal(open_in(&h->office, words[i], "", &h->campaigns[i]).status, OFFICE_DONE);
    return h;
}

static void close_house(struct house *h)
{
    assert_int_equal(store_failed(h->store), STORE_FINE);
    assert_int_equal(store_commit(h->store), STORE_DONE);
    store_close(h->store);
    zone_close(h->zone);
}

static struct actor coordinator(struct house *h, const char *where, const char *organisation)
{
    struct staff staff = {.phone = 989120000001,
                          .role = STR("coordinator"),
                          .provinces = str_of(where),
                          .organisation = str_of(organisation)};
    return actor_from(h->w->arena, &staff, DOOR_CLI);
}

/* ---- as a phone does it ---- */

static struct turn turn_of(struct house *h, int64_t phone, enum command_name name)
{
    static const struct inbound message = {.channel = STR_INIT("mci")};
    struct turn t = {.store = h->store,
                     .config = h->w->config,
                     .arena = h->w->arena,
                     .zone = h->zone,
                     .now_ms = NOW * INT64_C(1000),
                     .message = &message,
                     .line = STR("mci"),
                     .asked = ASKED_GUESS | ASKED_AMOUNT | ASKED_SAME};
    t.command.name = name;
    contact_get(h->store, h->w->arena, phone, &t.contact);
    return t;
}

/* The reference of what was pledged; 0: it was not. */
static uint32_t pledge_as(struct house *h, int64_t phone, int campaign, int need, int64_t amount)
{
    static const char *const words[] = {"سلامت", "مهر", "نوروز"};
    struct turn t = turn_of(h, phone, COMMAND_pledge);
    struct pledge before[1], after[1];
    size_t had = pledge_open(h->store, h->w->arena, &t.contact, before, 1);
    if (need == NEEDS - 1 && campaign < 0) {
        t.command.has_quantity = true;
        t.command.quantity = amount;
        t.command.unit = UNIT_ITEM;
    } else {
        t.command.has_amount = true;
        t.command.amount_rial = amount * 100000;
        t.command.money_unit = MONEY_TOMAN;
    }
    t.command.need = campaign < 0 ? h->needs[need] : 0;
    t.command.campaign = campaign < 0 ? STR("") : str_of(words[campaign]);
    handle_pledge(&t);
    contact_put(h->store, &t.contact, NOW);
    size_t has = pledge_open(h->store, h->w->arena, &t.contact, after, 1);
    return has == 1 && (had == 0 || after[0].id != before[0].id) ? after[0].reference : 0;
}

static void cancel_as(struct house *h, int64_t phone, uint32_t reference)
{
    struct turn t = turn_of(h, phone, COMMAND_cancel);
    t.command.reference = reference;
    handle_cancel(&t);
}

/* ---- sums equal rows ---- */

struct truth {
    int64_t need[NEEDS], campaign[CAMPAIGNS], pledges[CAMPAIGNS], rial;
};

static struct truth count_rows(struct house *h)
{
    static struct pledge rows[PLEDGES_MOST];
    struct truth truth = {{0}, {0}, {0}, 0};
    size_t n = pledge_page(h->store, h->w->arena, 0, rows, PLEDGES_MOST);
    for (size_t r = 0; r < n; r++) {
        if (str_is(rows[r].status, "cancelled") || str_is(rows[r].status, "expired"))
            continue;
        truth.rial += rows[r].amount_rial;
        for (int i = 0; i < NEEDS; i++)
            if (rows[r].need == h->needs[i])
                truth.need[i] += rows[r].quantity > 0 ? rows[r].quantity : rows[r].amount_rial;
        for (int i = 0; i < CAMPAIGNS; i++)
            if (rows[r].campaign == h->campaigns[i]) {
                truth.campaign[i] += rows[r].amount_rial;
                truth.pledges[i]++;
            }
    }
    return truth;
}

static void check_sums(struct house *h, struct tally *t, int step)
{
    struct office_figures figures;
    struct truth truth = count_rows(h);
    office_figures(h->store, &h->office.actor, 0, &figures);
    tally_check(t, figures.rial == truth.rial && figures.rial == figures.rial_since,
                "step %d: the figures say %lld, its rows %lld", step, (long long)figures.rial,
                (long long)truth.rial);
    for (int i = 0; i < NEEDS; i++) {
        struct need need;
        assert_true(need_get(h->store, h->w->arena, h->needs[i], &need));
        tally_check(t, need.pledged == truth.need[i] && need.pledged <= need.required,
                    "step %d: need %u says %lld, its rows %lld, of %lld", step, need.code,
                    (long long)need.pledged, (long long)truth.need[i], (long long)need.required);
    }
    for (int i = 0; i < CAMPAIGNS; i++) {
        struct campaign c;
        struct campaign_sum sums[8], total = {0};
        int64_t by_province = 0, pledges = 0;
        assert_true(campaign_get(h->store, h->w->arena, h->campaigns[i], &c));
        (void)campaign_totals(h->store, h->w->arena, c.id, &total, 1); /* 0 rows: nothing stands */
        size_t n = campaign_sums(h->store, h->w->arena, c.id, STR("*"), sums, 8);
        for (size_t k = 0; k < n; k++) {
            by_province += sums[k].amount_rial;
            pledges += sums[k].pledges;
        }
        tally_check(t,
                    c.pledged_rial == truth.campaign[i] && total.amount_rial == truth.campaign[i] &&
                        by_province == truth.campaign[i] && pledges == truth.pledges[i] &&
                        total.pledges == truth.pledges[i],
                    "step %d: campaign %d says %lld, in all %lld, by province %lld, its rows %lld", step, i,
                    (long long)c.pledged_rial, (long long)total.amount_rial, (long long)by_province,
                    (long long)truth.campaign[i]);
    }
}

static void forget(struct house *h, int64_t phone)
{
    struct forgetting f = {.phone = phone, .digits = STR("x")};
    f.named_latin = f.named_persian = STR("no such text");
    forget_person(h->store, &f);
    while (forget_messages(h->store, &f, NOW * INT64_C(1000), 5000))
        ;
}

static void sums_equal_the_rows(void **state)
{
    struct house *h = house(state);
    struct tally t = tally_new();
    uint64_t seed = 5;
    struct {
        int64_t phone;
        uint32_t reference;
    } made[PLEDGES_MOST];
    size_t n = 0, allotted = 0, cancelled = 0;
    for (int step = 0; step < 3000; step++) {
        struct arena_mark mark = arena_mark(h->w->arena);
        int64_t phone = 989120000100 + (int64_t)random_below(&seed, PHONES);
        size_t late = n < 40 ? n : 40, which = n > 0 ? n - 1 - (size_t)random_below(&seed, late) : 0;
        int chance = (int)random_below(&seed, 100), need = (int)random_below(&seed, NEEDS);
        if (chance < 45 || n == 0) {
            int campaign = (int)random_below(&seed, CAMPAIGNS * 2) - CAMPAIGNS;
            uint32_t reference = pledge_as(h, phone, campaign, need, 1 + (int64_t)random_below(&seed, 40));
            made[n].phone = phone;
            made[n].reference = reference;
            n += reference != 0;
        } else if (chance < 70) {
            struct pledge p;
            bool its_own = pledge_get(h->store, h->w->arena, made[which].reference, &p) && chance < 65;
            int64_t campaign = its_own ? p.campaign : h->campaigns[random_below(&seed, CAMPAIGNS)];
            allotted += campaign_allot(&h->office, campaign, made[which].reference, h->needs[need]).status ==
                        OFFICE_DONE;
        } else if (chance < 97) {
            cancel_as(h, made[which].phone, made[which].reference);
            cancelled++;
        } else {
            forget(h, phone);
        }
        if (step % 50 == 49)
            check_sums(h, &t, step);
        arena_rewind(h->w->arena, mark);
    }
    print_message("%zu allotted, %zu cancelled, %zu made\n", allotted, cancelled, n);
    assert_true(allotted > 50 && cancelled > 500 && n > 500); /* it was all done, often */
    tally_end(&t);
    close_house(h);
}

/* ---- by province ---- */

static void add_volunteer(struct house *h, int64_t phone, const char *province, const char *status)
{
    struct volunteer v = {.phone = phone, .province = str_of(province), .status = str_of(status)};
    v.name = v.specialty = v.availability = v.verified_by = v.consent_version = v.consent_channel = STR("");
    volunteer_put(h->store, &v, NOW);
}

static void donors_are_where_they_said(void **state)
{
    struct house *h = house(state);
    struct campaign_sum sums[8];
    struct contact contact;
    int64_t phone = 989120000200;
    add_volunteer(h, phone, "fars", "listed"); /* registered counts before listed, both before the contact */
    add_volunteer(h, phone, "zanjan", "active");
    add_volunteer(h, phone + 1, "qom", "listed");
    for (int i = 0; i < 3; i++) { /* 0 and 1 are volunteers too; 2 only said so; 3 never said anything */
        contact_get(h->store, h->w->arena, phone + i, &contact);
        contact.province = STR("gilan");
        contact_put(h->store, &contact, NOW);
    }
    for (int i = 0; i < 4; i++)
        for (int k = 0; k <= i; k++)
            assert_true(pledge_as(h, phone + i, 0, 0, 10) != 0);
    assert_true(pledge_as(h, phone, 1, 0, 10) != 0); /* of another campaign */
    assert_int_equal(campaign_sums(h->store, h->w->arena, h->campaigns[0], STR("*"), sums, 8), 4);
    static const struct {
        const char *province;
        int64_t pledges;
    } want[] = {{"gilan", 3}, {"qom", 2}, {"unknown", 4}, {"zanjan", 1}};
    for (int i = 0; i < 4; i++)
        if (!str_is(sums[i].province, want[i].province) || sums[i].pledges != want[i].pledges ||
            sums[i].amount_rial != want[i].pledges * 1000000 || sums[i].donors != 1 ||
            sums[i].received_rial != 0)
            fail_msg("%.*s: %lld pledges", STR_ARG(sums[i].province), (long long)sums[i].pledges);
    assert_int_equal(campaign_sums(h->store, h->w->arena, h->campaigns[0], STR(" qom fars "), sums, 8), 1);
    assert_true(str_is(sums[0].province, "qom"));
    forget(h, phone); /* what is kept of them names no place */
    assert_int_equal(campaign_sums(h->store, h->w->arena, h->campaigns[0], STR("*"), sums, 8), 3);
    assert_true(str_is(sums[2].province, "unknown") && sums[2].pledges == 5 && sums[2].donors == 2);
    close_house(h);
}

/* ---- whose it is ---- */

static void check_said(struct tally *t, const struct office_said *said, enum office_status status,
                       const char *key)
{
    tally_check(t, said->status == status && strcmp(said->key, key) == 0, "%s: %d for %s", said->key,
                (int)said->status, key);
}

static void campaigns_keep_to_their_provinces(void **state)
{
    struct house *h = house(state);
    struct tally t = tally_new();
    struct office o = h->office;
    struct campaign c;
    int64_t id = 0, country = h->campaigns[0];
    struct office_said said = open_in(&o, "همه", "zanjan qom", &id);
    check_said(&t, &said, OFFICE_DONE, "campaign.opened");
    o.actor = coordinator(h, "zanjan", "");
    said = open_in(&o, "کشور", "", &id);
    check_said(&t, &said, OFFICE_FORBIDDEN, "campaign.elsewhere");
    said = open_in(&o, "قم", "qom", &id);
    check_said(&t, &said, OFFICE_FORBIDDEN, "campaign.elsewhere");
    said = open_in(&o, "هردو", "zanjan qom", &id);
    check_said(&t, &said, OFFICE_FORBIDDEN, "campaign.elsewhere");
    said = open_in(&o, "ناکجا", "atlantis", &id);
    check_said(&t, &said, OFFICE_BAD, "campaign.place");
    said = open_in(&o, "زنجان", "zanjan", &id);
    check_said(&t, &said, OFFICE_DONE, "campaign.opened");
    assert_true(campaign_get_scoped(h->store, h->w->arena, &o.actor, id, &c));
    c.provinces = STR("zanjan fars"); /* nor is it taken elsewhere afterwards */
    said = campaign_change(&o, &c);
    check_said(&t, &said, OFFICE_FORBIDDEN, "campaign.elsewhere");
    c.provinces = STR("zanjan");
    c.ends_at = NOW + 100;
    said = campaign_change(&o, &c);
    check_said(&t, &said, OFFICE_DONE, "campaign.changed");
    c.starts_at = NOW + 100;
    said = campaign_change(&o, &c);
    check_said(&t, &said, OFFICE_BAD, "campaign.window");
    assert_false(campaign_get_scoped(h->store, h->w->arena, &o.actor, country, &c));
    c = (struct campaign){.id = country, .provinces = STR("zanjan")};
    said = campaign_change(&o, &c);
    check_said(&t, &said, OFFICE_ABSENT, "campaign.absent");
    o.actor = coordinator(h, "zanjan", "mehr"); /* nor another organisation's */
    c = (struct campaign){.id = id, .provinces = STR("zanjan")};
    said = campaign_change(&o, &c);
    check_said(&t, &said, OFFICE_ABSENT, "campaign.absent");
    said = open_in(&o, "مهربان", "zanjan", &id);
    check_said(&t, &said, OFFICE_DONE, "campaign.opened");
    assert_true(campaign_get(h->store, h->w->arena, id, &c) && str_is(c.organisation, "mehr"));
    tally_end(&t);
    close_house(h);
}

/* A word that a pledge would not be read with is none to be opened under. */
static void keywords_are_what_a_pledge_is_read_with(void **state)
{
    struct house *h = house(state);
    struct tally t = tally_new();
    int64_t id;
    static const char *const bad[] = {"",
                                      "two words",
                                      "1007",
                                      "۱۴۰۵",
                                      "salamat2",
                                      "a-b",
                                      "هزار",
                                      "بیست",
                                      "تومان",
                                      "برای",
                                      "ماهانه",
                                      "a\xFF"
                                      "b"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct office_said said = open_in(&h->office, bad[i], "", &id);
        check_said(&t, &said, OFFICE_BAD, i == 0 ? "campaign.words" : "campaign.word");
    }
    struct office_said said = open_in(&h->office, "نذرسلامت", "", &id);
    check_said(&t, &said, OFFICE_DONE, "campaign.opened");
    tally_end(&t);
    close_house(h);
}

static void what_is_done_is_written_down(void **state)
{
    struct house *h = house(state);
    struct audit_row rows[16];
    uint32_t reference = pledge_as(h, 989120000300, 0, 0, 10);
    size_t before = audit_page(h->store, h->w->arena, 0, rows, 16);
    struct office_said said = campaign_allot(&h->office, h->campaigns[0], reference, h->needs[0]);
    assert_int_equal(said.status, OFFICE_DONE);
    assert_int_equal(audit_page(h->store, h->w->arena, 0, rows, 16), before + 1);
    assert_true(str_is(rows[before].action, "campaign.allot") && rows[before].actor == 0);
    assert_true(str_eq(rows[before].subject, str_printf(h->w->arena, "%u", reference)));
    assert_int_equal(before, CAMPAIGNS);
    close_house(h);
}

/* ---- spending ---- */

static void a_pledge_is_allotted_once_and_never_overfills(void **state)
{
    struct house *h = house(state);
    struct tally t = tally_new();
    struct office o = h->office;
    struct pledge p;
    struct need need;
    int64_t phone = 989120000400, drive = h->campaigns[0];
    uint32_t small = pledge_as(h, phone, 0, 0, 10), large = pledge_as(h, phone, 0, 0, 30),
             direct = pledge_as(h, phone, -1, 0, 10), gone = pledge_as(h, phone, 0, 0, 10);
    cancel_as(h, phone, gone);
    struct office_said said = campaign_allot(&o, drive, large, h->needs[1]); /* lacks 2,000,000 */
    check_said(&t, &said, OFFICE_CONFLICT, "allot.full");
    said = campaign_allot(&o, drive, small, h->needs[3]);
    check_said(&t, &said, OFFICE_BAD, "allot.unit");
    said = campaign_allot(&o, drive, gone, h->needs[0]);
    check_said(&t, &said, OFFICE_CONFLICT, "allot.cancelled");
    said = campaign_allot(&o, drive, direct, h->needs[0]);
    check_said(&t, &said, OFFICE_ABSENT, "allot.unknown");
    said = campaign_allot(&o, h->campaigns[1], small, h->needs[0]);
    check_said(&t, &said, OFFICE_ABSENT, "allot.unknown");
    said = campaign_allot(&o, drive, small, code_from_base(200));
    check_said(&t, &said, OFFICE_ABSENT, "allot.need");
    said = campaign_allot(&o, drive, small, h->needs[1]);
    check_said(&t, &said, OFFICE_DONE, "campaign.allotted");
    said = campaign_allot(&o, drive, small, h->needs[0]);
    check_said(&t, &said, OFFICE_CONFLICT, "allot.taken");
    assert_true(pledge_get(h->store, h->w->arena, small, &p));
    assert_true(p.campaign == drive && p.need == h->needs[1] && str_is(p.pay_to, "DRIVE"));
    assert_true(need_get(h->store, h->w->arena, h->needs[1], &need) && need.pledged == 1000000);
    struct turn again = turn_of(h, phone, COMMAND_pledge);
    struct pledge same = {.campaign = drive, .amount_rial = p.amount_rial, .day = p.day};
    assert_true(pledge_same(h->store, &again.contact, &same, 0) == small); /* is asked about still */
    assert_false(pledge_allot(h->store, p.id, h->needs[0], NOW));          /* nor by the store alone */
    cancel_as(h, phone, small);
    assert_false(pledge_allot(h->store, p.id, h->needs[0], NOW));
    assert_true(need_get(h->store, h->w->arena, h->needs[1], &need) && need.pledged == 0);
    check_sums(h, &t, 0);
    tally_end(&t);
    close_house(h);
}

static void needs_elsewhere_are_not_for_spending(void **state)
{
    struct house *h = house(state);
    struct tally t = tally_new();
    struct office o = h->office;
    int64_t id = 0;
    uint32_t reference;
    struct turn turn = turn_of(h, 989120000500, COMMAND_pledge);
    struct pledge p;
    o.actor = coordinator(h, "zanjan qom", "");
    struct office_said said = open_in(&o, "دهش", "zanjan qom", &id);
    check_said(&t, &said, OFFICE_DONE, "campaign.opened");
    turn.command.campaign = STR("دهش");
    turn.command.has_amount = true;
    turn.command.amount_rial = 1000000;
    handle_pledge(&turn);
    assert_int_equal(pledge_open(h->store, h->w->arena, &turn.contact, &p, 1), 1);
    reference = p.reference;
    said = campaign_allot(&o, id, reference, h->needs[2]); /* fars */
    check_said(&t, &said, OFFICE_ABSENT, "allot.need");
    o.actor = coordinator(h, "zanjan", ""); /* of half the campaign's provinces */
    said = campaign_allot(&o, id, reference, h->needs[0]);
    check_said(&t, &said, OFFICE_ABSENT, "campaign.absent");
    o.actor = coordinator(h, "zanjan qom", "other");
    said = campaign_allot(&o, id, reference, h->needs[1]);
    check_said(&t, &said, OFFICE_ABSENT, "campaign.absent");
    o.actor = coordinator(h, "zanjan qom", "");
    said = campaign_allot(&o, id, reference, h->needs[1]);
    check_said(&t, &said, OFFICE_DONE, "campaign.allotted");
    tally_end(&t);
    close_house(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sums_equal_the_rows),
        TEST(donors_are_where_they_said),
        TEST(campaigns_keep_to_their_provinces),
        TEST(keywords_are_what_a_pledge_is_read_with),
        TEST(what_is_done_is_written_down),
        TEST(a_pledge_is_allotted_once_and_never_overfills),
        TEST(needs_elsewhere_are_not_for_spending),
    };
    return cmocka_run_group_tests_name("campaigns", tests, NULL, NULL);
}
