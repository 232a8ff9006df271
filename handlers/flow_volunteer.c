/* flow volunteer: province, specialty, availability, consent, confirm.  Who
 * has registered from this phone before is asked whether that is to be changed
 * (families share phones), behind what can be dialled in one go. */
#include "handlers/flows.h"
#include "handlers/handlers.h"
#include "handlers/volunteers.h"

const struct message_spec flow_volunteer_messages[] = {
    {"flow.again", "", ROOM_LIST},         {"flow.again.other", "", ROOM_PART},
    {"flow.specialty", "", ROOM_LIST},     {"flow.availability", "", ROOM_LIST},
    {"flow.consent", "", ROOM_CONFIRM},    {"flow.volunteer.confirm", "specialty province", ROOM_CONFIRM},
    {"flow.name", "", ROOM_LIST},          {"flow.leave", "", ROOM_LIST},
    {"flow.leave.all", "", ROOM_PART},     {"volunteer.ok", "specialty province", ROOM_ONE},
    {"volunteer.named", "name", ROOM_ONE}, {"leave.ok", "", ROOM_ONE},
    {"leave.none", "", ROOM_ONE},          {NULL, NULL, ROOM_ONE},
};

/* ---- again: change somebody, or another person ---- */

static bool is_first(void *ctx, const struct dialogue *d)
{
    struct turn *t = ctx;
    struct volunteer one[PEOPLE_MOST];
    (void)d;
    return volunteers_active(t, one) == 0;
}

static void ask_again(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    struct volunteer people[PEOPLE_MOST];
    size_t n = volunteers_active(t, people);
    (void)d;
    menu->prompt = turn_text(t, "flow.again", NULL, 0);
    menu_people(t, menu, people, n);
    menu_add(menu, STR(""), turn_text(t, "flow.again.other", NULL, 0), STR("other"));
}

/* The one that is to be changed. */
static bool chosen(const struct turn *t, const struct dialogue *d, struct volunteer *v)
{
    int64_t id = 0;
    return str_to_i64(dialogue_answer(d, "again"), &id) && volunteer_get(t->store, t->arena, id, v) &&
           v->phone == t->contact.phone;
}

static void put_known(struct dialogue *d, const char *step, struct str value)
{
    if (value.n > 0 && dialogue_answer(d, step).p == NULL)
        dialogue_put(d, str_of(step), value);
}

/* What V has told before need not be asked, nor what was agreed to. */
static void put_profile(const struct turn *t, struct dialogue *d, const struct volunteer *v)
{
    put_known(d, "again", str_printf(t->arena, "%lld", (long long)v->id));
    put_known(d, "province", v->province);
    put_known(d, "specialty", v->specialty);
    put_known(d, "availability", v->availability);
    put_known(d, "consent", v->consent_at > 0 ? STR("kept") : STR(""));
    put_known(d, "confirm", v->consent_at > 0 ? STR("yes") : STR(""));
}

void volunteer_complete(struct turn *t, const struct volunteer *v)
{
    struct dialogue d = {.flow = STR("volunteer"), .step = STR("again")};
    put_profile(t, &d, v);
    flow_by_sms(t, &d);
}

/* Who only joins a group changes nothing else. */
static struct where after_again(void *ctx, struct dialogue *d)
{
    struct volunteer v;
    if (dialogue_answer(d, "team").p != NULL && chosen(ctx, d, &v))
        put_profile(ctx, d, &v);
    bool known = dialogue_answer(d, "province").p != NULL && dialogue_answer(d, "specialty").p != NULL &&
                 dialogue_answer(d, "availability").p != NULL;
    return go_step(known ? "consent" : "province");
}

/* The group to join, as its id: it comes with the text, or not at all. */
static struct where after_team(void *ctx, struct dialogue *d)
{
    (void)ctx;
    return go_step(dialogue_answer(d, "team").p != NULL ? "again" : "province");
}

/* ---- province, specialty, availability ---- */

static void ask_specialty(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "flow.specialty", NULL, 0);
    menu_names(ctx, menu, LEX_SPECIALTY);
}

