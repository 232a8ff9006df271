/* The front door for USSD: each step is answered by a page with 200, whatever
 * the store does, in the words of the language configured; and sessions left
 * idle are offered to be finished by the line that sends their SMS. */
#include "lines_world.h"

#define LINES                                                                                         \
    "[channel mci]\nprovider = kannel\nnumber = 2000\nsend_url = http://127.0.0.1:1/x\nsecret = s\n"  \
    "[channel at]\nprovider = africastalking\nnumber = 2001\nusername = u\napi_key = k\nsecret = s\n" \
    "sms = mci\ndial = *384*96#\n"                                                                    \
    "[channel gh]\nprovider = ussd\ndescribe = hubtel\nnumber = 713\nsecret = s\n"                    \
    "[channel hand]\nprovider = android\nnumber = 2002\nsend_url = http://127.0.0.1:1/x\nsecret = s\n"

#define SORRY_FA "END ببخشید، نشد. کمی بعد دوباره شماره بگیرید."
#define SORRY_EN "END Sorry, that did not work just now. Please dial again a little later."

static int up(void **state)
{
    return service_up(state, "[service]\n" LINES);
}

static int up_english(void **state)
{
    return service_up(state, "[service]\nlanguage = en\n" LINES);
}

static void ask(struct service_world *w, enum http_method method, const char *path, const char *body)
{
    struct arena *arena = arena_new(4096);
    struct http_request request = {.method = method,
                                   .path = str_dup(arena, str_of(path)),
                                   .query = STR("secret=s"),
                                   .body = str_dup(arena, str_of(body))};
    static const uint8_t home[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1};
    memcpy(request.peer, home, sizeof home);
    request.target = str_printf(arena, "%s?secret=s", path);
    inbound_request(&w->g, &request, arena, (struct http_ticket){0, 0});
}

/* All that was pressed in the session so far. */
static void press_at(struct service_world *w, enum http_method method, const char *path, const char *text)
{
    char body[200];
    int n = snprintf(body, sizeof body,
                     "sessionId=s1&serviceCode=*384*96%%23&phoneNumber=%%2B989121112233&text=%s", text);
    assert_in_range(n, 1, sizeof body - 1);
    ask(w, method, path, body);
}

static void press(struct service_world *w, enum http_method method, const char *text)
{
    press_at(w, method, "/in/at/ussd", text);
}

