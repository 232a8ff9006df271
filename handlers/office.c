/* See the header. */
#include "handlers/office.h"

bool office_of(const struct turn *t, struct office *o)
{
    *o = (struct office){
        .store = t->store, .config = t->config, .arena = t->arena, .zone = t->zone, .now_ms = t->now_ms};
    return actor_get(t->store, t->arena, t->contact.phone, DOOR_SMS, &o->actor);
}

struct str office_scope(const struct office *o)
{
    return actor_named_places(&o->actor).scope;
}

bool office_may_reach(const struct office *o, int64_t phone, struct str provinces)
{
    struct actor actor;
    if (!actor_get(o->store, o->arena, phone, DOOR_SMS, &actor) || !role_may(actor.role, ROLE_COORDINATOR))
        return false;
    actor = actor_named_places(&actor);
    return actor_covers_all(&actor, provinces);
}

struct turn office_turn(const struct office *o, int64_t phone, struct str line)
{
    enum language language = LANGUAGE_FA;
    if (!language_from(o->config->service.language, &language))
        language = LANGUAGE_FA;
    struct turn none = {.store = o->store,
                        .config = o->config,
                        .arena = o->arena,
                        .zone = o->zone,
                        .now_ms = o->now_ms,
                        .line = line};
    return turn_towards(&none, phone, language);
}

struct office_said office_say(enum office_status status, const char *key, const struct text_field *fields,
                              size_t n)
{
    struct office_said said = {.status = status, .key = key, .n = n < OFFICE_FIELDS ? n : OFFICE_FIELDS};
    for (size_t i = 0; i < said.n; i++)
        said.fields[i] = fields[i];
    return said;
}

struct str office_text(const struct office *o, const struct office_said *said, enum language language)
{
    return catalogue_say(o->config->texts->catalogue[language], o->arena, said->key, said->fields, said->n);
}
