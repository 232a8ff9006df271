/* The Africa's Talking adapter by its cases: a raw request and what it holds,
 * messages and the exact form, a raw answer and a result for each recipient.
 * The files under africastalking/ are the shared samples (our paths) and
 * cases of our own; a new case is a file and a row. */
#include "tests/providers/raw.h"

static const char settings[] = "[service]\npublic_url = http://gw.example.test\n[channel at]\n"
                               "provider = africastalking\nnumber = 22384\nsecret = s3c\n"
                               "send_url = https://api.example.test/version1/messaging\n"
                               "username = de mo\napi_key = atsk_000\n";

static int up(void **state)
{
    return world_open(state, settings, "tests/providers/africastalking");
}

/* ---- in ---- */

static const struct message_row {
    const char *file, *sender, *line, *text, *id, *sent;
    bool unreadable;
    unsigned bad;
} message_rows[] = {
    {"01-sms-mo", "+254700000111", "22384", "Hali 2", "a8f1b2c3-0001-4c1d-9b10-000000000001",
     "2025-11-07T07:20:00Z", false, 0},
    {"02-sms-mo-bare-plus", "+254700000111", "22384", "a&b س", "x2", "2025-11-07 07:20:00", false, 0},
    {"03-sms-mo-no-id", "+254700000111", "22384", "hi", "", "", false, 0},
    {"30-mo-empty-text", "+254700000111", "22384", "", "e1", "", false, 0},
    {"31-mo-no-text", "+254700000111", "22384", "", "e2", "", true, 1},
    {"32-mo-broken-escape", "+254700000111", "22384", "a%zz", "e3", "", true, 1},
    {"33-mo-bad-utf8", "+254700000111", "22384", "a\xEF\xBF\xBD\x62", "e4", "", true, 1},
    {"34-mo-no-sender", "", "22384", "hi", "e5", "", false, 1},
    {"35-mo-alpha", "SAFARICOM", "22384", "hi", "e6", "", false, 0},
    {"36-mo-query", "+254700000111", "22384", "a + b", "e7", "2025-11-07T07:20:00Z", false, 0},
    {"37-mo-at-dlr", "+254700000111", "22384", "hi", "e8", "", false, 0},
    {"38-mo-bare-digits", "254700000111", "22384", "100 bob", "e9", "", false, 0},
    {"39-mo-nul", "+254700000111", "22384", "ab", "ea", "", false, 0},
};

static void requests_give_messages(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof message_rows / sizeof message_rows[0]; i++) {
        const struct message_row *row = &message_rows[i];
        struct events events = read_events(w, row->file);
        tally_check(&t, events.bad_content == row->bad, "%s: %u bad parts", row->file, events.bad_content);
        if (!tally_check(&t, events.message_count == 1 && events.report_count + events.stop_count == 0,
                         "%s: one message and nothing else", row->file))
            continue;
        const struct inbound *m = &events.messages[0];
        same(&t, row->file, "channel", m->channel, "at");
        same(&t, row->file, "sender", m->sender, row->sender);
        same(&t, row->file, "line", m->line, row->line);
        same(&t, row->file, "text", m->text, row->text);
        same(&t, row->file, "id", m->id, row->id);
        same(&t, row->file, "sent", m->sent, row->sent);
        tally_check(&t, m->unreadable == row->unreadable, "%s: unreadable is %d", row->file, m->unreadable);
    }
    tally_end(&t);
}

static const struct report_row {
    const char *file;
    int state; /* -1: bad content */
    const char *detail;
} report_rows[] = {
    {"05-dlr-success", REPORT_DELIVERED, "Success"},
    {"06-dlr-buffered", REPORT_SENT, "Buffered"},
    {"50-dlr-failed", REPORT_FAILED, "DeliveryFailure"},
    {"51-dlr-rejected", REPORT_FAILED, "UserInBlackList"},
    {"52-dlr-dnd", REPORT_FAILED, "DoNotDisturbRejection"},
    {"53-dlr-sent", REPORT_SENT, "Sent"},
    {"54-dlr-submitted", REPORT_SENT, "Submitted"},
    {"55-dlr-absent", REPORT_FAILED, "AbsentSubscriber"},
    {"56-dlr-expired", REPORT_FAILED, "Expired"},
    {"57-dlr-unknown", -1, NULL},
    {"58-dlr-no-id", -1, NULL},
    {"59-dlr-no-status", -1, NULL},
    {"60-dlr-at-sms", REPORT_DELIVERED, "Success"},
    {"61-dlr-long-reason", REPORT_FAILED, NULL},
    {"62-dlr-bad-reason", REPORT_FAILED, "a\xEF\xBF\xBD\x62"},
    {"68-nothing", -1, NULL},
    {"69-json", -1, NULL},
};

