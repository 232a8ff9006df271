/* SQLite behind engine.h.
 *
 * WAL with synchronous=FULL: NORMAL loses acknowledged rows at a power cut.
 * A misspelt pragma is ignored in silence, so every setting is read back.
 * One writer, which alone checkpoints (readers: wal_autocheckpoint=0 and no
 * checkpoint at close), and no mmap: SQLite before 3.51.3 has a rare race when
 * two connections write or checkpoint at the same instant. */
#include "gateway/store/engine.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/store/gather_vfs.h"

/* SQLite gathers what RETURNING gives in a table of its own, which it makes and
 * drops each time: 20,000 instructions.  Two forms ask only for what it counts
 * anyhow; these are run without their RETURNING, and answered from its counts. */
enum returning {
    GIVES_ROWS,
    GIVES_COUNT, /* … RETURNING 1: a row of it for each row changed */
    GIVES_ID,    /* INSERT … VALUES … RETURNING id */
};

struct statement {
    sqlite3_stmt *stmt;
    struct statement *next;
    enum returning gives;
    bool ran;      /* counted forms, since their reset */
    int64_t count; /* of the rows still to be given */
};

struct engine {
    sqlite3 *db;
    struct statement *statements;
    int64_t until_ms; /* of the steady clock; 0: no deadline */
    int frames_most;  /* of the log, then it is brought into the database */
};

enum { LOG_MOST = 40 << 20 };

const char engine_begin_write[] = "BEGIN IMMEDIATE";
const char engine_tidy[] = "PRAGMA wal_checkpoint(PASSIVE)"; /* engine_run knows it by its address */
const char *const engine_version = sqlite3_version;

static enum engine_result result_of(int rc)
{
    switch (rc & 0xFF) {
    case SQLITE_ROW:
        return ENGINE_ROW;
    case SQLITE_OK:
    case SQLITE_DONE:
        return ENGINE_DONE;
    case SQLITE_CONSTRAINT:
        return ENGINE_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ENGINE_BUSY;
    case SQLITE_FULL:
        return ENGINE_FULL;
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        return ENGINE_IO;
    case SQLITE_INTERRUPT:
        return ENGINE_LATE;
    default:
        return ENGINE_FAULT;
    }
}

struct setting {
    const char *set, *get, *want;
};

static bool value_of(sqlite3 *db, const char *sql, char *out, size_t room)
{
    sqlite3_stmt *stmt = NULL;
    bool found =
        sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW;
    const unsigned char *text = found ? sqlite3_column_text(stmt, 0) : NULL;
    int n = text != NULL ? snprintf(out, room, "%s", (const char *)text) : -1;
    int rc = sqlite3_finalize(stmt);
    return rc == SQLITE_OK && n >= 0 && (size_t)n < room;
}

static bool apply(sqlite3 *db, const struct setting *settings, struct error *e)
{
    char got[64] = "";
    for (; settings->set != NULL || settings->get != NULL; settings++) {
        if (settings->set != NULL && sqlite3_exec(db, settings->set, NULL, NULL, NULL) != SQLITE_OK)
            return error_set(e, "%s: %s", settings->set, sqlite3_errmsg(db));
        if (settings->get == NULL)
            continue;
        got[0] = '\0';
        if (!value_of(db, settings->get, got, sizeof got) || strcmp(got, settings->want) != 0)
            return error_set(e, "SQLite says \"%s\" to \"%s\", not \"%s\"; refusing to run on less", got,
                             settings->get, settings->want);
    }
    return true;
}

