/* Audiences asked of the store: over small databases at random the query's
 * answer is what a plain evaluation of the tree over every contact gives, for
 * the count and for the pages; nobody who opted out is ever on a page. */
#include "tests/store/store_world.h"
#include "tests/unit/audience_world.h"

#include "gateway/store/query.h"

enum { CONTACTS = 60, VOLUNTEERS = 50, PLEDGES = 70, STAFF = 12 };

struct town {
    struct contact contacts[CONTACTS];
    struct volunteer volunteers[VOLUNTEERS];
    struct pledge pledges[PLEDGES];
    struct staff staff[STAFF];
    int64_t campaigns[3];
    const struct lexicon *lexicon;
};

static struct str slug_of(const struct lexicon *lexicon, enum lex_kind kind, uint64_t *seed)
{
    return lexicon->names[kind].v[random_below(seed, 4)].slug;
}

static int64_t some_phone(const struct town *town, uint64_t *seed)
{
    /* one in twenty has no contact */
    return random_below(seed, 20) == 0 ? 989990000000 + (int64_t)random_below(seed, 9)
                                       : town->contacts[random_below(seed, CONTACTS)].phone;
}

static struct str one_of(const char *const *words, uint64_t count, uint64_t *seed)
{
    return str_of(words[random_below(seed, count)]);
}

/* ---- a town ---- */

static void put_contacts(struct world *w, struct town *town, uint64_t *seed)
{
    static const int64_t first[] = {989120000000, 254700000000, 98212345670, 447700000000};
    for (int i = 0; i < CONTACTS; i++) {
        struct contact *c = &town->contacts[i];
        uint64_t kind = random_below(seed, 12);
        *c = (struct contact){.phone = first[kind < 3 ? kind + 1 : 0] + i};
        if (random_below(seed, 4) > 0)
            c->province = slug_of(town->lexicon, LEX_PROVINCE, seed);
        if (random_below(seed, 5) == 0)
            c->stopped_at = NOW;
        contact_put(w->store, c, NOW);
    }
}

static void put_people(struct world *w, struct town *town, uint64_t *seed)
{
    static const char *const statuses[] = {"active",   "active", "active", "invited",
                                           "declined", "left",   "listed"};
    static const char *const roles[] = {"coordinator", "coordinator", "viewer", "admin"};
    for (int i = 0; i < VOLUNTEERS; i++) {
        struct volunteer *v = &town->volunteers[i];
        *v = (struct volunteer){.phone = some_phone(town, seed),
                                .province = slug_of(town->lexicon, LEX_PROVINCE, seed),
                                .specialty = slug_of(town->lexicon, LEX_SPECIALTY, seed),
                                .availability = slug_of(town->lexicon, LEX_AVAILABILITY, seed),
                                .status = one_of(statuses, 7, seed),
                                .verified_at = random_below(seed, 2) ? NOW : 0};
        volunteer_put(w->store, v, NOW);
    }
    for (int i = 0; i < STAFF; i++) {
        town->staff[i] = (struct staff){.phone = town->contacts[i * 5].phone, .role = one_of(roles, 4, seed)};
        staff_put(w->store, &town->staff[i], NOW);
    }
}

static void put_targets(struct world *w, struct town *town)
{
    for (int i = 0; i < 3; i++) {
        struct campaign campaign = {.name_fa = STR("پویش"), .name_en = STR("campaign")};
        struct need need = a_need(code_from_base(100 + (uint32_t)i), 10);
        struct str latin = str_printf(w->arena, "c%d", i + 1), persian = str_printf(w->arena, "پ%d", i + 1);
        town->campaigns[i] = campaign_add(w->store, &campaign, NOW);
        assert_true(campaign_word_add(w->store, town->campaigns[i], 0, latin, latin));
        assert_true(campaign_word_add(w->store, town->campaigns[i], 1, persian, persian));
        need_put(w->store, &need, NOW);
    }
}