static void requests_give_reports(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof report_rows / sizeof report_rows[0]; i++) {
        const struct report_row *row = &report_rows[i];
        struct events events = read_events(w, row->file);
        bool good = row->state >= 0;
        tally_check(&t, events.message_count + events.stop_count == 0, "%s: a report at most", row->file);
        tally_check(&t, events.bad_content == !good, "%s: %u bad parts", row->file, events.bad_content);
        if (!tally_check(&t, events.report_count == good, "%s: %zu reports", row->file,
                         events.report_count) ||
            !good)
            continue;
        const struct report *r = &events.reports[0];
        same(&t, row->file, "channel", r->channel, "at");
        same(&t, row->file, "id", r->provider_id, "ATXid_1");
        tally_check(&t, r->id == 0 && (int)r->state == row->state, "%s: state %d", row->file, (int)r->state);
        tally_check(&t, utf8_valid(r->detail) && r->detail.n <= 120, "%s: its detail", row->file);
        if (row->detail != NULL)
            same(&t, row->file, "detail", r->detail, row->detail);
    }
    tally_end(&t);
}

static void opt_outs_give_stops(void **state)
{
    struct world *w = *state;
    static const char *const files[] = {"08-optout", "65-stop-bare-plus"};
    for (size_t i = 0; i < 2; i++) {
        struct events events = read_events(w, files[i]);
        assert_int_equal(events.stop_count, 1);
        assert_int_equal(events.message_count + events.report_count + events.bad_content, 0);
        assert_true(str_is(events.stops[0], "+254700000111"));
    }
    struct events events = read_events(w, "66-stop-no-phone");
    assert_int_equal(events.stop_count, 0);
    assert_int_equal(events.bad_content, 1);
}

static void a_subscription_is_no_fault(void **state)
{
    struct events events = read_events(*state, "67-subscription");
    assert_int_equal(events.message_count + events.report_count + events.stop_count + events.bad_content, 0);
}

/* ---- out ---- */

static const struct outbound three[] = {{.id = 17, .phone = 254700000111, .text = STR_INIT("a+b&س\n")},
                                        {.id = 18, .phone = 254700000112, .text = STR_INIT("a+b&س\n")},
                                        {.id = 19, .phone = 254700000113, .text = STR_INIT("a+b&س\n")}};

static void messages_give_a_form(void **state)
{
    struct world *w = *state;
    struct http_request request = w->provider->build(w->channel, &w->config->service, three, 2, w->arena);
    assert_int_equal(request.method, HTTP_POST);
    assert_true(str_is(request.target, "https://api.example.test/version1/messaging"));
    same_header(&request, "apiKey", "atsk_000");
    same_header(&request, "Accept", "application/json");
    same_header(&request, "Content-Type", "application/x-www-form-urlencoded");
    if (!str_is(request.body,
                "username=de%20mo&to=%2B254700000111%2C%2B254700000112&message=a%2Bb%26%D8%B3%0A"
                "&from=22384&bulkSMSMode=1&enqueue=1"))
        fail_msg("%.*s", STR_ARG(request.body));
    assert_true(w->provider->batch >= 3);
}

static void without_a_number_there_is_no_from(void **state)
{
    struct world *w = *state;
    struct channel channel = *w->channel;
    channel.number = STR("");
    struct http_request request = w->provider->build(&channel, &w->config->service, three, 1, w->arena);
    struct http_pairs fields = http_parse_fields(w->arena, request.body, NULL);
    assert_null(http_field(&fields, STR("from")));
    assert_true(str_is(http_field(&fields, STR("to"))->value, "+254700000111"));
}

/* ---- answers ---- */

#define ALL(result)           \
    {result, result, result}, \
    {                         \
        "", "", ""            \
    }

