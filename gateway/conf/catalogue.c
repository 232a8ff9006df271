/* Catalogues: parsing templates, filling them, proving that they fit. */
#include "gateway/conf/catalogue.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/bidi.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/conf/ini.h"

const char *const language_codes[LANGUAGES] = {"fa", "en"};

bool language_from(struct str code, enum language *out)
{
    for (int i = 0; i < LANGUAGES; i++)
        if (str_is(code, language_codes[i])) {
            *out = (enum language)i;
            return true;
        }
    return false;
}

/* A template is cut into parts at load: text, or a field with its width. */
struct part {
    struct str text; /* the text, or the field's name */
    bool is_field;
    unsigned width; /* 0: as it is */
};

struct template
{
    const char *key;
    struct part *parts;
    size_t n;
    enum message_room room;
    unsigned line;
};

struct catalogue {
    enum language language;
    const char *file;
    struct template *v; /* sorted by key */
    size_t n;
};

struct longest {
    const char *field, *fa, *en;
};
#define FIELD(name, fa, en) {#name, fa, en},
static const struct longest longest_values[] = {
#include "gateway/conf/fields.def"
};
#undef FIELD
#define FIELD(name, fa, en) FIELD_##name,
enum { /* that each is there once */
#include "gateway/conf/fields.def"
};
#undef FIELD

struct str catalogue_longest(enum language language, struct str field)
{
    for (size_t i = 0; i < sizeof longest_values / sizeof longest_values[0]; i++)
        if (str_is(field, longest_values[i].field))
            return str_of(language == LANGUAGE_FA ? longest_values[i].fa : longest_values[i].en);
    return (struct str){NULL, 0};
}

static bool lists_field(const char *fields, struct str name)
{
    struct str rest = str_of(fields), field;
    while (rest.p != NULL && str_split(&rest, ' ', &field))
        if (name.n > 0 && str_eq(field, name))
            return true;
    return false;
}

/* `\n` is a line feed, `\u200E` the mark that keeps a dial code whole. */
static struct str unescape(struct arena *arena, struct str value)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\\' && i + 1 < value.n && value.p[i + 1] == 'n') {
            sbuf_byte(&out, '\n');
            i++;
        } else if (str_starts(str_after(value, i), STR("\\u200E"))) {
            utf8_add(&out, 0x200E);
            i += 5;
        } else {
            sbuf_byte(&out, value.p[i]);
        }
    }
    return sbuf_str(&out);
}

static bool parse_field(struct str inside, const char *fields, struct part *part)
{
    struct str rest = inside, name;
    uint64_t width = 0;
    (void)str_split(&rest, ':', &name); /* INSIDE is not NULL, so a first part there is */
    if (rest.p != NULL && (!str_to_u64(rest, &width) || width < 4 || width > 160))
        return false;
    *part = (struct part){name, true, (unsigned)width};
    return lists_field(fields, name);
}

static void parse_template(struct template *t, struct arena *arena, struct str text, const char *fields,
                           const char *file, struct faults *faults)
{
    t->parts = arena_array(arena, struct part, text.n + 1);
    while (text.n > 0) {
        const char *open = memchr(text.p, '{', text.n);
        size_t plain = open == NULL ? text.n : (size_t)(open - text.p);
        if (plain > 0)
            t->parts[t->n++] = (struct part){str_from(text.p, plain), false, 0};
        text = str_after(text, plain);
        if (text.n == 0)
            break;
        const char *close = memchr(text.p, '}', text.n);
        size_t n = close == NULL ? 0 : (size_t)(close - text.p);
        if (close == NULL || !parse_field(str_from(text.p + 1, n - 1), fields, &t->parts[t->n])) {
            faults_add(faults, file, t->line, "%s may have these fields: %s", t->key,
                       fields[0] ? fields : "none");
            return;
        }
        t->n++;
        text = str_after(text, n + 1);
    }
}

static const struct message_spec *find_spec(const struct message_spec *const *messages, size_t lists,
                                            struct str key)
{
    for (size_t i = 0; i < lists; i++)
        for (const struct message_spec *spec = messages[i]; spec->key != NULL; spec++)
            if (str_is(key, spec->key))
                return spec;
    return NULL;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct template *)a)->key, ((const struct template *)b)->key);
}

static const struct template *find(const struct catalogue *catalogue, const char *key)
{
    struct template wanted = {.key = key};
    return bsearch(&wanted, catalogue->v, catalogue->n, sizeof wanted, by_key);
}

static void find_missing(const struct catalogue *catalogue, const struct message_spec *const *messages,
                         size_t lists, struct faults *faults)
{
    for (size_t i = 0; i < lists; i++)
        for (const struct message_spec *spec = messages[i]; spec->key != NULL; spec++)
            if (find(catalogue, spec->key) == NULL)
                faults_add(faults, catalogue->file, 0, "no text for %s", spec->key);
}

