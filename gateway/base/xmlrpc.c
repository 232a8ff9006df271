/* XML-RPC by expat, bounded: what is refused and why is said in xmlrpc.h. */
#include "gateway/base/xmlrpc.h"

#include <expat.h>

#include "gateway/base/arena.h"
#include "gateway/base/utf8.h"

enum { DEPTH_MOST = 32, BODY_BYTES_MOST = 64 << 10 };

/* Where the parser is in methodCall … struct/member/value/TYPE: a member's
 * parts are told by how deep they lie below the first struct. */
struct reader {
    XML_Parser parser;
    struct arena *arena;
    struct xmlrpc_members *members;
    struct sbuf text;
    unsigned depth, inside; /* INSIDE: the depth of the first struct; 0 before it */
    bool ended, in_name, in_value;
    const char *refused;
};

static void refuse(struct reader *r, const char *why)
{
    r->refused = why;
    (void)XML_StopParser(r->parser, XML_FALSE); /* it fails only where it was stopped already */
}

static void text_anew(struct reader *r)
{
    r->text = sbuf_in(r->arena);
}

static struct xmlrpc_member *last_of(struct reader *r)
{
    return r->members->n > 0 ? &r->members->v[r->members->n - 1] : NULL;
}

/* What is no scalar is kept as a string: it is never written back as a tag. */
static struct str type_of(struct str element)
{
    static const char *const types[] = {"int", "i4", "i8", "boolean", "double", "dateTime.iso8601", "base64"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_is(element, types[i]))
            return str_of(types[i]);
    return STR("string");
}

static void start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *r = ctx;
    struct str element = str_of(name);
    (void)attributes; /* XML-RPC has none */
    if (++r->depth > DEPTH_MOST) {
        refuse(r, "too deep");
        return;
    }
    unsigned below = r->inside > 0 && !r->ended ? r->depth - r->inside : 0;
    if (r->inside == 0 && str_is(element, "struct")) {
        r->inside = r->depth;
    } else if (below == 1 && str_is(element, "member")) {
        if (r->members->n == XMLRPC_MEMBERS_MOST)
            refuse(r, "too many members");
        else
            r->members->v[r->members->n++] = (struct xmlrpc_member){STR(""), STR(""), STR("string")};
    } else if (below == 2 && last_of(r) != NULL) {
        r->in_name = str_is(element, "name");
        r->in_value = str_is(element, "value");
        text_anew(r);
    } else if (below == 3 && r->in_value) {
        last_of(r)->type = type_of(element);
        text_anew(r); /* blanks before it are no text */
    }
}

static void end(void *ctx, const XML_Char *name)
{
    struct reader *r = ctx;
    unsigned below = r->inside > 0 && !r->ended ? r->depth - r->inside : 0;
    (void)name; /* expat has seen that it fits */
    if (r->inside > 0 && r->depth == r->inside)
        r->ended = true;
    if (below == 3 && r->in_value) { /* the type's own text is the value; what follows it is none */
        last_of(r)->value = sbuf_str(&r->text);
        r->in_value = false;
    } else if (below == 2 && last_of(r) != NULL) {
        if (r->in_name)
            last_of(r)->name = str_trim(sbuf_str(&r->text));
        else if (r->in_value)
            last_of(r)->value = sbuf_str(&r->text);
        r->in_name = r->in_value = false;
    }
    r->depth--;
}

static void characters(void *ctx, const XML_Char *text, int n)
{
    struct reader *r = ctx;
    if ((r->in_name || r->in_value) && r->depth - r->inside <= 3)
        sbuf_add(&r->text, str_from(text, (size_t)n));
}

static void doctype(void *ctx, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                    int subset)
{
    (void)name; /* whatever it is */
    (void)system;
    (void)public;
    (void)subset;
    refuse(ctx, "a document type is not taken");
}

bool xmlrpc_read(struct str body, struct arena *arena, struct xmlrpc_members *members, struct error *e)
{
    *members = (struct xmlrpc_members){arena_array(arena, struct xmlrpc_member, XMLRPC_MEMBERS_MOST), 0};
    if (body.n == 0 || body.n > BODY_BYTES_MOST)
        return error_set(e, "no XML of at most %d bytes", (int)BODY_BYTES_MOST);
    struct reader r = {.parser = XML_ParserCreate(NULL), .arena = arena, .members = members};
    if (r.parser == NULL)
        return error_set(e, "out of memory");
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, start, end);
    XML_SetCharacterDataHandler(r.parser, characters);
    XML_SetStartDoctypeDeclHandler(r.parser, doctype);
    bool fine = XML_Parse(r.parser, body.p, (int)body.n, XML_TRUE) == XML_STATUS_OK;
    if (!fine)
        error_set(e, "no XML-RPC: line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(r.parser),
                  r.refused != NULL ? r.refused : XML_ErrorString(XML_GetErrorCode(r.parser)));
    XML_ParserFree(r.parser);
    return fine && (r.inside > 0 || error_set(e, "no XML-RPC: no struct in it"));
}

static void escape(struct sbuf *out, struct str text)
{
    struct arena *arena = out->arena;
    bool bad = false;
    struct str rest = utf8_repair(arena, text, &bad);
    while (rest.n > 0) {
        uint32_t c = utf8_next(&rest);
        if (c == '&')
            sbuf_add(out, STR("&amp;"));
        else if (c == '<')
            sbuf_add(out, STR("&lt;"));
        else if (c == '>')
            sbuf_add(out, STR("&gt;"));
        else if (c == '\r')
            sbuf_add(out, STR("&#13;"));
        else if ((c >= ' ' || c == '\n' || c == '\t') && c != 0xFFFE && c != 0xFFFF)
            utf8_add(out, c);
    }
}

struct str xmlrpc_write(const struct xmlrpc_members *members, struct arena *arena)
{
    struct sbuf out = sbuf_in(arena);
    sbuf_add(&out,
             STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse><params><param><value><struct>"));
    for (size_t i = 0; i < members->n; i++) {
        const struct xmlrpc_member *m = &members->v[i];
        sbuf_add(&out, STR("<member><name>"));
        escape(&out, m->name);
        sbuf_printf(&out, "</name><value><%.*s>", STR_ARG(m->type));
        escape(&out, m->value);
        sbuf_printf(&out, "</%.*s></value></member>", STR_ARG(m->type));
    }
    sbuf_add(&out, STR("</struct></value></param></params></methodResponse>"));
    return sbuf_str(&out);
}

const char *xmlrpc_library_version(void)
{
    return XML_ExpatVersion() + strlen("expat_");
}
