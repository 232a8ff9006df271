/* Disks that are full or broken: what is reported, what is rolled back, and
 * that the store works again afterwards.
 *
 * A VFS of ours stands before SQLite's own and fails writes or syncs on
 * demand, so no root and no small disk is needed; one case uses the kernel's
 * own limit on file sizes (RLIMIT_FSIZE). */
#include "tests/store/store_world.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

enum { TABLES = 4 }; /* SQLite has a table of functions for each kind of locking */

static struct {
    sqlite3_vfs *real;
    sqlite3_vfs ours;
    const sqlite3_io_methods *methods[TABLES];
    sqlite3_io_methods patched[TABLES];
    int write_fails, sync_fails; /* SQLite's codes, or 0 */
} vfs;

static const sqlite3_io_methods *real_methods(const sqlite3_file *file)
{
    return vfs.methods[file->pMethods - vfs.patched];
}

static int on_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    return vfs.write_fails != 0 ? vfs.write_fails : real_methods(file)->xWrite(file, bytes, n, at);
}

static int on_sync(sqlite3_file *file, int flags)
{
    return vfs.sync_fails != 0 ? vfs.sync_fails : real_methods(file)->xSync(file, flags);
}

static int on_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)self;
    int rc = vfs.real->xOpen(vfs.real, name, file, flags, out);
    if (rc != SQLITE_OK || file->pMethods == NULL)
        return rc;
    int i = 0;
    while (i < TABLES && vfs.methods[i] != NULL && vfs.methods[i] != file->pMethods)
        i++;
    if (i == TABLES)
        fail_msg("more kinds of files than expected");
    vfs.methods[i] = file->pMethods;
    vfs.patched[i] = *file->pMethods;
    vfs.patched[i].xWrite = on_write;
    vfs.patched[i].xSync = on_sync;
    file->pMethods = &vfs.patched[i];
    return rc;
}

static int start(void **state)
{
    (void)state;
    vfs.real = sqlite3_vfs_find(NULL);
    vfs.ours = *vfs.real;
    vfs.ours.zName = "failing";
    vfs.ours.xOpen = on_open;
    return sqlite3_vfs_register(&vfs.ours, 1);
}

static int up_sound(void **state)
{
    vfs.write_fails = vfs.sync_fails = 0;
    return up_file(state);
}

static int64_t messages(struct world *w)
{
    struct store_figures figures;
    store_figures(w->store, &figures);
    return figures.messages_in;
}

static void works_again(struct world *w, const char *key, int64_t before)
{
    vfs.write_fails = vfs.sync_fails = 0;
    store_rollback(w->store);
    assert_int_equal(store_failed(w->store), STORE_FINE);
    assert_int_equal(messages(w), before);
    begin(w);
    assert_true(add_inbox(w, key, DAY, 0, "after") > 0);
    commit(w);
    assert_int_equal(messages(w), before + 1);
}

static void full_at_commit_is_surely_not_done(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    vfs.write_fails = SQLITE_FULL;
    assert_int_equal(store_commit(w->store), STORE_NOT_DONE);
    assert_int_not_equal(store_failed(w->store), STORE_FINE);
    assert_true(strlen(store_reason(w->store)) > 0);
    works_again(w, "a", 0);
}

/* A batch that outgrows the page cache is written before its commit. */
static void full_in_the_middle_is_reported(void **state)
{
    struct world *w = *state;
    struct str big = repeated(w->arena, "0123456789abcdef", 1 << 14);
    const char *text = str_cstr(w->arena, big);
    char key[24];
    int i = 0;
    begin(w);
    vfs.write_fails = SQLITE_FULL;
    for (; i < 400 && store_failed(w->store) == STORE_FINE; i++) {
        assert_true(snprintf(key, sizeof key, "k%d", i) > 0);
        int64_t id = add_inbox(w, key, DAY, 0, text);
        assert_int_equal(id != 0, store_failed(w->store) == STORE_FINE);
    }
    assert_in_range(i, 2, 399);
    assert_true(store_failed(w->store) == STORE_ENGINE_BAD || store_failed(w->store) == STORE_GONE);
    vfs.write_fails = 0;
    assert_int_equal(store_commit(w->store), STORE_NOT_DONE);
    works_again(w, "a", 0);
}

/* It may be there after a restart: unknown, and never acknowledged. */
static void a_sync_that_fails_is_unknown(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    vfs.sync_fails = SQLITE_IOERR_FSYNC;
    assert_int_equal(store_commit(w->store), STORE_UNKNOWN);
    vfs.sync_fails = 0;
    store_close(w->store);
    w->store = open_or_fail(w->path, STORE_WRITER);
    assert_in_range(messages(w), 0, 1); /* either, and whole */
}

static void a_write_that_fails_at_commit_is_unknown(void **state)
{
    struct world *w = *state;
    begin(w);
    assert_true(add_inbox(w, "a", DAY, 0, "x") > 0);
    vfs.write_fails = SQLITE_IOERR_WRITE;
    assert_int_equal(store_commit(w->store), STORE_UNKNOWN);
    vfs.write_fails = 0;
    works_again(w, "b", messages(w));
}

static void a_new_database_on_a_full_disk_is_refused(void **state)
{
    struct world *w = *state;
    struct error e = {""};
    char path[192];
    in_folder(w, "new.db", path);
    vfs.write_fails = SQLITE_FULL;
    struct store *store = store_open(path, STORE_WRITER, &e);
    vfs.write_fails = 0;
    assert_null(store);
    assert_non_null(strstr(e.text, "full"));
    store_close(open_or_fail(path, STORE_WRITER)); /* nothing half made was left */
}

static void the_kernels_limit_is_reported(void **state)
{
    struct world *w = *state;
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    small = old;
    small.rlim_cur = (rlim_t)store_wal_bytes(w->store) + 8192;
    begin(w);
    const char *text = str_cstr(w->arena, repeated(w->arena, "0123456789abcdef", 1 << 12));
    assert_true(add_inbox(w, "a", DAY, 0, text) > 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum store_commit outcome = store_commit(w->store);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_not_equal(outcome, STORE_DONE);
    works_again(w, "b", 0);
}

#define SOUND(fn)                     \
    {                                 \
#fn, fn, up_sound, down, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        SOUND(full_at_commit_is_surely_not_done),
        SOUND(full_in_the_middle_is_reported),
        SOUND(a_sync_that_fails_is_unknown),
        SOUND(a_write_that_fails_at_commit_is_unknown),
        SOUND(a_new_database_on_a_full_disk_is_refused),
        SOUND(the_kernels_limit_is_reported),
    };
    return cmocka_run_group_tests_name("store on bad disks", tests, start, NULL);
}
