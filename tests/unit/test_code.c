/* One-time codes (promise 7): bound to one command of one phone, good once,
 * for ten minutes and three tries; then the phone is locked and people are told. */
#include "tests/unit/office_world.h"

enum { MINUTE_MS = 60000 };
static const int64_t sara = 989120001122, maryam = 989120003344, person = 989350001122, other = 989350003344;

/* What the staff asked for: whom to enlist tells which command ran. */
static struct str propose(struct office_world *w, int64_t phone, const char *text)
{
    office_begin(w);
    struct turn t = office_turn_of(w, phone, text);
    struct str code = code_make(&t, &t.command);
    contact_put(w->store, &t.contact, w->now_ms / 1000);
    office_commit(w);
    office_look(w);
    return code;
}

static void give(struct office_world *w, int64_t phone, struct str code)
{
    office_text_from(w, phone, str_printf(w->arena, "CODE %.*s", STR_ARG(code)));
}

static struct str wrong_code(struct office_world *w, struct str code)
{
    char first = code.p[0] == '9' ? '1' : (char)(code.p[0] + 1);
    return str_printf(w->arena, "%c%.*s", first, STR_ARG(str_after(code, 1)));
}

static void assert_said(struct office_world *w, int64_t phone, const char *part)
{
    for (size_t i = 0; i < w->sent_count; i++)
        if (w->sent[i].phone == phone && office_holds(w->sent[i].text, part))
            return;
    fail_msg("%lld was not told \"%s\" but: %.*s", (long long)phone, part,
             STR_ARG(w->sent_count > 0 ? w->sent[0].text : STR("nothing")));
}

static void assert_ran(struct office_world *w, int64_t whom, bool ran)
{
    struct volunteer v;
    assert_int_equal(volunteer_of(w->store, w->arena, whom, &v, 1), ran ? 1 : 0);
}

static void test_the_code_runs_its_command_once(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    struct str code = propose(w, sara, "ENLIST 09350001122 nurse zanjan");
    assert_int_equal(code.n, 6);
    assert_int_equal(w->sent_count, 0); /* the caller's text carries it */
    assert_ran(w, person, false);
    give(w, sara, code);
    assert_int_equal(office_sent_to(w, person), 1);
    assert_ran(w, person, true);
    give(w, sara, code); /* a new message, with a used code */
    assert_said(w, sara, "Nothing of yours waits");
    assert_int_equal(office_sent_to(w, person), 0);
}

/* A command that ASKED_CODE was not given to would be proposed for ever. */
static void test_what_was_confirmed_before_stays_confirmed(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    office_begin(w);
    struct turn t = office_turn_of(w, sara, "enlst 09350001122 nurse"); /* guessed: enlist asks back */
    assert_true(t.command.guessed);
    t.asked = ASKED_GUESS;
    struct str code = code_make(&t, &t.command);
    office_commit(w);
    give(w, sara, code);
    assert_ran(w, person, true);
}

static void test_ten_minutes(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    struct str code = propose(w, sara, "ENLIST 09350001122");
    w->now_ms += 10 * MINUTE_MS;
    give(w, sara, code);
    assert_said(w, sara, "ten minutes are over");
    assert_ran(w, person, false);
    w->now_ms -= 25 * MINUTE_MS; /* a clock put back makes no code live longer */
    give(w, sara, code);
    assert_ran(w, person, false);
    w->now_ms += 25 * MINUTE_MS - 1000;
    give(w, sara, code);
    assert_ran(w, person, true);
}

static void test_three_tries_then_an_hour(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_COORDINATOR, "zanjan", 0);
    office_staff_is(w, maryam, ROLE_ADMIN, "zanjan qom", 0);
    office_staff_is(w, 989120005501, ROLE_ADMIN, "qom", 0); /* has not all of Sara's provinces */
    office_staff_is(w, 989120005502, ROLE_COORDINATOR, "zanjan", 0);
    office_staff_is(w, 989120005503, ROLE_VIEWER, "qom", maryam); /* a deputy is as its principal */
    office_staff_is(w, 989120005504, ROLE_ADMIN, "", 0);
    office_staff_is(w, 989120005505, ROLE_ADMIN, "", 0); /* a fourth is not told */
    struct str code = propose(w, sara, "ENLIST 09350001122"), bad = wrong_code(w, code);
    give(w, sara, bad);
    assert_said(w, sara, "Tries left: 2");
    give(w, sara, bad);
    assert_said(w, sara, "Tries left: 1");
    give(w, sara, bad);
    assert_said(w, sara, "minutes left: 60");
    assert_said(w, maryam, "+989120001122");
    static const int64_t told[] = {989120005503, 989120005504},
                         not_told[] = {989120005501, 989120005502, 989120005505};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(office_sent_to(w, told[i]), 1);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(office_sent_to(w, not_told[i]), 0);
    w->now_ms += 30 * MINUTE_MS;
    give(w, sara, code); /* the right one, too late */
    assert_said(w, sara, "minutes left: 30");
    assert_null(propose(w, sara, "ENLIST 09350001122").p);
    assert_said(w, sara, "minutes left: 30");
    assert_ran(w, person, false);
    w->now_ms += 30 * MINUTE_MS;
    give(w, sara, propose(w, sara, "ENLIST 09350001122"));
    assert_ran(w, person, true);
    struct audit_row row;
    assert_int_equal(audit_page(w->store, w->arena, 0, &row, 1), 1);
    assert_true(str_is(row.action, "staff.lock") && row.actor == sara);
}

