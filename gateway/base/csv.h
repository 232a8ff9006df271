/* CSV as spreadsheets write and read it (RFC 4180): commas, quotes doubled
 * inside quotes, lines ended by CRLF or LF, UTF-8 with or without a
 * byte-order mark.  Ours, because a fault must name its line and a cell may
 * hold line feeds; libcsv gives neither.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_CSV_H
#define YAVAR_BASE_CSV_H

#include <stdbool.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"

enum { CSV_COLUMNS_MOST = 64 };

struct csv {
    struct str rest;
    unsigned line; /* of the row last read, from 1 */
    unsigned next_line;
};

void csv_open(struct csv *csv, struct str text);

enum csv_result { CSV_ROW, CSV_END, CSV_FAULT };

/* Reads one row; blank lines are skipped.  Cells are trimmed only of nothing:
 * what is in them is in them.  On CSV_FAULT reading may go on at the next line. */
enum csv_result csv_next(struct csv *csv, struct arena *arena, struct str cells[CSV_COLUMNS_MOST], size_t *n,
                         struct error *e) MUST_CHECK;

/* Appends a cell, quoted where needed, with a ' before what a spreadsheet
 * would run as a formula (= + - @ tab CR), and a comma before it unless FIRST. */
void csv_cell(struct sbuf *out, bool first, struct str cell);

#endif
