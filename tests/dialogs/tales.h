/* Tales: what people do by USSD from beginning to end, press by press, and the
 * town they do it in.  The tests of drops, repeats and bad input take each of
 * them apart and look whether its end stays the same. */
#ifndef YAVAR_TESTS_DIALOGS_TALES_H
#define YAVAR_TESTS_DIALOGS_TALES_H

#include "gateway/import.h"
#include "tests/dialogs/handset.h"

enum { PRESSES_MOST = 12, MESSAGES_MOST = 64, NEVER = 99 };

struct tale {
    const char *name;
    const char *before[3];             /* SMS of the same phone, earlier */
    const char *presses[PRESSES_MOST]; /* the first is dialled */
    unsigned offered;                  /* from behind this press on it is offered to go on */
    unsigned asked;                    /* from behind this one on a handler's question is open */
    bool paged;                        /* it turns pages, which an SMS may cut elsewhere */
    const char *whole;                 /* an SMS that says all of it at once */
};

#define PLEDGED "GIVE 1029 20000 toman"
#define JOINED "VOLUNTEER NURSE FARS", "1", "1"
static const struct tale tales[] = {
    {"pledge", {NULL}, {"*0000#", "1", "1007", "500000", "1"}, 2, NEVER, false, "GIVE 1007 500000 toman"},
    {"items", {NULL}, {"*0000#", "1", "1032", "1", "1"}, 2, NEVER, false, "GIVE 1032 1 items"},
    {"days", {NULL}, {"*0000#", "1", "1041", "3", "1"}, 2, NEVER, false, "GIVE 1041 3 days"},
    {"a need, then a pledge", {NULL}, {"*0000#", "1007", "1", "600000", "1"}, 2, NEVER, false, NULL},
    {"from the list",
     {NULL},
     {"*0000#", "2", "1", "24", "1", "1", "1", "30000", "1"},
     6,
     NEVER,
     false,
     "GIVE 1029 30000 toman"},
    {"one more", {PLEDGED}, {"*0000#", "1", "1029", "20000", "1", "1"}, 2, 4, false, NULL},
    {"no more", {PLEDGED}, {"*0000#", "1", "1029", "20000", "1", "2"}, 2, 4, false, NULL},
    {"too many", {NULL}, {"*0000#", "1", "1032", "3", "1", "1"}, 2, 4, false, NULL},
    {"a thousandfold", {NULL}, {"*0000#", "1", "1007", "400", "1", "1"}, 2, 4, false, NULL},
    {"volunteer", {NULL}, {"*0000#", "3", "24", "2", "1", "1", "1"}, 2, NEVER, false, NULL},
    {"volunteer, turning pages",
     {NULL},
     {"*0000#", "3", "9", "24", "9", "2", "1", "1", "1"},
     3,
     NEVER,
     true,
     NULL},
    {"cancel", {PLEDGED}, {"*0000#", "4", "1", "1", "1"}, 2, NEVER, false, NULL},
    {"language", {NULL}, {"*0000#", "5", "2"}, NEVER, NEVER, false, NULL},
    {"call me", {NULL}, {"*0000#", "6", "1"}, NEVER, NEVER, false, NULL},
};
static const struct tale reading[] = {
    {"needs", {NULL}, {"*0000#", "2", "1", "9", "24", "9", "0", "1", "1"}, NEVER, NEVER, true, NULL},
    {"a need", {NULL}, {"*0000*1007#", "00", "2", "1029"}, NEVER, NEVER, true, NULL},
    {"mine", {PLEDGED}, {"*0000#", "4", "00", "3", "0"}, NEVER, NEVER, true, NULL},
    {"help", {NULL}, {"*0000#", "6", "0", "5"}, NEVER, NEVER, true, NULL},
};
enum { TALES = sizeof tales / sizeof tales[0], READING = sizeof reading / sizeof reading[0] };

static inline unsigned presses(const struct tale *tale)
{
    unsigned n = 0;
    while (n < PRESSES_MOST && tale->presses[n] != NULL)
        n++;
    return n;
}

/* ---- the town ---- */

struct town {
    struct world w;
    void *words;
    struct handset h;
    int64_t texts; /* that people sent, for their ids */
};

static const char town_config[] =
    "[service]\noffice_phone = 02400000000\nduplicate_window = 10m\n"
    "[channel mci]\nprovider = kannel\nnumber = 200012\nsecret = s\n"
    "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\nusername = u\npassword = p\n"
    "[channel gsm]\nprovider = ussd\ndescribe = hubtel\nnumber = 200013\nsecret = s\nsms = mci\ndial = "
    "*0000#\n";