static const struct answer_row {
    const char *file;
    enum send_result result[3];
    const char *id[3];
    int64_t retry_after_ms;
} answer_rows[] = {
    {"20-send-response-mixed", {SEND_OK, SEND_BLOCKED, SEND_UNCERTAIN}, {"ATXid_1", "", ""}, 0},
    {"21-send-response-empty", ALL(SEND_MISCONFIGURED), 0},
    {"70-send-order", {SEND_OK, SEND_OK, SEND_OK}, {"ATXid_1", "ATXid_2", "ATXid_3"}, 0},
    {"71-send-one-missing", {SEND_OK, SEND_UNCERTAIN, SEND_PERMANENT}, {"ATXid_1", "", ""}, 0},
    {"72-send-classes-a", {SEND_PERMANENT, SEND_MISCONFIGURED, SEND_PERMANENT}, {"", "", ""}, 0},
    {"73-send-classes-b", {SEND_MISCONFIGURED, SEND_PERMANENT, SEND_BLOCKED}, {"", "", ""}, 0},
    {"74-send-classes-c", ALL(SEND_RETRY), 0},
    {"75-send-classes-d", {SEND_OK, SEND_UNCERTAIN, SEND_OK}, {"", "", "ATXid_3"}, 0},
    {"76-send-twice-named", {SEND_BLOCKED, SEND_UNCERTAIN, SEND_UNCERTAIN}, {"", "", ""}, 0},
    {"80-send-empty-count", ALL(SEND_UNCERTAIN), 0},
    {"81-send-empty-balance", ALL(SEND_MISCONFIGURED), 0},
    {"82-send-empty-blacklist", ALL(SEND_BLOCKED), 0},
    {"83-send-empty-sentence", ALL(SEND_MISCONFIGURED), 0},
    {"84-send-xml", ALL(SEND_UNCERTAIN), 0},
    {"85-send-empty-body", ALL(SEND_UNCERTAIN), 0},
    {"86-send-other-json", ALL(SEND_UNCERTAIN), 0},
    {"87-send-hostile-types", ALL(SEND_UNCERTAIN), 0},
    {"88-send-deep", ALL(SEND_UNCERTAIN), 0},
    {"89-send-cut", ALL(SEND_UNCERTAIN), 0},
    {"90-send-recipients-object", ALL(SEND_UNCERTAIN), 0},
    {"91-send-duplicate-keys", ALL(SEND_UNCERTAIN), 0},
    {"95-send-401", ALL(SEND_MISCONFIGURED), 0},
    {"95-send-429", ALL(SEND_THROTTLED), 30000},
    {"95-send-500", ALL(SEND_RETRY), 0},
    {"95-send-502", ALL(SEND_RETRY), 0},
    {"95-send-503", ALL(SEND_RETRY), 7000},
    {"95-send-504", ALL(SEND_UNCERTAIN), 0},
    {"95-send-400", ALL(SEND_PERMANENT), 0},
    {"95-send-404", ALL(SEND_MISCONFIGURED), 0},
    {"95-send-302", ALL(SEND_MISCONFIGURED), 0},
    {"95-send-408", ALL(SEND_RETRY), 0},
};

static void answers_give_results(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
        const struct answer_row *row = &answer_rows[i];
        struct settled got[3];
        settle_file(w, row->file, three, 3, got);
        for (size_t k = 0; k < 3; k++) {
            tally_check(&t, got[k].result == row->result[k], "%s[%zu]: result %d", row->file, k,
                        (int)got[k].result);
            same(&t, row->file, "provider_id", got[k].provider_id, row->id[k]);
            tally_check(&t, got[k].retry_after_ms == row->retry_after_ms, "%s: after %lld ms", row->file,
                        (long long)got[k].retry_after_ms);
            tally_check(&t, (got[k].result == SEND_OK) == (got[k].detail.n == 0), "%s: detail", row->file);
            tally_check(&t, utf8_valid(got[k].detail) && got[k].detail.n <= 120, "%s: its detail", row->file);
        }
    }
    tally_end(&t);
}

/* The same phone twice in a batch: an entry settles one of them. */
static void an_entry_settles_one_message(void **state)
{
    struct world *w = *state;
    const struct outbound twice[] = {three[0], three[0]};
    struct settled got[2];
    settle_file(w, "76-send-twice-named", twice, 2, got);
    assert_int_equal(got[0].result, SEND_BLOCKED);
    assert_int_equal(got[1].result, SEND_OK);
    assert_true(str_is(got[1].provider_id, "ATXid_1"));
}

static void no_answer_is_unsent_or_uncertain(void **state)
{
    check_no_answer(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_give_messages),
        cmocka_unit_test(requests_give_reports),
        cmocka_unit_test(opt_outs_give_stops),
        cmocka_unit_test(a_subscription_is_no_fault),
        cmocka_unit_test(messages_give_a_form),
        cmocka_unit_test(without_a_number_there_is_no_from),
        cmocka_unit_test(answers_give_results),
        cmocka_unit_test(an_entry_settles_one_message),
        cmocka_unit_test(no_answer_is_unsent_or_uncertain),
    };
    return cmocka_run_group_tests_name("africastalking", tests, up, world_close);
}
