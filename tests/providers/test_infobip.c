/* The Infobip adapter by its cases: several messages and reports a request,
 * the exact JSON of a send, a result for each recipient, and USSD by path.
 * The files under infobip/ are the shared samples (our paths) and cases of
 * our own; a new case is a file and a row. */
#include "tests/providers/ussd_cases.h"

static const char settings[] =
    "[service]\npublic_url = http://gw.example.test\n[channel ib]\nprovider = infobip\nnumber = 3000505\n"
    "secret = s&c\nsend_url = https://x1.api.example.test/sms/3/messages\napi_key = ib_000\n";

static int up(void **state)
{
    return world_open(state, settings, "tests/providers/infobip");
}

/* ---- in ---- */

static const struct message_row {
    const char *file;
    unsigned bad;
    size_t n; /* of messages; the first two: */
    const char *sender[2], *text[2], *id[2];
    bool unreadable;
} message_rows[] = {
    {"01-mo-two", 0, 2, {"989120001122", "989120001133"}, {"سلام", "b"}, {"ib-1", "ib-2"}, false},
    {"02-mo-one-bad", 1, 1, {"989120001122"}, {"ok"}, {"ib-3"}, false},
    {"03-mo-empty", 0, 0, {NULL}, {NULL}, {NULL}, false},
    {"30-mo-mms", 1, 1, {"989120001122"}, {""}, {"ib-1"}, true},
    {"31-mo-numbers", 0, 1, {"989120001122"}, {"نذر"}, {"77"}, false},
    {"32-mo-null", 1, 1, {"989120001122"}, {""}, {""}, true},
    {"33-mo-no-results", 1, 0, {NULL}, {NULL}, {NULL}, false},
    {"34-mo-cut", 1, 0, {NULL}, {NULL}, {NULL}, false},
    {"35-mo-types", 5, 0, {NULL}, {NULL}, {NULL}, false},
    {"36-mo-object", 1, 0, {NULL}, {NULL}, {NULL}, false},
    {"37-mo-deep", 1, 0, {NULL}, {NULL}, {NULL}, false},
    {"38-mo-alpha", 0, 1, {"BANK"}, {"نذر"}, {"ib-1"}, false},
};

static void requests_give_messages(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof message_rows / sizeof message_rows[0]; i++) {
        const struct message_row *row = &message_rows[i];
        struct events events = read_events(*state, row->file);
        tally_check(&t, events.bad_content == row->bad, "%s: %u bad parts", row->file, events.bad_content);
        tally_check(&t, events.report_count + events.stop_count == 0 && events.step == NULL,
                    "%s: messages only", row->file);
        if (!tally_check(&t, events.message_count == row->n, "%s: %zu messages", row->file,
                         events.message_count))
            continue;
        for (size_t k = 0; k < row->n; k++) {
            same(&t, row->file, "channel", events.messages[k].channel, "ib");
            same(&t, row->file, "line", events.messages[k].line, "3000505");
            same(&t, row->file, "sender", events.messages[k].sender, row->sender[k]);
            same(&t, row->file, "text", events.messages[k].text, row->text[k]);
            same(&t, row->file, "id", events.messages[k].id, row->id[k]);
            same(&t, row->file, "sent", events.messages[k].sent, "2025-11-07T07:20:00.000+0000");
            tally_check(&t, events.messages[k].unreadable == row->unreadable, "%s: unreadable", row->file);
        }
    }
    tally_end(&t);
}

static void requests_give_reports(void **state)
{
    static const struct {
        const char *file;
        enum report_state state;
        const char *id, *detail;
    } rows[] = {{"05-dlr-handset", REPORT_DELIVERED, "mm-1", "DELIVERED_TO_HANDSET"},
                {"06-dlr-operator", REPORT_SENT, "mm-1", "DELIVERED_TO_OPERATOR"},
                {"08-dlr-unknown-msg", REPORT_SENT, "not-ours", "PENDING_ACCEPTED"}};
    struct tally t = tally_new();
    for (size_t i = 0; i < 3; i++) {
        struct events events = read_events(*state, rows[i].file);
        if (!tally_check(&t, events.report_count == 1 && events.message_count + events.bad_content == 0,
                         "%s: one report", rows[i].file))
            continue;
        same(&t, rows[i].file, "id", events.reports[0].provider_id, rows[i].id);
        same(&t, rows[i].file, "detail", events.reports[0].detail, rows[i].detail);
        tally_check(&t, events.reports[0].state == rows[i].state && events.reports[0].id == 0, "%s: state",
                    rows[i].file);
    }
    tally_end(&t);
}

