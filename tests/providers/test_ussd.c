/* The `ussd` adapter with every description that is built in, and one of our
 * own: a raw request and its step, a page and the answer. */
#include "tests/providers/ussd_cases.h"

#include <sys/stat.h>
#include <unistd.h>

#define JSON "application/json"
#define TEXT "text/plain; charset=utf-8"
#define XML "text/xml; charset=utf-8"
#define SORRY "لطفاً دوباره شماره‌گیری کنید.\\nPlease dial again."
#define SORRY_TEXT "لطفاً دوباره شماره‌گیری کنید.\nPlease dial again."

/* Its session stands in the path. */
static const char own_description[] =
    "[request]\nmethod = post put\nbody = json\nsession = /2\nphone = who.phone\ninput = in\n"
    "first = /3: start\nnext = /3: next\nover = /3: end\n"
    "[answer]\nbody = json\ntype = application/vnd.own+json\nnotice = close\nlimit = 100\n"
    "[fields]\na.b.c = page\na.b.d = \"{page}{page}\" | \"x\"\na.e = @/2\na.f = -5 | true\nb = @who.phone\n"
    "[headers]\nX-More = \"yes\" | \"no\"\n";
/* The settings of a channel for each description, and the folder they name. */
static struct str all_channels(struct arena *arena, const char *folder)
{
    struct sbuf settings = sbuf_in(arena);
    sbuf_printf(&settings, "[service]\ntexts = %s\n", folder);
    for (size_t i = 0; texts_ussd[i] != NULL; i++)
        sbuf_printf(&settings, "[channel %s]\nprovider = ussd\nnumber = 1\nsecret = s3c\ndescribe = %s\n",
                    texts_ussd[i], texts_ussd[i]);
    sbuf_add(&settings,
             STR("[channel paths]\nprovider = ussd\nnumber = 1\nsecret = s3c\ndescribe = paths\n"));
    return sbuf_str(&settings);
}

/* The folder is needed only while the config is read. */
static int up(void **state)
{
    char folder[FOLDER_ROOM];
    struct arena *arena = arena_new(1 << 12);
    if (!folder_new(folder, "ussd"))
        return -1;
    const char *inner = str_cstr(arena, str_printf(arena, "%s/ussd", folder)),
               *path = str_cstr(arena, str_printf(arena, "%s/paths.ini", inner));
    FILE *file = mkdir(inner, 0700) == 0 ? fopen(path, "wb") : NULL;
    if (file == NULL || fputs(own_description, file) < 0 || fclose(file) != 0)
        return -1;
    int rc = world_open(state, str_cstr(arena, all_channels(arena, folder)), "tests/providers/ussd");
    if (unlink(path) != 0 || rmdir(inner) != 0 || rmdir(folder) != 0)
        rc = -1;
    arena_free(arena);
    return rc;
}

