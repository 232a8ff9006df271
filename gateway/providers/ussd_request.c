/* What a request says, by a description: fields wherever they stand, rules
 * about them, and the step they make. */
#include "gateway/base/utf8.h"
#include "gateway/base/xmlrpc.h"
#include "gateway/providers/ussd.h"

enum { FIELD_MOST = 200 };

static void add_pairs(struct ussd_request *r, struct str raw)
{
    struct http_pairs pairs = http_parse_fields(r->arena, raw, &r->broken);
    struct ussd_field *all = arena_array(r->arena, struct ussd_field, r->n + pairs.n + 1);
    if (r->n > 0)
        memcpy(all, r->v, r->n * sizeof *all);
    for (size_t i = 0; i < pairs.n; i++)
        all[r->n + i] = (struct ussd_field){pairs.v[i].name, pairs.v[i].value, STR("")};
    r->v = all;
    r->n += pairs.n;
}

static void add_members(struct ussd_request *r, struct str body)
{
    struct xmlrpc_members members;
    struct error e;
    r->readable = xmlrpc_read(body, r->arena, &members, &e);
    if (!r->readable)
        return;
    r->v = arena_array(r->arena, struct ussd_field, members.n + 1);
    for (size_t i = 0; i < members.n; i++) {
        struct xmlrpc_member *m = &members.v[i];
        r->v[r->n++] = (struct ussd_field){m->name, m->value, m->type};
    }
}

static bool looks_like_json(struct str body)
{
    body = str_trim(body);
    return body.n > 0 && body.p[0] == '{';
}

struct ussd_request ussd_read(const struct ussd_description *d, const struct http_request *request,
                              struct arena *arena)
{
    struct ussd_request r = {.http = request, .arena = arena, .readable = true};
    struct error e;
    bool json = d->body == USSD_JSON || (d->body == USSD_AUTO && looks_like_json(request->body));
    if (json) {
        r.json = json_read(request->body, &e);
        r.readable = r.json != NULL;
    } else if (d->body == USSD_XMLRPC) {
        add_members(&r, request->body);
    } else {
        if (d->body != USSD_QUERY)
            add_pairs(&r, request->body);
        add_pairs(&r, request->query);
    }
    r.readable = r.readable && (d->methods >> request->method & 1);
    return r;
}

void ussd_request_free(struct ussd_request *request)
{
    json_free(request->json);
    request->json = NULL;
}

const struct ussd_field *ussd_field_named(const struct ussd_request *r, struct str name)
{
    const struct ussd_field *alike = NULL;
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->v[i].name, name))
            return &r->v[i];
        else if (alike == NULL && str_eq_nocase(r->v[i].name, name))
            alike = &r->v[i];
    return alike;
}

bool ussd_find(const struct ussd_request *r, struct str name, struct str *text)
{
    uint64_t part;
    *text = STR("");
    if (name.n > 1 && name.p[0] == '/' && str_to_u64(str_after(name, 1), &part)) {
        *text = provider_path_part(r->arena, r->http, part);
        return text->n > 0;
    }
    if (r->json != NULL) {
        const struct json *value = json_find(r->json, name);
        return value != NULL && json_scalar(value, r->arena, text);
    }
    const struct ussd_field *field = ussd_field_named(r, name);
    if (field == NULL)
        return false;
    *text = field->value;
    if (str_is(field->type, "boolean"))
        *text = str_is(str_trim(field->value), "1") ? STR("true") : STR("false");
    return true;
}

/* The first of NAMES that is there and not empty, else one that is there. */
static bool find_any(const struct ussd_request *r, const struct ussd_names *names, struct str *text)
{
    bool found = false;
    for (size_t i = 0; i < names->n; i++) {
        found |= ussd_find(r, names->v[i], text);
        if (text->n > 0)
            return true;
    }
    *text = STR("");
    return found;
}

static struct str clean(const struct ussd_request *r, const struct ussd_names *names)
{
    struct str text;
    (void)find_any(r, names, &text); /* empty where it is absent */
    return provider_clean(r->arena, text, FIELD_MOST, NULL);
}

/* ---- rules ---- */

