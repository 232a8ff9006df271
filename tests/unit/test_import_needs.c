/* Needs from a CSV as spreadsheets in Persian write them: Arabic letters,
 * Persian digits, dates of either calendar. */
#include "conf_world.h"

#include "gateway/import.h"
#include "gateway/store/store.h"

enum { NOW = 1795305600 }; /* 2026-11-22 */
#define HEADER                                                                                             \
    "code,province,centre,category,priority,title_fa,title_en,unit,required,status,short_fa,short_en,pay_" \
    "to,verified_at\n"

struct list {
    struct world *w;
    struct store *store;
};

static struct list list_open(void **state)
{
    struct error e = {""};
    struct list l = {*state, store_open("x", STORE_MEMORY, &e)};
    if (l.store == NULL || !crypto_start(&e) || !store_begin(l.store))
        fail_msg("%s", e.text);
    l.w->config = config_parse("t.ini", STR("[service]\n"), &l.w->world, &l.w->faults);
    assert_non_null(l.w->config);
    return l;
}

static void list_close(struct list *l)
{
    assert_int_equal(store_commit(l->store), STORE_DONE);
    store_close(l->store);
}

static struct import_result take(struct list *l, const char *rows)
{
    return import_needs(l->store, l->w->config, l->w->arena, NOW, "n.csv",
                        str_printf(l->w->arena, HEADER "%s", rows));
}

static void arabic_letters_and_persian_digits(void **state)
{
    struct list l = list_open(state);
    struct need need;
    struct import_result r = take(&l, "۱۰۰۷,fars,بيمارستان كودكان,equipment,۱,دستگاه دياليز "
                                      "كليه,dialysis,rial,٩٠٠۰۰۰۰,open,دياليز,dialysis,"
                                      "IR۷۴٠990000000000000000001,۱۴۰۵/۰۸/۳۰\n");
    if (r.faults.count > 0)
        fail_msg("%.*s", STR_ARG(sbuf_str(&r.faults.text)));
    assert_true(need_get(l.store, l.w->arena, 1007, &need));
    assert_true(str_is(need.centre, "بیمارستان کودکان") && str_is(need.title_fa, "دستگاه دیالیز کلیه"));
    assert_true(str_is(need.short_fa, "دیالیز") && str_is(need.pay_to, "IR740990000000000000000001"));
    assert_true(need.priority == 1 && need.required == 9000000);
    assert_int_equal(need.verified_at, 1795219200); /* 21 November 2026 */
    list_close(&l);
}

/* A need without a code is known by its centre and title, whichever keyboard wrote them. */
static void a_title_is_the_same_from_either_keyboard(void **state)
{
    struct list l = list_open(state);
    static const char *const titles[] = {"كپسول اكسيژن", "کپسول اکسیژن", "كپسول اکسيژن"};
    for (int i = 0; i < 3; i++) {
        struct import_result r =
            take(&l, str_cstr(l.w->arena,
                              str_printf(l.w->arena, ",fars,مركز,equipment,1,%s,oxygen,item,5,open,,,,\n",
                                         titles[i])));
        assert_int_equal(r.faults.count, 0);
        assert_true(r.added == (i == 0) && r.changed == (i > 0));
    }
    list_close(&l);
}

static void dates_that_do_not_exist_name_their_line(void **state)
{
    static const struct {
        const char *date, *told;
    } rows[] = {
        {"۱۴۰۴/۱۲/۳۰", "n.csv:2: verified_at: 30 Esfand 1404 does not exist: 1404 is a common year"},
        {"1404-12-30", "n.csv:2: verified_at: 30 Esfand 1404 does not exist: 1404 is a common year"},
        {"30 اسفند 1404", "n.csv:2: verified_at: 30 Esfand 1404 does not exist: 1404 is a common year"},
        {"2026-02-29", "n.csv:2: verified_at: 29 February 2026 does not exist: 2026 is a common year"},
        {"1405/13/01", "n.csv:2: verified_at: month 13 does not exist"},
        {"05/08/30", "n.csv:2: verified_at: \"05\" is no year"},
        {"1405/08/30 25:00", "n.csv:2: verified_at: "},
        {"دیروز", "n.csv:2: verified_at: a date is needed in place of"},
        {"soon", "n.csv:2: verified_at: \"soon\" is no date"},
    };
    struct list l = list_open(state);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct import_result r = take(
            &l, str_cstr(l.w->arena, str_printf(l.w->arena, "1007,fars,c,equipment,1,a,a,item,5,open,,,,%s\n",
                                                rows[i].date)));
        struct str told = sbuf_str(&r.faults.text);
        tally_check(&t, r.faults.count == 1 && str_starts(told, str_of(rows[i].told)), "%s: %.*s",
                    rows[i].date, STR_ARG(told));
    }
    tally_end(&t);
    list_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arabic_letters_and_persian_digits),
        TEST(a_title_is_the_same_from_either_keyboard),
        TEST(dates_that_do_not_exist_name_their_line),
    };
    return cmocka_run_group_tests_name("needs from a list", tests, NULL, NULL);
}