static void test_the_code_of_another_command(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    office_staff_is(w, maryam, ROLE_ADMIN, "", 0);
    struct str first = propose(w, sara, "ENLIST 09350001122");
    struct str second = propose(w, sara, "ENLIST 09350003344"); /* replaces it */
    assert_false(str_eq(first, second));
    struct str hers = propose(w, maryam, "ENLIST 09350001122");
    give(w, sara, first);
    assert_said(w, sara, "Tries left: 2");
    if (!str_eq(hers, second)) {
        give(w, sara, hers); /* of another phone */
        assert_said(w, sara, "Tries left: 1");
    }
    assert_ran(w, person, false);
    assert_ran(w, other, false);
    give(w, sara, second);
    assert_ran(w, other, true);
    assert_ran(w, person, false);
}

static void test_who_is_no_longer_of_the_staff(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    struct str code = propose(w, sara, "ENLIST 09350001122");
    office_begin(w);
    assert_true(staff_remove(w->store, sara));
    office_commit(w);
    give(w, sara, code);
    assert_said(w, sara, "nothing was changed");
    assert_ran(w, person, false);
    assert_null(propose(w, sara, "ENLIST 09350001122").p);
    /* another role meanwhile: the command's own handler looks again */
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    code = propose(w, sara, "ENLIST 09350001122");
    office_staff_is(w, sara, ROLE_VIEWER, "", 0);
    give(w, sara, code);
    assert_ran(w, person, false);
}

/* The one who sends in another's name never sees the code. */
static void test_only_the_registered_number_is_written_to(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    struct str code = propose(w, sara, "ENLIST 09350001122");
    give(w, person, code); /* from another phone it is nothing at all */
    assert_said(w, person, "Nothing of yours waits");
    assert_ran(w, person, false);
    give(w, sara, code);
    assert_ran(w, person, true);
}

static void test_five_codes_an_hour(void **state)
{
    struct office_world *w = *state;
    struct str codes[5];
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    for (size_t i = 0; i < 5; i++) {
        codes[i] = propose(w, sara, "ENLIST 09350001122");
        assert_int_equal(codes[i].n, 6);
        assert_true(codes[i].p[0] != '0');
        assert_true(i == 0 || !str_eq(codes[i], codes[i - 1]));
    }
    give(w, sara, codes[4]); /* using one makes no room */
    assert_ran(w, person, true);
    assert_null(propose(w, sara, "ENLIST 09350003344").p);
    assert_said(w, sara, "five codes");
    w->now_ms += 60 * MINUTE_MS;
    assert_int_equal(propose(w, sara, "ENLIST 09350003344").n, 6);
}

/* Who guesses at two and has a new one made has guessed twice. */
static void test_a_new_code_gives_no_tries_back(void **state)
{
    struct office_world *w = *state;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    struct str code = propose(w, sara, "ENLIST 09350001122");
    give(w, sara, wrong_code(w, code));
    give(w, sara, wrong_code(w, code));
    code = propose(w, sara, "ENLIST 09350003344");
    give(w, sara, wrong_code(w, code));
    assert_said(w, sara, "minutes left: 60");
    w->now_ms += 61 * MINUTE_MS;
    code = propose(w, sara, "ENLIST 09350001122");
    give(w, sara, wrong_code(w, code));
    give(w, sara, wrong_code(w, code));
    give(w, sara, code); /* a right one does */
    code = propose(w, sara, "ENLIST 09350003344");
    give(w, sara, wrong_code(w, code));
    assert_said(w, sara, "Tries left: 2");
}

/* Neither the code nor what leads to it stands in the database. */
static void test_only_a_hash_is_kept(void **state)
{
    struct office_world *w = *state;
    struct proposal p;
    office_staff_is(w, sara, ROLE_ADMIN, "", 0);
    struct str code = propose(w, sara, "ENLIST 09350001122 nurse zanjan");
    assert_true(proposal_get(w->store, w->arena, sara, &p));
    assert_true(office_holds(p.command, "enlist") && office_holds(p.command, "zanjan"));
    assert_false(office_holds(p.command, str_cstr(w->arena, code)));
    assert_false(office_holds(str_from((const char *)p.code.byte, 16), str_cstr(w->arena, code)));
    give(w, sara, code);
    assert_true(proposal_get(w->store, w->arena, sara, &p));
    assert_int_equal(p.command.n, 0);
}

/* A broadcast keeps its audience and its text over the code. */
static void test_the_whole_command_is_kept(void **state)
{
    struct office_world *w = *state;
    struct str text = STR("پخش داوطلبان زنجان: فردا ساعت ۹ درمانگاه");
    struct command command = words_understand(w->words, w->arena, text);
    const struct lexicon *lexicon = w->config->texts->lexicon;
    assert_int_equal(command.name, COMMAND_broadcast);
    struct json *json = command_to_json(&command, lexicon, true);
    struct command back = command_from_json(json, lexicon, w->arena);
    json_free(json);
    assert_true(command.audience.n > 0 && str_eq(back.audience, command.audience));
    assert_true(command.text.n > 0 && str_eq(back.text, command.text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE(test_the_code_runs_its_command_once),
        OFFICE(test_what_was_confirmed_before_stays_confirmed),
        OFFICE(test_ten_minutes),
        OFFICE(test_three_tries_then_an_hour),
        OFFICE(test_the_code_of_another_command),
        OFFICE(test_who_is_no_longer_of_the_staff),
        OFFICE(test_only_the_registered_number_is_written_to),
        OFFICE(test_five_codes_an_hour),
        OFFICE(test_a_new_code_gives_no_tries_back),
        OFFICE(test_only_a_hash_is_kept),
        OFFICE(test_the_whole_command_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
