/* USSD sessions: each press finds where its phone stands, moves it on, and is
 * kept together with the page that answers it.  A repeated press gets that
 * page again; what drops can be gone on with, by dialling again or by SMS. */
#include "handlers/ussd.h"

#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "handlers/converse.h"
#include "handlers/handlers.h"
#include "handlers/ussd_end.h"
#include "handlers/ussd_visit.h"

enum { SAME_PRESS_MS = 1000, LATE_START_MS = 30 * 1000 };

/* ---- finding the session ---- */

static bool find_session(struct turn *t, const struct ussd_step *step, struct ussd_session *s)
{
    struct phone phone = phone_parse(step->phone, t->config->service.country.p);
    struct str key = step->session.n > 0 ? step->session : str_dup(t->arena, str_of(phone.digits));
    bool known = ussd_get(t->store, t->arena, step->channel, key, s);
    if (!known)
        *s = (struct ussd_session){.channel = step->channel, .session = key, .status = STR("")};
    int64_t number = 0;
    if (!phone_reachable(&phone) || !str_to_i64(str_of(phone.digits), &number))
        return known;                  /* its phone is that of an earlier step */
    if (known && s->phone != number) { /* two phones, one id: the later one begins anew */
        *s = (struct ussd_session){.id = s->id, .channel = step->channel, .session = key, .status = STR("")};
        known = false;
    }
    s->phone = number;
    return known;
}

/* ---- the same press again, or an older one that comes late ---- */

/* The telecom's numbers of hops, not ids that only differ. */
static bool is_older_hop(struct str hop, struct str newest)
{
    uint64_t one, other;
    return hop.n <= 3 && newest.n <= 3 && str_to_u64(hop, &one) && str_to_u64(newest, &other) && one < other;
}

/* All input so far, of a step before the newest. */
static bool is_older_text(const struct ussd_step *step, const struct ussd_session *s, int64_t now_ms)
{
    size_t n = step->input.n;
    if (n == 0) /* the first step, late; or dialled again, where ids are used again */
        return s->heard.n > 0 && !s->last && step->session.n > 0 && now_ms - s->created_ms < LATE_START_MS;
    return n < s->heard.n && str_starts(s->heard, step->input) && s->heard.p[n] == '*';
}

/* The same hop, the same accumulated text; where the telecom gives neither,
 * the same input within a second. */
static bool is_repeat(const struct ussd_step *step, const struct ussd_session *s, int64_t now_ms)
{
    bool same = str_eq(step->input, s->heard);
    bool own_id = step->session.n > 0; /* else the phone stands for it, and yesterday's looks alike */
    int64_t age_ms = now_ms - s->updated_ms;
    bool first = step->first == FIRST_YES;
    if (!own_id && age_ms > USSD_IDLE_MS)
        return false;
    if (s->last && own_id && !first && age_ms <= USSD_IDLE_MS && step->input.n > 0 &&
        (same || (step->accumulated && str_starts(step->input, s->heard))))
        return true; /* it has ended, and the phone did not see it */
    if (step->hop.n > 0)
        return str_eq(step->hop, s->hop) || (own_id && !first && is_older_hop(step->hop, s->hop));
    if (step->accumulated)
        return same || is_older_text(step, s, now_ms);
    return same && llabs(age_ms) < SAME_PRESS_MS; /* below 0: the clock was set back */
}

/* Whether it begins: a session that was reported over too early goes on. */
static bool is_fresh(const struct ussd_step *step, const struct ussd_session *s, bool known, int64_t now_ms)
{
    bool lives = str_is(s->status, "open") || (step->session.n > 0 && !s->last && s->dialogue.n > 0);
    bool dialled = step->first == FIRST_YES ||
                   (step->accumulated && step->input.n == 0 && s->heard.n > 0); /* from its beginning */
    bool idle = now_ms - s->updated_ms > USSD_IDLE_MS;
    return !step->over &&
           (!known || !lives || dialled || (step->first == FIRST_UNKNOWN && (idle || input_dialled(step))));
}

/* ---- where it stands ---- */

static struct inputs begin_anew(struct visit *v, const struct ussd_step *step)
{
    struct ussd_session *s = v->s;
    struct inputs none = {.n = 0}, inputs = inputs_dialled(v->t->arena, step->input, step->code, v->dial);
    if (step->first == FIRST_NO) /* an answer, and we don't know to what */
        inputs = none;
    if (s->id != 0) { /* where the phone is the session, what was dropped has its name */
        ussd_set_aside(v->t->store, s->id);
        s->id = v->t->session = 0;
    }
    s->created_ms = v->t->now_ms;
    s->code = step->code;
    s->path = STR("");
    bool offer = inputs.n == 0 && visit_find_stopped(v);
    v->in_said = false;
    dialogue_start(&all_flows, &v->d, v->t, offer ? "resume" : "root");
    return inputs;
}

static struct inputs go_on(struct visit *v, const struct ussd_step *step)
{
    enum kept kept = kept_read(v->t, v->s->dialogue, &v->said, &v->d);
    v->in_said = kept == KEPT_SAID;
    if (kept == KEPT_NOTHING)
        dialogue_start(&all_flows, &v->d, v->t, "root"); /* an older program's */
    return inputs_next(v->t->arena, step, v->s->heard);
}