static void put_pledges(struct world *w, struct town *town, uint64_t *seed)
{
    static const char *const statuses[] = {"pledged",  "pledged",   "pledged",   "paid",
                                           "received", "fulfilled", "cancelled", "expired"};
    char sql[128];
    for (int i = 0; i < PLEDGES; i++) {
        struct pledge *p = &town->pledges[i];
        uint64_t target = random_below(seed, 3);
        *p = (struct pledge){.phone = some_phone(town, seed),
                             .channel = STR("mci"),
                             .amount_rial = random_below(seed, 4) > 0 ? 500000 : 0,
                             .created_at = NOW - (int64_t)random_below(seed, 200 * 86400)};
        if (target == 0)
            p->need = code_from_base(100 + (uint32_t)random_below(seed, 3));
        else if (target == 1)
            p->campaign = town->campaigns[random_below(seed, 3)];
        struct contact contact = contact_of(w, p->phone);
        assert_true(pledge_add(w->store, &contact, p));
        if (!contact.is_new) /* else it stays without one, as if forgotten since */
            contact_put(w->store, &contact, NOW);
        p->status = one_of(statuses, 8, seed);
        assert_true(snprintf(sql, sizeof sql, "UPDATE pledge SET status = '%.*s' WHERE id = %lld",
                             STR_ARG(p->status), (long long)p->id) > 0);
        assert_int_equal(engine_run(w->store->engine, sql), ENGINE_DONE);
    }
}

/* ---- the tree, evaluated plainly ---- */

static bool pledge_fits(const struct pledge *p, const struct audience_node *node)
{
    bool live = !str_is(p->status, "cancelled") && !str_is(p->status, "expired");
    switch (node->kind) {
    case AUDIENCE_DONOR:
        return live;
    case AUDIENCE_CAMPAIGN:
        return live && p->campaign == node->value;
    case AUDIENCE_NEED:
        return live && p->need == node->n;
    case AUDIENCE_UNPAID:
        return str_is(p->status, "pledged") && p->amount_rial > 0 && p->created_at < node->value;
    default:
        return false;
    }
}

static bool volunteer_fits(const struct volunteer *v, const struct audience_node *node)
{
    if (!str_is(v->status, "active"))
        return false;
    switch (node->kind) {
    case AUDIENCE_VOLUNTEER:
        return true;
    case AUDIENCE_PROVINCE:
        return str_eq(v->province, node->slug);
    case AUDIENCE_SPECIALTY:
        return str_eq(v->specialty, node->slug);
    case AUDIENCE_AVAILABILITY:
        return str_eq(v->availability, node->slug);
    case AUDIENCE_VERIFIED:
        return v->verified_at > 0;
    default:
        return false;
    }
}

static bool atom_holds(const struct town *town, const struct contact *c, const struct audience_node *node)
{
    bool holds = node->kind == AUDIENCE_EVERYONE ||
                 (node->kind == AUDIENCE_PROVINCE && str_eq(c->province, node->slug));
    for (int i = 0; i < PLEDGES; i++)
        holds = holds || (town->pledges[i].phone == c->phone && pledge_fits(&town->pledges[i], node));
    for (int i = 0; i < VOLUNTEERS; i++)
        holds =
            holds || (town->volunteers[i].phone == c->phone && volunteer_fits(&town->volunteers[i], node));
    for (int i = 0; i < STAFF && node->kind == AUDIENCE_COORDINATOR; i++)
        holds = holds || (town->staff[i].phone == c->phone && str_is(town->staff[i].role, "coordinator"));
    return holds;
}

static bool tree_holds(const struct town *town, const struct contact *c, const struct audience *a, int at)
{
    const struct audience_node *node = &a->v[at];
    bool some = false, each = true;
    if (node->kind > AUDIENCE_NOT)
        return atom_holds(town, c, node);
    for (int child = node->first; child >= 0; child = a->v[child].next) {
        bool holds = tree_holds(town, c, a, child);
        some = some || holds;
        each = each && holds;
    }
    return node->kind == AUDIENCE_AND ? each : node->kind == AUDIENCE_OR ? some : !some;
}

/* Who was only ever spoken of by others is meant by nobody. */
static bool is_willing(const struct town *town, const struct contact *c)
{
    bool asked = false, willing = false;
    for (int i = 0; i < VOLUNTEERS; i++) {
        const struct volunteer *v = &town->volunteers[i];
        bool own = v->phone == c->phone, came = str_is(v->status, "active") || str_is(v->status, "left");
        asked = asked || (own && !came);
        willing = willing || (own && came);
    }
    for (int i = 0; i < PLEDGES; i++)
        willing = willing || town->pledges[i].phone == c->phone;
    for (int i = 0; i < STAFF; i++)
        willing = willing || town->staff[i].phone == c->phone;
    return willing || !asked;
}

