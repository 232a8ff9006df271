/* Who is of one organisation or one centre, of the whole country or of some
 * provinces: what belongs to nobody in particular (people, calls, the sums of
 * others' campaigns) is theirs only in provinces that were named for them. */
#include "gateway/admin.h"
#include "gateway/base/json.h"
#include "tests/unit/office_world.h"

enum { ROOM = 160 };
static const int64_t chief = INT64_C(989120000001), charity = INT64_C(989120000002),
                     clinic = INT64_C(989120000003), local = INT64_C(989120000004);

static int post(struct office_world *w, const char *path, int64_t as, const char *body)
{
    return office_ask(w, HTTP_POST, path, as, body).status;
}

/* The operator adds an organisation and staff: CHIEF may all of the country,
 * CHARITY and CLINIC are of the country too but of one organisation or centre,
 * LOCAL is of the organisation in Qom. */
static void staff_up(struct office_world *w)
{
    assert_int_equal(
        post(w, "/api/v1/organisations", 0, "{\"slug\":\"mehr\",\"name_fa\":\"مهر\",\"pay_to\":\"IR11\"}"),
        201);
    static const char *const bodies[] = {
        "{\"phone\":\"+989120000001\",\"role\":\"coordinator\"}",
        "{\"phone\":\"+989120000002\",\"role\":\"coordinator\",\"organisation\":\"mehr\"}",
        "{\"phone\":\"+989120000003\",\"role\":\"coordinator\",\"centre\":\"مرکز\"}",
        "{\"phone\":\"+989120000004\",\"role\":\"coordinator\",\"organisation\":\"mehr\",\"provinces\":"
        "\"qom\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(post(w, "/api/v1/staff", 0, bodies[i]), 201);
}

/* ---- calls ---- */

static const char *call_in(struct office_world *w, const char *province)
{
    return str_cstr(w->arena,
                    str_printf(w->arena,
                               "{\"kind\":\"team\",\"title\":\"t\",\"place\":\"p\",\"from\":\"2026-12-06 "
                               "08:00\",\"to\":\"2026-12-06 18:00\",\"provinces\":\"%s\",\"needs\":["
                               "{\"specialty\":\"helper\",\"places\":2}]}",
                               province));
}

static struct str reference_of(struct office_world *w, struct str body)
{
    struct error e;
    struct json *json = json_read(body, &e);
    struct str reference = str_printf(w->arena, "%lld", (long long)json_int(json, "reference", 0));
    json_free(json);
    return reference;
}

static void call_is(struct office_world *w, struct str reference, int64_t as, int seen)
{
    static const char *const acts[] = {"", "/roster", "/pause", "/resume", "/cancel"};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        struct str path = str_printf(w->arena, "/api/v1/calls/%.*s%s", STR_ARG(reference), acts[i]);
        int status = office_ask(w, i < 2 ? HTTP_GET : HTTP_POST, str_cstr(w->arena, path), as, "").status;
        if (status != seen)
            fail_msg("%lld, %s: %d", (long long)as, path.p, status);
    }
}

static void calls_keep_to_the_named_provinces(void **state)
{
    struct office_world *w = *state;
    staff_up(w);
    const int64_t confined[] = {charity, clinic};
    struct str qom =
        reference_of(w, office_ask(w, HTTP_POST, "/api/v1/calls", chief, call_in(w, "qom")).body);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(post(w, "/api/v1/calls", confined[i], call_in(w, "qom")), 403);
        call_is(w, qom, confined[i], 404);
        assert_false(office_holds(office_ask(w, HTTP_GET, "/api/v1/calls", confined[i], "").body,
                                  str_cstr(w->arena, qom)));
    }
    assert_int_equal(post(w, "/api/v1/calls", local, call_in(w, "zanjan")), 403);
    assert_true(
        office_holds(office_ask(w, HTTP_GET, "/api/v1/calls", local, "").body, str_cstr(w->arena, qom)));
    call_is(w, qom, local, 200);
}

/* ---- campaigns ---- */

static void open_campaign(struct office_world *w, const char *fields)
{
    struct http_response answer = office_ask(w, HTTP_POST, "/api/v1/campaigns", 0,
                                             str_cstr(w->arena, str_printf(w->arena, "{%s}", fields)));
    if (answer.status != 201)
        fail_msg("%s: %.*s", fields, STR_ARG(answer.body));
}

