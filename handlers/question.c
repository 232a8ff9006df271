/* Open questions. */
#include "handlers/question.h"

#include "gateway/base/json.h"
#include "handlers/flows.h"

static const char *const kind_names[] = {"run", "amount", "pick", "flow", "offer", "invite"};

static bool is_flow(const struct question *q)
{
    return q->kind == QUESTION_FLOW || q->kind == QUESTION_OFFER;
}

void question_ask(struct turn *t, const struct question *question)
{
    const struct lexicon *lexicon = t->config->texts->lexicon;
    struct json *json = json_object_new(), *picks = json_array_new();
    json_put_str(json, "kind", str_of(kind_names[question->kind]));
    json_put_int(json, "asked", question->asked);
    json_put_str(json, "language", str_of(language_codes[t->language]));
    if (is_flow(question))
        json_put(json, "dialogue", dialogue_to_json(&question->dialogue));
    else
        json_put(json, "run", command_to_json(&question->run, lexicon, true));
    if (question->has_second)
        json_put(json, "second", command_to_json(&question->second, lexicon, true));
    for (size_t i = 0; i < question->pick_count; i++) {
        struct json *pick = json_object_new();
        json_put_int(pick, "reference", question->picks[i]);
        json_push(picks, pick);
    }
    json_put(json, "picks", picks);
    t->contact.question = json_write(json, t->arena);
    t->contact.question_at = turn_now(t);
    t->contact.changed = true;
    json_free(json);
}

void question_run(struct turn *t, const struct command *command, unsigned asked)
{
    struct question question = {.kind = QUESTION_RUN, .run = *command, .asked = asked};
    question_ask(t, &question);
}

void question_close(struct turn *t)
{
    t->contact.question = STR("");
    t->contact.question_at = 0;
    t->contact.changed = true;
}

static bool read_question(struct question *q, const struct json *json, const struct lexicon *lexicon,
                          struct arena *arena)
{
    const struct json *second = json_get(json, "second"), *picks = json_get(json, "picks");
    *q = (struct question){.kind = QUESTION_RUN};
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++)
        if (str_is(json_str(json, "kind"), kind_names[i]))
            q->kind = (enum question_kind)i;
    q->asked = (unsigned)json_int(json, "asked", 0);
    if (!language_from(json_str(json, "language"), &q->language))
        q->language = LANGUAGE_FA; /* of an older program */
    q->run = command_from_json(json_get(json, "run"), lexicon, arena);
    q->has_second = second != NULL;
    if (second != NULL)
        q->second = command_from_json(second, lexicon, arena);
    for (size_t i = 0; i < json_count(picks) && i < PICKS_MOST; i++)
        q->picks[q->pick_count++] = (uint32_t)json_int(json_at(picks, i), "reference", 0);
    return !is_flow(q) || dialogue_from_json(&all_flows, json_get(json, "dialogue"), arena, &q->dialogue);
}

bool question_get(struct turn *t, struct question *question)
{
    struct error e;
    if (t->contact.question.n == 0)
        return false;
    int64_t age = turn_now(t) - t->contact.question_at, most = t->config->service.question_window / 1000;
    bool open =
        age <= most && age >= -most; /* below 0: the clock was set back; it does not live longer for it */
    struct json *json = open ? json_read(t->contact.question, &e) : NULL;
    bool good = json != NULL && read_question(question, json, t->config->texts->lexicon, t->arena);
    json_free(json);
    if (!good) /* too old, or of another program's making: as if it had not been asked */
        question_close(t);
    return good;
}

static bool waits_for_number(const struct question *q)
{
    return q->kind != QUESTION_RUN && q->kind != QUESTION_INVITE;
}

/* Whether the text is a command in its own right, whatever is open. */
static bool stands_alone(const struct command *c, const struct question *q)
{
    if (c->digits >= 0 && (waits_for_number(q) || (c->name != COMMAND_stop && c->name != COMMAND_start)))
        return false;
    return !c->guessed && c->problem == PROBLEM_NONE && c->name != COMMAND_unknown &&
           c->name != COMMAND_yes && c->name != COMMAND_no;
}

static enum answer answer_run(const struct command *c, const struct question *q)
{
    bool yes = c->name == COMMAND_yes, no = c->name == COMMAND_no;
    if (c->digits == 1 || (yes && !q->has_second))
        return ANSWER_RUN;
    if (c->digits == 2 && q->has_second)
        return ANSWER_SECOND;
    return c->digits == 2 || c->digits == 0 || no ? ANSWER_DROP : ANSWER_UNCLEAR;
}

static enum answer answer_amount(const struct command *c, struct question *q)
{
    if (c->digits == 0 || c->name == COMMAND_no)
        return ANSWER_DROP;
    if (!c->alone_amount)
        return ANSWER_UNCLEAR;
    q->run.has_amount = c->has_amount;
    q->run.amount_rial = c->amount_rial;
    q->run.money_unit = c->money_unit;
    q->run.bare_amount = c->bare_amount;
    q->run.has_quantity = c->has_quantity;
    q->run.quantity = c->quantity;
    q->run.unit = c->unit;
    return ANSWER_RUN;
}

static enum answer answer_pick(const struct command *c, struct question *q)
{
    if (c->digits == 0 || c->name == COMMAND_no)
        return ANSWER_DROP;
    for (size_t i = 0; i < q->pick_count; i++)
        if (c->digits == (int64_t)i + 1 || c->digits == q->picks[i] || c->reference == q->picks[i]) {
            q->run.reference = q->picks[i];
            return ANSWER_RUN;
        }
    return ANSWER_UNCLEAR;
}

/* `بله 52839177` answers a call, whatever is open, unless it is this question
 * that holds the number.  A number that is wrong answers nothing. */
static bool names_another(const struct command *c, const struct question *q)
{
    bool held = c->reference == q->run.reference && !is_flow(q);
    if (c->name != COMMAND_yes && c->name != COMMAND_no)
        return false;
    for (size_t i = 0; i < q->pick_count; i++)
        held = held || c->reference == q->picks[i];
    return c->problem == PROBLEM_BAD_REFERENCE || (c->reference != 0 && !held);
}

/* Whatever is no command of its own is for the flow to read. */
static enum answer answer_flow(const struct command *c, const struct question *q)
{
    if (q->kind == QUESTION_FLOW)
        return ANSWER_FLOW;
    if (c->digits == 1 || c->name == COMMAND_yes)
        return ANSWER_GO_ON;
    return c->digits == 2 || c->digits == 0 || c->name == COMMAND_no ? ANSWER_DROP : ANSWER_FLOW;
}

enum answer question_answer(const struct turn *t, struct question *q)
{
    const struct command *c = &t->command;
    enum answer answer;
    if (stands_alone(c, q) || names_another(c, q))
        return ANSWER_NONE;
    if (is_flow(q))
        return answer_flow(c, q);
    if (q->kind == QUESTION_AMOUNT)
        answer = answer_amount(c, q);
    else if (q->kind == QUESTION_PICK)
        answer = answer_pick(c, q);
    else
        answer = answer_run(c, q);
    /* What is no answer but was meant as a command of its own is treated as
     * one: telling "that code is wrong" serves better than "please answer". */
    bool own = c->name != COMMAND_unknown && c->name != COMMAND_yes && c->name != COMMAND_no;
    own = own && !(c->digits >= 0 && waits_for_number(q));
    return answer == ANSWER_UNCLEAR && own ? ANSWER_NONE : answer;
}
