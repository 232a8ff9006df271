/* What a broadcast would be: whom it would reach, in how many segments, what
 * it costs and when it would be through.  Nothing is written. */
#include "gateway/base/utf8.h"
#include "gateway/model/finish.h"
#include "handlers/office_broadcast.h"

static struct office_said bad(const char *key)
{
    return office_say(OFFICE_BAD, key, NULL, 0);
}

static struct office_said fine(void)
{
    return office_say(OFFICE_DONE, NULL, NULL, 0);
}

struct office_said office_broadcast_text(const struct office *o, const struct broadcast_wish *w,
                                         struct broadcast_preview *p)
{
    struct line_fault fault;
    *p = (struct broadcast_preview){.fault = {.problem = AUDIENCE_FINE}};
    struct str text = str_trim(w->text);
    if (text.n == 0 || !utf8_valid(text))
        return bad("broadcast.text");
    p->channel = config_channel(o->config, w->channel);
    if (p->channel == NULL)
        return office_say(OFFICE_BAD, "broadcast.channel", FIELDS({"name", w->channel}));
    if (!line_check(p->channel, text, &fault))
        return office_say(OFFICE_BAD, line_fault_key(fault.problem), FIELDS({"word", fault.piece}));
    p->body = line_text(p->channel, o->arena, text);
    p->size = sms_measure(p->body);
    p->forced = sms_forces_ucs2(p->body, &p->character, &p->place);
    return p->size.segments > BROADCAST_SEGMENTS_MOST ? bad("broadcast.long") : fine();
}

static struct office_said check_wish(const struct office *o, const struct broadcast_wish *w,
                                     const struct broadcast_preview *p)
{
    if (w->urgent && (str_trim(w->reason).n == 0 || channel_is_promo(p->channel)))
        return bad("broadcast.urgent");
    if (w->until != 0 && w->until <= office_now(o))
        return bad("broadcast.past");
    return fine();
}

static struct str every_province(const struct office *o)
{
    const struct lexicon *lexicon = o->config->texts->lexicon;
    struct sbuf slugs = sbuf_in(o->arena);
    for (size_t i = 0; i < lexicon->names[LEX_PROVINCE].n; i++)
        sbuf_printf(&slugs, "%s%.*s", i > 0 ? " " : "", STR_ARG(lexicon->names[LEX_PROVINCE].v[i].slug));
    return sbuf_str(&slugs);
}

/* The audience as it was written, and confined to the actor's provinces. */
static bool read_audience(const struct office *o, struct str text, struct broadcast_preview *p,
                          struct audience *audience)
{
    const struct lexicon *lexicon = o->config->texts->lexicon;
    if (!utf8_valid(text)) {
        p->fault = (struct audience_fault){.problem = AUDIENCE_EMPTY};
        return false;
    }
    if (!audience_parse(lexicon, o->arena, text, audience, &p->fault))
        return false;
    p->audience = audience_print(lexicon, o->arena, audience, LANGUAGE_EN);
    if (p->audience.n >
        AUDIENCE_TEXT_MOST) /* names are longer than other spellings: it would not read back */
        p->audience = str_trim(text);
    struct actor actor = actor_named_places(&o->actor);
    p->confined = !actor_everywhere(&actor);
    p->provinces = p->confined ? str_trim(actor.scope) : every_province(o);
    return broadcast_audience_now(o->store, o->arena, lexicon, o->zone, text, p->provinces, p->confined,
                                  office_now(o), audience, &p->fault);
}

/* The only one of it is who asks. */
static bool only_oneself(const struct office *o, const struct broadcast_preview *p,
                         const struct audience *audience)
{
    enum { PAGE = 500 };
    int64_t *phones = arena_array(o->arena, int64_t, PAGE);
    struct audience_page page = {.promo = channel_is_promo(p->channel), .more = true};
    size_t n = 0;
    while (p->people == 1 && n == 0 && page.more)
        n = audience_page(o->store, o->arena, audience, o->config->service.country, &page, phones, PAGE);
    return n == 1 && phones[0] == o->actor.phone;
}

int64_t office_broadcast_finish(const struct office *o, const struct channel *channel, int64_t people,
                                bool urgent)
{
    return finish_ms(o->zone, channel, o->now_ms, people + broadcast_backlog(o->store, channel->name),
                     urgent);
}

bool office_broadcast_never(const struct office *o, const struct channel *channel, bool urgent, int64_t until)
{
    int64_t opens = line_opens_ms(channel, o->zone, o->now_ms, urgent);
    return opens == INT64_MAX || (until > 0 && opens / 1000 >= until);
}

int64_t office_broadcast_people(const struct office *o, const struct broadcast *b)
{
    struct audience *audience = arena_new_of(o->arena, struct audience);
    struct audience_fault fault;
    struct audience_count n;
    if (!broadcast_audience_now(o->store, o->arena, o->config->texts->lexicon, o->zone, b->audience,
                                reach_of(o->store, o->arena, b->id), b->confined, office_now(o), audience,
                                &fault))
        return 0;
    audience_count(o->store, o->arena, audience, o->config->service.country, &n);
    return channel_is_promo(config_channel(o->config, b->channel)) ? n.people - n.blocked : n.people;
}

static struct office_said count(const struct office *o, const struct broadcast_wish *w,
                                struct broadcast_preview *p, const struct audience *audience)
{
    struct audience_count count;
    audience_count(o->store, o->arena, audience, o->config->service.country, &count);
    p->blocked = channel_is_promo(p->channel) ? count.blocked : 0;
    p->people = count.people - p->blocked;
    p->stopped = count.stopped;
    p->abroad = count.abroad;
    if (p->people == 0)
        return bad("broadcast.nobody");
    if (only_oneself(o, p, audience))
        return bad("broadcast.self");
    p->cost_rial = p->channel->price * p->size.segments * p->people;
    p->finish_ms = office_broadcast_finish(o, p->channel, p->people, w->urgent);
    p->second = p->size.segments > 1 || p->people > o->config->service.second_yes_above || w->urgent;
    bool never = p->finish_ms == INT64_MAX || office_broadcast_never(o, p->channel, w->urgent, w->until);
    return never ? bad("broadcast.never") : fine();
}

struct office_said office_broadcast_preview(const struct office *o, const struct broadcast_wish *w,
                                            struct broadcast_preview *p)
{
    struct audience *audience = arena_new_of(o->arena, struct audience);
    *p = (struct broadcast_preview){.fault = {.problem = AUDIENCE_FINE}};
    if (!role_may(o->actor.role, ROLE_COORDINATOR))
        return office_say(OFFICE_FORBIDDEN, "broadcast.role", NULL, 0);
    struct office_said said = office_broadcast_text(o, w, p);
    if (said.key == NULL)
        said = check_wish(o, w, p);
    if (said.key != NULL)
        return said;
    if (!read_audience(o, w->audience, p, audience))
        return office_say(OFFICE_BAD, "broadcast.audience",
                          FIELDS({"why", audience_fault_text(o->config->texts->catalogue[LANGUAGE_EN],
                                                             o->arena, &p->fault, LANGUAGE_EN)}));
    return count(o, w, p, audience);
}
