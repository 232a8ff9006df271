/* The order of refusals at the front door, and what is answered when the store
 * takes a message, has it already, cannot take it, or does not know. */
#include "lines_world.h"

static const char lines[] =
    "[service]\nretry_first = 1s\n"
    "[channel mci]\nprovider = kannel\nnumber = 2000\nsend_url = http://127.0.0.1:1/x\nsecret = s\n"
    "allow = 127.0.0.0/8\n"
    "[channel at]\nprovider = africastalking\nnumber = 2001\nusername = u\napi_key = k\nsecret = s\n"
    "[channel hand]\nprovider = android\nnumber = 2002\nsend_url = http://127.0.0.1:1/x\nsecret = s\n"
    "[channel signed]\nprovider = android\nnumber = 2003\nsend_url = http://127.0.0.1:1/x\nsigning_key = k\n";

#define TEXT "/in/mci/sms?secret=s&id=m1&from=%2B989120001122&to=2000&text="

static int up(void **state)
{
    return service_up(state, lines);
}

static void ask(struct service_world *w, enum http_method method, const char *target, const char *body)
{
    struct arena *arena = arena_new(4096);
    struct str rest = str_dup(arena, str_of(target)), path;
    struct http_request request = {.method = method, .target = rest, .body = str_dup(arena, str_of(body))};
    static const uint8_t home[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1};
    memcpy(request.peer, home, sizeof home);
    assert_true(str_split(&rest, '?', &path));
    request.path = path;
    request.query = rest;
    inbound_request(&w->g, &request, arena, (struct http_ticket){0, 0});
}

static void refusals_by_their_order(void **state)
{
    static const struct {
        const char *target;
        enum http_method method;
        int status;
    } rows[] = {
        {"/elsewhere", HTTP_GET, 404},
        {"/in/mci", HTTP_GET, 404},
        {"/in/nobody/sms?secret=s", HTTP_GET, 404},
        {"/in/mci/fax?secret=s", HTTP_GET, 404},
        {"/in/mci/fax?secret=s", HTTP_GET, 404}, /* no such endpoint */
        {"/in/mci/fax", HTTP_PUT, 404},
        {"/in/mci/sms", HTTP_PUT, 405},
        {"/in/mci/sms?secret=x", HTTP_DELETE, 405},
        {"/in/mci/sms", HTTP_GET, 403},
        {"/in/mci/sms?secret=", HTTP_POST, 403},
        {"/in/mci/sms?secret=S", HTTP_GET, 403},
        {"/in/hand/sms?secret=x", HTTP_POST, 403},   /* by its secret */
        {"/in/signed/sms?secret=k", HTTP_POST, 403}, /* by its signature only */
    };
    struct service_world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(played.statuses, 0, sizeof played.statuses);
        ask(w, rows[i].method, rows[i].target, "");
        tally_check(&t, played.statuses[rows[i].status] == 1, "%s: not %d", rows[i].target, rows[i].status);
    }
    assert_int_equal(played.job_count, 0);
    tally_end(&t);
}

static void a_foreign_network_is_refused(void **state)
{
    struct service_world *w = *state;
    struct arena *arena = arena_new(1024);
    struct http_request request = {.path = STR("/in/mci/sms"), .query = STR("secret=s")};
    request.peer[10] = request.peer[11] = 0xFF;
    request.peer[12] = 10;
    inbound_request(&w->g, &request, arena, (struct http_ticket){0, 0});
    assert_int_equal(played.statuses[403], 1);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_FORBIDDEN], 1);
}

static void health_and_readiness(void **state)
{
    struct service_world *w = *state;
    ask(w, HTTP_GET, "/healthz", "");
    ask(w, HTTP_GET, "/readyz", "");
    assert_int_equal(played.statuses[200], 2);
    played.not_ready = true;
    ask(w, HTTP_GET, "/healthz", "");
    assert_int_equal(played.statuses[200], 3);
    ask(w, HTTP_GET, "/readyz", "");
    ask(w, HTTP_GET, TEXT "a", "");
    assert_int_equal(played.statuses[503], 2);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_UNAVAILABLE], 1);
    assert_int_equal(played.job_count, 0);
}

static size_t rows_in(struct service_world *w)
{
    struct store_figures figures;
    store_figures(w->db.store, &figures);
    return (size_t)figures.messages_in;
}

