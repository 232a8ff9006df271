/* The store's door: opening, migrating, refusing, the lock, transactions and
 * savepoints.  What is wrong with a database must be said and must leave it
 * as it was; a failure must stick until it is rolled back. */
#include "tests/store/store_world.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "gateway/base/clock.h"
#include "gateway/store/query.h"

/* ---- files ---- */

static void write_file(const char *path, struct str bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
    assert_int_equal(fclose(file), 0);
}

static void run_raw(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Refused, with a reason that holds PART. */
static void refused(const char *path, enum store_mode mode, const char *part)
{
    struct error e = {""};
    struct store *store = store_open(path, mode, &e);
    if (store != NULL)
        fail_msg("%s was opened", path);
    if (strstr(e.text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", e.text, part);
}

static void opens_again_with_the_same_key(void **state)
{
    struct world *w = *state;
    uint32_t reference = store_reference(w->store, 1);
    assert_true(reference > 0);
    for (int i = 0; i < 2; i++) {
        store_close(w->store);
        w->store = open_or_fail(w->path, STORE_WRITER);
        assert_int_equal(store_reference(w->store, 1), reference);
    }
    int64_t sequence = 0;
    assert_true(store_sequence(w->store, reference, &sequence));
    assert_int_equal(sequence, 1);
    assert_int_equal(store_reference(w->store, -1), 0);
    assert_int_equal(store_reference(w->store, INT64_MAX), 0);
    struct store *other = open_or_fail("x", STORE_MEMORY);
    assert_int_not_equal(store_reference(other, 1), reference);
    store_close(other);
}

static void refuses_a_newer_or_broken_version(void **state)
{
    struct world *w = *state;
    store_close(w->store);
    w->store = NULL;
    run_raw(w->path, "UPDATE setting SET value = CAST('9' AS BLOB) WHERE name = 'version'");
    refused(w->path, STORE_WRITER, "newer");
    refused(w->path, STORE_READER, "newer");
    run_raw(w->path, "UPDATE setting SET value = CAST('soon' AS BLOB) WHERE name = 'version'");
    refused(w->path, STORE_WRITER, "version");
    run_raw(w->path, "UPDATE setting SET value = CAST('1' AS BLOB) WHERE name = 'version'");
    run_raw(w->path, "DELETE FROM setting WHERE name = 'reference_key'");
    refused(w->path, STORE_WRITER, "key");
}

static void refuses_what_is_no_database(void **state)
{
    struct world *w = *state;
    char path[192], sub[192];
    in_folder(w, "garbage.db", path);
    struct str garbage = repeated(w->arena, "this is no database at all. ", 400);
    write_file(path, garbage);
    refused(path, STORE_WRITER, "not a database");
    refused(path, STORE_READER, "not a database");
    assert_true(str_eq(read_data(w->arena, path), garbage));
    in_folder(w, "garbage.db/y.db", sub);
    refused(sub, STORE_WRITER, sub);
    refused(w->folder, STORE_WRITER, w->folder);
    refused("postgresql://localhost/yavar", STORE_WRITER, "PostgreSQL");
    in_folder(w, "empty.db", path);
    write_file(path, STR(""));
    refused(path, STORE_READER, "not been set up");
    store_close(open_or_fail(path, STORE_WRITER));
}

static void refuses_a_folder_it_may_not_write(void **state)
{
    struct world *w = *state;
    char path[192];
    in_folder(w, "new.db", path);
    store_close(w->store);
    w->store = NULL;
    assert_int_equal(chmod(w->folder, 0555), 0);
    bool root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0);
    refused(path, STORE_WRITER, path);
    struct error e = {""};
    assert_int_equal(store_lock(path, &e), -1);
    assert_non_null(strstr(e.text, ".lock"));
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(w->folder, 0755), 0);
    assert_false(exists(path));
}

/* A misspelt pragma is ignored in silence, so the settings are asked for. */
static void settings_are_what_was_asked(void **state)
{
    static const struct {
        const char *sql, *want;
    } rows[] = {{"PRAGMA journal_mode", "wal"}, {"PRAGMA synchronous", "2"},
                {"PRAGMA foreign_keys", "1"},   {"PRAGMA mmap_size", "0"},
                {"PRAGMA page_size", "1024"},   {"PRAGMA wal_autocheckpoint", "0"}};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct statement *s = engine_prepare(w->store->engine, rows[i].sql, NULL);
        assert_non_null(s);
        assert_int_equal(engine_step(s), ENGINE_ROW);
        char got[24];
        struct str text = engine_text(s, 0);
        int n = text.p != NULL && text.n > 1 ? snprintf(got, sizeof got, "%.*s", STR_ARG(text))
                                             : snprintf(got, sizeof got, "%lld", (long long)engine_int(s, 0));
        assert_true(n > 0);
        assert_string_equal(got, rows[i].want);
        engine_reset(s);
    }
    refused(":memory:", STORE_WRITER, "refusing to run on less"); /* which can have no WAL */
}