static bool read_specialty(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                           struct str *value)
{
    (void)d, (void)arena;
    return read_name(ctx, LEX_SPECIALTY, input, value);
}

static void ask_availability(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "flow.availability", NULL, 0);
    menu_names(ctx, menu, LEX_AVAILABILITY);
}

static bool read_availability(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                              struct str *value)
{
    (void)d, (void)arena;
    return read_name(ctx, LEX_AVAILABILITY, input, value);
}

/* ---- consent ---- */

static void ask_consent(void *ctx, const struct dialogue *d, struct menu *menu)
{
    (void)d;
    menu->prompt = turn_text(ctx, "flow.consent", NULL, 0);
    menu_yes_no(ctx, menu);
}

/* The very words are kept, and their version beside the answer. */
static struct where after_consent(void *ctx, struct dialogue *d)
{
    struct turn *t = ctx;
    if (!said_yes(d, "consent"))
        return str_is(dialogue_answer(d, "consent"), "no") ? go_away() : go_step("confirm");
    dialogue_put(d, STR("consent"), consent_keep(t, turn_text(t, "flow.consent", NULL, 0)));
    return go_step("confirm");
}

/* ---- confirm ---- */

static void ask_confirm(void *ctx, const struct dialogue *d, struct menu *menu)
{
    struct turn *t = ctx;
    menu->prompt =
        turn_text(t, "flow.volunteer.confirm",
                  FIELDS({"specialty", say_slug(t, LEX_SPECIALTY, dialogue_answer(d, "specialty"))},
                         {"province", say_slug(t, LEX_PROVINCE, dialogue_answer(d, "province"))}));
    menu_yes_no(t, menu);
}

/* Somebody was registered from this phone meanwhile: then who is meant is asked now. */
static struct where after_confirm(void *ctx, struct dialogue *d)
{
    if (!said_yes(d, "confirm"))
        return go_away();
    return dialogue_answer(d, "again").p == NULL && !is_first(ctx, d) ? go_step("again") : go_done();
}

/* Another specialty is not the one that was verified. */
static void take_profile(struct volunteer *v, const struct dialogue *d)
{
    struct str specialty = dialogue_answer(d, "specialty");
    if (!str_eq(v->specialty, specialty)) {
        v->verified_by = STR("");
        v->verified_at = 0;
    }
    v->province = dialogue_answer(d, "province");
    v->specialty = specialty;
    v->availability = dialogue_answer(d, "availability");
}

static void finish(void *ctx, const struct dialogue *d)
{
    struct turn *t = ctx;
    struct volunteer v;
    bool joined = dialogue_answer(d, "team").p != NULL;
    /* who was asked by a recruiter and registers before answering is that person */
    if (!chosen(t, d, &v) && !volunteers_waiting(t, true, &v))
        v = (struct volunteer){.phone = t->contact.phone};
    t->command = command_none(COMMAND_volunteer);
    take_profile(&v, d);
    if (!str_is(dialogue_answer(d, "consent"), "kept")) {
        v.consent_version = dialogue_answer(d, "consent");
        v.consent_at = 0;
    }
    if (joined && !str_to_i64(dialogue_answer(d, "team"), &v.team))
        joined = false; /* unreachable: team_join wrote it */
    volunteer_register(t, &v, joined);
}

static const struct step steps[] = {
    {.name = "team", .ask = ask_nothing, .next = after_team, .needless = is_known},
    {.name = "province", .ask = ask_province, .read = read_province},
    {.name = "specialty", .ask = ask_specialty, .read = read_specialty},
    {.name = "availability", .ask = ask_availability, .read = read_availability},
    {.name = "again", .ask = ask_again, .next = after_again, .needless = is_first},
    {.name = "consent", .ask = ask_consent, .next = after_consent},
    {.name = "confirm", .ask = ask_confirm, .next = after_confirm},
};
const struct flow flow_volunteer = {"volunteer", steps, sizeof steps / sizeof steps[0], finish, "volunteer"};
