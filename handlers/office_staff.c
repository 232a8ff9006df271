/* See the header. */
#include "handlers/office_staff.h"

#include "gateway/base/phone.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "handlers/handlers.h"

enum { TEXT_BYTES = 160, SLUG_LETTERS = 40, TOKEN_BYTES = 32 };

const struct message_spec staff_messages[] = {
    {"staff.phone", "", ROOM_ONE},
    {"staff.none", "", ROOM_ONE},
    {"staff.forbidden", "", ROOM_ONE},
    {"staff.organisation", "", ROOM_ONE},
    {"staff.deputy", "", ROOM_ONE},
    {"staff.deputy.places", "", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

/* ---- what a row may hold ---- */

static bool known_province(const struct config *config, struct str slug)
{
    const struct lexicon *lexicon = config->texts->lexicon;
    for (size_t i = 0; i < lexicon->names[LEX_PROVINCE].n; i++)
        if (str_eq(lexicon->names[LEX_PROVINCE].v[i].slug, slug))
            return true;
    return false;
}

static bool good_provinces(const struct config *config, struct str provinces, struct error *e)
{
    struct str rest = provinces, slug;
    while (rest.n > 0 && str_split(&rest, ' ', &slug))
        if (!known_province(config, slug))
            return error_set(e, "no province has the slug %.*s", STR_ARG(slug));
    return true;
}

/* A text of one line that fits into a cell and into an SMS. */
static bool good_text(struct str text)
{
    return text.n <= TEXT_BYTES && utf8_one_line(text);
}

static bool good_slug(struct str slug)
{
    for (size_t i = 0; i < slug.n; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", slug.p[i]) == NULL || slug.p[i] == '\0')
            return false;
    return slug.n <= SLUG_LETTERS;
}

bool staff_check(const struct config *config, const struct staff *s, bool deputy, struct error *e)
{
    enum role role;
    if (!(deputy && s->role.n == 0) && !role_from(s->role, &role))
        return error_set(
            e, "the role must be viewer, reporter, recruiter, coordinator, auditor or admin, not \"%.*s\"",
            STR_ARG(s->role));
    if (!good_provinces(config, s->provinces, e))
        return false;
    if (!good_slug(s->organisation))
        return error_set(e, "an organisation is named by its slug: a to z, 0 to 9, _ and -");
    if (!good_text(s->name) || !good_text(s->centre))
        return error_set(e, "a name is one line of at most %d bytes of UTF-8", TEXT_BYTES);
    return true;
}

bool organisation_check(const struct config *config, const struct organisation *o, struct error *e)
{
    if (o->slug.n == 0 || !good_slug(o->slug))
        return error_set(e, "an organisation is named by its slug: a to z, 0 to 9, _ and -");
    if (o->name_fa.n == 0)
        return error_set(e, "an organisation needs its Persian name");
    if (!good_text(o->name_fa) || !good_text(o->name_en))
        return error_set(e, "a name is one line of at most %d bytes of UTF-8", TEXT_BYTES);
    if (sms_encoding(o->name_en) != SMS_GSM7 || !pay_to_fits(o->pay_to))
        return error_set(e, "the English name and the way to pay must be in Latin letters, so that texts fit "
                            "one SMS, and the way to pay of at most 26");
    return good_provinces(config, o->provinces, e);
}

bool staff_phone(const struct office *o, struct str text, int64_t *number)
{
    struct phone phone = phone_parse(text, o->config->service.country.p);
    return phone_reachable(&phone) && !is_own_line(o->config, text) &&
           str_to_i64(str_of(phone.digits), number);
}

/* ---- who may ---- */

static struct office_said say(enum office_status status, const char *key)
{
    return office_say(status, key, NULL, 0);
}

static bool may_name(const struct actor *actor, struct str role_name)
{
    enum role role;
    if (!role_from(role_name, &role))
        return false;
    bool lower = role == ROLE_VIEWER || role == ROLE_REPORTER || role == ROLE_RECRUITER;
    return role_may(actor->role, ROLE_ADMIN) || (lower && role_may(actor->role, ROLE_COORDINATOR));
}

/* Nobody gives more than the own places. */
static bool may_place(const struct actor *actor, const struct staff *s)
{
    bool organisation = actor->organisation.n == 0 || str_eq(actor->organisation, s->organisation);
    bool centre = actor->centre.n == 0 || str_eq(actor->centre, s->centre);
    return organisation && centre && actor_covers_all(actor, s->provinces);
}

/* Somebody whom the actor may change; else SAID tells why not. */
static bool find(const struct office *o, struct str text, struct staff *s, struct office_said *said)
{
    int64_t phone;
    *said = say(OFFICE_DONE, NULL);
    if (!staff_phone(o, text, &phone))
        *said = say(OFFICE_BAD, "staff.phone");
    else if (staff_get_of(o->store, o->arena, &o->actor, phone, s))
        *said = may_name(&o->actor, s->role) ? *said : say(OFFICE_FORBIDDEN, "staff.forbidden");
    else /* whoever is elsewhere is nobody here */
        *said = say(OFFICE_ABSENT, "staff.none");
    return said->status == OFFICE_DONE;
}

static void note(const struct office *o, const char *action, int64_t phone, struct str detail)
{
    audit_add(o->store, &o->actor, action, str_printf(o->arena, "%lld", (long long)phone), detail,
              office_now(o));
}

/* ---- what is done ---- */

static bool same_or_left_out(struct str given, struct str has)
{
    return given.n == 0 || str_eq(given, has);
}

/* Everything but the name is the principal's. */
static struct office_said be_deputy(const struct office *o, struct staff *s, struct str of)
{
    struct staff principal;
    struct office_said said;
    if (!find(o, of, &principal, &said))
        return said;
    if (principal.deputy_of > 0 || principal.phone == s->phone || staff_has_deputies(o->store, s->phone))
        return say(OFFICE_CONFLICT, "staff.deputy");
    if (!same_or_left_out(s->role, principal.role) || !same_or_left_out(s->provinces, principal.provinces) ||
        !same_or_left_out(s->organisation, principal.organisation) ||
        !same_or_left_out(s->centre, principal.centre))
        return say(OFFICE_BAD, "staff.deputy.places");
    s->role = principal.role;
    s->provinces = principal.provinces;
    s->organisation = principal.organisation;
    s->centre = principal.centre;
    s->deputy_of = principal.phone;
    return said;
}

/* Slugs parted by blanks: what is counted by province is counted once. */
static struct str each_once(struct arena *arena, struct str slugs)
{
    struct sbuf out = sbuf_in(arena);
    struct str rest = slugs, slug;
    while (rest.n > 0 && str_split(&rest, ' ', &slug)) {
        struct str before = sbuf_str(&out), other;
        bool known = false;
        while (!known && before.n > 0 && str_split(&before, ' ', &other))
            known = str_eq(other, slug);
        if (!known)
            sbuf_printf(&out, "%s%.*s", out.n > 0 ? " " : "", STR_ARG(slug));
    }
    return sbuf_str(&out);
}

struct office_said staff_add(const struct office *o, struct staff *s, struct str phone, struct str deputy_of)
{
    struct staff before;
    struct organisation organisation;
    struct office_said said = say(OFFICE_DONE, NULL);
    if (!staff_phone(o, phone, &s->phone))
        return say(OFFICE_BAD, "staff.phone");
    if (deputy_of.n > 0)
        said = be_deputy(o, s, deputy_of);
    if (said.status != OFFICE_DONE)
        return said;
    if (!may_name(&o->actor, s->role) || !may_place(&o->actor, s))
        return say(OFFICE_FORBIDDEN, "staff.forbidden");
    bool known = staff_get(o->store, o->arena, s->phone, &before);
    if (known && (!staff_get_of(o->store, o->arena, &o->actor, s->phone, &before) ||
                  !may_name(&o->actor, before.role)))
        return say(OFFICE_FORBIDDEN, "staff.forbidden"); /* somebody else's */
    if (s->organisation.n > 0 && !organisation_get(o->store, o->arena, s->organisation, &organisation))
        return say(OFFICE_BAD, "staff.organisation");
    s->provinces = each_once(o->arena, s->provinces);
    staff_put(o->store, s, office_now(o));
    struct str where = s->provinces.n > 0 ? s->provinces : STR("everywhere");
    note(o, "staff.add", s->phone,
         str_printf(o->arena, "%.*s %.*s%s%.*s%s", STR_ARG(s->role), STR_ARG(where),
                    s->organisation.n > 0 ? " of " : "", STR_ARG(s->organisation),
                    s->deputy_of > 0 ? " as a deputy" : ""));
    return said;
}

struct office_said staff_take_away(const struct office *o, struct str phone)
{
    struct staff s;
    struct office_said said;
    if (!find(o, phone, &s, &said))
        return said;
    bool heirs = staff_has_deputies(o->store, s.phone);
    if (!staff_remove(o->store, s.phone))
        return say(OFFICE_ABSENT, "staff.none");
    note(o, "staff.remove", s.phone, heirs ? STR("its deputies are in its place") : STR(""));
    return said;
}

struct office_said staff_unlock(const struct office *o, struct str phone)
{
    struct staff s;
    struct office_said said;
    if (!find(o, phone, &s, &said))
        return said;
    if (!staff_lock(o->store, s.phone, 0, office_now(o)))
        return say(OFFICE_ABSENT, "staff.none");
    note(o, "staff.unlock", s.phone, STR(""));
    return said;
}

struct office_said staff_token(const struct office *o, struct str phone, struct str *token)
{
    unsigned char random[TOKEN_BYTES];
    struct staff s;
    struct office_said said;
    struct sbuf text = sbuf_in(o->arena);
    if (!find(o, phone, &s, &said))
        return said;
    crypto_random(random, sizeof random);
    sbuf_add(&text, STR("yvr_"));
    for (size_t i = 0; i < sizeof random; i++)
        sbuf_printf(&text, "%02x", random[i]);
    *token = sbuf_str(&text);
    struct digest hash = token_hash(*token);
    token_put(o->store, s.phone, &hash, office_now(o));
    note(o, "staff.token", s.phone, STR(""));
    return said;
}

struct office_said organisation_add(const struct office *o, const struct organisation *organisation)
{
    if (!actor_unconfined(&o->actor) || !role_may(o->actor.role, ROLE_ADMIN))
        return say(OFFICE_FORBIDDEN, "staff.forbidden");
    organisation_put(o->store, organisation, office_now(o));
    struct str detail =
        str_printf(o->arena, "in %.*s, paid to %.*s",
                   STR_ARG(organisation->provinces.n > 0 ? organisation->provinces : STR("all provinces")),
                   STR_ARG(organisation->pay_to.n > 0 ? organisation->pay_to : STR("nobody")));
    audit_add(o->store, &o->actor, "organisation.add", organisation->slug, detail, office_now(o));
    return say(OFFICE_DONE, NULL);
}
