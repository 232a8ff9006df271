/* People from a CSV: times as people write them, faults with their lines, and
 * who is taken for whom, in a store of its own. */
#include "conf_world.h"

#include "gateway/admin.h"
#include "gateway/base/date.h"
#include "gateway/import_people.h"
#include "gateway/store/store.h"

enum { NOW = 1762500000 }; /* 2025-11-07 */

static const struct config *built_in(struct world *w)
{
    if (w->config == NULL)
        w->config = config_parse("t.ini", STR("[service]\n"), &w->world, &w->faults);
    if (w->config == NULL)
        fail_msg("%s", faults_text(w));
    return w->config;
}

static void times_of_consent_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t at; /* 0: a fault */
    } rows[] = {
        {"2025-09-23", 1758585600},
        {"1404/07/01", 1758585600},
        {"1404-7-1", 1758585600},
        {"1/7/1404", 1758585600},
        {"2025-09-23T10:20:00Z", 1758622800},
        {"2025-09-23 10:20", 1758622800},
        {"2025-09-23T10:20:00+03:30", 1758610200},
        {"2025-09-23T10:20+0330", 1758610200},
        {"2025-09-23T10:20:00-01", 1758626400},
        {"1404/07/01 10:20", 1758622800},
        {"2024-02-29", 1709164800},
        {"۱۴۰۴/۰۷/۰۱", 1758585600},
        {"١٤٠٤/٧/١ ١٠:٢٠", 1758622800},
        {"۱ مهر ۱۴۰۴", 1758585600},
        {"1 mehr 1404 10:20", 1758622800},
        {"1 mehr", 0},
        {"2025-02-29", 0},
        {"1404/12/30", 0},
        {"1403/12/30", 1742428800},
        {"1404/13/01", 0},
        {"2025-09-23T", 0},
        {"2025-09-23T25:00", 0},
        {"2025-09-23T10:60", 0},
        {"2025-09-23T10", 0},
        {"2025-09-23T10:20:00X", 0},
        {"2025-09-23T10:20:00+", 0},
        {"2025-09-23T10:20:00+03:3", 0},
        {"2025-09-23T10:20:00Zz", 0},
        {"yesterday", 0},
        {"2025", 0},
        {"", 0},
    };
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t at = 0;
        struct date_fault why;
        bool good = date_read_utc(w->arena, str_of(rows[i].text), &at, &why);
        tally_check(&t, good == (rows[i].at != 0) && (!good || at == rows[i].at), "\"%s\": %d, %lld",
                    rows[i].text, good, (long long)at);
    }
    tally_end(&t);
}

static struct people read_people(struct world *w, const char *csv)
{
    return import_people_read(built_in(w), w->arena, NOW, "p.csv", str_of(csv));
}

static void faults_name_their_line(void **state)
{
    static const struct {
        const char *csv, *told;
    } rows[] = {
        {"", "p.csv:1: no header line"},
        {"name\nx\n", "p.csv:1: column phone is missing"},
        {"phone,phone\n", "p.csv:1: column phone stands twice"},
        {"phone,age\n", "p.csv:1: unknown column \"age\""},
        {"phone\n123\n", "p.csv:2: phone: "},
        {"phone\nMCI\n", "p.csv:2: phone: "},
        {"phone,name\n09121111111\n", "p.csv:2: 1 cells where the header has 2"},
        {"phone,name\n09121111111,\"a\nb\"\n", "p.csv:2: a cell is not one line"},
        {"phone,name\n09121111111,\xff\n", "p.csv:2: a cell is not one line"},
        {"phone,name\n\n\n09121111111,\"a\n", "p.csv:4: a quote is opened"},
        {"phone,province\n09121111111,خراسان\n", "p.csv:2: province: "},
        {"phone,specialty\n09121111111,x\n", "p.csv:2: specialty: "},
        {"phone,availability\n09121111111,x\n", "p.csv:2: availability: "},
        {"phone,language\n09121111111,de\n", "p.csv:2: language: "},
        {"phone,consent_at\n09121111111,2199-01-01\n", "p.csv:2: consent_at: lies in the future"},
        {"phone,consent_at\n09121111111,۱۳۴۰/۰۱/۰۱\n", "p.csv:2: consent_at: lies before 1970"},
        {"phone,consent_at\n\n09121111111,۳۰ اسفند ۱۴۰۲\n",
         "p.csv:3: consent_at: 30 Esfand 1402 does not exist: 1402 is a common year"},
        {"phone,name\n09121111111,a\n+989121111111,\n", "p.csv:3: phone: stands in line 2 already"},
        {"phone,name\n09121111111,علي\n۰۹۱۲۱۱۱۱۱۱۱,علی\n", "p.csv:3: phone: stands in line 2 already"},
    };
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct people people = read_people(w, rows[i].csv);
        const char *told = str_cstr(w->arena, sbuf_str(&people.faults.text));
        tally_check(&t, people.faults.count == 1 && strncmp(told, rows[i].told, strlen(rows[i].told)) == 0,
                    "%s: %s", rows[i].csv, told);
    }
    tally_end(&t);
}

static void a_thousand_faults_are_enough(void **state)
{
    struct world *w = *state;
    struct sbuf csv = sbuf_in(w->arena);
    sbuf_add(&csv, STR("phone\n"));
    for (int i = 0; i < 5000; i++)
        sbuf_add(&csv, STR("x\n"));
    sbuf_byte(&csv, '\0');
    struct people people = read_people(w, csv.p);
    assert_in_range(people.faults.count, 1000, 1010);
    assert_non_null(strstr(str_cstr(w->arena, sbuf_str(&people.faults.text)), "stopped here"));
}