/* "29.." or "1..17". */
static bool in_range(struct str value, struct str pattern)
{
    const char *dots = pattern.n > 2 ? memmem(pattern.p, pattern.n, "..", 2) : NULL;
    int64_t from, to = INT64_MAX, number;
    if (dots == NULL || !str_to_i64(str_from(pattern.p, (size_t)(dots - pattern.p)), &from))
        return false;
    struct str end = str_after(pattern, (size_t)(dots - pattern.p) + 2);
    return (end.n == 0 || str_to_i64(end, &to)) && str_to_i64(value, &number) && number >= from &&
           number <= to;
}

static bool is_like(struct str value, struct str pattern)
{
    struct str head = str_from(pattern.p, pattern.n - 1); /* of "Timed out*" */
    if (pattern.p[pattern.n - 1] == '*' && value.n >= head.n)
        return str_eq_nocase(str_from(value.p, head.n), head);
    return str_eq_nocase(value, pattern) || in_range(value, pattern);
}

static bool matches(const struct ussd_request *r, const struct ussd_rule *rule)
{
    struct str value;
    bool there = find_any(r, &rule->field, &value), listed = false;
    value = str_trim(value);
    for (size_t i = 0; i < rule->n && !listed; i++)
        listed = is_like(value, rule->values[i]);
    if (rule->n == 0 || rule->negated)
        return there && value.n > 0 && !listed;
    return there && listed;
}

bool ussd_matches(const struct ussd_request *request, const struct ussd_rules *rules)
{
    for (size_t i = 0; i < rules->n; i++)
        if (matches(request, &rules->v[i]))
            return true;
    return false;
}

/* ---- the step ---- */

static enum first_step first_of(const struct ussd_description *d, const struct ussd_request *r,
                                const struct ussd_step *step)
{
    struct str flag, input = str_trim(step->input);
    switch (d->first_by) {
    case FIRST_BY_EMPTY: /* a code dialled with a suffix brings it at once: not empty tells nothing */
        return input.n == 0 ? FIRST_YES : FIRST_UNKNOWN;
    case FIRST_BY_DIALLED:
        return str_starts(input, STR("*")) ? FIRST_YES : FIRST_NO;
    case FIRST_BY_FIELD:
        if (ussd_matches(r, &d->first))
            return FIRST_YES;
        return find_any(r, &d->first.v[0].field, &flag) && str_trim(flag).n > 0 ? FIRST_NO : FIRST_UNKNOWN;
    default:
        return FIRST_UNKNOWN;
    }
}

/* The input keeps its length and blanks; what is no text cannot be read. */
static void read_input(const struct ussd_description *d, const struct ussd_request *r, struct ussd_step *step)
{
    struct str text;
    bool is_text = find_any(r, &d->input, &text);
    step->unreadable = r->broken;
    for (size_t i = 0; i < d->input.n && r->json != NULL && !is_text; i++)
        step->unreadable |= json_find(r->json, d->input.v[i]) != NULL;
    step->input = utf8_repair(r->arena, text, &step->unreadable);
}

struct ussd_step *ussd_step_of(const struct ussd_description *d, const struct channel *channel,
                               const struct ussd_request *r)
{
    struct ussd_step *step = arena_new_of(r->arena, struct ussd_step);
    if (!r->readable)
        return NULL;
    step->channel = channel->name;
    step->session = clean(r, &d->session);
    step->phone = clean(r, &d->phone);
    step->code = clean(r, &d->code);
    step->hop = clean(r, &d->hop);
    step->accumulated = d->accumulated;
    if (d->session.n > 0 ? step->session.n == 0 : step->phone.n == 0)
        return NULL; /* nobody knows which session it is */
    if (d->phone_in_session)
        step->session = str_printf(r->arena, "%.*s/%.*s", STR_ARG(step->phone), STR_ARG(step->session));
    step->over = ussd_matches(r, &d->over);
    if (step->over)
        return step;
    read_input(d, r, step);
    step->first = first_of(d, r, step);
    if (step->first == FIRST_YES && step->phone.n == 0)
        return NULL; /* nor who begins it */
    if (step->first != FIRST_YES && d->next.n > 0 && !ussd_matches(r, &d->next))
        return NULL; /* a kind of request that is neither */
    return step;
}
