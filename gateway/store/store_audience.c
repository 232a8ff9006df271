/* From an audience's tree to one query with parameters: a text of fixed
 * fragments (audience.def), into which nothing that anybody wrote gets.
 *
 * Each atom is a test of a contact.  A rare atom that must hold (or several
 * of which one must) also says where to walk: its index gives the phones that
 * may be meant in their order, so that a page costs the same wherever it
 * stands, and a small audience does not look at every contact. */
#include "gateway/model/audience.h"
#include "gateway/store/query.h"
#include "gateway/store/store_sources.h"

enum { HOME_LENGTHS = 8, HOME_ARGUMENTS = 16 };

enum fragment {
#define Q(name, sql) FRAGMENT_##name,
#include "gateway/store/audience.def"
#undef Q
    FRAGMENTS,
};
static const char *const fragments[FRAGMENTS] = {
#define Q(name, sql) sql,
#include "gateway/store/audience.def"
#undef Q
};

struct composer {
    const struct audience *audience;
    struct str country;
    struct sbuf sql;
    struct engine_value *values;
    int n, room;
};

static struct engine_value number(int64_t n)
{
    return (struct engine_value){VALUE_INT, n, {NULL, 0}};
}

static void add_with(struct composer *c, enum fragment which, const struct engine_value *values, int count)
{
    for (const char *p = fragments[which]; *p != '\0'; p++) {
        sbuf_byte(&c->sql, *p);
        if (*p != '?')
            continue;
        int parameter = 0;
        for (; p[1] >= '0' && p[1] <= '9'; p++)
            parameter = parameter * 10 + (p[1] - '0');
        sbuf_printf(&c->sql, "%d", c->n + parameter);
    }
    for (int i = 0; i < count && c->n < c->room; i++)
        c->values[c->n++] = values[i];
}

static void add(struct composer *c, enum fragment which)
{
    add_with(c, which, NULL, 0);
}

/* ---- tests ---- */

/* What belongs to each kind of atom. */
enum argument { ARGUMENT_NONE, ARGUMENT_SLUG, ARGUMENT_N, ARGUMENT_VALUE };
static const struct atom {
    enum fragment test, from;
    enum argument argument;
    bool from_takes_it; /* the argument too */
    int rank;           /* how rare: where a walk had best start; 0: it is no atom */
} atoms[AUDIENCE_KINDS] = {
    [AUDIENCE_EVERYONE] = {FRAGMENT_is_everyone, FRAGMENT_from_everyone, ARGUMENT_NONE, false, 9},
    [AUDIENCE_PROVINCE] = {FRAGMENT_is_province, FRAGMENT_from_province, ARGUMENT_SLUG, true, 7},
    [AUDIENCE_DONOR] = {FRAGMENT_is_donor, FRAGMENT_from_everyone, ARGUMENT_NONE, false, 9},
    [AUDIENCE_VOLUNTEER] = {FRAGMENT_is_volunteer, FRAGMENT_from_volunteer, ARGUMENT_NONE, false, 6},
    [AUDIENCE_COORDINATOR] = {FRAGMENT_is_coordinator, FRAGMENT_from_coordinator, ARGUMENT_NONE, false, 1},
    [AUDIENCE_SPECIALTY] = {FRAGMENT_is_specialty, FRAGMENT_from_specialty, ARGUMENT_SLUG, true, 4},
    [AUDIENCE_AVAILABILITY] = {FRAGMENT_is_availability, FRAGMENT_from_volunteer, ARGUMENT_SLUG, false, 6},
    [AUDIENCE_VERIFIED] = {FRAGMENT_is_verified, FRAGMENT_from_volunteer, ARGUMENT_NONE, false, 5},
    [AUDIENCE_CAMPAIGN] = {FRAGMENT_is_campaign, FRAGMENT_from_everyone, ARGUMENT_VALUE, false, 9},
    [AUDIENCE_NEED] = {FRAGMENT_is_need, FRAGMENT_from_everyone, ARGUMENT_N, false, 9},
    [AUDIENCE_UNPAID] = {FRAGMENT_is_unpaid, FRAGMENT_from_everyone, ARGUMENT_VALUE, false, 9},
};

static struct engine_value argument_of(const struct audience_node *node)
{
    if (atoms[node->kind].argument == ARGUMENT_SLUG)
        return (struct engine_value){VALUE_TEXT, 0, node->slug};
    return number(atoms[node->kind].argument == ARGUMENT_N ? node->n : node->value);
}

