/* enlist: `عضو 0912… پزشک زنجان`.  A recruiter names a person, who is asked by
 * SMS, once ever, whoever asks; only a yes makes them a volunteer.
 *
 * Who is no recruiter learns nothing: not even that the command is open. */
#include "gateway/base/segment.h"
#include "gateway/store/store_office.h"
#include "handlers/handlers.h"
#include "handlers/question.h"
#include "handlers/volunteers.h"

const struct message_spec enlist_messages[] = {
    {"enlist.consent", "recruiter", ROOM_ONE},
    {"enlist.someone", "", ROOM_PART},
    {"enlist.ok", "contacted ready", ROOM_ONE},
    {"enlist.ask", "phone", ROOM_ONE},
    {"enlist.phone", "", ROOM_ONE},
    {"enlist.bad", "phone", ROOM_ONE},
    {"enlist.known", "", ROOM_ONE},
    {"enlist.declined", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

/* The role is the principal's where they are a deputy, the name their own. */
static bool may_enlist(const struct turn *t, struct staff *staff)
{
    struct actor actor;
    return staff_get(t->store, t->arena, t->contact.phone, staff) &&
           actor_get(t->store, t->arena, t->contact.phone, DOOR_SMS, &actor) &&
           role_may(actor.role, ROLE_RECRUITER);
}

/* As people write it at home: 0912… */
static struct str say_number_at_home(const struct turn *t, struct str digits)
{
    struct str country = t->config->service.country;
    return str_starts(digits, country) ? str_printf(t->arena, "0%.*s", STR_ARG(str_after(digits, country.n)))
                                       : digits;
}

/* The request as it is shown.  A name in other letters than the text could make
 * two messages of it. */
static struct str request(const struct turn *other, const struct staff *staff)
{
    struct str someone = turn_text(other, "enlist.someone", NULL, 0);
    struct str name = staff->name.n > 0 ? staff->name : someone;
    struct str text = turn_text(other, "enlist.consent", FIELDS({"recruiter", name}));
    if (sms_measure(text).segments > 1)
        text = turn_text(other, "enlist.consent", FIELDS({"recruiter", someone}));
    return text;
}

static struct str slug_of(const struct turn *t, enum lex_kind kind, int place)
{
    return place >= 0 ? t->config->texts->lexicon->names[kind].v[place].slug : STR("");
}

/* The very words are kept before they are sent: which of them a later yes
 * agrees to is known then. */
static void ask_person(struct turn *other, const struct staff *staff)
{
    const struct command *c = &other->command;
    struct question question = {.kind = QUESTION_INVITE, .run = command_none(COMMAND_volunteer)};
    struct str text = request(other, staff);
    struct volunteer v = {.phone = other->contact.phone,
                          .province = slug_of(other, LEX_PROVINCE, c->province),
                          .specialty = slug_of(other, LEX_SPECIALTY, c->specialty),
                          .availability = slug_of(other, LEX_AVAILABILITY, c->availability),
                          .status = STR("invited"),
                          .consent_version = consent_keep(other, text),
                          .recruiter = staff->phone};
    volunteer_put(other->store, &v, turn_now(other));
    question_ask(other, &question); /* a newer one replaces it */
    turn_send(other, text);
    contact_put(other->store, &other->contact, turn_now(other));
}

static void say_figures(struct turn *t, const struct staff *staff)
{
    int64_t contacted, ready;
    staff_enlisted(t->store, staff->phone, &contacted, &ready);
    turn_confirm(t, "enlist.ok",
                 FIELDS({"contacted", say_count(t, contacted)}, {"ready", say_count(t, ready)}));
}

/* The language of the recruiter's words, whatever the recruiter chose. */
static enum language language_of_words(const struct turn *t)
{
    return t->command.has_language ? t->command.language : t->language;
}

void handle_enlist(struct turn *t)
{
    struct staff staff;
    struct volunteer before;
    int64_t phone = 0;
    if (!may_enlist(t, &staff)) {
        handle_closed(t);
        return;
    }
    if (!str_to_i64(t->command.phone, &phone)) {
        turn_say(t, "enlist.phone", NULL, 0);
        return;
    }
    struct str shown = say_number_at_home(t, t->command.phone);
    struct turn other = turn_towards(t, phone, language_of_words(t));
    if (phone == t->contact.phone || is_own_line(t->config, shown))
        turn_say(t, "enlist.bad", FIELDS({"phone", shown}));
    else if (other.contact.stopped_at > 0 || volunteer_of(t->store, t->arena, phone, &before, 1) > 0)
        turn_say(t, "enlist.known", NULL, 0);
    else if (t->command.guessed && !(t->asked & ASKED_GUESS)) {
        question_run(t, &t->command, ASKED_GUESS);
        turn_say(t, "enlist.ask", FIELDS({"phone", shown}));
    } else {
        ask_person(&other, &staff);
        say_figures(t, &staff);
    }
}

void enlist_answered(struct turn *t, bool yes)
{
    struct volunteer v;
    t->command = command_none(COMMAND_volunteer);
    if (!volunteers_waiting(t, false, &v)) { /* registered in another way, or forgotten, meanwhile */
        turn_say_limited(t, "answer.nothing", NULL, 0);
        return;
    }
    v.status = yes ? STR("active") : STR("declined");
    if (yes) {
        v.consent_channel = t->on_screen ? STR("ussd") : STR("sms");
        v.consent_at = turn_now(t);
    }
    volunteer_put(t->store, &v, turn_now(t));
    if (yes)
        volunteer_complete(t, &v);
    else
        turn_confirm(t, "enlist.declined", NULL, 0);
}
