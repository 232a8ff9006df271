/* What was pressed. */
#include "handlers/ussd_input.h"

#include "gateway/base/fold.h"

static bool is_mark(char c)
{
    return c == '*' || c == '#';
}

/* As much as is looked at, whole characters. */
static struct str start_of(struct str text)
{
    size_t n = text.n < INPUT_BYTES_MOST ? text.n : INPUT_BYTES_MOST;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return str_from(text.p, n);
}

static struct inputs cut(struct arena *arena, struct str all)
{
    struct inputs inputs = {.n = 0};
    struct str text = start_of(all);
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && !is_mark(text.p[i]))
            continue;
        struct str folded = fold(arena, str_trim(str_from(text.p + from, i - from)));
        if (folded.n > 0 && inputs.n < INPUTS_MOST)
            inputs.v[inputs.n++] = folded;
        from = i + 1;
    }
    return inputs;
}

static bool begins(const struct inputs *inputs, const struct inputs *code)
{
    if (code->n == 0 || inputs->n < code->n)
        return false;
    for (size_t i = 0; i < code->n; i++)
        if (!str_eq(inputs->v[i], code->v[i]))
            return false;
    return true;
}

static bool ends(const struct inputs *inputs, const struct inputs *code)
{
    if (code->n == 0 || inputs->n < code->n)
        return false;
    for (size_t i = 0; i < code->n; i++)
        if (!str_eq(inputs->v[inputs->n - 1 - i], code->v[i]))
            return false;
    return true;
}

static void drop_first(struct inputs *inputs, size_t n)
{
    memmove(inputs->v, inputs->v + n, (inputs->n - n) * sizeof inputs->v[0]);
    inputs->n -= n;
}

/* Read from its end, as it was shown. */
static void turn_round(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->n / 2; i++) {
        struct str other = inputs->v[inputs->n - 1 - i];
        inputs->v[inputs->n - 1 - i] = inputs->v[i];
        inputs->v[i] = other;
    }
}

struct inputs inputs_dialled(struct arena *arena, struct str input, struct str code, struct str dial)
{
    struct inputs inputs = cut(arena, input);
    const struct inputs codes[] = {cut(arena, code), cut(arena, dial)};
    for (size_t i = 0; i < 2; i++)
        if (begins(&inputs, &codes[i])) {
            drop_first(&inputs, codes[i].n);
            return inputs;
        }
    for (size_t i = 0; i < 2; i++)
        if (ends(&inputs, &codes[i])) {
            turn_round(&inputs);
            drop_first(&inputs, codes[i].n);
            return inputs;
        }
    struct str dialled = str_trim(input); /* by a code that we were not told */
    if (inputs.n > 0 && dialled.p[0] == '*' && dialled.p[dialled.n - 1] == '#')
        drop_first(&inputs, 1);
    return inputs;
}

struct str input_last(const struct ussd_step *step)
{
    struct str rest = str_trim(step->input);
    while (rest.n > 0 && rest.p[rest.n - 1] == '#')
        rest.n--;
    for (size_t i = rest.n; i > 0; i--)
        if (is_mark(rest.p[i - 1]))
            return str_trim(str_after(rest, i));
    return str_trim(rest);
}

static struct inputs single(struct arena *arena, struct str input)
{
    struct inputs inputs = {.n = 1};
    struct str bare = str_trim(start_of(input));
    while (bare.n > 0 && bare.p[bare.n - 1] == '#')
        bare.n--;
    inputs.v[0] = fold(arena, bare);
    return inputs;
}

bool input_dialled(const struct ussd_step *step)
{
    struct str input = step->input;
    return !step->accumulated && input.n > 2 && input.p[0] == '*' && input.p[input.n - 1] == '#';
}

bool input_goes_on(const struct ussd_step *step, struct str heard)
{
    return step->input.n > heard.n && str_starts(step->input, heard) &&
           (heard.n == 0 || step->input.p[heard.n] == '*');
}

struct inputs inputs_next(struct arena *arena, const struct ussd_step *step, struct str heard)
{
    if (!step->accumulated)
        return single(arena, step->input);
    if (heard.n == 0)
        return cut(arena, step->input);
    if (input_goes_on(step, heard)) {
        struct str rest = str_after(step->input, heard.n + 1);
        struct inputs inputs = cut(arena, rest);
        return inputs.n > 0 ? inputs : single(arena, rest);
    }
    /* It does not go on from what was heard: only its last part is new. */
    size_t last = step->input.n;
    while (last > 0 && step->input.p[last - 1] != '*')
        last--;
    return single(arena, str_after(step->input, last));
}