/* ---- who is taken for whom ---- */

static struct import_counts apply(struct world *w, struct store *store, const char *csv)
{
    struct import_counts counts = {0};
    struct people people = read_people(w, csv);
    if (people.faults.count > 0)
        fail_msg("%s", str_cstr(w->arena, sbuf_str(&people.faults.text)));
    assert_true(store_begin(store));
    for (size_t i = 0; i < people.n; i++) /* in pieces of one */
        import_people_apply(store, w->config, w->arena, NOW, &people, i, i + 1, &counts);
    assert_int_equal(store_commit(store), STORE_DONE);
    return counts;
}

static struct volunteer one(struct world *w, struct store *store, int64_t phone)
{
    struct volunteer rows[2] = {{0}};
    assert_int_equal(volunteer_of(store, w->arena, phone, rows, 2), 1);
    return rows[0];
}

static void rows_find_their_people(void **state)
{
    struct world *w = *state;
    struct error e;
    struct store *store = store_open(":memory:", STORE_MEMORY, &e);
    assert_non_null(store);
    assert_int_equal(apply(w, store, "phone,name\n,\n09121111111,\n").added, 1);
    assert_int_equal(apply(w, store, "phone,name,specialty\n09121111111,علي,nurse\n").changed, 1);
    struct volunteer v = one(w, store, 989121111111);
    assert_true(str_is(v.name, "علی") && str_is(v.specialty, "nurse") && str_is(v.status, "listed"));
    assert_int_equal(apply(w, store, "phone,name\n09121111111,علی\n").changed, 0); /* the same letters */
    assert_int_equal(
        apply(w, store, "phone,consent_source,consent_at\n09121111111,list,1404/07/01\n").changed, 1);
    v = one(w, store, 989121111111);
    assert_true(str_is(v.status, "active") && str_is(v.consent_channel, "list") &&
                v.consent_at == 1758585600);
    v.verified_by = STR("x");
    assert_true(store_begin(store));
    volunteer_put(store, &v, NOW);
    assert_int_equal(store_commit(store), STORE_DONE);
    assert_int_equal(apply(w, store, "phone,specialty\n09121111111,physician\n").changed, 1);
    v = one(w, store, 989121111111);
    assert_true(v.verified_by.n == 0 &&
                str_is(v.specialty, "physician")); /* it was a nurse who was verified */
    assert_int_equal(apply(w, store, "phone,name\n09121111111,زهرا\n").added, 1);
    store_close(store);
}

/* ---- through the admin API, as a command does that finds no service running ---- */

static int post(struct world *w, struct store *store, const char *path, const char *body)
{
    struct http_request request = {.method = HTTP_POST, .path = str_of(path), .body = str_of(body)};
    struct admin_call call = {.store = store,
                              .config = built_in(w),
                              .arena = w->arena,
                              .now_ms = NOW * INT64_C(1000),
                              .request = &request};
    assert_true(store_begin(store));
    struct http_response answer = admin_run(&call);
    if (answer.status >= 400)
        store_rollback(store);
    else
        assert_int_equal(store_commit(store), STORE_DONE);
    return answer.status;
}

static void what_may_not_be_done_is_refused(void **state)
{
    struct world *w = *state;
    struct error e;
    struct store *store = store_open(":memory:", STORE_MEMORY, &e);
    struct staff staff = {.phone = 989121111111, .name = STR("x"), .role = STR("recruiter")};
    assert_non_null(store);
    assert_int_equal(
        post(w, store, "/api/v1/people", "phone,specialty\n09121111111,nurse\n09122222222,driver\n"), 200);
    assert_int_equal(post(w, store, "/api/v1/people", "phone\nx\n"), 422);
    assert_int_equal(post(w, store, "/api/v1/volunteers/989121111111/verify", "{\"by\":\" \"}"), 422);
    assert_int_equal(post(w, store, "/api/v1/volunteers/12/verify", "{\"by\":\"x\"}"), 422);
    assert_int_equal(post(w, store, "/api/v1/volunteers/989123333333/verify", "{\"by\":\"x\"}"), 404);
    assert_int_equal(post(w, store, "/api/v1/volunteers/989122222222/verify", "{\"by\":\"x\"}"), 409);
    assert_int_equal(post(w, store, "/api/v1/volunteers/989121111111/verify", "{\"by\":\"x\",\"id\":9}"),
                     409);
    assert_int_equal(post(w, store, "/api/v1/volunteers/%2B989121111111/verify", "{\"by\":\"x\"}"), 200);
    assert_true(str_is(one(w, store, 989121111111).verified_by, "x"));
    assert_true(store_begin(store));
    staff_put(store, &staff, NOW);
    assert_int_equal(store_commit(store), STORE_DONE);
    assert_int_equal(post(w, store, "/api/v1/people/989121111111/forget", ""), 200); /* of the staff or not */
    assert_false(staff_get(store, w->arena, 989121111111, &staff));
    assert_int_equal(post(w, store, "/api/v1/people/x/forget", ""), 422);
    assert_int_equal(post(w, store, "/api/v1/people/989122222222/forget", ""), 200);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(times_of_consent_are_read),       TEST(faults_name_their_line),
        TEST(a_thousand_faults_are_enough),    TEST(rows_find_their_people),
        TEST(what_may_not_be_done_is_refused),
    };
    return cmocka_run_group_tests_name("import people", tests, NULL, NULL);
}
