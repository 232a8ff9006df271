/* CSV; why by hand is said in csv.h. */
#include "gateway/base/csv.h"

#include "gateway/base/arena.h"

void csv_open(struct csv *csv, struct str text)
{
    *csv = (struct csv){.rest = text, .next_line = 1};
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        csv->rest = str_after(text, 3);
}

static char front(const struct csv *csv)
{
    return csv->rest.n > 0 ? csv->rest.p[0] : '\n';
}

static void take(struct csv *csv)
{
    if (csv->rest.n > 0 && csv->rest.p[0] == '\n')
        csv->next_line++;
    csv->rest = str_after(csv->rest, 1);
}

static bool at_line_end(const struct csv *csv)
{
    return csv->rest.n == 0 || csv->rest.p[0] == '\n' ||
           (csv->rest.p[0] == '\r' && (csv->rest.n == 1 || csv->rest.p[1] == '\n'));
}

static void skip_line_end(struct csv *csv)
{
    if (csv->rest.n > 0 && csv->rest.p[0] == '\r')
        take(csv);
    if (csv->rest.n > 0)
        take(csv);
}

static bool quoted(struct csv *csv, struct sbuf *cell, struct error *e)
{
    take(csv);
    while (csv->rest.n > 0) {
        char c = front(csv);
        take(csv);
        if (c != '"') {
            sbuf_byte(cell, c);
            continue;
        }
        if (csv->rest.n > 0 && front(csv) == '"') {
            sbuf_byte(cell, '"');
            take(csv);
            continue;
        }
        if (at_line_end(csv) || front(csv) == ',')
            return true;
        return error_set(e, "text stands behind a closing quote");
    }
    return error_set(e, "a quote is opened and never closed");
}

static bool cell_next(struct csv *csv, struct arena *arena, struct str *cell, struct error *e)
{
    if (csv->rest.n > 0 && front(csv) == '"') {
        struct sbuf text = sbuf_in(arena);
        if (!quoted(csv, &text, e))
            return false;
        *cell = sbuf_str(&text);
        return true;
    }
    struct str from = csv->rest;
    while (!at_line_end(csv) && front(csv) != ',')
        take(csv);
    *cell = str_from(from.p, from.n - csv->rest.n);
    return true;
}

static enum csv_result fault(struct csv *csv)
{
    while (csv->rest.n > 0 && front(csv) != '\n')
        take(csv);
    skip_line_end(csv);
    return CSV_FAULT;
}

enum csv_result csv_next(struct csv *csv, struct arena *arena, struct str cells[CSV_COLUMNS_MOST], size_t *n,
                         struct error *e)
{
    while (csv->rest.n > 0 && at_line_end(csv))
        skip_line_end(csv);
    *n = 0;
    csv->line = csv->next_line;
    if (csv->rest.n == 0)
        return CSV_END;
    for (;;) {
        if (*n == CSV_COLUMNS_MOST) {
            error_set(e, "more than %d columns", CSV_COLUMNS_MOST);
            return fault(csv);
        }
        if (!cell_next(csv, arena, &cells[(*n)++], e))
            return fault(csv);
        if (at_line_end(csv))
            break;
        take(csv); /* the comma */
    }
    skip_line_end(csv);
    return CSV_ROW;
}

void csv_cell(struct sbuf *out, bool first, struct str cell)
{
    if (!first)
        sbuf_byte(out, ',');
    bool formula = cell.n > 0 && memchr("=+-@\t\r", cell.p[0], 6) != NULL;
    bool quote = formula;
    for (size_t i = 0; i < cell.n && !quote; i++)
        quote = cell.p[i] == ',' || cell.p[i] == '"' || cell.p[i] == '\n' || cell.p[i] == '\r';
    if (!quote) {
        sbuf_add(out, cell);
        return;
    }
    sbuf_byte(out, '"');
    if (formula)
        sbuf_byte(out, '\'');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"')
            sbuf_byte(out, '"');
        sbuf_byte(out, cell.p[i]);
    }
    sbuf_byte(out, '"');
}
