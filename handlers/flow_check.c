/* A walk over all flows with the longest values. */
#include "handlers/flow_check.h"

#include "gateway/base/damm.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/model/menu_page.h"
#include "handlers/flows.h"

enum {
    NEEDS = 24,
    PEOPLE = 8,
    PLEDGES = 16,
    KINDS = 4,
    SEEN_MOST = 128,
    PAGES_MOST = 64,
    CHECK_BASE = 572400
};
static const int64_t check_phone = 989120001122;

/* ---- what is met ---- */

static const char *longest_of(const struct config *config, enum lex_kind kind, struct arena *arena)
{
    struct str longest = STR("");
    unsigned most = 0;
    for (size_t i = 0; i < config->texts->lexicon->names[kind].n; i++) {
        const struct lex_name *name = &config->texts->lexicon->names[kind].v[i];
        unsigned units = sms_measure(name->fa).units;
        if (units > most) {
            most = units;
            longest = name->slug;
        }
    }
    return str_cstr(arena, longest);
}

/* The first counts money that is written in words, then in digits, items, days. */
static void put_needs(struct store *store, const struct config *config, struct arena *arena, int64_t now)
{
    static const enum count_unit units[KINDS] = {COUNT_RIAL, COUNT_RIAL, COUNT_ITEM, COUNT_DAY};
    static const int64_t required[KINDS] = {9990000000000000, 9999999990, 999, 999};
    uint32_t base = CHECK_BASE;
    for (int i = 0; i < NEEDS; i++) {
        base = code_base_allowed(base + 1);
        struct need need = {.code = code_from_base(base),
                            .province = str_of(longest_of(config, LEX_PROVINCE, arena)),
                            .centre = STR("x"),
                            .category = STR("drug"),
                            .priority = 1,
                            .title_fa = catalogue_longest(LANGUAGE_FA, STR("title")),
                            .title_en = catalogue_longest(LANGUAGE_EN, STR("title")),
                            .short_fa = catalogue_longest(LANGUAGE_FA, STR("title")),
                            .short_en = catalogue_longest(LANGUAGE_EN, STR("title")),
                            .unit = units[i % KINDS],
                            .required = required[i % KINDS],
                            .status = STR("open"),
                            .organisation = STR(""),
                            .pay_to = STR(""),
                            .verified_by = STR(""),
                            .shared_with = STR(""),
                            .verified_at = now};
        need_put(store, &need, now);
    }
}

void flow_check_fill(struct store *store, const struct config *config, struct arena *arena, int64_t now)
{
    put_needs(store, config, arena, now);
    for (int i = 0; i < PEOPLE; i++) {
        struct volunteer v = {.phone = check_phone, .status = STR("active")};
        v.name = catalogue_longest(i % 2 == 0 ? LANGUAGE_FA : LANGUAGE_EN, STR("name"));
        v.province = str_of(longest_of(config, LEX_PROVINCE, arena));
        v.specialty = str_of(longest_of(config, LEX_SPECIALTY, arena));
        v.availability = v.verified_by = v.consent_version = v.consent_channel = STR("");
        volunteer_put(store, &v, now);
    }
    struct contact contact = {.phone = check_phone};
    for (int i = 0; i < PLEDGES; i++) {
        struct pledge p = {.need = code_from_base(code_base_allowed(CHECK_BASE + 1)),
                           .amount_rial = 9999999990,
                           .channel = STR("check"),
                           .created_at = now};
        (void)pledge_add(store, &contact, &p); /* a memory store fails only where memory is out */
    }
    contact_put(store, &contact, now);
}

/* ---- the walk ---- */

struct seen {
    const struct flow *flow;
    struct str step, code; /* what a need counts changes what is asked */
};

struct walker {
    struct turn t;
    struct door door;
    int64_t septets;
    struct faults *faults;
    struct seen seen[SEEN_MOST];
    size_t seen_count, questions;
    struct str blamed; /* step: one fault of a question is enough */
};

static bool is_new(struct walker *w, const struct dialogue *d)
{
    struct seen here = {flow_find(&all_flows, d->flow), d->step, dialogue_answer(d, "code")};
    bool first = true;
    for (size_t i = 0; i < w->seen_count; i++) {
        const struct seen *s = &w->seen[i];
        if (s->flow != here.flow || !str_eq(s->step, here.step))
            continue;
        first = false;
        if (str_eq(s->code, here.code))
            return false;
    }
    if (w->seen_count == SEEN_MOST)
        return false;
    w->questions += first;
    w->seen[w->seen_count++] = here;
    return true;
}

static void blame(struct walker *w, const struct dialogue *d, const char *what, struct str page)
{
    struct sbuf line = sbuf_in(w->t.arena);
    if (str_eq(w->blamed, d->step))
        return;
    w->blamed = d->step;
    for (size_t i = 0; i < page.n; i++)
        sbuf_byte(&line, page.p[i] == '\n' ? '|' : page.p[i]);
    const char *file = w->t.config->file != NULL ? w->t.config->file : "texts";
    faults_add(w->faults, file, 0,
               "%s: the page of %.*s/%.*s with its longest values %s (%lld septets): %.*s",
               language_codes[w->t.language], STR_ARG(d->flow), STR_ARG(d->step), what, (long long)w->septets,
               STR_ARG(sbuf_str(&line)));
}

