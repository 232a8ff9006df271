/* Broadcasts in the store: who may see them, one row a person, the cursor, what
 * is parked; and walks at random of all that can happen to one, after each step
 * of which the sums equal the rows and nobody who opted out was let through. */
#include "tests/store/store_world.h"

#include "gateway/source_claim.h"
#include "gateway/broadcast_step.h"
#include "gateway/providers/provider.h"
#include "gateway/store/query.h"
#include "gateway/store/store_broadcasts.h"

static struct broadcast put_draft(struct world *w, const char *channel, const char *provinces,
                                  const char *audience)
{
    struct broadcast b = {.author = 989120000009,
                          .audience = str_of(audience),
                          .body = STR("come on Saturday"),
                          .channel = str_of(channel),
                          .segments = 1,
                          .people = 10};
    assert_true(broadcast_add(w->store, &b, str_of(provinces), NOW));
    return b;
}

static void approve(struct world *w, const struct broadcast *b, int64_t until)
{
    assert_true(broadcast_approve(w->store, b->id, STR("*"), 0, until, NOW));
}

static struct broadcast broadcast_now(struct world *w, int64_t id)
{
    struct broadcast b = {0};
    assert_true(broadcast_find(w->store, w->arena, id, &b));
    return b;
}

static int64_t put_row(struct world *w, int64_t source, int64_t phone)
{
    struct outbound m = {.channel = STR("mci"),
                         .phone = phone,
                         .text = STR("x"),
                         .lane = LANE_BROADCAST,
                         .segments = 1,
                         .source = source};
    return outbox_add(w->store, &m, NOW_MS);
}

/* ---- who may see one ---- */

static void only_who_has_all_its_provinces(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *scope;
        bool sees;
    } rows[] = {{"*", true},
                {" zanjan qom ", true},
                {" qom fars zanjan ", true},
                {" zanjan ", false},
                {" qom ", false},
                {"", false},
                {" zanjanqom ", false},
                {"zanjan qom", false}};
    begin(w);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct broadcast b = put_draft(w, "mci", "zanjan qom", "everyone"), found, page[50];
        struct str scope = str_of(rows[i].scope);
        bool sees = rows[i].sees, on_page = false;
        assert_int_equal(broadcast_get(w->store, w->arena, b.reference, scope, &found), sees);
        size_t n = broadcast_page(w->store, w->arena, scope, 0, page, 50);
        for (size_t p = 0; p < n; p++)
            on_page = on_page || page[p].id == b.id;
        assert_int_equal(on_page, sees);
        assert_int_equal(broadcast_approve(w->store, b.id, scope, 7, NOW + 9, NOW), sees);
        assert_int_equal(broadcast_turn(w->store, b.id, scope, sees ? BROADCAST_APPROVED : BROADCAST_DRAFT,
                                        BROADCAST_CANCELLED),
                         sees);
    }
    assert_text(reach_of(w->store, w->arena, put_draft(w, "mci", "zanjan qom", "x").id), "qom zanjan");
    commit(w);
}

static void a_yes_is_said_once(void **state)
{
    struct world *w = *state;
    struct broadcast live;
    begin(w);
    struct broadcast b = put_draft(w, "mci", "qom", "everyone");
    assert_false(broadcast_live(w->store, w->arena, 0, &live));
    assert_true(broadcast_ask(w->store, b.id, NOW - 3600, NOW));
    assert_false(broadcast_ask(w->store, b.id, NOW - 3600, NOW + 60));
    assert_true(broadcast_ask(w->store, b.id, NOW + 1, NOW + 3601));
    assert_true(broadcast_ask(w->store, b.id, NOW - 3600, NOW)); /* the clock was set back */
    approve(w, &b, NOW + 100);
    assert_false(broadcast_approve(w->store, b.id, STR("*"), 5, NOW + 200, NOW + 9));
    assert_false(broadcast_ask(w->store, b.id, NOW * 2LL, NOW * 2LL));
    b = broadcast_now(w, b.id);
    assert_int_equal(b.fixed_at, NOW);
    assert_int_equal(b.until_at, NOW + 100);
    assert_true(broadcast_live(w->store, w->arena, 0, &live));
    assert_int_equal(live.id, b.id);
    assert_false(broadcast_live(w->store, w->arena, b.id, &live));
    assert_false(broadcast_turn(w->store, b.id, STR("*"), BROADCAST_PAUSED, BROADCAST_SENDING));
    broadcast_end(w->store, b.id, BROADCAST_DONE, NOW + 5);
    assert_false(broadcast_live(w->store, w->arena, 0, &live));
    broadcast_end(w->store, b.id, BROADCAST_CANCELLED, NOW + 6); /* it has ended */
    assert_int_equal(broadcast_now(w, b.id).status, BROADCAST_DONE);
    commit(w);
}

