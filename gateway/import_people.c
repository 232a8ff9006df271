/* People from a CSV.  Who is who: a phone and a name; a name that one side
 * lacks fits any.  What came by a list is changed by a list; what people said
 * of themselves is only completed, and who left or stopped stays so. */
#include "gateway/import_people.h"

#include <stdlib.h>

#include "gateway/base/date.h"
#include "gateway/base/fold.h"
#include "gateway/base/phone.h"
#include "gateway/csv_table.h"

enum column { PHONE, NAME, PROVINCE, SPECIALTY, AVAILABILITY, TONGUE, SOURCE, AT, COLUMNS };
static const char *const column_names[COLUMNS] = {"phone",        "name",     "province",       "specialty",
                                                  "availability", "language", "consent_source", "consent_at"};

enum {
    ROWS_MOST = 500000,
    NAME_BYTES = 200,
    SOURCE_BYTES = 200,
    BEHIND_ONE_PHONE = 16,
    CLOCKS_DIFFER = 86400
};

const char import_consent_version[] = "import";

struct reader {
    const struct config *config;
    struct arena *kept;
    int64_t now;
    struct csv_table table;
    struct people people;
    uint32_t *buckets;
    size_t mask;
    char last_date[16]; /* and what it is: lists repeat their dates */
    int64_t last_at;
};

/* ---- cells ---- */

/* A slug, or any spelling of config/; -1 where the cell is empty. */
static int place_of(struct reader *r, enum column column, enum lex_kind kind, const char *fault)
{
    const struct lexicon *lexicon = r->config->texts->lexicon;
    struct str cell = table_cell(&r->table, column);
    struct str folded = fold(r->table.arena, cell);
    struct sbuf glued = sbuf_in(r->table.arena);
    int place = lexicon_slug(lexicon, kind, folded);
    if (cell.n == 0 || place >= 0)
        return place;
    for (size_t i = 0; i < folded.n; i++)
        if (strchr(" -.'&/", folded.p[i]) == NULL) /* as the lexicon keeps them */
            sbuf_byte(&glued, folded.p[i]);
    const struct lex_entry *entry = lexicon_find(lexicon, kind, sbuf_str(&glued));
    if (entry == NULL && kind == LEX_PROVINCE)
        entry = lexicon_find(lexicon, LEX_PART, sbuf_str(&glued));
    if (entry == NULL || entry->value < 0)
        table_fault(&r->table, column, fault);
    return entry == NULL ? -1 : entry->value;
}

static int language_of(struct reader *r)
{
    struct str cell = table_cell(&r->table, TONGUE);
    enum language language;
    if (cell.n > 0 && language_from(fold(r->table.arena, cell), &language))
        return (int)language;
    return place_of(r, TONGUE, LEX_TONGUE, "must be fa or en");
}

static int64_t phone_of(struct reader *r)
{
    struct phone phone = phone_parse(table_cell(&r->table, PHONE), r->config->service.country.p);
    int64_t number = 0;
    if (!phone_reachable(&phone) || !str_to_i64(str_of(phone.digits), &number))
        table_fault(&r->table, PHONE, "is no phone number that an SMS can reach");
    return number;
}

static struct str words_of(struct reader *r, enum column column, size_t most)
{
    struct str cell = table_cell(&r->table, column);
    if (cell.n > most)
        table_fault(&r->table, column, "is too long: at most 200 bytes");
    return str_dup(r->kept, fold_letters(r->table.arena, cell));
}

static int64_t consent_of(struct reader *r)
{
    struct str text = table_cell(&r->table, AT);
    struct date_fault why;
    int64_t at = 0;
    if (text.n == 0)
        return 0;
    if (text.n < sizeof r->last_date && str_is(text, r->last_date))
        return r->last_at;
    if (!date_read_utc(r->table.arena, text, &at, &why))
        table_fault(&r->table, AT, why.said);
    else if (at <= 0)
        table_fault(&r->table, AT, "lies before 1970");
    else if (at > r->now + CLOCKS_DIFFER)
        table_fault(&r->table, AT, "lies in the future");
    if (text.n < sizeof r->last_date && r->table.faults.count == 0) {
        memcpy(r->last_date, text.p, text.n);
        r->last_date[text.n] = '\0';
        r->last_at = at;
    }
    return at;
}

