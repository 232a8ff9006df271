/* Calls through the handlers: two who take the last place in one batch, and
 * whole lives of a call under a clock that jumps, with people who answer
 * anything at any time and a service that is stopped in between.  Whatever
 * happens: no quota is exceeded, nobody unverified has a clinical place, nobody
 * is asked twice or reminded twice, nobody who opted out is asked at all, and
 * nothing is sent in quiet hours. */
#include <unistd.h>

#include "gateway/source_claim.h"
#include "tests/dialogs/call_stage.h"
#include "tests/dialogs/handset.h"

enum { PEOPLE = 60, DAYS = 6, LIVES = 6, ROWS = 4000 };
static const int64_t begin_ms = 1790668800000; /* 2026-09-29T08:00:00Z, 11:30 in Tehran */
static const int64_t first_phone = 989350000100;

struct life {
    struct world w;
    struct call call;
    uint32_t random;
    int64_t messages;
    char path[FOLDER_ROOM + 8];
    bool stopped[PEOPLE], left[PEOPLE];
    int64_t reminders[PEOPLE], invitations[PEOPLE];
};

static const char config_text[] =
    "[service]\noffice_phone = 02400000000\n[channel mci]\nprovider = kannel\nnumber = 200012\n"
    "secret = s\nsend_url = http://127.0.0.1:13013/cgi-bin/sendsms\nusername = u\n"
    "password = p\n";

static uint32_t chance(struct life *l, uint32_t n)
{
    l->random = l->random * 1664525u + 1013904223u;
    return (l->random >> 8) % n;
}

static struct office office_now_of(struct life *l)
{
    return (struct office){.store = l->w.store,
                           .config = l->w.config,
                           .arena = l->w.arena,
                           .zone = l->w.zone,
                           .now_ms = l->w.now_ms,
                           .actor = actor_operator(DOOR_CLI)};
}

static void open_store(struct life *l)
{
    struct error e;
    l->w.store = store_open(l->path, STORE_WRITER, &e);
    if (l->w.store == NULL)
        fail_msg("%s", e.text);
}

static void begin(struct life *l)
{
    if (!store_begin(l->w.store))
        fail_msg("%s", store_reason(l->w.store));
}

static void commit(struct life *l)
{
    assert_int_equal(store_failed(l->w.store), STORE_FINE);
    assert_int_equal(store_commit(l->w.store), STORE_DONE);
}

static void life_begin(struct life *l, uint32_t seed)
{
    struct faults faults;
    struct error e;
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    void *words = NULL;
    memset(l, 0, sizeof *l);
    l->w.arena = arena_new(1 << 20);
    faults = faults_in(l->w.arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    l->w.config = config_parse("calls", str_of(config_text), &world, &faults);
    if (l->w.config == NULL || faults.count > 0)
        fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    l->w.zone = zone_open("Asia/Tehran", &e);
    assert_int_equal(words_open(&words), 0);
    l->w.words = words;
    l->w.now_ms = begin_ms + seed % 3 * 300 * INT64_C(60000); /* some begin shortly before the night */
    l->random = seed * 2654435761u;
    assert_true(folder_new(l->path, "calls"));
    strncat(l->path, "/y.db", sizeof l->path - strlen(l->path) - 1);
    open_store(l);
}

static void life_end(struct life *l)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock"};
    char path[FOLDER_ROOM + 16];
    void *words = (void *)(uintptr_t)l->w.words;
    store_close(l->w.store);
    zone_close(l->w.zone);
    config_drop(l->w.config);
    assert_int_equal(words_close(&words), 0);
    arena_free(l->w.arena);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", l->path, tails[i]);
        (void)unlink(path); /* most of them are not there */
    }
    *strrchr(l->path, '/') = '\0';
    assert_int_equal(rmdir(l->path), 0);
}

/* Inside an open transaction. */
static void text(struct life *l, int64_t phone, struct str words)
{
    struct inbound m = {.channel = STR("mci"), .text = words};
    int64_t id;
    m.sender = str_printf(l->w.arena, "%lld", (long long)phone);
    m.id = str_printf(l->w.arena, "m%lld", (long long)++l->messages);
    struct command command =
        understand(l->w.words->grammar, l->w.config->texts->lexicon, "98", l->w.arena, words);
    assert_int_equal(dispatch(l->w.store, l->w.config, l->w.zone, l->w.arena, l->w.now_ms, &m, &command, &id),
                     DISPATCH_OK);
}

static void person(struct life *l, int64_t phone, const char *specialty, bool verified)
{
    struct str rest = str_printf(l->w.arena, "%lld %s zanjan %s X", (long long)phone, specialty,
                                 verified ? "verified" : "-");
    assert_true(stage_volunteer(l->w.store, rest, l->w.now_ms / 1000));
}

static void call(struct life *l, const char *written)
{
    struct office o = office_now_of(l);
    struct error e;
    struct call rows[1];
    if (!stage_call(&o, str_of(written), &e))
        fail_msg("%s", e.text);
    assert_int_equal(call_live(l->w.store, l->w.arena, 0, rows, 1), 1);
    l->call = rows[0];
}