static void the_lock_is_for_one(void **state)
{
    struct world *w = *state;
    struct error e = {""};
    struct stat st;
    char path[192];
    int first = store_lock(w->path, &e);
    assert_true(first >= 0);
    assert_int_equal(store_lock(w->path, &e), -1);
    assert_non_null(strstr(e.text, "in use"));
    in_folder(w, "y.db.lock", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(close(first), 0);
    int again = store_lock(w->path, &e);
    assert_true(again >= 0);
    assert_int_equal(close(again), 0);
}

/* ---- readers ---- */

static void a_reader_makes_no_database(void **state)
{
    struct world *w = *state;
    char path[192];
    in_folder(w, "nothing.db", path);
    int before = empty_folder(w->folder, false);
    refused(path, STORE_READER, path);
    assert_int_equal(empty_folder(w->folder, false), before);
}

static void a_reader_writes_and_checkpoints_nothing(void **state)
{
    struct world *w = *state;
    char copy[192], wal_copy[192], wal[192];
    in_folder(w, "copy.db", copy);
    in_folder(w, "copy.db-wal", wal_copy);
    in_folder(w, "y.db-wal", wal);
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "نذر") > 0);
    commit(w);
    struct str bytes = read_data(w->arena, w->path), log = read_data(w->arena, wal);
    assert_true(store_wal_bytes(w->store) == (int64_t)log.n && log.n > 0);
    write_file(copy, bytes); /* as a kill leaves them */
    write_file(wal_copy, log);
    struct store *reader = open_or_fail(copy, STORE_READER);
    struct inbox_row row;
    assert_true(store_begin(reader));
    assert_int_equal(inbox_page(reader, w->arena, false, 0, &row, 1), 1);
    assert_text(row.text, "نذر");
    inbox_answered(reader, row.id, NOW);
    assert_int_not_equal(store_failed(reader), STORE_FINE);
    store_rollback(reader);
    store_close(reader);
    assert_true(str_eq(read_data(w->arena, copy), bytes));
    assert_true(str_eq(read_data(w->arena, wal_copy), log));
}

static void a_reader_sees_what_was_committed(void **state)
{
    struct world *w = *state;
    struct store_figures figures;
    struct store *reader = open_or_fail(w->path, STORE_READER);
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    store_figures(reader, &figures);
    assert_int_equal(figures.messages_in, 0);
    commit(w);
    store_figures(reader, &figures);
    assert_int_equal(figures.messages_in, 1);
    store_close(reader);
}

/* Messages in the database's own file, as if its log were gone. */
static int64_t without_the_log(struct world *w)
{
    char copy[192], command[512];
    struct store_figures figures;
    in_folder(w, "alone.db", copy);
    assert_true(snprintf(command, sizeof command, "rm -f %s* && cp %s %s", copy, w->path, copy) > 0);
    assert_int_equal(system(command), 0);
    struct store *store = open_or_fail(copy, STORE_WRITER);
    store_figures(store, &figures);
    store_close(store);
    return figures.messages_in;
}

static void add_some(struct world *w, int n)
{
    static int numbers;
    char key[24];
    for (int i = 0; i < n; i++) {
        begin(w);
        assert_true(snprintf(key, sizeof key, "some%d", numbers++) > 0);
        assert_true(add_inbox(w, key, DAY, 0, "x") > 0);
        commit(w);
    }
}

/* Not for a few, and not again at once. */
static void tidying_brings_the_log_into_the_database(void **state)
{
    struct world *w = *state;
    w->store->commits = 0; /* the schema's */
    add_some(w, 20);
    assert_true(store_tidy(w->store));
    assert_int_equal(without_the_log(w), 0);
    add_some(w, 5);
    int64_t before = clock_steady_ms();
    assert_true(store_tidy(w->store));
    assert_int_equal(without_the_log(w), 25);
    assert_true(w->store->tidy_at_ms >= before + 50);
    w->store->tidy_at_ms += 60000; /* however slow this machine is */
    add_some(w, 25);
    assert_true(store_tidy(w->store));
    assert_int_equal(without_the_log(w), 25);
    w->store->tidy_at_ms = clock_steady_ms();
    assert_true(store_tidy(w->store));
    assert_int_equal(without_the_log(w), 50);
}

/* ---- transactions ---- */