/* What would be shown turned round, on phones and in lists, is told when it is written. */
static void texts_read_as_they_were_written(void **state)
{
    struct office_world *w = *state;
    static const char *const bad[][2] = {
        {"/api/v1/staff", "{\"phone\":\"+989120000007\",\"role\":\"viewer\",\"name\":\"a\\u202eb\"}"},
        {"/api/v1/staff", "{\"phone\":\"+989120000007\",\"role\":\"viewer\",\"centre\":\"a\\nb\"}"},
        {"/api/v1/organisations", "{\"slug\":\"x\",\"name_fa\":\"a\\u2067b\"}"},
        {"/api/v1/campaigns", "{\"keywords\":[\"hope\"],\"name_fa\":\"a\\u202ab\"}"},
        {"/api/v1/campaigns", "{\"keywords\":[\"hope\"],\"starts_at\":9223372036854775807}"},
        {"/api/v1/campaigns", "{\"keywords\":[\"hope\"],\"ends_at\":7258118400}"},
        {"/api/v1/calls", "{\"kind\":\"team\",\"title\":\"a\\u2028b\",\"place\":\"p\",\"from\":\"2026-12-06 "
                          "08:00\",\"to\":\"2026-12-06 18:00\",\"provinces\":\"qom\",\"needs\":["
                          "{\"specialty\":\"helper\",\"places\":2}]}"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (post(w, bad[i][0], 0, bad[i][1]) != 422)
            fail_msg("%s", bad[i][1]);
    open_campaign(w, "\"keywords\":[\"hope\"],\"name_fa\":\"نذر\\u200cسلامت\\u200f\"");
}

static void give(struct office_world *w, int64_t phone, const char *text, const char *pay_to)
{
    office_text_from(w, phone, str_of(text));
    assert_int_equal(w->sent_count, 2);
    assert_true(office_holds(w->sent[1].text, pay_to));
}

/* Of another's campaign the sums of the own provinces, and where none were named nothing. */
static void sums_of_others_keep_to_the_named_provinces(void **state)
{
    struct office_world *w = *state;
    staff_up(w);
    struct volunteer v = {
        .phone = 989350000001, .province = STR("qom"), .specialty = STR("helper"), .status = STR("active")};
    office_begin(w);
    volunteer_put(w->store, &v, 1);
    office_commit(w);
    open_campaign(w, "\"keywords\":[\"hope\"],\"pay_to\":\"IR22\"");
    open_campaign(w, "\"keywords\":[\"mehrdrive\"],\"organisation\":\"mehr\"");
    give(w, 989350000001, "GIVE hope 20000 toman", "IR22");
    give(w, 989350000001, "GIVE mehrdrive 30000 toman", "IR11"); /* its organisation's */
    office_text_from(w, 989350000001, STR("ACCOUNT"));
    assert_true(office_holds(w->sent[0].text, "IR11"));
    for (int i = 0; i < 3; i++) { /* nor are the country's volunteers counted by SMS */
        struct actor actor;
        struct office_figures f;
        const int64_t who[] = {chief, charity, local};
        assert_true(actor_get(w->store, w->arena, who[i], DOOR_SMS, &actor));
        office_figures(w->store, &actor, 0, &f);
        assert_int_equal(f.volunteers, who[i] == charity ? 0 : 1);
    }
    const struct {
        int64_t who;
        const char *path;
        int status;
    } looks[] = {{chief, "/api/v1/campaigns/1/sums", 200},   {chief, "/api/v1/campaigns/2/sums", 200},
                 {charity, "/api/v1/campaigns/1/sums", 404}, {charity, "/api/v1/campaigns/2/sums", 200},
                 {clinic, "/api/v1/campaigns/1/sums", 404},  {local, "/api/v1/campaigns/1/sums", 200}};
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        struct http_response answer = office_ask(w, HTTP_GET, looks[i].path, looks[i].who, "");
        if (answer.status != looks[i].status)
            fail_msg("%lld, %s: %d", (long long)looks[i].who, looks[i].path, answer.status);
        assert_int_equal(office_holds(answer.body, "\"qom\""), looks[i].status == 200);
    }
}

static void a_campaign_is_of_an_organisation_that_is_there(void **state)
{
    struct office_world *w = *state;
    struct audit_row rows[8];
    staff_up(w);
    assert_int_equal(post(w, "/api/v1/campaigns", 0, "{\"keywords\":[\"hope\"],\"organisation\":\"nosuch\"}"),
                     422);
    open_campaign(w, "\"keywords\":[\"hope\"],\"organisation\":\"mehr\"");
    assert_int_equal(post(w, "/api/v1/campaigns/1", 0, "{\"pay_to\":\"IR33\"}"), 200);
    size_t n = audit_page(w->store, w->arena, 0, rows, 8);
    assert_true(office_holds(rows[n - 1].detail, "IR33")); /* where money goes is what the trail is for */
    assert_true(office_holds(rows[0].detail, "IR11"));
    assert_int_equal(post(w, "/api/v1/campaigns/1", charity, "{\"pay_to\":\"IR44\"}"), 200);
    assert_int_equal(post(w, "/api/v1/campaigns/1", clinic, "{\"pay_to\":\"IR55\"}"),
                     404); /* of one centre */
    assert_int_equal(post(w, "/api/v1/campaigns", clinic, "{\"keywords\":[\"all\"]}"), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE(calls_keep_to_the_named_provinces),
        OFFICE(texts_read_as_they_were_written),
        OFFICE(sums_of_others_keep_to_the_named_provinces),
        OFFICE(a_campaign_is_of_an_organisation_that_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
