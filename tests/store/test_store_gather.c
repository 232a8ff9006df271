/* Gathered writes to the log: the same bytes come out, what is committed is
 * written and synced by then and seen by others, and a write that fails later
 * than it was asked for is never taken for done.
 *
 * A VFS of ours lies beneath the gathering one, counts what reaches the log,
 * and fails its writes on demand. */
#include "tests/store/store_world.h"

#include <sqlite3.h>
#include <sys/wait.h>

#include "gateway/store/gather_vfs.h"
#include "gateway/store/query.h"

/* What reached the log since it was last set to zeros, and what is to happen to it. */
static struct {
    int writes, largest, unsynced;
    int fails_at, fails_with; /* the Nth write, by this code; 0: none */
    bool lasts;               /* and those after it */
    bool no_sync;             /* of the database */
    int syncs;                /* of the database */
    int regions;              /* of the wal-index, for which there is room; 0: for any */
} below;

static struct {
    sqlite3_vfs *real;
    sqlite3_vfs ours;
    const sqlite3_io_methods *methods, *database_methods;
    sqlite3_io_methods patched, old_one, database;
    bool without_shm;
} vfs;

static int on_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    below.writes++;
    if (below.fails_at > 0 && (below.lasts ? below.writes >= below.fails_at : below.writes == below.fails_at))
        return below.fails_with;
    below.unsynced++;
    below.largest = n > below.largest ? n : below.largest;
    return vfs.methods->xWrite(file, bytes, n, at);
}

/* Nothing here outlives a power cut: only when it is asked for counts. */
static int on_sync(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    below.unsynced = 0;
    return SQLITE_OK;
}

static int on_database_sync(sqlite3_file *file, int flags)
{
    below.syncs++;
    return below.no_sync ? SQLITE_IOERR_FSYNC : vfs.database_methods->xSync(file, flags);
}

static int on_shm_map(sqlite3_file *file, int page, int size, int grow, void volatile **to)
{
    bool full = below.regions > 0 && page >= below.regions && grow;
    return full ? SQLITE_IOERR_SHMSIZE : vfs.database_methods->xShmMap(file, page, size, grow, to);
}

static int on_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)self;
    int rc = vfs.real->xOpen(vfs.real, name, file, flags, out);
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
        vfs.methods = file->pMethods;
        vfs.patched = *file->pMethods;
        vfs.patched.xWrite = on_write;
        vfs.patched.xSync = on_sync;
        file->pMethods = &vfs.patched;
    } else if (rc == SQLITE_OK && vfs.without_shm) {
        vfs.old_one = *file->pMethods;
        vfs.old_one.iVersion = 1;
        file->pMethods = &vfs.old_one;
    } else if (rc == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
        vfs.database_methods = file->pMethods;
        vfs.database = *file->pMethods;
        vfs.database.xSync = on_database_sync;
        vfs.database.xShmMap = on_shm_map;
        file->pMethods = &vfs.database;
    }
    return rc;
}

static int start(void **state)
{
    (void)state;
    vfs.real = sqlite3_vfs_find(NULL);
    vfs.ours = *vfs.real;
    vfs.ours.zName = "below";
    vfs.ours.xOpen = on_open;
    return sqlite3_vfs_register(&vfs.ours, 1);
}

static void heal(void)
{
    memset(&below, 0, sizeof below);
}

static int up(void **state)
{
    heal();
    return up_file(state);
}

static sqlite3 *opened(const char *path, const char *through)
{
    sqlite3 *db = NULL;
    assert_int_equal(
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, through),
        SQLITE_OK);
    return db;
}

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) & 0xFF;
}