static int64_t inbox_count(struct world *w)
{
    struct store_figures figures;
    store_figures(w->store, &figures);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    return figures.messages_in;
}

static void a_rollback_leaves_nothing(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    store_rollback(w->store);
    assert_int_equal(inbox_count(w), 0);
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    commit(w);
    assert_int_equal(inbox_count(w), 1);
}

static void a_failure_sticks(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "first") > 0);
    assert_int_equal(add_inbox(w, "a", DAY, 0, "second"), 0);
    assert_int_equal(store_failed(w->store), STORE_CONFLICT);
    assert_true(strlen(store_reason(w->store)) > 0);
    assert_int_equal(add_inbox(w, "b", DAY, 0, "third"), 0); /* gives nothing, changes nothing */
    struct inbox_row row;
    assert_false(inbox_get(w->store, w->arena, 1, &row));
    assert_false(store_savepoint(w->store));
    assert_int_equal(store_failed(w->store), STORE_CONFLICT);
    store_rollback(w->store);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    assert_int_equal(inbox_count(w), 0);
}

/* What follows a failure changes nothing until it is rolled back; a commit
 * would keep the half of a transaction. */
static void a_failed_transaction_is_not_committed(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "first") > 0);
    assert_int_equal(add_inbox(w, "a", DAY, 0, "second"), 0);
    assert_int_equal(store_commit(w->store), STORE_NOT_DONE);
    store_rollback(w->store);
    assert_int_equal(inbox_count(w), 0);
}

/* The sequence of references goes on behind whatever failed. */
static void references_go_on_after_a_failure(void **state)
{
    struct world *w = *state;
    struct pledge first = {.phone = 1}, second = {.phone = 1}, failed = {.phone = 1}, undone = {.phone = 1},
                  last = {.phone = 1};
    begin(w);
    assert_true(put_pledge(w, &first) && put_pledge(w, &second));
    commit(w);
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    assert_true(store_savepoint(w->store));
    assert_int_equal(add_inbox(w, "a", DAY, 0, "again"), 0);
    assert_false(put_pledge(w, &failed)); /* a handler that goes on behind its failure */
    store_savepoint_undo(w->store);
    commit(w);
    begin(w);
    assert_true(store_savepoint(w->store));
    assert_true(put_pledge(w, &undone));
    store_savepoint_undo(w->store);
    commit(w);
    begin(w);
    assert_true(put_pledge(w, &undone));
    store_rollback(w->store);
    begin(w);
    assert_true(put_pledge(w, &last));
    commit(w);
    assert_true(first.id == 1 && second.id == 2 && last.id > 2);
    assert_true(pledge_get(w->store, w->arena, last.reference, &last));
}

static void an_undone_savepoint_leaves_nothing(void **state)
{
    struct world *w = *state;
    struct need need = a_need(1007, 3);
    begin(w);
    need_put(w->store, &need, NOW);
    int64_t message = add_inbox(w, "a", DAY, 0, "x");
    assert_true(store_savepoint(w->store));
    assert_true(need_pledge(w->store, 1007, 2, NOW));
    struct pledge p = {.phone = 1, .need = 1007, .quantity = 2, .unit = UNIT_ITEM, .message = message};
    assert_true(put_pledge(w, &p));
    int64_t sent = add_outbox(w, "mci", LANE_CONFIRMATION, message, NOW_MS);
    assert_int_equal(add_inbox(w, "a", DAY, 0, "again"), 0);
    store_savepoint_undo(w->store);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    assert_int_equal(need_row(w, 1007).pledged, 0);
    assert_false(pledge_get(w->store, w->arena, p.reference, &p));
    struct outbound row;
    assert_false(outbox_get(w->store, w->arena, sent, &row));
    inbox_settle(w->store, message, "failed", "why", false, NOW);
    assert_true(store_savepoint(w->store));
    assert_true(need_pledge(w->store, 1007, 1, NOW));
    assert_true(store_savepoint_keep(w->store));
    commit(w);
    assert_int_equal(need_row(w, 1007).pledged, 1);
    struct inbox_row kept;
    assert_true(inbox_get(w->store, w->arena, message, &kept));
    assert_text(kept.status, "failed");
}

/* The engine may roll back by itself: all effects are gone and it must show. */
static void a_transaction_that_is_gone_is_told(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    assert_int_equal(engine_run(w->store->engine, "ROLLBACK"), ENGINE_DONE);
    assert_int_equal(store_commit(w->store), STORE_NOT_DONE);
    store_rollback(w->store);
    begin(w);
    assert_true(store_savepoint(w->store));
    assert_int_equal(engine_run(w->store->engine, "ROLLBACK"), ENGINE_DONE);
    store_savepoint_undo(w->store);
    assert_int_equal(store_failed(w->store), STORE_GONE);
    assert_int_equal(store_commit(w->store), STORE_NOT_DONE);
    store_rollback(w->store);
    assert_int_equal(inbox_count(w), 0);
    begin(w);
    commit(w);
}