static void groups_give_states(void **state)
{
    static const enum report_state states[] = {REPORT_SENT,      REPORT_SENT,   REPORT_FAILED,
                                               REPORT_DELIVERED, REPORT_SENT,   REPORT_SENT,
                                               REPORT_FAILED,    REPORT_FAILED, REPORT_DELIVERED};
    struct events events = read_events(*state, "50-dlr-many");
    assert_int_equal(events.report_count, 9);
    assert_int_equal(events.bad_content, 3);
    for (size_t i = 0; i < 9; i++) {
        assert_int_equal(events.reports[i].state, states[i]);
        assert_int_equal(events.reports[i].id, 17);
        assert_true(str_is(events.reports[i].provider_id, "out17-1762500000000"));
    }
    assert_true(str_is(events.reports[2].detail, "EC_ABSENT_SUBSCRIBER"));
    events = read_events(*state, "51-both");
    assert_int_equal(events.report_count, 1);
    assert_int_equal(events.message_count, 1);
}

/* ---- out ---- */

#define MESSAGE(number, to)                                                                \
    {                                                                                      \
        .id = number, .phone = to, .text = STR_INIT("a\"س\n"), .expires_ms = 1762500000000 \
    }
static const struct outbound three[] = {MESSAGE(17, 989120001122), MESSAGE(18, 989120001123),
                                        MESSAGE(19, 989120001124)};

static void messages_give_json(void **state)
{
    struct world *w = *state;
    struct http_request request = w->provider->build(w->channel, &w->config->service, three, 2, w->arena);
    assert_int_equal(request.method, HTTP_POST);
    assert_true(str_is(request.target, "https://x1.api.example.test/sms/3/messages"));
    same_header(&request, "Authorization", "App ib_000");
    same_header(&request, "Content-Type", "application/json");
    same_header(&request, "Accept", "application/json");
    if (!str_is(
            request.body,
            "{\"messages\": [{\"sender\": \"3000505\", \"destinations\": [{\"to\": \"989120001122\", "
            "\"messageId\": \"out17-1762500000000\"}, {\"to\": \"989120001123\", \"messageId\": "
            "\"out18-1762500000000\"}], \"content\": {\"text\": \"a\\\"س\\n\"}, \"webhooks\": {\"delivery\": "
            "{\"url\": \"http://gw.example.test/in/ib/dlr?secret=s%26c\"}, \"contentType\": "
            "\"application/json\"}}]}"))
        fail_msg("%.*s", STR_ARG(request.body));
    assert_true(w->provider->batch >= 3);
}

/* ---- answers ---- */

#define ALL(result)           \
    {result, result, result}, \
    {                         \
        "", "", ""            \
    }
#define NAMED(number) "out" #number "-1762500000000"

static const struct answer_row {
    const char *file;
    enum send_result result[3];
    const char *id[3];
    int64_t retry_after_ms;
} answer_rows[] = {
    {"11-send-mixed", {SEND_OK, SEND_UNCERTAIN, SEND_UNCERTAIN}, {"mm-1", "", ""}, 0},
    {"70-send-ok", {SEND_OK, SEND_OK, SEND_OK}, {NAMED(17), NAMED(18), NAMED(19)}, 0},
    {"71-send-rejected-a", {SEND_BLOCKED, SEND_OK, SEND_PERMANENT}, {"", NAMED(18), ""}, 0},
    {"72-send-rejected-b", {SEND_MISCONFIGURED, SEND_RETRY, SEND_THROTTLED}, {"", "", ""}, 0},
    {"73-send-rejected-c", {SEND_PERMANENT, SEND_PERMANENT, SEND_UNCERTAIN}, {"", "", ""}, 0},
    {"74-send-one-missing", {SEND_UNCERTAIN, SEND_OK, SEND_UNCERTAIN}, {"", NAMED(18), ""}, 0},
    {"75-send-strangers", ALL(SEND_UNCERTAIN), 0},
    {"76-send-numbers", {SEND_OK, SEND_OK, SEND_OK}, {"z-1", "z-2", NAMED(19)}, 0},
    {"77-send-cut", ALL(SEND_UNCERTAIN), 0},
    {"78-send-empty", ALL(SEND_UNCERTAIN), 0},
    {"79-send-html", ALL(SEND_UNCERTAIN), 0},
    {"80-send-deep", ALL(SEND_UNCERTAIN), 0},
    {"95-send-302", ALL(SEND_MISCONFIGURED), 0},
    {"95-send-400", ALL(SEND_PERMANENT), 0},
    {"95-send-401", ALL(SEND_MISCONFIGURED), 0},
    {"95-send-403", ALL(SEND_MISCONFIGURED), 0},
    {"95-send-404", ALL(SEND_MISCONFIGURED), 0},
    {"95-send-408", ALL(SEND_RETRY), 0},
    {"95-send-429", ALL(SEND_THROTTLED), 7000},
    {"95-send-500", ALL(SEND_RETRY), 0},
    {"95-send-502", ALL(SEND_RETRY), 0},
    {"95-send-503", ALL(SEND_RETRY), 7000},
    {"95-send-504", ALL(SEND_RETRY), 0},
};