static bool is_meant(const struct town *town, const struct contact *c, const struct audience *a)
{
    return tree_holds(town, c, a, a->root) && is_willing(town, c);
}

static bool at_home(int64_t phone)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)phone);
    return n > 2 && memcmp(digits, "98", 2) == 0;
}

/* ---- both, side by side ---- */

static void walk_pages(struct world *w, struct town *town, const struct audience *a, bool abroad, size_t most,
                       struct tally *t)
{
    struct audience_page page = {.abroad = abroad};
    int64_t phones[64], last = 0;
    bool on_page[CONTACTS] = {false};
    unsigned pages = 0;
    do {
        size_t n = audience_page(w->store, w->arena, a, STR("98"), &page, phones, most);
        tally_check(t, n <= most, "a page of %zu for %zu", n, most);
        for (size_t i = 0; i < n; i++) {
            tally_check(t, phones[i] > last, "%lld behind %lld", (long long)phones[i], (long long)last);
            last = phones[i];
            for (int c = 0; c < CONTACTS; c++)
                on_page[c] = on_page[c] || town->contacts[c].phone == phones[i];
        }
    } while (page.more && ++pages < 1000);
    assert_true(pages < 1000);
    for (int c = 0; c < CONTACTS; c++) {
        const struct contact *contact = &town->contacts[c];
        bool want =
            contact->stopped_at == 0 && (abroad || at_home(contact->phone)) && is_meant(town, contact, a);
        tally_check(t, want == on_page[c], "%lld%s: %s", (long long)contact->phone,
                    contact->stopped_at > 0 ? ", who opted out" : "", want ? "missing" : "too much");
    }
}

static void compare(struct world *w, struct town *town, const struct audience *a, uint64_t *seed,
                    struct tally *t)
{
    struct audience_count count, want = {0};
    unsigned failed = t->failed;
    audience_count(w->store, w->arena, a, STR("98"), &count);
    for (int c = 0; c < CONTACTS; c++) {
        const struct contact *contact = &town->contacts[c];
        if (is_meant(town, contact, a))
            (*(contact->stopped_at > 0   ? &want.stopped
               : at_home(contact->phone) ? &want.people
                                         : &want.abroad))++;
    }
    tally_check(t,
                count.people == want.people && count.abroad == want.abroad && count.stopped == want.stopped,
                "%lld people, %lld abroad, %lld stopped; not %lld, %lld, %lld", (long long)count.people,
                (long long)count.abroad, (long long)count.stopped, (long long)want.people,
                (long long)want.abroad, (long long)want.stopped);
    walk_pages(w, town, a, random_below(seed, 2) != 0, 1 + random_below(seed, 60), t);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    if (t->failed > failed)
        tally_check(t, false, "that was: %.*s",
                    STR_ARG(audience_print(town->lexicon, w->arena, a, LANGUAGE_EN)));
}

static void one_town(struct world *w, const struct lexicon *lexicon, struct zone *zone, uint64_t *seed,
                     struct tally *t)
{
    struct town *town = arena_new_of(w->arena, struct town);
    struct audience_fault fault;
    town->lexicon = lexicon;
    begin(w);
    put_contacts(w, town, seed);
    put_people(w, town, seed);
    put_targets(w, town);
    put_pledges(w, town, seed);
    for (int i = 0; i < 60; i++) {
        struct audience a;
        struct arena_mark mark = arena_mark(w->arena);
        random_audience(seed, lexicon, w->arena, &a);
        if (random_below(seed, 4) == 0)
            audience_confine(&a, lexicon, (const int[]){1, 3}, (int)random_below(seed, 3));
        audience_fix(&a, zone, NOW);
        assert_true(audience_resolve(w->store, w->arena, &a, &fault));
        compare(w, town, &a, seed, t);
        arena_rewind(w->arena, mark);
    }
    store_rollback(w->store);
}

static void answers_what_a_plain_evaluation_does(void **state)
{
    struct world *w = *state;
    void *words = NULL;
    struct error e;
    struct tally t = tally_new();
    const char *wanted = getenv("AUDIENCE_TOWNS");
    long towns = wanted != NULL ? strtol(wanted, NULL, 10) : 40;
    uint64_t seed = 7;
    assert_int_equal(words_open(&words), 0);
    struct zone *zone = zone_open("Asia/Tehran", &e);
    assert_non_null(zone);
    for (long i = 0; i < towns; i++)
        one_town(w, ((struct words *)words)->texts->lexicon, zone, &seed, &t);
    zone_close(zone);
    assert_int_equal(words_close(&words), 0);
    tally_end(&t);
}

