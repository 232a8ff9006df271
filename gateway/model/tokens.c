/* The tokens of a text: one pattern, walked from left to right.
 *
 * PCRE2's default limits are useless (10 million steps), so ours are set; the
 * pattern is linear anyway.  Where memory may not be made executable JIT
 * fails, and matching goes on interpreted: that is normal. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "gateway/model/tokens.h"

#include <pcre2.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/memory.h"

/* Groups: 1 a date (2 or 3 its separator), 4 a minus at a word's start, 5 digits
 * with single separators between, 6 letters or a currency's sign; else a colon. */
static const char pattern[] = "([0-9]{4}([-/.])[0-9]{1,2}\\2[0-9]{1,2}(?![0-9])|[0-9]{1,2}([-/"
                              ".])[0-9]{1,2}\\3(?:1[34]|20)[0-9]{2}(?![0-9]))"
                              "|(?:(?<![^ ])(-))?((?:(?<![^ -])[./])?[0-9]+(?:[.,/'_][0-9]+)*)"
                              "|([\\p{L}\\p{M}]+|\\p{Sc})"
                              "|(:)";
enum {
    GROUP_DATE = 1,
    GROUP_SIGN = 4,
    GROUP_NUMBER = 5,
    GROUP_WORD = 6,
    TOKENS_MOST = 1024,
    PARTS_MOST = 32
};

struct grammar {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    pcre2_compile_context *compile;
    pcre2_general_context *memory;
};

static void *take(PCRE2_SIZE n, void *context)
{
    (void)context; /* memory has none */
    return memory_take(n);
}

static void give(void *p, void *context)
{
    (void)context; /* memory has none */
    memory_free(p);
}

struct grammar *grammar_new(struct error *e)
{
    struct grammar *g = calloc(1, sizeof *g);
    int code = 0;
    PCRE2_SIZE at = 0;
    if (g != NULL) { /* only when memory is out: tests/faults */
        g->memory = pcre2_general_context_create(take, give, NULL);
        g->compile = pcre2_compile_context_create(g->memory);
        g->code = pcre2_compile((PCRE2_SPTR)pattern, sizeof pattern - 1, PCRE2_UTF, &code, &at, g->compile);
        g->limits = pcre2_match_context_create(g->memory);
    }
    if (g != NULL && g->code != NULL) /* only when memory is out: tests/faults */
        g->match = pcre2_match_data_create_from_pattern(g->code, g->memory);
    if (g == NULL || g->match == NULL || g->limits == NULL) { /* only when memory is out: tests/faults */
        error_set(e, "the grammar does not compile: PCRE2 says %d at %zu", code, (size_t)at);
        grammar_free(g);
        return NULL;
    }
    /* no JIT: interpreted, as said above */
    (void)pcre2_jit_compile(g->code, PCRE2_JIT_COMPLETE);
    (void)pcre2_set_match_limit(g->limits, 10000); /* these three cannot fail */
    (void)pcre2_set_depth_limit(g->limits, 1000);  /* nor this */
    (void)pcre2_set_heap_limit(g->limits, 1024);   /* KiB; nor this */
    return g;
}

void grammar_free(struct grammar *g)
{
    if (g == NULL)
        return;
    pcre2_match_data_free(g->match);
    pcre2_match_context_free(g->limits);
    pcre2_code_free(g->code);
    pcre2_compile_context_free(g->compile);
    pcre2_general_context_free(g->memory);
    free(g);
}

struct cutter {
    struct tokens tokens;
    struct arena *arena;
    const struct folded *folded;
    const struct lexicon *lexicon;
    size_t end; /* of the token before, in the folded text */
};

static struct token *add(struct cutter *c, enum token_kind kind, size_t from, size_t to)
{
    if (c->tokens.n == TOKENS_MOST)
        return NULL;
    struct token *t = &c->tokens.v[c->tokens.n++];
    *t = (struct token){.kind = kind, .text = str_from(c->folded->text.p + from, to - from)};
    t->touches = c->tokens.n > 1 && from == c->end;
    t->from = c->folded->origin[from];
    t->to = c->folded->origin[to];
    c->end = to;
    return t;
}

