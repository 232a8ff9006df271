/* The Kannel adapter by its cases: a raw request and what it holds; a message
 * and the exact URL; a raw answer and its result.  The files under kannel/
 * are the shared samples (our path, our numbers for ids) and cases of our
 * own; a new case is a file and a row. */
#include "tests/unit/unit.h"

#include "gateway/providers/provider.h"

struct world {
    struct arena *arena;
    const struct provider *provider;
    struct config *config;
    const struct channel *channel;
};

static const char settings[] = "[service]\npublic_url = http://gw.example.test\n"
                               "[channel mci]\nprovider = kannel\nnumber = 30005678\nsecret = s3c\n"
                               "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\nusername = gw\n"
                               "password = p w&%\nfield_time = ts\n";

static struct config *parse_config(struct arena *arena, const char *text)
{
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    struct faults faults = faults_in(arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct config *config = config_parse("test", str_of(text), &world, &faults);
    if (config == NULL)
        fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    return config;
}

static int up(void **state)
{
    struct error e;
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL || !icu_start(&e))
        return -1;
    w->arena = arena_new(1 << 16);
    w->provider = provider_find(STR("kannel"));
    w->config = parse_config(w->arena, settings);
    w->channel = config_channel(w->config, STR("mci"));
    *state = w;
    return w->provider != NULL && w->channel != NULL ? 0 : -1;
}

static int down(void **state)
{
    struct world *w = *state;
    config_drop(w->config);
    arena_free(w->arena);
    free(w);
    return 0;
}

/* ---- raw HTTP ---- */

struct raw {
    struct str first, body;
    struct http_pairs headers;
};

static struct raw read_raw(struct arena *arena, const char *file)
{
    struct raw raw = {.headers = {arena_array(arena, struct http_pair, 32), 0}};
    const char *path = str_cstr(arena, str_printf(arena, "tests/providers/kannel/%s", file));
    struct str rest = read_data(arena, path), line, name;
    if (!str_split(&rest, '\n', &line))
        fail_msg("%s is empty", file);
    raw.first = str_trim(line);
    while (rest.p != NULL && str_split(&rest, '\n', &line) && (line = str_trim(line)).n > 0) {
        assert_true(str_split(&line, ':', &name) && line.p != NULL);
        raw.headers.v[raw.headers.n++] = (struct http_pair){name, str_trim(line)};
    }
    raw.body = rest.p != NULL ? rest : STR("");
    return raw;
}

static struct http_request read_request(struct arena *arena, const char *file)
{
    struct raw raw = read_raw(arena, file);
    struct str rest = raw.first, method, target, query;
    assert_true(str_split(&rest, ' ', &method) && str_split(&rest, ' ', &target));
    struct http_request request = {.method = str_is(method, "POST") ? HTTP_POST : HTTP_GET,
                                   .target = target,
                                   .headers = raw.headers,
                                   .body = raw.body};
    query = target;
    assert_true(str_split(&query, '?', &request.path));
    request.query = query.p != NULL ? query : STR("");
    return request;
}

/* ---- messages in ---- */

struct message_row {
    const char *file, *sender, *line, *text, *id, *sent;
    bool unreadable; /* then the text is not looked at where it is NULL */
    unsigned bad;
};

static const struct message_row message_rows[] = {
    {"01-mo-get-utf8.http", "+989120001122", "30005678", "yari 12", "6f0c2f1e-0b5a-4f5e-9a0e-1f2f33445566",
     "1762500000", false, 0},
    {"02-mo-get-ucs2-raw.http", "989120001122", "30005678", "سلام، کد ۱۲",
     "6f0c2f1e-0b5a-4f5e-9a0e-1f2f33445567", "1762500001", false, 0},
    {"04-mo-post-headers.http", "+989120001122", "30005678", "وضعیت", "", "2025-11-07 07:20:03", false, 0},
    {"05-mo-post-utf16.http", "+989120001122", "30005678", "سلام، کد ۱۲", "", "2025-11-07 07:20:04", false,
     0},
    {"13-mo-missing-sender.http", "", "30005678", "hi", "k9", "", false, 1},
    {"30-mo-empty-text.http", "989120001122", "30005678", "", "", "", false, 0},
    {"31-mo-no-text.http", "989120001122", "30005678", "", "", "", true, 1},
    {"32-mo-broken-escape.http", "989120001122", "", "a%zz", "", "", true, 1},
    {"33-mo-odd-utf16.http", "989120001122", "", NULL, "", "", true, 1},
    {"34-mo-lone-surrogate.http", "989120001122", "", NULL, "", "", true, 1},
    {"35-mo-unknown-charset.http", "989120001122", "", "hi", "", "", true, 1},
    {"36-mo-8bit.http", "989120001122", "", "hi", "", "", true, 1},
    {"37-mo-bad-utf8.http", "989120001122", "",
     "a\xEF\xBF\xBD"
     "b",
     "", "", true, 1},
    {"38-mo-coding-only.http", "989120001122", "", "سa", "", "", false, 0},
    {"39-mo-recoded.http", "989120001122", "", "س", "", "", false, 0},
    {"40-mo-bare-plus.http", "989120001122", "30005678", "a b +", "", "", false, 0},
    {"42-mo-latin1.http", "989120001122", "", "café", "", "", false, 0},
    {"43-mo-surrogate-pair.http", "989120001122", "", "😀", "", "", false, 0},
    {"44-post-coding-only.http", "989120001122", "", "نه", "", "", false, 0},
    {"45-post-query-wins.http", "989120001122", "30005678", "hi", "q1", "", false, 0},
    {"46-post-octets.http", "989120001122", "", NULL, "", "", true, 1},
    {"47-post-empty.http", "989120001122", "", "", "", "", false, 0},
    {"48-post-no-sender.http", "", "", "hi", "", "", false, 1},
};

