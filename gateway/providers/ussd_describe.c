/* A description of a USSD gateway: sections [request], [answer], [fields] and
 * [headers] of an ini file, checked and turned into structs.  Every fault is
 * told with its line; docs/ussd.md is the page for who writes one. */
#include "gateway/providers/ussd_describe.h"

/* How a key's value is read into its place. */
typedef void set_fn(struct ussd_reader *r, void *place);

static int choice(struct ussd_reader *r, const char *words)
{
    struct str rest = str_of(words), word;
    for (int i = 0; str_split(&rest, ' ', &word); i++)
        if (str_eq_nocase(word, r->line->value))
            return i;
    USSD_FAULT(r, "%.*s must be one of: %s", STR_ARG(r->line->key), words);
    return 0;
}

static void set_methods(struct ussd_reader *r, void *place)
{
    struct str rest = r->line->value, word;
    unsigned *methods = place;
    *methods = 0;
    while (rest.p != NULL && str_split(&rest, ' ', &word))
        if (str_eq_nocase(word, STR("get")))
            *methods |= 1u << HTTP_GET;
        else if (str_eq_nocase(word, STR("post")))
            *methods |= 1u << HTTP_POST;
        else if (str_eq_nocase(word, STR("put")))
            *methods |= 1u << HTTP_PUT;
        else
            USSD_FAULT(r, "method must be get, post or put, or some of them parted by blanks");
}

static void set_body(struct ussd_reader *r, void *place)
{
    *(enum ussd_body *)place = (enum ussd_body)choice(r, "query form json xmlrpc auto");
}

static void set_answer(struct ussd_reader *r, void *place)
{
    *(enum ussd_answer *)place = (enum ussd_answer)choice(r, "text pipes json xmlrpc");
}

static void set_yes(struct ussd_reader *r, void *place)
{
    *(bool *)place = choice(r, "no yes") == 1;
}

static void set_notice(struct ussd_reader *r, void *place)
{
    *(bool *)place = choice(r, "empty close") == 1;
}

static void set_limit(struct ussd_reader *r, void *place)
{
    int64_t *limit = place;
    if (!str_to_i64(r->line->value, limit) || *limit < 40 || *limit > 182)
        USSD_FAULT(r, "limit must be from 40 to 182 septets");
}

static void set_type(struct ussd_reader *r, void *place)
{
    *(struct str *)place = r->line->value;
    for (size_t i = 0; i < r->line->value.n; i++)
        if ((unsigned char)r->line->value.p[i] < ' ' || (unsigned char)r->line->value.p[i] > '~')
            USSD_FAULT(r, "type must be a content type, such as text/plain; charset=utf-8");
}