static void the_cursor_moves_once(void **state)
{
    struct world *w = *state;
    begin(w);
    struct broadcast was = put_draft(w, "mci", "qom", "everyone"), b = was;
    b.cursor = 989120000500;
    b.stopped = 3;
    b.abroad = 2;
    b.late = 1;
    broadcast_looked(w->store, &b, &was);
    broadcast_looked(w->store, &b, &was); /* a second run of the same page */
    b = broadcast_now(w, b.id);
    assert_int_equal(b.cursor, 989120000500);
    assert_int_equal(b.stopped, 3);
    assert_int_equal(b.abroad, 2);
    assert_int_equal(b.late, 1);
    commit(w);
}

/* ---- its rows ---- */

static void a_person_has_one_row(void **state)
{
    struct world *w = *state;
    struct forgetting f = {
        .digits = STR("989120000001"), .named_latin = STR("%989120000001%"), .named_persian = STR("%۹%")};
    begin(w);
    assert_true(put_row(w, 77, 989120000001) > 0);
    assert_int_equal(put_row(w, 77, 989120000001), 0);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    assert_true(put_row(w, 78, 989120000001) > 0);
    assert_true(put_row(w, 77, 989120000002) > 0);
    for (f.phone = 989120000001; f.phone <= 989120000002; f.phone++) { /* nobody's rows do not collide */
        f.digits = str_printf(w->arena, "%lld", (long long)f.phone);
        forget_person(w->store, &f);
        while (forget_messages(w->store, &f, NOW_MS, 100))
            ;
    }
    struct source_counts counts;
    source_count(w->store, 77, &counts);
    assert_int_equal(counts.all, 2);
    assert_int_equal(counts.by[OUTBOX_FAILED], 2);
    commit(w);
}

static void what_is_parked_waits(void **state)
{
    struct world *w = *state;
    struct outbound claimed[9];
    int64_t queued, parked, on_wire;
    begin(w);
    struct broadcast b = put_draft(w, "mci", "qom", "everyone");
    for (int i = 0; i < 5; i++)
        assert_true(put_row(w, b.id, 989120000001 + i) > 0);
    assert_int_equal(source_park(w->store, b.id, 3), 3);
    source_waits(w->store, b.id, &queued, &parked, &on_wire);
    assert_int_equal(queued, 5);
    assert_int_equal(parked, 3);
    assert_int_equal(source_park(w->store, b.id, 9), 2);
    assert_int_equal(source_park(w->store, b.id, 9), 0);
    /* neither a claim, nor a clock that was set back, nor another line takes them */
    int64_t far = NOW_MS + INT64_C(1000) * 3600 * 24 * 365 * 50;
    assert_int_equal(outbox_claim(w->store, w->arena, STR("mci"), LANE_BROADCAST, STR("n"), far, claimed, 9),
                     0);
    assert_int_equal(outbox_pull_back(w->store, OUTBOX_QUEUED, NOW_MS, 9), 0);
    assert_int_equal(outbox_hand_over(w->store, STR("mci"), STR("other"), true, NOW_MS, 9), 0);
    assert_int_equal(source_unpark(w->store, b.id, NOW_MS, 4), 4);
    assert_int_equal(
        outbox_claim(w->store, w->arena, STR("mci"), LANE_BROADCAST, STR("n"), NOW_MS, claimed, 9), 4);
    outbox_set_aside(w->store, &claimed[0], OUTBOX_PARKED_MS, NOW_MS);
    struct outbound row = outbox_row(w, claimed[0].id);
    assert_text(row.status, "queued");
    assert_int_equal(row.attempts, 0); /* it was none */
    assert_int_equal(row.due_ms, OUTBOX_PARKED_MS);
    assert_int_equal(source_drop(w->store, b.id, OUTBOX_FAILED, STR("cancelled"), NOW_MS, 9), 2);
    struct source_counts counts;
    source_count(w->store, b.id, &counts);
    assert_int_equal(counts.by[OUTBOX_SENDING], 3);
    assert_int_equal(counts.cancelled, 2);
    commit(w);
}

