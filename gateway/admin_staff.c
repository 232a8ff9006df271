/* Staff: who may be one, added and removed. */
#include "gateway/admin_staff.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"

enum { TEXT_BYTES = 160, SLUG_LETTERS = 40 };

static bool known_role(struct str role)
{
    for (int i = 0; i < ROLES; i++)
        if (str_is(role, role_names[i]))
            return true;
    return false;
}

static bool known_province(const struct config *config, struct str slug)
{
    const struct lexicon *lexicon = config->texts->lexicon;
    for (size_t i = 0; i < lexicon->names[LEX_PROVINCE].n; i++)
        if (str_eq(lexicon->names[LEX_PROVINCE].v[i].slug, slug))
            return true;
    return false;
}

/* A text of one line that fits into a cell and into an SMS. */
static bool good_text(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < ' ')
            return false;
    return text.n <= TEXT_BYTES && utf8_valid(text);
}

static bool good_slug(struct str slug)
{
    for (size_t i = 0; i < slug.n; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", slug.p[i]) == NULL || slug.p[i] == '\0')
            return false;
    return slug.n <= SLUG_LETTERS;
}

bool staff_check(const struct config *config, const struct staff *s, struct error *e)
{
    struct str rest = s->provinces, slug;
    if (!known_role(s->role))
        return error_set(
            e, "the role must be viewer, reporter, recruiter, coordinator, auditor or admin, not \"%.*s\"",
            STR_ARG(s->role));
    while (rest.n > 0 && str_split(&rest, ' ', &slug))
        if (!known_province(config, slug))
            return error_set(e, "no province has the slug %.*s", STR_ARG(slug));
    if (!good_slug(s->organisation))
        return error_set(e, "an organisation is named by its slug: a to z, 0 to 9, _ and -");
    if (!good_text(s->name) || !good_text(s->centre))
        return error_set(e, "a name is one line of at most %d bytes of UTF-8", TEXT_BYTES);
    return true;
}

/* One that an SMS can reach, and none of our own lines. */
static bool read_phone(const struct admin_call *c, struct str text, int64_t *number, struct str *digits)
{
    const char *country = c->config->service.country.p;
    struct phone phone = phone_parse(text, country);
    for (size_t i = 0; i < c->config->channel_count; i++)
        if (phone_same_line(c->config->channels[i].number, text, country))
            return false;
    *digits = str_dup(c->arena, str_of(phone.digits));
    return phone_reachable(&phone) && str_to_i64(*digits, number);
}

static struct staff_done refused(int status, const char *why)
{
    return (struct staff_done){status, why, STR("")};
}

static const char not_reachable[] = "this is no phone number that an SMS can reach";

struct staff_done staff_add(const struct admin_call *c, const struct json *body)
{
    struct error e;
    struct str digits;
    struct staff s = {.name = str_trim(json_str(body, "name")),
                      .role = json_str(body, "role"),
                      .provinces = str_trim(json_str(body, "provinces")),
                      .organisation = json_str(body, "organisation"),
                      .centre = str_trim(json_str(body, "centre"))};
    if (!staff_check(c->config, &s, &e))
        return refused(422, str_cstr(c->arena, str_of(e.text)));
    if (!read_phone(c, json_str(body, "phone"), &s.phone, &digits))
        return refused(422, not_reachable);
    staff_put(c->store, &s, c->now_ms / 1000);
    return (struct staff_done){201, NULL, digits};
}

struct staff_done staff_take_away(const struct admin_call *c, struct str phone)
{
    int64_t number;
    struct str digits;
    if (!read_phone(c, phone, &number, &digits))
        return refused(422, not_reachable);
    if (!staff_remove(c->store, number))
        return refused(404, "nobody of the staff has this phone");
    return (struct staff_done){201, NULL, digits};
}
