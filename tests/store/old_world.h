/* Databases of older programs, from tests/store/dumps. */
#ifndef YAVAR_TESTS_OLD_WORLD_H
#define YAVAR_TESTS_OLD_WORLD_H

#include "tests/store/store_world.h"

#include <sqlite3.h>

static inline void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline void put_old_database(const char *path, const char *version)
{
    char sql[32768], dump[64];
    int length = snprintf(dump, sizeof dump, "tests/store/dumps/%s.sql", version);
    assert_in_range(length, 1, (int)sizeof dump - 1);
    FILE *file = fopen(dump, "rb");
    assert_non_null(file);
    size_t n = fread(sql, 1, sizeof sql - 1, file);
    assert_in_range(n, 1, sizeof sql - 2);
    assert_int_equal(fclose(file), 0);
    sql[n] = '\0';
    run_sql(path, sql);
}

#endif