static struct str yes(struct life *l)
{
    return str_printf(l->w.arena, "بله %u", l->call.reference);
}

static enum called state_of(struct life *l, int64_t phone)
{
    struct call_answer a = {.state = CALLED_STATES};
    (void)answer_get(l->w.store, l->w.arena, l->call.id, phone, &a);
    return a.state;
}

/* ---- the last place ---- */

static void two_take_the_last_place_in_one_batch(void **state)
{
    struct life l;
    (void)state;
    life_begin(&l, 1);
    begin(&l);
    person(&l, first_phone, "nurse", true);
    person(&l, first_phone + 1, "nurse", true);
    person(&l, first_phone + 2, "nurse", true);
    call(&l, "nurse=1 zanjan 2026-10-05T04:30:00Z 2026-10-05T12:30:00Z clinic");
    text(&l, first_phone, yes(&l)); /* three messages of one transaction, at one instant */
    text(&l, first_phone + 1, yes(&l));
    text(&l, first_phone + 2, yes(&l));
    commit(&l);
    assert_int_equal(state_of(&l, first_phone), CALLED_PLACE);
    assert_int_equal(state_of(&l, first_phone + 1), CALLED_STANDBY);
    assert_int_equal(state_of(&l, first_phone + 2), CALLED_STANDBY);
    life_end(&l);
}

/* ---- what waits ---- */

static void look(struct life *l, int64_t *queued, int64_t *parked)
{
    int64_t on_wire;
    struct office o = office_now_of(l);
    stage_care(&o);
    source_waits(l->w.store, l->call.id, queued, parked, &on_wire);
}

static void act(struct life *l, enum call_act what)
{
    struct office o = office_now_of(l);
    assert_int_equal(office_call_act(&o, l->call.reference, what).status, OFFICE_DONE);
}

static void what_waits_is_parked_while_nothing_may_go(void **state)
{
    struct life l;
    int64_t queued, parked;
    (void)state;
    life_begin(&l, 0);
    const struct channel *line = config_channel(l.w.config, STR("mci"));
    begin(&l);
    for (int i = 0; i < 8; i++)
        person(&l, first_phone + i, "nurse", true);
    call(&l, "nurse=1 zanjan 2026-10-05T04:30:00Z 2026-10-05T12:30:00Z clinic");
    look(&l, &queued, &parked);
    assert_true(queued == 4 && parked == 0);
    act(&l, CALL_PAUSE);
    look(&l, &queued, &parked);
    assert_true(queued == 4 && parked == 4);
    act(&l, CALL_RESUME);
    look(&l, &queued, &parked);
    assert_true(queued == 4 && parked == 0);
    l.w.now_ms = line_closes_ms(line, l.w.zone, l.w.now_ms, false);
    look(&l, &queued, &parked);
    assert_true(queued == 4 && parked == 4);
    l.w.now_ms = line_opens_ms(line, l.w.zone, l.w.now_ms, false);
    look(&l, &queued, &parked);
    assert_true(queued >= 4 && parked == 0);
    act(&l, CALL_CANCEL);
    look(&l, &queued, &parked);
    assert_int_equal(queued, 0);
    commit(&l);
    life_end(&l);
}

/* ---- whole lives ---- */

static int64_t index_of(int64_t phone)
{
    return phone - first_phone;
}

static void look_at_rows(struct life *l)
{
    struct outbound *rows = arena_array(l->w.arena, struct outbound, ROWS);
    size_t n = outbox_page(l->w.store, l->w.arena, 0, rows, ROWS);
    assert_true(n < ROWS);
    memset(l->reminders, 0, sizeof l->reminders);
    memset(l->invitations, 0, sizeof l->invitations);
    for (size_t i = 0; i < n; i++) {
        int64_t who = index_of(rows[i].phone);
        if (rows[i].lane == LANE_BROADCAST && rows[i].source == l->call.id)
            l->invitations[who]++;
        if (rows[i].lane == LANE_REMINDER)
            l->reminders[who]++;
    }
    for (int i = 0; i < PEOPLE; i++)
        if (l->invitations[i] > 1 || l->reminders[i] > 1)
            fail_msg("%lld invitations and %lld reminders for one", (long long)l->invitations[i],
                     (long long)l->reminders[i]);
}

static void look_at_places(struct life *l)
{
    struct call_quota quotas[CALL_QUOTAS];
    struct call_answer rows[PEOPLE];
    size_t n = call_quotas(l->w.store, l->w.arena, l->call.id, quotas);
    size_t m = answer_page(l->w.store, l->w.arena, STR("*"), l->call.id, 0, rows, PEOPLE);
    for (size_t i = 0; i < n; i++) {
        int64_t heads = 0;
        for (size_t k = 0; k < m; k++)
            if (str_eq(rows[k].specialty, quotas[i].specialty) &&
                (rows[k].state == CALLED_PLACE || rows[k].state == CALLED_ARRIVED))
                heads += rows[k].heads;
        assert_int_equal(heads, quotas[i].taken);
        assert_true(heads <= quotas[i].quota);
    }
    for (size_t k = 0; k < m; k++) { /* every third nurse is not verified */
        int64_t who = index_of(rows[k].phone);
        assert_false(rows[k].state == CALLED_PLACE && (who % 6 == 0 || l->left[who]));
    }
}

