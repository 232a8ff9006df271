/* volunteer: `داوطلب پزشک زنجان`, which asks for what is missing; leave:
 * `لغو داوطلب`; and the name, which is asked by SMS, since it is hard to type
 * in USSD. */
#include "gateway/base/crypto.h"
#include "gateway/base/segment.h"
#include "gateway/store/store_calls.h"
#include "handlers/handlers.h"
#include "handlers/question.h"
#include "handlers/volunteers.h"

enum { NAME_UNITS = 40 };

size_t volunteers_active(const struct turn *t, struct volunteer people[PEOPLE_MOST])
{
    size_t n = volunteer_of(t->store, t->arena, t->contact.phone, people, PEOPLE_MOST), kept = 0;
    for (size_t i = 0; i < n; i++)
        if (str_is(people[i].status, "active"))
            people[kept++] = people[i];
    return kept;
}

void menu_people(const struct turn *t, struct menu *menu, const struct volunteer *people, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str who =
            people[i].name.n > 0 ? people[i].name : say_slug(t, LEX_SPECIALTY, people[i].specialty);
        menu_add(menu, STR(""), sms_cut(t->arena, who, 15),
                 str_printf(t->arena, "%lld", (long long)people[i].id));
    }
}

bool volunteers_waiting(const struct turn *t, bool listed_too, struct volunteer *found)
{
    struct volunteer people[PEOPLE_MOST];
    size_t n = volunteer_of(t->store, t->arena, t->contact.phone, people, PEOPLE_MOST);
    for (size_t i = 0; i < n; i++)
        if (str_is(people[i].status, "invited") || (listed_too && str_is(people[i].status, "listed"))) {
            *found = people[i];
            return true;
        }
    return false;
}

struct str consent_keep(struct turn *t, struct str body)
{
    struct digest digest = crypto_digest(&body, 1);
    struct str version = str_printf(t->arena, "%s-%02x%02x%02x%02x", language_codes[t->language],
                                    digest.byte[0], digest.byte[1], digest.byte[2], digest.byte[3]);
    consent_text_add(t->store, version, body, turn_now(t));
    return version;
}

static void ask_for_name(struct turn *t, const struct volunteer *v)
{
    struct dialogue d;
    bool on_screen = t->on_screen;
    if (t->line.n == 0)
        return;
    d = (struct dialogue){.flow = STR("name"), .step = STR("who")};
    dialogue_put(&d, STR("who"), str_printf(t->arena, "%lld", (long long)v->id));
    t->on_screen = false; /* by SMS, whichever door was used */
    flow_by_sms(t, &d);
    t->on_screen = on_screen;
}

void volunteer_register(struct turn *t, struct volunteer *v, bool joined)
{
    v->status = STR("active");
    if (v->consent_at == 0) {
        v->consent_channel = t->on_screen ? STR("ussd") : STR("sms");
        v->consent_at = turn_now(t);
    }
    volunteer_put(t->store, v, turn_now(t));
    t->contact.province = v->province;
    t->contact.changed = true;
    if (joined)
        team_joined(t, v);
    else
        turn_confirm(t, "volunteer.ok",
                     FIELDS({"specialty", say_slug(t, LEX_SPECIALTY, v->specialty)},
                            {"province", say_slug(t, LEX_PROVINCE, v->province)}));
    if (v->name.n == 0)
        ask_for_name(t, v);
}

static void put_slug(const struct turn *t, struct dialogue *d, const char *step, enum lex_kind kind,
                     int place)
{
    if (place >= 0)
        dialogue_put(d, str_of(step), t->config->texts->lexicon->names[kind].v[place].slug);
}