static void only_a_line_of_its_class_takes_it_over(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(put_row(w, 77, 989120000001) > 0);
    int64_t plain = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    assert_int_equal(outbox_hand_over(w->store, STR("mci"), STR("other"), false, NOW_MS, 9), 1);
    assert_text(outbox_row(w, plain).channel, "other");
    assert_int_equal(outbox_hand_over(w->store, STR("mci"), STR("other"), true, NOW_MS, 9), 1);
    commit(w);
}

/* A receipt does not stand behind what goes to many and has waited longer. */
static void who_is_dear_is_handed_over_first(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(put_row(w, 77, 989120000001) > 0);
    int64_t receipt = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS + 1);
    assert_int_equal(outbox_hand_over(w->store, STR("mci"), STR("other"), true, NOW_MS + 9, 1), 1);
    assert_text(outbox_row(w, receipt).channel, "other");
    commit(w);
}

static void a_restored_one_is_paused(void **state)
{
    struct world *w = *state;
    char backup[192], back[192];
    struct store_restored restored;
    struct error e;
    begin(w);
    struct broadcast b = put_draft(w, "mci", "qom", "everyone"), found;
    struct broadcast draft = put_draft(w, "mci", "qom", "everyone");
    approve(w, &b, NOW + 100);
    commit(w);
    in_folder(w, "backup.db", backup);
    in_folder(w, "back.db", back);
    if (!store_copy(w->path, backup, &e) || !store_restore(backup, back, NOW_MS, &restored, &e))
        fail_msg("%s", e.text);
    struct store *store = open_or_fail(back, STORE_READER);
    assert_true(store_begin(store));
    assert_true(broadcast_find(store, w->arena, b.id, &found));
    assert_int_equal(found.status, BROADCAST_PAUSED);
    assert_true(broadcast_find(store, w->arena, draft.id, &found));
    assert_int_equal(found.status, BROADCAST_DRAFT);
    store_rollback(store);
    store_close(store);
}

/* ---- walks ---- */

enum { CROWD = 900, ROWS = 2400, HAND = 40 };

struct walk {
    struct world *w;
    struct config *config;
    struct database d;
    uint64_t seed;
    int64_t now_ms;
    struct broadcast live[2];
    struct outbound hand[HAND]; /* on the wire */
    size_t on_wire;
    bool stopped[CROWD], known[CROWD];
    struct tally *t;
};

static const char walk_ini[] =
    "[service]\n[channel mci]\nprovider = kannel\nnumber = 1\nsecret = s\nquiet =\nrate = 5\n"
    "send_url = http://127.0.0.1:1/\nusername = u\npassword = p\n"
    "[channel ads]\nprovider = kannel\nnumber = 2\nsecret = s\nline = promo\nrate = 5\n"
    "send_url = http://127.0.0.1:1/\nusername = u\npassword = p\n";

static struct config *walk_config(void)
{
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    struct arena *arena = arena_new(4096);
    struct faults faults = faults_in(arena);
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct config *config = config_parse("walk.ini", str_of(walk_ini), &world, &faults);
    if (faults.count > 0)
        fail_msg("%.*s", STR_ARG(sbuf_str(&faults.text)));
    arena_free(arena);
    return config;
}

static int64_t phone_of(int i)
{
    return (i % 50 == 7 ? 447700000000 : 989120000000) + i; /* a few abroad */
}

static void put_contact(struct walk *k, int i, bool stopped)
{
    struct contact c;
    contact_get(k->w->store, k->w->arena, phone_of(i), &c);
    c.stopped_at = stopped ? k->now_ms / 1000 : 0;
    /* who comes while the clock is behind the yes may be meant or not: nobody comes then */
    int64_t now = k->now_ms / 1000;
    contact_put(k->w->store, &c, c.is_new && k->live[0].id > 0 && now <= NOW ? NOW + 1 : now);
    k->stopped[i] = stopped;
    k->known[i] = true;
}

