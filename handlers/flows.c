/* What flows share, and the SMS door. */
#include "handlers/flows.h"

#include "gateway/base/damm.h"
#include "gateway/base/fold.h"
#include "gateway/base/number.h"
#include "handlers/handlers.h"
#include "handlers/question.h"
#include "handlers/ussd_end.h"

static const struct flow *const table[] = {
#define FLOW(name) &flow_##name,
#include "handlers/flows.def"
#undef FLOW
};
const struct flows all_flows = {table, sizeof table / sizeof table[0]};

const struct message_spec flow_messages[] = {
    {"page.more", "", ROOM_PART},           {"page.back", "", ROOM_PART},
    {"page.home", "", ROOM_PART},           {"page.unread", "", ROOM_PART},
    {"choice.yes", "", ROOM_PART},          {"choice.no", "", ROOM_PART},
    {"province.ask", "", ROOM_LIST},        {"ussd.root", "", ROOM_PART},
    {"ussd.root.options", "", ROOM_PART},   {"ussd.left", "", ROOM_ONE},
    {"ussd.sorry", "", ROOM_ONE},           {"ussd.resume", "", ROOM_CONFIRM},
    {"ussd.resume.options", "", ROOM_PART}, {"ussd.handoff", "dial", ROOM_ONE},
    {"ussd.handoff.plain", "", ROOM_ONE},   {"ussd.help", "phone", ROOM_LIST},
    {"ussd.help.call", "", ROOM_PART},      {"ussd.called", "phone", ROOM_ONE},
    {"ussd.nobody", "phone", ROOM_ONE},     {"ussd.gone", "", ROOM_ONE},
    {"ussd.language", "", ROOM_LIST},       {NULL, NULL, ROOM_ONE},
};

bool flow_unfinished(const struct dialogue *d)
{
    const struct flow *flow = flow_find(&all_flows, d->flow);
    return flow != NULL && flow->finish != NULL && d->n > 0 && flow != &flow_resume;
}

/* ---- doors ---- */

static struct door door(const struct turn *t, unsigned septets, unsigned units)
{
    return (struct door){.septets = septets,
                         .units = units,
                         .more = turn_text(t, "page.more", NULL, 0),
                         .back = turn_text(t, "page.back", NULL, 0),
                         .unread = turn_text(t, "page.unread", NULL, 0)};
}

/* 182 septets are 160 octets.  Networks take fewer UCS-2 units than the 80 of
 * that, so 70, and of a smaller page the same part. */
unsigned page_room(int64_t septets, enum sms_encoding encoding)
{
    return (unsigned)(encoding == SMS_GSM7 ? septets : septets * 70 / 182);
}

struct door door_ussd(const struct turn *t, int64_t septets)
{
    struct door d = door(t, page_room(septets, SMS_GSM7), page_room(septets, SMS_UCS2));
    d.home = turn_text(t, "page.home", NULL, 0);
    return d;
}

struct door door_sms(const struct turn *t)
{
    return door(t, 160, 70);
}

/* ---- by SMS ---- */

static void ask_by_sms(struct turn *t, struct dialogue *d)
{
    struct door sms = door_sms(t);
    struct question question = {.kind = QUESTION_FLOW, .dialogue = *d};
    struct str page = dialogue_page(&all_flows, &question.dialogue, t, &sms, t->arena);
    question_ask(t, &question);
    turn_answer(t, page);
}

static void proceed(struct turn *t, struct dialogue *d, enum heard heard)
{
    question_close(t);
    if (heard == HEARD_PAGE) {
        ask_by_sms(t, d);
    } else if (heard == HEARD_LEFT) {
        turn_say(t, "question.dropped", NULL, 0);
    } else {
        flow_find(&all_flows, d->flow)->finish(t, d);
        flow_settled(t, d->flow);
    }
}

void flow_settled(struct turn *t, struct str flow)
{
    struct question question;
    if (question_get(t, &question) && (question.kind == QUESTION_FLOW || question.kind == QUESTION_OFFER) &&
        str_eq(question.dialogue.flow, flow))
        question_close(t);
    ussd_pass_over(t, flow);
}

/* Yes and no stand for 1 and 2 where no more than two things can be chosen. */
static bool offers_two(struct turn *t, const struct dialogue *d)
{
    struct menu *menu = arena_new_of(t->arena, struct menu);
    dialogue_menu(&all_flows, d, t, menu);
    return menu->n > 0 && menu->n <= 2 && menu->options[0].key.n > 0;
}

void flow_by_sms(struct turn *t, struct dialogue *d)
{
    proceed(t, d, dialogue_skip_known(&all_flows, d, t));
}

