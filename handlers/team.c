/* Groups: `داوطلب گروه یاران` of the leader is answered with a code, a reference
 * that names the group; `داوطلب 48291761` of a member joins it. */
#include "gateway/base/fold.h"
#include "gateway/base/segment.h"
#include "handlers/handlers.h"
#include "handlers/question.h"
#include "handlers/volunteers.h"

enum { HOUR = 3600, NAME_UNITS = 40 };

const struct message_spec team_messages[] = {
    {"team.ok", "name ref", ROOM_ONE},
    {"team.ask", "name", ROOM_ONE},
    {"team.name", "", ROOM_ONE},
    {"team.joined", "name specialty", ROOM_ONE},
    {"team.members", "name count ref", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

/* As it was written, on one line; empty where no letter stands in it. */
static struct str name_of(const struct turn *t)
{
    struct str folded = fold(t->arena, t->command.text), name = str_trim(t->command.text);
    struct sbuf line = sbuf_in(t->arena);
    size_t letters = 0;
    for (size_t i = 0; i < folded.n; i++)
        letters += strchr("0123456789 .,:;-_!?()\"'", folded.p[i]) == NULL;
    for (size_t i = 0; i < name.n; i++)
        sbuf_byte(&line, (unsigned char)name.p[i] < ' ' ? ' ' : name.p[i]);
    return letters >= 2 ? sms_cut(t->arena, sbuf_str(&line), NAME_UNITS) : STR("");
}

/* A phone leads one group: named again, it is the same with another name. */
void team_register(struct turn *t)
{
    struct team team;
    struct str name = name_of(t);
    if (name.n == 0) {
        turn_say(t, "team.name", NULL, 0);
        return;
    }
    if (t->command.guessed && !(t->asked & ASKED_GUESS)) {
        question_run(t, &t->command, ASKED_GUESS);
        turn_say(t, "team.ask", FIELDS({"name", name}));
        return;
    }
    bool known = team_of(t->store, t->arena, t->contact.phone, &team);
    team.name = name;
    team.leader = t->contact.phone;
    team.language = t->language;
    if (known)
        team_rename(t->store, &team);
    else if (!team_add(t->store, &team, turn_now(t)))
        return; /* sticky: the turn will be undone */
    turn_confirm(t, "team.ok", FIELDS({"name", name}, {"ref", say_number(t, team.reference)}));
}

static struct str members_text(const struct turn *t, const struct team *team)
{
    int64_t members = team_members(t->store, team->id);
    return turn_text(t, "team.members",
                     FIELDS({"name", team->name}, {"count", say_count(t, members)},
                            {"ref", say_number(t, team->reference)}));
}

bool team_join(struct turn *t, struct dialogue *d)
{
    struct team team;
    if (t->command.problem == PROBLEM_BAD_REFERENCE ||
        !team_get(t->store, t->arena, t->command.reference, &team)) {
        turn_say(t, "ref.bad", FIELDS({"ref", t->command.typed}));
        return false;
    }
    if (team.leader == t->contact.phone) {
        turn_answer(t, members_text(t, &team)); /* on request, so without a limit */
        return false;
    }
    d->step = STR("team");
    dialogue_put(d, STR("team"), str_printf(t->arena, "%lld", (long long)team.id));
    return true;
}

static void tell_leader(struct turn *t, const struct team *team)
{
    struct turn leader = turn_towards(t, team->leader, team->language);
    if (team->leader <= 0) /* forgotten */
        return;
    if (leader.line.n == 0 || leader.contact.stopped_at > 0 ||
        !team_tell(t->store, team->id, turn_now(t) - HOUR, turn_now(t)))
        return;
    turn_send(&leader, members_text(&leader, team));
    contact_put(t->store, &leader.contact, turn_now(t));
}

void team_joined(struct turn *t, const struct volunteer *member)
{
    struct team team;
    if (!team_get(t->store, t->arena, store_reference(t->store, member->team), &team))
        return; /* unreachable: groups are not taken away */
    turn_confirm(t, "team.joined",
                 FIELDS({"name", team.name}, {"specialty", say_slug(t, LEX_SPECIALTY, member->specialty)}));
    tell_leader(t, &team);
}
