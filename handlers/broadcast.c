/* broadcast: `پخش پزشکان زنجان: …`, `پخش خودم: …`, `پخش 52839177`, and behind
 * its number what shall become of it.
 *
 * Whatever writes waits for its code.  Who is no coordinator learns nothing:
 * not even that the command is open. */
#include "gateway/base/fold.h"
#include "gateway/base/utf8.h"
#include "handlers/code.h"
#include "handlers/handlers.h"
#include "handlers/office_broadcast.h"

const struct message_spec broadcast_messages[] = {
    {"broadcast.form", "", ROOM_ONE},
    {"broadcast.preview", "people segs cost end otp", ROOM_ONE},
    {"broadcast.forced", "char position", ROOM_ONE},
    {"broadcast.code", "ref otp", ROOM_ONE},
    {"broadcast.progress", "ref people sent waits state", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

static int steer_of(const struct turn *t, struct str words)
{
    struct str glued = fold_glued(t->arena, fold(t->arena, words));
    const struct lex_entry *entry = lexicon_find(t->config->texts->lexicon, LEX_STEER, glued);
    return entry != NULL ? entry->value : -1;
}

static void say_said(struct turn *t, const struct office *o, const struct office_said *said)
{
    if (said->key != NULL)
        turn_answer(t, office_text(o, said, t->language));
}

/* ---- a new one ---- */

/* In a text of Latin letters one curly quote can make two segments of one. */
static void say_what_forced(struct turn *t, const struct broadcast_preview *p)
{
    struct str rest = p->character;
    uint32_t c = p->forced ? utf8_next(&rest) : 0;
    if (!p->forced || p->size.segments == 1 || (c >= 0x0600 && c <= 0x06FF) || c == 0x200C)
        return; /* a Persian text is UCS-2 anyhow */
    turn_send_in(t, LANE_CODE,
                 turn_text(t, "broadcast.forced",
                           FIELDS({"char", str_printf(t->arena, "U+%04X", (unsigned)c)},
                                  {"position", say_count(t, (int64_t)p->place + 1)})));
}

static void say_preview(struct turn *t, const struct broadcast_preview *p)
{
    struct str code = code_make(t, &t->command);
    if (code.p == NULL)
        return; /* it has said why */
    say_what_forced(t, p);
    turn_send_in(
        t, LANE_CODE,
        turn_text(t, "broadcast.preview",
                  FIELDS({"people", say_count(t, p->people)}, {"segs", say_count(t, p->size.segments)},
                         {"cost", say_cost(t, p->cost_rial)}, {"end", say_end(t, p->finish_ms / 1000)},
                         {"otp", code})));
}

/* What is wrong with the audience is said in the phone's own language. */
static void say_fault(struct turn *t, const struct office *o, struct office_said *said,
                      const struct broadcast_preview *p)
{
    if (p->fault.problem != AUDIENCE_FINE)
        said->fields[0].value =
            audience_fault_text(t->config->texts->catalogue[t->language], t->arena, &p->fault, t->language);
    say_said(t, o, said);
}

static void begin(struct turn *t, const struct office *o, const struct broadcast_wish *wish)
{
    struct broadcast_preview preview;
    struct broadcast made;
    struct office_said said = office_broadcast_preview(o, wish, &preview);
    if (said.key != NULL) {
        say_fault(t, o, &said, &preview);
        return;
    }
    if (!(t->asked & ASKED_CODE)) {
        say_preview(t, &preview);
        return;
    }
    said = office_broadcast_keep(o, wish, &preview, &made);
    if (said.status == OFFICE_DONE)
        said = office_broadcast_approve(o, made.reference, &made);
    say_said(t, o, &said);
}

/* ---- one that is there ---- */

static void say_progress(struct turn *t, const struct office *o, const struct broadcast *b)
{
    struct broadcast_progress p;
    office_broadcast_progress(o, b, &p);
    turn_say(t, "broadcast.progress",
             FIELDS({"ref", say_number(t, b->reference)}, {"people", say_count(t, b->people)},
                    {"sent", say_count(t, p.sent)}, {"waits", say_count(t, p.waits)},
                    {"state", say_broadcast_status(t, b->status)}));
}

static void say_code(struct turn *t, const struct broadcast *b)
{
    struct str code = code_make(t, &t->command);
    if (code.p != NULL)
        turn_send_in(
            t, LANE_CODE,
            turn_text(t, "broadcast.code", FIELDS({"ref", say_number(t, b->reference)}, {"otp", code})));
}

static void look_after(struct turn *t, const struct office *o)
{
    struct broadcast b;
    int steer = steer_of(t, t->command.text);
    struct office_said said = office_broadcast_get(o, t->command.reference, &b);
    if (said.key != NULL) {
        say_said(t, o, &said);
    } else if (t->command.text.n == 0) {
        say_progress(t, o, &b);
    } else if (steer < 0 || steer == STEER_ME) {
        turn_say(t, "broadcast.form", NULL, 0);
    } else if (!(t->asked & ASKED_CODE)) {
        say_code(t, &b);
    } else {
        said = steer == STEER_APPROVE ? office_broadcast_approve(o, b.reference, &b)
                                      : office_broadcast_steer(o, b.reference, (enum steer)steer, &b);
        if (said.key != NULL && str_is(str_of(said.key), "broadcast.state"))
            said.fields[1].value = say_broadcast_status(t, b.status);
        say_said(t, o, &said);
    }
}

void handle_broadcast(struct turn *t)
{
    struct office o;
    const struct command *c = &t->command;
    struct broadcast_wish wish = {.audience = c->audience, .text = c->text, .channel = t->line};
    if (!office_of(t, &o) || !role_may(o.actor.role, ROLE_COORDINATOR)) {
        handle_closed(t);
    } else if (c->problem == PROBLEM_BAD_REFERENCE) {
        turn_say(t, "broadcast.none", FIELDS({"typed", c->typed}));
    } else if (c->reference != 0) {
        look_after(t, &o);
    } else if (steer_of(t, c->audience) == STEER_ME) {
        struct office_said said = office_broadcast_test(&o, &wish, t->contact.phone);
        if (said.status != OFFICE_DONE)
            say_said(t, &o, &said);
    } else if (c->audience.n == 0 || c->text.n == 0) {
        turn_say(t, "broadcast.form", NULL, 0);
    } else {
        begin(t, &o, &wish);
    }
}
