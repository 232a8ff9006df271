/* The lexicon: from three ini files to one hash of folded spellings. */
#include "gateway/conf/lexicon.h"

#include "gateway/base/arena.h"
#include "gateway/base/fold.h"
#include "gateway/conf/ini.h"

enum { BUCKETS = 4096 };

struct builder {
    struct lexicon *lexicon;
    struct arena *arena;
    const char *const *commands;
    size_t command_count;
    struct faults *faults;
    const char *file;
    unsigned line;
};

/* FNV-1a: short words, no adversary (the table is ours). */
static uint32_t hash(struct str s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return h;
}

const struct lex_entry *lexicon_find(const struct lexicon *lexicon, enum lex_kind kind, struct str glued)
{
    const struct lex_entry *entry = lexicon->buckets[hash(glued) & lexicon->mask];
    while (entry != NULL && !(entry->kind == kind && str_eq(entry->glued, glued)))
        entry = entry->next;
    return entry;
}

int lexicon_slug(const struct lexicon *lexicon, enum lex_kind kind, struct str slug)
{
    for (size_t i = 0; i < lexicon->names[kind].n; i++)
        if (str_eq(lexicon->names[kind].v[i].slug, slug))
            return (int)i;
    return -1;
}

bool lexicon_clinical(const struct lexicon *lexicon, struct str specialty)
{
    int place = lexicon_slug(lexicon, LEX_SPECIALTY, specialty);
    return place >= 0 && lexicon->names[LEX_SPECIALTY].v[place].clinical;
}

bool lexicon_knows(const struct lexicon *lexicon, struct str glued)
{
    const struct lex_entry *entry = lexicon->buckets[hash(glued) & lexicon->mask];
    while (entry != NULL && !str_eq(entry->glued, glued))
        entry = entry->next;
    return entry != NULL;
}

static unsigned count_words(struct str folded)
{
    unsigned words = folded.n > 0;
    for (size_t i = 0; i < folded.n; i++)
        words += folded.p[i] == ' ';
    return words;
}

/* Commands and guesses share one space of spellings; so do all the kinds
 * that are looked up side by side. */
static bool collides(enum lex_kind a, enum lex_kind b)
{
    bool command_a = a == LEX_COMMAND || a == LEX_GUESS, command_b = b == LEX_COMMAND || b == LEX_GUESS;
    return a == b || (command_a && command_b);
}

/* Without blanks, and without the punctuation that tokens do not have either
 * (Boyer-Ahmad). */
static struct str glue(struct arena *arena, struct str folded)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < folded.n; i++)
        if (strchr(" -.'&/", folded.p[i]) == NULL)
            sbuf_byte(&out, folded.p[i]);
    return sbuf_str(&out);
}

static void add_folded(struct builder *b, enum lex_kind kind, int value, enum language language,
                       struct str folded)
{
    struct lexicon *lexicon = b->lexicon;
    struct str glued = glue(b->arena, folded);
    struct lex_entry **bucket = &lexicon->buckets[hash(glued) & lexicon->mask];
    if (glued.n == 0)
        return;
    for (struct lex_entry *other = *bucket; other != NULL; other = other->next)
        if (str_eq(other->glued, glued) && collides(other->kind, kind)) {
            if (other->kind != kind || other->value != value)
                faults_add(b->faults, b->file, b->line, "\"%.*s\" means two things", STR_ARG(folded));
            return;
        }
    struct lex_entry *entry = arena_new_of(b->arena, struct lex_entry);
    *entry = (struct lex_entry){glued, kind, value, language, count_words(folded), *bucket, lexicon->all};
    *bucket = entry;
    lexicon->all = entry;
    if (entry->words > lexicon->longest_phrase)
        lexicon->longest_phrase = entry->words;
}

/* "a, b, c" (or with the Persian comma). */
static void add_list(struct builder *b, enum lex_kind kind, int value, enum language language,
                     struct str list)
{
    struct str rest = fold(b->arena, list), word;
    while (rest.p != NULL && str_split(&rest, ',', &word))
        add_folded(b, kind, value, language, str_trim(word));
}

static int command_index(const struct builder *b, struct str name)
{
    for (size_t i = 0; i < b->command_count; i++)
        if (str_is(name, b->commands[i]))
            return (int)i;
    return -1;
}

