/* The pieces of an audience: words, quoted words, brackets, commas. */
#include "gateway/model/audience_cut.h"

#include "gateway/base/arena.h"
#include "gateway/base/utf8.h"

static bool is_quote(uint32_t c)
{
    return c == '"' || c == 0xAB || c == 0xBB || (c >= 0x201C && c <= 0x201E);
}

static bool is_sign(uint32_t c)
{
    return c == ',' || c == ';';
}

static bool ends_word(uint32_t c)
{
    return c == ' ' || c == '(' || c == ')' || is_sign(c) || is_quote(c);
}

static uint32_t letter_at(struct str text, size_t at, size_t *next)
{
    struct str rest = str_after(text, at);
    uint32_t c = utf8_next(&rest);
    *next = text.n - rest.n;
    return c;
}

static void add_piece(struct pieces *p, enum piece_kind kind, const struct folded *folded, size_t from,
                      size_t to)
{
    p->v[p->n++] = (struct piece){kind, str_from(folded->text.p + from, to - from), folded->origin[from],
                                  folded->origin[to]};
}

/* Up to behind the next quote, or to the end where there is none. */
static size_t cut_quoted(struct pieces *p, const struct folded *folded, size_t opening, size_t from)
{
    size_t to = from, next = from;
    while (to < folded->text.n && !is_quote(letter_at(folded->text, to, &next)))
        to = next;
    if (to == folded->text.n) {
        add_piece(p, PIECE_QUOTED, folded, opening, to);
        p->unclosed = true;
        return to;
    }
    add_piece(p, PIECE_QUOTED, folded, opening, next);
    p->v[p->n - 1].text = str_from(folded->text.p + from, to - from);
    return next;
}

struct pieces audience_cut(struct arena *arena, const struct folded *folded)
{
    struct pieces pieces = {arena_array(arena, struct piece, folded->text.n + 1), 0, false}, *p = &pieces;
    size_t next = 0;
    for (size_t at = 0; at < folded->text.n; at = next) {
        uint32_t c = letter_at(folded->text, at, &next);
        if (is_quote(c)) {
            next = cut_quoted(p, folded, at, next);
        } else if (c == '(' || c == ')') {
            add_piece(p, c == '(' ? PIECE_OPEN : PIECE_CLOSE, folded, at, next);
        } else if (is_sign(c)) {
            add_piece(p, PIECE_SIGN, folded, at, next);
        } else if (c != ' ') {
            size_t end = next;
            while (end < folded->text.n && !ends_word(letter_at(folded->text, end, &next)))
                end = next;
            next = end;
            add_piece(p, PIECE_WORD, folded, at, end);
        }
    }
    return pieces;
}