static void must(sqlite3 *db, const char *sql)
{
    if (run(db, sql) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static int asked(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int n = sqlite3_column_int(stmt, 0);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return n;
}

#define SETTINGS                                                          \
    "PRAGMA page_size=1024;PRAGMA journal_mode=WAL;PRAGMA cache_size=16;" \
    "PRAGMA wal_autocheckpoint=0;PRAGMA synchronous="
#define TABLE "CREATE TABLE t (id INTEGER PRIMARY KEY, batch INTEGER, n INTEGER UNIQUE, text TEXT)"
#define ROWS(batch, first, last)                                               \
    "INSERT INTO t WITH RECURSIVE i (k) AS (SELECT " #first                    \
    " UNION ALL SELECT k + 1 FROM i WHERE k < " #last ") SELECT NULL, " #batch \
    ", k * 7919 % 100003, hex(k * 7919) || printf('%.300c', 'x') FROM i"
#define SOUND "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"

/* ---- the same bytes ---- */

/* Overflow, what it is undone by, a log begun anew, checkpoints whole and held back. */
static void live(const char *path, const char *through)
{
    sqlite3 *db = opened(path, through), *reader = opened(path, NULL);
    must(db, SETTINGS "FULL");
    must(db, TABLE);
    must(reader, "PRAGMA wal_autocheckpoint=0");
    for (int round = 0; round < 3; round++) {
        must(db, "BEGIN IMMEDIATE;" ROWS(0, 1, 200) ";SAVEPOINT s;" ROWS(1, 201, 400));
        must(db, "UPDATE t SET n = n + 200000 WHERE batch = 1;ROLLBACK TO s");
        must(db, ROWS(2, 401, 500) ";UPDATE t SET text = text || n WHERE id % 3 = 0;COMMIT");
        must(reader, "BEGIN");
        int seen = asked(reader, "SELECT count(*) + sum(n) FROM t");
        must(db, "DELETE FROM t WHERE id % 5 <> 0;BEGIN IMMEDIATE;" ROWS(3, 501, 700) ";ROLLBACK");
        must(db, "UPDATE t SET n = -n");
        must(db, "PRAGMA wal_checkpoint(PASSIVE)"); /* held back by the reader */
        assert_int_equal(asked(reader, "SELECT count(*) + sum(n) FROM t"), seen);
        must(reader, "COMMIT");
        assert_int_equal(asked(reader, "SELECT sum(n) FROM t"), asked(db, "SELECT sum(n) FROM t"));
        must(db, "PRAGMA wal_checkpoint(PASSIVE)"); /* whole: the log begins anew */
        must(db, "DELETE FROM t WHERE id % 2 = 0");
        must(db, round == 1 ? "PRAGMA wal_checkpoint(TRUNCATE)" : "DELETE FROM t");
        must(db, "DELETE FROM t");
    }
    must(db, ROWS(4, 1, 300));
    assert_int_equal(asked(reader, SOUND), 1);
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static struct str bytes_of(struct world *w, const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *bytes = arena_alloc(w->arena, 1 << 20);
    size_t n = fread(bytes, 1, 1 << 20, f);
    assert_int_equal(fclose(f), 0);
    assert_in_range(n, 50000, (1 << 20) - 1);
    return str_from(bytes, n);
}

static void the_same_bytes_in_fewer_writes(void **state)
{
    struct world *w = *state;
    char gathered[192], plain[192];
    in_folder(w, "gathered.db", gathered);
    in_folder(w, "plain.db", plain);
    heal();
    live(plain, NULL);
    int before = below.writes;
    assert_int_equal(below.largest, 1024);
    heal();
    live(gathered, gather_vfs());
    assert_in_range(below.writes, 1, before / 2);
    assert_in_range(below.largest, 32 << 10, 64 << 10);
    struct str a = bytes_of(w, gathered), b = bytes_of(w, plain);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
}

/* ---- who sees what, and when ---- */

/* Another process, which knows nothing of ours: whether it finds so many messages. */
static bool another_finds(const struct world *w, int n)
{
    char wanted[16];
    assert_in_range(snprintf(wanted, sizeof wanted, "%d", n), 1, 15);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/proc/self/exe", "finds", w->path, wanted, (char *)NULL);
        _exit(99);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int finds(const char *path, const char *wanted)
{
    sqlite3 *db = opened(path, NULL);
    bool found = asked(db, "SELECT count(*) FROM inbox") == atoi(wanted) && asked(db, SOUND) == 1;
    return sqlite3_close(db) == SQLITE_OK && found ? 0 : 1;
}

static void committed_is_written_synced_and_seen(void **state)
{
    struct world *w = *state;
    sqlite3 *plain = opened(w->path, NULL);
    must(plain, "PRAGMA wal_autocheckpoint=0");
    const char *text = str_cstr(w->arena, repeated(w->arena, "0123456789abcdef", 1 << 10));
    char key[24];
    heal();
    for (int n = 0; n < 40;) {
        begin(w);
        for (int end = n + 1 + n % 3; n < end; n++) {
            assert_true(snprintf(key, sizeof key, "k%d", n) > 0);
            assert_true(add_inbox(w, key, DAY, 0, text) > 0);
        }
        int before = asked(plain, "SELECT count(*) FROM inbox");
        assert_true(before < n);
        commit(w);
        assert_int_equal(below.unsynced, 0);
        assert_int_equal(asked(plain, "SELECT count(*) FROM inbox"), n);
        if (n > 35 || n % 10 == 0)
            assert_true(another_finds(w, n));
    }
    assert_true(below.largest > 3000);
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
}

/* What overflows the cache reaches the log before its commit, and nobody sees it. */
static void overflow_is_nobodys_business(void **state)
{
    struct world *w = *state;
    const char *text = str_cstr(w->arena, repeated(w->arena, "0123456789abcdef", 1 << 14));
    char key[24];
    for (int commits = 0; commits < 2; commits++) {
        heal();
        begin(w);
        for (int n = 0; n < 100; n++) {
            assert_true(snprintf(key, sizeof key, "k%d-%d", commits, n) > 0);
            assert_true(add_inbox(w, key, DAY, 0, text) > 0);
        }
        assert_true(below.writes > 100);
        assert_true(another_finds(w, 0));
        if (commits == 0)
            store_rollback(w->store);
        else
            commit(w);
        assert_true(another_finds(w, commits * 100));
    }
}

/* ---- writes that fail ---- */

static void a_failure_is_the_commits(void **state)
{
    static const struct {
        int code;
        enum store_commit outcome;
    } cases[] = {{SQLITE_FULL, STORE_NOT_DONE}, {SQLITE_IOERR_WRITE, STORE_UNKNOWN}};
    struct world *w = *state;
    for (int i = 0; i < 4; i++) {
        char key[24];
        begin(w);
        assert_true(snprintf(key, sizeof key, "bad%d", i) > 0);
        assert_true(add_inbox(w, key, DAY, 0, "x") > 0);
        heal();
        below.fails_at = 1;
        below.fails_with = cases[i % 2].code;
        below.lasts = i < 2;
        assert_int_equal(store_commit(w->store), cases[i % 2].outcome);
        assert_int_equal(below.writes, 1);
        heal();
        store_rollback(w->store);
        assert_true(another_finds(w, i));
        begin(w);
        assert_true(snprintf(key, sizeof key, "good%d", i) > 0);
        assert_true(add_inbox(w, key, DAY, 0, "x") > 0);
        commit(w);
        assert_true(another_finds(w, i + 1));
    }
}

/* ---- a checkpoint whose sync fails ---- */

/* So many that the next tidying does something. */
static void add_some(struct world *w)
{
    static int numbers;
    char key[24];
    for (int i = 0; i < 25; i++) {
        begin(w);
        assert_true(snprintf(key, sizeof key, "some%d", numbers++) > 0);
        assert_true(add_inbox(w, key, DAY, 0, "x") > 0);
        commit(w);
    }
    w->store->tidy_at_ms = 0;
}

/* What the disk has is unknown then, and a further try would say "done". */
static void a_tidying_that_fails_is_told(void **state)
{
    struct world *w = *state;
    add_some(w);
    below.no_sync = true;
    assert_false(store_tidy(w->store));
    assert_non_null(strstr(store_reason(w->store), "I/O"));
}

/* One that reads what is there now; the log holds more then. */
static sqlite3 *reader_behind(struct world *w)
{
    sqlite3 *reader = opened(w->path, NULL);
    add_some(w);
    must(reader, "BEGIN");
    assert_int_equal(asked(reader, "SELECT count(*) > 0 FROM inbox"), 1);
    add_some(w);
    below.syncs = 0;
    return reader;
}

/* Else the last of many parts would wait for the sync of them all. */
static void a_part_is_synced_at_once(void **state)
{
    struct world *w = *state;
    sqlite3 *reader = reader_behind(w);
    assert_true(store_tidy(w->store));
    assert_int_equal(below.syncs, 1);
    add_some(w);
    assert_true(store_tidy(w->store)); /* which copies nothing */
    assert_int_equal(below.syncs, 1);
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
}

static void a_part_whose_sync_failed_is_never_done(void **state)
{
    struct world *w = *state;
    sqlite3 *reader = reader_behind(w);
    below.no_sync = true;
    assert_true(store_tidy(w->store)); /* SQLite does not look */
    assert_int_equal(below.syncs, 1);
    must(reader, "COMMIT");
    below.no_sync = false;
    for (int i = 0; i < 3; i++) {
        add_some(w);
        assert_false(store_tidy(w->store));
        assert_non_null(strstr(store_reason(w->store), "I/O"));
    }
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
}

static void a_checkpoint_in_a_commit_that_fails_is_told(void **state)
{
    struct world *w = *state;
    assert_int_equal(engine_run(w->store->engine, "CREATE TABLE large (bytes BLOB)"), ENGINE_DONE);
    for (int i = 0; i < 45; i++) { /* 45 MB: the log is longer than it may be */
        below.no_sync = i > 20;
        begin(w);
        assert_int_equal(engine_run(w->store->engine, "INSERT INTO large VALUES (zeroblob(1000000))"),
                         ENGINE_DONE);
        enum store_commit outcome = store_commit(w->store);
        if (outcome == STORE_DONE)
            continue;
        assert_int_equal(outcome, STORE_UNKNOWN);
        assert_in_range(i, 35, 44);
        return;
    }
    fail_msg("the log grew to 45 MB, and nobody was told");
}

/* ---- asked of the log itself ---- */

enum { FAR = 1 << 20, SPAN = 1 << 18 }; /* behind all frames */

static sqlite3_file *log_of(sqlite3 *db)
{
    sqlite3_file *log = NULL;
    assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log), SQLITE_OK);
    assert_non_null(log->pMethods);
    return log;
}

/* A database through the gathering VFS, in a transaction that writes; and one that keeps its log alive. */
static sqlite3 *writing(const struct world *w, char path[192], sqlite3 **plain)
{
    in_folder(w, "t.db", path);
    sqlite3 *db = opened(path, gather_vfs());
    must(db, SETTINGS "FULL");
    must(db, TABLE);
    *plain = opened(path, NULL);
    must(*plain, "PRAGMA wal_autocheckpoint=0");
    assert_int_equal(asked(*plain, "SELECT count(*) FROM t"), 0);
    must(db, "BEGIN IMMEDIATE");
    return db;
}

static void on_disk_as(const char *path, const char *bytes, int n)
{
    char name[200], got[4096];
    assert_in_range(snprintf(name, sizeof name, "%s-wal", path), 1, 199);
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, FAR, SEEK_SET), 0);
    for (int at = 0; at < n; at += (int)sizeof got) {
        size_t part = (size_t)(n - at) < sizeof got ? (size_t)(n - at) : sizeof got;
        assert_int_equal(fread(got, 1, part, f), part);
        assert_memory_equal(got, bytes + at, part);
    }
    assert_int_equal(fgetc(f), EOF);
    assert_int_equal(fclose(f), 0);
}