/* ---- what is not there ---- */

static void points_at_what_is_absent(void **state)
{
    struct world *w = *state;
    void *words = NULL;
    struct audience a;
    struct audience_fault f;
    assert_int_equal(words_open(&words), 0);
    const struct texts *texts = ((struct words *)words)->texts;
    const struct lexicon *lexicon = texts->lexicon;
    begin(w);
    assert_true(audience_parse(lexicon, w->arena, STR("zanjan پویش نوروز"), &a, &f));
    assert_false(audience_resolve(w->store, w->arena, &a, &f));
    assert_int_equal(f.problem, AUDIENCE_CAMPAIGN_ABSENT);
    assert_int_equal(f.place.at, 7);
    assert_int_equal(f.place.length, 10);
    assert_text(audience_fault_text(texts->catalogue[LANGUAGE_FA], w->arena, &f, LANGUAGE_FA),
                "پویشی به نام «نوروز» نیست.");
    assert_true(audience_parse(lexicon, w->arena, STR("need 1007"), &a, &f));
    assert_false(audience_resolve(w->store, w->arena, &a, &f));
    assert_int_equal(f.problem, AUDIENCE_NEED_ABSENT);
    assert_text(audience_fault_text(texts->catalogue[LANGUAGE_EN], w->arena, &f, LANGUAGE_EN),
                "There is no need \"1007\".");
    store_rollback(w->store);
    assert_int_equal(words_close(&words), 0);
}

/* Words of the user stay parameters: what looks like SQL finds nobody. */
static void text_never_becomes_a_query(void **state)
{
    struct world *w = *state;
    void *words = NULL;
    struct audience a;
    struct audience_fault f;
    struct campaign campaign = {.name_fa = STR("x"), .name_en = STR("x")};
    struct str word = STR("x')or1=1;--");
    assert_int_equal(words_open(&words), 0);
    begin(w);
    int64_t id = campaign_add(w->store, &campaign, NOW);
    assert_true(campaign_word_add(w->store, id, 0, word, word));
    assert_true(audience_parse(((struct words *)words)->texts->lexicon, w->arena,
                               STR("campaign \"X') OR 1=1; --\""), &a, &f));
    assert_true(audience_resolve(w->store, w->arena, &a, &f));
    struct audience_count count;
    audience_count(w->store, w->arena, &a, STR("98"), &count);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    assert_int_equal(count.people + count.abroad + count.stopped, 0);
    store_rollback(w->store);
    assert_int_equal(words_close(&words), 0);
}

/* More shapes than are kept prepared, again and again, on one store. */
static void old_shapes_make_room(void **state)
{
    struct world *w = *state;
    void *words = NULL;
    struct audience a;
    struct audience_fault f;
    struct contact contact = {.phone = 989120000001};
    assert_int_equal(words_open(&words), 0);
    begin(w);
    contact_put(w->store, &contact, NOW);
    for (int round = 0; round < 3; round++)
        for (size_t nots = 0; nots < 2 * COMPOSED_MOST; nots++) {
            struct str text =
                str_printf(w->arena, "%.*severyone", STR_ARG(repeated(w->arena, "not ", nots % 15)));
            struct audience_count count;
            assert_true(audience_parse(((struct words *)words)->texts->lexicon, w->arena, text, &a, &f));
            audience_count(w->store, w->arena, &a, STR("98"), &count);
            assert_int_equal(count.people, nots % 15 % 2 == 0);
        }
    size_t kept = 0;
    for (size_t i = 0; i < COMPOSED_MOST; i++)
        kept += w->store->composed[i].sql != NULL;
    assert_int_equal(kept, COMPOSED_MOST);
    commit(w);
    assert_int_equal(words_close(&words), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(answers_what_a_plain_evaluation_does),
        BOTH(points_at_what_is_absent),
        BOTH(text_never_becomes_a_query),
        BOTH(old_shapes_make_room),
    };
    return cmocka_run_group_tests_name("audiences asked of the store", tests, NULL, NULL);
}