static void add_number(struct cutter *c, size_t from, size_t to, bool negative)
{
    struct digits digits = digits_read(str_from(c->folded->text.p + from, to - from));
    if (digits.form != DIGITS_APART) {
        struct token *t = add(c, TOKEN_NUMBER, from, to);
        if (t != NULL) {
            t->digits = digits;
            t->negative = negative;
        }
        return;
    }
    for (size_t i = from; i < to;) { /* 1007,500000: two numbers */
        size_t end = i;
        while (end < to && c->folded->text.p[end] >= '0' && c->folded->text.p[end] <= '9')
            end++;
        add_number(c, i, end, negative && i == from);
        i = end + 1;
    }
}

static void add_word(struct cutter *c, size_t from, size_t to)
{
    struct str parts[PARTS_MOST], word = str_from(c->folded->text.p + from, to - from);
    const struct number_word *number = number_word_find(word);
    size_t n =
        number == NULL && !lexicon_knows(c->lexicon, word) ? number_word_split(word, parts, PARTS_MOST) : 0;
    if (n == 0) {
        struct token *t = add(c, TOKEN_WORD, from, to);
        if (t != NULL) /* unreachable: grammar_tokens has looked for room */
            t->number = number;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t start = (size_t)(parts[i].p - c->folded->text.p);
        struct token *t = add(c, TOKEN_WORD, start, start + parts[i].n);
        if (t != NULL)
            t->number = number_word_find(parts[i]);
    }
}

/* `ری‌ال`, `پان صد`: words that mean something in a number only once they stand together, of four Persian
 * letters or more.  Of two that mean something by themselves nothing is made. */
static const struct number_word *joined(const struct token *a, const struct token *b, char glued[],
                                        size_t most)
{
    enum { LEAST = 4 * 2 };
    size_t n = a->text.n + b->text.n;
    if (a->kind != TOKEN_WORD || b->kind != TOKEN_WORD || (a->number != NULL && b->number != NULL) ||
        n < LEAST || n > most)
        return NULL;
    memcpy(glued, a->text.p, a->text.n);
    memcpy(glued + a->text.n, b->text.p, b->text.n);
    return number_word_find(str_from(glued, n));
}

static void join_words(struct cutter *c)
{
    struct tokens *all = &c->tokens;
    char glued[24]; /* the longest word in a number has less */
    size_t kept = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct token t = all->v[i];
        const struct number_word *number =
            i + 1 < all->n ? joined(&t, &all->v[i + 1], glued, sizeof glued) : NULL;
        if (number != NULL) {
            t.text = str_dup(c->arena, str_from(glued, t.text.n + all->v[i + 1].text.n));
            t.number = number;
            t.to = all->v[++i].to;
        }
        all->v[kept++] = t;
    }
    all->n = kept;
}

static bool has(const PCRE2_SIZE *ovector, int group)
{
    return ovector[2 * group] != PCRE2_UNSET;
}

struct tokens grammar_tokens(struct grammar *g, struct arena *arena, const struct folded *folded,
                             const struct lexicon *lexicon)
{
    struct str text = folded->text;
    size_t room = text.n + 1 < TOKENS_MOST ? text.n + 1 : TOKENS_MOST;
    struct cutter c = {{arena_array(arena, struct token, room), 0}, arena, folded, lexicon, 0};
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(g->match);
    for (size_t from = 0; from < text.n && c.tokens.n < room;) {
        int groups =
            pcre2_match(g->code, (PCRE2_SPTR)text.p, text.n, from, PCRE2_NO_UTF_CHECK, g->match, g->limits);
        if (groups <= 0)
            break; /* nothing more, or a limit: what follows is as good as punctuation */
        if (has(at, GROUP_DATE))
            (void)add(&c, TOKEN_DATE, at[0], at[1]); /* full: the loop ends */
        else if (has(at, GROUP_NUMBER))
            add_number(&c, at[2 * GROUP_NUMBER], at[2 * GROUP_NUMBER + 1], has(at, GROUP_SIGN));
        else if (has(at, GROUP_WORD))
            add_word(&c, at[0], at[1]);
        else
            (void)add(&c, TOKEN_COLON, at[0], at[1]); /* full: the loop ends */
        from = at[1];
    }
    join_words(&c);
    return c.tokens;
}

void grammar_library_version(char out[64])
{
    int room = pcre2_config(PCRE2_CONFIG_VERSION, NULL);
    out[0] = '\0';
    if (room > 0 && room <= 64)                        /* unreachable: PCRE2 has a version, and a short one */
        (void)pcre2_config(PCRE2_CONFIG_VERSION, out); /* it has just said how long it is */
}
