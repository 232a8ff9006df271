/* need: `نیاز 1007`, `نیاز زنجان دارو`, `نیاز`; and what is said of a code
 * that is wrong.  It only reads, so a guess may run. */
#include "gateway/base/damm.h"
#include "gateway/base/segment.h"
#include "handlers/handlers.h"
#include "handlers/question.h"

const struct message_spec need_messages[] = {
    {"need.status", "left title day code", ROOM_ONE},
    {"need.status.unverified", "left title code", ROOM_ONE},
    {"need.filled", "title", ROOM_ONE},
    {"need.closed", "title", ROOM_ONE},
    {"need.none", "", ROOM_ONE},
    {"need.code.bad", "typed", ROOM_ONE},
    {"need.ambiguous", "", ROOM_ONE},
    {"need.list", "", ROOM_PART},
    {"need.list.line", "title code", ROOM_PART},
    {"code.bad", "typed", ROOM_ONE},
    {"code.near", "typed title", ROOM_ONE},
    {"code.near.two", "title title2", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

enum { NEAR_MOST = 2, LIST_MOST = 8 };

/* ---- a wrong code ---- */

/* Open needs one wrong digit or one swap away from what was typed. */
struct near {
    struct turn *t;
    struct need found[NEAR_MOST];
    size_t n;
};

static void try_code(struct near *near, struct str digits)
{
    uint64_t code;
    struct need need;
    if (near->n == NEAR_MOST || !code_valid(digits) || !str_to_u64(digits, &code))
        return;
    if (need_get(near->t->store, near->t->arena, (uint32_t)code, &need) && str_is(need.status, "open"))
        near->found[near->n++] = need;
}

static void find_near(struct near *near, struct str typed)
{
    char digits[8];
    if (typed.n < 4 || typed.n > 7)
        return;
    for (size_t i = 0; i + 1 < typed.n; i++) { /* swaps first: they are the likelier slip */
        memcpy(digits, typed.p, typed.n);
        digits[i] = typed.p[i + 1];
        digits[i + 1] = typed.p[i];
        try_code(near, str_from(digits, typed.n));
    }
    for (size_t i = 0; i < typed.n; i++)
        for (char d = '0'; d <= '9'; d++) {
            memcpy(digits, typed.p, typed.n);
            digits[i] = d;
            if (d != typed.p[i])
                try_code(near, str_from(digits, typed.n));
        }
}

/* Each of the needs a slip away needs its own yes. */
static void ask_near(struct turn *t, const struct near *near)
{
    struct question question = {.kind = QUESTION_RUN, .run = t->command, .asked = t->asked | ASKED_GUESS};
    question.run.need = near->found[0].code;
    question.has_second = near->n > 1;
    if (near->n > 1) {
        question.second = t->command;
        question.second.need = near->found[1].code;
    }
    question_ask(t, &question);
    if (near->n > 1)
        turn_say(t, "code.near.two",
                 FIELDS({"title", say_title(t, &near->found[0])}, {"title2", say_title(t, &near->found[1])}));
    else
        turn_say(t, "code.near",
                 FIELDS({"typed", t->command.typed}, {"title", say_title(t, &near->found[0])}));
}

void say_bad_code(struct turn *t)
{
    bool reads = t->command.name == COMMAND_need;
    struct near near = {.t = t};
    find_near(&near, t->command.typed);
    if (near.n > 0)
        ask_near(t, &near);
    else
        turn_say(t, reads ? "need.code.bad" : "code.bad", FIELDS({"typed", t->command.typed}));
}

/* ---- one need ---- */

static void say_need(struct turn *t, const struct need *need)
{
    if (str_is(need->status, "filled") || str_is(need->status, "withdrawn") ||
        str_is(need->status, "paused")) {
        turn_say(t, str_is(need->status, "filled") ? "need.filled" : "need.closed",
                 FIELDS({"title", say_title(t, need)}));
        return;
    }
    if (need->verified_at == 0)
        turn_say(t, "need.status.unverified",
                 FIELDS({"left", say_left(t, need)}, {"title", say_title(t, need)},
                        {"code", say_number(t, need->code)}));
    else
        turn_say(t, "need.status",
                 FIELDS({"left", say_left(t, need)}, {"title", say_title(t, need)},
                        {"day", say_day(t, need->verified_at)}, {"code", say_number(t, need->code)}));
}

/* ---- a list ---- */

static struct str slug(const struct turn *t, enum lex_kind kind, int index)
{
    return index >= 0 ? t->config->texts->lexicon->names[kind].v[index].slug : STR("");
}

static void say_list(struct turn *t, struct str province, struct str category)
{
    struct need needs[LIST_MOST];
    size_t n = need_urgent(t->store, t->arena, province, category, needs, LIST_MOST);
    if (n == 0) {
        turn_say(t, "need.none", NULL, 0);
        return;
    }
    struct str text = turn_text(t, "need.list", NULL, 0);
    for (size_t i = 0; i < n; i++) {
        struct str line =
            turn_text(t, "need.list.line",
                      FIELDS({"title", say_title(t, &needs[i])}, {"code", say_number(t, needs[i].code)}));
        struct str longer = str_printf(t->arena, "%.*s\n%.*s", STR_ARG(text), STR_ARG(line));
        if (sms_measure(longer).segments > t->config->service.list_segments)
            break;
        text = longer;
    }
    turn_answer(t, text);
}

void handle_need(struct turn *t)
{
    const struct command *c = &t->command;
    struct need need;
    if (c->problem == PROBLEM_AMBIGUOUS) {
        turn_say(t, "need.ambiguous", NULL, 0);
    } else if (c->problem == PROBLEM_BAD_CODE || c->problem == PROBLEM_NO_CODE) {
        if (c->typed.n > 0)
            say_bad_code(t);
        else
            turn_say(t, "code.missing", NULL, 0);
    } else if (c->need != 0) {
        if (need_get(t->store, t->arena, c->need, &need) && !str_is(need.status, "draft"))
            say_need(t, &need);
        else
            say_bad_code(t);
    } else {
        bool bare = c->province < 0 && c->category < 0;
        say_list(t, bare ? t->contact.province : slug(t, LEX_PROVINCE, c->province),
                 slug(t, LEX_CATEGORY, c->category));
    }
}
