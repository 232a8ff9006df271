/* The answer a description asks for: a page as text, pipes, JSON or XML-RPC,
 * with what is echoed of the request. */
#include "gateway/base/utf8.h"
#include "gateway/base/xmlrpc.h"
#include "gateway/providers/ussd.h"

struct writer {
    const struct ussd_request *request;
    struct arena *arena;
    struct str page;
    bool last;
};

static const struct ussd_value *side(const struct writer *w, const struct ussd_part *part)
{
    return w->last ? &part->closes : &part->stays;
}

static struct str fill(const struct writer *w, struct str text)
{
    struct sbuf out = sbuf_in(w->arena);
    while (text.n > 0) {
        const char *mark = text.n >= 6 ? memmem(text.p, text.n, "{page}", 6) : NULL;
        size_t n = mark != NULL ? (size_t)(mark - text.p) : text.n;
        sbuf_add(&out, str_from(text.p, n));
        if (mark != NULL)
            sbuf_add(&out, w->page);
        text = str_after(text, mark != NULL ? n + 6 : n);
    }
    return sbuf_str(&out);
}

/* In a body whose fields are parted by '|' a page may hold none. */
static struct str without_pipes(struct arena *arena, struct str text)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < text.n; i++)
        sbuf_byte(&out, text.p[i] == '|' ? '/' : text.p[i]);
    return sbuf_str(&out);
}

/* NULL: the request has no such scalar, and nothing is echoed. */
static struct json *json_of(const struct writer *w, const struct ussd_value *value)
{
    struct str text;
    switch (value->kind) {
    case VALUE_NUMBER:
        return json_int_new(value->number);
    case VALUE_BOOL:
        return json_bool_new(value->number != 0);
    case VALUE_FIELD:
        if (!ussd_find(w->request, value->text, &text))
            return NULL;
        if (w->request->json != NULL && value->text.p[0] != '/')
            return json_copy_of(json_find(w->request->json, value->text));
        return json_string_new(text);
    default:
        return json_string_new(fill(w, value->text));
    }
}

static struct str json_body(const struct ussd_description *d, const struct writer *w)
{
    struct json *object = json_object_new();
    for (size_t i = 0; i < d->fields.n; i++) {
        struct json *value = json_of(w, side(w, &d->fields.v[i]));
        if (value != NULL)
            json_put_at(object, d->fields.v[i].name, value);
    }
    struct str body = json_write(object, w->arena);
    json_free(object);
    return body;
}

static bool member_of(const struct writer *w, const struct ussd_value *value, struct xmlrpc_member *member)
{
    const struct ussd_field *field;
    switch (value->kind) {
    case VALUE_NUMBER:
        member->type = STR("int");
        member->value = value->text;
        return true;
    case VALUE_BOOL:
        member->type = STR("boolean");
        member->value = value->number != 0 ? STR("1") : STR("0");
        return true;
    case VALUE_FIELD:
        field = ussd_field_named(w->request, value->text);
        if (field != NULL) {
            member->type = field->type.n > 0 ? field->type : STR("string");
            member->value = field->value;
        }
        return field != NULL;
    default:
        member->type = STR("string");
        member->value = fill(w, value->text);
        return true;
    }
}

static struct str xmlrpc_body(const struct ussd_description *d, const struct writer *w)
{
    struct xmlrpc_members members = {arena_array(w->arena, struct xmlrpc_member, USSD_PARTS_MOST), 0};
    for (size_t i = 0; i < d->fields.n; i++) {
        struct xmlrpc_member *member = &members.v[members.n];
        member->name = d->fields.v[i].name;
        members.n += member_of(w, side(w, &d->fields.v[i]), member);
    }
    return xmlrpc_write(&members, w->arena);
}

static struct http_pairs headers_of(const struct ussd_description *d, const struct writer *w)
{
    struct http_pairs headers = {arena_array(w->arena, struct http_pair, d->headers.n + 1), d->headers.n};
    for (size_t i = 0; i < d->headers.n; i++)
        headers.v[i] = (struct http_pair){d->headers.v[i].name, side(w, &d->headers.v[i])->text};
    return headers;
}

struct http_response ussd_answer(const struct ussd_description *d, const struct ussd_request *request,
                                 const struct ussd_page *page)
{
    struct writer w = {request, request->arena, page->text, page->last};
    struct http_response response = {.status = 200, .content_type = d->type, .headers = headers_of(d, &w)};
    if (d->answer == ANSWER_JSON) {
        response.body = json_body(d, &w);
    } else if (d->answer == ANSWER_XMLRPC) {
        response.body = xmlrpc_body(d, &w);
    } else {
        if (d->answer == ANSWER_PIPES)
            w.page = without_pipes(w.arena, w.page);
        response.body = fill(&w, side(&w, &d->text)->text);
    }
    return response;
}