static void answers_give_results(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
        const struct answer_row *row = &answer_rows[i];
        struct settled got[3];
        settle_file(*state, row->file, three, 3, got);
        for (size_t k = 0; k < 3; k++) {
            tally_check(&t, got[k].result == row->result[k], "%s: %zu is %d", row->file, k, got[k].result);
            same(&t, row->file, "id", got[k].provider_id, row->id[k]);
            tally_check(&t, got[k].retry_after_ms == row->retry_after_ms, "%s: retry after", row->file);
            tally_check(&t, utf8_valid(got[k].detail) && got[k].detail.n <= 120, "%s: detail", row->file);
        }
    }
    tally_end(&t);
}

static void no_answer_is_unsent_or_uncertain(void **state)
{
    check_no_answer(*state);
}

/* ---- USSD ---- */

#define PHONE "254700000111"

static const struct step_row steps[] = {
    {"12-ussd-start", 0, "ibsess-9", PHONE, "*384*77#", "", FIRST_YES, NULL},
    {"13-ussd-response", 0, "ibsess-9", PHONE, NULL, "2", FIRST_NO, NULL},
    {"15-ussd-dead-session", 0, "gone", PHONE, NULL, "2", FIRST_NO, NULL},
    {"a0-ussd-start-suffix", 0, "ib/s 1", PHONE, "*384*77#", "*384*77*1007#", FIRST_YES, NULL},
    {"a1-ussd-response-short", 0, "ibsess-9", NULL, NULL, "5", FIRST_NO, NULL},
    {"a2-ussd-end-put", OVER, "ibsess-9", NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a3-ussd-end-post", OVER, "ibsess-9", NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a5-ussd-no-session", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a6-ussd-other-phase", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a7-ussd-start-no-phone", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a8-ussd-cut", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a9-ussd-object-text", UNREADABLE, "ibsess-9", PHONE, NULL, "", FIRST_NO, NULL},
    {"aa-ussd-null-text", 0, "ibsess-9", PHONE, NULL, "", FIRST_NO, NULL},
    {"ab-ussd-empty-session", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"ac-ussd-blank-session", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static void requests_give_steps(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < STEPS; i++)
        check_step(*state, &t, &steps[i]);
    tally_end(&t);
}

static void a_question_about_status_is_no_step(void **state)
{
    struct http_request request = read_request(*state, "a4-ussd-status");
    struct events events = events_of(*state, &request);
    assert_null(events.step);
    assert_int_equal(events.bad_content, 0);
}

#define TYPE "application/json"
#define FINE "\"responseExitCode\": 200, \"responseMessage\": \"\"}"
#define LOST                                                                                            \
    "{\"ussdMenu\": \"لطفاً دوباره شماره‌گیری کنید.\\nPlease dial again.\", " \
    "\"shouldClose\": "                                                                                 \
    "true, "                                                                                            \
    "\"responseExitCode\": 400, \"responseMessage\": \"the request could not be read\"}"

static const struct page_row pages[] = {
    {"12-ussd-start", "1. Ab\n2. Bargh", false, TYPE,
     "{\"ussdMenu\": \"1. Ab\\n2. Bargh\", \"shouldClose\": false, " FINE, NULL},
    {"13-ussd-response", "سپاس", true, TYPE, "{\"ussdMenu\": \"سپاس\", \"shouldClose\": true, " FINE, NULL},
    {"a2-ussd-end-put", NULL, false, TYPE, "{" FINE, NULL},
    {"a4-ussd-status", NULL, false, TYPE, "{\"sessionActive\": true, " FINE, NULL},
    {"a8-ussd-cut", NULL, false, TYPE, LOST, NULL},
    {"a5-ussd-no-session", NULL, false, TYPE, LOST, NULL},
};

static void pages_give_answers(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        check_page(*state, &t, &pages[i]);
    tally_end(&t);
}

static void any_bytes_are_survived(void **state)
{
    check_all_broken(*state, steps, STEPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_give_messages), cmocka_unit_test(requests_give_reports),
        cmocka_unit_test(groups_give_states),     cmocka_unit_test(messages_give_json),
        cmocka_unit_test(answers_give_results),   cmocka_unit_test(no_answer_is_unsent_or_uncertain),
        cmocka_unit_test(requests_give_steps),    cmocka_unit_test(a_question_about_status_is_no_step),
        cmocka_unit_test(pages_give_answers),     cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests_name("infobip", tests, up, world_close);
}
