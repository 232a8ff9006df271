/* Needs from CSV.  It runs as one job: 800 needs take some ten milliseconds,
 * and a half of an import must never be seen. */
#include "gateway/import.h"

#include "gateway/base/damm.h"
#include "gateway/base/date.h"
#include "gateway/base/fold.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/csv_table.h"

enum column {
    COL_CODE,
    COL_PROVINCE,
    COL_CENTRE,
    COL_CATEGORY,
    COL_PRIORITY,
    COL_TITLE_FA,
    COL_TITLE_EN,
    COL_UNIT,
    COL_REQUIRED,
    COL_STATUS,
    COL_SHORT_FA,
    COL_SHORT_EN,
    COL_ORGANISATION,
    COL_PAY_TO,
    COL_VERIFIED_BY,
    COL_VERIFIED_AT,
    COL_SHARED_WITH,
    COLUMNS,
};
static const char *const column_names[COLUMNS] = {
    "code",         "province", "centre",      "category",    "priority",   "title_fa",
    "title_en",     "unit",     "required",    "status",      "short_fa",   "short_en",
    "organisation", "pay_to",   "verified_by", "verified_at", "shared_with"};
enum { COLUMNS_NEEDED = COL_SHORT_FA, ROWS_MOST = 20000, SHORT_FA_UNITS = 16, SHORT_EN_SEPTETS = 24 };
static const int64_t required_most =
    9000000000000000; /* rial; what a 64-bit sum of a province's needs holds */

struct importer {
    struct store *store;
    const struct config *config;
    struct arena *arena;
    int64_t now;
    struct csv_table table;
    struct import_result result;
    struct sbuf notes;
    uint32_t *codes; /* seen in this file */
};

static void fault(struct importer *im, enum column column, const char *what)
{
    table_fault(&im->table, (int)column, what);
}

static struct str cell(const struct importer *im, enum column column)
{
    return table_cell(&im->table, (int)column);
}

/* As Persian is written: a spreadsheet's Arabic letters would make the same title another. */
static struct str words(const struct importer *im, enum column column)
{
    return fold_letters(im->arena, cell(im, column));
}

static int64_t number(struct importer *im, enum column column, int64_t least, int64_t most, const char *what)
{
    int64_t n = 0;
    if (!str_to_i64(fold_digits(im->arena, cell(im, column)), &n) || n < least || n > most)
        fault(im, column, what);
    return n;
}

/* The title cut at a word, so that a missing short title reads well. */
static struct str short_title(struct importer *im, enum column column, struct str title, unsigned units)
{
    struct str given = words(im, column);
    if (given.n > 0) {
        struct sms_size size = sms_measure(given);
        bool fits = column == COL_SHORT_EN ? size.encoding == SMS_GSM7 && size.units <= units
                                           : utf8_units16(given) <= units;
        if (!fits)
            fault(im, column, column == COL_SHORT_EN ? "at most 24 letters of GSM-7" : "at most 16 letters");
        return given;
    }
    struct str best = STR("");
    for (size_t i = 1; i <= title.n; i++)
        if ((i == title.n || title.p[i] == ' ') && utf8_units16(str_from(title.p, i)) <= units)
            best = str_from(title.p, i);
    if (best.n == 0)
        best = sms_cut(im->arena, title, units);
    if (column == COL_SHORT_EN && sms_encoding(best) != SMS_GSM7)
        fault(im, column, "is missing, and title_en holds letters that are not in GSM-7");
    sbuf_printf(&im->notes, "%s:%u: %s is missing and was cut from the title: %.*s\n", im->table.name,
                im->table.csv.line, column_names[column], STR_ARG(best));
    return best;
}

static int64_t day_of(struct importer *im, enum column column)
{
    struct str text = cell(im, column);
    struct date_fault why;
    int64_t at = 0;
    if (text.n > 0 && !date_read_utc(im->arena, text, &at, &why))
        fault(im, column, why.said);
    return at;
}

static void read_code(struct importer *im, struct need *need)
{
    struct str code = fold_digits(im->arena, cell(im, COL_CODE));
    uint64_t n = 0;
    if (code.n == 0) {
        need->code = need_by_title(im->store, need->centre, need->title_fa);
        if (need->code == 0) /* from before letters were folded */
            need->code = need_by_title(im->store, cell(im, COL_CENTRE), cell(im, COL_TITLE_FA));
        return;
    }
    if (!code_shape(code) || !str_to_u64(code, &n))
        fault(im, COL_CODE, "must have 4 to 7 digits, no leading 0, and from 5 digits on no final 0");
    else if (!code_valid(code))
        fault(im, COL_CODE, "its check digit is wrong");
    need->code = (uint32_t)n;
}

