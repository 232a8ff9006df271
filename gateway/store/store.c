/* The store: opening, migrating, transactions, and running queries. */
#include "gateway/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/store/query.h"

static const char *const sql_of[QUERIES] = {
#define Q(name, sql) sql,
#include "gateway/store/queries.def"
#undef Q
};

/* migrations.S */
extern const char migration_0001[], migration_0002[], migration_0003[], migration_0004[], migration_0005[],
    migration_0006[];
static const char *const migrations[] = {migration_0001, migration_0002, migration_0003,
                                         migration_0004, migration_0005, migration_0006};
enum { MIGRATIONS = sizeof migrations / sizeof migrations[0] };

/* ---- queries ---- */

void query_fail(struct store *store, enum engine_result result)
{
    if (store->failed != STORE_FINE)
        return;
    store->failed = result == ENGINE_CONFLICT ? STORE_CONFLICT
                    : result == ENGINE_LATE   ? STORE_LATE
                                              : STORE_ENGINE_BAD;
    if (store->failed == STORE_ENGINE_BAD && !engine_in_transaction(store->engine))
        store->failed = STORE_GONE;
    error_set(&store->reason, "%s", engine_reason(store->engine));
}

struct query query_begin(struct store *store, enum query_name name)
{
    struct query q = {store, NULL, 1, 0};
    if (store->failed != STORE_FINE)
        return q;
    if (store->prepared[name] == NULL)
        store->prepared[name] = engine_prepare(store->engine, sql_of[name], NULL);
    if (store->prepared[name] == NULL)
        query_fail(store, ENGINE_FAULT);
    q.statement = store->prepared[name];
    return q;
}

static void bind(struct query *q, enum engine_value_kind kind, int64_t n, struct str s)
{
    struct engine_value value = {kind, n, s};
    if (q->statement != NULL && !engine_bind(q->statement, q->next++, &value)) {
        query_fail(q->store, ENGINE_FAULT);
        engine_reset(q->statement);
        q->statement = NULL;
    }
}

void query_int(struct query *q, int64_t value)
{
    bind(q, VALUE_INT, value, (struct str){NULL, 0});
}

void query_text(struct query *q, struct str value)
{
    bind(q, VALUE_TEXT, 0, value);
}

void query_text_or_null(struct query *q, struct str value)
{
    bind(q, value.n > 0 ? VALUE_TEXT : VALUE_NULL, 0, value);
}

void query_blob(struct query *q, struct str value)
{
    bind(q, VALUE_BLOB, 0, value);
}

bool query_row(struct query *q)
{
    if (q->statement == NULL)
        return false;
    enum engine_result result = engine_step(q->statement);
    q->column = 0;
    if (result == ENGINE_ROW)
        return true;
    if (result != ENGINE_DONE)
        query_fail(q->store, result);
    engine_reset(q->statement);
    q->statement = NULL;
    return false;
}

int64_t query_take_int(struct query *q)
{
    return q->statement != NULL ? engine_int(q->statement, q->column++) : 0;
}

struct str query_see_text(struct query *q)
{
    return q->statement != NULL ? engine_text(q->statement, q->column++) : STR("");
}

struct str query_take_text(struct query *q, struct arena *arena)
{
    return str_dup(arena, query_see_text(q));
}

void query_end(struct query *q)
{
    if (q->statement != NULL)
        engine_reset(q->statement);
    q->statement = NULL;
}

void query_run(struct query *q)
{
    while (query_row(q))
        ;
}

/* ---- transactions ---- */

static bool run(struct store *store, const char *sql)
{
    enum engine_result result = engine_run(store->engine, sql);
    if (result != ENGINE_DONE)
        query_fail(store, result);
    return result == ENGINE_DONE;
}

bool store_begin(struct store *store)
{
    store->failed = STORE_FINE;
    store->sequence = 0;
    return run(store, store->mode == STORE_READER ? "BEGIN" : engine_begin_write);
}

/* A COMMIT that failed on I/O may be there after a restart: unknown.  One that
 * was refused with the transaction still open is surely not there. */
enum store_commit store_commit(struct store *store)
{
    if (store->sequence > 0 && engine_in_transaction(store->engine))
        sequence_keep(store);
    if (store->failed != STORE_FINE || !engine_in_transaction(store->engine))
        return STORE_NOT_DONE; /* half of something is never kept */
    enum engine_result result = engine_run(store->engine, "COMMIT");
    store->commits++;
    if (result == ENGINE_DONE)
        return STORE_DONE;
    query_fail(store, result);
    return result == ENGINE_IO || (result == ENGINE_FAULT && !engine_in_transaction(store->engine))
               ? STORE_UNKNOWN
               : STORE_NOT_DONE;
}

void store_rollback(struct store *store)
{
    if (engine_in_transaction(store->engine) && engine_run(store->engine, "ROLLBACK") != ENGINE_DONE)
        error_set(&store->reason, "rollback: %s", engine_reason(store->engine));
    store->failed = STORE_FINE;
}