/* ---- rows ---- */

static bool same_name(struct arena *arena, struct str a, struct str b)
{
    return str_eq(a, b) || str_eq(fold(arena, a), fold(arena, b));
}

/* One phone may stand several times, once for each of the people behind it. */
static void look_for_twin(struct reader *r, struct person *p)
{
    uint32_t *bucket = &r->buckets[((uint64_t)p->phone * UINT64_C(0x9E3779B97F4A7C15) >> 32) & r->mask];
    for (uint32_t i = *bucket; i != 0; i = r->people.rows[i - 1].next) {
        const struct person *other = &r->people.rows[i - 1];
        if (other->phone != p->phone ||
            (p->name.n > 0 && other->name.n > 0 && !same_name(r->table.arena, p->name, other->name)))
            continue;
        faults_add(&r->table.faults, r->table.name, r->table.csv.line,
                   "phone: stands in line %u already; several people behind one phone each need a name",
                   other->line);
        break;
    }
    p->next = *bucket;
    *bucket = (uint32_t)r->people.n + 1;
}

static void read_row(struct reader *r)
{
    struct person *p = &r->people.rows[r->people.n];
    unsigned before = r->table.faults.count;
    *p = (struct person){.phone = phone_of(r), .line = r->table.csv.line};
    p->name = words_of(r, NAME, NAME_BYTES);
    p->source = words_of(r, SOURCE, SOURCE_BYTES);
    p->province = place_of(r, PROVINCE, LEX_PROVINCE, "no one province has this slug or name");
    p->specialty = place_of(r, SPECIALTY, LEX_SPECIALTY, "no specialty has this slug or name");
    p->availability =
        place_of(r, AVAILABILITY, LEX_AVAILABILITY, "must be any, weekdays, weekends or emergency");
    p->language = language_of(r);
    p->consent_at = consent_of(r);
    if (r->table.faults.count > before)
        return;
    look_for_twin(r, p);
    if (p->source.n == 0 || p->consent_at == 0) { /* half a consent is none */
        p->source = STR("");
        p->consent_at = 0;
        r->people.without_consent++;
    }
    r->people.n++;
}

static bool is_blank(const struct csv_table *t)
{
    for (size_t i = 0; i < t->cell_count; i++)
        if (str_trim(t->cells[i]).n > 0)
            return false;
    return true;
}

static int by_phone(const void *a, const void *b)
{
    const struct person *one = a, *two = b;
    if (one->phone != two->phone)
        return one->phone < two->phone ? -1 : 1;
    return one->line < two->line ? -1 : one->line > two->line;
}

static void make_room(struct reader *r, struct str csv)
{
    size_t lines = 1, buckets = 64;
    for (size_t i = 0; i < csv.n; i++)
        lines += csv.p[i] == '\n' || csv.p[i] == '\r';
    lines = lines < ROWS_MOST ? lines : ROWS_MOST;
    while (buckets < lines)
        buckets *= 2;
    r->people.rows = arena_array(r->kept, struct person, lines + 1);
    r->buckets = arena_array(r->kept, uint32_t, buckets);
    r->mask = buckets - 1;
}

struct people import_people_read(const struct config *config, struct arena *arena, int64_t now,
                                 const char *name, struct str csv)
{
    struct reader r = {.config = config, .kept = arena, .now = now};
    struct arena *scratch = arena_new(16 << 10);
    struct arena_mark mark = arena_mark(scratch);
    r.table = (struct csv_table){.name = name,
                                 .columns = column_names,
                                 .column_count = COLUMNS,
                                 .needed = PHONE + 1,
                                 .arena = scratch,
                                 .faults = faults_in(arena)};
    make_room(&r, csv);
    for (bool good = table_open(&r.table, csv); good && table_next(&r.table); arena_rewind(scratch, mark)) {
        if (!is_blank(&r.table))
            read_row(&r);
        if (r.people.n == ROWS_MOST) {
            faults_add(&r.table.faults, name, r.table.csv.line, "stopped here: at most %d rows",
                       ROWS_MOST - 1);
            break;
        }
    }
    arena_free(scratch);
    r.people.faults = r.table.faults;
    qsort(r.people.rows, r.people.n, sizeof r.people.rows[0], by_phone);
    return r.people;
}

