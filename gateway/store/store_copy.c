/* Copies of the database: backup, restore, and the one made before a
 * migration.  A copy is made beside its place and renamed into it once it is
 * whole, looked through and synced, so that no half of one ever stands there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/store/query.h"

/* Given out since the copy was made, perhaps, and unknown to it: so many are skipped. */
enum { REFERENCES_SKIPPED = 100000, NEEDS_SKIPPED = 100 };

struct path {
    char text[4200];
};

static bool path_with(struct path *path, const char *base, const char *suffix, struct error *e)
{
    int n = snprintf(path->text, sizeof path->text, "%s%s", base, suffix);
    return (n > 0 && (size_t)n < sizeof path->text) || error_set(e, "%s: the path is too long", base);
}

static bool fault(struct error *e, const char *path)
{
    return error_set(e, "%s: %s", path, strerror(errno));
}

/* So that a rename is on disk too. */
static bool sync_folder_of(const char *path, struct error *e)
{
    struct path folder;
    const char *slash = strrchr(path, '/');
    int n = slash == NULL ? 1 : (int)(slash - path) + 1;
    int printed = snprintf(folder.text, sizeof folder.text, "%.*s", n, slash == NULL ? "." : path);
    int fd = printed > 0 && printed < (int)sizeof folder.text ? open(folder.text, O_RDONLY | O_CLOEXEC) : -1;
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good)
        fault(e, folder.text);
    if (fd >= 0 && close(fd) != 0)
        good = good && fault(e, folder.text);
    return good;
}

static bool remove_if_there(const char *path, struct error *e)
{
    return unlink(path) == 0 || errno == ENOENT || fault(e, path);
}

/* An empty file that only we can read, nothing of an earlier try beside it. */
static bool start_file(const char *path, struct error *e)
{
    static const char *const beside[] = {"", "-journal", "-wal", "-shm"};
    struct path old;
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++)
        if (!path_with(&old, path, beside[i], e) || !remove_if_there(old.text, e))
            return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return (fd >= 0 && close(fd) == 0) || fault(e, path);
}

/* The log of what stood there would ruin the copy. */
static bool put_in_place(const char *part, const char *to, struct error *e)
{
    struct path wal, shm;
    return path_with(&wal, to, "-wal", e) && path_with(&shm, to, "-shm", e) && remove_if_there(wal.text, e) &&
           remove_if_there(shm.text, e) && (rename(part, to) == 0 || fault(e, to)) && sync_folder_of(to, e);
}

bool copy_into_place(struct engine *engine, const char *to, struct error *e)
{
    struct path part;
    if (!path_with(&part, to, ".part", e) || !start_file(part.text, e))
        return false;
    if (engine_copy(engine, part.text, e) && put_in_place(part.text, to, e))
        return true;
    /* what is left of it would only take room; the fault is told already */
    (void)unlink(part.text);
    return false;
}