static void assert_page(const char *begins)
{
    if (strncmp(played.page, begins, strlen(begins)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", played.page, begins);
}

/* ---- pages ---- */

static void a_step_and_its_repeat(void **state)
{
    struct service_world *w = *state;
    w->g.sender = sender_new(&w->g);
    press(w, HTTP_POST, "");
    assert_int_equal(played.statuses[200], 0); /* not before it is kept */
    settle_down(w);
    assert_int_equal(played.statuses[200], 1);
    assert_page("CON یاور");
    press(w, HTTP_PUT, "3");
    settle_down(w);
    assert_int_equal(played.statuses[200], 2);
    assert_page("CON ");
    assert_int_equal(w->g.metrics.requests[1][REQUEST_OK], 2);
    press(w, HTTP_POST, "3");
    settle_down(w);
    assert_int_equal(played.statuses[200], 3);
    assert_int_equal(w->g.metrics.requests[1][REQUEST_REPEAT], 1);
}

/* One address may be given to a telecom for all. */
static void a_step_at_the_address_of_sms(void **state)
{
    struct service_world *w = *state;
    w->g.sender = sender_new(&w->g);
    press_at(w, HTTP_POST, "/in/at/sms", "");
    settle_down(w);
    assert_page("CON یاور");
    press_at(w, HTTP_POST, "/in/at/sms", "3");
    run_jobs(w, JOB_NOT_DONE, false);
    assert_string_equal(played.page, SORRY_FA);
    assert_int_equal(played.statuses[200], 2);
}

static void only_an_endpoint_of_its_own(void **state)
{
    struct service_world *w = *state;
    ask(w, HTTP_POST, "/in/hand/ussd", "");
    ask(w, HTTP_POST, "/in/gh/sms", "");
    assert_int_equal(played.statuses[404], 2);
    ask(w, HTTP_PUT, "/in/at/sms", ""); /* a step may be put, an SMS may not */
    ask(w, HTTP_DELETE, "/in/at/ussd", "");
    assert_int_equal(played.statuses[405], 2);
}

/* Nothing can be read of it: a page nevertheless, as a refusal would come again. */
static void a_step_that_cannot_be_read(void **state)
{
    struct service_world *w = *state;
    ask(w, HTTP_POST, "/in/at/ussd", "nothing=known");
    settle_down(w);
    assert_int_equal(played.statuses[200], 1);
    assert_page("END ");
    assert_int_equal(w->g.metrics.requests[1][REQUEST_BAD_CONTENT], 1);
}

/* ---- what cannot be kept ---- */

/* The engine refuses to write: the step ends at once, and a page says so. */
static void a_store_that_cannot_write(void **state)
{
    struct service_world *w = *state;
    press(w, HTTP_POST, "");
    store_close(w->db.store);
    w->store->store = w->db.store = open_or_fail(w->store->path, STORE_READER);
    run_jobs(w, JOB_NOT_DONE, false);
    assert_int_equal(played.statuses[200], 1);
    assert_string_equal(played.page, SORRY_FA);
    assert_int_equal(w->g.metrics.requests[1][REQUEST_UNAVAILABLE], 1);
    assert_true(w->g.store_refuses);
}

static void a_store_with_too_much_to_do(void **state)
{
    struct service_world *w = *state;
    played.refuse_jobs = true;
    press(w, HTTP_POST, "");
    assert_int_equal(played.statuses[200], 1);
    assert_string_equal(played.page, SORRY_EN);
}

static void a_gateway_that_takes_nothing(void **state)
{
    struct service_world *w = *state;
    played.not_ready = true;
    press(w, HTTP_POST, "");
    assert_int_equal(played.job_count, 0);
    assert_int_equal(played.statuses[200], 1);
    assert_string_equal(played.page, SORRY_EN);
    assert_int_equal(w->g.metrics.requests[1][REQUEST_UNAVAILABLE], 1);
    w->g.config->service.language = STR("xx"); /* no file can say so: Persian */
    press(w, HTTP_POST, "");
    assert_string_equal(played.page, SORRY_FA);
}

/* Whether it was kept is not known: nothing is said. */
static void an_unknown_outcome_shows_nothing(void **state)
{
    struct service_world *w = *state;
    press(w, HTTP_POST, "");
    run_jobs(w, JOB_UNKNOWN, false);
    assert_int_equal(played.statuses[200], 0);
}

/* ---- the line of their SMS ---- */

static void the_line_of_a_channels_sms(void **state)
{
    const struct config *config = ((struct service_world *)*state)->g.config;
    assert_text(inbound_sms_line(config, STR("at")), "mci");
    assert_text(inbound_sms_line(config, STR("mci")), "mci");
    assert_text(inbound_sms_line(config, STR("gh")), ""); /* it sends none, and names none */
    assert_text(inbound_sms_line(config, STR("gone")), "");
}

/* Half way through becoming a volunteer, and then silence for its 180 seconds. */
static void leave_idle(struct service_world *w)
{
    w->g.sender = sender_new(&w->g);
    press(w, HTTP_POST, "");
    settle_down(w);
    press(w, HTTP_POST, "3");
    settle_down(w);
    press(w, HTTP_POST, "3*24");
    settle_down(w);
    assert_page("CON ");
    pass(w, 1000);
    assert_int_equal(played.send_count, 0);
    played.now_ms += 181 * 1000;
}

static void an_idle_session_is_handed_to_sms(void **state)
{
    struct service_world *w = *state;
    leave_idle(w);
    size_t ticks = 0;
    for (; played.send_count == 0 && ticks < 11; ticks++) /* sessions are looked at every tenth */
        pass(w, 1000);
    assert_int_equal(played.send_count, 1);
    assert_non_null(strstr(played.sends[0].target, "98"));
    assert_non_null(strstr(played.sends[0].target, "9121112233"));
    pass(w, 21000);
    assert_int_equal(played.send_count, 1); /* once */
}

/* A line does not look by itself: care wakes it. */
static void its_care_wakes_the_line(void **state)
{
    struct service_world *w = *state;
    leave_idle(w);
    for (int tick = 0; tick < 11 && played.send_count == 0; tick++) {
        fire_timers(1000);
        run_jobs(w, JOB_DONE, false);
        run_jobs(w, JOB_DONE, false);
    }
    assert_int_equal(played.send_count, 1);
}

static void nothing_is_sent_where_its_channel_went(void **state)
{
    struct service_world *w = *state;
    leave_idle(w);
    struct config *old = w->g.config;
    w->g.config = config_of(w, "[channel mci]\nprovider = kannel\nnumber = 2000\n"
                               "send_url = http://127.0.0.1:1/x\nsecret = s\n");
    config_drop(old);
    sender_reload(w->g.sender);
    pass(w, 21000);
    assert_int_equal(played.send_count, 0);
}

#define ON(up, fn) cmocka_unit_test_setup_teardown(fn, up, service_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(up, a_step_and_its_repeat),
        ON(up, a_step_at_the_address_of_sms),
        ON(up, only_an_endpoint_of_its_own),
        ON(up, a_step_that_cannot_be_read),
        ON(up, a_store_that_cannot_write),
        ON(up_english, a_store_with_too_much_to_do),
        ON(up_english, a_gateway_that_takes_nothing),
        ON(up, an_unknown_outcome_shows_nothing),
        ON(up, the_line_of_a_channels_sms),
        ON(up, an_idle_session_is_handed_to_sms),
        ON(up, its_care_wakes_the_line),
        ON(up, nothing_is_sent_where_its_channel_went),
    };
    return cmocka_run_group_tests_name("the front door for USSD", tests, NULL, NULL);
}