static void pieces_of_every_size_and_order(void **state)
{
    static const int sizes[] = {1, 24, 1024, 1048, 4096, 30000, 65535, 65536, 65537, 70000};
    struct world *w = *state;
    char path[192], *model = arena_alloc(w->arena, SPAN), *got = arena_alloc(w->arena, SPAN);
    sqlite3 *plain, *db = writing(w, path, &plain);
    sqlite3_file *log = log_of(db);
    int size = 0, next = 0;
    unsigned dice = 1;
    memset(model, 0, SPAN);
    for (int i = 0; i < 20000; i++) {
        dice = dice * 1103515245 + 12345;
        int roll = (int)(dice >> 16) % 100, n = sizes[(dice >> 8) % 10],
            at = roll < 70 ? next : (int)((dice >> 4) % SPAN);
        if (roll < 85) {
            if (n > SPAN - at)
                at = 0;
            memset(model + at, i, (size_t)n);
            assert_int_equal(log->pMethods->xWrite(log, model + at, n, FAR + at), SQLITE_OK);
            next = at + n;
            size = next > size ? next : size;
        } else if (roll < 93 && size > 0) {
            n = n < size - at % size ? n : size - at % size;
            assert_int_equal(log->pMethods->xRead(log, got, n, FAR + at % size), SQLITE_OK);
            assert_memory_equal(got, model + at % size, (size_t)n);
        } else if (roll < 95) {
            sqlite3_int64 told = 0;
            assert_int_equal(log->pMethods->xFileSize(log, &told), SQLITE_OK);
            assert_int_equal(told, FAR + size);
        } else if (roll < 97 && size > 0) {
            size = at % size + 1;
            assert_int_equal(log->pMethods->xTruncate(log, FAR + size), SQLITE_OK);
            memset(model + size, 0, (size_t)(SPAN - size));
        } else if (roll < 98) {
            assert_int_equal(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), SQLITE_OK);
            assert_int_equal(below.unsynced, 0);
            on_disk_as(path, model, size);
        } else {
            /* no control that it knows: what was written is there whatever it was asked */
            assert_int_equal(log->pMethods->xFileControl(log, 100000, NULL), SQLITE_NOTFOUND);
            on_disk_as(path, model, size);
        }
    }
    must(db, "ROLLBACK");
    on_disk_as(path, model, size);
    must(db, "BEGIN IMMEDIATE");
    assert_int_equal(log->pMethods->xWrite(log, "end", 3, FAR + size), SQLITE_OK);
    memcpy(model + size, "end", 3);
    assert_int_equal(sqlite3_close(db), SQLITE_OK); /* rolls back */
    on_disk_as(path, model, size + 3);
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
}

