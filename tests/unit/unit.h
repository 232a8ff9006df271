/* What the unit tests share: cmocka in its order of includes, a tally that
 * goes on after a failure (a table tells all its failing rows at once), seeded
 * randomness, rows of tests/data, and the built-in words for understand().
 *
 * Working directory: the root of the repository. */
#ifndef YAVAR_TESTS_UNIT_H
#define YAVAR_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handlers/dispatch.h"
#include "gateway/base/arena.h"
#include "gateway/base/crypto.h"
#include "gateway/base/icu.h"
#include "gateway/base/str.h"
#include "gateway/base/utf8.h"
#include "gateway/conf/texts.h"
#include "gateway/model/understand.h"

/* A new folder below TMPDIR, else /tmp; its maker removes it. */
enum { FOLDER_ROOM = 400 };
static inline bool folder_new(char folder[FOLDER_ROOM], const char *name)
{
    const char *parent = getenv("TMPDIR");
    int n = snprintf(folder, FOLDER_ROOM, "%s/yavar-%s-XXXXXX",
                     parent != NULL && parent[0] != '\0' ? parent : "/tmp", name);
    return n > 0 && n < FOLDER_ROOM && mkdtemp(folder) != NULL;
}

/* Failures of one test; only the first SHOWN are printed. */
struct tally {
    unsigned done, failed, shown;
};

static inline struct tally tally_new(void)
{
    return (struct tally){0, 0, 25};
}

__attribute__((format(printf, 3, 4))) static inline bool tally_check(struct tally *t, bool holds,
                                                                     const char *format, ...)
{
    t->done++;
    if (holds)
        return true;
    if (t->failed++ < t->shown) {
        va_list args;
        va_start(args, format);
        (void)fputs("    FAILED: ", stderr); /* a report line: nothing to do where it cannot be written */
        (void)vfprintf(stderr, format, args);
        (void)fputc('\n', stderr);
        va_end(args);
    }
    return false;
}

#define tally_end(t)                                                    \
    do {                                                                \
        if ((t)->failed > 0)                                            \
            fail_msg("%u of %u checks failed", (t)->failed, (t)->done); \
        assert_true((t)->done > 0);                                     \
    } while (0)

/* splitmix64: the same numbers on every machine. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
    return random_next(state) % n;
}

/* N picks out of PARTS, one behind another. */
static inline struct str random_text(struct arena *arena, uint64_t *state, const char *const *parts,
                                     size_t count, size_t n)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < n; i++)
        sbuf_add(&out, str_of(parts[random_below(state, count)]));
    return sbuf_str(&out);
}

static inline struct str repeated(struct arena *arena, const char *part, size_t times)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < times; i++)
        sbuf_add(&out, str_of(part));
    return sbuf_str(&out);
}

static inline struct str read_data(struct arena *arena, const char *path)
{
    struct sbuf out = sbuf_in(arena);
    char block[4096];
    size_t n;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s cannot be opened: run from the root of the repository", path);
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        sbuf_add(&out, str_from(block, n));
    assert_int_equal(fclose(file), 0);
    return sbuf_str(&out);
}

/* One row of a .tsv; missing columns are empty.  False at the end. */
static inline bool tsv_next(struct str *rest, struct str *cells, size_t most)
{
    struct str line = {NULL, 0};
    while (line.n == 0)
        if (!str_split(rest, '\n', &line))
            return false;
    for (size_t i = 0; i < most; i++) {
        cells[i] = (struct str){"", 0};
        if (line.p != NULL && !str_split(&line, '\t', &cells[i]))
            cells[i] = (struct str){"", 0};
    }
    return true;
}

static inline unsigned hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

static inline struct str unhex(struct arena *arena, struct str hex)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i + 1 < hex.n; i += 2)
        sbuf_byte(&out, (char)(hex_digit(hex.p[i]) * 16 + hex_digit(hex.p[i + 1])));
    return sbuf_str(&out);
}

/* The grammar and the built-in words: the state of a test group. */
struct words {
    struct arena *arena;
    const struct texts *texts;
    struct grammar *grammar;
};

static inline int words_open(void **state)
{
    struct words *words = calloc(1, sizeof *words);
    struct error e = {""};
    if (words == NULL || !icu_start(&e) || !crypto_start(&e))
        return -1;
    words->arena = arena_new(1 << 16);
    struct faults faults = faults_in(words->arena);
    size_t lists;
    const struct message_spec *const *messages = dispatch_messages(&lists);
    words->texts =
        texts_load(words->arena, STR(""), command_names, COMMAND_unknown, messages, lists, &faults);
    if (faults.count > 0)
        (void)fprintf(stderr, "%.*s", STR_ARG(sbuf_str(&faults.text))); /* a report line */
    words->grammar = grammar_new(&e);
    *state = words;
    return faults.count == 0 && words->grammar != NULL ? 0 : -1;
}

static inline int words_close(void **state)
{
    struct words *words = *state;
    grammar_free(words->grammar);
    arena_free(words->arena);
    free(words);
    return 0;
}

static inline struct command words_understand(const struct words *words, struct arena *arena, struct str text)
{
    return understand(words->grammar, words->texts->lexicon, "98", arena, text);
}

#endif
