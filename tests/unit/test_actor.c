/* Which provinces one of the staff is for. */
#include "tests/unit/unit.h"

#include "gateway/model/actor.h"

/* Blanks part slugs, however many; of no slug at all, the whole country, only who is everywhere. */
static void provinces_are_covered_by_name(void **state)
{
    static const struct {
        const char *scope, *provinces;
        bool covered;
    } rows[] = {
        {" qom zanjan ", "qom", true},
        {" qom zanjan ", "zanjan qom", true},
        {" qom zanjan ", "  zanjan  qom ", true},
        {" qom zanjan ", "zanjan fars", false},
        {" qom zanjan ", "fars zanjan", false},
        {" qom zanjan ", "qo", false},
        {" qom zanjan ", "qomzanjan", false},
        {" qom zanjan ", "", false},
        {" qom zanjan ", "   ", false},
        {"qom", "qom", true}, /* without the blanks around it */
        {"", "qom", false},
        {"", "", false},
        {"*", "qom fars", true},
        {"*", "", true},
    };
    struct tally t = tally_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct actor actor = {.role = ROLE_COORDINATOR, .scope = str_of(rows[i].scope)};
        tally_check(&t, actor_covers_all(&actor, str_of(rows[i].provinces)) == rows[i].covered,
                    "\"%s\" of \"%s\"", rows[i].provinces, rows[i].scope);
    }
    tally_end(&t);
}

/* As they come from a row of the staff. */
static void a_province_is_covered(void **state)
{
    struct arena *arena = arena_new(1024);
    struct staff staff = {.role = STR("coordinator"), .provinces = STR("qom west_azarbaijan")};
    struct actor actor = actor_from(arena, &staff, DOOR_SMS);
    (void)state;
    assert_int_equal(actor.role, ROLE_COORDINATOR);
    assert_true(actor_covers(&actor, STR("qom")));
    assert_true(actor_covers(&actor, STR("west_azarbaijan")));
    assert_false(actor_covers(&actor, STR("azarbaijan")));
    assert_false(actor_covers(&actor, STR("")));
    staff.provinces = STR("");
    actor = actor_from(arena, &staff, DOOR_SMS);
    assert_true(actor_everywhere(&actor) && actor_covers(&actor, STR("fars")));
    const struct actor nowhere = {.role = ROLE_COORDINATOR};
    assert_false(actor_covers(&nowhere, STR("qom")));
    arena_free(arena);
}

static void a_role_has_its_name(void **state)
{
    enum role role = ROLE_ADMIN;
    (void)state;
    assert_true(role_from(STR("auditor"), &role) && role == ROLE_AUDITOR);
    assert_false(role_from(STR("king"), &role));
    assert_int_equal(role, ROLE_AUDITOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(provinces_are_covered_by_name),
        cmocka_unit_test(a_province_is_covered),
        cmocka_unit_test(a_role_has_its_name),
    };
    return cmocka_run_group_tests_name("actors", tests, NULL, NULL);
}
