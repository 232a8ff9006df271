/* Which queries look at every row of a table that grows without end, seen in
 * the programs that SQLite makes of them.  On the thread that writes one such
 * query makes every pledge wait; here are those that may, and why. */
#include "tests/store/store_world.h"

#include <sqlite3.h>

enum { CURSORS = 64, ROOTS = 200 };

static const struct {
    const char *name, *sql;
} queries[] = {
#define Q(name, sql) {#name, sql},
#include "gateway/store/queries.def"
#undef Q
};

static const char *const grows[] = {"inbox", "outbox", "outbox_event", "pledge", "contact", "volunteer"};

/* From one end of an index that is in their order, to a limit or to the first that does not match. */
static const char *const end_soon[] = {"inbox_purge",      "outbox_purge",           "outbox_event_purge",
                                       "outbox_uncertain", "outbox_left_behind",     "outbox_expired",
                                       "outbox_oldest",    "outbox_pull_back_queued"};
/* Asked by the thread that reads, by the command line, or after a restore. */
static const char *const may_take_long[] = {
    "inbox_count",          "inbox_unanswered_count",  "outbox_counts",     "pledge_counts",
    "pledge_counts_scoped", "pledge_counts_campaigns", "campaign_totals",   "campaign_sums",
    "outbox_hold",          "outbox_hold_events",      "outbox_held_count", "volunteer_counts"};

static bool is_among(const char *name, const char *const *list, size_t n)
{
    size_t i = 0;
    while (i < n && strcmp(name, list[i]) != 0)
        i++;
    return i < n;
}
#define AMONG(name, list) is_among(name, list, sizeof list / sizeof list[0])

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    return stmt;
}

/* The page at which a table or an index begins, to its table's name where that grows. */
static void read_roots(sqlite3 *db, struct arena *arena, const char *roots[ROOTS])
{
    sqlite3_stmt *stmt = prepared(db, "SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0");
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        assert_in_range(sqlite3_column_int(stmt, 0), 1, ROOTS - 1);
        const char *table = str_cstr(arena, str_of((const char *)sqlite3_column_text(stmt, 1)));
        roots[sqlite3_column_int(stmt, 0)] = AMONG(table, grows) ? table : NULL;
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

/* The table whose rows, or whose index, the query goes through from the first; NULL: none. */
static const char *passes_over(sqlite3 *db, struct arena *arena, const char *sql,
                               const char *const roots[ROOTS])
{
    const char *opened[CURSORS] = {NULL}, *found = NULL;
    sqlite3_stmt *stmt = prepared(db, str_cstr(arena, str_printf(arena, "EXPLAIN %s", sql)));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *op = (const char *)sqlite3_column_text(stmt, 1);
        int cursor = sqlite3_column_int(stmt, 2), root = sqlite3_column_int(stmt, 3);
        bool ours = sqlite3_column_int(stmt, 4) == 0 && root > 0 && root < ROOTS;
        bool opens = strcmp(op, "OpenRead") == 0 || strcmp(op, "OpenWrite") == 0;
        if (opens && ours && cursor >= 0 && cursor < CURSORS)
            opened[cursor] = roots[root];
        bool passes = strcmp(op, "Rewind") == 0 || strcmp(op, "Count") == 0;
        if (passes && cursor >= 0 && cursor < CURSORS && opened[cursor] != NULL)
            found = opened[cursor];
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return found;
}

static void nothing_else_passes_over_a_table_that_grows(void **state)
{
    struct world *w = *state;
    const char *roots[ROOTS] = {NULL};
    sqlite3 *db = NULL;
    struct tally t = tally_new();
    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    read_roots(db, w->arena, roots);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        const char *table = passes_over(db, w->arena, queries[i].sql, roots);
        bool may = AMONG(queries[i].name, end_soon) || AMONG(queries[i].name, may_take_long);
        tally_check(&t, table == NULL || may, "%s looks at every row of %s", queries[i].name,
                    table != NULL ? table : "none");
        tally_check(&t, table != NULL || !may, "%s looks at no such table, and is listed", queries[i].name);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_else_passes_over_a_table_that_grows, up_file, down)};
    return cmocka_run_group_tests_name("store, plans", tests, NULL, NULL);
}
