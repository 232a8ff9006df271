/* What a tree says: printed, compared, doubted, confined; and what its
 * faults say. */
#include "gateway/base/arena.h"
#include "gateway/base/date.h"
#include "gateway/base/number.h"
#include "gateway/base/utf8.h"
#include "gateway/model/audience.h"
#include "gateway/model/audience_words.h"

struct printer {
    const struct audience *audience;
    const struct lexicon *lexicon;
    struct sbuf out;
    enum language language;
};

static void print_digits(struct printer *p, struct str digits)
{
    sbuf_add(&p->out, p->language == LANGUAGE_FA ? digits_persian(p->out.arena, digits) : digits);
}

static void print_since(struct printer *p, const struct audience_node *node)
{
    struct arena *arena = p->out.arena;
    bool days = node->n % 24 == 0;
    if (node->since == SINCE_HOURS) {
        print_digits(p, str_printf(arena, "%lld", (long long)(days ? node->n / 24 : node->n)));
        const char *const units[LANGUAGES][2] = {{" ساعت", " روز"}, {"h", "d"}};
        sbuf_add(&p->out, str_of(units[p->language][days]));
    } else {
        enum calendar calendar = p->language == LANGUAGE_FA ? CALENDAR_PERSIAN : CALENDAR_GREGORIAN;
        print_digits(p, date_write(arena, calendar, node->n));
    }
}

static bool is_simple(struct str word)
{
    while (word.n > 0) {
        uint32_t c = utf8_next(&word);
        if (c == '(' || c == ')' || c == ',' || c == ';')
            return false;
    }
    return true;
}

static void print_named(struct printer *p, const struct audience_node *node)
{
    static const enum lex_kind kinds[AUDIENCE_KINDS] = {[AUDIENCE_PROVINCE] = LEX_PROVINCE,
                                                        [AUDIENCE_SPECIALTY] = LEX_SPECIALTY,
                                                        [AUDIENCE_AVAILABILITY] = LEX_AVAILABILITY};
    const struct lex_name *name = &p->lexicon->names[kinds[node->kind]].v[node->name];
    sbuf_add(&p->out, p->language == LANGUAGE_FA ? name->fa : name->en);
}

static void print_atom(struct printer *p, const struct audience_node *node)
{
    if (node->name >= 0) {
        print_named(p, node);
        return;
    }
    sbuf_add(&p->out, str_of(audience_shown(node->kind, p->language)));
    if (node->kind == AUDIENCE_CAMPAIGN || node->kind == AUDIENCE_NEED || node->kind == AUDIENCE_UNPAID)
        sbuf_byte(&p->out, ' ');
    if (node->kind == AUDIENCE_CAMPAIGN)
        sbuf_printf(&p->out, is_simple(node->slug) ? "%.*s" : "\"%.*s\"", STR_ARG(node->slug));
    else if (node->kind == AUDIENCE_NEED)
        print_digits(p, str_printf(p->out.arena, "%lld", (long long)node->n));
    else if (node->kind == AUDIENCE_UNPAID)
        print_since(p, node);
}

/* How tightly a node binds: brackets stand where a looser one is inside. */
static int binding(enum audience_kind kind)
{
    return kind == AUDIENCE_OR ? 0 : kind == AUDIENCE_AND ? 1 : 2;
}

static void print_node(struct printer *p, int at, int around)
{
    const struct audience_node *node = &p->audience->v[at];
    bool brackets = binding(node->kind) < around;
    if (brackets)
        sbuf_byte(&p->out, '(');
    if (node->kind == AUDIENCE_OR && node->first < 0) { /* of a scope without provinces */
        sbuf_add(&p->out, p->language == LANGUAGE_FA ? STR("هیچ‌کس") : STR("nobody"));
    } else if (node->kind == AUDIENCE_NOT) {
        sbuf_printf(&p->out, "%s ", audience_shown(AUDIENCE_NOT, p->language));
        print_node(p, node->first, 2);
    } else if (node->first < 0) {
        print_atom(p, node);
    } else {
        for (int child = node->first; child >= 0; child = p->audience->v[child].next) {
            print_node(p, child, binding(node->kind) + 1);
            if (p->audience->v[child].next >= 0)
                sbuf_printf(&p->out, " %s ", audience_shown(node->kind, p->language));
        }
    }
    if (brackets)
        sbuf_byte(&p->out, ')');
}

struct str audience_print(const struct lexicon *lexicon, struct arena *arena, const struct audience *audience,
                          enum language language)
{
    struct printer p = {audience, lexicon, sbuf_in(arena), language};
    print_node(&p, audience->root, 0);
    return sbuf_str(&p.out);
}

/* ---- comparing ---- */

