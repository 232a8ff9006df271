/* Fuzzes CSV: files that people made in spreadsheets, and what we export. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/csv.h"

static bool is_formula(struct str cell)
{
    return cell.n > 0 && memchr("=+-@\t\r", cell.p[0], 6) != NULL;
}

/* A row that was read and written is read the same, but for the ' that keeps
 * a spreadsheet from running a cell. */
static void check_written(struct arena *arena, const struct str *cells, size_t n)
{
    struct sbuf line = sbuf_in(arena);
    struct csv csv;
    struct error e;
    struct str again[CSV_COLUMNS_MOST];
    size_t got;
    csv_cell(&line, true, STR("x")); /* so that no first cell is a byte-order mark or a blank line */
    for (size_t i = 0; i < n; i++)
        csv_cell(&line, false, cells[i]);
    csv_open(&csv, sbuf_str(&line));
    MUST(csv_next(&csv, arena, again, &got, &e) == CSV_ROW && got == n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str cell = again[i + 1];
        if (is_formula(cells[i])) {
            MUST(cell.p[0] == '\'');
            cell = str_after(cell, 1);
        }
        MUST(str_eq(cell, cells[i]));
    }
    MUST(csv_next(&csv, arena, again, &got, &e) == CSV_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size), cells[CSV_COLUMNS_MOST];
    struct arena *arena = arena_new(4096);
    struct csv csv;
    struct error e = {""};
    enum csv_result result;
    size_t n, bytes = 0, lines = 1, rows = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    csv_open(&csv, text);
    while ((result = csv_next(&csv, arena, cells, &n, &e)) != CSV_END) {
        MUST(++rows <= lines && csv.line >= 1 && csv.line <= lines);
        if (result == CSV_FAULT) {
            MUST(e.text[0] != '\0' && utf8_valid(str_of(e.text)));
            continue;
        }
        MUST(n >= 1 && n <= CSV_COLUMNS_MOST);
        for (size_t i = 0; i < n; i++)
            bytes += cells[i].n;
        if (n < CSV_COLUMNS_MOST)
            check_written(arena, cells, n);
    }
    MUST(bytes <= text.n);
    arena_free(arena);
    fuzz_input_free(text);
    return 0;
}
