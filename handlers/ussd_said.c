/* A handler's words on a screen. */
#include "handlers/ussd_said.h"

#include "handlers/flows.h"
#include "handlers/question.h"

struct str said_write(struct turn *t, const struct said *said)
{
    struct json *json = json_object_new();
    json_put_str(json, "said", said->text);
    json_put_int(json, "page", said->page);
    json_put_int(json, "wrong", said->wrong);
    json_put_str(json, "question", said->question);
    json_put_int(json, "asked_at", said->asked_at);
    struct str kept = json_write(json, t->arena);
    json_free(json);
    return kept;
}

static struct said said_from_json(const struct json *json, struct arena *arena)
{
    return (struct said){.text = str_dup(arena, json_str(json, "said")),
                         .page = (unsigned)json_int(json, "page", 0),
                         .wrong = (unsigned)json_int(json, "wrong", 0),
                         .question = str_dup(arena, json_str(json, "question")),
                         .asked_at = json_int(json, "asked_at", 0)};
}

enum kept kept_read(struct turn *t, struct str text, struct said *said, struct dialogue *d)
{
    struct error e;
    struct json *json = text.n > 0 ? json_read(text, &e) : NULL;
    enum kept kept = KEPT_NOTHING;
    if (json_has(json, "said")) {
        *said = said_from_json(json, t->arena);
        kept = KEPT_SAID;
    } else if (json != NULL && dialogue_from_json(&all_flows, json, t->arena, d)) {
        kept = KEPT_FLOW;
    }
    json_free(json);
    return kept;
}

bool said_is_open(const struct turn *t, const struct said *said)
{
    return said->question.n > 0 && str_eq(said->question, t->contact.question) &&
           said->asked_at == t->contact.question_at;
}

struct menu_view said_view(const struct turn *t, const struct said *said, const struct door *door)
{
    struct menu *menu = arena_new_of(t->arena, struct menu);
    menu->prompt = said->text;
    menu->root = true; /* what was done is done */
    return menu_view(menu, said->page, said->wrong > 0, door, t->arena);
}

static enum said_heard turn_page(struct said *said, int by)
{
    said->page += (unsigned)by;
    said->wrong = 0;
    return SAID_PAGE;
}

enum said_heard said_hear(struct turn *t, struct said *said, const struct door *door, struct str input)
{
    struct question question;
    if (str_is(input, "9") && said_view(t, said, door).more)
        return turn_page(said, 1);
    if (str_is(input, "0") && said->page > 0)
        return turn_page(said, -1);
    if (said->question.n == 0)
        return SAID_READ;
    if (!said_is_open(t, said) || !question_get(t, &question))
        return SAID_GONE;
    enum answer answer = question_answer(t, &question);
    if (answer != ANSWER_NONE && answer != ANSWER_UNCLEAR)
        return SAID_ANSWER;
    return ++said->wrong >= DIALOGUE_WRONG_MOST ? SAID_LEFT : SAID_PAGE;
}