static int name_index(struct builder *b, enum lex_kind kind, struct str slug)
{
    struct lex_name *v = b->lexicon->names[kind].v;
    size_t n = b->lexicon->names[kind].n;
    int known = lexicon_slug(b->lexicon, kind, slug);
    if (known >= 0)
        return known;
    if (n == LEXICON_NAMES_MOST) {
        faults_add(b->faults, b->file, b->line, "[%.*s] is one too many: %d is the most of a kind",
                   STR_ARG(slug), LEXICON_NAMES_MOST);
        return -1;
    }
    v[n].slug = slug;
    b->lexicon->names[kind].n++;
    return (int)n;
}

static int choice(struct str slug, const char *first, const char *second)
{
    return str_is(slug, first) ? 0 : str_is(slug, second) ? 1 : -1;
}

static int steer_index(struct str slug)
{
    static const char *const steers[STEERS] = {"approve", "pause", "resume", "cancel", "me"};
    for (int i = 0; i < STEERS; i++)
        if (str_is(slug, steers[i]))
            return i;
    return -1;
}

/* What a section of keywords.ini is about; false when it is nothing. */
static bool section_means(struct builder *b, struct str section, enum lex_kind *kind, int *value)
{
    struct str slug = section, word;
    (void)str_split(&slug, ' ', &word); /* a section is never NULL here */
    if (slug.p == NULL) {
        *kind = str_is(word, "filler")  ? LEX_FILLER
                : str_is(word, "group") ? LEX_GROUP
                : str_is(word, "here")  ? LEX_HERE
                : str_is(word, "not")   ? LEX_NOT
                                        : LEX_COMMAND;
        *value = *kind == LEX_COMMAND ? command_index(b, word) : 0;
    } else if (str_is(word, "guess") || str_is(word, "alone")) {
        *kind = str_is(word, "guess") ? LEX_GUESS : LEX_ALONE;
        *value = command_index(b, slug);
    } else if (str_is(word, "category")) {
        *kind = LEX_CATEGORY;
        *value = name_index(b, LEX_CATEGORY, slug);
    } else if (str_is(word, "tongue")) {
        *kind = LEX_TONGUE;
        *value = choice(slug, "fa", "en");
    } else if (str_is(word, "day")) {
        *kind = LEX_DAY;
        *value = choice(slug, "today", "yesterday");
    } else if (str_is(word, "recurrence")) {
        *kind = LEX_RECURRENCE;
        *value = str_is(slug, "monthly") ? 1 : -1;
    } else if (str_is(word, "unit")) {
        *kind = LEX_UNIT;
        *value = str_is(slug, "item") ? 1 : str_is(slug, "day") ? 2 : -1;
    } else if (str_is(word, "steer")) {
        *kind = LEX_STEER;
        *value = steer_index(slug);
    } else {
        return false;
    }
    return *value >= 0;
}

static void add_keywords(struct builder *b, const struct ini *ini)
{
    enum lex_kind kind = LEX_FILLER;
    int value = 0;
    bool known = false;
    for (size_t i = 0; i < ini->n; i++) {
        const struct ini_line *line = &ini->v[i];
        b->line = line->line;
        if (line->key.n == 0) {
            known = section_means(b, line->section, &kind, &value);
            if (!known)
                faults_add(b->faults, b->file, b->line, "[%.*s] is no command and no other list",
                           STR_ARG(line->section));
        } else if (str_is(line->key, "fa") || str_is(line->key, "latin") || str_is(line->key, "en")) {
            if (known)
                add_list(b, kind, value, str_is(line->key, "en") ? LANGUAGE_EN : LANGUAGE_FA, line->value);
        } else {
            faults_add(b->faults, b->file, b->line, "a key is fa, latin or en, not %.*s", STR_ARG(line->key));
        }
    }
}

static bool is_latin(struct str word)
{
    return word.n > 0 && (unsigned char)word.p[0] < 0x80;
}

static void add_words(struct builder *b, enum lex_kind kind, int value, struct str list)
{
    struct str rest = fold(b->arena, list), word;
    while (rest.p != NULL && str_split(&rest, ',', &word)) {
        word = str_trim(word);
        add_folded(b, kind, value, is_latin(word) ? LANGUAGE_EN : LANGUAGE_FA, word);
    }
}

static void set_clinical(struct builder *b, struct lex_name *name, struct str value)
{
    name->clinical = str_is(value, "yes");
    if (!name->clinical && !str_is(value, "no"))
        faults_add(b->faults, b->file, b->line, "clinical is yes or no, not %.*s", STR_ARG(value));
}