bool store_tidy(struct store *store)
{
    enum { COMMITS = 25, EVERY_MS = 50, REST_MS = 10 * 1000 };
    int64_t now_ms = clock_steady_ms();
    if (store->commits < COMMITS || now_ms < store->tidy_at_ms)
        return true;
    enum engine_result result = engine_run(store->engine, engine_tidy);
    if (result != ENGINE_DONE)
        error_set(&store->reason, "%s", engine_reason(store->engine));
    store->commits = 0;
    store->tidy_at_ms = now_ms + (result == ENGINE_DONE ? EVERY_MS : REST_MS);
    return result != ENGINE_IO;
}

static bool run_prepared(struct store *store, enum query_name name)
{
    struct query q = query_begin(store, name);
    query_run(&q);
    return store->failed == STORE_FINE;
}

bool store_savepoint(struct store *store)
{
    return run_prepared(store, QUERY_savepoint);
}

bool store_savepoint_keep(struct store *store)
{
    return run_prepared(store, QUERY_savepoint_keep);
}

void store_savepoint_undo(struct store *store)
{
    if (!engine_in_transaction(store->engine)) {
        store->failed = STORE_GONE;
        return;
    }
    store->failed = STORE_FINE;
    if (!run_prepared(store, QUERY_savepoint_undo) || !run_prepared(store, QUERY_savepoint_keep))
        store->failed = STORE_ENGINE_BAD;
}

void store_deadline(struct store *store, int64_t ms)
{
    engine_deadline(store->engine, ms);
}

enum store_failure store_failed(const struct store *store)
{
    return store->failed;
}

const char *store_reason(const struct store *store)
{
    return store->reason.text;
}

/* ---- opening ---- */

/* The version is kept as a setting, in the same transaction as the tables it
 * stands for; both engines can do that. */
static int64_t version_of(struct store *store)
{
    struct statement *s = engine_prepare(store->engine, sql_of[QUERY_setting_get], NULL);
    struct engine_value name = {VALUE_TEXT, 0, STR("version")};
    int64_t version = 0;
    if (s == NULL) /* no table yet */
        return 0;
    if (engine_bind(s, 1, &name) && engine_step(s) == ENGINE_ROW) {
        struct str text = engine_text(s, 0);
        if (!str_to_i64(text, &version))
            version = -1;
    }
    engine_reset(s);
    return version;
}

void store_note_put(struct store *store, struct str name, struct str value)
{
    struct query q = query_begin(store, QUERY_setting_put);
    query_text(&q, name);
    query_blob(&q, value);
    query_run(&q);
}

struct str store_note(struct store *store, struct arena *arena, struct str name)
{
    struct query q = query_begin(store, QUERY_setting_get);
    query_text(&q, name);
    struct str value = query_row(&q) ? query_take_text(&q, arena) : (struct str){NULL, 0};
    query_end(&q);
    return value;
}

static bool migrate(struct store *store, int64_t from, struct error *e)
{
    char number[24];
    for (int64_t i = from; i < MIGRATIONS; i++) {
        int n = snprintf(number, sizeof number, "%lld", (long long)i + 1);
        bool done = store_begin(store) && run(store, migrations[i]);
        if (done)
            store_note_put(store, STR("version"), str_from(number, (size_t)n));
        if (done && i == 0) {
            crypto_random(&store->key, sizeof store->key);
            store_note_put(store, STR("reference_key"),
                           str_from((const char *)store->key.byte, sizeof store->key.byte));
        }
        if (!done || store->failed != STORE_FINE || store_commit(store) != STORE_DONE) {
            error_set(e, "migration %s: %s", number, store->reason.text);
            store_rollback(store);
            return false;
        }
    }
    return true;
}

/* An older database is copied beside itself before it is changed. */
static bool migrate_safely(struct store *store, int64_t from, bool keep_copy, struct error *e)
{
    char copy[4096];
    int n = snprintf(copy, sizeof copy, "%s.before-%04d", store->path, (int)MIGRATIONS);
    if (keep_copy && from > 0 && ((size_t)n >= sizeof copy || !copy_into_place(store->engine, copy, e)))
        return false;
    return migrate(store, from, e);
}

static bool load_key(struct store *store, struct error *e)
{
    struct query q = query_begin(store, QUERY_setting_get);
    query_text(&q, STR("reference_key"));
    bool found = query_row(&q);
    struct str key = found ? engine_text(q.statement, 0) : STR("");
    found = key.n == sizeof store->key.byte;
    if (found)
        memcpy(store->key.byte, key.p, key.n);
    query_end(&q);
    return found || error_set(e, "%s holds no key for references; is it Yavar's database?", store->path);
}