/* Acknowledged only once it is on disk, and the second time changes nothing. */
static void a_message_and_its_repeat(void **state)
{
    struct service_world *w = *state;
    w->g.sender = sender_new(&w->g);
    ask(w, HTTP_GET, TEXT "help", "");
    assert_int_equal(played.statuses[200], 0);
    pass(w, 10);
    assert_int_equal(played.statuses[200], 1);
    assert_int_equal(rows_in(w), 1);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_OK], 1);
    size_t sent = played.send_count;
    assert_int_equal(sent, 1);
    ask(w, HTTP_GET, TEXT "help", "");
    pass(w, 10);
    assert_int_equal(played.statuses[200], 2);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_REPEAT], 1);
    ask(w, HTTP_GET, TEXT "another", ""); /* the same id with another text */
    pass(w, 10);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_CONFLICT], 1);
    assert_int_equal(played.statuses[200], 3);
}

/* What cannot be read is counted as that, a second time too. */
static void bad_content_stays_bad_content(void **state)
{
    static const char bad[] = "/in/mci/sms?secret=s&id=m2&from=%2B989120001122&to=2000&charset=none&text=%FF";
    struct service_world *w = *state;
    w->g.sender = sender_new(&w->g);
    ask(w, HTTP_GET, bad, "");
    run_jobs(w, JOB_DONE, true);
    ask(w, HTTP_GET, bad, "");
    settle_down(w);
    assert_int_equal(played.statuses[200], 2);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_BAD_CONTENT], 2);
    assert_int_equal(rows_in(w), 1);
}

static void a_batch_that_runs_again_keeps_one_message(void **state)
{
    struct service_world *w = *state;
    w->g.sender = sender_new(&w->g);
    ask(w, HTTP_GET, TEXT "help", "");
    run_jobs(w, JOB_DONE, true);
    assert_int_equal(rows_in(w), 1);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_OK], 1);
    assert_int_equal(w->g.metrics.requests[0][REQUEST_REPEAT], 0);
    pass(w, 10);
    assert_int_equal(played.send_count, 1);
}

static void what_is_not_on_disk_is_not_acknowledged(void **state)
{
    struct service_world *w = *state;
    ask(w, HTTP_GET, TEXT "help", "");
    run_jobs(w, JOB_NOT_DONE, false);
    assert_int_equal(played.statuses[503], 1);
    ask(w, HTTP_GET, TEXT "help", "");
    run_jobs(w, JOB_UNKNOWN, false); /* nothing is said: the telecom comes again */
    played.refuse_jobs = true;
    ask(w, HTTP_GET, TEXT "help", "");
    assert_int_equal(played.statuses[503], 2);
    assert_int_equal(played.statuses[200], 0);
    assert_int_equal(rows_in(w), 0);
}

/* The engine refuses to write: the job ends at once, and its transaction with it. */
static void a_store_that_cannot_write_takes_nothing(void **state)
{
    struct service_world *w = *state;
    ask(w, HTTP_GET, TEXT "help", "");
    store_close(w->db.store);
    w->store->store = w->db.store = open_or_fail(w->store->path, STORE_READER);
    run_jobs(w, JOB_NOT_DONE, false);
    assert_int_equal(played.statuses[503], 1);
    assert_int_equal(rows_in(w), 0);
}

static void reports_and_stops(void **state)
{
    struct service_world *w = *state;
    struct contact contact;
    int64_t id = queue(w, "mci", LANE_CODE, 989120001122, "x", 0);
    char report[96];
    assert_true(snprintf(report, sizeof report, "/in/mci/dlr?secret=s&id=%lld&st=1", (long long)id) > 0);
    ask(w, HTTP_GET, report, "");
    settle_down(w);
    assert_status(w, id, "delivered");
    ask(w, HTTP_GET, "/in/mci/dlr?secret=s&id=99&st=1", ""); /* nobody's */
    ask(w, HTTP_POST, "/in/at/sms?secret=s", "senderId=2001&phoneNumber=%2B989120001133");
    settle_down(w);
    assert_int_equal(played.statuses[200], 3);
    contact_get(w->db.store, w->arena, 989120001133, &contact);
    assert_true(contact.stopped_at > 0);
}

#define TEST(fn)                        \
    {                                   \
#fn, fn, up, service_down, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refusals_by_their_order),
        TEST(a_foreign_network_is_refused),
        TEST(health_and_readiness),
        TEST(a_message_and_its_repeat),
        TEST(bad_content_stays_bad_content),
        TEST(a_batch_that_runs_again_keeps_one_message),
        TEST(what_is_not_on_disk_is_not_acknowledged),
        TEST(a_store_that_cannot_write_takes_nothing),
        TEST(reports_and_stops),
    };
    return cmocka_run_group_tests_name("the front door's decisions", tests, NULL, NULL);
}
