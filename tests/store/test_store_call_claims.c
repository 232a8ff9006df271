/* What becomes of a message of a call that was written before things changed:
 * each kind of change, as the claim sees it. */
#include "tests/store/call_world.h"

#include "gateway/providers/provider.h"
#include "gateway/source_claim.h"
#include "handlers/dispatch.h"

static const char config_text[] =
    "[service]\n[channel mci]\nprovider = kannel\nnumber = 200012\nsecret = s\n"
    "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\nusername = u\npassword = p\nquiet = 22:00-08:00\n";

struct watch {
    struct world *w;
    struct config *config;
    struct zone *zone;
    int64_t now_ms;
};

static struct watch watch_begin(struct world *w)
{
    struct error e;
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    struct faults faults = faults_in(w->arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct watch k = {.w = w, .zone = zone_open("Asia/Tehran", &e)};
    k.config = config_parse("calls", str_of(config_text), &world, &faults);
    if (k.config == NULL || faults.count > 0)
        fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    k.now_ms = (START - 20 * 86400) * INT64_C(1000);
    while (!line_open_at(config_channel(k.config, STR("mci")), k.zone, k.now_ms, false))
        k.now_ms += 3600 * 1000;
    return k;
}

static void watch_end(struct watch *k)
{
    zone_close(k->zone);
    config_drop(k->config);
}

static int64_t written(struct watch *k, const struct call *call, int64_t phone, enum lane lane)
{
    struct outbound m = {.channel = STR("mci"),
                         .phone = phone,
                         .text = STR("x"),
                         .lane = lane,
                         .source = call->id,
                         .segments = 1};
    int64_t id = outbox_add(k->w->store, &m, k->now_ms);
    assert_true(id > 0);
    return id;
}

/* Claims what is due, and says of this row what became of it; it was an attempt only where it went. */
static const char *claimed(struct watch *k, int64_t id)
{
    struct claim_check check = {.store = k->w->store,
                                .config = k->config,
                                .zone = k->zone,
                                .arena = k->w->arena,
                                .now_ms = k->now_ms};
    struct outbound rows[16];
    bool goes = false;
    for (int lane = 0; lane < LANES; lane++) {
        size_t n = outbox_claim(k->w->store, k->w->arena, STR("mci"), (enum lane)lane, STR("n"), k->now_ms,
                                rows, 16);
        for (size_t i = 0; i < n; i++) {
            if (!claim_goes(&check, &rows[i]))
                continue;
            goes = goes || rows[i].id == id;
            outbox_unclaim(k->w->store, rows[i].id, k->now_ms);
        }
    }
    if (goes)
        return "goes";
    struct outbound row = outbox_row(k->w, id);
    assert_int_equal(row.attempts, 0);
    if (str_is(row.status, "queued"))
        return row.due_ms == OUTBOX_PARKED_MS ? "parked" : "queued";
    return str_cstr(k->w->arena, row.reason);
}

static void set_status(struct world *w, const struct call *call, enum call_status to)
{
    struct call now = read_call(w, call);
    assert_true(call_move(w->store, STR("*"), &now, to));
}

static void an_invitation_goes_only_while_a_place_is_open(void **state)
{
    struct world *w = *state;
    struct watch k = watch_begin(w);
    begin(w);
    struct call call = add_call(w, "zanjan", 1, 1), none = {.id = call.id + 100};
    for (int64_t phone = 11; phone < 20; phone++)
        add_person(w, phone, phone == 12 || phone == 15 ? "driver" : "nurse", "zanjan", true);
    int64_t nurse = written(&k, &call, 11, LANE_BROADCAST), driver = written(&k, &call, 12, LANE_BROADCAST);
    int64_t stopped = written(&k, &call, 15, LANE_BROADCAST);
    assert_string_equal(claimed(&k, written(&k, &none, 11, LANE_BROADCAST)), "goes");
    assert_string_equal(claimed(&k, nurse), "goes");
    set_status(w, &call, CALL_PAUSED);
    assert_string_equal(claimed(&k, nurse), "parked");
    set_status(w, &call, CALL_OPEN);
    assert_int_equal(source_unpark(w->store, call.id, k.now_ms, 100), 3); /* others were claimed with it */
    put_contact(w, 15, NOW, 0);
    assert_string_equal(claimed(&k, stopped), "stopped");
    assert_int_equal(take(w, &call, 13, 1), CALLED_PLACE); /* the nurse's place; a driver is still wanted */
    int64_t reminder = written(&k, &call, 13, LANE_REMINDER), stray = written(&k, &call, 11, LANE_REMINDER);
    assert_string_equal(claimed(&k, nurse), "every place was taken before it went");
    assert_string_equal(claimed(&k, driver), "goes");
    set_status(w, &call, CALL_PAUSED); /* whoever has a place is reminded all the same, by night too */
    assert_string_equal(claimed(&k, reminder), "goes");
    assert_string_equal(claimed(&k, stray), "there is no place to be reminded of");
    set_status(w, &call, CALL_OPEN);
    assert_string_equal(claimed(&k, reminder), "goes");
    set_status(w, &call, CALL_CANCELLED);
    assert_string_equal(claimed(&k, written(&k, &call, 16, LANE_BROADCAST)), "cancelled");
    assert_string_equal(claimed(&k, reminder), "cancelled");
    commit(w);
    watch_end(&k);
}

static void an_invitation_waits_for_the_line_and_for_no_call_that_began(void **state)
{
    struct world *w = *state;
    struct watch k = watch_begin(w);
    const struct channel *line = config_channel(k.config, STR("mci"));
    begin(w);
    struct call call = add_call(w, "zanjan", 2, 1);
    for (int64_t phone = 11; phone < 15; phone++)
        add_person(w, phone, "nurse", "zanjan", true);
    int64_t first = written(&k, &call, 11, LANE_BROADCAST), second = written(&k, &call, 12, LANE_BROADCAST);
    k.now_ms = line_closes_ms(line, k.zone, k.now_ms, false);
    assert_string_equal(claimed(&k, first), "parked");
    assert_int_equal(source_unpark(w->store, call.id, k.now_ms, 100), 2);
    k.now_ms = line_opens_ms(line, k.zone, k.now_ms, false);
    assert_string_equal(claimed(&k, first), "goes");
    k.now_ms = START * INT64_C(1000);
    if (!line_open_at(line, k.zone, k.now_ms, false))
        k.now_ms = line_opens_ms(line, k.zone, k.now_ms, false);
    int64_t late = written(&k, &call, 13, LANE_BROADCAST);
    assert_string_equal(claimed(&k, late), "the call is over");
    assert_true(second > 0);
    commit(w);
    watch_end(&k);
}

/* A call in quiet hours keeps reminders going: only what is to many is parked, unparked, dropped. */
static void only_invitations_are_parked(void **state)
{
    struct world *w = *state;
    struct watch k = watch_begin(w);
    int64_t queued, parked, on_wire;
    begin(w);
    struct call call = add_call(w, "zanjan", 2, 1);
    int64_t invitation = written(&k, &call, 11, LANE_BROADCAST),
            reminder = written(&k, &call, 11, LANE_REMINDER);
    assert_int_equal(source_park(w->store, call.id, 100), 1);
    assert_true(outbox_row(w, invitation).due_ms == OUTBOX_PARKED_MS);
    assert_true(outbox_row(w, reminder).due_ms == k.now_ms);
    source_waits(w->store, call.id, &queued, &parked, &on_wire);
    assert_true(queued == 1 && parked == 1 && on_wire == 0);
    assert_int_equal(source_drop(w->store, call.id, OUTBOX_FAILED, STR("cancelled"), k.now_ms, 100), 1);
    assert_text(outbox_row(w, reminder).status, "queued");
    commit(w);
    watch_end(&k);
}

static void an_invitation_that_never_went_may_be_sent_again(void **state)
{
    struct world *w = *state;
    struct call_quota quotas[CALL_QUOTAS];
    struct watch k = watch_begin(w);
    int64_t phones[4];
    begin(w);
    struct call call = add_call(w, "zanjan", 1, 0);
    add_person(w, 11, "nurse", "zanjan", true);
    struct outbound m = outbox_row(w, written(&k, &call, 11, LANE_BROADCAST));
    assert_int_equal(outbox_add(w->store, &m, NOW_MS), 0); /* one a phone */
    assert_int_equal(call_quotas(w->store, w->arena, call.id, quotas), 1);
    quotas[0].asked = 1;
    quota_wave(w->store, call.id, &quotas[0]);
    assert_int_equal(asked(w, &call, &quotas[0], phones, 4, 10), 0);
    call_unask(w->store, &m);
    assert_int_equal(outbox_row(w, m.id).source, 0);
    assert_int_equal(call_quotas(w->store, w->arena, call.id, quotas), 1);
    assert_int_equal(quotas[0].asked, 0);
    assert_int_equal(asked(w, &call, &quotas[0], phones, 4, 10), 1);
    commit(w);
    watch_end(&k);
}

/* A person says which calls of a backup go on. */
static void a_restored_call_is_paused(void **state)
{
    struct world *w = *state;
    char backup[192], back[192];
    struct store_restored restored;
    struct error e;
    begin(w);
    struct call call = add_call(w, "zanjan", 1, 0), full = add_call(w, "zanjan", 1, 0), found;
    struct call done = add_call(w, "zanjan", 1, 0);
    set_status(w, &full, CALL_FULL);
    set_status(w, &done, CALL_DONE);
    commit(w);
    in_folder(w, "backup.db", backup);
    in_folder(w, "back.db", back);
    if (!store_copy(w->path, backup, &e) || !store_restore(backup, back, NOW_MS, &restored, &e))
        fail_msg("%s", e.text);
    struct store *store = open_or_fail(back, STORE_READER);
    assert_true(store_begin(store));
    assert_true(call_find(store, w->arena, call.reference, &found) && found.status == CALL_PAUSED);
    assert_true(call_find(store, w->arena, full.reference, &found) && found.status == CALL_PAUSED);
    assert_true(call_find(store, w->arena, done.reference, &found) && found.status == CALL_DONE);
    store_rollback(store);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(an_invitation_waits_for_the_line_and_for_no_call_that_began),
        BOTH(only_invitations_are_parked),
        BOTH(an_invitation_goes_only_while_a_place_is_open),
        BOTH(an_invitation_that_never_went_may_be_sent_again),
        ON_FILE(a_restored_call_is_paused),
    };
    return cmocka_run_group_tests_name("claims of calls", tests, NULL, NULL);
}