static void same(struct tally *t, const char *file, const char *what, struct str got, const char *want)
{
    tally_check(t, str_is(got, want), "%s: %s is \"%.*s\", not \"%s\"", file, what, STR_ARG(got), want);
}

static void requests_give_messages(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof message_rows / sizeof message_rows[0]; i++) {
        const struct message_row *row = &message_rows[i];
        struct http_request request = read_request(w->arena, row->file);
        struct events events = w->provider->parse(w->channel, ENDPOINT_SMS, &request, w->arena);
        if (!tally_check(&t, events.message_count == 1 && events.report_count == 0, "%s: one message",
                         row->file))
            continue;
        const struct inbound *m = &events.messages[0];
        same(&t, row->file, "channel", m->channel, "mci");
        same(&t, row->file, "sender", m->sender, row->sender);
        same(&t, row->file, "line", m->line, row->line);
        same(&t, row->file, "id", m->id, row->id);
        same(&t, row->file, "sent", m->sent, row->sent);
        if (row->text != NULL)
            same(&t, row->file, "text", m->text, row->text);
        tally_check(&t, utf8_valid(m->text), "%s: its text is no UTF-8", row->file);
        tally_check(&t, m->unreadable == row->unreadable, "%s: unreadable is %d", row->file, m->unreadable);
        tally_check(&t, events.bad_content == row->bad, "%s: %u bad parts", row->file, events.bad_content);
    }
    tally_end(&t);
}

/* The post-xml form is not read: it is bad content, known by its missing sender,
 * and changes nothing. */
static void post_xml_is_bad_content(void **state)
{
    struct world *w = *state;
    struct http_request request = read_request(w->arena, "07-mo-post-xml-ucs2.http");
    struct events events = w->provider->parse(w->channel, ENDPOINT_SMS, &request, w->arena);
    assert_true(events.bad_content > 0);
    assert_int_equal(events.report_count, 0);
    for (size_t i = 0; i < events.message_count; i++)
        assert_int_equal(events.messages[i].sender.n, 0);
}

/* Whatever bytes came: what goes to the store is UTF-8. */
static void senders_and_details_are_utf8(void **state)
{
    struct world *w = *state;
    struct http_request request = read_request(w->arena, "41-mo-bad-sender-bytes.http");
    struct events events = w->provider->parse(w->channel, ENDPOINT_SMS, &request, w->arena);
    for (size_t i = 0; i < events.message_count; i++)
        assert_true(utf8_valid(events.messages[i].sender));
    assert_true(events.bad_content > 0);
}

static void details_of_reports_are_utf8(void **state)
{
    struct world *w = *state;
    struct http_request request = read_request(w->arena, "58-dlr-bad-detail.http");
    struct events events = w->provider->parse(w->channel, ENDPOINT_DLR, &request, w->arena);
    assert_int_equal(events.report_count, 1);
    assert_int_equal(events.reports[0].state, REPORT_DELIVERED);
    assert_true(utf8_valid(events.reports[0].detail));
}

/* ---- reports in ---- */

