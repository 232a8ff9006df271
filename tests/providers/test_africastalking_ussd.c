/* Africa's Talking USSD by its cases: steps with all inputs so far, the event
 * when it is over, and answers that begin with CON or END. */
#include "tests/providers/ussd_cases.h"

static const char settings[] = "[channel at]\nprovider = africastalking\nnumber = 22384\nsecret = s3c\n"
                               "username = demo\napi_key = atsk_000\n";

static int up(void **state)
{
    return world_open(state, settings, "tests/providers/africastalking");
}

#define ID "ATUid_0001"
#define PHONE "+254700000111"
#define CODE "*384*77#"

static const struct step_row steps[] = {
    {"09-ussd-begin", ACCUMULATED, ID, PHONE, CODE, "", FIRST_YES, NULL}, /* at /sms */
    {"10-ussd-second", ACCUMULATED, ID, PHONE, CODE, "1*2", FIRST_UNKNOWN, NULL},
    {"12-ussd-repeat", ACCUMULATED, ID, PHONE, CODE, "1*2", FIRST_UNKNOWN, NULL},
    {"13-ussd-no-session", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"17-ussd-event", ACCUMULATED | OVER, ID, PHONE, CODE, "1*2", FIRST_UNKNOWN, NULL}, /* at /dlr */
    {"a0-ussd-suffix", ACCUMULATED, ID, PHONE, CODE, "1*5", FIRST_UNKNOWN, NULL},
    {"a1-ussd-star-inside", ACCUMULATED, ID, PHONE, CODE, "1**2*س", FIRST_UNKNOWN, NULL},
    {"a2-ussd-bare-plus", ACCUMULATED, ID, PHONE, CODE, "1", FIRST_UNKNOWN, NULL},
    {"a3-ussd-no-text", ACCUMULATED, ID, PHONE, CODE, "", FIRST_YES, NULL},
    {"a4-ussd-event-success", ACCUMULATED | OVER, ID, PHONE, CODE, NULL, FIRST_UNKNOWN, NULL},
    {"a5-ussd-event-only-session", ACCUMULATED | OVER, ID, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a6-ussd-only-session", ACCUMULATED, ID, NULL, NULL, "1", FIRST_UNKNOWN, NULL},
    {"a7-ussd-first-no-phone", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a8-ussd-bad-utf8", ACCUMULATED | UNREADABLE, ID, PHONE, CODE, "1*\xEF\xBF\xBD", FIRST_UNKNOWN, NULL},
    {"a9-ussd-escape", ACCUMULATED | UNREADABLE, ID, PHONE, CODE, "1*%zz", FIRST_UNKNOWN, NULL},
    {"aa-ussd-nul", ACCUMULATED, ID, PHONE, CODE, "1*2", FIRST_UNKNOWN, NULL},
    {"ac-ussd-both", ACCUMULATED, ID, PHONE, CODE, "1", FIRST_UNKNOWN, NULL},
    {"ad-ussd-only-code", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static void requests_give_steps(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < STEPS; i++)
        check_step(*state, &t, &steps[i]);
    tally_end(&t);
}

static void a_long_history_stays_whole(void **state)
{
    struct http_request request = read_request(*state, "ab-ussd-long");
    struct events events = events_of(*state, &request);
    assert_non_null(events.step);
    assert_int_equal(events.step->input.n, 20000);
}

#define TYPE "text/plain; charset=utf-8"
#define SORRY "END لطفاً دوباره شماره‌گیری کنید.\nPlease dial again."

static const struct page_row pages[] = {
    {"09-ussd-begin", "Khedmat\n1. Ab\n2. Bargh", false, TYPE, "CON Khedmat\n1. Ab\n2. Bargh", NULL},
    {"10-ussd-second", "Asante. Ref 4821", true, TYPE, "END Asante. Ref 4821", NULL},
    {"10-ussd-second", "سپاس", true, TYPE, "END سپاس", NULL},
    {"13-ussd-no-session", NULL, false, TYPE, SORRY, NULL},
    {"13-ussd-no-session", "a", true, TYPE, "END a", NULL},
    {"17-ussd-event", NULL, false, TYPE, "", NULL},
    {"a5-ussd-event-only-session", NULL, false, TYPE, "", NULL},
    {"a9-ussd-escape", "a", false, TYPE, "CON a", NULL},
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
        cmocka_unit_test(requests_give_steps),
        cmocka_unit_test(a_long_history_stays_whole),
        cmocka_unit_test(pages_give_answers),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests_name("africastalking USSD", tests, up, world_close);
}