static void add_test(struct composer *c, int at)
{
    const struct audience_node *node = &c->audience->v[at];
    if (atoms[node->kind].rank > 0) {
        struct engine_value value = argument_of(node);
        add_with(c, atoms[node->kind].test, &value, atoms[node->kind].argument != ARGUMENT_NONE);
        return;
    }
    add(c, node->kind == AUDIENCE_NOT ? FRAGMENT_not : FRAGMENT_open);
    if (node->first < 0)
        add(c, FRAGMENT_is_nobody);
    for (int child = node->first; child >= 0; child = c->audience->v[child].next) {
        add_test(c, child);
        if (c->audience->v[child].next >= 0)
            add(c, node->kind == AUDIENCE_OR ? FRAGMENT_or : FRAGMENT_and);
    }
    add(c, FRAGMENT_close);
}

/* Every length that a number of the country may have, as a range. */
static void add_home(struct composer *c)
{
    static const int lengths[HOME_LENGTHS] = {12, 11, 13, 10, 14, 9, 15, 8};
    struct engine_value ranges[HOME_ARGUMENTS];
    int64_t code = 0;
    if (!str_to_i64(c->country, &code) || code < 0)
        code = 0;
    for (int i = 0; i < HOME_LENGTHS; i++) {
        int64_t first = code;
        for (int digits = (int)c->country.n; digits < lengths[i]; digits++)
            first *= 10;
        int64_t width = code > 0 ? first / code : 0;
        ranges[2 * i] = number(first);
        ranges[2 * i + 1] = number(first + width - 1);
    }
    add_with(c, FRAGMENT_is_home, ranges, HOME_ARGUMENTS);
}

/* ---- walks ---- */

struct walk {
    int atoms[AUDIENCE_ROOM];
    int n, rank;
};

static bool better(const struct walk *a, const struct walk *b)
{
    return a->rank < b->rank || (a->rank == b->rank && a->n < b->n);
}

/* Whoever is meant by the node AT is come past by the walk; everyone is,
 * where there is no better one. */
static void find_walk(const struct audience *a, int at, struct walk *walk)
{
    const struct audience_node *node = &a->v[at];
    struct walk part;
    *walk = (struct walk){.rank = node->kind == AUDIENCE_OR ? 0 : atoms[AUDIENCE_EVERYONE].rank};
    if (atoms[node->kind].rank > 0) {
        walk->atoms[walk->n++] = at;
        walk->rank = atoms[node->kind].rank;
    }
    for (int child = node->first; child >= 0 && node->kind != AUDIENCE_NOT; child = a->v[child].next) {
        find_walk(a, child, &part);
        if (node->kind == AUDIENCE_AND && better(&part, walk))
            *walk = part;
        if (node->kind != AUDIENCE_OR)
            continue;
        for (int i = 0; i < part.n; i++)
            walk->atoms[walk->n++] = part.atoms[i];
        if (part.rank > walk->rank)
            walk->rank = part.rank;
    }
}

static void add_from(struct composer *c, enum fragment from, const struct audience_node *node, int64_t after)
{
    struct engine_value values[2] = {number(after), number(after)};
    bool takes = node != NULL && atoms[node->kind].from_takes_it;
    if (takes)
        values[0] = argument_of(node);
    add_with(c, from, values, takes ? 2 : 1);
}

static void add_walk(struct composer *c, const struct walk *walk, int64_t after)
{
    bool taken[FRAGMENTS] = {false}, any = false;
    if (walk->rank >= atoms[AUDIENCE_EVERYONE].rank) {
        add_from(c, FRAGMENT_from_everyone, NULL, after);
        return;
    }
    for (int i = 0; i < walk->n; i++) {
        const struct audience_node *node = &c->audience->v[walk->atoms[i]];
        enum fragment from = atoms[node->kind].from;
        if (taken[from] && !atoms[node->kind].from_takes_it)
            continue;
        if (any)
            add(c, FRAGMENT_union);
        add_from(c, from, node, after);
        if (from == FRAGMENT_from_province) {
            add(c, FRAGMENT_union);
            add_from(c, FRAGMENT_from_province_volunteer, node, after);
        }
        taken[from] = any = true;
    }
}

/* ---- running ---- */

static struct composer compose(struct arena *arena, const struct audience *audience, struct str country)
{
    struct composer c = {.audience = audience, .country = country, .sql = sbuf_in(arena)};
    c.room =
        AUDIENCE_ROOM * 5 + 2 * HOME_ARGUMENTS + 8; /* a test's one, a walk's two and, of a province, two */
    c.values = arena_array(arena, struct engine_value, (size_t)c.room);
    return c;
}

static struct query run(struct store *store, struct composer *c)
{
    sbuf_byte(&c->sql, '\0');
    struct query q = query_composed(store, c->sql.p);
    for (int i = 0; i < c->n; i++) {
        if (c->values[i].kind == VALUE_INT)
            query_int(&q, c->values[i].n);
        else
            query_text(&q, c->values[i].s);
    }
    return q;
}