/* What the service does with the rows that are due. */
static void send_all(struct life *l)
{
    static const enum lane lanes[] = {LANE_REMINDER, LANE_BROADCAST};
    struct outbound rows[200];
    int64_t now_ms = l->w.now_ms;
    bool quiet = !line_open_at(config_channel(l->w.config, STR("mci")), l->w.zone, now_ms, false);
    struct claim_check check = {
        .store = l->w.store, .config = l->w.config, .zone = l->w.zone, .arena = l->w.arena, .now_ms = now_ms};
    for (int k = 0; k < 2; k++) {
        size_t n = outbox_claim(l->w.store, l->w.arena, STR("mci"), lanes[k], STR("t"), now_ms, rows, 200);
        for (size_t i = 0; i < n; i++) {
            if (!claim_goes(&check, &rows[i]))
                continue;
            if (lanes[k] == LANE_BROADCAST && (quiet || l->stopped[index_of(rows[i].phone)]))
                fail_msg("an invitation goes out %s", quiet ? "at night" : "to one who opted out");
            outbox_sent(l->w.store, l->w.arena, &rows[i], STR(""), now_ms);
        }
    }
}

static void somebody_texts(struct life *l, bool early)
{
    int64_t who = chance(l, PEOPLE), phone = first_phone + who;
    uint32_t what = chance(l, 12);
    if (what == 11 || early) { /* before what was written for them is sent */
        l->stopped[who] = true;
        text(l, phone, STR("لغو"));
    } else if (what < 6) {
        text(l, phone, yes(l));
    } else if (what < 8) {
        text(l, phone, str_printf(l->w.arena, "بله %u %u نفر", l->call.reference, chance(l, 6)));
    } else if (what < 10) {
        text(l, phone, str_printf(l->w.arena, "خیر %u", l->call.reference));
    } else if (what == 10 && chance(l, 8) == 0) {
        l->left[who] = true;
        text(l, phone, STR("لغو داوطلب"));
    }
}

static void time_passes(struct life *l)
{
    uint32_t what = chance(l, 40);
    if (what == 0)
        l->w.now_ms -= 26 * 3600 * INT64_C(1000); /* set back more than a day */
    else if (what == 1)
        l->w.now_ms += 27 * 3600 * INT64_C(1000); /* and ahead */
    else
        l->w.now_ms += chance(l, 40) * INT64_C(60000);
    if (what == 2) { /* stopped and begun again */
        store_close(l->w.store);
        open_store(l);
    }
}

static void live(uint32_t seed, bool *filled, bool *reminded, bool *served)
{
    struct life l;
    life_begin(&l, seed);
    begin(&l);
    for (int i = 0; i < PEOPLE; i++)
        person(&l, first_phone + i, i % 2 == 0 ? "nurse" : "driver", i % 3 != 0);
    call(&l, "nurse=2/driver=4 zanjan 2026-10-05T04:30:00Z 2026-10-05T12:30:00Z clinic");
    commit(&l);
    for (int step = 0; step < 700; step++) {
        struct office o = office_now_of(&l);
        begin(&l);
        if (step < 8 || chance(&l, 3) == 0)
            somebody_texts(&l, step < 8);
        bool under_way = l.w.now_ms >= l.call.starts_at * 1000 && l.w.now_ms < l.call.ends_at * 1000;
        for (int i = 0; under_way && i < PEOPLE; i += 7) /* some of those who may be there say so */
            text(&l, first_phone + (i + step) % PEOPLE, STR("حاضر"));
        stage_care(&o);
        if (chance(&l, 8) == 0) /* else what is written waits, and things change meanwhile */
            send_all(&l);
        look_at_places(&l);
        commit(&l);
        struct call now;
        assert_true(call_find(l.w.store, l.w.arena, l.call.reference, &now));
        *filled = *filled || now.status == CALL_FULL;
        time_passes(&l);
    }
    look_at_rows(&l);
    for (int i = 0; i < PEOPLE; i++) {
        struct call_answer a;
        *reminded = *reminded || l.reminders[i] > 0;
        *served =
            *served || (answer_get(l.w.store, l.w.arena, l.call.id, first_phone + i, &a) && a.minutes > 0);
    }
    life_end(&l);
}

static void whatever_happens_the_promises_hold(void **state)
{
    bool filled = false, reminded = false, served = false;
    (void)state;
    for (uint32_t seed = 1; seed <= LIVES; seed++)
        live(seed, &filled, &reminded, &served);
    assert_true(filled);
    assert_true(reminded);
    assert_true(served); /* else it proved nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_take_the_last_place_in_one_batch),
        cmocka_unit_test(what_waits_is_parked_while_nothing_may_go),
        cmocka_unit_test(whatever_happens_the_promises_hold),
    };
    return cmocka_run_group_tests_name("lives of calls", tests, NULL, NULL);
}
