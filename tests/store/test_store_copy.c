/* Copies: a backup made while others write, the one made before a migration,
 * and the way back, which sends nothing twice and gives no number twice. */
#include "tests/store/old_world.h"

#include <sys/stat.h>

#include "gateway/store/query.h"

static void status_is(struct store *store, struct arena *arena, int64_t id, const char *status)
{
    struct outbound row;
    assert_true(outbox_get(store, arena, id, &row));
    if (!str_is(row.status, status))
        fail_msg("out%lld is %.*s, not %s", (long long)id, STR_ARG(row.status), status);
}

static int64_t owed_by(struct world *w, struct store *store, int64_t phone)
{
    struct contact contact;
    struct pledge pledges[4];
    int64_t sum = 0;
    contact_get(store, w->arena, phone, &contact);
    for (size_t n = pledge_open(store, w->arena, &contact, pledges, 4); n > 0; n--)
        sum += pledges[n - 1].amount_rial;
    return sum;
}

/* The reference that the next pledge would get. */
static uint32_t next_reference(struct store *store)
{
    struct contact contact = {.phone = 989120000002};
    struct pledge pledge = {.money = 0, .channel = STR("mci"), .day = DAY};
    assert_true(store_begin(store));
    assert_true(pledge_add(store, &contact, &pledge));
    assert_int_equal(store_commit(store), STORE_DONE);
    return pledge.reference;
}

static void an_old_database_is_copied_and_upgraded(void **state)
{
    struct world *w = *state;
    char path[192], copy[200];
    struct need need;
    struct error e;
    in_folder(w, "old.db", path);
    put_old_database(path, "0001");
    struct store *store = open_or_fail(path, STORE_WRITER);
    assert_true(need_get(store, w->arena, 1007, &need));
    assert_int_equal(need.pledged, 5000000);
    assert_int_equal(owed_by(w, store, 989120000001), 5000000);
    status_is(store, w->arena, 1, "sent");
    status_is(store, w->arena, 2, "queued");
    store_close(store);

    int n = snprintf(copy, sizeof copy, "%s.before-0006", path);
    assert_in_range(n, 1, (int)sizeof copy - 1);
    struct stat st;
    assert_int_equal(stat(copy, &st), 0); /* as it was, for the way back to the older program */
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_null(store_open(copy, STORE_READER, &e));
    assert_non_null(strstr(e.text, "set up"));
}

/* Pledges that an older program took are found by whose they are. */
static void old_pledges_have_donors(void **state)
{
    struct world *w = *state;
    char path[192];
    in_folder(w, "donors.db", path);
    put_old_database(path, "0001");
    run_sql(path,
            "INSERT INTO contact SELECT phone + 1, language, province, stopped_at, question, question_at, 0, "
            "0, 0, "
            "0, 0, 0, 0, 0 FROM contact;"
            "INSERT INTO contact SELECT max(phone) + 1, 'fa', NULL, 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM "
            "contact;"
            "INSERT INTO pledge SELECT n.id, phone + n.id % 2, need, campaign, n.id, money, quantity, unit, "
            "recurrence, status, channel, message, day, due_at, created_at, updated_at FROM pledge, "
            "(SELECT 2 AS id UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) n;");
    struct store *store = open_or_fail(path, STORE_WRITER);
    assert_int_equal(owed_by(w, store, 989120000001), 5000000 + 2 + 4);
    assert_int_equal(owed_by(w, store, 989120000002), 3 + 5);
    assert_int_equal(owed_by(w, store, 989120000003), 0);
    store_close(store);
}

static void no_room_for_the_copy_no_migration(void **state)
{
    struct world *w = *state;
    char path[192], blocked[220];
    struct error e;
    in_folder(w, "old.db", path);
    put_old_database(path, "0001");
    int n = snprintf(blocked, sizeof blocked, "%s.before-0006.part", path);
    assert_in_range(n, 1, (int)sizeof blocked - 1);
    assert_int_equal(mkdir(blocked, 0700), 0);
    assert_null(store_open(path, STORE_WRITER, &e));
    assert_non_null(strstr(e.text, "before-0006"));
    assert_int_equal(rmdir(blocked), 0);
    store_close(open_or_fail(path, STORE_WRITER)); /* nothing was changed: it is upgraded now */
}

static void a_copy_is_whole_while_another_writes(void **state)
{
    struct world *w = *state;
    char copy[192];
    struct error e;
    uint32_t before = next_reference(w->store);
    assert_true(store_begin(w->store)); /* a writer in the middle of something */
    struct pledge half = {.phone = 989120000009, .channel = STR("mci"), .day = DAY};
    assert_true(put_pledge(w, &half));
    in_folder(w, "copy.db", copy);
    if (!store_copy(w->path, copy, &e))
        fail_msg("%s", e.text);
    assert_int_equal(store_commit(w->store), STORE_DONE);

    struct pledge found;
    struct store *store = open_or_fail(copy, STORE_READER);
    assert_true(pledge_get(store, w->arena, before, &found));
    assert_false(pledge_get(store, w->arena, half.reference, &found));
    store_close(store);
}