static const struct step_row steps[] = {
    {"01-hubtel-begin", 0, "hb-1", "233200000123", "713", "*713#", FIRST_YES, "1"},
    {"02-hubtel-response", 0, "hb-1", "233200000123", "713", "2", FIRST_NO, "2"},
    {"05-hubtel-bad-type", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"30-hubtel-timeout", OVER, "hb-1", "233200000123", "713", NULL, FIRST_UNKNOWN, "2"},
    {"31-hubtel-release", OVER, "hb-1", "233200000123", "713", NULL, FIRST_UNKNOWN, "2"},
    {"32-hubtel-lower-case", 0, "hb-1", "233200000123", "713", "*713*1007#", FIRST_YES, "1"},
    {"33-hubtel-initial", 0, "hb-1", "233200000123", "713", "*713#", FIRST_YES, "1"},
    {"34-hubtel-numbers", 0, "990011", "233200000123", "713", "2", FIRST_NO, "2"},
    {"35-hubtel-persian", 0, "hb-1", "233200000123", "713", "  ۱۰۰۷ ", FIRST_NO, "2"},
    {"36-hubtel-no-session", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"37-hubtel-no-type", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"38-hubtel-only-ids", 0, "hb-1", NULL, NULL, "1", FIRST_NO, NULL},
    {"39-hubtel-first-no-phone", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"40-hubtel-null-message", 0, "hb-1", "233200000123", "713", "", FIRST_NO, "2"},
    {"41-hubtel-object-message", UNREADABLE, "hb-1", "233200000123", "713", "", FIRST_NO, "2"},
    {"42-hubtel-nul", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"43-hubtel-cut", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"44-hubtel-array", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"45-hubtel-twice", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"46-hubtel-deep", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"47-hubtel-bad-utf8", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"49-hubtel-empty", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"50-hubtel-get", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"51-hubtel-injection", 0, "hb\"\r\n1", "233200000123", "713", "2", FIRST_NO, "2"},
    {"06-nalo-begin", 0, "n-1", "233200000123", NULL, "*920*100#", FIRST_YES, NULL},
    {"07-nalo-continue", 0, "n-1", "233200000123", NULL, "1", FIRST_NO, NULL},
    {"60-nalo-word-flag", 0, "n-1", "233200000123", NULL, "*920#", FIRST_YES, NULL},
    {"61-nalo-no-flag", 0, "n-1", "233200000123", NULL, "1", FIRST_UNKNOWN, NULL},
    {"b4-nalo-older", 0, "233200000123", "233200000123", NULL, "*920#", FIRST_YES, NULL},
    {"62-arkesel-begin", 0, "a-1", "233200000123", NULL, "*928#", FIRST_YES, NULL},
    {"63-arkesel-begin-empty", 0, "a-1", "233200000123", NULL, "", FIRST_YES, NULL},
    {"64-arkesel-continue", 0, "a-1", "233200000123", NULL, "2", FIRST_NO, NULL},
    {"65-moolre-json-begin", 0, "mo-1", "233200000123", "77", "", FIRST_YES, NULL},
    {"66-moolre-json-continue", 0, "mo-1", "233200000123", "77", "1", FIRST_NO, NULL},
    {"26-moolre-form", 0, "mo-1", "233200000123", "77", "*203#", FIRST_YES, NULL},
    {"67-moolre-form-continue", 0, "mo-1", "233200000123", "77", "a+b c", FIRST_NO, NULL},
    {"68-moolre-form-escape", UNREADABLE, "mo-1", "233200000123", NULL, "a%zz", FIRST_NO, NULL},
    {"69-moolre-form-nul", UNREADABLE, "mo-1", "233200000123", NULL, "ab\xEF\xBF\xBD", FIRST_NO, NULL},
    {"70-beem-begin", 0, "b-7", "255700000111", NULL, "0", FIRST_YES, NULL},
    {"12-beem-continue", 0, "b-7", "255700000111", NULL, "3", FIRST_NO, NULL},
    {"71-beem-terminate", OVER, "b-7", "255700000111", NULL, NULL, FIRST_UNKNOWN, NULL},
    {"72-beem-flat-payload", 0, "b-7", "255700000111", NULL, "", FIRST_NO, NULL},
    {"73-beem-other", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"13-korba-begin", 0, "k-1", "233200000123", NULL, "*711#", FIRST_YES, NULL},
    {"74-korba-continue", 0, "k-1", "233200000123", NULL, "1", FIRST_NO, NULL},
    {"75-korba-words", 0, "k-1", "233200000123", NULL, "1", FIRST_NO, NULL},
    {"76-korba-abort", OVER, "k-1", "233200000123", NULL, NULL, FIRST_UNKNOWN, NULL},
    {"77-korba-edge", OVER, "k-1", "233200000123", NULL, NULL, FIRST_UNKNOWN, NULL},
    {"78-korba-huge-op", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"79-nsano-begin", 0, "ns-1", "233200000123", NULL, "*714#", FIRST_UNKNOWN, NULL},
    {"80-nsano-continue", 0, "ns-1", "233200000123", NULL, "2", FIRST_UNKNOWN, NULL},
    {"81-freeflow-begin", 0, "ff-1", "254700000111", NULL, "543*1", FIRST_UNKNOWN, NULL},
    {"82-freeflow-other-names", 0, "ff-2", "254700000111", NULL, "*183#", FIRST_UNKNOWN, NULL},
    {"83-freeflow-empty-input", 0, "ff-1", "254700000111", NULL, "", FIRST_UNKNOWN, NULL},
    {"84-freeflow-flags", 0, "ff-1", "254700000111", NULL, "1", FIRST_UNKNOWN, NULL},
    {"17-freeflow-clean", OVER, "ff-1", "254700000111", NULL, NULL, FIRST_UNKNOWN, NULL},
    {"27-freeflow-missing-session", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"18-dmark-begin", 0, "dm-1", "256700000111", "*255#", "1", FIRST_YES, NULL},
    {"85-dmark-continue", 0, "dm-1", "256700000111", "*255#", "2", FIRST_NO, NULL},
    {"86-safaricom-begin", ACCUMULATED, "s-1", "254700000111", "384", "", FIRST_UNKNOWN, NULL},
    {"21-safaricom-continue", ACCUMULATED, "s-1", "254700000111", "384", "77*1", FIRST_UNKNOWN, NULL},
    {"25-advanta-continue", ACCUMULATED, "233443", "254700000111", "*415#", "33*2*Dan", FIRST_UNKNOWN, NULL},
    {"87-cellulant-begin", 0, "254700000111/c-1", "254700000111", NULL, "*384#", FIRST_YES, NULL},
    {"88-cellulant-continue", 0, "254700000111/c-1", "254700000111", NULL, "2", FIRST_NO, NULL},
    {"89-cellulant-abort", OVER, "254700000111/c-1", "254700000111", NULL, NULL, FIRST_UNKNOWN, NULL},
    {"90-cellulant-reason", OVER, "254700000111/c-1", "254700000111", NULL, NULL, FIRST_UNKNOWN, NULL},
    {"91-imimobile-begin", 0, "", "254700000111", NULL, "384", FIRST_UNKNOWN, NULL},
    {"92-imimobile-abort", OVER, "", "254700000111", NULL, NULL, FIRST_UNKNOWN, NULL},
    {"93-imimobile-no-phone", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"94-mobilesasa-begin", ACCUMULATED, "ms-1", "+254700000111", "*384#", "", FIRST_YES, NULL},
    {"95-mobilesasa-continue", ACCUMULATED, "ms-1", "+254700000111", "*384#", "1*2", FIRST_UNKNOWN, NULL},
    {"22-xmlrpc-begin", 0, "9001", "250780000111", "543", "", FIRST_YES, NULL},
    {"a0-xmlrpc-continue", 0, "9001", "250780000111", "543", "a & b س <", FIRST_NO, NULL},
    {"a1-xmlrpc-bare-values", 0, "9001", "250780000111", NULL, "", FIRST_YES, NULL},
    {"a2-xmlrpc-entities", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a3-xmlrpc-cut", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a4-xmlrpc-deep", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a5-xmlrpc-many", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a6-xmlrpc-nested", 0, "9001", "250780000111", NULL, "", FIRST_NO, NULL},
    {"a7-xmlrpc-no-id", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a8-xmlrpc-utf16", 0, "7", "250780000111", NULL, "سلام", FIRST_NO, NULL},
    {"a9-xmlrpc-json", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"aa-xmlrpc-bad-utf8", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"b0-path-start", 0, "sess 1", "0912", NULL, "", FIRST_YES, NULL},
    {"b1-path-next", 0, "sess 1", "0912", NULL, "5", FIRST_NO, NULL},
    {"b2-path-end", OVER, "sess 1", NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"b3-path-none", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static void requests_give_steps(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < STEPS; i++)
        check_step(*state, &t, &steps[i]);
    tally_end(&t);
}

static void a_long_input_stays_whole(void **state)
{
    struct http_request request = read_request(*state, "48-hubtel-long");
    struct events events = events_of(*state, &request);
    assert_non_null(events.step);
    assert_int_equal(events.step->input.n, 20000);
    assert_false(events.step->unreadable);
}

#define XML_HEAD                                                                \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse><params><param>" \
    "<value><struct>"
#define XML_FOOT "</struct></value></param></params></methodResponse>"
#define MEMBER(name, type, value) \
    "<member><name>" name "</name><value><" type ">" value "</" type "></value></member>"

static const struct page_row pages[] = {
    {"02-hubtel-response", "1. Maji\n2. س", false, JSON,
     "{\"SessionId\": \"hb-1\", \"Type\": \"response\", \"Message\": \"1. Maji\\n2. س\", \"Label\": "
     "\"Yavar\", "
     "\"DataType\": \"input\", \"FieldType\": \"text\"}",
     NULL},
    {"02-hubtel-response", "\"Asante\"", true, JSON,
     "{\"SessionId\": \"hb-1\", \"Type\": \"release\", \"Message\": \"\\\"Asante\\\"\", \"Label\": "
     "\"Yavar\", "
     "\"DataType\": \"display\", \"FieldType\": \"text\"}",
     NULL},
    {"34-hubtel-numbers", "a", false, JSON,
     "{\"SessionId\": 990011, \"Type\": \"response\", \"Message\": \"a\", \"Label\": \"Yavar\", "
     "\"DataType\": \"input\", \"FieldType\": \"text\"}",
     NULL},
    {"30-hubtel-timeout", NULL, false, NULL, "", NULL},
    {"05-hubtel-bad-type", NULL, false, JSON,
     "{\"SessionId\": \"hb-1\", \"Type\": \"release\", \"Message\": \"" SORRY "\", \"Label\": \"Yavar\", "
     "\"DataType\": \"display\", \"FieldType\": \"text\"}",
     NULL},
    {"43-hubtel-cut", NULL, false, JSON,
     "{\"Type\": \"release\", \"Message\": \"" SORRY "\", \"Label\": \"Yavar\", \"DataType\": \"display\", "
     "\"FieldType\": \"text\"}",
     NULL},
    {"07-nalo-continue", "a", false, JSON,
     "{\"USERID\": \"NALO1\", \"MSISDN\": \"233200000123\", \"USERDATA\": \"1\", \"MSG\": \"a\", "
     "\"MSGTYPE\": true}",
     NULL},
    {"07-nalo-continue", "Asante", true, JSON,
     "{\"USERID\": \"NALO1\", \"MSISDN\": \"233200000123\", \"USERDATA\": \"1\", \"MSG\": \"Asante\", "
     "\"MSGTYPE\": false}",
     NULL},
    {"62-arkesel-begin", "a", false, JSON,
     "{\"sessionID\": \"a-1\", \"userID\": \"U1\", \"msisdn\": \"233200000123\", \"message\": \"a\", "
     "\"continueSession\": true}",
     NULL},
    {"64-arkesel-continue", "a", true, JSON,
     "{\"sessionID\": \"a-1\", \"userID\": \"U1\", \"msisdn\": \"233200000123\", \"message\": \"a\", "
     "\"continueSession\": false}",
     NULL},
    {"26-moolre-form", "a", false, JSON, "{\"message\": \"a\", \"reply\": true}", NULL},
    {"66-moolre-json-continue", "a", true, JSON, "{\"message\": \"a\", \"reply\": false}", NULL},
    {"12-beem-continue", "a", false, JSON,
     "{\"msisdn\": \"255700000111\", \"operator\": \"vodacom\", \"session_id\": \"b-7\", \"command\": "
     "\"continue\", \"payload\": {\"request_id\": \"2\", \"request\": \"a\"}}",
     NULL},
    {"71-beem-terminate", NULL, false, JSON,
     "{\"msisdn\": \"255700000111\", \"operator\": \"vodacom\", \"session_id\": \"b-7\", \"command\": "
     "\"terminate\", \"payload\": {\"request_id\": \"3\", \"request\": \"\"}}",
     NULL},
    {"13-korba-begin", "a", false, JSON, "{\"message\": \"a\", \"ussdServiceOp\": 2}", NULL},
    {"13-korba-begin", "Asante", true, JSON, "{\"message\": \"Asante\", \"ussdServiceOp\": 17}", NULL},
    {"76-korba-abort", NULL, false, JSON, "{\"message\": \"\", \"ussdServiceOp\": 17}", NULL},
    {"79-nsano-begin", "a", false, JSON,
     "{\"USSDResp\": {\"action\": \"input\", \"menus\": \"\", \"title\": \"a\"}}", NULL},
    {"80-nsano-continue", "a", true, JSON,
     "{\"USSDResp\": {\"action\": \"prompt\", \"menus\": \"\", \"title\": \"a\"}}", NULL},
    {"81-freeflow-begin", "1. Maji\n2. Umeme", false, TEXT, "1. Maji\n2. Umeme",
     "Freeflow: FC\ncharge: N\namount: 0\n"},
    {"81-freeflow-begin", "a", true, TEXT, "a", "Freeflow: FB\ncharge: N\namount: 0\n"},
    {"17-freeflow-clean", NULL, false, NULL, "", NULL},
    {"27-freeflow-missing-session", NULL, false, TEXT, SORRY_TEXT, "Freeflow: FB\ncharge: N\namount: 0\n"},
    {"18-dmark-begin", "a", false, JSON, "{\"responseString\": \"a\", \"action\": \"request\"}", NULL},
    {"85-dmark-continue", "a", true, JSON, "{\"responseString\": \"a\", \"action\": \"end\"}", NULL},
    {"86-safaricom-begin", "a", false, TEXT, "CON a", NULL},
    {"25-advanta-continue", "a {page}", true, TEXT, "END a {page}", NULL},
    {"87-cellulant-begin", "a|b", false, TEXT, "1|a/b|null|null|null|null", NULL},
    {"88-cellulant-continue", "a", true, TEXT, "1|a|null|null|end|null", NULL},
    {"89-cellulant-abort", NULL, false, NULL, "", NULL},
    {"91-imimobile-begin", "a", false, TEXT, "a", "X-USSD-SESSION: 1\n"},
    {"91-imimobile-begin", "a", true, TEXT, "a", "X-USSD-SESSION: 0\n"},
    {"95-mobilesasa-continue", "a", true, TEXT, "END a", NULL},
    {"22-xmlrpc-begin", "a & <b>\n\x01س", false, XML,
     XML_HEAD MEMBER("TransactionId", "string", "9001")
         MEMBER("TransactionTime", "dateTime.iso8601", "20251107T10:50:00")
             MEMBER("USSDResponseString", "string", "a &amp; &lt;b&gt;\nس")
                 MEMBER("action", "string", "request") MEMBER("ResponseCode", "int", "0") XML_FOOT,
     NULL},
    {"a8-xmlrpc-utf16", "a", true, XML,
     XML_HEAD MEMBER("TransactionId", "int", "7") MEMBER("USSDResponseString", "string", "a")
         MEMBER("action", "string", "end") MEMBER("ResponseCode", "int", "0") XML_FOOT,
     NULL},
    {"a3-xmlrpc-cut", NULL, false, XML,
     XML_HEAD MEMBER("USSDResponseString", "string", SORRY_TEXT) MEMBER("action", "string", "end")
         MEMBER("ResponseCode", "int", "0") XML_FOOT,
     NULL},
    {"b1-path-next", "p", false, "application/vnd.own+json",
     "{\"a\": {\"b\": {\"c\": \"p\", \"d\": \"pp\"}, \"e\": \"sess 1\", \"f\": -5}, \"b\": \"0912\"}",
     "X-More: yes\n"},
    {"b2-path-end", NULL, false, "application/vnd.own+json",
     "{\"a\": {\"b\": {\"c\": \"\", \"d\": \"x\"}, \"e\": \"sess 1\", \"f\": true}}", "X-More: no\n"},
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

static void a_description_limits_the_page(void **state)
{
    struct world *w = *state;
    assert_int_equal(config_channel(w->config, STR("nalo"))->page, 120);
    assert_int_equal(config_channel(w->config, STR("paths"))->page, 100);
}

static void no_sms_goes_this_way(void **state)
{
    struct world *w = *state;
    struct outbound m = {.id = 1, .phone = 98912, .text = STR_INIT("a")};
    struct send_answer answer = {ANSWER_UNSENT, 0, NULL, STR(""), "no address"};
    struct settled got;
    struct http_request request = w->provider->build(w->channel, &w->config->service, &m, 1, w->arena);
    assert_int_equal(request.target.n, 0);
    w->provider->settle(w->channel, &answer, &m, 1, &got, w->arena);
    assert_int_equal(got.result, SEND_MISCONFIGURED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_give_steps),
        cmocka_unit_test(a_long_input_stays_whole),
        cmocka_unit_test(pages_give_answers),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(a_description_limits_the_page),
        cmocka_unit_test(no_sms_goes_this_way),
    };
    return cmocka_run_group_tests_name("ussd", tests, up, world_close);
}