static void read_words(struct importer *im, struct need *need)
{
    static const enum column must[] = {COL_CENTRE, COL_TITLE_FA, COL_TITLE_EN};
    const struct lexicon *lexicon = im->config->texts->lexicon;
    for (size_t i = 0; i < 3; i++)
        if (cell(im, must[i]).n == 0 || cell(im, must[i]).n > 400)
            fault(im, must[i], "must be given, in 400 bytes at most");
    need->province = cell(im, COL_PROVINCE);
    need->category = cell(im, COL_CATEGORY);
    need->centre = words(im, COL_CENTRE);
    need->title_fa = words(im, COL_TITLE_FA);
    need->title_en = cell(im, COL_TITLE_EN);
    need->organisation = cell(im, COL_ORGANISATION);
    need->pay_to = fold_digits(im->arena, cell(im, COL_PAY_TO));
    need->verified_by = words(im, COL_VERIFIED_BY);
    need->shared_with = cell(im, COL_SHARED_WITH);
    if (lexicon_slug(lexicon, LEX_PROVINCE, need->province) < 0)
        fault(im, COL_PROVINCE, "no province has this slug");
    if (lexicon_slug(lexicon, LEX_CATEGORY, need->category) < 0)
        fault(im, COL_CATEGORY, "no category has this slug");
    if (!pay_to_fits(need->pay_to))
        fault(im, COL_PAY_TO, "must be an IBAN or payment code of at most 26 Latin letters and digits");
}

static void read_measure(struct importer *im, struct need *need)
{
    struct str unit = cell(im, COL_UNIT), status = cell(im, COL_STATUS);
    static const char *const states[] = {"draft", "open", "filled", "paused", "withdrawn"};
    bool known = false;
    need->unit = str_is(unit, "item") ? COUNT_ITEM : str_is(unit, "day") ? COUNT_DAY : COUNT_RIAL;
    if (need->unit == COUNT_RIAL && !str_is(unit, "rial"))
        fault(im, COL_UNIT, "must be rial, item or day");
    for (int i = 0; i < 5; i++)
        known = known || str_is(status, states[i]);
    if (!known)
        fault(im, COL_STATUS, "must be draft, open, filled, paused or withdrawn");
    need->status = status;
    need->priority = number(im, COL_PRIORITY, 1, 5, "must be from 1 (most urgent) to 5");
    need->required = number(im, COL_REQUIRED, 1, need->unit == COUNT_RIAL ? required_most : 1000000,
                            "must be a whole number above 0, in rial (not toman), items or days");
}

static bool seen_in_file(const struct importer *im, uint32_t code)
{
    for (size_t i = 0; i < im->result.rows && code != 0; i++)
        if (im->codes[i] == code)
            return true;
    return false;
}

static void read_row(struct importer *im)
{
    struct need need = {0}, old;
    unsigned before = im->table.faults.count;
    read_words(im, &need);
    read_measure(im, &need);
    need.verified_at = day_of(im, COL_VERIFIED_AT);
    read_code(im, &need);
    need.short_fa = short_title(im, COL_SHORT_FA, need.title_fa, SHORT_FA_UNITS);
    need.short_en = short_title(im, COL_SHORT_EN, need.title_en, SHORT_EN_SEPTETS);
    if (im->table.faults.count > before)
        return;
    if (seen_in_file(im, need.code)) {
        fault(im, COL_CODE,
              "the same need stands twice in this file (by its code, or by centre and title_fa)");
        return;
    }
    bool known = need.code != 0 && need_get(im->store, im->arena, need.code, &old);
    if (known && old.unit != need.unit && old.pledged > 0) {
        fault(im, COL_UNIT, "cannot change: there are pledges already");
        return;
    }
    if (need.code == 0 && (need.code = need_allot(im->store)) == 0) {
        fault(im, COL_CODE, "the codes are used up");
        return;
    }
    need_put(im->store, &need, im->now);
    im->codes[im->result.rows++] = need.code;
    im->result.added += !known;
    im->result.changed += known;
}

struct import_result import_needs(struct store *store, const struct config *config, struct arena *arena,
                                  int64_t now, const char *name, struct str csv)
{
    struct importer im = {.store = store, .config = config, .arena = arena, .now = now};
    im.table = (struct csv_table){.name = name,
                                  .columns = column_names,
                                  .column_count = COLUMNS,
                                  .needed = COLUMNS_NEEDED,
                                  .arena = arena,
                                  .faults = faults_in(arena)};
    im.notes = sbuf_in(arena);
    im.codes = arena_array(arena, uint32_t, ROWS_MOST + 1);
    for (bool good = table_open(&im.table, csv); good && table_next(&im.table);) {
        read_row(&im);
        if (im.result.rows == ROWS_MOST) {
            faults_add(&im.table.faults, name, im.table.csv.line, "stopped here: too many rows");
            break;
        }
    }
    im.result.faults = im.table.faults;
    im.result.notes = sbuf_str(&im.notes);
    return im.result;
}