static const struct report_row {
    const char *file;
    int state; /* -1: bad content */
    const char *detail;
} report_rows[] = {
    {"08-dlr-delivered.http", REPORT_DELIVERED,
     "id:77aa sub:001 dlvrd:001 submit date:2511071050 done date:2511071051 stat:DELIVRD err:000 text:"},
    {"09-dlr-smsc-accepted.http", REPORT_SENT, "ACK/"},
    {"11-dlr-unknown-value.http", -1, ""},
    {"50-dlr-failed.http", REPORT_FAILED, "x"},
    {"51-dlr-refused.http", REPORT_FAILED, "NACK/0x0b/Invalid"},
    {"52-dlr-buffered.http", REPORT_SENT, ""},
    {"53-dlr-intermediate.http", REPORT_SENT, ""},
    {"54-dlr-no-id.http", -1, ""},
    {"55-dlr-no-state.http", -1, ""},
    {"56-dlr-strange-id.http", -1, ""},
    {"57-dlr-long-id.http", -1, ""},
    {"59-dlr-long-detail.http", REPORT_FAILED, NULL},
};

static void requests_give_reports(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof report_rows / sizeof report_rows[0]; i++) {
        const struct report_row *row = &report_rows[i];
        struct http_request request = read_request(w->arena, row->file);
        struct events events = w->provider->parse(w->channel, ENDPOINT_DLR, &request, w->arena);
        bool good = row->state >= 0;
        tally_check(&t, events.message_count == 0, "%s: no message", row->file);
        tally_check(&t, events.bad_content == !good, "%s: %u bad parts", row->file, events.bad_content);
        if (!tally_check(&t, events.report_count == good, "%s: %zu reports", row->file,
                         events.report_count) ||
            !good)
            continue;
        const struct report *r = &events.reports[0];
        same(&t, row->file, "channel", r->channel, "mci");
        tally_check(&t, r->id == 17 && (int)r->state == row->state, "%s: id %lld, state %d", row->file,
                    (long long)r->id, (int)r->state);
        tally_check(&t, utf8_valid(r->detail) && r->detail.n <= 120, "%s: its detail", row->file);
        if (row->detail != NULL)
            same(&t, row->file, "detail", r->detail, row->detail);
    }
    tally_end(&t);
}

/* ---- messages out ---- */

#define TO "&from=30005678&to=989120001122"
#define SENDSMS "http://127.0.0.1:13013/cgi-bin/sendsms?username=gw&password=p%20w%26%25" TO
#define REPORTS                                                                                            \
    "&dlr-mask=31&dlr-url=http%3A%2F%2Fgw.example.test%2Fin%2Fmci%2Fdlr%3Fsecret%3Ds3c%26id%3D17%26st%3D%" \
    "25d"                                                                                                  \
    "%26a%3D%25A"

static void check_url(struct world *w, const struct config *config, const char *text, const char *want)
{
    struct outbound m = {.id = 17, .channel = STR("mci"), .phone = 989120001122, .text = str_of(text)};
    const struct channel *channel = config_channel(config, STR("mci"));
    struct http_request request = w->provider->build(channel, &config->service, &m, 1, w->arena);
    assert_int_equal(request.method, HTTP_GET);
    assert_int_equal(request.body.n, 0);
    if (!str_is(request.target, want))
        fail_msg("%.*s\nis not\n%s", STR_ARG(request.target), want);
}

static void messages_give_urls(void **state)
{
    struct world *w = *state;
    check_url(w, w->config, "Your code is 4821", SENDSMS "&coding=0&text=Your%20code%20is%204821" REPORTS);
    check_url(w, w->config, "سلام", SENDSMS "&coding=2&charset=UTF-8&text=%D8%B3%D9%84%D8%A7%D9%85" REPORTS);
    check_url(w, w->config, "a+b&c=%d\n€", SENDSMS "&coding=0&text=a%2Bb%26c%3D%25d%0A%E2%82%AC" REPORTS);
    check_url(w, w->config, "😀", SENDSMS "&coding=2&charset=UTF-8&text=%F0%9F%98%80" REPORTS);
}

static void a_url_with_a_query_is_continued(void **state)
{
    struct world *w = *state;
    const char *text = "[service]\npublic_url = http://gw.example.test\n[channel mci]\nprovider = kannel\n"
                       "number = 30005678\nsecret = s3c\nsend_url = https://k/send?smsc=a\n";
    struct config *config = parse_config(w->arena, text);
    check_url(w, config, "x", "https://k/send?smsc=a&username=&password=" TO "&coding=0&text=x" REPORTS);
    config_drop(config);
}

/* http://host/ and http://host are the same place: with two slashes every
 * report would be answered 404. */