/* ---- a step ---- */

/* Where it stands; nothing, once it has ended with all that was to be done. */
static struct str state_of(struct visit *v)
{
    bool over = v->s->last && !str_is(v->s->status, "dropped");
    if (over || v->in_said)
        return over ? STR("") : said_write(v->t, &v->said);
    struct json *json = dialogue_to_json(&v->d);
    struct str text = json_write(json, v->t->arena);
    json_free(json);
    return text;
}

static void keep(struct visit *v, const struct ussd_step *step)
{
    struct ussd_session *s = v->s;
    if (!s->last)
        v->text = v->in_said ? said_view(v->t, &v->said, &v->door).text
                             : dialogue_page(&all_flows, &v->d, v->t, &v->door, v->t->arena);
    s->dialogue = state_of(v);
    s->unfinished = s->dialogue.n > 0 && (v->in_said ? v->said.question.n > 0 : flow_unfinished(&v->d));
    s->heard = step->input;
    s->hop = step->hop;
    s->page = v->text;
    s->updated_ms = v->t->now_ms;
    ussd_put(v->t->store, s);
    if (v->t->contact.changed)
        contact_put(v->t->store, &v->t->contact, turn_now(v->t));
    if (v->t->unanswered)
        inbox_settle(v->t->store, v->t->message_id, "handled", "", true, turn_now(v->t));
}

static bool run_step(struct visit *v, const struct ussd_step *step, bool known, int64_t septets)
{
    struct turn *t = v->t;
    if (!store_savepoint(t->store))
        return false;
    contact_get(t->store, t->arena, v->s->phone, &t->contact);
    t->language = language_for(t);
    v->door = door_ussd(t, septets);
    t->session = v->s->id;
    bool fresh = is_fresh(step, v->s, known, t->now_ms);
    v->s->status = STR("open");
    v->s->last = false;
    struct inputs inputs = fresh ? begin_anew(v, step) : go_on(v, step);
    visit_hear(v, &inputs);
    keep(v, step);
    return store_failed(t->store) == STORE_FINE && store_savepoint_keep(t->store);
}

static enum dispatch_outcome after_failure(struct turn *t, struct ussd_shown *shown)
{
    if (store_failed(t->store) != STORE_CONFLICT)
        return DISPATCH_ENGINE;
    LOG(LOG_ERROR, "handler_failed", "command=ussd reason=\"%s\"", store_reason(t->store));
    store_savepoint_undo(t->store);
    *shown = (struct ussd_shown){false, turn_text(t, "ussd.sorry", NULL, 0), true, COMMAND_unknown};
    return store_failed(t->store) == STORE_FINE ? DISPATCH_FAILED : DISPATCH_ENGINE;
}

static enum dispatch_outcome handle_step(struct visit *v, const struct ussd_step *step, bool known,
                                         int64_t septets, struct ussd_shown *shown)
{
    struct turn *t = v->t;
    struct ussd_session *s = v->s;
    bool brings_more = step->accumulated && input_goes_on(step, s->heard); /* an answer, with the end */
    if (step->over && !(known && str_is(s->status, "open")))
        return DISPATCH_OK; /* there is nothing to end */
    if (s->phone == 0) {
        *shown = (struct ussd_shown){false, turn_text(t, "ussd.nobody", FIELDS({"phone", say_phone(t)})),
                                     true, COMMAND_unknown};
        return DISPATCH_OK;
    }
    if (!step->over && known && is_repeat(step, s, t->now_ms)) {
        *shown = (struct ussd_shown){false, s->page, s->last, COMMAND_unknown};
        return DISPATCH_REPEAT;
    }
    if ((!step->over || brings_more) && !run_step(v, step, known, septets))
        return after_failure(t, shown);
    if (step->over)
        ussd_end(t, s, v->dial);
    else
        *shown = (struct ussd_shown){false, s->page, s->last, v->did};
    return store_failed(t->store) == STORE_FINE ? DISPATCH_OK : DISPATCH_ENGINE;
}

enum dispatch_outcome dispatch_step(struct store *store, const struct config *config, struct zone *zone,
                                    struct arena *arena, int64_t now_ms, const struct ussd_step *given,
                                    const struct command *command, struct str line, int64_t septets,
                                    struct ussd_shown *shown)
{
    struct ussd_step step = *given;
    step.input = utf8_repair(arena, given->input, &step.unreadable);
    struct inbound message = {.channel = step.channel, .sender = step.phone, .text = step.input};
    struct turn t = {.store = store,
                     .config = config,
                     .arena = arena,
                     .zone = zone,
                     .now_ms = now_ms,
                     .message = &message,
                     .command = command_none(COMMAND_unknown),
                     .line = line,
                     .on_screen = true};
    struct ussd_session s;
    struct visit v = {.t = &t,
                      .s = &s,
                      .command = command,
                      .dial = ussd_dial(config, step.channel),
                      .did = COMMAND_unknown};
    bool known = find_session(&t, &step, &s);
    *shown = (struct ussd_shown){.none = true, .did = COMMAND_unknown};
    t.language = language_for(&t);
    if (store_failed(store) != STORE_FINE)
        return DISPATCH_ENGINE;
    return handle_step(&v, &step, known, septets, shown);
}
