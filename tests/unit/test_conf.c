/* The configuration: what a user writes, right and wrong.  Every fault must be
 * told with its line, and nothing may start on a faulty file. */
#include "conf_world.h"

static void parse(struct world *w, const char *text)
{
    config_drop(w->config);
    w->faults = faults_in(w->arena);
    w->config = config_parse("t.ini", str_of(text), &w->world, &w->faults);
    assert_int_equal(w->config == NULL, w->faults.count > 0);
}

static const struct config *good(struct world *w, const char *text)
{
    parse(w, text);
    if (w->config == NULL)
        fail_msg("%s", faults_text(w));
    return w->config;
}

/* One fault, on LINE (0: no line is asked for), that says PART. */
static void bad(struct tally *t, struct world *w, const char *text, unsigned line, const char *part)
{
    parse(w, text);
    const char *told = faults_text(w);
    const char *at = str_cstr(w->arena, line > 0 ? str_printf(w->arena, "t.ini:%u: ", line) : STR(""));
    tally_check(t, w->faults.count == 1, "\"%s\" has %u faults: %s", text, w->faults.count, told);
    tally_check(t, strncmp(told, at, strlen(at)) == 0, "\"%s\" is at fault elsewhere: %s", text, told);
    tally_check(t, strstr(told, part) != NULL, "\"%s\": no \"%s\" in %s", text, part, told);
}

#define CHANNEL "[channel a]\nprovider = kannel\nnumber = 2000\nsecret = s\nsend_url = http://k/\n"
#define SERVICE "[service]\n"

/* ---- ini ---- */

static void ini_lines_are_read(void **state)
{
    struct world *w = *state;
    struct str text =
        STR("\xEF\xBB\xBF; c\r\n# c\r\n[ one ] ; c\r\n a = b ; c\r\nc=;d\r\ne = f;g = h\n\n[two]\nk = ");
    struct ini ini = ini_parse(w->arena, "x", text, true, &w->faults);
    assert_int_equal(w->faults.count, 0);
    static const char *const want[][3] = {{"one", "", ""},         {"one", "a", "b"}, {"one", "c", ""},
                                          {"one", "e", "f;g = h"}, {"two", "", ""},   {"two", "k", ""}};
    assert_int_equal(ini.n, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_true(str_is(ini.v[i].section, want[i][0]));
        assert_true(str_is(ini.v[i].key, want[i][1]));
        assert_true(str_is(ini.v[i].value, want[i][2]));
    }
    assert_int_equal(ini.v[1].line, 4);
    ini = ini_parse(w->arena, "x", STR("a = b ; c"), false, &w->faults);
    assert_true(str_is(ini.v[0].value, "b ; c"));
    struct str longer = str_printf(w->arena, "k = %.*s", STR_ARG(repeated(w->arena, "x", 5000)));
    assert_int_equal(ini_parse(w->arena, "x", longer, true, &w->faults).v[0].value.n, 5000);
}

static void ini_faults_are_told(void **state)
{
    struct world *w = *state;
    static const char nul[] = "[a]\nb = \0c\n";
    (void)ini_parse(w->arena, "x", STR("[a\nword\n= 1\nb = \xFF\n"), true, &w->faults); /* for its faults */
    assert_int_equal(w->faults.count, 4);
    for (int line = 1; line <= 4; line++)
        assert_non_null(strstr(faults_text(w), str_cstr(w->arena, str_printf(w->arena, "x:%d: ", line))));
    (void)ini_parse(w->arena, "x", str_from(nul, sizeof nul - 1), true, &w->faults); /* likewise */
    assert_int_equal(w->faults.count, 5);
}

/* ---- values by kind ---- */

