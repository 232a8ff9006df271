/* Commands as rows, and as JSON. */
#include "gateway/model/command.h"

#include "gateway/base/arena.h"

const struct command_row command_rows[COMMANDS] = {
#define COMMAND(name, shape, who, guess) {#name, SHAPE_##shape, WHO_##who, GUESS_##guess},
#include "gateway/model/commands.def"
#undef COMMAND
};

const char *const command_names[COMMANDS] = {
#define COMMAND(name, shape, who, guess) #name,
#include "gateway/model/commands.def"
#undef COMMAND
};

const char *problem_name(enum problem problem)
{
    static const char *const names[] = {"",
                                        "no_code",
                                        "bad_code",
                                        "no_amount",
                                        "bad_amount",
                                        "two_amounts",
                                        "no_quantity",
                                        "bad_reference",
                                        "no_reference",
                                        "ambiguous",
                                        "not_utf8"};
    return names[problem];
}

struct command command_none(enum command_name name)
{
    return (struct command){
        .name = name, .province = -1, .category = -1, .specialty = -1, .availability = -1, .digits = -1};
}

static void put_number_text(struct json *json, const char *key, uint32_t number)
{
    char digits[16];
    size_t n = sizeof digits;
    if (number == 0)
        return;
    for (; number > 0; number /= 10)
        digits[--n] = (char)('0' + number % 10);
    json_put_str(json, key, str_from(digits + n, sizeof digits - n));
}

static void put_text(struct json *json, const char *key, struct str text)
{
    if (text.n > 0)
        json_put_str(json, key, text);
}

static void put_slug(struct json *json, const char *key, const struct lexicon *lexicon, enum lex_kind kind,
                     int index)
{
    if (index >= 0)
        json_put_str(json, key, lexicon->names[kind].v[index].slug);
}

static void put_amounts(struct json *json, const struct command *c, bool kept)
{
    static const char *const units[] = {"", "item", "day"};
    static const char *const money[] = {"", "toman", "rial"};
    if (c->has_amount) {
        json_put_int(json, "amount_rial", c->amount_rial);
        if (kept && c->money_unit != MONEY_UNWRITTEN)
            json_put_str(json, "money", str_of(money[c->money_unit]));
    }
    if (c->has_quantity) {
        json_put_int(json, "quantity", c->quantity);
        if (c->unit != UNIT_NONE)
            json_put_str(json, "unit", str_of(units[c->unit]));
    }
    if (c->monthly)
        json_put_str(json, "recurrence", STR("monthly"));
}

static bool takes_number(enum command_name name)
{
    enum command_shape shape = command_rows[name].shape;
    return shape != SHAPE_NEED && shape != SHAPE_NOTHING; /* theirs is for an open question only */
}

struct json *command_to_json(const struct command *c, const struct lexicon *lexicon, bool kept)
{
    struct json *json = json_object_new();
    json_put_str(json, "command", str_of(command_names[c->name]));
    if (c->name != COMMAND_unknown) {
        if (c->problem == PROBLEM_NONE)
            json_put_str(json, "certainty", c->guessed ? STR("guessed") : STR("exact"));
        put_number_text(json, "need", c->need);
        put_number_text(json, "reference", c->reference);
        put_text(json, "campaign", c->campaign);
        if (takes_number(c->name))
            put_amounts(json, c, kept);
        put_slug(json, "province", lexicon, LEX_PROVINCE, c->province);
        put_slug(json, "category", lexicon, LEX_CATEGORY, c->category);
        put_slug(json, "specialty", lexicon, LEX_SPECIALTY, c->specialty);
        if (kept)
            put_slug(json, "availability", lexicon, LEX_AVAILABILITY, c->availability);
        put_text(json, "day", c->day);
        if (c->has_tongue)
            json_put_str(json, "language", str_of(language_codes[c->tongue]));
        put_text(json, "phone", c->phone);
        put_text(json, "trace", c->trace);
        put_text(json, "text", c->text);
        if (kept)
            put_text(json, "audience", c->audience);
        if (kept && c->group)
            json_put_int(json, "group", 1);
    }
    if (c->problem != PROBLEM_NONE)
        json_put_str(json, "problem", str_of(problem_name(c->problem)));
    return json;
}

static int slug_index(const struct json *json, const char *key, const struct lexicon *lexicon,
                      enum lex_kind kind)
{
    struct str slug = json_str(json, key);
    return slug.n > 0 ? lexicon_slug(lexicon, kind, slug) : -1;
}

static uint32_t number_of(const struct json *json, const char *key)
{
    uint64_t number = 0;
    return str_to_u64(json_str(json, key), &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static void amounts_from(struct command *c, const struct json *json)
{
    struct str money = json_str(json, "money"), unit = json_str(json, "unit");
    c->has_amount = json_has(json, "amount_rial");
    c->amount_rial = json_int(json, "amount_rial", 0);
    c->money_unit = str_is(money, "toman")  ? MONEY_TOMAN
                    : str_is(money, "rial") ? MONEY_RIAL
                                            : MONEY_UNWRITTEN;
    c->has_quantity = json_has(json, "quantity");
    c->quantity = json_int(json, "quantity", 0);
    c->unit = str_is(unit, "item") ? UNIT_ITEM : str_is(unit, "day") ? UNIT_DAY : UNIT_NONE;
    c->monthly = str_is(json_str(json, "recurrence"), "monthly");
}

struct command command_from_json(const struct json *json, const struct lexicon *lexicon, struct arena *arena)
{
    struct command c = command_none(COMMAND_unknown);
    struct str name = json_str(json, "command");
    for (int i = 0; i < COMMANDS; i++)
        if (str_is(name, command_names[i]))
            c.name = (enum command_name)i;
    c.guessed = str_is(json_str(json, "certainty"), "guessed");
    c.need = number_of(json, "need");
    c.reference = number_of(json, "reference");
    c.campaign = str_dup(arena, json_str(json, "campaign"));
    amounts_from(&c, json);
    c.province = slug_index(json, "province", lexicon, LEX_PROVINCE);
    c.category = slug_index(json, "category", lexicon, LEX_CATEGORY);
    c.specialty = slug_index(json, "specialty", lexicon, LEX_SPECIALTY);
    c.availability = slug_index(json, "availability", lexicon, LEX_AVAILABILITY);
    c.day = str_dup(arena, json_str(json, "day"));
    c.has_tongue = language_from(json_str(json, "language"), &c.tongue);
    c.phone = str_dup(arena, json_str(json, "phone"));
    c.trace = str_dup(arena, json_str(json, "trace"));
    c.text = str_dup(arena, json_str(json, "text"));
    c.audience = str_dup(arena, json_str(json, "audience"));
    c.group = json_has(json, "group");
    return c;
}