/* provinces.ini and specialties.ini: a section a slug. */
static void add_names(struct builder *b, const struct ini *ini, enum lex_kind kind)
{
    enum lex_kind here = kind;
    int value = -1;
    for (size_t i = 0; i < ini->n; i++) {
        const struct ini_line *line = &ini->v[i];
        b->line = line->line;
        if (line->key.n == 0) {
            struct str slug = line->section;
            here = kind;
            if (str_starts(slug, STR("availability ")) && kind == LEX_SPECIALTY) {
                here = LEX_AVAILABILITY;
                slug = str_after(slug, 13);
            }
            value = name_index(b, here, slug);
            continue;
        }
        if (value < 0)
            continue;
        struct lex_name *name = &b->lexicon->names[here].v[value];
        if (str_is(line->key, "fa"))
            name->fa = line->value;
        else if (str_is(line->key, "en"))
            name->en = line->value;
        else if (str_is(line->key, "area"))
            name->area = line->value;
        else if (str_is(line->key, "clinical") && here == LEX_SPECIALTY)
            set_clinical(b, name, line->value);
        else if (!str_is(line->key, "words"))
            faults_add(b->faults, b->file, b->line, "a key is fa, en, area, clinical or words, not %.*s",
                       STR_ARG(line->key));
        if (!str_is(line->key, "area") && !str_is(line->key, "clinical"))
            add_words(b, here, value, line->value);
    }
    for (size_t i = 0; i < b->lexicon->names[kind].n; i++)
        if (b->lexicon->names[kind].v[i].fa.n == 0 || b->lexicon->names[kind].v[i].en.n == 0)
            faults_add(b->faults, b->file, 0, "[%.*s] lacks fa or en",
                       STR_ARG(b->lexicon->names[kind].v[i].slug));
}

static void add_part(struct builder *b, struct str part, int province)
{
    if (part.n < 3 || str_is(part, "and") || lexicon_find(b->lexicon, LEX_PROVINCE, part) != NULL)
        return;
    struct lex_entry *entry = b->lexicon->buckets[hash(part) & b->lexicon->mask];
    while (entry != NULL && !(entry->kind == LEX_PART && str_eq(entry->glued, part)))
        entry = entry->next;
    if (entry == NULL)
        add_folded(b, LEX_PART, province, LANGUAGE_FA, part);
    else if (entry->value != province)
        entry->value = -1; /* خراسان fits three provinces, and is asked back */
}

/* A part of a name that belongs to one province alone names it. */
static void add_parts_of(struct builder *b, int province, struct str name)
{
    struct str rest = fold(b->arena, name), part;
    if (count_words(rest) < 2)
        return;
    for (size_t i = 0; i < rest.n; i++)
        if (rest.p[i] == '-')
            rest = fold(b->arena,
                        str_printf(b->arena, "%.*s %.*s", (int)i, rest.p, STR_ARG(str_after(rest, i + 1))));
    while (rest.p != NULL && str_split(&rest, ' ', &part))
        add_part(b, part, province);
}

static void add_parts(struct builder *b, const struct ini *provinces)
{
    int value = -1;
    for (size_t i = 0; i < provinces->n; i++) {
        const struct ini_line *line = &provinces->v[i];
        if (line->key.n == 0)
            value = name_index(b, LEX_PROVINCE, line->section);
        else if (value >= 0 && (str_is(line->key, "fa") || str_is(line->key, "en")))
            add_parts_of(b, value, line->value);
    }
    for (size_t i = 0; i < provinces->n;
         i++) { /* the further spellings of the same parts: خراسان, khorasan */
        const struct ini_line *line = &provinces->v[i];
        struct str rest = line->value, word;
        if (!str_is(line->key, "words"))
            continue;
        value = name_index(b, LEX_PROVINCE, line->section);
        while (rest.p != NULL && str_split(&rest, ',', &word))
            add_parts_of(b, value, str_trim(word));
    }
}

struct lexicon *lexicon_build(struct arena *arena, const struct lexicon_files *files,
                              const char *const *commands, size_t command_count, struct faults *faults)
{
    struct lexicon *lexicon = arena_new_of(arena, struct lexicon);
    struct builder b = {lexicon, arena, commands, command_count, faults, files->keywords->file, 0};
    lexicon->buckets = arena_array(arena, struct lex_entry *, BUCKETS);
    lexicon->mask = BUCKETS - 1;
    for (int i = 0; i < LEX_KINDS; i++)
        lexicon->names[i].v = arena_array(arena, struct lex_name, LEXICON_NAMES_MOST);
    add_keywords(&b, files->keywords);
    b.file = files->provinces->file;
    add_names(&b, files->provinces, LEX_PROVINCE);
    add_parts(&b, files->provinces);
    b.file = files->specialties->file;
    add_names(&b, files->specialties, LEX_SPECIALTY);
    return lexicon;
}
