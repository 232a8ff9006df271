/* Calls, as coordinators make and steer them. */
#include "handlers/office_call.h"

#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "handlers/calls.h"

enum { TEXT_BYTES = 120, PLACES_MOST = 100000, HOUR = 3600, LONGEST = 60 * 24 * HOUR, SETTLE_ROWS = 500 };

const char *const call_act_names[CALL_ACTS] = {"pause", "resume", "close", "cancel"};

static struct office_said said(enum office_status status, const char *key)
{
    return office_say(status, key, NULL, 0);
}

static void note(const struct office *o, const char *action, uint32_t reference, struct str detail)
{
    audit_add(o->store, &o->actor, action, str_printf(o->arena, "%u", reference), detail, office_now(o));
}

/* ---- what is planned ---- */

static bool good_text(struct str text)
{
    return text.n > 0 && text.n <= TEXT_BYTES && utf8_one_line(text);
}

static bool good_kind(struct str kind)
{
    return str_is(kind, "team") || str_is(kind, "visit") || str_is(kind, "meeting") ||
           str_is(kind, "rollcall");
}

static bool plan_provinces(const struct office *o, struct call_plan *plan, struct error *e)
{
    const struct lexicon *lexicon = o->config->texts->lexicon;
    struct str rest = plan->provinces, slug;
    struct sbuf all = sbuf_in(o->arena);
    for (size_t i = 0; i < lexicon->names[LEX_PROVINCE].n; i++)
        sbuf_printf(&all, "%s%.*s", i > 0 ? " " : "", STR_ARG(lexicon->names[LEX_PROVINCE].v[i].slug));
    if (str_is(plan->provinces, "all"))
        plan->provinces = rest = sbuf_str(&all);
    if (rest.n == 0)
        return error_set(e, "the provinces are missing: slugs, or \"all\"");
    while (rest.n > 0 && str_split(&rest, ' ', &slug))
        if (lexicon_slug(lexicon, LEX_PROVINCE, slug) < 0)
            return error_set(e, "no province has the slug \"%.*s\"", STR_ARG(slug));
    return true;
}

static bool plan_quotas(const struct office *o, struct call_plan *plan, struct error *e)
{
    const struct lexicon *lexicon = o->config->texts->lexicon;
    if (plan->n == 0)
        return error_set(e, "who is needed is missing: a specialty and how many");
    for (size_t i = 0; i < plan->n; i++) {
        struct call_quota *q = &plan->quotas[i];
        if (lexicon_slug(lexicon, LEX_SPECIALTY, q->specialty) < 0)
            return error_set(e, "no specialty has the slug \"%.*s\"", STR_ARG(q->specialty));
        if (q->quota < 1 || q->quota > PLACES_MOST)
            return error_set(e, "%.*s: the places must be 1 to %d", STR_ARG(q->specialty), PLACES_MOST);
        for (size_t k = 0; k < i; k++)
            if (str_eq(plan->quotas[k].specialty, q->specialty))
                return error_set(e, "%.*s is named twice", STR_ARG(q->specialty));
        q->clinical = lexicon_clinical(lexicon, q->specialty);
    }
    return true;
}

/* English texts must stay in GSM-7 to fit one SMS: a place in other letters
 * goes by the English name of its (first) province there. */
static bool plan_place(const struct office *o, struct call_plan *plan, struct error *e)
{
    struct call *c = &plan->call;
    const struct lexicon *lexicon = o->config->texts->lexicon;
    struct str rest = plan->provinces, slug = STR("");
    if (c->place_en.n > 0 && (!good_text(c->place_en) || sms_measure(c->place_en).encoding != SMS_GSM7))
        return error_set(e, "the English place must be in Latin letters, so that texts fit one SMS");
    if (c->place_en.n == 0 && sms_measure(c->place).encoding == SMS_GSM7)
        c->place_en = c->place;
    if (c->place_en.n == 0 && str_split(&rest, ' ', &slug))
        c->place_en = lexicon->names[LEX_PROVINCE].v[lexicon_slug(lexicon, LEX_PROVINCE, slug)].en;
    return true;
}

static bool plan_line(const struct office *o, struct call *c, struct error *e)
{
    const struct channel *line = config_channel(o->config, c->channel);
    if (line == NULL)
        return c->channel.n == 0 ? error_set(e, "no channel can send SMS")
                                 : error_set(e, "no channel has the name \"%.*s\"", STR_ARG(c->channel));
    if (c->urgent && !str_is(line->line, "service"))
        return error_set(e, "an urgent call needs a line of class service; %.*s is %.*s", STR_ARG(line->name),
                         STR_ARG(line->line));
    return true;
}

