/* The dialogue engine: walking. How a menu becomes a page is in menu_page.c. */
#include "gateway/model/dialogue.h"

#include <assert.h>

#include "gateway/model/menu_page.h"

/* ---- tables ---- */

const struct flow *flow_find(const struct flows *flows, struct str name)
{
    for (size_t i = 0; i < flows->n; i++)
        if (str_is(name, flows->v[i]->name))
            return flows->v[i];
    return NULL;
}

static const struct step *step_find(const struct flow *flow, struct str name)
{
    for (size_t i = 0; flow != NULL && i < flow->n; i++)
        if (str_is(name, flow->steps[i].name))
            return &flow->steps[i];
    return NULL;
}

static const struct step *here(const struct flows *flows, const struct dialogue *d)
{
    return step_find(flow_find(flows, d->flow), d->step);
}

/* ---- answers ---- */

struct str dialogue_answer(const struct dialogue *d, const char *step)
{
    for (size_t i = 0; i < d->n; i++)
        if (str_is(d->answers[i].step, step))
            return d->answers[i].value;
    return (struct str){NULL, 0};
}

static void put(struct dialogue *d, struct dialogue_answer answer)
{
    for (size_t i = 0; i < d->n; i++)
        if (str_eq(d->answers[i].step, answer.step)) {
            d->answers[i].value = answer.value;
            d->answers[i].asked |= answer.asked;
            return;
        }
    if (d->n < DIALOGUE_ANSWERS_MOST) /* flows are shorter; their test says so */
        d->answers[d->n++] = answer;
}

void dialogue_put(struct dialogue *d, struct str step, struct str value)
{
    put(d, (struct dialogue_answer){step, value, .asked = false});
}

/* ---- moving ---- */

static void stand_at(struct dialogue *d, struct str step)
{
    d->step = step;
    d->page = d->wrong = 0;
}

static void stand_at_start(const struct flows *flows, struct dialogue *d, const char *flow)
{
    const struct flow *f = flow_find(flows, str_of(flow));
    *d = (struct dialogue){.flow = str_of(flow)};
    assert(f != NULL); /* a table of ours names it */
    stand_at(d, str_of(f->steps[0].name));
}

static struct where leads_to(const struct flows *flows, struct dialogue *d, void *ctx)
{
    const struct flow *flow = flow_find(flows, d->flow);
    const struct step *step = step_find(flow, d->step);
    if (step->next != NULL)
        return step->next(ctx, d);
    bool last = step + 1 == flow->steps + flow->n;
    return last ? (struct where){WHERE_DONE, NULL} : (struct where){WHERE_STEP, step[1].name};
}

/* Past what is known or needless.  Flows never lead in circles of such steps. */
enum heard dialogue_skip_known(const struct flows *flows, struct dialogue *d, void *ctx)
{
    for (;;) {
        const struct step *step = here(flows, d);
        bool known = dialogue_answer(d, step->name).p != NULL;
        if (!known && (step->needless == NULL || !step->needless(ctx, d)))
            return HEARD_PAGE;
        struct where where = leads_to(flows, d, ctx);
        if (where.kind == WHERE_DONE)
            return HEARD_DONE;
        if (where.kind == WHERE_LEFT)
            return HEARD_LEFT;
        if (where.kind == WHERE_FLOW)
            stand_at_start(flows, d, where.name);
        else
            stand_at(d, str_of(where.name));
    }
}

void dialogue_start(const struct flows *flows, struct dialogue *d, void *ctx, const char *flow)
{
    stand_at_start(flows, d, flow);
    /* a flow without anything to ask would not be one */
    (void)dialogue_skip_known(flows, d, ctx);
}

void dialogue_menu(const struct flows *flows, const struct dialogue *d, void *ctx, struct menu *menu)
{
    here(flows, d)->ask(ctx, d, menu);
}

static enum heard go_home(const struct flows *flows, struct dialogue *d, void *ctx, const struct door *door)
{
    if (door->home.n == 0 || str_is(d->flow, flows->v[0]->name))
        return HEARD_LEFT;
    dialogue_start(flows, d, ctx, flows->v[0]->name);
    return HEARD_PAGE;
}

/* How many answers there are up to the last that was asked for. */
static size_t questions_before(const struct dialogue *d)
{
    size_t n = d->n;
    while (n > 0 && !d->answers[n - 1].asked)
        n--;
    return n;
}

/* To the page before, the question before, or home from the first.  What was
 * known beforehand was no question, and its step may lie ahead. */
static enum heard go_back(const struct flows *flows, struct dialogue *d, void *ctx, const struct door *door)
{
    if (d->page > 0) {
        d->page--;
        d->wrong = 0;
        return HEARD_PAGE;
    }
    size_t asked = questions_before(d);
    if (asked == 0)
        return go_home(flows, d, ctx, door);
    d->n = asked - 1; /* what became known after that question goes with its answer */
    stand_at(d, d->answers[d->n].step);
    return HEARD_PAGE;
}

