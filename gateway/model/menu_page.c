/* A menu as a page. */
#include "gateway/model/menu_page.h"

#include <assert.h>

#include "gateway/base/segment.h"

enum { NUMBERED_MOST = 8 }; /* 9 is for more */

static bool fits(struct str text, const struct door *door)
{
    struct sms_size size = sms_measure(text);
    return size.units <= (size.encoding == SMS_GSM7 ? door->septets : door->units);
}

static struct str with_line(struct arena *arena, struct str text, struct str line)
{
    if (text.n == 0 || line.n == 0)
        return text.n == 0 ? line : text;
    return str_printf(arena, "%.*s\n%.*s", STR_ARG(text), STR_ARG(line));
}

static struct str option_line(const struct menu *menu, size_t i, size_t place, struct arena *arena)
{
    const struct menu_option *o = &menu->options[i];
    if (o->key.n > 0)
        return str_printf(arena, "%.*s: %.*s", STR_ARG(o->label), STR_ARG(o->key));
    return str_printf(arena, "%.*s: %zu", STR_ARG(o->label), place);
}

/* As many options from FIRST as fit with the line that leads on, if one is
 * needed.  A page holds at least one: the check of the catalogues proves that
 * the longest fits. */
static size_t take(const struct menu *menu, size_t first, struct str *text, const struct door *door,
                   struct arena *arena)
{
    size_t n = 0;
    struct str page = *text;
    while (first + n < menu->n) {
        if (n >= NUMBERED_MOST && menu->options[first + n].key.n == 0)
            break;
        struct str longer = with_line(arena, page, option_line(menu, first + n, n + 1, arena));
        bool last = first + n + 1 == menu->n;
        if (n > 0 && !fits(last ? longer : with_line(arena, longer, door->more), door))
            break;
        page = longer;
        n++;
    }
    *text = page;
    return n;
}

/* Back and home, where there is room and they lead somewhere: from a later page
 * there is always the one before. */
static struct str with_ways_out(struct arena *arena, struct str text, const struct menu *menu, unsigned page,
                                const struct door *door)
{
    const struct str none = STR("");
    const struct str ways[] = {menu->root && page == 0 ? none : door->back, menu->root ? none : door->home};
    for (size_t i = 0; i < 2; i++) {
        struct str longer = with_line(arena, text, ways[i]);
        if (fits(longer, door))
            text = longer;
    }
    return text;
}

static struct menu_view view_at(const struct menu *menu, unsigned page, const struct door *door,
                                struct arena *arena)
{
    struct menu_view view = {.text = menu->prompt};
    bool alone = menu->later && menu->n > 0; /* the prompt is page 0, the list begins behind it */
    if (alone && page == 0) {
        view.more = true;
        view.text = with_line(arena, menu->prompt, door->more);
        return view;
    }
    for (view.page = alone ? 1 : 0;; view.page++) {
        view.text = alone ? STR("") : menu->prompt;
        view.count = take(menu, view.first, &view.text, door, arena);
        view.more = view.first + view.count < menu->n;
        if (view.page == page || !view.more)
            break;
        view.first += view.count;
    }
    if (view.more)
        view.text = with_line(arena, view.text, door->more);
    return view;
}

/* The help comes last to the room: a page holds the same options with it and
 * without, or 9 would pass some over. */
static struct str with_help(struct arena *arena, const struct menu *menu, struct str text,
                            const struct door *door)
{
    struct str longer = with_line(arena, menu->unread.n > 0 ? menu->unread : door->unread, text);
    return fits(longer, door) ? longer : text;
}

struct menu_view menu_view(const struct menu *menu, unsigned page, bool unread, const struct door *door,
                           struct arena *arena)
{
    struct menu_view view = view_at(menu, page, door, arena);
    if (unread)
        view.text = with_help(arena, menu, view.text, door);
    view.text = with_ways_out(arena, view.text, menu, view.page, door);
    return view;
}

void menu_add(struct menu *menu, struct str key, struct str label, struct str value)
{
    assert(menu->n < MENU_OPTIONS_MOST); /* ours: the longest list is that of the provinces */
    menu->options[menu->n++] = (struct menu_option){key, label, value};
}