static const struct value_row {
    enum option_kind kind;
    const char *text;
    int64_t want; /* -1: refused */
} value_rows[] = {
    {OPTION_NUMBER, "0", 0},
    {OPTION_NUMBER, "1000000000", 1000000000},
    {OPTION_NUMBER, "1000000001", -1},
    {OPTION_NUMBER, "-1", -1},
    {OPTION_NUMBER, "1.5", -1},
    {OPTION_NUMBER, "", -1},
    {OPTION_NUMBER, "99999999999999999999", -1},
    {OPTION_DURATION, "200ms", 200},
    {OPTION_DURATION, "90s", 90000},
    {OPTION_DURATION, "10m", 600000},
    {OPTION_DURATION, "24h", 86400000},
    {OPTION_DURATION, " 7 d ", 604800000},
    {OPTION_DURATION, "10", -1},
    {OPTION_DURATION, "s", -1},
    {OPTION_DURATION, "-5s", -1},
    {OPTION_DURATION, "10M", -1},
    {OPTION_DURATION, "9223372036854775807d", -1},
    {OPTION_SIZE, "64MiB", 67108864},
    {OPTION_SIZE, "1TiB", INT64_C(1099511627776)},
    {OPTION_SIZE, "5B", 5},
    {OPTION_SIZE, "64", -1},
    {OPTION_SIZE, "64MB", -1},
    {OPTION_SIZE, "9223372036854775807KiB", -1},
    {OPTION_MONEY, "10000 toman", 100000},
    {OPTION_MONEY, "100000 rial", 100000},
    {OPTION_MONEY, "100000", -1},
    {OPTION_MONEY, "1 dollar", -1},
    {OPTION_MONEY, "9223372036854775807 toman", -1},
    {OPTION_HOURS, "22:00-08:00", 22 * 60 * 10000 + 8 * 60},
    {OPTION_HOURS, "", 0},
    {OPTION_HOURS, "00:00-24:00", 0},
    {OPTION_HOURS, "22:00", -1},
    {OPTION_HOURS, "25:00-08:00", -1},
    {OPTION_HOURS, "24:59-08:00", -1},
    {OPTION_HOURS, "22:60-08:00", -1},
    {OPTION_HOURS, "9:00-10:00", -1},
    {OPTION_URL, "http://a/b", 0},
    {OPTION_URL, "https://a", 0},
    {OPTION_URL, "ftp://a", -1},
    {OPTION_URL, "a.b", -1},
    {OPTION_PHONE, "+98912", 0},
    {OPTION_PHONE, "0912 3", -1},
    {OPTION_PHONE, "1234567890123456", -1},
    {OPTION_CHOICE, "promo", 0},
    {OPTION_CHOICE, "prom", -1},
    {OPTION_CHOICE, "", -1},
    {OPTION_NETWORKS, "", 0},
    {OPTION_NETWORKS, "127.0.0.1/32  10.0.0.0/8", 2},
    {OPTION_NETWORKS, "::1/128 fe80::/10 1.2.3.4", 3},
    {OPTION_NETWORKS, "127.0.0.1/33", -1},
    {OPTION_NETWORKS, "::1/129", -1},
    {OPTION_NETWORKS, "127.0.0.1/", -1},
    {OPTION_NETWORKS, "127.0.0", -1},
    {OPTION_NETWORKS, "localhost", -1},
    {OPTION_NETWORKS, "127.0.0.1,10.0.0.1", -1},
};

union place {
    int64_t number;
    struct str text;
    struct hours hours;
    struct networks networks;
};

static int64_t value_of(enum option_kind kind, const union place *place)
{
    switch (kind) {
    case OPTION_HOURS:
        return place->hours.from * 10000 + place->hours.to;
    case OPTION_NETWORKS:
        return (int64_t)place->networks.n;
    case OPTION_TEXT:
    case OPTION_SECRET:
    case OPTION_CHOICE:
    case OPTION_URL:
    case OPTION_PHONE:
        return 0;
    case OPTION_NUMBER:
    case OPTION_DURATION:
    case OPTION_SIZE:
    case OPTION_MONEY:
        break;
    }
    return place->number;
}

