/* What an answer holds, as a description writes it: "text" with {page} in it,
 * page, @FIELD, a number, true or false, and behind a | what closes. */
#include "gateway/providers/ussd_describe.h"

bool ussd_has_page(struct str text)
{
    return text.n >= 6 && memmem(text.p, text.n, "{page}", 6) != NULL;
}

/* One of: "text", page, @FIELD, a number, true, false; *REST is what follows. */
static struct ussd_value one_value(struct ussd_reader *r, struct str *rest)
{
    struct str text = str_trim(*rest);
    struct ussd_value value = {VALUE_TEXT, text, 0};
    const char *close = text.n > 1 && text.p[0] == '"' ? memchr(text.p + 1, '"', text.n - 1) : NULL;
    size_t n = 0;
    if (close != NULL) {
        value.text = str_from(text.p + 1, (size_t)(close - text.p) - 1);
        *rest = str_after(text, value.text.n + 2);
        return value;
    }
    while (n < text.n && text.p[n] != ' ' && text.p[n] != '|')
        n++;
    value.text = str_from(text.p, n);
    *rest = str_after(text, n);
    if (n > 1 && text.p[0] == '@' && ussd_is_name(str_from(text.p + 1, n - 1)))
        return (struct ussd_value){VALUE_FIELD, str_from(text.p + 1, n - 1), 0};
    if (str_is(value.text, "true") || str_is(value.text, "false"))
        return (struct ussd_value){VALUE_BOOL, value.text, str_is(value.text, "true")};
    if (str_to_i64(value.text, &value.number))
        return (struct ussd_value){VALUE_NUMBER, value.text, value.number};
    if (str_is(value.text, "page"))
        return (struct ussd_value){VALUE_TEXT, STR("{page}"), 0};
    USSD_FAULT(r, "%.*s must be \"text\", page, @FIELD, a number, true or false, and behind a | what closes",
               STR_ARG(r->line->key));
    return value;
}

static struct ussd_part part_of(struct ussd_reader *r)
{
    struct str rest = r->line->value;
    struct ussd_part part = {.name = r->line->key, .stays = one_value(r, &rest)};
    rest = str_trim(rest);
    part.closes = part.stays;
    if (rest.n > 0 && rest.p[0] == '|') {
        rest = str_after(rest, 1);
        part.closes = one_value(r, &rest);
    }
    if (str_trim(rest).n > 0)
        USSD_FAULT(r, "%.*s: what is this: %.*s", STR_ARG(part.name), STR_ARG(str_trim(rest)));
    return part;
}

void ussd_set_text(struct ussd_reader *r, void *place)
{
    struct ussd_part *part = place;
    *part = part_of(r);
    if (part->stays.kind != VALUE_TEXT || part->closes.kind != VALUE_TEXT ||
        !ussd_has_page(part->stays.text) || !ussd_has_page(part->closes.text))
        USSD_FAULT(r, "text must hold the page both ways, as in \"CON {page}\" | \"END {page}\"");
}

void ussd_add_part(struct ussd_reader *r, struct ussd_parts *parts)
{
    bool in_headers = parts == &r->d->headers;
    if (parts->n == USSD_PARTS_MOST) {
        USSD_FAULT(r, "more than %d in [%.*s]", (int)USSD_PARTS_MOST, STR_ARG(r->line->section));
        return;
    }
    struct ussd_part *part = &parts->v[parts->n++];
    *part = part_of(r);
    if (!ussd_is_name(part->name) || part->name.p[0] == '/')
        USSD_FAULT(r, "no name of a field: %.*s", STR_ARG(part->name));
    if (in_headers && (part->stays.kind == VALUE_FIELD || part->closes.kind == VALUE_FIELD ||
                       ussd_has_page(part->stays.text) || ussd_has_page(part->closes.text)))
        USSD_FAULT(r, "a header may hold neither the page nor a field of the request");
}
