/* The columns of a CSV by name. */
#include "gateway/csv_table.h"

#include "gateway/base/utf8.h"

enum { FAULTS_MOST = 1000, NAME_SHOWN = 40 };

static void row_fault(struct csv_table *t, const char *what)
{
    faults_add(&t->faults, t->name, t->csv.line, "%s", what);
}

void table_fault(struct csv_table *t, int column, const char *what)
{
    faults_add(&t->faults, t->name, t->csv.line, "%s: %s", t->columns[column], what);
}

static void place_column(struct csv_table *t, struct str name, int at)
{
    int c = 0;
    while (c < t->column_count && !str_is(str_trim(name), t->columns[c]))
        c++;
    if (c == t->column_count)
        faults_add(&t->faults, t->name, t->csv.line, "unknown column \"%.*s\"",
                   STR_ARG(utf8_cut(name, NAME_SHOWN)));
    else if (t->place[c] >= 0)
        faults_add(&t->faults, t->name, t->csv.line, "column %s stands twice", t->columns[c]);
    else
        t->place[c] = at;
}

bool table_open(struct csv_table *t, struct str csv)
{
    struct error e;
    for (int c = 0; c < t->column_count; c++)
        t->place[c] = -1;
    csv_open(&t->csv, csv);
    if (csv_next(&t->csv, t->arena, t->cells, &t->cell_count, &e) != CSV_ROW) {
        faults_add(&t->faults, t->name, 1, "no header line");
        return false;
    }
    t->width = t->cell_count;
    for (size_t i = 0; i < t->cell_count; i++)
        place_column(t, t->cells[i], (int)i);
    for (int c = 0; c < t->needed; c++)
        if (t->place[c] < 0)
            faults_add(&t->faults, t->name, t->csv.line, "column %s is missing", t->columns[c]);
    return t->faults.count == 0;
}

/* Cells end up in texts and tables: one line each, UTF-8. */
static bool is_text(struct str cell)
{
    for (size_t i = 0; i < cell.n; i++)
        if ((unsigned char)cell.p[i] < ' ')
            return false;
    return utf8_valid(cell);
}

static bool is_whole(struct csv_table *t)
{
    for (size_t i = 0; i < t->cell_count; i++)
        if (!is_text(t->cells[i])) {
            row_fault(t, "a cell is not one line of UTF-8 text");
            return false;
        }
    if (t->cell_count != t->width)
        faults_add(&t->faults, t->name, t->csv.line, "%zu cells where the header has %zu", t->cell_count,
                   t->width);
    return t->cell_count == t->width;
}

bool table_next(struct csv_table *t)
{
    struct error e;
    enum csv_result row;
    while ((row = csv_next(&t->csv, t->arena, t->cells, &t->cell_count, &e)) != CSV_END) {
        if (t->faults.count > FAULTS_MOST) {
            row_fault(t, "stopped here: too many faults");
            return false;
        }
        if (row == CSV_FAULT)
            row_fault(t, e.text);
        else if (is_whole(t))
            return true;
    }
    return false;
}

struct str table_cell(const struct csv_table *t, int column)
{
    int place = t->place[column];
    return place >= 0 && (size_t)place < t->cell_count ? str_trim(t->cells[place]) : STR("");
}