static const struct setting writer_settings[] = {
    /* ours is the only writer: who else holds the lock is a stranger, and SIGTERM has 5 s */
    {"PRAGMA busy_timeout=250", "PRAGMA busy_timeout", "250"},
    /* A pledge changes a few pages in no order, each of which goes to the log as a whole: with small ones a
     * database of years takes more (docs/performance.md).  One made with larger pages keeps them. */
    {"PRAGMA page_size=1024", NULL, NULL},
    {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "wal"},
    {"PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"},
    {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"}, /* after_commit does it */
    {"PRAGMA journal_size_limit=67108864", "PRAGMA journal_size_limit", "67108864"},
    {"PRAGMA mmap_size=0", NULL, NULL},
    {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
    /* what is deleted or shortened is overwritten (yavar forget); Debian's library does it anyway */
    {"PRAGMA secure_delete=ON", "PRAGMA secure_delete", "1"},
    {"PRAGMA temp_store=MEMORY", "PRAGMA temp_store", "2"},
    {"PRAGMA cache_size=-8192", "PRAGMA cache_size", "-8192"},
    {NULL, NULL, NULL},
};
static const struct setting reader_settings[] = {
    {"PRAGMA busy_timeout=2000", "PRAGMA busy_timeout", "2000"},
    {"PRAGMA query_only=ON", "PRAGMA query_only", "1"},
    {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"},
    {"PRAGMA mmap_size=0", NULL, NULL},
    {"PRAGMA cache_size=-4096", "PRAGMA cache_size", "-4096"},
    {NULL, NULL, NULL},
};
static const struct setting memory_settings[] = {
    {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
    {NULL, NULL, NULL},
};

static bool set_up(sqlite3 *db, enum engine_mode mode, struct error *e)
{
    const struct setting *settings = mode == ENGINE_WRITER   ? writer_settings
                                     : mode == ENGINE_READER ? reader_settings
                                                             : memory_settings;
    if (sqlite3_extended_result_codes(db, 1) != SQLITE_OK)
        return error_set(e, "%s", sqlite3_errmsg(db));
    if (mode == ENGINE_READER &&
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) != SQLITE_OK)
        return error_set(e, "%s", sqlite3_errmsg(db));
    return apply(db, settings, e);
}

/* A checkpoint that finds no room, or cannot read or write, is only put off: the log stays.  But once its
 * sync has failed nobody knows what the disk has, and asked again it says "done": what readers let it copy
 * before is not copied twice. */
static enum engine_result bring_in_log(struct engine *engine)
{
    int rc = sqlite3_wal_checkpoint_v2(engine->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK ? ENGINE_DONE : rc == SQLITE_IOERR_FSYNC ? ENGINE_IO : ENGINE_BUSY;
}

/* In place of SQLite's own, which drops what came of it. */
static int after_commit(void *ctx, sqlite3 *db, const char *schema, int frames)
{
    struct engine *engine = ctx;
    (void)db, (void)schema; /* it has but one */
    bool well = frames < engine->frames_most || bring_in_log(engine) != ENGINE_IO;
    return well ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static bool watch_the_log(struct engine *engine, struct error *e)
{
    char text[24];
    int64_t page = 0;
    if (!value_of(engine->db, "PRAGMA page_size", text, sizeof text) || !str_to_i64(str_of(text), &page) ||
        page <= 0)
        return error_set(e, "its pages have no size");
    engine->frames_most = (int)(LOG_MOST / page);
    /* it gives back who watched before: SQLite itself, which was told to leave it */
    (void)sqlite3_wal_hook(engine->db, after_commit, engine);
    return true;
}

/* A log that is found may never have been synced (its writer was killed, or
 * its sync failed), and a repeat would be answered for rows that a power cut
 * still takes away.  A checkpoint syncs the log, then writes it all once more,
 * into the database.  On a full disk it gets as far as the first. */
static bool sync_what_was_found(sqlite3 *db, struct error *e)
{
    int rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK || (rc & 0xFF) == SQLITE_FULL ||
           error_set(e, "the log could not be synced: %s", sqlite3_errmsg(db));
}

struct engine *engine_open(const char *path, enum engine_mode mode, struct error *e)
{
    struct engine *engine = calloc(1, sizeof *engine);
    int flags = mode == ENGINE_READER ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (strncmp(path, "postgresql://", 13) == 0) {
        error_set(e, "%s: PostgreSQL is not supported yet; name an SQLite file", path);
        free(engine);
        return NULL;
    }
    /* Memory statistics cost a mutex an allocation and are of no use here.
     * Refused once SQLite runs, which is as good: the first opening took it. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    const char *vfs = mode == ENGINE_WRITER ? gather_vfs() : NULL;
    if (engine == NULL || (mode == ENGINE_WRITER && vfs == NULL) ||
        sqlite3_open_v2(mode == ENGINE_MEMORY ? ":memory:" : path, &engine->db, flags | SQLITE_OPEN_NOMUTEX,
                        vfs) != SQLITE_OK) {
        error_set(e, "%s: %s", path, engine && engine->db ? sqlite3_errmsg(engine->db) : "out of memory");
        engine_close(engine);
        return NULL;
    }
    struct error why;
    if (!set_up(engine->db, mode, &why) ||
        (mode == ENGINE_WRITER && !(watch_the_log(engine, &why) && sync_what_was_found(engine->db, &why)))) {
        error_set(e, "%s: %s", path, why.text);
        engine_close(engine);
        return NULL;
    }
    return engine;
}

void engine_close(struct engine *engine)
{
    if (engine == NULL)
        return;
    while (engine->statements != NULL) {
        struct statement *next = engine->statements->next;
        /* what a statement's last step said was told by that step */
        (void)sqlite3_finalize(engine->statements->stmt);
        free(engine->statements);
        engine->statements = next;
    }
    /* nothing is open any more, so that it cannot refuse */
    (void)sqlite3_close(engine->db);
    free(engine);
}

static void drop(struct engine *engine, struct statement *s)
{
    struct statement **at = &engine->statements;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    /* what its last step said was told by that step */
    (void)sqlite3_finalize(s->stmt);
    free(s);
}

static bool ends(const char *sql, const char *with)
{
    size_t n = strlen(sql), m = strlen(with);
    return n >= m && strcmp(sql + n - m, with) == 0;
}

static enum returning returning_of(const char *sql)
{
    if (ends(sql, " RETURNING 1"))
        return GIVES_COUNT;
    bool one_new_row = strncmp(sql, "INSERT ", 7) == 0 && strstr(sql, ") VALUES (") != NULL &&
                       strstr(sql, " DO UPDATE ") == NULL;
    return one_new_row && ends(sql, " RETURNING id") ? GIVES_ID : GIVES_ROWS;
}

struct statement *engine_prepare(struct engine *engine, const char *sql, struct statement *old)
{
    if (old != NULL)
        drop(engine, old);
    static const size_t unsaid[] = {0, sizeof " RETURNING 1" - 1, sizeof " RETURNING id" - 1};
    struct statement *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->gives = returning_of(sql);
    if (sqlite3_prepare_v3(engine->db, sql, (int)(strlen(sql) - unsaid[s->gives]), SQLITE_PREPARE_PERSISTENT,
                           &s->stmt, NULL) != SQLITE_OK) {
        free(s);
        return NULL;
    }
    s->next = engine->statements;
    engine->statements = s;
    return s;
}

bool engine_bind(struct statement *s, int parameter, const struct engine_value *value)
{
    const char *bytes = value->s.p != NULL ? value->s.p : "";
    switch (value->kind) {
    case VALUE_INT:
        return sqlite3_bind_int64(s->stmt, parameter, value->n) == SQLITE_OK;
    case VALUE_TEXT:
        return sqlite3_bind_text(s->stmt, parameter, bytes, (int)value->s.n, SQLITE_STATIC) == SQLITE_OK;
    case VALUE_BLOB:
        return sqlite3_bind_blob(s->stmt, parameter, bytes, (int)value->s.n, SQLITE_STATIC) == SQLITE_OK;
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(s->stmt, parameter) == SQLITE_OK;
}

/* All is changed at the first step; the next ones only tell of it. */
enum engine_result engine_step(struct statement *s)
{
    if (s->gives == GIVES_ROWS)
        return result_of(sqlite3_step(s->stmt));
    if (!s->ran) {
        int rc = sqlite3_step(s->stmt);
        if (rc != SQLITE_DONE)
            return result_of(rc);
        s->count = sqlite3_changes(sqlite3_db_handle(s->stmt));
        s->ran = true;
    }
    return s->count-- > 0 ? ENGINE_ROW : ENGINE_DONE;
}

struct engine_value engine_column(struct statement *s, int column)
{
    struct engine_value value = {VALUE_NULL, 0, {NULL, 0}};
    if (s->gives != GIVES_ROWS) {
        int64_t id = s->gives == GIVES_ID ? sqlite3_last_insert_rowid(sqlite3_db_handle(s->stmt)) : 1;
        return (struct engine_value){VALUE_INT, id, {NULL, 0}};
    }
    int type = sqlite3_column_type(s->stmt, column);
    if (type == SQLITE_NULL)
        return value;
    if (type == SQLITE_INTEGER) {
        value.kind = VALUE_INT;
        value.n = sqlite3_column_int64(s->stmt, column);
        return value;
    }
    const char *p = sqlite3_column_blob(s->stmt, column);
    value.kind = type == SQLITE_BLOB ? VALUE_BLOB : VALUE_TEXT;
    value.s = str_from(p != NULL ? p : "", (size_t)sqlite3_column_bytes(s->stmt, column));
    return value;
}

void engine_reset(struct statement *s)
{
    /* it repeats what the last step said */
    (void)sqlite3_reset(s->stmt);
    s->ran = false;
}

/* The types that engines name differently, and STRICT behind each table. */
static struct str translate(struct arena *arena, const char *sql)
{
    static const char *const pairs[][2] = {
        {"{id}", "INTEGER PRIMARY KEY"}, {"{int}", "INTEGER"}, {"{blob}", "BLOB"}, {"\n);", "\n) STRICT;"}};
    struct sbuf out = sbuf_in(arena);
    struct str rest = str_of(sql);
    while (rest.n > 0) {
        size_t i = 0;
        while (i < 4 && !str_starts(rest, str_of(pairs[i][0])))
            i++;
        sbuf_add(&out, i < 4 ? str_of(pairs[i][1]) : str_from(rest.p, 1));
        rest = str_after(rest, i < 4 ? strlen(pairs[i][0]) : 1);
    }
    return sbuf_str(&out);
}

enum engine_result engine_run(struct engine *engine, const char *sql)
{
    if (sql == engine_tidy)
        return bring_in_log(engine);
    if (strchr(sql, '{') == NULL)
        return result_of(sqlite3_exec(engine->db, sql, NULL, NULL, NULL));
    struct arena *arena = arena_new(strlen(sql) * 2 + 256);
    const char *text = str_cstr(arena, translate(arena, sql));
    enum engine_result result = result_of(sqlite3_exec(engine->db, text, NULL, NULL, NULL));
    arena_free(arena);
    return result;
}

bool engine_in_transaction(struct engine *engine)
{
    return sqlite3_get_autocommit(engine->db) == 0;
}

/* Some ten microseconds of work lie between two looks at the clock.  Once it
 * has stopped a statement it stops nothing more: what is to be undone is. */
enum { STEPS_A_LOOK = 4000 };

static int look_at_clock(void *ctx)
{
    struct engine *engine = ctx;
    bool late = engine->until_ms != 0 && clock_steady_ms() >= engine->until_ms;
    if (late)
        engine->until_ms = 0;
    return late;
}

void engine_deadline(struct engine *engine, int64_t ms)
{
    engine->until_ms = ms > 0 ? clock_steady_ms() + ms : 0;
    sqlite3_progress_handler(engine->db, ms > 0 ? STEPS_A_LOOK : 0, look_at_clock, engine);
}

/* A file of its own without a log beside it, synced, and sound. */
static const struct setting copy_settings[] = {
    {"PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"},
    {"PRAGMA journal_mode=DELETE", "PRAGMA journal_mode", "delete"},
    {NULL, "PRAGMA integrity_check", "ok"},
    {NULL, NULL, NULL},
};

/* All pages in one step: a read transaction as long as the copy takes.  In
 * small steps another connection's writes would start it anew each time. */
static bool copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return false;
    int rc = sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup) == SQLITE_OK && rc == SQLITE_DONE;
}

bool engine_copy(struct engine *engine, const char *to, struct error *e)
{
    sqlite3 *copy = NULL;
    struct error why;
    bool good = sqlite3_open_v2(to, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                NULL) == SQLITE_OK &&
                copy_pages(engine->db, copy);
    if (!good)
        error_set(e, "%s: %s", to, copy != NULL ? sqlite3_errmsg(copy) : "out of memory");
    else if (!apply(copy, copy_settings, &why))
        good = error_set(e, "%s: the copy is not sound: %s", to, why.text);
    if (sqlite3_close(copy) != SQLITE_OK && good)
        good = error_set(e, "%s: the copy could not be closed", to);
    return good;
}

const char *engine_reason(struct engine *engine)
{
    return sqlite3_errmsg(engine->db);
}