static void a_copy_that_cannot_be_made_leaves_the_old_one(void **state)
{
    struct world *w = *state;
    char copy[192], part[192];
    struct error e;
    struct stat st;
    in_folder(w, "copy.db", copy);
    in_folder(w, "copy.db.part", part);
    assert_true(store_copy(w->path, copy, &e));
    assert_false(store_copy(w->path, w->path, &e));
    assert_non_null(strstr(e.text, "itself"));
    assert_false(store_copy("/nonexistent.db", copy, &e));
    assert_int_equal(mkdir(part, 0700), 0);
    assert_false(store_copy(w->path, copy, &e));
    assert_int_equal(rmdir(part), 0);
    assert_int_equal(stat(copy, &st), 0);
    store_close(open_or_fail(copy, STORE_READER));
}

static void a_restored_database_sends_nothing_by_itself(void **state)
{
    struct world *w = *state;
    char path[192], copy[192];
    struct error e;
    struct store_restored restored;
    in_folder(w, "live.db", path);
    in_folder(w, "copy.db", copy);
    put_old_database(path, "0001");
    struct store *store = open_or_fail(path, STORE_WRITER);
    if (!store_copy(path, copy, &e))
        fail_msg("%s", e.text);
    uint32_t given[3];
    for (int i = 0; i < 3; i++)
        given[i] = next_reference(store); /* told to donors after the backup */
    store_close(store);

    if (!store_restore(copy, path, NOW_MS, &restored, &e))
        fail_msg("%s", e.text);
    assert_int_equal(restored.held, 2);
    store = open_or_fail(path, STORE_WRITER);
    status_is(store, w->arena, 1, "sent");
    status_is(store, w->arena, 2, "held");
    status_is(store, w->arena, 3, "held");
    struct outbox_event event;
    assert_int_equal(outbox_events(store, w->arena, 2, &event, 1), 1);
    assert_true(str_is(event.what, "held"));
    for (int i = 0; i < 50; i++) {
        uint32_t fresh = next_reference(store);
        assert_true(fresh != given[0] && fresh != given[1] && fresh != given[2]);
    }
    store_close(store);

    struct store *kept = open_or_fail(restored.kept, STORE_READER); /* nothing is thrown away */
    struct pledge found;
    assert_true(pledge_get(kept, w->arena, given[2], &found));
    store_close(kept);
}

static void what_is_no_backup_changes_nothing(void **state)
{
    struct world *w = *state;
    char junk[192];
    struct error e;
    struct store_restored restored;
    uint32_t reference = next_reference(w->store);
    in_folder(w, "junk", junk);
    FILE *file = fopen(junk, "wb");
    assert_non_null(file);
    assert_true(fputs("not a database, however long it is", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_false(store_restore(junk, w->path, NOW_MS, &restored, &e));
    assert_false(store_restore("/nonexistent", w->path, NOW_MS, &restored, &e));
    assert_false(store_restore(w->path, w->path, NOW_MS, &restored, &e));
    struct pledge found;
    assert_true(pledge_get(w->store, w->arena, reference, &found));
}

/* A page of it is torn: the copy is looked through before it takes the place. */
static void a_damaged_backup_is_refused(void **state)
{
    struct world *w = *state;
    char copy[192];
    struct error e;
    struct store_restored restored;
    in_folder(w, "copy.db", copy);
    assert_true(store_copy(w->path, copy, &e));
    FILE *file = fopen(copy, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, -4096 * 3, SEEK_END), 0);
    for (int i = 0; i < 4096; i++)
        assert_int_equal(fputc(0xA5, file), 0xA5);
    assert_int_equal(fclose(file), 0);
    assert_false(store_restore(copy, w->path, NOW_MS, &restored, &e));
    in_folder(w, "y.db.restoring", copy);
    assert_int_not_equal(access(copy, F_OK), 0); /* nothing half is left */
}

static void restores_where_nothing_stands(void **state)
{
    struct world *w = *state;
    char copy[192], fresh[192];
    struct error e;
    struct store_restored restored;
    in_folder(w, "copy.db", copy);
    in_folder(w, "fresh.db", fresh);
    uint32_t reference = next_reference(w->store);
    assert_true(store_copy(w->path, copy, &e));
    if (!store_restore(copy, fresh, NOW_MS, &restored, &e))
        fail_msg("%s", e.text);
    assert_string_equal(restored.kept, "");
    struct store *store = open_or_fail(fresh, STORE_WRITER);
    struct pledge found;
    assert_true(pledge_get(store, w->arena, reference, &found));
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILE(an_old_database_is_copied_and_upgraded),
        ON_FILE(old_pledges_have_donors),
        ON_FILE(no_room_for_the_copy_no_migration),
        ON_FILE(a_copy_is_whole_while_another_writes),
        ON_FILE(a_copy_that_cannot_be_made_leaves_the_old_one),
        ON_FILE(a_restored_database_sends_nothing_by_itself),
        ON_FILE(what_is_no_backup_changes_nothing),
        ON_FILE(a_damaged_backup_is_refused),
        ON_FILE(restores_where_nothing_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
