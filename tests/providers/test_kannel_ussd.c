/* Kannel's USSD by SMPP meta-data: its operations as steps, and answers whose
 * own meta-data keeps the session open or ends it. */
#include "tests/providers/ussd_cases.h"

static const char settings[] = "[channel mci]\nprovider = kannel\nnumber = 30005678\nsecret = s3c\n"
                               "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\n";

static int up(void **state)
{
    return world_open(state, settings, "tests/providers/kannel");
}

#define PHONE "989120001122"
#define CODE "*7890#"
#define ID PHONE "/18" /* 4660 is 0x1234: session 0x12, step 0x34 */

static const struct step_row steps[] = {
    {"16-ussd-begin-metadata", 0, ID, PHONE, CODE, "*7890#", FIRST_YES, NULL}, /* at /sms */
    {"a0-ussd-answer", 0, ID, PHONE, CODE, "2", FIRST_NO, NULL},
    {"a1-ussd-abort", OVER, ID, PHONE, CODE, NULL, FIRST_UNKNOWN, NULL},
    {"a2-ussd-abort-hex", OVER, NULL, PHONE, CODE, NULL, FIRST_UNKNOWN, NULL},
    {"a3-ussd-no-info", 0, NULL, PHONE, CODE, "۲", FIRST_NO, NULL},
    {"a4-ussd-no-meta", 0, NULL, PHONE, CODE, "2", FIRST_UNKNOWN, NULL},
    {"a5-ussd-other-group", 0, PHONE "/2", PHONE, CODE, "*7890*1007#", FIRST_YES, NULL},
    {"a6-ussd-strange", 0, PHONE "/zz\r\nX:1", PHONE, CODE, "2", FIRST_UNKNOWN, NULL},
    {"a7-ussd-no-phone", NO_STEP, NULL, NULL, NULL, NULL, FIRST_UNKNOWN, NULL},
    {"a8-ussd-noticed", OVER, NULL, PHONE, CODE, NULL, FIRST_UNKNOWN, NULL},
    {"a9-ussd-half-meta", 0, NULL, PHONE, CODE, "2", FIRST_UNKNOWN, NULL},
    {"aa-ussd-questions", 0, NULL, PHONE, CODE, "2", FIRST_UNKNOWN, NULL},
    {"ab-ussd-bad-utf8", UNREADABLE, NULL, PHONE, CODE, "\xEF\xBF\xBD", FIRST_NO, NULL},
    {"ac-ussd-get", 0, ID, PHONE, CODE, "2", FIRST_NO, "k-9"}, /* at /sms */
    {"ad-ussd-get-ucs2", 0, NULL, PHONE, CODE, "۲", FIRST_NO, "k-10"},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static void requests_give_steps(void **state)
{
    struct tally t = tally_new();
    for (size_t i = 0; i < STEPS; i++)
        check_step(*state, &t, &steps[i]);
    tally_end(&t);
}

#define TYPE "text/plain; charset=UTF-8"
#define META(rest) "X-Kannel-Meta-Data: ?smpp?ussd_service_op=" rest "\nX-Kannel-Coding: "
#define SORRY "لطفاً دوباره شماره‌گیری کنید.\nPlease dial again."

static const struct page_row pages[] = {
    {"16-ussd-begin-metadata", "1 Ab\n2 Bargh", false, TYPE, "1 Ab\n2 Bargh",
     META("2&its_session_info=4660") "0\n"},
    {"a0-ussd-answer", "سپاس", true, TYPE, "سپاس", META("17&its_session_info=4662") "2\n"},
    {"ac-ussd-get", "a", false, TYPE, "a", META("2&its_session_info=4662") "0\n"},
    {"a3-ussd-no-info", "a", false, TYPE, "a", META("2") "0\n"},
    {"a6-ussd-strange", "a", true, TYPE, "a", META("17&its_session_info=zz%0D%0AX%3A1") "0\n"},
    {"a1-ussd-abort", NULL, false, TYPE, "", NULL},
    {"a8-ussd-noticed", NULL, false, TYPE, "", NULL},
    {"a7-ussd-no-phone", NULL, false, TYPE, SORRY, META("17") "2\n"},
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
        cmocka_unit_test(pages_give_answers),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests_name("kannel USSD", tests, up, world_close);
}