static void a_slash_behind_public_url_is_no_harm(void **state)
{
    struct world *w = *state;
    const char *text = "[service]\npublic_url = http://gw.example.test/\n[channel mci]\nprovider = kannel\n"
                       "number = 30005678\nsecret = s3c\nsend_url = http://k/s\n";
    struct config *config = parse_config(w->arena, text);
    check_url(w, config, "x", "http://k/s?username=&password=" TO "&coding=0&text=x" REPORTS);
    config_drop(config);
}

static void a_secret_must_survive_kannel(void **state)
{
    struct world *w = *state;
    struct error e = {""};
    struct channel channel = *w->channel;
    assert_true(w->provider->check(&channel, &e));
    static const char *const bad[] = {"a b", "a%b", "a&b", "a#b", "راز"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        channel.secret = str_of(bad[i]);
        assert_false(w->provider->check(&channel, &e));
    }
}

/* ---- answers ---- */

static const struct answer_row {
    const char *file;
    enum send_result result;
    int64_t retry_after_ms;
} answer_rows[] = {
    {"19-send-ok.http", SEND_OK, 0},
    {"20-send-queued.http", SEND_OK, 0},
    {"21-send-403.http", SEND_MISCONFIGURED, 0},
    {"70-send-sent.http", SEND_OK, 0},
    {"71-send-garbage.http", SEND_UNCERTAIN, 0},
    {"72-send-empty.http", SEND_UNCERTAIN, 0},
    {"73-send-other-digit.http", SEND_UNCERTAIN, 0},
    {"74-send-200.http", SEND_OK, 0},
    {"75-send-400.http", SEND_PERMANENT, 0},
    {"76-send-403-route.http", SEND_PERMANENT, 0},
    {"77-send-404.http", SEND_MISCONFIGURED, 0},
    {"78-send-429.http", SEND_THROTTLED, 30000},
    {"79-send-500.http", SEND_RETRY, 0},
    {"80-send-503.http", SEND_RETRY, 0},
    {"81-send-503-date.http", SEND_RETRY, 0},
    {"82-send-302.http", SEND_MISCONFIGURED, 0},
    {"83-send-401.http", SEND_MISCONFIGURED, 0},
    {"84-send-599.http", SEND_RETRY, 0},
};

static struct settled settle(struct world *w, const struct send_answer *answer)
{
    struct outbound m = {.id = 17};
    struct settled result = {.result = SEND_RESULTS};
    w->provider->settle(w->channel, answer, &m, 1, &result, w->arena);
    return result;
}

static void answers_give_results(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
        const struct answer_row *row = &answer_rows[i];
        struct raw raw = read_raw(w->arena, row->file);
        uint64_t status = 0;
        assert_true(str_to_u64(str_from(raw.first.p + 9, 3), &status));
        struct send_answer answer = {ANSWER_CAME, (int)status, &raw.headers, raw.body, ""};
        struct settled got = settle(w, &answer);
        tally_check(&t, got.result == row->result, "%s: %s", row->file, send_result_names[got.result]);
        tally_check(&t, got.retry_after_ms == row->retry_after_ms, "%s: after %lld ms", row->file,
                    (long long)got.retry_after_ms);
        tally_check(&t, (got.result == SEND_OK) == (got.detail.n == 0), "%s: detail", row->file);
        tally_check(&t, got.provider_id.n == 0, "%s: Kannel gives no id", row->file);
    }
    tally_end(&t);
}

static void no_answer_is_unsent_or_uncertain(void **state)
{
    struct world *w = *state;
    struct send_answer answer = {ANSWER_UNSENT, 0, NULL, STR(""), "connection refused"};
    struct settled got = settle(w, &answer);
    assert_int_equal(got.result, SEND_RETRY);
    assert_true(str_is(got.detail, "connection refused"));
    answer.kind = ANSWER_UNSURE;
    answer.reason = "timeout";
    got = settle(w, &answer);
    assert_int_equal(got.result, SEND_UNCERTAIN);
    assert_true(str_is(got.detail, "timeout"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_give_messages),
        cmocka_unit_test(post_xml_is_bad_content),
        cmocka_unit_test(senders_and_details_are_utf8),
        cmocka_unit_test(details_of_reports_are_utf8),
        cmocka_unit_test(requests_give_reports),
        cmocka_unit_test(messages_give_urls),
        cmocka_unit_test(a_url_with_a_query_is_continued),
        cmocka_unit_test(a_slash_behind_public_url_is_no_harm),
        cmocka_unit_test(a_secret_must_survive_kannel),
        cmocka_unit_test(answers_give_results),
        cmocka_unit_test(no_answer_is_unsent_or_uncertain),
    };
    return cmocka_run_group_tests_name("kannel", tests, up, down);
}