void flow_hear_by_sms(struct turn *t, struct dialogue *d)
{
    struct door sms = door_sms(t);
    struct str input = fold(t->arena, t->message->text);
    bool two = (t->command.name == COMMAND_yes || t->command.name == COMMAND_no) && offers_two(t, d);
    if (two && t->command.digits < 0)
        input = t->command.name == COMMAND_yes ? STR("1") : STR("2");
    proceed(t, d, dialogue_hear(&all_flows, d, t, &sms, input, t->arena));
}

/* ---- what steps share ---- */

struct where go_step(const char *step)
{
    return (struct where){WHERE_STEP, step};
}

struct where go_flow(const char *flow)
{
    return (struct where){WHERE_FLOW, flow};
}

struct where go_done(void)
{
    return (struct where){WHERE_DONE, NULL};
}

struct where go_away(void)
{
    return (struct where){WHERE_LEFT, NULL};
}

void menu_yes_no(const struct turn *t, struct menu *menu)
{
    menu_add(menu, STR("1"), turn_text(t, "choice.yes", NULL, 0), STR("yes"));
    menu_add(menu, STR("2"), turn_text(t, "choice.no", NULL, 0), STR("no"));
}

bool said_yes(const struct dialogue *d, const char *step)
{
    return str_is(dialogue_answer(d, step), "yes");
}

struct where done_if_confirmed(void *ctx, struct dialogue *d)
{
    (void)ctx; /* the answer alone tells */
    return said_yes(d, "confirm") ? go_done() : go_away();
}

bool flow_need_by_code(const struct turn *t, struct str code, struct need *need)
{
    uint64_t number;
    return code_valid(code) && str_to_u64(code, &number) &&
           need_get(t->store, t->arena, (uint32_t)number, need) && !str_is(need->status, "draft");
}

void menu_lines(const struct turn *t, struct menu *menu, const char *key, const char *const *values, size_t n,
                bool keyed)
{
    struct str rest = turn_text(t, key, NULL, 0), line;
    for (size_t i = 0; i < n && rest.p != NULL && str_split(&rest, '\n', &line); i++)
        menu_add(menu, keyed ? str_printf(t->arena, "%zu", i + 1) : STR(""), line, str_of(values[i]));
}

static const struct lex_name *names(const struct turn *t, enum lex_kind kind, size_t *n)
{
    *n = t->config->texts->lexicon->names[kind].n;
    return t->config->texts->lexicon->names[kind].v;
}

_Static_assert((int)MENU_OPTIONS_MOST >= (int)LEXICON_NAMES_MOST, "an operator's list fits");

void menu_names(const struct turn *t, struct menu *menu, enum lex_kind kind)
{
    size_t n;
    const struct lex_name *v = names(t, kind, &n);
    for (size_t i = 0; i < n; i++)
        menu_add(menu, STR(""), say_in(t, v[i].fa, v[i].en), v[i].slug);
}

int slug_place(const struct turn *t, enum lex_kind kind, struct str slug)
{
    size_t n;
    const struct lex_name *v = names(t, kind, &n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].slug, slug))
            return (int)i;
    return -1;
}

struct str say_slug(const struct turn *t, enum lex_kind kind, struct str slug)
{
    int place = slug_place(t, kind, slug);
    const struct lex_name *v = t->config->texts->lexicon->names[kind].v;
    return place < 0 ? STR("") : say_in(t, v[place].fa, v[place].en);
}

bool read_name(const struct turn *t, enum lex_kind kind, struct str input, struct str *value)
{
    const struct lexicon *lexicon = t->config->texts->lexicon;
    struct str glued = fold_glued(t->arena, input);
    const struct lex_entry *entry = lexicon_find(lexicon, kind, glued);
    if (entry == NULL && kind == LEX_PROVINCE)
        entry = lexicon_find(lexicon, LEX_PART, glued);
    if (entry == NULL || entry->value < 0)
        return false;
    *value = lexicon->names[kind].v[entry->value].slug;
    return true;
}

void ask_province(void *ctx, const struct dialogue *d, struct menu *menu)
{
    const struct turn *t = ctx;
    size_t n;
    const struct lex_name *v = names(t, LEX_PROVINCE, &n);
    (void)d; /* the same whatever came before */
    menu->prompt = turn_text(t, "province.ask", NULL, 0);
    menu->later = true;
    for (size_t i = 0; i < n; i++) {
        struct str area = str_starts(v[i].area, STR("0")) ? str_after(v[i].area, 1) : v[i].area;
        menu_add(menu, area, say_in(t, v[i].fa, v[i].en), v[i].slug);
    }
}

bool read_province(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                   struct str *value)
{
    (void)d, (void)arena; /* a slug lives as long as the config */
    return read_name(ctx, LEX_PROVINCE, input, value);
}

void run_confirmed(struct turn *t, const struct command *command)
{
    t->command = *command;
    t->asked = ASKED_GUESS;
    run_handler(t);
}