static bool same_file(const char *a, const char *b)
{
    struct stat one, two;
    return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

bool store_copy(const char *from, const char *to, struct error *e)
{
    if (same_file(from, to))
        return error_set(e, "%s is the database itself", to);
    struct store *store = store_open(from, STORE_READER, e);
    bool good = store != NULL && copy_into_place(store->engine, to, e);
    store_close(store);
    return good;
}

/* ---- restoring ---- */

static void skip(struct store *store, const char *counter, int64_t by)
{
    struct query q = query_begin(store, QUERY_counter_skip);
    query_int(&q, by);
    query_text(&q, str_of(counter));
    query_run(&q);
}

static void hold(struct store *store, enum query_name name, int64_t now_ms)
{
    struct query q = query_begin(store, name);
    query_int(&q, now_ms);
    query_text(&q, STR("it waited in a backup that was restored; it may have gone out since"));
    query_run(&q);
}

/* What the copy would do again is stopped, before it takes its place. */
static bool make_safe(const char *path, int64_t now_ms, int64_t *held, struct error *e)
{
    struct store *store = store_open_as(path, STORE_WRITER, false, e);
    bool good = store != NULL && store_begin(store);
    if (good) {
        hold(store, QUERY_outbox_hold_events, now_ms);
        hold(store, QUERY_outbox_hold, now_ms);
        struct query paused = query_begin(store, QUERY_broadcast_pause_all);
        query_run(&paused); /* a person says which of them go on */
        paused = query_begin(store, QUERY_call_pause_all);
        query_run(&paused);
        skip(store, "reference", REFERENCES_SKIPPED);
        skip(store, "need", NEEDS_SKIPPED);
        *held = query_count(store, QUERY_outbox_held_count);
        good = store_commit(store) == STORE_DONE;
    }
    if (store != NULL && !good) {
        error_set(e, "%s: %s", path, store_reason(store));
        store_rollback(store);
    }
    store_close(store); /* which folds its log into it */
    struct path wal;
    return good && path_with(&wal, path, "-wal", e) &&
           (access(wal.text, F_OK) != 0 || error_set(e, "%s: its log could not be folded in", path));
}

static bool copy_checked(const char *from, const char *to, struct error *e)
{
    if (access(from, R_OK) != 0)
        return fault(e, from);
    struct store *store = store_open(from, STORE_READER, e);
    bool good = store != NULL;
    store_close(store);
    return good && store_copy(from, to, e);
}

/* The log of a sound database is folded into it; that of a broken one is
 * moved aside with it.  A log of one database beside another would ruin it. */
static bool put_aside(const char *database, const char *kept, struct error *e)
{
    static const char *const beside[] = {"-wal", "-shm"};
    struct error ignored;
    struct path from, to;
    engine_close(engine_open(database, ENGINE_WRITER, &ignored));
    for (size_t i = 0; i < 2; i++) {
        if (!path_with(&from, database, beside[i], e) || !path_with(&to, kept, beside[i], e))
            return false;
        if (rename(from.text, to.text) != 0 && errno != ENOENT) /* gone: it was folded in */
            return fault(e, from.text);
    }
    /* A second name, so that at every instant a database stands in the place. */
    return link(database, kept) == 0 || fault(e, kept);
}

static bool name_kept(const char *database, int64_t now_ms, struct store_restored *restored, struct error *e)
{
    char stamp[40];
    struct tm tm;
    time_t seconds = (time_t)(now_ms / 1000);
    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(stamp, sizeof stamp, ".replaced-%Y%m%dT%H%M%SZ", &tm) == 0)
        return error_set(e, "the clock cannot be read");
    int n = snprintf(restored->kept, sizeof restored->kept, "%s%s", database, stamp);
    return (n > 0 && (size_t)n < sizeof restored->kept) || error_set(e, "%s: the path is too long", database);
}

static bool restore_by(const struct path *ready, const char *from, const char *to, int64_t now_ms,
                       struct store_restored *restored, struct error *e)
{
    return copy_checked(from, ready->text, e) && make_safe(ready->text, now_ms, &restored->held, e) &&
           (access(to, F_OK) != 0 ||
            (name_kept(to, now_ms, restored, e) && put_aside(to, restored->kept, e))) &&
           put_in_place(ready->text, to, e);
}

bool store_restore(const char *from, const char *to, int64_t now_ms, struct store_restored *restored,
                   struct error *e)
{
    struct path ready;
    *restored = (struct store_restored){.held = 0};
    if (same_file(from, to))
        return error_set(e, "%s is the database itself", from);
    if (!path_with(&ready, to, ".restoring", e))
        return false;
    if (restore_by(&ready, from, to, now_ms, restored, e))
        return true;
    /* what is left of it would only take room; the fault is told already */
    (void)unlink(ready.text);
    return false;
}

const char *store_engine_version(void)
{
    return engine_version;
}
