/* A CSV whose columns have names: they come in any order, an unknown one is a
 * fault, and every fault is told with its line.
 *
 * Any thread; pure. */
#ifndef YAVAR_CSV_TABLE_H
#define YAVAR_CSV_TABLE_H

#include "gateway/base/csv.h"
#include "gateway/conf/faults.h"

enum { TABLE_COLUMNS_MOST = 24 };

struct csv_table {
    const char *name;           /* of the file */
    const char *const *columns; /* their names; the first NEEDED must be there */
    int column_count, needed;
    struct arena *arena; /* of the cells: its owner may rewind it between rows */
    struct csv csv;
    int place[TABLE_COLUMNS_MOST]; /* of each column in the file; -1: not there */
    struct str cells[CSV_COLUMNS_MOST];
    size_t cell_count, width;
    struct faults faults;
};

/* Reads the header; what was set in TABLE: name, columns, their counts, arena,
 * faults.  False after a fault. */
bool table_open(struct csv_table *table, struct str csv);
/* The next row that can be read; those that cannot are faults.  False at the
 * end, and after a thousand faults. */
bool table_next(struct csv_table *table);
struct str table_cell(const struct csv_table *table, int column); /* trimmed; empty where it is not there */
void table_fault(struct csv_table *table, int column, const char *what);

#endif