struct catalogue *catalogue_parse(struct arena *arena, enum language language, const char *file,
                                  struct str text, const struct message_spec *const *messages, size_t lists,
                                  struct faults *faults)
{
    struct catalogue *catalogue = arena_new_of(arena, struct catalogue);
    struct ini ini = ini_parse(arena, file, text, false, faults);
    *catalogue = (struct catalogue){language, file, arena_array(arena, struct template, ini.n + 1), 0};
    for (size_t i = 0; i < ini.n; i++) {
        const struct ini_line *line = &ini.v[i];
        const struct message_spec *spec = find_spec(messages, lists, line->key);
        if (line->key.n == 0)
            continue;
        if (spec == NULL) {
            faults_add(faults, file, line->line, "no message is named %.*s", STR_ARG(line->key));
            continue;
        }
        struct template *t = &catalogue->v[catalogue->n++];
        *t = (struct template){.key = spec->key, .room = spec->room, .line = line->line};
        parse_template(t, arena, unescape(arena, line->value), spec->fields, file, faults);
        if (t->n == 0)
            faults_add(faults, file, line->line, "%s has no text", spec->key);
    }
    qsort(catalogue->v, catalogue->n, sizeof catalogue->v[0], by_key);
    for (size_t i = 1; i < catalogue->n; i++)
        if (strcmp(catalogue->v[i - 1].key, catalogue->v[i].key) == 0)
            faults_add(faults, file, catalogue->v[i].line, "%s is given twice", catalogue->v[i].key);
    find_missing(catalogue, messages, lists, faults);
    return catalogue;
}

struct str catalogue_say(const struct catalogue *catalogue, struct arena *arena, const char *key,
                         const struct text_field *fields, size_t count)
{
    const struct template *t = find(catalogue, key);
    assert(t != NULL);
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < t->n; i++) {
        const struct part *part = &t->parts[i];
        if (!part->is_field) {
            sbuf_add(&out, part->text);
            continue;
        }
        size_t f = 0;
        while (f < count && !str_is(part->text, fields[f].name))
            f++;
        assert(f < count);
        sbuf_add(&out, part->width > 0 ? sms_cut(arena, fields[f].value, part->width) : fields[f].value);
    }
    return sbuf_str(&out);
}

static struct str fill_longest(const struct catalogue *catalogue, struct arena *arena,
                               const struct template *t)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < t->n; i++) {
        const struct part *part = &t->parts[i];
        struct str value = part->is_field ? catalogue_longest(catalogue->language, part->text) : part->text;
        assert(value.p != NULL);
        sbuf_add(&out, part->width > 0 ? sms_cut(arena, value, part->width) : value);
    }
    return sbuf_str(&out);
}

static bool to_be_typed(struct str field)
{
    return str_starts(field, STR("ref")) || str_starts(field, STR("code")) || str_is(field, "payto") ||
           str_is(field, "phone") || str_is(field, "otp");
}

static bool contains(struct str text, struct str part)
{
    for (size_t i = 0; i + part.n <= text.n; i++)
        if (memcmp(text.p + i, part.p, part.n) == 0)
            return true;
    return false;
}

static void check_codes(const struct catalogue *catalogue, struct arena *arena, const struct template *t,
                        struct str filled, struct faults *faults)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!t->parts[i].is_field || !to_be_typed(t->parts[i].text))
            continue;
        struct str value = catalogue_longest(catalogue->language, t->parts[i].text);
        for (int rtl = 0; rtl < 2; rtl++)
            if (!contains(bidi_visual(arena, filled, rtl == 1), value))
                faults_add(faults, catalogue->file, t->line,
                           "%s: {%.*s} breaks on a phone whose interface runs %s", t->key,
                           STR_ARG(t->parts[i].text), rtl ? "right to left" : "left to right");
    }
}

/* What a text may take: one segment, and of a page what its options leave. */
static unsigned room_of(enum message_room room, enum sms_encoding encoding)
{
    static const unsigned left[][2] = {
        [ROOM_ONE] = {160, 70},
        [ROOM_BULK] = {160, 70},
        [ROOM_CONFIRM] = {160 - 14, 70 - 14}, /* "\nYes: 1\nNo: 2" */
        [ROOM_LIST] = {160 - 40, 70 - 29},    /* the longest name with its key, and "\nMore: 9" */
    };
    return room == ROOM_PART ? UINT_MAX : left[room][encoding];
}

void catalogue_check(const struct catalogue *catalogue, struct arena *arena,
                     const struct catalogue_world *world, struct faults *faults)
{
    for (size_t i = 0; i < catalogue->n; i++) {
        const struct template *t = &catalogue->v[i];
        struct str filled = fill_longest(catalogue, arena, t);
        if (t->room == ROOM_BULK)
            filled = world->as_sent(world->ctx, arena, filled);
        struct sms_size size = sms_measure(filled);
        if (size.units > room_of(t->room, size.encoding))
            faults_add(faults, catalogue->file, t->line,
                       "%s takes %u units with its longest fields%s, and %u may be", t->key, size.units,
                       t->room == ROOM_BULK ? " and what a line adds to it" : "",
                       room_of(t->room, size.encoding));
        if (catalogue->language == LANGUAGE_EN && size.encoding != SMS_GSM7)
            faults_add(faults, catalogue->file, t->line, "%s holds %.*s, which is not in GSM-7", t->key,
                       STR_ARG(size.culprit));
        if (t->room != ROOM_PART && world->is_command(world->ctx, filled))
            faults_add(faults, catalogue->file, t->line,
                       "%s opens with a command word: come back, it would be a command", t->key);
        check_codes(catalogue, arena, t, filled, faults);
    }
}