/* A dotted path, or "/2". */
bool ussd_is_name(struct str name)
{
    uint64_t part;
    if (name.n > 1 && name.p[0] == '/')
        return str_to_u64(str_after(name, 1), &part) && part >= 1 && part <= 8;
    for (size_t i = 0; i < name.n; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", name.p[i]) == NULL)
            return false;
    return name.n > 0 && name.p[0] != '.' && name.p[name.n - 1] != '.';
}

/* "a, b" into a list. */
static struct ussd_names list_of(struct ussd_reader *r, struct str text)
{
    struct ussd_names names = {arena_array(r->arena, struct str, text.n + 1), 0};
    struct str part;
    while (text.p != NULL && str_split(&text, ',', &part))
        if (str_trim(part).n > 0)
            names.v[names.n++] = str_trim(part);
    return names;
}

static void set_names(struct ussd_reader *r, void *place)
{
    struct ussd_names *names = place;
    *names = list_of(r, r->line->value);
    for (size_t i = 0; i < names->n; i++)
        if (!ussd_is_name(names->v[i]))
            USSD_FAULT(r, "no name of a field: %.*s", STR_ARG(names->v[i]));
    if (names->n == 0)
        USSD_FAULT(r, "%.*s must name a field", STR_ARG(r->line->key));
}

/* "Type: Timeout, Release", "ABORT: not 0, null" or "clean". */
static void set_rule(struct ussd_reader *r, void *place)
{
    struct ussd_rules *rules = place;
    struct str rest = r->line->value, field = STR("");
    if (rules->n == USSD_RULES_MOST) {
        USSD_FAULT(r, "%.*s may be given %d times", STR_ARG(r->line->key), (int)USSD_RULES_MOST);
        return;
    }
    struct ussd_rule *rule = &rules->v[rules->n++];
    (void)str_split(&rest, ':', &field); /* a value is never NULL */
    rule->field = list_of(r, field);
    if (rule->field.n != 1 || !ussd_is_name(rule->field.v[0]))
        USSD_FAULT(r, "%.*s must be FIELD: value, value, or FIELD alone", STR_ARG(r->line->key));
    if (rest.p == NULL)
        return;
    rest = str_trim(rest);
    rule->negated = str_starts(rest, STR("not "));
    struct ussd_names values = list_of(r, rule->negated ? str_after(rest, 4) : rest);
    rule->values = values.v;
    rule->n = values.n;
    if (rule->n == 0)
        USSD_FAULT(r, "%.*s names no value behind the colon", STR_ARG(r->line->key));
}

static void set_first(struct ussd_reader *r, void *place)
{
    static const char *const words[] = {"unseen", "empty", "dialled"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_is(r->line->value, words[i])) {
            r->d->first_by = (enum ussd_first)i;
            return;
        }
    r->d->first_by = FIRST_BY_FIELD;
    set_rule(r, place);
}

static const struct row {
    const char *section, *key;
    set_fn *set;
    size_t offset;
    bool repeats;
} rows[] = {
    {"request", "method", set_methods, offsetof(struct ussd_description, methods), false},
    {"request", "body", set_body, offsetof(struct ussd_description, body), false},
    {"request", "session", set_names, offsetof(struct ussd_description, session), false},
    {"request", "phone", set_names, offsetof(struct ussd_description, phone), false},
    {"request", "code", set_names, offsetof(struct ussd_description, code), false},
    {"request", "input", set_names, offsetof(struct ussd_description, input), false},
    {"request", "hop", set_names, offsetof(struct ussd_description, hop), false},
    {"request", "phone_in_session", set_yes, offsetof(struct ussd_description, phone_in_session), false},
    {"request", "accumulated", set_yes, offsetof(struct ussd_description, accumulated), false},
    {"request", "first", set_first, offsetof(struct ussd_description, first), false},
    {"request", "next", set_rule, offsetof(struct ussd_description, next), true},
    {"request", "over", set_rule, offsetof(struct ussd_description, over), true},
    {"answer", "body", set_answer, offsetof(struct ussd_description, answer), false},
    {"answer", "type", set_type, offsetof(struct ussd_description, type), false},
    {"answer", "text", ussd_set_text, offsetof(struct ussd_description, text), false},
    {"answer", "notice", set_notice, offsetof(struct ussd_description, closes_notices), false},
    {"answer", "limit", set_limit, offsetof(struct ussd_description, limit), false},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static bool seen_before(const struct ussd_reader *r)
{
    for (const struct ini_line *line = r->ini.v; line < r->line; line++)
        if (str_eq(line->section, r->line->section) && str_eq(line->key, r->line->key))
            return true;
    return false;
}

static void unknown(struct ussd_reader *r)
{
    struct sbuf known = sbuf_in(r->arena);
    for (size_t i = 0; i < ROWS; i++)
        if (str_is(r->line->section, rows[i].section))
            sbuf_printf(&known, " %s", rows[i].key);
    if (known.n > 0)
        USSD_FAULT(r, "unknown key %.*s in [%.*s]; there are:%.*s", STR_ARG(r->line->key),
                   STR_ARG(r->line->section), STR_ARG(sbuf_str(&known)));
    else
        USSD_FAULT(r, "unknown section [%.*s]; there are [request], [answer], [fields] and [headers]",
                   STR_ARG(r->line->section));
}

static void read_line(struct ussd_reader *r)
{
    const struct row *row = rows;
    bool field = str_is(r->line->section, "fields"), header = str_is(r->line->section, "headers");
    while (row < rows + ROWS && !(str_is(r->line->section, row->section) && str_is(r->line->key, row->key)))
        row++;
    if (r->line->key.n == 0) {
        if (!field && !header && !str_is(r->line->section, "request") && !str_is(r->line->section, "answer"))
            unknown(r);
    } else if ((field || header || (row < rows + ROWS && !row->repeats)) && seen_before(r))
        USSD_FAULT(r, "%.*s is given twice", STR_ARG(r->line->key));
    else if (field || header)
        ussd_add_part(r, field ? &r->d->fields : &r->d->headers);
    else if (row < rows + ROWS)
        row->set(r, (char *)r->d + row->offset);
    else
        unknown(r);
}

static void check_whole(struct ussd_reader *r)
{
    const struct ussd_description *d = r->d;
    const char *file = r->ini.file;
    bool page = false, texts = d->answer == ANSWER_TEXT || d->answer == ANSWER_PIPES;
    for (size_t i = 0; i < d->fields.n; i++)
        page |= ussd_has_page(d->fields.v[i].stays.text) && ussd_has_page(d->fields.v[i].closes.text);
    if (d->input.n == 0)
        faults_add(r->faults, file, 0, "[request] lacks input: the field with what was pressed");
    if (d->session.n == 0 && d->phone.n == 0)
        faults_add(r->faults, file, 0, "[request] lacks session and phone: one of them must name a session");
    if (texts && d->text.name.n == 0)
        faults_add(r->faults, file, 0, "[answer] lacks text, as in text = \"CON {page}\" | \"END {page}\"");
    if (!texts && !page)
        faults_add(r->faults, file, 0, "[fields] lacks the page, as in message = page");
    if (texts != (d->fields.n == 0) || (!texts && d->text.name.n > 0))
        faults_add(r->faults, file, 0, "text belongs to texts and pipes, [fields] to json and xmlrpc");
}

const struct ussd_description *ussd_describe(struct arena *arena, const char *file, struct str text,
                                             struct faults *faults)
{
    static const char *const types[ANSWERS] = {"text/plain; charset=utf-8", "text/plain; charset=utf-8",
                                               "application/json", "text/xml; charset=utf-8"};
    unsigned before = faults->count;
    struct ussd_reader r = {
        .arena = arena, .faults = faults, .d = arena_new_of(arena, struct ussd_description)};
    r.d->methods = 1u << HTTP_GET | 1u << HTTP_POST;
    r.ini = ini_parse(arena, file, text, true, faults);
    for (size_t i = 0; i < r.ini.n; i++) {
        r.line = &r.ini.v[i];
        read_line(&r);
    }
    check_whole(&r);
    if (r.d->type.n == 0)
        r.d->type = str_of(types[r.d->answer]);
    return faults->count == before ? r.d : NULL;
}