static bool fits_page(const struct door *door, struct str page)
{
    struct sms_size size = sms_measure(page);
    return size.units <= (size.encoding == SMS_GSM7 ? door->septets : door->units);
}

static bool blank_at_an_end(struct str page)
{
    for (size_t i = 0; i < page.n; i++)
        if (page.p[i] == ' ' && (i + 1 == page.n || page.p[i + 1] == '\n'))
            return true;
    return page.n == 0 || page.p[page.n - 1] == '\n';
}

static bool holds(struct str page, struct str line)
{
    struct str rest = page, one;
    while (rest.p != NULL && str_split(&rest, '\n', &one))
        if (str_starts(one, line) && one.n > line.n && one.p[line.n] == ':')
            return true;
    return false;
}

/* The pages of one question, one after the other as 9 shows them. */
static void look_at(struct walker *w, const struct dialogue *d, const struct menu *menu, bool unread)
{
    size_t next = 0;
    struct door door = w->door;
    unsigned spare = str_is(d->flow, flow_mine.name); /* references have 8 digits now, and 9 in time */
    door.septets -= spare;
    door.units -= spare;
    for (unsigned page = 0;; page++) {
        struct menu_view view = menu_view(menu, page, unread, &door, w->t.arena);
        if (!fits_page(&door, view.text))
            blame(w, d, "does not fit", view.text);
        if (blank_at_an_end(view.text) || !utf8_valid(view.text))
            blame(w, d, "ends a line with a blank, or cuts a letter", view.text);
        bool whole = view.first == next;
        for (size_t i = 0; i < view.count; i++)
            whole = whole && holds(view.text, menu->options[view.first + i].label);
        if (!whole)
            blame(w, d, "leaves an option out", view.text);
        next = view.first + view.count;
        if (!view.more || page == PAGES_MOST)
            break;
    }
    if (next != menu->n)
        blame(w, d, "does not lead to all its options", menu->prompt);
}

static void walk(struct walker *w, const struct dialogue *d);

static void answer(struct walker *w, const struct dialogue *d, struct str value)
{
    struct dialogue then = *d;
    dialogue_put(&then, d->step, value);
    if (dialogue_skip_known(&all_flows, &then, &w->t) == HEARD_PAGE)
        walk(w, &then);
}

/* What is typed, where something is. */
static void answer_typed(struct walker *w, const struct dialogue *d)
{
    uint32_t base = CHECK_BASE;
    for (int i = 0; i < KINDS && str_is(d->step, "code"); i++) {
        base = code_base_allowed(base + 1);
        answer(w, d, say_number(&w->t, code_from_base(base)));
    }
    if (str_is(d->step, "amount"))
        answer(w, d, STR("999999999"));
}

/* The longest option first: the pages behind it show its name. */
static void walk(struct walker *w, const struct dialogue *d)
{
    struct menu *menu = arena_new_of(w->t.arena, struct menu);
    size_t longest = 0;
    if (!is_new(w, d))
        return;
    dialogue_menu(&all_flows, d, &w->t, menu);
    menu->root = menu->root || (w->door.home.n == 0 && d->n == 0);
    look_at(w, d, menu, false);
    look_at(w, d, menu, true);
    for (size_t i = 1; i < menu->n; i++)
        if (sms_measure(menu->options[i].label).units > sms_measure(menu->options[longest].label).units)
            longest = i;
    answer_typed(w, d);
    for (size_t i = 0; i < menu->n; i++)
        answer(w, d, menu->options[(longest + i) % menu->n].value);
}

/* What ends a session stands on one page. */
static void look_at_last(struct walker *w)
{
    static const char *const keys[] = {"ussd.left", "ussd.sorry", "ussd.gone", "ussd.nobody"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct text_field phone = {"phone", catalogue_longest(w->t.language, STR("phone"))};
        struct str text = turn_text(&w->t, keys[i], &phone, 1);
        struct dialogue d = {.flow = STR("text"), .step = str_of(keys[i])};
        if (!fits_page(&w->door, text))
            blame(w, &d, "does not fit", text);
    }
}

size_t flow_check_pages(struct store *store, const struct config *config, struct zone *zone,
                        struct arena *arena, enum language language, int64_t septets, struct faults *faults)
{
    static const struct inbound nothing = {.text = {"", 0}};
    struct walker *w = arena_new_of(arena, struct walker);
    w->faults = faults;
    w->septets = septets > 0 ? septets : 160;
    w->t = (struct turn){.store = store,
                         .config = config,
                         .arena = arena,
                         .zone = zone,
                         .message = &nothing,
                         .command = command_none(COMMAND_unknown),
                         .language = language,
                         .on_screen = septets > 0};
    contact_get(store, arena, check_phone, &w->t.contact);
    w->door = septets > 0 ? door_ussd(&w->t, septets) : door_sms(&w->t);
    for (size_t i = 0; i < all_flows.n; i++) {
        struct dialogue d = {.flow = str_of(all_flows.v[i]->name)};
        d.step = str_of(all_flows.v[i]->steps[0].name);
        if (all_flows.v[i] == &flow_name) /* whose name it is, is always known */
            dialogue_put(&d, STR("who"), STR("1"));
        if (dialogue_skip_known(&all_flows, &d, &w->t) == HEARD_PAGE)
            walk(w, &d);
    }
    if (septets > 0)
        look_at_last(w);
    return w->questions;
}