void audience_count(struct store *store, struct arena *arena, const struct audience *audience,
                    struct str country, struct audience_count *count)
{
    struct composer c = compose(arena, audience, country);
    struct walk walk;
    find_walk(audience, audience->root, &walk);
    *count = (struct audience_count){0};
    add(&c, FRAGMENT_count);
    add(&c, FRAGMENT_is_stopped);
    add(&c, FRAGMENT_count_next);
    add(&c, FRAGMENT_not);
    for (int blocked = 0; blocked < 2; blocked++) {
        add(&c, FRAGMENT_is_stopped);
        add(&c, FRAGMENT_close);
        add(&c, FRAGMENT_and);
        add_home(&c);
        add(&c, blocked ? FRAGMENT_count_from : FRAGMENT_count_blocked);
    }
    if (walk.rank >= atoms[AUDIENCE_EVERYONE].rank || walk.n == 0) {
        add(&c, FRAGMENT_contacts);
        add(&c, FRAGMENT_where);
    } else {
        add(&c, FRAGMENT_open);
        add_walk(&c, &walk, 0);
        add(&c, FRAGMENT_count_join);
    }
    add_test(&c, audience->root);
    add(&c, FRAGMENT_and);
    add(&c, FRAGMENT_is_willing);
    struct query q = run(store, &c);
    if (query_row(&q)) {
        int64_t all = query_take_int(&q);
        count->stopped = query_take_int(&q);
        count->people = query_take_int(&q);
        count->blocked = query_take_int(&q);
        count->abroad = all - count->stopped - count->people;
    }
    query_end(&q);
}

size_t audience_page(struct store *store, struct arena *arena, const struct audience *audience,
                     struct str country, struct audience_page *page, int64_t *phones, size_t most)
{
    struct composer c = compose(arena, audience, country);
    struct engine_value limit = number((int64_t)most);
    struct walk walk;
    find_walk(audience, audience->root, &walk);
    struct engine_value known_by = number(page->known_by > 0 ? page->known_by : INT64_MAX);
    struct engine_value blocked = number(page->promo ? 0 : INT64_MAX);
    page->more = false;
    page->stopped = page->left_abroad = page->blocked = 0;
    if (walk.n == 0 && walk.rank == 0) /* nobody */
        return 0;
    add_with(&c, FRAGMENT_page, &known_by, 1);
    add_test(&c, audience->root);
    add(&c, FRAGMENT_and);
    add(&c, FRAGMENT_is_willing);
    add(&c, FRAGMENT_page_stopped);
    add(&c, FRAGMENT_is_stopped);
    add(&c, FRAGMENT_page_abroad);
    if (page->abroad)
        add(&c, FRAGMENT_is_everyone);
    else
        add_home(&c);
    add_with(&c, FRAGMENT_page_blocked, &blocked, 1);
    add_walk(&c, &walk, page->after);
    add_with(&c, FRAGMENT_page_most, &limit, 1);
    add(&c, FRAGMENT_page_join);

    size_t n = 0, looked = 0;
    struct query q = run(store, &c);
    while (query_row(&q)) {
        page->after = query_take_int(&q);
        looked++;
        enum audience_fate fate = (enum audience_fate)query_take_int(&q);
        if (fate == FATE_MEANT)
            phones[n++] = page->after;
        page->stopped += fate == FATE_STOPPED;
        page->left_abroad += fate == FATE_ABROAD;
        page->blocked += fate == FATE_BLOCKED;
    }
    page->more = looked == most;
    query_end(&q);
    return n;
}

bool audience_resolve(struct store *store, struct arena *arena, struct audience *audience,
                      struct audience_fault *fault)
{
    for (int i = 0; i < audience->n; i++) {
        struct audience_node *node = &audience->v[i];
        struct campaign campaign;
        struct need need;
        enum audience_problem problem = AUDIENCE_FINE;
        if (node->kind == AUDIENCE_CAMPAIGN && campaign_find(store, arena, node->slug, &campaign))
            node->value = campaign.id;
        else if (node->kind == AUDIENCE_CAMPAIGN)
            problem = AUDIENCE_CAMPAIGN_ABSENT;
        else if (node->kind == AUDIENCE_NEED && !need_get(store, arena, (uint32_t)node->n, &need))
            problem = AUDIENCE_NEED_ABSENT;
        if (problem == AUDIENCE_FINE)
            continue;
        *fault = (struct audience_fault){.problem = problem, .place = node->place, .word = node->slug};
        if (problem == AUDIENCE_NEED_ABSENT)
            fault->word = str_printf(arena, "%lld", (long long)node->n);
        return false;
    }
    return true;
}
