/* FriBidi. */
#include "gateway/base/bidi.h"

#include <fribidi.h>

#include "gateway/base/arena.h"
#include "gateway/base/utf8.h"

static void lay_line(struct sbuf *out, struct str line, bool right_to_left)
{
    FriBidiChar *logical = arena_array(out->arena, FriBidiChar, line.n + 1);
    FriBidiChar *visual = arena_array(out->arena, FriBidiChar, line.n + 1);
    FriBidiStrIndex n = 0;
    while (line.n > 0)
        logical[n++] = utf8_next(&line);
    FriBidiParType base = right_to_left ? FRIBIDI_PAR_RTL : FRIBIDI_PAR_LTR;
    if (n > 0 && fribidi_log2vis(logical, n, &base, visual, NULL, NULL, NULL) == 0)
        return; /* only when FriBidi has no memory; then check finds the code missing and says so */
    for (FriBidiStrIndex i = 0; i < n; i++)
        utf8_add(out, visual[i]);
}

struct str bidi_visual(struct arena *arena, struct str text, bool right_to_left)
{
    struct sbuf out = sbuf_in(arena);
    struct str line;
    bool first = true;
    while (text.p != NULL && str_split(&text, '\n', &line)) {
        if (!first)
            sbuf_byte(&out, '\n');
        lay_line(&out, line, right_to_left);
        first = false;
    }
    return sbuf_str(&out);
}