/* Once a group: the words, the config. */
static inline int town_group(void **state)
{
    struct town *t = calloc(1, sizeof *t);
    struct error e;
    if (t == NULL || words_open(&t->words) != 0)
        return -1;
    struct arena *arena = ((struct words *)t->words)->arena;
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    struct faults faults = faults_in(arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    t->w.words = t->words;
    t->w.config = config_parse("town", STR(town_config), &world, &faults);
    t->w.zone = zone_open("Asia/Tehran", &e);
    *state = t;
    return faults.count == 0 && t->w.config != NULL && t->w.zone != NULL ? 0 : -1;
}

static inline int town_group_end(void **state)
{
    struct town *t = *state;
    zone_close(t->w.zone);
    config_drop(t->w.config);
    int failed = words_close(&t->words);
    free(t);
    return failed;
}

/* A fresh store each time. */
static inline void town_open(struct town *t, enum gateway_way way)
{
    struct error e;
    t->w.arena = arena_new(1 << 18);
    t->w.now_ms = 1790668800000;
    t->w.septets = 182;
    t->texts = 0;
    t->h = (struct handset){.phone = STR("09120001122"), .way = way};
    t->w.store = store_open(":memory:", STORE_MEMORY, &e);
    assert_non_null(t->w.store);
    assert_true(store_begin(t->w.store));
    struct str csv = read_data(t->w.arena, "tests/dialogs/needs.csv");
    struct import_result r =
        import_needs(t->w.store, t->w.config, t->w.arena, t->w.now_ms / 1000, "needs.csv", csv);
    assert_int_equal(r.faults.count, 0);
    assert_int_equal(store_commit(t->w.store), STORE_DONE);
}

static inline void town_close(struct town *t)
{
    store_close(t->w.store);
    arena_free(t->w.arena);
}

static inline void text(struct town *t, const char *words)
{
    int64_t message = 0;
    struct world *w = &t->w;
    w->now_ms += 2000;
    struct inbound m = {.channel = STR("mci"), .sender = t->h.phone, .text = str_of(words)};
    m.id = str_printf(w->arena, "m%lld", (long long)++t->texts);
    struct command command = understand(w->words->grammar, w->config->texts->lexicon,
                                        w->config->service.country.p, w->arena, m.text);
    assert_true(store_begin(w->store));
    assert_int_equal(dispatch(w->store, w->config, w->zone, w->arena, w->now_ms, &m, &command, &message),
                     DISPATCH_OK);
    assert_int_equal(store_commit(w->store), STORE_DONE);
}

static inline void press(struct town *t, struct handset *h, const char *what)
{
    t->w.now_ms += 2000;
    if (what[0] == '*')
        handset_dial(&t->w, h, str_of(what));
    else
        handset_press(&t->w, h, str_of(what));
    const char *fault = h->none ? "no page" : page_fault(h->page, t->w.septets);
    if (fault != NULL)
        fail_msg("%s: %.*s", fault, STR_ARG(h->page));
    assert_false(h->differed);
}

static inline void before(struct town *t, const struct tale *tale, bool english)
{
    text(t, english ? "LANG EN" : "زبان فارسی");
    for (int i = 0; i < 3 && tale->before[i] != NULL; i++)
        text(t, tale->before[i]);
    t->w.now_ms += 60000;
}

/* ---- how it ended ---- */

static inline int by_text(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* Pledges, volunteers, needs, the contact: all that is kept of what was done,
 * without when and by which number. */
static inline struct str ending(struct town *t, struct arena *arena)
{
    struct pledge pledges[MESSAGES_MOST];
    struct volunteer people[MESSAGES_MOST];
    struct need needs[MESSAGES_MOST];
    struct str lines[3 * MESSAGES_MOST];
    struct contact c;
    struct store *store = t->w.store;
    size_t n = 0, count = pledge_page(store, arena, 0, pledges, MESSAGES_MOST);
    for (size_t i = 0; i < count; i++)
        lines[n++] = str_printf(arena, "pledge %u %lld %lld %.*s\n", pledges[i].need,
                                (long long)pledges[i].amount_rial, (long long)pledges[i].quantity,
                                STR_ARG(pledges[i].status));
    count = volunteer_page(store, arena, 0, people, MESSAGES_MOST);
    for (size_t i = 0; i < count; i++)
        lines[n++] = str_printf(arena, "volunteer %.*s %.*s %.*s %.*s %.*s\n", STR_ARG(people[i].province),
                                STR_ARG(people[i].specialty), STR_ARG(people[i].availability),
                                STR_ARG(people[i].status), STR_ARG(people[i].consent_version));
    count = need_page(store, arena, 0, needs, MESSAGES_MOST);
    for (size_t i = 0; i < count; i++)
        lines[n++] = str_printf(arena, "need %u %lld %.*s\n", needs[i].code, (long long)needs[i].pledged,
                                STR_ARG(needs[i].status));
    qsort(lines, n, sizeof lines[0], by_text);
    contact_get(store, arena, 989120001122, &c);
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < n; i++)
        sbuf_add(&out, lines[i]);
    struct store_figures figures;
    store_figures(store, &figures);
    sbuf_printf(&out, "language %d, province %.*s, calls %lld\n", (int)c.language, STR_ARG(c.province),
                (long long)figures.unanswered);
    return sbuf_str(&out);
}

/* SMS that offer to go on, or ask again what the screen asked. */
static inline unsigned hand_offs(struct town *t)
{
    struct outbound rows[MESSAGES_MOST];
    size_t n = outbox_page(t->w.store, t->w.arena, 0, rows, MESSAGES_MOST);
    unsigned count = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].lane != LANE_CODE)
            continue;
        assert_true(rows[i].expires_ms == rows[i].created_ms + 15 * 60 * 1000);
        count++;
    }
    return count;
}

/* The tale as it should be. */
static inline struct str undisturbed(struct town *t, const struct tale *tale, enum gateway_way way,
                                     bool english, struct arena *arena)
{
    town_open(t, way);
    before(t, tale, english);
    for (unsigned i = 0; i < presses(tale); i++)
        press(t, &t->h, tale->presses[i]);
    assert_true(t->h.last || tale->offered == NEVER);
    assert_int_equal(hand_offs(t), 0);
    struct str end = ending(t, arena);
    town_close(t);
    return end;
}

static inline void same_ending(struct town *t, struct str want, const struct tale *tale, const char *how,
                               unsigned at)
{
    struct str got = ending(t, t->w.arena);
    if (!str_eq(got, want))
        fail_msg("%s, %s behind press %u: the end is\n%.*sand should be\n%.*s", tale->name, how, at,
                 STR_ARG(got), STR_ARG(want));
}

#endif
