/* What the fuzz targets share: a property that ends the run when it does not
 * hold, what every text of ours must be, and the built-in words.
 *
 * A target is one file with LLVMFuzzerTestOneInput.  It lives in an arena of
 * its own for each input, so that the sanitizers see what outlives it. */
#ifndef YAVAR_TESTS_FUZZ_FUZZ_H
#define YAVAR_TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "handlers/dispatch.h"
#include "gateway/base/arena.h"
#include "gateway/base/crypto.h"
#include "gateway/base/icu.h"
#include "gateway/base/utf8.h"
#include "gateway/conf/texts.h"
#include "gateway/model/understand.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() is what libFuzzer keeps an input for. */
#define MUST(property)                                                                          \
    do {                                                                                        \
        if (!(property)) {                                                                      \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property); \
            abort();                                                                            \
        }                                                                                       \
    } while (0)

/* A copy of just that size: a read behind its end is seen. */
static inline struct str fuzz_input(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);
    MUST(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    return str_from(copy, size);
}

static inline void fuzz_input_free(struct str input)
{
    free((char *)(uintptr_t)input.p);
}

static inline bool has_nul(struct str s)
{
    return s.n > 0 && memchr(s.p, 0, s.n) != NULL;
}

/* What may be kept, shown and sent on. */
static inline bool is_text(struct str s)
{
    return utf8_valid(s) && !has_nul(s);
}

/* The parts of an input stand between lines of a single form feed; the last
 * part takes the rest. */
static inline struct str next_part(struct str *rest)
{
    for (size_t i = 0; i + 1 < rest->n; i++)
        if (rest->p[i] == '\f' && rest->p[i + 1] == '\n') {
            struct str part = str_from(rest->p, i);
            *rest = str_after(*rest, i + 2);
            return part;
        }
    struct str part = *rest;
    *rest = str_after(*rest, rest->n);
    return part;
}

/* The built-in words and the grammar; kept until the end. */
struct fuzz_words {
    struct arena *arena;
    const struct texts *texts;
    struct grammar *grammar;
};

static inline struct fuzz_words fuzz_words_open(void)
{
    struct error e;
    size_t lists;
    MUST(icu_start(&e) && crypto_start(&e));
    struct fuzz_words words = {.arena = arena_new(1 << 16), .grammar = grammar_new(&e)};
    struct faults faults = faults_in(words.arena);
    const struct message_spec *const *messages = dispatch_messages(&lists);
    words.texts = texts_load(words.arena, STR(""), command_names, COMMAND_unknown, messages, lists, &faults);
    MUST(faults.count == 0 && words.grammar != NULL);
    return words;
}

#endif