/* ---- into the store ---- */

/* Who of those behind the phone it is; NULL: nobody yet. */
static struct volunteer *find(struct arena *scratch, struct volunteer *rows, size_t n, const struct person *p)
{
    for (size_t i = 0; i < n; i++)
        if (same_name(scratch, rows[i].name, p->name))
            return &rows[i];
    for (size_t i = 0; i < n; i++)
        if (p->name.n == 0 || rows[i].name.n == 0)
            return &rows[i];
    return NULL;
}

static bool take(struct str *field, struct str value, bool over)
{
    if (value.n == 0 || str_eq(*field, value) || (field->n > 0 && !over))
        return false;
    *field = value;
    return true;
}

static struct str slug_at(const struct config *config, enum lex_kind kind, int place)
{
    return place >= 0 ? config->texts->lexicon->names[kind].v[place].slug : STR("");
}

static bool take_consent(struct volunteer *v, const struct person *p)
{
    bool listed = str_is(v->status, "listed"), by_list = str_is(v->consent_version, import_consent_version);
    if (p->consent_at == 0 || !(listed || by_list) ||
        (v->consent_at == p->consent_at && str_eq(v->consent_channel, p->source)))
        return false;
    v->status = STR("active");
    v->consent_version = str_of(import_consent_version);
    v->consent_channel = p->source;
    v->consent_at = p->consent_at;
    return true;
}

/* Whether anything changed. */
static bool merge(const struct config *config, struct volunteer *v, const struct person *p)
{
    bool over =
        v->id == 0 || str_is(v->status, "listed") || str_is(v->consent_version, import_consent_version);
    struct str specialty = v->specialty;
    if (str_is(v->status, "left") || str_is(v->status, "declined"))
        return false; /* their own word stands */
    bool changed = take(&v->name, p->name, false);
    changed |= take(&v->province, slug_at(config, LEX_PROVINCE, p->province), over);
    changed |= take(&v->specialty, slug_at(config, LEX_SPECIALTY, p->specialty), over);
    changed |= take(&v->availability, slug_at(config, LEX_AVAILABILITY, p->availability), over);
    changed |= take_consent(v, p);
    if (!str_eq(specialty, v->specialty)) { /* it was another one that was verified */
        v->verified_by = STR("");
        v->verified_at = 0;
    }
    return changed;
}

/* A language or province of their own choice stays. */
static bool merge_contact(struct store *store, const struct config *config, struct arena *scratch,
                          const struct person *p, int64_t now)
{
    struct contact c;
    contact_get(store, scratch, p->phone, &c);
    bool changed = take(&c.province, slug_at(config, LEX_PROVINCE, p->province), false);
    if (!c.has_language && p->language >= 0) {
        c.has_language = changed = true;
        c.language = (enum language)p->language;
    }
    if (changed || c.is_new) /* without a row they would be in no audience */
        contact_put(store, &c, now);
    return changed;
}

void import_people_apply(struct store *store, const struct config *config, struct arena *scratch, int64_t now,
                         const struct people *people, size_t from, size_t to, struct import_counts *counts)
{
    for (size_t i = from; i < to && store_failed(store) == STORE_FINE; i++) {
        struct arena_mark mark = arena_mark(scratch);
        const struct person *p = &people->rows[i];
        struct volunteer *rows = arena_array(scratch, struct volunteer, BEHIND_ONE_PHONE), *found;
        size_t n = volunteer_of(store, scratch, p->phone, rows, BEHIND_ONE_PHONE);
        struct volunteer fresh = {.phone = p->phone, .status = STR("listed")};
        found = find(scratch, rows, n, p);
        struct volunteer *v = found != NULL ? found : &fresh;
        bool changed = merge(config, v, p);
        if (changed || found == NULL)
            volunteer_put(store, v, now);
        changed |= merge_contact(store, config, scratch, p, now);
        counts->added += found == NULL;
        counts->changed += found != NULL && changed;
        arena_rewind(scratch, mark);
    }
}