struct store *store_open_as(const char *path, enum store_mode mode, bool keep_copy, struct error *e)
{
    static const enum engine_mode engines[] = {ENGINE_WRITER, ENGINE_READER, ENGINE_MEMORY};
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL || (store->path = strdup(path)) == NULL) {
        free(store);
        error_set(e, "out of memory");
        return NULL;
    }
    store->mode = mode;
    store->engine = engine_open(path, engines[mode], e);
    int64_t version = store->engine != NULL ? version_of(store) : -1;
    bool good = store->engine != NULL;
    if (good && (version < 0 || version > MIGRATIONS))
        good = error_set(e, "%s is of version %lld and this program knows %d: use the newer program", path,
                         (long long)version, MIGRATIONS);
    if (good && version < MIGRATIONS)
        good = mode == STORE_READER ? error_set(e, "%s has not been set up yet", path)
                                    : migrate_safely(store, version, keep_copy, e);
    if (!good || !load_key(store, e)) {
        store_close(store);
        return NULL;
    }
    return store;
}

struct store *store_open(const char *path, enum store_mode mode, struct error *e)
{
    return store_open_as(path, mode, mode == STORE_WRITER, e);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    query_composed_forget(store);
    key_filter_free(&store->earlier.filter);
    engine_close(store->engine);
    free(store->path);
    free(store);
}

int store_lock(const char *path, struct error *e)
{
    char lock[4096];
    int n = snprintf(lock, sizeof lock, "%s.lock", path);
    int fd = n < (int)sizeof lock ? open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0) {
        error_set(e, "%s.lock: %s", path, strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error_set(e, "%s is in use by another yavar", path);
        (void)close(fd); /* only read from; nothing to lose */
        return -1;
    }
    return fd;
}

uint32_t store_reference(const struct store *store, int64_t sequence)
{
    return sequence >= 0 && sequence <= UINT32_MAX ? reference_from(&store->key, (uint32_t)sequence) : 0;
}

bool store_sequence(const struct store *store, uint32_t reference, int64_t *sequence)
{
    uint32_t found;
    if (!reference_to(&store->key, reference, &found))
        return false;
    *sequence = found;
    return true;
}

int64_t store_wal_bytes(const struct store *store)
{
    char wal[4096];
    struct stat st;
    int n = snprintf(wal, sizeof wal, "%s-wal", store->path);
    return n < (int)sizeof wal && stat(wal, &st) == 0 ? st.st_size : 0;
}

/* ---- figures ---- */

static void figures_of_outbox(struct store *store, struct store_figures *f)
{
    struct query q = query_begin(store, QUERY_outbox_counts);
    while (query_row(&q)) {
        struct str status = engine_text(q.statement, 0);
        int64_t count = engine_int(q.statement, 1);
        for (int i = 0; i < OUTBOX_STATUSES; i++)
            if (str_is(status, outbox_status_names[i]))
                f->by_status[i] = count;
        f->messages_out += count;
    }
    q = query_begin(store, QUERY_outbox_oldest);
    while (query_row(&q)) {
        int64_t lane = query_take_int(&q);
        if (lane >= 0 && lane < LANES)
            f->oldest_ms[lane] = query_take_int(&q);
    }
}

int64_t query_count(struct store *store, enum query_name name)
{
    struct query q = query_begin(store, name);
    int64_t count = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return count;
}

const char *const volunteer_status_names[VOLUNTEER_STATUSES] = {"invited", "active", "declined",
                                                                "left",    "listed", "forgotten"};
const char *const session_status_names[SESSION_STATUSES] = {"open", "done", "left", "dropped"};

static void count_by(struct store *store, enum query_name name, const char *const *names, size_t n,
                     int64_t *counts)
{
    struct query q = query_begin(store, name);
    while (query_row(&q))
        for (size_t i = 0; i < n; i++)
            if (str_is(engine_text(q.statement, 0), names[i]))
                counts[i] = engine_int(q.statement, 1);
}

void store_figures(struct store *store, struct store_figures *f)
{
    *f = (struct store_figures){0};
    struct query q = query_begin(store, QUERY_pledge_counts);
    if (query_row(&q)) {
        f->pledges = query_take_int(&q);
        f->pledged_rial = query_take_int(&q);
    }
    query_end(&q);
    count_by(store, QUERY_volunteer_counts, volunteer_status_names, VOLUNTEER_STATUSES, f->volunteers_by);
    count_by(store, QUERY_ussd_counts, session_status_names, SESSION_STATUSES, f->sessions_by);
    for (size_t i = 0; i < VOLUNTEER_STATUSES; i++)
        if (strcmp(volunteer_status_names[i], "active") == 0)
            f->volunteers = f->volunteers_by[i];
    f->needs_open = query_count(store, QUERY_need_counts);
    f->messages_in = query_count(store, QUERY_inbox_count);
    f->unanswered = query_count(store, QUERY_inbox_unanswered_count);
    figures_of_outbox(store, f);
}

void store_purge(struct store *store, int64_t before, int64_t now_ms, size_t most)
{
    static const enum query_name purges[] = {QUERY_inbox_purge, QUERY_outbox_purge, QUERY_outbox_event_purge,
                                             QUERY_ussd_purge};
    report_forget_early(store, now_ms);
    for (size_t i = 0; i < sizeof purges / sizeof purges[0]; i++) {
        struct query q = query_begin(store, purges[i]);
        query_int(&q, (int64_t)most);
        query_int(&q, purges[i] == QUERY_inbox_purge ? before : before * 1000);
        query_run(&q);
    }
}