/* ---- hearing ---- */

static enum heard wrong(struct dialogue *d)
{
    return ++d->wrong >= DIALOGUE_WRONG_MOST ? HEARD_LEFT : HEARD_PAGE;
}

static bool same_key(struct str key, struct str input)
{
    struct str bare = str_starts(input, STR("0")) ? str_after(input, 1) : input; /* 024 is 24 */
    return str_eq(key, input) || (key.n > 1 && str_eq(key, bare));
}

static const struct menu_option *pressed(const struct menu *menu, const struct menu_view *view,
                                         struct str input)
{
    uint64_t number;
    for (size_t i = 0; i < menu->n; i++)
        if (menu->options[i].key.n > 0 && same_key(menu->options[i].key, input))
            return &menu->options[i];
    if (!str_to_u64(input, &number) || number == 0 || number > view->count)
        return NULL;
    const struct menu_option *option = &menu->options[view->first + number - 1];
    return option->key.n == 0 ? option : NULL;
}

enum heard dialogue_hear(const struct flows *flows, struct dialogue *d, void *ctx, const struct door *door,
                         struct str input, struct arena *arena)
{
    const struct step *step = here(flows, d);
    struct menu *menu = arena_new_of(arena, struct menu);
    struct str value;
    step->ask(ctx, d, menu);
    struct menu_view view = menu_lay(menu, d->page, door);
    d->page = view.page; /* a list may have grown shorter since it was shown */
    const struct menu_option *option = pressed(menu, &view, input);
    if (option == NULL && str_is(input, "00"))
        return go_home(flows, d, ctx, door);
    if (option == NULL && str_is(input, "0"))
        return go_back(flows, d, ctx, door);
    if (option == NULL && str_is(input, "9") && view.more) {
        d->page++;
        d->wrong = 0;
        return HEARD_PAGE;
    }
    if (option != NULL)
        value = str_dup(arena, option->value);
    else if (step->read == NULL || input.n == 0 || !step->read(ctx, d, input, arena, &value))
        return wrong(d);
    put(d, (struct dialogue_answer){str_of(step->name), value, .asked = true});
    return dialogue_skip_known(flows, d, ctx);
}

struct str dialogue_page(const struct flows *flows, struct dialogue *d, void *ctx, const struct door *door,
                         struct arena *arena)
{
    struct menu *menu = arena_new_of(arena, struct menu);
    here(flows, d)->ask(ctx, d, menu);
    menu->root = menu->root || (door->home.n == 0 && questions_before(d) == 0); /* nothing to go back to */
    struct menu_view view = menu_view(menu, d->page, d->wrong > 0, door, arena);
    d->page = view.page; /* a list may have grown shorter */
    return view.text;
}

/* ---- kept ---- */

struct json *dialogue_to_json(const struct dialogue *d)
{
    struct json *json = json_object_new(), *answers = json_array_new();
    for (size_t i = 0; i < d->n; i++) {
        struct json *answer = json_object_new();
        json_put_str(answer, "step", d->answers[i].step);
        json_put_str(answer, "value", d->answers[i].value);
        if (d->answers[i].asked)
            json_put_int(answer, "asked", 1);
        json_push(answers, answer);
    }
    json_put_str(json, "flow", d->flow);
    json_put_str(json, "step", d->step);
    if (d->page > 0)
        json_put_int(json, "page", d->page);
    if (d->wrong > 0)
        json_put_int(json, "wrong", d->wrong);
    json_put(json, "answers", answers);
    return json;
}

bool dialogue_from_json(const struct flows *flows, const struct json *json, struct arena *arena,
                        struct dialogue *d)
{
    const struct json *answers = json_get(json, "answers");
    *d = (struct dialogue){.flow = str_dup(arena, json_str(json, "flow")),
                           .step = str_dup(arena, json_str(json, "step")),
                           .page = (unsigned)json_int(json, "page", 0),
                           .wrong = (unsigned)json_int(json, "wrong", 0)};
    const struct flow *flow = flow_find(flows, d->flow);
    for (size_t i = 0; i < json_count(answers) && i < DIALOGUE_ANSWERS_MOST; i++) {
        const struct json *kept = json_at(answers, i);
        struct dialogue_answer answer = {.step = str_dup(arena, json_str(kept, "step")),
                                         .value = str_dup(arena, json_str(kept, "value")),
                                         .asked = json_int(kept, "asked", 0) != 0};
        if (step_find(flow, answer.step) == NULL)
            return false;
        put(d, answer);
    }
    return step_find(flow, d->step) != NULL;
}
