/* How sessions end without a result, and how they are offered to be finished. */
#include "handlers/ussd_end.h"

#include "handlers/converse.h"
#include "handlers/flows.h"
#include "handlers/question.h"
#include "handlers/ussd.h"
#include "handlers/ussd_said.h"

enum { DAY = 86400, BEHIND_MOST = 16, HAND_OFF_MS = 15 * 60 * 1000 };

struct str ussd_dial(const struct config *config, struct str channel)
{
    const struct channel *c = config_channel(config, channel);
    return c != NULL ? c->dial : STR("");
}

/* Once a day: by this it is decided and noted. */
static bool may_hand_off(struct turn *t)
{
    int64_t age = turn_now(t) - t->contact.handed_at;
    if (t->line.n == 0 || (age >= 0 && age < DAY)) /* below 0: the clock was set back */
        return false;
    t->contact.handed_at = turn_now(t);
    t->contact.changed = true;
    return true;
}

/* An offer that stands is kept up with, without another SMS. */
static bool is_offered(struct turn *t, const struct dialogue *d)
{
    struct question question;
    return question_get(t, &question) && question.kind == QUESTION_OFFER &&
           str_eq(question.dialogue.flow, d->flow);
}

void ussd_hand_off(struct turn *t, const struct dialogue *d, struct str dial)
{
    struct question question = {.kind = QUESTION_OFFER, .dialogue = *d};
    bool may = may_hand_off(t);
    if (!may && !is_offered(t, d))
        return;
    question_ask(t, &question);
    if (!may)
        return;
    bool mark = t->language == LANGUAGE_FA; /* right-to-left text would turn it round */
    struct str marked = str_printf(t->arena, "%s%.*s", mark ? "\u200E" : "", STR_ARG(dial));
    turn_send_for(t, LANE_CODE,
                  dial.n > 0 ? turn_text(t, "ussd.handoff", FIELDS({"dial", marked}))
                             : turn_text(t, "ussd.handoff.plain", NULL, 0),
                  HAND_OFF_MS);
}

/* A handler's own question goes out itself, to be answered by SMS. */
static void hand_off_question(struct turn *t, const struct said *said)
{
    if (said_is_open(t, said) && may_hand_off(t))
        turn_send_for(t, LANE_CODE, said->text, HAND_OFF_MS);
}

void ussd_end(struct turn *t, struct ussd_session *s, struct str dial)
{
    struct dialogue d;
    struct said said;
    if (!str_is(s->status, "open"))
        return;
    contact_get(t->store, t->arena, s->phone, &t->contact);
    t->language = language_for(t);
    enum kept kept = kept_read(t, s->dialogue, &said, &d);
    if (kept == KEPT_SAID)
        hand_off_question(t, &said);
    else if (kept == KEPT_FLOW && flow_unfinished(&d))
        ussd_hand_off(t, &d, dial);
    if (t->contact.changed)
        contact_put(t->store, &t->contact, turn_now(t));
    s->status = STR("dropped");
    s->updated_ms = t->now_ms;
    ussd_put(t->store, s);
}

void ussd_pass_over(struct turn *t, struct str flow)
{
    struct ussd_session rows[BEHIND_MOST];
    int64_t since_ms = t->now_ms - t->config->service.resume_window;
    size_t n = ussd_stopped(t->store, t->arena, t->contact.phone, t->session, since_ms, rows, BEHIND_MOST);
    for (size_t i = 0; i < n; i++) {
        struct said said;
        struct dialogue d;
        if (flow.n > 0 && !(kept_read(t, rows[i].dialogue, &said, &d) == KEPT_FLOW && str_eq(d.flow, flow)))
            continue;
        rows[i].status = STR("left");
        ussd_put(t->store, &rows[i]);
    }
}

size_t dispatch_idle_sessions(struct store *store, const struct config *config, struct zone *zone,
                              struct arena *arena, int64_t now_ms,
                              struct str (*line_of)(const struct config *config, struct str channel),
                              size_t most)
{
    struct ussd_session *rows = arena_array(arena, struct ussd_session, most);
    size_t n = ussd_idle(store, arena, now_ms - USSD_IDLE_MS, rows, most);
    for (size_t i = 0; i < n; i++) {
        struct inbound message = {.channel = rows[i].channel};
        struct turn t = {.store = store,
                         .config = config,
                         .arena = arena,
                         .zone = zone,
                         .now_ms = now_ms,
                         .message = &message,
                         .command = command_none(COMMAND_unknown),
                         .line = line_of(config, rows[i].channel),
                         .on_screen = true};
        ussd_end(&t, &rows[i], ussd_dial(config, rows[i].channel));
    }
    return n;
}