static bool same(const struct audience *a, int i, const struct audience *b, int j)
{
    const struct audience_node *x = &a->v[i], *y = &b->v[j];
    if (x->kind != y->kind || x->n != y->n || x->since != y->since || !str_eq(x->slug, y->slug))
        return false;
    for (i = x->first, j = y->first; i >= 0 && j >= 0; i = a->v[i].next, j = b->v[j].next)
        if (!same(a, i, b, j))
            return false;
    return i < 0 && j < 0;
}

bool audience_equal(const struct audience *a, const struct audience *b)
{
    return same(a, a->root, b, b->root);
}

/* ---- times, scope ---- */

void audience_fix(struct audience *audience, struct zone *zone, int64_t now)
{
    for (int i = 0; i < audience->n; i++) {
        struct audience_node *node = &audience->v[i];
        if (node->kind != AUDIENCE_UNPAID)
            continue;
        node->value = now - node->n * 3600;
        if (node->since == SINCE_HOURS)
            continue;
        const struct date date = {node->n, -1};
        if (!date_moment(zone, &date, true, &node->value)) /* the next day is one that ZONE left out */
            node->value = (node->n + 1) * 86400;
    }
}

static int put_node(struct audience *a, enum audience_kind kind)
{
    a->v[a->n] = (struct audience_node){.kind = kind, .first = -1, .next = -1, .name = -1};
    return a->n++;
}

void audience_confine(struct audience *a, const struct lexicon *lexicon, const int *provinces, int count)
{
    int either = put_node(a, AUDIENCE_OR); /* of none: nobody */
    for (int i = count - 1; i >= 0; i--) {
        int province = put_node(a, AUDIENCE_PROVINCE);
        a->v[province].name = provinces[i];
        a->v[province].slug = lexicon->names[LEX_PROVINCE].v[provinces[i]].slug;
        a->v[province].next = a->v[either].first;
        a->v[either].first = province;
    }
    if (a->v[a->root].kind != AUDIENCE_AND) {
        int both = put_node(a, AUDIENCE_AND);
        a->v[both].first = a->root;
        a->root = both;
    }
    a->v[either].next = a->v[a->root].first;
    a->v[a->root].first = either;
}

/* ---- what is wrong ---- */

const struct message_spec audience_messages[AUDIENCE_PROBLEMS + 1] = {
    [AUDIENCE_FINE] = {"audience.nearest", "word hint", ROOM_ONE}, /* of an unknown word */
    [AUDIENCE_EMPTY] = {"audience.empty", "", ROOM_ONE},
    [AUDIENCE_TOO_LONG] = {"audience.long", "", ROOM_ONE},
    [AUDIENCE_TOO_MANY] = {"audience.many", "", ROOM_ONE},
    [AUDIENCE_TOO_DEEP] = {"audience.deep", "", ROOM_ONE},
    [AUDIENCE_UNKNOWN] = {"audience.unknown", "word", ROOM_ONE},
    [AUDIENCE_AMBIGUOUS] = {"audience.ambiguous", "word hint", ROOM_ONE},
    [AUDIENCE_NOTHING_BEFORE] = {"audience.before", "word", ROOM_ONE},
    [AUDIENCE_NOTHING_BEHIND] = {"audience.behind", "word", ROOM_ONE},
    [AUDIENCE_UNCLOSED] = {"audience.unclosed", "word", ROOM_ONE},
    [AUDIENCE_UNOPENED] = {"audience.unopened", "word", ROOM_ONE},
    [AUDIENCE_NO_PROVINCE] = {"audience.no_province", "word", ROOM_ONE},
    [AUDIENCE_NO_CAMPAIGN] = {"audience.no_campaign", "word", ROOM_ONE},
    [AUDIENCE_NO_CODE] = {"audience.no_code", "word", ROOM_ONE},
    [AUDIENCE_BAD_CODE] = {"audience.bad_code", "word", ROOM_ONE},
    [AUDIENCE_NO_DATE] = {"audience.no_date", "word", ROOM_ONE},
    [AUDIENCE_BAD_DATE] = {"audience.bad_date", "word", ROOM_ONE},
    [AUDIENCE_BAD_DURATION] = {"audience.bad_duration", "word", ROOM_ONE},
    [AUDIENCE_CAMPAIGN_ABSENT] = {"audience.campaign_absent", "word", ROOM_ONE},
    [AUDIENCE_NEED_ABSENT] = {"audience.need_absent", "word", ROOM_ONE},
    [AUDIENCE_PROBLEMS] = {NULL, NULL, ROOM_ONE},
};

struct str audience_fault_text(const struct catalogue *catalogue, struct arena *arena,
                               const struct audience_fault *fault, enum language language)
{
    const struct text_field fields[] = {{"word", fault->word}, {"hint", fault->hint[language]}};
    bool hinted = fault->problem == AUDIENCE_UNKNOWN && fault->hint[language].n > 0;
    return catalogue_say(catalogue, arena, audience_messages[hinted ? AUDIENCE_FINE : fault->problem].key,
                         fields, 2);
}
