/* The adapter of a phone as the gateway by its cases: a raw webhook and what
 * it holds, its signature, messages and the exact JSON, a raw answer and its
 * result.  The files under android/ are the shared samples (our paths) and
 * cases of our own; a new case is a file and a row. */
#include "tests/providers/raw.h"

#include "gateway/base/json.h"

static const char settings[] =
    "[service]\npublic_url = http://gw.example.test\n[channel sg]\nprovider = android\n"
    "number = 989350000000\nsecret = s3c\nsend_url = http://192.0.2.7:8080/message\n"
    "username = user\npassword = pass\nsigning_key = sgKey-demo-1\n";

enum { NOW = 1762500005, WINDOW = 300 };
#define NAME "out17-1762500000123"

static int up(void **state)
{
    return world_open(state, settings, "tests/providers/android");
}

/* ---- in ---- */

static const struct message_row {
    const char *file, *sender, *line, *text, *id, *sent;
    bool unreadable;
    unsigned bad;
} message_rows[] = {
    {"01-mo", "09120001122", "+989350000000", "نوبت ۲", "evt-1", "2025-11-07T10:50:00.000+03:30", false, 0},
    {"04-mo-alpha", "IRANBANK", "", "مبلغ: ۵۰۰", "evt-3", "2025-11-07T10:50:02+03:30", false, 0},
    {"30-mo-old-field", "09120001122", "", "hi", "evt-9", "2025-11-07T10:50:00.000+03:30", false, 0},
    {"31-mo-no-sender", "", "", "hi", "evt-9", "2025-11-07T10:50:00.000+03:30", false, 1},
    {"32-mo-no-text", "+989120001122", "", "", "evt-9", "2025-11-07T10:50:00.000+03:30", true, 1},
    {"33-mo-empty-text", "+989120001122", "", "", "evt-9", "2025-11-07T10:50:00.000+03:30", false, 0},
    {"34-mo-no-payload", "", "", "", "evt-9", "", true, 1},
    {"35-mo-number-types", "989120001122", "", "hi", "77", "2025-11-07T10:50:00.000+03:30", false, 0},
    {"36-mo-escapes", "\xE2\x80\x8E+989120001122", "", "😀 ن\n", "evt-9", "", false, 0},
    {"37-mo-at-dlr", "+989120001122", "", "hi", "evt-9", "2025-11-07T10:50:00.000+03:30", false, 0},
    {"38-mo-hostile-types", "", "", "", "", "", true, 1},
};

static void webhooks_give_messages(void **state)
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
        same(&t, row->file, "channel", m->channel, "sg");
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
    int64_t id;
    const char *name, *detail;
} report_rows[] = {
    {"07-dlr-part", REPORT_DELIVERED, 0, "m-000017", "sms:delivered"},
    {"08-dlr-failed", REPORT_FAILED, 0, "m-000018", "RESULT_ERROR_LIMIT_EXCEEDED"},
    {"50-dlr-sent", REPORT_SENT, 17, NAME, "sms:sent"},
    {"51-dlr-delivered", REPORT_DELIVERED, 17, NAME, "sms:delivered"},
    {"52-dlr-failed", REPORT_FAILED, 17, NAME, "RESULT_ERROR_LIMIT_EXCEEDED"},
    {"53-dlr-cancelled", REPORT_FAILED, 17, NAME, "sms:cancelled"},
    {"54-dlr-short-name", REPORT_DELIVERED, 17, "out17", "sms:delivered"},
    {"55-dlr-no-id", -1, 0, NULL, NULL},
    {"56-dlr-no-payload", -1, 0, NULL, NULL},
    {"57-dlr-foreign-name", REPORT_DELIVERED, 0, "outing-7", "sms:delivered"},
    {"58-dlr-huge-name", REPORT_DELIVERED, 0, "out99999999999999999999", "sms:delivered"},
    {"59-dlr-minus", REPORT_DELIVERED, 0, "out-17", "sms:delivered"},
    {"60-dlr-long-reason", REPORT_FAILED, 17, NAME, NULL},
    {"61-dlr-at-sms", REPORT_DELIVERED, 17, NAME, "sms:delivered"},
    {"62-dlr-at-dlr", REPORT_DELIVERED, 17, NAME, "sms:delivered"},
};