static void values_are_read_by_kind(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof value_rows / sizeof value_rows[0]; i++) {
        const struct value_row *row = &value_rows[i];
        struct option_row option = {"the_key", row->kind, 0, "1", "help", "service promo"};
        union place place = {0};
        struct error e = {""};
        bool taken = option_set(&option, &place, str_of(row->text), w->arena, &e);
        tally_check(&t, taken == (row->want >= 0), "\"%s\" of kind %d: %d", row->text, (int)row->kind, taken);
        if (taken)
            tally_check(&t, value_of(row->kind, &place) == row->want, "\"%s\" is %lld", row->text,
                        (long long)value_of(row->kind, &place));
        else
            tally_check(&t, strstr(e.text, "the_key") != NULL, "\"%s\": %s names no key", row->text, e.text);
    }
    tally_end(&t);
}

static void networks_hold_their_addresses(void **state)
{
    struct world *w = *state;
    const struct config *c = good(w, CHANNEL "allow = 10.1.0.0/13 192.168.1.5 2001:db8::/33\n");
    const struct networks *allow = &c->channels[0].allow;
    static const struct {
        uint8_t address[16];
        bool in;
    } rows[] = {{{[10] = 255, 255, 10, 7, 255, 255}, true},
                {{[10] = 255, 255, 10, 8, 0, 0}, false},
                {{[10] = 255, 255, 192, 168, 1, 5}, true},
                {{[10] = 255, 255, 192, 168, 1, 4}, false},
                {{0x20, 1, 0x0D, 0xB8, 0x7F}, true},
                {{0x20, 1, 0x0D, 0xB8, 0x80}, false},
                {{0}, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(network_holds(allow, rows[i].address), rows[i].in);
    struct networks none = {NULL, 0};
    assert_true(network_holds(&none, rows[6].address));
}

/* ---- whole files ---- */

static void a_file_becomes_a_snapshot(void **state)
{
    struct world *w = *state;
    const struct config *c =
        good(w, SERVICE "duplicate_window = 5m\nsmallest_pledge = 1 toman ; so little\n" CHANNEL
                        "rate = 7\nsms = a\n[channel b]\nprovider = other\nnumber = 1\nsecret = t\n"
                        "api_key = k\nnext = a\nsms = a\nquiet =\nline = promo\nlinks = yes\n"
                        "cards =\nsuffix = no\n");
    assert_true(c->service.duplicate_window == 300000 && c->service.smallest_pledge == 10);
    assert_int_equal(c->channel_count, 2);
    assert_true(c->channels[0].rate == 7 && c->channels[1].quiet.from == c->channels[1].quiet.to);
    assert_true(str_is(c->channels[1].links, "yes") && c->channels[1].cards.n == 0);
    assert_true(str_is(c->channels[1].suffix, "no") && c->channels[0].links.n == 0);
    assert_true(str_is(((const struct other *)c->channels[1].own)->api_key, "k"));
    assert_ptr_equal(config_channel(c, STR("b")), &c->channels[1]);
    assert_null(config_channel(c, STR("c")));
    assert_true(str_is(good(w, "")->service.database, "yavar.db"));
}

static void each_fault_has_its_line(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    bad(&t, w, SERVICE "\nlisten_on = x\n", 3, "unknown key listen_on");
    bad(&t, w, SERVICE "dedupe_day = 3\n", 2, "did you mean dedupe_days?");
    bad(&t, w, SERVICE "timezon = Asia/Tehran\n", 2, "did you mean timezone?");
    bad(&t, w, CHANNEL "sent_url = x\n", 6, "did you mean send_url?");
    bad(&t, w, CHANNEL "api_key = x\n", 6, "key of provider other");
    bad(&t, w, SERVICE "retry_first = soon\n", 2, "retry_first");
    bad(&t, w, SERVICE "language = de\n", 2, "fa en");
    bad(&t, w, SERVICE "language =\n", 2, "fa en");
    bad(&t, w, CHANNEL "links = maybe\n", 6, "no yes");
    bad(&t, w, SERVICE "timezone = Asia/Nowhere\n", 2, "timezone");
    bad(&t, w, SERVICE "language = fa\nlanguage = en\n", 3, "twice");
    bad(&t, w, CHANNEL "secret = t\n", 6, "twice");
    bad(&t, w, SERVICE "dedupe_days = 0\n", 2, "dedupe_days");
    bad(&t, w, SERVICE "largest_pledge = 1000000000 toman\n", 2, "largest_pledge");
    bad(&t, w, SERVICE "smallest_pledge = 0 rial\n", 2, "smallest_pledge");
    bad(&t, w, SERVICE "retry_most = 1s\n", 0, "retry_first");
    bad(&t, w, SERVICE "office_phone =\n", 2, "office_phone");
    bad(&t, w, SERVICE "database = postgresql://x/y\n", 2, "PostgreSQL");
    bad(&t, w, "language = fa\n", 1, "before any section");
    bad(&t, w, "[servise]\n", 1, "unknown section");
    parse(w, CHANNEL "[channel a]\n");
    tally_check(&t, strstr(faults_text(w), "t.ini:6: a channel needs a name of its own") != NULL, "%s",
                faults_text(w));
    parse(w, SERVICE "aaaaaaaaaaaa = 1\n");
    tally_check(&t, strstr(faults_text(w), "did you mean") == NULL, "a hint for what is near nothing");
    tally_end(&t);
}

static void channels_are_checked(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    bad(&t, w, "[channel a]\nnumber = 1\n", 1, "lacks provider");
    bad(&t, w, "[channel a]\nprovider = kanel\n", 2, "kanel");
    bad(&t, w, "[channel ]\nprovider = kannel\n", 1, "channel");
    bad(&t, w, "[channel a/b]\nprovider = kannel\n", 1, "letters");
    bad(&t, w, "[channel a]\nprovider = kannel\nsecret = s\nsend_url = http://k/\n", 1, "lacks number");
    bad(&t, w, "[channel a]\nprovider = kannel\nsecret = s\nnumber = 1\n", 1, "lacks send_url");
    bad(&t, w, "[channel a]\nprovider = kannel\nnumber = 1\nsend_url = http://k/\n", 1, "secret");
    bad(&t, w, CHANNEL "next = b\n", 1, "no other channel");
    bad(&t, w, CHANNEL "sms = b\n", 1, "no other channel");
    bad(&t, w, CHANNEL "next = a\n", 1, "no other channel");
    bad(&t, w, CHANNEL "rate = 0\n", 1, "rate");
    bad(&t, w, CHANNEL "in_flight = 0\n", 1, "in_flight");
    tally_end(&t);
}

/* Given and empty is missing all the same; an address that is none is a bad
 * value now and not when the service starts. */
static void empty_or_impossible_values_are_faults(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    bad(&t, w, "[channel a]\nprovider = kannel\nnumber = 1\nsecret = s\nsend_url =\n", 0, "send_url");
    bad(&t, w, "[channel a]\nprovider = kannel\nnumber =\nsecret = s\nsend_url = http://k/\n", 0, "number");
    bad(&t, w, SERVICE "listen = somewhere\n", 2, "listen");
    bad(&t, w, SERVICE "listen = 127.0.0.1:99999\n", 2, "listen");
    bad(&t, w, SERVICE "public_url =\n", 2, "public_url");
    bad(&t, w, SERVICE "country =\n", 2, "country");
    tally_end(&t);
}

static void all_faults_are_told_at_once(void **state)
{
    struct world *w = *state;
    parse(w, SERVICE "listn = x\nretry_first = x\n[channel a]\nprovider = kannel\nnumber = x\nratte = 5\n");
    for (unsigned line = 2; line <= 7; line++)
        if (line != 5 &&
            strstr(faults_text(w), str_cstr(w->arena, str_printf(w->arena, "t.ini:%u: ", line))) == NULL)
            fail_msg("nothing about line %u in %s", line, faults_text(w));
    assert_true(w->faults.count >= 6); /* send_url and secret are missing too */
}

static void secrets_come_from_files_and_the_environment(void **state)
{
    struct world *w = *state;
    struct tally t = tally_new();
    const char *path = file_with(w, "secret", STR("  from-file\n"));
    const char *start = "[channel a]\nprovider = kannel\nnumber = 1\nsend_url = http://k/\n";
    assert_int_equal(setenv("YAVAR_TEST_SECRET", "from-env", 1), 0);
    const struct config *c = good(
        w, str_cstr(w->arena, str_printf(w->arena, "%ssecret_file = %s\npassword_env = YAVAR_TEST_SECRET\n",
                                         start, path)));
    assert_true(str_is(c->channels[0].secret, "from-file"));
    c = good(w, str_cstr(w->arena, str_printf(w->arena, "%ssecret_env = YAVAR_TEST_SECRET\n", start)));
    assert_true(str_is(c->channels[0].secret, "from-env"));
    parse(w, str_cstr(w->arena, str_printf(w->arena, "%ssecret_env = YAVAR_NOT_THERE\n", start)));
    tally_check(&t, strstr(faults_text(w), "t.ini:5: the environment has no YAVAR_NOT_THERE") != NULL, "%s",
                faults_text(w));
    parse(w, str_cstr(w->arena, str_printf(w->arena, "%ssecret_file = %s/none\n", start, w->folder)));
    tally_check(&t, strstr(faults_text(w), "t.ini:5: ") != NULL, "%s", faults_text(w));
    bad(&t, w, CHANNEL "number_file = x\n", 6, "unknown key");
    assert_int_equal(unsetenv("YAVAR_TEST_SECRET"), 0);
    tally_end(&t);
}

static void a_named_file_must_exist(void **state)
{
    struct world *w = *state;
    assert_null(config_load("/nowhere/yavar.ini", &w->world, &w->faults));
    assert_non_null(strstr(faults_text(w), "/nowhere/yavar.ini"));
    w->faults = faults_in(w->arena);
    const char *path = file_with(w, "yavar.ini", STR("[service]\ndatabase = y.db\n"));
    w->config = config_load(path, &w->world, &w->faults);
    assert_non_null(w->config);
    assert_true(str_eq(w->config->service.database, str_printf(w->arena, "%s/y.db", w->folder)));
}

/* The sample shows the defaults: taking the ; away changes nothing. */
static void the_sample_holds_the_defaults(void **state)
{
    struct world *w = *state;
    struct str rest = config_sample(w->arena, &w->world), line;
    struct sbuf text = sbuf_in(w->arena);
    struct config *defaults = config_parse("d", STR(""), &w->world, &w->faults);
    unsigned keys = 0;
    assert_non_null(defaults);
    bool service = true;
    while (str_split(&rest, '\n', &line)) {
        service = service && !str_starts(line, STR(";[channel"));
        bool key = service && line.n > 1 && line.p[0] == ';' && line.p[1] != ' ';
        keys += key;
        sbuf_add(&text, key ? str_after(line, 1) : line);
        sbuf_byte(&text, '\n');
    }
    const struct service *a = &good(w, str_cstr(w->arena, sbuf_str(&text)))->service, *b = &defaults->service;
    const struct str *texts_a = &a->listen, *texts_b = &b->listen;
    for (size_t i = 0; i < 10; i++) /* listen to texts */
        assert_true(str_eq(texts_a[i], texts_b[i]));
    size_t from = offsetof(struct service, duplicate_window);
    assert_memory_equal((const char *)a + from, (const char *)b + from, sizeof *a - from);
    assert_int_equal(keys, 26);
    config_drop(defaults);
}

static void a_snapshot_lives_until_its_last_user(void **state)
{
    struct world *w = *state;
    const struct config *c = good(w, CHANNEL);
    struct config *kept = config_keep(w->config);
    config_drop(w->config);
    w->config = kept;
    assert_true(str_is(c->channels[0].name, "a"));
    config_drop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ini_lines_are_read),
        TEST(ini_faults_are_told),
        TEST(values_are_read_by_kind),
        TEST(networks_hold_their_addresses),
        TEST(a_file_becomes_a_snapshot),
        TEST(each_fault_has_its_line),
        TEST(channels_are_checked),
        TEST(empty_or_impossible_values_are_faults),
        TEST(all_faults_are_told_at_once),
        TEST(secrets_come_from_files_and_the_environment),
        TEST(a_named_file_must_exist),
        TEST(the_sample_holds_the_defaults),
        TEST(a_snapshot_lives_until_its_last_user),
    };
    return cmocka_run_group_tests_name("configuration", tests, NULL, NULL);
}
