/* What a press does: it moves a flow, ends one, or answers a handler. */
#include <stdio.h>

#include "gateway/base/crypto.h"
#include "handlers/converse.h"
#include "handlers/handlers.h"
#include "handlers/question.h"
#include "handlers/ussd_end.h"
#include "handlers/ussd_visit.h"

enum { PATH_BYTES = 200, BEHIND_MOST = 8 };

/* ---- what was left unfinished ---- */

static bool take_stopped(struct visit *v, const struct ussd_session *stopped)
{
    struct said said;
    struct dialogue d;
    enum kept kept = kept_read(v->t, stopped->dialogue, &said, &d);
    if (kept == KEPT_SAID) {
        if (!said_is_open(v->t, &said))
            return false;
        v->said = said;
        v->said.page = v->said.wrong = 0;
        v->in_said = true;
        return true;
    }
    if (kept != KEPT_FLOW || !flow_unfinished(&d))
        return false;
    v->d = d;
    v->d.wrong = 0;
    v->in_said = false;
    return true;
}

/* What goes on by SMS, when that is the newer. */
static bool take_by_sms(struct visit *v, int64_t since_ms)
{
    struct question question;
    if (!question_get(v->t, &question) || question.kind != QUESTION_FLOW ||
        !flow_unfinished(&question.dialogue) || str_is(question.dialogue.flow, flow_name.name) ||
        v->t->contact.question_at * 1000 < since_ms)
        return false;
    v->d = question.dialogue;
    v->d.wrong = v->d.page = 0;
    v->in_said = false;
    return true;
}

bool visit_find_stopped(struct visit *v)
{
    struct turn *t = v->t;
    struct ussd_session rows[BEHIND_MOST];
    int64_t since_ms = t->now_ms - t->config->service.resume_window;
    size_t n = ussd_stopped(t->store, t->arena, v->s->phone, t->session, since_ms, rows, BEHIND_MOST);
    for (size_t i = 0; i < n; i++)
        if (take_stopped(v, &rows[i])) {
            (void)take_by_sms(v, rows[i].updated_ms); /* else what the session holds is the newer */
            return true;
        }
    return take_by_sms(v, since_ms);
}

/* ---- what an input does ---- */

static void end_with(struct visit *v, const char *status, struct str text)
{
    v->s->status = str_of(status);
    v->s->last = true;
    v->text = text;
}

/* Good-bye.  After three wrong answers what was answered before is not lost. */
static void leave(struct visit *v)
{
    bool lost = !v->in_said && v->d.wrong >= DIALOGUE_WRONG_MOST && flow_unfinished(&v->d);
    if (lost) {
        v->d.wrong = 0;
        ussd_hand_off(v->t, &v->d, v->dial);
    }
    end_with(v, lost || v->in_said ? "dropped" : "left", turn_text(v->t, "ussd.left", NULL, 0));
}

/* What a session brings about comes in like a message, so that it can be found
 * again: by what was pressed. */
static void note_message(struct visit *v, const char *command)
{
    struct turn *t = v->t;
    char phone[24];
    struct str when = str_printf(t->arena, "%lld %lld %zu", (long long)v->s->created_ms, (long long)t->now_ms,
                                 v->s->path.n);
    struct str parts[] = {v->s->channel, STR("ussd"), v->s->session, when};
    struct digest key = crypto_digest(parts, 4);
    int n = snprintf(phone, sizeof phone, "%lld", (long long)v->s->phone);
    struct inbound kept = *t->message;
    kept.sender = str_from(phone, n > 0 ? (size_t)n : 0);
    kept.id = v->s->session;
    kept.text = str_printf(t->arena, "*%.*s#", STR_ARG(v->s->path));
    t->message_id = inbox_add(t->store, &kept, &key, zone_day_number(t->zone, turn_now(t)), 0, command,
                              "handled", turn_now(t));
}