static void webhooks_give_reports(void **state)
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
        same(&t, row->file, "channel", r->channel, "sg");
        same(&t, row->file, "name", r->provider_id, row->name);
        tally_check(&t, r->id == row->id && (int)r->state == row->state, "%s: id %lld, state %d", row->file,
                    (long long)r->id, (int)r->state);
        tally_check(&t, utf8_valid(r->detail) && r->detail.n <= 120, "%s: its detail", row->file);
        if (row->detail != NULL)
            same(&t, row->file, "detail", r->detail, row->detail);
    }
    tally_end(&t);
}

static const struct empty_row {
    const char *file;
    unsigned bad;
} empty_rows[] = {
    {"09-mms-unsupported", 0}, {"70-ping", 0},     {"71-app-started", 0}, {"72-data", 0},
    {"73-new-event", 0},       {"75-empty", 1},    {"76-no-json", 1},     {"77-array", 1},
    {"78-no-event", 1},        {"79-cut", 1},      {"80-deep", 1},        {"81-duplicate-keys", 1},
    {"82-event-type", 1},      {"83-bad-utf8", 1}, {"84-nul", 1},         {"85-two", 1},
};

static void other_events_and_bad_json_give_nothing(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof empty_rows / sizeof empty_rows[0]; i++) {
        struct events events = read_events(*state, empty_rows[i].file);
        tally_check(&t, events.message_count + events.report_count + events.stop_count == 0,
                    "%s: it holds nothing", empty_rows[i].file);
        tally_check(&t, events.bad_content == empty_rows[i].bad, "%s: %u bad parts", empty_rows[i].file,
                    events.bad_content);
    }
    tally_end(&t);
}

/* ---- signatures ---- */

static const struct signature_row {
    const char *file;
    int64_t now;
    bool holds;
} signature_rows[] = {
    {"01-mo", NOW, true},
    {"04-mo-alpha", NOW, true},
    {"07-dlr-part", NOW, true},
    {"08-dlr-failed", NOW, true},
    {"09-mms-unsupported", NOW, true},
    {"75-empty", NOW, true},
    {"01-mo", NOW + WINDOW, true},
    {"01-mo", NOW - WINDOW, true},
    {"01-mo", NOW + WINDOW + 1, false}, /* replayed */
    {"01-mo", NOW - WINDOW - 1, false},
    {"05-mo-tampered", NOW, false},
    {"90-sign-upper", NOW, false},
    {"91-sign-short", NOW, false},
    {"92-sign-empty", NOW, false},
    {"93-sign-none", NOW, false},
    {"94-sign-other-key", NOW, false},
    {"95-sign-stamp-word", NOW, false},
    {"96-sign-stamp-minus", NOW, false},
    {"97-sign-stamp-huge", NOW, false},
    {"98-sign-stamp-ms", NOW, false},
    {"99-sign-moved", NOW, false}, /* a newer time under the old signature */
};

static void signatures_hold_or_not(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    assert_true(w->provider->signs(w->channel));
    for (size_t i = 0; i < sizeof signature_rows / sizeof signature_rows[0]; i++) {
        const struct signature_row *row = &signature_rows[i];
        struct http_request request = read_request(w, row->file);
        tally_check(&t, w->provider->verify(w->channel, &request, row->now) == row->holds, "%s at %lld",
                    row->file, (long long)row->now);
    }
    tally_end(&t);
}

static void without_a_key_nothing_is_signed(void **state)
{
    struct world *w = *state;
    struct config *config = parse_config(
        w->arena, "[channel sg]\nprovider = android\nnumber = 9\nsecret = s\nsend_url = http://p/m\n");
    assert_false(w->provider->signs(&config->channels[0]));
    config_drop(config);
}

/* ---- out ---- */

static struct http_request built(struct world *w, const struct outbound *m)
{
    return w->provider->build(w->channel, &w->config->service, m, 1, w->arena);
}