/* Every row of the outbox counted here, against what the store counts. */
static void sums_equal_rows(struct walk *k)
{
    struct outbound *rows = arena_array(k->w->arena, struct outbound, ROWS);
    size_t n = outbox_page(k->w->store, k->w->arena, 0, rows, ROWS);
    assert_true(n < ROWS);
    for (int b = 0; b < 2; b++) {
        struct source_counts counts, want = {.all = 0};
        source_count(k->w->store, k->live[b].id, &counts);
        for (size_t i = 0; i < n; i++) {
            if (rows[i].source != k->live[b].id)
                continue;
            want.all++;
            want.stopped += str_is(rows[i].status, "failed") && str_is(rows[i].reason, "stopped");
            want.cancelled += str_is(rows[i].status, "failed") && str_is(rows[i].reason, "cancelled");
            for (int s = 0; s < OUTBOX_STATUSES; s++)
                want.by[s] += str_is(rows[i].status, outbox_status_names[s]);
        }
        tally_check(k->t, memcmp(&counts, &want, sizeof want) == 0, "the sums are not those of the rows");
    }
}

static void take_step(struct walk *k)
{
    struct broadcast_step s = {.config = k->config, .arena = k->w->arena};
    while (broadcast_step(&s, &k->d, k->now_ms))
        s.after = s.found.id;
}

static void claim(struct walk *k)
{
    struct claim_check check = {.store = k->w->store,
                                .config = k->config,
                                .zone = k->d.zone,
                                .arena = k->w->arena,
                                .now_ms = k->now_ms};
    struct outbound rows[16];
    const char *channel = random_below(&k->seed, 2) ? "mci" : "ads";
    size_t room = HAND - k->on_wire < 16 ? HAND - k->on_wire : 16;
    size_t n = outbox_claim(k->w->store, k->w->arena, str_of(channel), LANE_BROADCAST, STR("n"), k->now_ms,
                            rows, room);
    for (size_t i = 0; i < n; i++) {
        if (!claim_goes(&check, &rows[i]))
            continue;
        struct broadcast b = broadcast_now(k->w, rows[i].source);
        int who = (int)(rows[i].phone % 10000);
        tally_check(k->t, !k->stopped[who], "%lld opted out and was let through", (long long)rows[i].phone);
        tally_check(k->t, b.status == BROADCAST_SENDING || b.ended_at > 0, "it is %s and a row goes",
                    broadcast_status_names[b.status]);
        k->hand[k->on_wire++] = rows[i];
    }
}

static void settle(struct walk *k)
{
    static const enum outbox_status to[] = {OUTBOX_FAILED, OUTBOX_UNCERTAIN, OUTBOX_QUEUED};
    for (uint64_t n = 1 + random_below(&k->seed, 20); n > 0 && k->on_wire > 0; n--) {
        struct outbound row = k->hand[--k->on_wire];
        uint64_t what = random_below(&k->seed, 12);
        if (what == 0)
            outbox_unclaim(k->w->store, row.id, k->now_ms);
        else if (what > 3)
            outbox_sent(k->w->store, k->w->arena, &row, STR(""), k->now_ms);
        else
            outbox_move(k->w->store, &row,
                        &(struct outbox_move){.status = to[what - 1], .due_ms = k->now_ms + 3000}, "moved",
                        STR("moved"), k->now_ms);
        if (what == 1 && row.channel.n == 3)
            contact_block(k->w->store, row.phone, k->now_ms / 1000);
    }
}

static void steer(struct walk *k)
{
    struct broadcast b = broadcast_now(k->w, k->live[random_below(&k->seed, 2)].id);
    if (b.ended_at > 0)
        return;
    bool paused = b.status == BROADCAST_PAUSED;
    uint64_t what = random_below(&k->seed, 60);
    enum broadcast_status wanted = what == 0 ? BROADCAST_CANCELLED
                                   : paused  ? BROADCAST_SENDING
                                             : BROADCAST_PAUSED;
    if (b.status != BROADCAST_CANCELLED)
        assert_true(broadcast_turn(k->w->store, b.id, STR("*"), b.status, wanted));
}

