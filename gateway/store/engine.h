/* A database engine, as little of one as the store needs: SQLite now,
 * PostgreSQL later.  An engine is one file behind these functions.
 *
 * An engine and its statements belong to one thread at a time.  Everything
 * may block on the disk. */
#ifndef YAVAR_STORE_ENGINE_H
#define YAVAR_STORE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"

struct engine;
struct statement;

enum engine_mode {
    ENGINE_WRITER, /* the one writer, which alone checkpoints; WAL and synchronous=FULL or no start */
    ENGINE_READER, /* never writes, never checkpoints */
    ENGINE_MEMORY, /* private, gone at close: chat and tests */
};

enum engine_result {
    ENGINE_ROW,
    ENGINE_DONE,
    ENGINE_CONFLICT, /* a unique key or another constraint */
    ENGINE_BUSY,
    ENGINE_FULL,  /* no space */
    ENGINE_IO,    /* after a failed COMMIT the outcome is unknown */
    ENGINE_LATE,  /* stopped at the deadline; the transaction stands */
    ENGINE_FAULT, /* memory, or a fault of ours */
};

/* NULL with a reason. A reader needs an existing database. */
struct engine *engine_open(const char *path, enum engine_mode mode, struct error *e) MUST_CHECK;
void engine_close(struct engine *engine); /* with its statements; NULL is fine */

/* Statements live until the engine closes, or another takes their place: OLD's,
 * where it is not NULL (which is gone then either way).  NULL: engine_reason says why. */
struct statement *engine_prepare(struct engine *engine, const char *sql, struct statement *old) MUST_CHECK;
enum engine_value_kind { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB };
struct engine_value {
    enum engine_value_kind kind;
    int64_t n;
    struct str s; /* must live until engine_reset */
};
bool engine_bind(struct statement *statement, int parameter, const struct engine_value *value) MUST_CHECK;
enum engine_result engine_step(struct statement *statement) MUST_CHECK;
struct engine_value engine_column(struct statement *statement, int column); /* until the next step */
void engine_reset(struct statement *statement);

/* How a transaction that will write begins: a read that upgrades later gets
 * "busy" at once, so SQLite takes the lock first. */
extern const char engine_begin_write[];
/* What it would else do in one piece amid somebody's commit: a checkpoint.  Between transactions.
 * ENGINE_IO: as after a COMMIT, what the disk has is unknown, and another try would not tell. */
extern const char engine_tidy[];

/* Runs one or several statements without parameters.  {id}, {int} and {blob}
 * become the engine's types, and tables become as strict as it can. */
enum engine_result engine_run(struct engine *engine, const char *sql) MUST_CHECK;

/* Whether a transaction is open: after FULL, IO and their like the engine
 * may have rolled back by itself. */
bool engine_in_transaction(struct engine *engine);

/* What takes longer than MS from now is stopped, once: ENGINE_LATE.  0: it may take as long as it likes. */
void engine_deadline(struct engine *engine, int64_t ms);

/* Copies the database as it is at one instant into a new file at TO, which
 * nobody has open, and looks the copy through.  Others may write meanwhile;
 * their log only grows until the copy is made. */
bool engine_copy(struct engine *engine, const char *to, struct error *e) MUST_CHECK;

static inline int64_t engine_int(struct statement *statement, int column)
{
    return engine_column(statement, column).n;
}

static inline struct str engine_text(struct statement *statement, int column) /* NULL str for NULL */
{
    return engine_column(statement, column).s;
}

/* "3.40.1": of the library that runs, for yavar doctor. */
extern const char *const engine_version;
const char *engine_reason(struct engine *engine); /* of the last failure; until the next call */

#endif