void handle_volunteer(struct turn *t)
{
    struct dialogue d = {.flow = STR("volunteer"), .step = STR("province")};
    bool coded = t->command.reference != 0 || t->command.problem == PROBLEM_BAD_REFERENCE;
    if (t->command.group) {
        team_register(t);
        return;
    }
    if (coded && !team_join(t, &d))
        return;
    struct question begun; /* what was answered before stands, but for what this text says anew */
    if (!coded && question_get(t, &begun) && (begun.kind == QUESTION_FLOW || begun.kind == QUESTION_OFFER) &&
        str_eq(begun.dialogue.flow, d.flow))
        d = begun.dialogue;
    if (coded) /* who only joins a group is asked who that is first */
        d.step = STR("again");
    d.wrong = d.page = 0;
    put_slug(t, &d, "province", LEX_PROVINCE, t->command.province);
    put_slug(t, &d, "specialty", LEX_SPECIALTY, t->command.specialty);
    put_slug(t, &d, "availability", LEX_AVAILABILITY, t->command.availability);
    flow_by_sms(t, &d);
}

/* ---- flow name ---- */

void ask_nothing(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)ctx, (void)d, (void)menu; /* always known */
}

bool is_known(void *ctx, const struct dialogue *d)
{
    (void)ctx, (void)d;
    return true;
}

static void ask_name(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "flow.name", NULL, 0);
    menu->root = true;
}

/* As it was written, not as it was folded. */
static bool read_own_name(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                          struct str *value)
{
    const struct turn *t = ctx;
    (void)d;
    *value = sms_cut(arena, str_trim(t->message->text), NAME_UNITS);
    return input.n >= 2 && t->command.digits < 0;
}

static void finish_name(void *ctx, const struct dialogue *d)
{
    struct turn *t = ctx;
    struct volunteer v;
    int64_t id = 0;
    if (!str_to_i64(dialogue_answer(d, "who"), &id) || !volunteer_get(t->store, t->arena, id, &v) ||
        v.phone != t->contact.phone)
        return; /* forgotten meanwhile: there is nobody to name */
    v.name = dialogue_answer(d, "name");
    volunteer_put(t->store, &v, turn_now(t));
    turn_confirm(t, "volunteer.named", FIELDS({"name", v.name}));
}

static const struct step name_steps[] = {{.name = "who", .ask = ask_nothing, .needless = is_known},
                                         {.name = "name", .ask = ask_name, .read = read_own_name}};
const struct flow flow_name = {"name", name_steps, 2, finish_name, "volunteer"};

/* ---- leave ---- */

static void mark_left(struct turn *t, struct volunteer *v)
{
    v->status = STR("left");
    volunteer_put(t->store, v, turn_now(t));
    answers_leave(t->store, v->id); /* their places in calls are free */
}

static bool is_one(void *ctx, const struct dialogue *d)
{
    struct volunteer people[PEOPLE_MOST];
    (void)d;
    return volunteers_active(ctx, people) <= 1;
}

static void ask_leaving(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct volunteer people[PEOPLE_MOST];
    size_t n = volunteers_active(t, people);
    (void)d;
    menu->prompt = turn_text(t, "flow.leave", NULL, 0);
    menu_people(t, menu, people, n);
    menu_add(menu, STR(""), turn_text(t, "flow.leave.all", NULL, 0), STR("all"));
}

static void finish_leaving(void *ctx, const struct dialogue *d)
{
    struct turn *t = ctx;
    struct volunteer people[PEOPLE_MOST];
    size_t n = volunteers_active(t, people), left = 0;
    struct str who = dialogue_answer(d, "who");
    for (size_t i = 0; i < n; i++) {
        int64_t id = people[i].id;
        if (who.n == 0 || str_is(who, "all") || (str_to_i64(who, &id) && id == people[i].id)) {
            mark_left(t, &people[i]);
            left++;
        }
    }
    if (left > 0)
        turn_confirm(t, "leave.ok", NULL, 0);
    else
        turn_say(t, "leave.none", NULL, 0);
}

static const struct step leave_steps[] = {{.name = "who", .ask = ask_leaving, .needless = is_one}};
const struct flow flow_leave = {"leave", leave_steps, 1, finish_leaving, "leave"};

void handle_leave(struct turn *t)
{
    struct dialogue d = {.flow = STR("leave"), .step = STR("who")};
    flow_by_sms(t, &d);
}