static void messages_give_json(void **state)
{
    struct world *w = *state;
    struct outbound m = {.id = 17,
                         .phone = 989120001122,
                         .text = STR("سلام \"a\"\n"),
                         .lane = LANE_CODE,
                         .expires_ms = 1762500000123};
    struct http_request request = built(w, &m);
    assert_int_equal(request.method, HTTP_POST);
    assert_true(str_is(request.target, "http://192.0.2.7:8080/message"));
    same_header(&request, "Authorization", "Basic dXNlcjpwYXNz");
    same_header(&request, "Content-Type", "application/json");
    struct error e = {""};
    struct json *json = json_read(request.body, &e);
    assert_non_null(json);
    assert_true(str_is(json_str(json, "id"), NAME));
    assert_true(str_eq(json_str(json_get(json, "textMessage"), "text"), m.text));
    assert_int_equal(json_count(json_get(json, "phoneNumbers")), 1);
    assert_true(str_is(json_text(json_at(json_get(json, "phoneNumbers"), 0)), "+989120001122"));
    assert_int_equal(json_int(json, "priority", 0), 100);
    assert_true(str_is(json_str(json, "validUntil"), "2025-11-07T07:20:00Z"));
    assert_non_null(strstr(str_cstr(w->arena, request.body), "\"withDeliveryReport\": true"));
    json_free(json);
    assert_int_equal(w->provider->batch, 1);
}

/* Codes pass the phone's limits, broadcasts come last. */
static void lanes_have_their_priority(void **state)
{
    struct world *w = *state;
    int64_t before = 101;
    for (int lane = 0; lane < LANES; lane++) {
        struct outbound m = {.id = 1, .phone = 989120001122, .text = STR("x"), .lane = (enum lane)lane};
        struct http_request request = built(w, &m);
        struct json *json = json_read(request.body, NULL);
        int64_t priority = json_int(json, "priority", 1000);
        assert_true(priority < before && (priority >= 100) == (lane == LANE_CODE));
        assert_false(json_has(json, "validUntil"));
        before = priority;
        json_free(json);
    }
}

static void base64_is_padded(void **state)
{
    struct world *w = *state;
    static const char *const rows[][2] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                                          {"foo", "Zm9v"}, {"\xFB\xFF", "+/8="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(str_is(crypto_base64(w->arena, str_of(rows[i][0])), rows[i][1]));
}

/* ---- answers ---- */

static const struct answer_row {
    const char *file;
    enum send_result result;
    const char *id;
    int64_t retry_after_ms;
} answer_rows[] = {
    {"12-send-ok", SEND_OK, "m-000017", 0},
    {"13-send-409", SEND_OK, NAME, 0},
    {"14-send-503", SEND_RETRY, "", 0},
    {"a0-send-201", SEND_OK, NAME, 0},
    {"a1-send-200", SEND_OK, NAME, 0},
    {"a2-send-failed", SEND_PERMANENT, NAME, 0},
    {"a3-send-recipient-failed", SEND_PERMANENT, NAME, 0},
    {"a4-send-no-id", SEND_OK, NAME, 0},
    {"a5-send-no-state", SEND_OK, "m1", 0},
    {"b0-send-empty", SEND_UNCERTAIN, "", 0},
    {"b1-send-html", SEND_UNCERTAIN, "", 0},
    {"b2-send-object", SEND_UNCERTAIN, "", 0},
    {"b3-send-array", SEND_UNCERTAIN, "", 0},
    {"b4-send-cut", SEND_UNCERTAIN, "", 0},
    {"b5-send-types", SEND_UNCERTAIN, "", 0},
    {"b6-send-deep", SEND_UNCERTAIN, "", 0},
    {"c-send-302", SEND_MISCONFIGURED, "", 0},
    {"c-send-400", SEND_PERMANENT, "", 0},
    {"c-send-401", SEND_MISCONFIGURED, "", 0},
    {"c-send-403", SEND_MISCONFIGURED, "", 0},
    {"c-send-404", SEND_MISCONFIGURED, "", 0},
    {"c-send-408", SEND_RETRY, "", 0},
    {"c-send-429", SEND_THROTTLED, "", 30000},
    {"c-send-500", SEND_RETRY, "", 0},
    {"c-send-502", SEND_RETRY, "", 0},
    {"c-send-503-after", SEND_RETRY, "", 120000},
};

static void answers_give_results(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    const struct outbound m = {.id = 17, .phone = 989120001122, .expires_ms = 1762500000123};
    for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
        const struct answer_row *row = &answer_rows[i];
        struct settled got;
        settle_file(*state, row->file, &m, 1, &got);
        tally_check(&t, got.result == row->result, "%s: result %d", row->file, (int)got.result);
        same(&t, row->file, "provider_id", got.provider_id, row->id);
        tally_check(&t, got.retry_after_ms == row->retry_after_ms, "%s: after %lld ms", row->file,
                    (long long)got.retry_after_ms);
        tally_check(&t, (got.result == SEND_OK) == (got.detail.n == 0), "%s: detail", row->file);
    }
    check_no_answer(w);
    tally_end(&t);
}