static void one_thing(struct walk *k)
{
    int who = (int)random_below(&k->seed, CROWD);
    switch (random_below(&k->seed, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
        claim(k);
        break;
    case 4:
    case 5:
    case 6:
        settle(k);
        break;
    case 7:
    case 8:
        take_step(k);
        break;
    case 9:
        put_contact(k, who, random_below(&k->seed, 3) > 0);
        break;
    case 10:
        steer(k);
        break;
    default:
        k->now_ms += (int64_t)random_below(&k->seed, 20000) - 2000; /* now and then the clock goes back */
    }
}

/* Whatever was in the way is taken out of it: it comes to an end. */
static void wind_up(struct walk *k)
{
    for (int round = 0; round < 4000; round++) {
        bool ended = true;
        for (int b = 0; b < 2; b++) {
            struct broadcast now = broadcast_now(k->w, k->live[b].id);
            ended = ended && now.ended_at > 0;
            if (now.status == BROADCAST_PAUSED)
                assert_true(
                    broadcast_turn(k->w->store, now.id, STR("*"), BROADCAST_PAUSED, BROADCAST_SENDING));
        }
        if (ended)
            return;
        k->now_ms += 1000;
        take_step(k);
        claim(k);
        settle(k);
    }
    fail_msg("it never ends");
}

/* Everybody who was known when it was approved is somewhere. */
static void nobody_is_lost(struct walk *k)
{
    for (int i = 0; i < 2; i++) {
        struct broadcast b = broadcast_now(k->w, k->live[i].id);
        struct source_counts counts;
        source_count(k->w->store, b.id, &counts);
        int64_t left_out = b.stopped + b.abroad + b.blocked + b.duplicate + b.late;
        tally_check(k->t, counts.by[OUTBOX_QUEUED] + counts.by[OUTBOX_SENDING] == 0,
                    "it ended and rows wait");
        if (b.status == BROADCAST_DONE)
            tally_check(k->t, counts.all + left_out == CROWD - 100, "%lld rows and %lld left out of %d",
                        (long long)counts.all, (long long)left_out, CROWD - 100);
        tally_check(k->t, b.duplicate == 0, "%lld were met twice", (long long)b.duplicate);
    }
}

static void one_walk(struct world *w, struct config *config, struct zone *zone, uint64_t seed,
                     struct tally *t)
{
    struct walk *k = arena_new_of(w->arena, struct walk);
    *k = (struct walk){
        .w = w, .config = config, .d = {w->store, zone}, .seed = seed, .now_ms = NOW_MS, .t = t};
    begin(w);
    for (int i = 0; i < CROWD - 100; i++) {
        put_contact(k, i, random_below(&k->seed, 8) == 0);
        if (random_below(&k->seed, 13) == 0)
            contact_block(w->store, phone_of(i), NOW);
    }
    k->live[0] = put_draft(w, "mci", "qom", "everyone");
    k->live[1] = put_draft(w, "ads", "qom", "everyone");
    approve(w, &k->live[0], NOW + 3600);
    approve(w, &k->live[1],
            NOW + (random_below(&k->seed, 2) ? (int64_t)random_below(&k->seed, 20) : 3600 * 40));
    k->now_ms += 1000;
    struct arena_mark mark = arena_mark(w->arena);
    for (int i = 0; i < 700; i++) {
        one_thing(k);
        if (i % 25 == 0)
            sums_equal_rows(k);
        if (k->on_wire == 0)
            arena_rewind(w->arena, mark); /* what is on the wire has its texts in it */
    }
    wind_up(k);
    sums_equal_rows(k);
    nobody_is_lost(k);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    store_rollback(w->store);
}

static void walks_at_random(void **state)
{
    struct world *w = *state;
    struct error e;
    struct tally t = tally_new();
    const char *wanted = getenv("BROADCAST_WALKS");
    long walks = wanted != NULL ? strtol(wanted, NULL, 10) : 12;
    assert_true(icu_start(&e));
    struct zone *zone = zone_open("Asia/Tehran", &e);
    struct config *config = walk_config();
    assert_non_null(zone);
    for (long i = 0; i < walks; i++)
        one_walk(w, config, zone, 100 + (uint64_t)i, &t);
    config_drop(config);
    zone_close(zone);
    tally_end(&t);
}

/* Handed over to a line whose hours are others than its own line's. */
static void the_line_that_took_it_over_has_its_hours(void **state)
{
    struct world *w = *state;
    struct error e;
    struct outbound claimed[3];
    int64_t queued, parked, on_wire;
    assert_true(icu_start(&e));
    struct zone *zone = zone_open("Asia/Tehran", &e);
    struct config *config = walk_config();
    int64_t night = NOW_MS - NOW_MS % (24 * 3600 * 1000LL) + 20 * 3600 * 1000LL; /* 23:30 in Tehran */
    begin(w);
    struct broadcast b = put_draft(w, "mci", "qom", "everyone");
    approve(w, &b, NOW + 3600 * 40);
    assert_true(broadcast_turn(w->store, b.id, STR("*"), BROADCAST_APPROVED, BROADCAST_SENDING));
    assert_true(put_row(w, b.id, 989120000001) > 0 && put_row(w, b.id, 989120000002) > 0);
    for (int handed = 0; handed < 2; handed++) {
        const char *line = handed ? "ads" : "mci";
        struct claim_check check = {
            .store = w->store, .config = config, .zone = zone, .arena = w->arena, .now_ms = night};
        assert_int_equal(
            outbox_claim(w->store, w->arena, str_of(line), LANE_BROADCAST, STR("n"), night, claimed, 1), 1);
        assert_int_equal(claim_goes(&check, &claimed[0]), !handed);
        assert_int_equal(outbox_hand_over(w->store, STR("mci"), STR("ads"), true, night, 9), !handed);
    }
    source_waits(w->store, b.id, &queued, &parked, &on_wire);
    assert_int_equal(queued, 1);
    assert_int_equal(parked, 0); /* it would be unparked at once, and again */
    assert_int_equal(outbox_row(w, claimed[0].id).due_ms, night + 60 * 1000);
    store_rollback(w->store);
    config_drop(config);
    zone_close(zone);
}

static void who_comes_next_waits_for_those_before(void **state)
{
    struct world *w = *state;
    struct outbound claimed[2];
    begin(w);
    assert_int_equal(broadcast_backlog(w->store, STR("mci")), 0);
    struct broadcast b = put_draft(w, "mci", "qom", "everyone"); /* to ten */
    assert_int_equal(broadcast_backlog(w->store, STR("mci")), 0);
    approve(w, &b, NOW + 100);
    assert_int_equal(broadcast_backlog(w->store, STR("mci")), 10);
    assert_int_equal(broadcast_backlog(w->store, STR("other")), 0);
    assert_true(put_row(w, b.id, 989120000001) > 0 && put_row(w, b.id, 989120000002) > 0);
    assert_int_equal(broadcast_backlog(w->store, STR("mci")), 10);
    assert_int_equal(
        outbox_claim(w->store, w->arena, STR("mci"), LANE_BROADCAST, STR("n"), NOW_MS, claimed, 1), 1);
    assert_int_equal(broadcast_backlog(w->store, STR("mci")), 9);
    struct broadcast paused = put_draft(w, "mci", "qom", "everyone"); /* it may go on */
    approve(w, &paused, NOW + 100);
    assert_true(broadcast_turn(w->store, paused.id, STR("*"), BROADCAST_APPROVED, BROADCAST_PAUSED));
    assert_int_equal(broadcast_backlog(w->store, STR("mci")), 19);
    assert_true(broadcast_turn(w->store, paused.id, STR("*"), BROADCAST_PAUSED, BROADCAST_CANCELLED));
    broadcast_end(w->store, b.id, BROADCAST_DONE, NOW + 5);
    assert_int_equal(broadcast_backlog(w->store, STR("mci")), 0);
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(only_who_has_all_its_provinces),
        BOTH(a_yes_is_said_once),
        BOTH(the_cursor_moves_once),
        BOTH(a_person_has_one_row),
        BOTH(the_line_that_took_it_over_has_its_hours),
        BOTH(who_comes_next_waits_for_those_before),
        BOTH(what_is_parked_waits),
        BOTH(only_a_line_of_its_class_takes_it_over),
        BOTH(who_is_dear_is_handed_over_first),
        ON_FILE(a_restored_one_is_paused),
        BOTH(walks_at_random),
    };
    return cmocka_run_group_tests_name("broadcasts", tests, NULL, NULL);
}