bool office_call_plan(const struct office *o, struct call_plan *plan, struct error *e)
{
    struct call *c = &plan->call;
    if (!good_kind(c->kind))
        return error_set(e, "the kind must be team, visit, meeting or rollcall, not \"%.*s\"",
                         STR_ARG(c->kind));
    if (!good_text(c->title) || !good_text(c->place))
        return error_set(e, "a title and a place are needed, each one line of at most %d bytes of UTF-8",
                         TEXT_BYTES);
    if (c->starts_at <= office_now(o))
        return error_set(e, "it would begin in the past");
    if (c->ends_at <= c->starts_at || c->ends_at - c->starts_at > LONGEST)
        return error_set(e, "it must end after it begins, within 60 days");
    if (c->urgent && !good_text(c->reason))
        return error_set(e, "an urgent call needs its reason, one line of at most %d bytes", TEXT_BYTES);
    return plan_provinces(o, plan, e) && plan_quotas(o, plan, e) && plan_place(o, plan, e) &&
           plan_line(o, c, e);
}

/* ---- what is done ---- */

static bool may(const struct office *o)
{
    return role_may(o->actor.role, ROLE_COORDINATOR);
}

/* Who is of one organisation or centre calls only in provinces that were named for them. */
static struct str scope_of(const struct office *o)
{
    return actor_named_places(&o->actor).scope;
}

struct office_said office_call_add(const struct office *o, struct call_plan *plan)
{
    struct call *c = &plan->call;
    int64_t most = o->config->service.second_yes_above;
    const struct actor named = actor_named_places(&o->actor);
    if (!may(o) || !actor_covers_all(&named, plan->provinces))
        return said(OFFICE_FORBIDDEN, "call.act.forbidden");
    c->author = o->actor.phone;
    c->created_at = office_now(o);
    c->status = CALL_DRAFT;
    if (!call_add(o->store, c, plan->provinces, plan->quotas, plan->n))
        return said(OFFICE_CONFLICT, "call.act.state"); /* the engine's failure is sticky */
    plan->people = call_people(o->store, c->id, most + 1);
    note(o, "call.add", c->reference,
         str_printf(o->arena, "%.*s%s in %.*s", STR_ARG(c->kind), c->urgent ? ", urgent," : "",
                    STR_ARG(plan->provinces)));
    if (!c->urgent && plan->people <= most &&
        call_approve(o->store, scope_of(o), c, o->actor.phone, office_now(o)))
        c->status = CALL_OPEN;
    return said(OFFICE_DONE, NULL);
}

struct office_said office_call_approve(const struct office *o, uint32_t reference)
{
    struct call c;
    if (!may(o))
        return said(OFFICE_FORBIDDEN, "call.act.forbidden");
    if (!call_get(o->store, o->arena, scope_of(o), reference, &c))
        return said(OFFICE_ABSENT, "call.act.absent");
    if (c.author == o->actor.phone)
        return said(OFFICE_FORBIDDEN, "call.act.second");
    if (c.starts_at <= office_now(o) ||
        !call_approve(o->store, scope_of(o), &c, o->actor.phone, office_now(o)))
        return said(OFFICE_CONFLICT, "call.act.state");
    note(o, "call.approve", reference, c.urgent ? c.reason : STR(""));
    return said(OFFICE_DONE, NULL);
}

/* Where it comes to from where it stands; false: not from there. */
static bool leads_to(enum call_status from, enum call_act act, enum call_status *to)
{
    bool live = from == CALL_OPEN || from == CALL_FULL || from == CALL_PAUSED;
    static const enum call_status ends[CALL_ACTS] = {CALL_PAUSED, CALL_OPEN, CALL_DONE, CALL_CANCELLED};
    *to = ends[act];
    switch (act) {
    case CALL_PAUSE:
        return from == CALL_OPEN || from == CALL_FULL;
    case CALL_RESUME:
        return from == CALL_PAUSED;
    case CALL_CLOSE:
        return live;
    case CALL_CANCEL:
        return live || from == CALL_DRAFT;
    case CALL_ACTS:
        break;
    }
    return false; /* unreachable: every act is above */
}

struct office_said office_call_act(const struct office *o, uint32_t reference, enum call_act act)
{
    struct call c;
    enum call_status to;
    if (!may(o))
        return said(OFFICE_FORBIDDEN, "call.act.forbidden");
    if (!call_get(o->store, o->arena, scope_of(o), reference, &c))
        return said(OFFICE_ABSENT, "call.act.absent");
    bool early = act == CALL_CLOSE && office_now(o) < c.starts_at; /* nobody can have served: cancel it */
    if (early || !leads_to(c.status, act, &to) || !call_move(o->store, scope_of(o), &c, to))
        return said(OFFICE_CONFLICT, "call.act.state");
    c.status = to;
    if (act == CALL_RESUME) {
        call_level(o->store, c.id);
        call_unpark(o->store, c.id, o->now_ms);
    }
    note(o, str_cstr(o->arena, str_printf(o->arena, "call.%s", call_act_names[act])), reference, STR(""));
    if (to == CALL_DONE || to == CALL_CANCELLED) /* a large one is gone on with by gateway/calls.c */
        (void)call_settle(o, &c, SETTLE_ROWS);   /* how many is of no use */
    return said(OFFICE_DONE, NULL);
}