/* From the first call that may tell of it until the write lock is given back. */
static void a_failure_stands_as_long_as_its_transaction(void **state)
{
    struct world *w = *state;
    char path[192], bytes[1024] = "x", got[1024];
    sqlite3_int64 size;
    sqlite3 *plain, *db = writing(w, path, &plain);
    sqlite3_file *log = log_of(db);
    for (int first = 0; first < 6; first++) {
        heal();
        assert_int_equal(log->pMethods->xWrite(log, bytes, 1024, FAR), SQLITE_OK);
        assert_int_equal(log->pMethods->xWrite(log, bytes, 1024, FAR + 1024), SQLITE_OK);
        below.fails_at = 1;
        below.fails_with = SQLITE_FULL;
        for (int i = 0; i < 6; i++) {
            int asks = (first + i) % 6;
            int rc = asks == 0   ? log->pMethods->xWrite(log, bytes, 1024, FAR + 9999)
                     : asks == 1 ? log->pMethods->xRead(log, got, 1, FAR)
                     : asks == 2 ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL)
                     : asks == 3 ? log->pMethods->xTruncate(log, FAR)
                     : asks == 4 ? log->pMethods->xFileSize(log, &size)
                                 : log->pMethods->xFileControl(log, 100000, NULL);
            assert_int_equal(rc, SQLITE_FULL);
            assert_int_equal(below.writes, 1);
            assert_int_equal(log->pMethods->xRead(log, got, 1024, 32 + 24), SQLITE_OK);
        }
        assert_int_not_equal(run(db, "CREATE TABLE u (n INTEGER);COMMIT"), SQLITE_OK);
        assert_int_equal(asked(plain, "SELECT count(*) FROM sqlite_schema WHERE name = 'u'"), 0);
        if (sqlite3_get_autocommit(db) == 0)
            must(db, "ROLLBACK");
        must(db, ROWS(1, 1, 50) ";DELETE FROM t;BEGIN IMMEDIATE");
        assert_int_equal(asked(plain, SOUND), 1);
    }
    must(db, "ROLLBACK");
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* What overflows the cache and cannot be written is told by its own statement, not only at the commit. */
static void told_as_soon_as_it_is_known(void **state)
{
    struct world *w = *state;
    char path[192];
    sqlite3 *plain, *db = writing(w, path, &plain);
    heal();
    below.fails_at = 1;
    below.fails_with = SQLITE_FULL;
    assert_int_equal(run(db, "INSERT INTO t VALUES (1, 1, 1, hex(zeroblob(400000)))"), SQLITE_FULL);
    assert_int_equal(below.writes, 1);
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* One transaction whose statements go on after one that failed, as far as SQLite lets them:
 * what it holds once COMMIT was answered "done" must be what each of them said. */
static void attempt(sqlite3 *db, sqlite3 *plain)
{
    static const struct {
        const char *does, *finds;
        int rows;
    } steps[] = {
        {ROWS(1, 1001, 1040), "SELECT count(*) FROM t WHERE batch = 1 AND n < 200000 OR batch = 11", 40},
        {ROWS(2, 1041, 1240), "SELECT count(*) FROM t WHERE batch = 2", 200},
        {"UPDATE t SET n = n + 200000 WHERE batch = 0", "SELECT count(*) FROM t WHERE n >= 200000", 100},
        {"UPDATE t SET batch = 11 WHERE batch = 1", "SELECT count(*) FROM t WHERE batch = 11", 40},
        {ROWS(3, 1241, 1260), "SELECT count(*) FROM t WHERE batch = 3", 20},
    };
    enum { STEPS = sizeof steps / sizeof *steps };
    bool said[STEPS] = {false}, gone = run(db, "BEGIN IMMEDIATE") != SQLITE_OK;
    for (int i = 0; i < STEPS && !gone; i++) {
        said[i] = run(db, steps[i].does) == SQLITE_OK;
        gone = sqlite3_get_autocommit(db) != 0;
    }
    bool done = !gone && run(db, "COMMIT") == SQLITE_OK;
    if (sqlite3_get_autocommit(db) == 0)
        (void)run(db, "ROLLBACK");
    if (done)
        assert_int_equal(below.unsynced, 0);
    assert_int_equal(asked(plain, SOUND), 1);
    assert_int_equal(asked(plain, "SELECT count(*) FROM t WHERE batch = 0"), 100);
    for (int i = 0; i < STEPS; i++) {
        bool there = done && said[i] && (i != 3 || said[0]);
        assert_int_equal(asked(plain, steps[i].finds), there ? steps[i].rows : 0);
    }
}

/* Every write of it fails once, alone or with all that follow. */
static void whatever_fails_nothing_said_is_lost(void **state)
{
    static const int codes[] = {SQLITE_FULL, SQLITE_IOERR_WRITE};
    struct world *w = *state;
    char path[192];
    in_folder(w, "t.db", path);
    sqlite3 *db = opened(path, gather_vfs()), *plain = opened(path, NULL);
    must(db, SETTINGS "FULL");
    must(db, TABLE);
    must(db, ROWS(0, 1, 100));
    must(plain, "PRAGMA wal_autocheckpoint=0");
    for (int kind = 0; kind < 4; kind++) {
        int n = 1;
        do {
            heal();
            below.fails_at = n;
            below.fails_with = codes[kind % 2];
            below.lasts = kind < 2;
            attempt(db, plain);
            below.fails_at = below.writes < n ? -1 : 0;
            must(db, "DELETE FROM t WHERE batch <> 0;UPDATE t SET n = n - 200000 WHERE n >= 200000");
            must(db, "PRAGMA wal_checkpoint(TRUNCATE)");
            assert_int_equal(asked(plain, "SELECT count(*) FROM t WHERE n < 200000"), 100);
            assert_int_equal(asked(plain, SOUND), 1);
        } while (n++ < 5000 && below.fails_at == 0);
        assert_in_range(n, 10, 4000);
    }
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Less than FULL does not wait for the log, and cannot be told; it is not gone on with. */
static void published_and_not_written_is_the_end(void **state)
{
    struct world *w = *state;
    char path[192];
    in_folder(w, "t.db", path);
    sqlite3 *db = opened(path, gather_vfs());
    must(db, SETTINGS "NORMAL");
    must(db, TABLE);
    sqlite3 *plain = opened(path, NULL);
    must(plain, "PRAGMA wal_autocheckpoint=0");
    must(db, ROWS(1, 1, 20));
    assert_int_equal(asked(plain, "SELECT count(*) FROM t"), 20); /* the barrier wrote it */
    heal();
    below.fails_at = 1;
    below.fails_with = SQLITE_FULL;
    (void)run(db, ROWS(2, 21, 40));
    heal();
    assert_int_equal(run(db, ROWS(3, 41, 60)), SQLITE_FULL);
    assert_int_equal(run(db, "SELECT count(*) FROM t"), SQLITE_FULL);
    assert_int_equal(below.writes, 0);
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Found out after the frames were synced it would be an outcome that nobody knows. */
static void no_room_for_the_index_is_told_before_the_frames(void **state)
{
    struct world *w = *state;
    static const char rows[] = "INSERT INTO t (text) SELECT hex(randomblob(400)) FROM (VALUES (1), (2), (3))";
    char path[192];
    in_folder(w, "t.db", path);
    sqlite3 *db = opened(path, gather_vfs()), *plain = opened(path, NULL);
    must(db, SETTINGS "FULL");
    must(db, TABLE);
    must(plain, "PRAGMA wal_autocheckpoint=0");
    int n = 0, before = 0;
    for (int regions = 2; regions < 5; regions++, before = n) {
        below.regions = regions;
        while (run(db, rows) == SQLITE_OK && n < 5000)
            n++;
        assert_in_range(n, before + 50, 4999);
        assert_int_equal(sqlite3_errcode(db), SQLITE_FULL);
        must(plain, "BEGIN IMMEDIATE;ROLLBACK"); /* the lock was given back */
        heal();
        assert_int_equal(asked(db, "SELECT count(*) FROM t"), 3 * n);
        assert_int_equal(asked(plain, "SELECT count(*) FROM t"), 3 * n);
    }
    assert_int_equal(asked(plain, SOUND), 1);
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void no_shared_memory_no_writer(void **state)
{
    struct world *w = *state;
    struct error e = {""};
    char path[192];
    in_folder(w, "new.db", path);
    vfs.without_shm = true;
    struct store *store = store_open(path, STORE_WRITER, &e);
    vfs.without_shm = false;
    assert_null(store);
    assert_true(strlen(e.text) > 0);
}

#define CASE(fn)                \
    {                           \
#fn, fn, up, down, NULL \
    }

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(the_same_bytes_in_fewer_writes),
        CASE(committed_is_written_synced_and_seen),
        CASE(overflow_is_nobodys_business),
        CASE(a_failure_is_the_commits),
        CASE(a_tidying_that_fails_is_told),
        CASE(a_checkpoint_in_a_commit_that_fails_is_told),
        CASE(a_part_is_synced_at_once),
        CASE(a_part_whose_sync_failed_is_never_done),
        CASE(pieces_of_every_size_and_order),
        CASE(a_failure_stands_as_long_as_its_transaction),
        CASE(told_as_soon_as_it_is_known),
        CASE(whatever_fails_nothing_said_is_lost),
        CASE(published_and_not_written_is_the_end),
        CASE(no_room_for_the_index_is_told_before_the_frames),
        CASE(no_shared_memory_no_writer),
    };
    if (argc == 3)
        return finds(argv[1], argv[2]);
    return cmocka_run_group_tests_name("store, its log gathered", tests, start, NULL);
}