/* What a statement gives, as many rows of one number; NUMBERS has room for 4. */
static size_t numbers_of(struct world *w, const char *sql, int64_t *numbers)
{
    struct statement *s = engine_prepare(w->store->engine, sql, NULL);
    enum engine_result result;
    size_t n = 0;
    assert_non_null(s);
    while ((result = engine_step(s)) == ENGINE_ROW && n < 4)
        numbers[n++] = engine_int(s, 0);
    assert_int_equal(result, ENGINE_DONE);
    engine_reset(s);
    return n;
}

/* The engine answers some of them from its counts, some as they are written: all the same. */
static void returning_gives_what_was_changed(void **state)
{
    struct world *w = *state;
    int64_t got[4];
    begin(w);
    assert_int_equal(engine_run(w->store->engine, "CREATE TABLE t (id {id}, a {int} UNIQUE, b {int}\n);"),
                     ENGINE_DONE);
    assert_int_equal(numbers_of(w, "INSERT INTO t (id, a, b) VALUES (7, 1, 0) RETURNING id", got), 1);
    assert_int_equal(got[0], 7);
    assert_int_equal(
        numbers_of(w, "INSERT INTO t (a, b) VALUES (1, 0) ON CONFLICT DO NOTHING RETURNING id", got), 0);
    assert_int_equal(
        numbers_of(w, "INSERT INTO t (a, b) VALUES (2, 0) ON CONFLICT DO NOTHING RETURNING id", got), 1);
    assert_int_equal(got[0], 8);
    assert_int_equal(
        numbers_of(w, "INSERT INTO t (a, b) VALUES (1, 0) ON CONFLICT (a) DO UPDATE SET b = 9 RETURNING id",
                   got),
        1);
    assert_int_equal(got[0], 7);
    assert_int_equal(numbers_of(w, "INSERT INTO t (a, b) SELECT a + 10, b FROM t RETURNING id", got), 2);
    assert_int_equal(got[0] + got[1], 9 + 10);
    assert_int_equal(numbers_of(w, "UPDATE t SET b = 1 WHERE a < 10 RETURNING 1", got), 2);
    assert_int_equal(got[0] + got[1], 2);
    assert_int_equal(numbers_of(w, "UPDATE t SET b = 1 WHERE a > 99 RETURNING 1", got), 0);
    assert_int_equal(numbers_of(w, "UPDATE t SET b = b + 1 WHERE a = 2 RETURNING b", got), 1);
    assert_int_equal(got[0], 2);
    assert_int_equal(numbers_of(w, "DELETE FROM t WHERE a > 10 RETURNING 1", got), 2);
    commit(w);
}

/* Once reset, such a statement changes anew. */
static void returning_runs_again(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_int_equal(engine_run(w->store->engine, "CREATE TABLE t (id {id}\n);"), ENGINE_DONE);
    struct statement *s =
        engine_prepare(w->store->engine, "INSERT INTO t (id) VALUES (NULL) RETURNING id", NULL);
    assert_non_null(s);
    for (int64_t i = 1; i < 4; i++) {
        assert_int_equal(engine_step(s), ENGINE_ROW);
        assert_int_equal(engine_int(s, 0), i);
        assert_int_equal(engine_step(s), ENGINE_DONE);
        engine_reset(s);
    }
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILE(opens_again_with_the_same_key),
        ON_FILE(refuses_a_newer_or_broken_version),
        ON_FILE(refuses_what_is_no_database),
        ON_FILE(refuses_a_folder_it_may_not_write),
        ON_FILE(settings_are_what_was_asked),
        ON_FILE(the_lock_is_for_one),
        ON_FILE(a_reader_makes_no_database),
        ON_FILE(a_reader_writes_and_checkpoints_nothing),
        ON_FILE(a_reader_sees_what_was_committed),
        ON_FILE(tidying_brings_the_log_into_the_database),
        BOTH(returning_gives_what_was_changed),
        BOTH(returning_runs_again),
        BOTH(a_rollback_leaves_nothing),
        BOTH(a_failure_sticks),
        BOTH(a_failed_transaction_is_not_committed),
        BOTH(references_go_on_after_a_failure),
        BOTH(an_undone_savepoint_leaves_nothing),
        BOTH(a_transaction_that_is_gone_is_told),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