/* A handler may have asked something on the screen, or said more than a page
 * holds: then the session goes on.  BEFORE: the question that stood open. */
static void after_handler(struct visit *v, struct str before)
{
    struct turn *t = v->t;
    struct question question;
    bool asked = t->shown.n > 0 && t->contact.question.p != before.p && question_get(t, &question) &&
                 question.kind != QUESTION_FLOW && question.kind != QUESTION_OFFER;
    struct str text = t->shown.n > 0 ? t->shown : turn_text(t, "ussd.left", NULL, 0);
    v->said = (struct said){.text = text};
    if (asked) {
        v->said.question = t->contact.question;
        v->said.asked_at = t->contact.question_at;
    }
    v->in_said = asked || said_view(t, &v->said, &v->door).more;
    if (!v->in_said)
        end_with(v, "done", text);
}

static void finish(struct visit *v)
{
    const struct flow *flow = flow_find(&all_flows, v->d.flow);
    struct str before = v->t->contact.question;
    note_message(v, flow->command);
    flow->finish(v->t, &v->d);
    v->did = v->t->command.name;
    after_handler(v, before);
    flow_settled(v->t, v->d.flow);
}

static void resume(struct visit *v)
{
    if (str_is(dialogue_answer(&v->d, "offer"), "go") && visit_find_stopped(v)) {
        ussd_pass_over(v->t, STR("")); /* this session holds it now */
        return;
    }
    ussd_pass_over(v->t, STR(""));
    struct question question; /* nor is it offered by SMS any more */
    if (question_get(v->t, &question) && question.kind == QUESTION_OFFER)
        question_close(v->t);
    dialogue_start(&all_flows, &v->d, v->t, "root");
}

/* The last part of a text that asks nothing ends the session. */
static void end_if_read(struct visit *v)
{
    struct menu_view view = said_view(v->t, &v->said, &v->door);
    if (v->said.question.n == 0 && !view.more)
        end_with(v, "done", view.text);
}

static void answer_question(struct visit *v, struct str input)
{
    struct turn *t = v->t;
    struct str before = t->contact.question;
    t->command = *v->command;
    t->shown = STR("");
    switch (said_hear(t, &v->said, &v->door, input)) {
    case SAID_PAGE:
        end_if_read(v);
        return;
    case SAID_LEFT:
        leave(v);
        return;
    case SAID_READ:
        end_with(v, "done", turn_text(t, "ussd.left", NULL, 0));
        return;
    case SAID_GONE:
        end_with(v, "done", turn_text(t, "ussd.gone", NULL, 0));
        return;
    case SAID_ANSWER:
        note_message(v, command_names[v->command->name]);
        converse(t);
        v->did = t->command.name;
        after_handler(v, before);
        return;
    }
}

static void hear(struct visit *v, struct str input)
{
    if (v->in_said) {
        answer_question(v, input);
        return;
    }
    switch (dialogue_hear(&all_flows, &v->d, v->t, &v->door, input, v->t->arena)) {
    case HEARD_PAGE:
        return;
    case HEARD_LEFT:
        leave(v);
        return;
    case HEARD_DONE:
        if (str_is(v->d.flow, flow_resume.name))
            resume(v);
        else
            finish(v);
        return;
    }
}

static void note_path(struct visit *v, struct str input)
{
    struct str path = v->s->path;
    if (path.n + input.n < PATH_BYTES)
        v->s->path =
            path.n == 0 ? input : str_printf(v->t->arena, "%.*s*%.*s", STR_ARG(path), STR_ARG(input));
}

/* Behind a wrong answer, or behind a handler's question that nobody has seen
 * yet, the rest of what was dialled means nothing. */
void visit_hear(struct visit *v, const struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->n && !v->s->last; i++) {
        bool unseen = i > 0 && (v->in_said || v->d.wrong > 0);
        if (unseen)
            return;
        note_path(v, inputs->v[i]);
        hear(v, inputs->v[i]);
    }
}
