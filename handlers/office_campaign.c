/* See the header. */
#include "handlers/office_campaign.h"

#include "gateway/base/fold.h"
#include "gateway/base/number.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "handlers/handlers.h"

enum { NAME_BYTES = 200, WORD_PARTS = 8 };

const struct message_spec office_campaign_messages[] = {
    {"campaign.opened", "title", ROOM_ONE},
    {"campaign.changed", "title", ROOM_ONE},
    {"campaign.allotted", "ref code", ROOM_ONE},
    {"campaign.absent", "", ROOM_ONE},
    {"campaign.words", "", ROOM_ONE},
    {"campaign.word", "", ROOM_ONE},
    {"campaign.word.taken", "", ROOM_ONE},
    {"campaign.latin", "", ROOM_ONE},
    {"campaign.window", "", ROOM_ONE},
    {"campaign.name", "", ROOM_ONE},
    {"campaign.place", "", ROOM_ONE},
    {"campaign.elsewhere", "", ROOM_ONE},
    {"allot.unknown", "ref", ROOM_ONE},
    {"allot.taken", "ref", ROOM_ONE},
    {"allot.cancelled", "ref", ROOM_ONE},
    {"allot.need", "code", ROOM_ONE},
    {"allot.unit", "code", ROOM_ONE},
    {"allot.full", "code", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

static struct office_said say_plain(enum office_status status, const char *key)
{
    return office_say(status, key, NULL, 0);
}

static struct office_said say_title_of(const char *key, const struct campaign *c)
{
    return office_say(OFFICE_DONE, key, FIELDS({"title", c->name_en}));
}

static bool is_name(struct str name)
{
    return name.n > 0 && name.n <= NAME_BYTES && utf8_one_line(name);
}

/* What must hold of any campaign; OFFICE_DONE where it does. */
static struct office_said check(const struct office *o, const struct campaign *c)
{
    struct str rest = c->provinces, slug;
    while (rest.n > 0 && str_split(&rest, ' ', &slug))
        if (lexicon_slug(o->config->texts->lexicon, LEX_PROVINCE, slug) < 0)
            return say_plain(OFFICE_BAD, "campaign.place");
    if (!is_name(c->name_fa) || !is_name(c->name_en))
        return say_plain(OFFICE_BAD, "campaign.name");
    if (sms_measure(c->name_en).encoding != SMS_GSM7 || !pay_to_fits(c->pay_to))
        return say_plain(OFFICE_BAD, "campaign.latin");
    if (c->ends_at > 0 && c->ends_at <= c->starts_at)
        return say_plain(OFFICE_BAD, "campaign.window");
    if (!campaign_mine(&o->actor, c))
        return say_plain(OFFICE_FORBIDDEN, "campaign.elsewhere");
    return say_plain(OFFICE_DONE, NULL);
}

static void take_names(struct campaign *c, const struct str *words, size_t count)
{
    if (c->name_fa.n == 0)
        c->name_fa = words[0];
    for (size_t i = 0; i < count && c->name_en.n == 0; i++)
        if (sms_measure(words[i]).encoding == SMS_GSM7)
            c->name_en = words[i];
    if (c->name_en.n == 0)
        c->name_en = STR("our campaign");
}

/* What is a number, a unit or a filler in a pledge is never read as a name there. */
static bool is_keyword(const struct office *o, struct str word)
{
    static const enum lex_kind others[] = {LEX_FILLER, LEX_UNIT, LEX_RECURRENCE};
    struct str parts[WORD_PARTS], folded = fold(o->arena, word), glued = fold_glued(o->arena, folded);
    bool good = glued.n > 0 && glued.n == folded.n && utf8_valid(word) && number_word_find(glued) == NULL &&
                number_word_split(glued, parts, WORD_PARTS) == 0;
    for (size_t i = 0; i < glued.n && good; i++)
        good = (unsigned char)glued.p[i] >= 0x80 || (glued.p[i] >= 'a' && glued.p[i] <= 'z');
    for (size_t i = 0; i < sizeof others / sizeof others[0] && good; i++)
        good = lexicon_find(o->config->texts->lexicon, others[i], glued) == NULL;
    return good;
}

static bool add_words(const struct office *o, int64_t campaign, const struct str *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str glued = fold_glued(o->arena, fold(o->arena, words[i]));
        if (!campaign_word_add(o->store, campaign, (int64_t)i, glued, words[i]))
            return false;
    }
    return true;
}

static struct str detail_of(const struct office *o, const struct campaign *c)
{
    return str_printf(o->arena, "goal %lld rial, from %lld to %lld, in %.*s, paid to %.*s",
                      (long long)c->goal_rial, (long long)c->starts_at, (long long)c->ends_at,
                      STR_ARG(c->provinces.n > 0 ? c->provinces : STR("all provinces")),
                      STR_ARG(c->pay_to.n > 0 ? c->pay_to : STR("what its organisation says")));
}

static struct str number(const struct office *o, int64_t n)
{
    return str_printf(o->arena, "%lld", (long long)n);
}

struct office_said campaign_open(const struct office *o, struct campaign *c, const struct str *words,
                                 size_t count)
{
    struct organisation organisation;
    if (count == 0 || count > CAMPAIGN_WORDS_MOST || words[0].n == 0)
        return say_plain(OFFICE_BAD, "campaign.words");
    for (size_t i = 0; i < count; i++)
        if (!is_keyword(o, words[i]))
            return say_plain(OFFICE_BAD, "campaign.word");
    take_names(c, words, count);
    if (o->actor.organisation.n > 0)
        c->organisation = o->actor.organisation;
    else if (c->organisation.n > 0 && !organisation_get(o->store, o->arena, c->organisation, &organisation))
        return say_plain(OFFICE_BAD, "staff.organisation");
    struct office_said said = check(o, c);
    if (said.status != OFFICE_DONE)
        return said;
    c->id = campaign_add(o->store, c, office_now(o));
    if (c->id == 0 || !add_words(o, c->id, words, count))
        return say_plain(OFFICE_CONFLICT, "campaign.word.taken");
    audit_add(o->store, &o->actor, "campaign.add", words[0], detail_of(o, c), office_now(o));
    return say_title_of("campaign.opened", c);
}

struct office_said campaign_change(const struct office *o, const struct campaign *c)
{
    struct campaign before;
    if (!campaign_get_scoped(o->store, o->arena, &o->actor, c->id, &before))
        return say_plain(OFFICE_ABSENT, "campaign.absent");
    struct office_said said = check(o, c);
    if (said.status != OFFICE_DONE)
        return said;
    if (!campaign_put(o->store, c))
        return say_plain(OFFICE_ABSENT, "campaign.absent");
    audit_add(o->store, &o->actor, "campaign.change", before.word, detail_of(o, c), office_now(o));
    return say_title_of("campaign.changed", c);
}

/* ---- allotting ---- */

static bool is_over(const struct pledge *p)
{
    return str_is(p->status, "cancelled") || str_is(p->status, "expired") || str_is(p->status, "fulfilled");
}

struct office_said campaign_allot(const struct office *o, int64_t id, uint32_t reference, uint32_t code)
{
    struct campaign campaign;
    struct pledge pledge;
    struct need need;
    struct text_field ref = {"ref", number(o, reference)}, to = {"code", number(o, code)};
    if (!campaign_get_scoped(o->store, o->arena, &o->actor, id, &campaign))
        return say_plain(OFFICE_ABSENT, "campaign.absent");
    if (!pledge_get(o->store, o->arena, reference, &pledge) || pledge.campaign != id)
        return office_say(OFFICE_ABSENT, "allot.unknown", &ref, 1);
    if (is_over(&pledge))
        return office_say(OFFICE_CONFLICT, "allot.cancelled", &ref, 1);
    if (pledge.need != 0)
        return office_say(OFFICE_CONFLICT, "allot.taken", &ref, 1);
    if (!need_in_scope(o->store, &o->actor, code) || !need_get(o->store, o->arena, code, &need))
        return office_say(OFFICE_ABSENT, "allot.need", &to, 1);
    if (need.unit != COUNT_RIAL || pledge.amount_rial == 0)
        return office_say(OFFICE_BAD, "allot.unit", &to, 1);
    if (!need_pledge(o->store, code, pledge.amount_rial, office_now(o)))
        return office_say(OFFICE_CONFLICT, "allot.full", &to, 1);
    if (!pledge_allot(o->store, pledge.id, code, office_now(o))) {
        need_release(o->store, code, pledge.amount_rial, office_now(o));
        return office_say(OFFICE_CONFLICT, "allot.taken", &ref, 1);
    }
    audit_add(o->store, &o->actor, "campaign.allot", number(o, reference),
              str_printf(o->arena, "to need %u", code), office_now(o));
    return office_say(OFFICE_DONE, "campaign.allotted", (struct text_field[]){ref, to}, 2);
}