static enum send_result told_of(struct world *w, enum answer_kind kind, int status, const char *body)
{
    const struct outbound m = {.id = 17, .phone = 989120001122, .expires_ms = 1762500000123};
    struct send_answer answer = {kind, status, NULL, str_of(body), "no route"};
    return w->provider->told(w->channel, &answer, &m, w->arena).result;
}

static void asked_by_our_own_id(void **state)
{
    struct world *w = *state;
    const struct outbound m = {.id = 17, .phone = 989120001122, .expires_ms = 1762500000123};
    struct http_request request = w->provider->ask(w->channel, &m, w->arena);
    assert_int_equal(request.method, HTTP_GET);
    assert_true(str_starts(request.target, STR("http")));
    assert_non_null(memmem(request.target.p, request.target.n, "/" NAME, sizeof NAME));
    assert_true(str_starts(http_header(&request.headers, "Authorization"), STR("Basic ")));
    assert_int_equal(request.body.n, 0);
}

static void what_it_tells_settles_the_message(void **state)
{
    static const struct {
        enum answer_kind kind;
        int status;
        const char *body;
        enum send_result result;
    } cases[] = {
        {ANSWER_CAME, 200, "{\"id\":\"x\",\"state\":\"Pending\"}", SEND_OK},
        {ANSWER_CAME, 200, "{\"id\":\"x\",\"state\":\"Processed\"}", SEND_OK},
        {ANSWER_CAME, 200, "{\"id\":\"x\",\"state\":\"Sent\"}", SEND_OK},
        {ANSWER_CAME, 200, "{\"id\":\"x\",\"state\":\"Delivered\"}", SEND_OK},
        {ANSWER_CAME, 200, "{\"id\":\"x\",\"state\":\"Failed\"}", SEND_PERMANENT},
        {ANSWER_CAME, 200, "{\"id\":\"x\",\"state\":\"Cancelled\"}", SEND_PERMANENT},
        {ANSWER_CAME, 200, "not JSON", SEND_UNCERTAIN},
        {ANSWER_CAME, 404, "{\"message\":\"not found\"}", SEND_RETRY},
        {ANSWER_CAME, 401, "", SEND_UNCERTAIN},
        {ANSWER_CAME, 500, "", SEND_UNCERTAIN},
        {ANSWER_UNSENT, 0, "", SEND_UNCERTAIN},
        {ANSWER_UNSURE, 0, "", SEND_UNCERTAIN},
    };
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        tally_check(&t, told_of(*state, cases[i].kind, cases[i].status, cases[i].body) == cases[i].result,
                    "%d %s", cases[i].status, cases[i].body);
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(webhooks_give_messages),
        cmocka_unit_test(webhooks_give_reports),
        cmocka_unit_test(other_events_and_bad_json_give_nothing),
        cmocka_unit_test(signatures_hold_or_not),
        cmocka_unit_test(without_a_key_nothing_is_signed),
        cmocka_unit_test(messages_give_json),
        cmocka_unit_test(lanes_have_their_priority),
        cmocka_unit_test(base64_is_padded),
        cmocka_unit_test(answers_give_results),
        cmocka_unit_test(asked_by_our_own_id),
        cmocka_unit_test(what_it_tells_settles_the_message),
    };
    return cmocka_run_group_tests_name("android", tests, up, world_close);
}
