/* See the header. */
#include "gateway/model/actor.h"

const char *const door_names[DOORS] = {"cli", "api", "sms"};

struct actor actor_operator(enum office_door door)
{
    return (struct actor){.door = door, .role = ROLE_ADMIN, .scope = STR("*")};
}

bool role_from(struct str name, enum role *role)
{
    for (int i = 0; i < ROLES; i++)
        if (str_is(name, role_names[i])) {
            *role = (enum role)i;
            return true;
        }
    return false;
}

struct actor actor_from(struct arena *arena, const struct staff *staff, enum office_door door)
{
    struct actor actor = {.phone = staff->phone,
                          .door = door,
                          .role = ROLE_VIEWER,
                          .scope = STR("*"),
                          .organisation = staff->organisation,
                          .centre = staff->centre};
    if (!role_from(staff->role, &actor.role)) /* unreachable: checked when it was added */
        actor.role = ROLE_VIEWER;
    if (staff->provinces.n > 0)
        actor.scope = str_printf(arena, " %.*s ", STR_ARG(staff->provinces));
    return actor;
}

bool role_may(enum role role, enum role what)
{
    static const unsigned may[ROLES] = {
        [ROLE_VIEWER] = 1u << ROLE_VIEWER,
        [ROLE_REPORTER] = 1u << ROLE_VIEWER | 1u << ROLE_REPORTER,
        [ROLE_RECRUITER] = 1u << ROLE_VIEWER | 1u << ROLE_RECRUITER,
        [ROLE_COORDINATOR] =
            1u << ROLE_VIEWER | 1u << ROLE_REPORTER | 1u << ROLE_RECRUITER | 1u << ROLE_COORDINATOR,
        [ROLE_AUDITOR] = 1u << ROLE_VIEWER | 1u << ROLE_AUDITOR,
        [ROLE_ADMIN] = ~0u,
    };
    return may[role] >> what & 1;
}

bool actor_everywhere(const struct actor *actor)
{
    return str_is(actor->scope, "*");
}

bool actor_unconfined(const struct actor *actor)
{
    return actor_everywhere(actor) && actor->organisation.n == 0 && actor->centre.n == 0;
}

struct actor actor_named_places(const struct actor *actor)
{
    struct actor named = *actor;
    if (actor_everywhere(actor) && !actor_unconfined(actor))
        named.scope = STR("");
    return named;
}

bool actor_covers(const struct actor *actor, struct str province)
{
    struct str rest = actor->scope, slug;
    if (actor_everywhere(actor))
        return true;
    while (str_split(&rest, ' ', &slug))
        if (slug.n > 0 && str_eq(slug, province))
            return true;
    return false;
}

bool actor_covers_all(const struct actor *actor, struct str provinces)
{
    struct str rest = provinces, slug;
    bool any = false;
    while (str_split(&rest, ' ', &slug)) {
        any = any || slug.n > 0;
        if (slug.n > 0 && !actor_covers(actor, slug))
            return false;
    }
    return any || actor_everywhere(actor);
}
