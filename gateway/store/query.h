/* Running a named query.  Private to the store's folder.
 *
 *     struct query q = query_begin(store, QUERY_need_get);
 *     query_int(&q, code);
 *     if (query_row(&q)) … query_take_text(&q, arena) …
 *     query_end(&q);
 *
 * Parameters are bound and columns are taken in order.  After a failure every
 * call is harmless and query_row is false. */
#ifndef YAVAR_STORE_QUERY_H
#define YAVAR_STORE_QUERY_H

#include "gateway/base/crypto.h"
#include "gateway/store/engine.h"
#include "gateway/store/key_filter.h"
#include "gateway/store/store.h"

enum query_name {
#define Q(name, sql) QUERY_##name,
#include "gateway/store/queries.def"
#undef Q
    QUERIES,
};

/* Statements composed of fixed fragments (audience.def), the last few that
 * were used: query_composed.c. */
enum { COMPOSED_MOST = 8 };
struct composed {
    char *sql;                   /* NULL: free */
    struct statement *statement; /* of what it was last; NULL: never */
    uint64_t used;
};

/* The keys of the inbox of the DAYS - 1 days before TODAY: almost every message
 * is new, and what none of them has is not looked for in each. */
struct earlier_keys {
    int64_t today, days; /* 0: of no day yet */
    bool whole;          /* all of them are in the filter */
    struct key_filter filter;
};

struct store {
    struct engine *engine;
    enum store_mode mode;
    struct statement *prepared[QUERIES];
    struct composed composed[COMPOSED_MOST];
    uint64_t composed_uses;
    enum store_failure failed;
    struct error reason;
    struct reference_key key;
    int64_t tidy_at_ms; /* steady: not before */
    unsigned commits;   /* since it was tidied */
    uint64_t queued;    /* outbox_take_queued */
    int64_t sequence;   /* what this transaction took last; 0: nothing */
    struct earlier_keys earlier;
    char *path;
};

struct query {
    struct store *store;
    struct statement *statement; /* NULL after a failure */
    int next, column;
};

struct query query_begin(struct store *store, enum query_name name);
/* The same for a composed statement, prepared once while it stays in use; at
 * most one at a time. */
struct query query_composed(struct store *store, const char *sql);
void query_composed_forget(struct store *store); /* all of them, when the store closes */
void query_fail(struct store *store, enum engine_result result);
void query_int(struct query *q, int64_t value);
void query_text(struct query *q, struct str value); /* must live until query_end */
void query_text_or_null(struct query *q, struct str value);
void query_blob(struct query *q, struct str value);
bool query_row(struct query *q);
int64_t query_take_int(struct query *q);
struct str query_take_text(struct query *q, struct arena *arena);
struct str query_see_text(struct query *q); /* not copied: until the next row */
void query_end(struct query *q);
/* store_open; with KEEP_COPY a database of an older version is copied before it is changed. */
struct store *store_open_as(const char *path, enum store_mode mode, bool keep_copy,
                            struct error *e) MUST_CHECK;
/* A checked copy at TO, all or nothing (store_copy.c). */
bool copy_into_place(struct engine *engine, const char *to, struct error *e) MUST_CHECK;
/* All rows of a query that names their columns in that order, up to MOST; ends it. */
size_t take_needs(struct query *q, struct arena *arena, struct need *rows, size_t most);
size_t take_pledges(struct query *q, struct arena *arena, struct pledge *rows, size_t most);
/* The next place in the sequence of references; 0 after a failure.  Counted in
 * memory while the transaction lasts, and kept once, as it is committed. */
int64_t sequence_next(struct store *store);
void sequence_keep(struct store *store);
int64_t counter(struct store *store, const char *name);         /* what it stands at */
int64_t query_count(struct store *store, enum query_name name); /* of a query without parameters */
/* Rows of the staff and of volunteers, as other files ask for them too (store_people.c). */
size_t query_take_staff(struct query *q, struct arena *arena, struct staff *rows, size_t most);
size_t query_take_volunteers(struct query *q, struct arena *arena, struct volunteer *rows, size_t most);
/* Early reports older than a day (store_outbox.c). */
void report_forget_early(struct store *store, int64_t now_ms);

/* For statements that give no row. */
void query_run(struct query *q);

#endif
