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

/* As many options from FIRST as fit under HEAD with the line that leads on, if
 * one is needed. */
static size_t fitting(const struct menu *menu, size_t first, struct str head, const struct door *door,
                      struct arena *arena)
{
    size_t n = 0, fit = 0;
    while (first + n < menu->n && !(n >= NUMBERED_MOST && menu->options[first + n].key.n == 0)) {
        head = with_line(arena, head, option_line(menu, first + n, n + 1, arena));
        if (!fits(head, door))
            break;
        bool last = first + ++n == menu->n;
        if (last || fits(with_line(arena, head, door->more), door))
            fit = n; /* the last may fit where the way on behind the one before did not */
    }
    return fit;
}

static struct str with_options(const struct menu *menu, size_t first, size_t count, struct str text,
                               struct arena *arena)
{
    for (size_t i = 0; i < count; i++)
        text = with_line(arena, text, option_line(menu, first + i, i + 1, arena));
    return text;
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

/* Where the letter in front of C may be followed by a new page: 2 behind a line,
 * 1 behind a word, 0 anywhere, -1 inside a character. */
static int break_at(char c)
{
    if (((unsigned char)c & 0xC0) == 0x80)
        return -1;
    return c == '\n' ? 2 : c == ' ' ? 1 : 0;
}

/* The first part of TEXT, which does not fit with the line that leads on: whole
 * lines of it, else whole words, else letters. */
static size_t part_of(struct str text, const struct door *door, struct arena *arena)
{
    size_t ends[3] = {0, 0, 0};
    for (size_t i = 1; i < text.n && fits(with_line(arena, str_from(text.p, i), door->more), door); i++)
        if (break_at(text.p[i]) >= 0)
            ends[break_at(text.p[i])] = i;
    for (int kind = 2; kind > 0; kind--)
        if (ends[kind] > 0)
            return ends[kind];
    return ends[0] > 0 ? ends[0] : text.n; /* a page of nothing but its way on would be none */
}

struct walk {
    struct str head; /* what is left of the prompt */
    size_t first;    /* the option that comes next */
};

/* A page of nothing but a prompt: it does not fit with an option, or the list
 * is to come behind it. */
static struct menu_view prompt_page(const struct menu *menu, struct walk *walk, const struct door *door,
                                    struct arena *arena)
{
    bool whole = fits(menu->n > 0 ? with_line(arena, walk->head, door->more) : walk->head, door);
    size_t n = whole ? walk->head.n : part_of(walk->head, door, arena);
    struct menu_view view = {.text = str_from(walk->head.p, n), .first = walk->first};
    walk->head = str_trim(str_after(walk->head, n));
    view.more = walk->head.n > 0 || menu->n > 0;
    return view;
}

/* The options are the same whether the last answer was read or not, so that
 * none is lost between two pages. */
static struct menu_view option_page(const struct menu *menu, struct walk *walk, struct str help,
                                    const struct door *door, struct arena *arena)
{
    size_t plain = fitting(menu, walk->first, walk->head, door, arena);
    size_t helped = fitting(menu, walk->first, help, door, arena);
    bool whole = walk->first + plain == menu->n; /* yes and no stay together: help gives way */
    size_t count = plain - (!whole && helped > 0 && helped + 1 == plain); /* else it may cost one option */
    struct menu_view view = {.text = walk->head, .first = walk->first, .count = count > 0 ? count : 1};
    walk->first += view.count;
    walk->head = STR(""); /* options come first on what follows: fewer pages, less time */
    view.more = walk->first < menu->n;
    return view;
}

static struct menu_view next_page(const struct menu *menu, struct walk *walk, struct str help,
                                  const struct door *door, struct arena *arena)
{
    bool together = !menu->later && fitting(menu, walk->first, walk->head, door, arena) > 0;
    if (menu->n == 0 || (walk->head.n > 0 && !together))
        return prompt_page(menu, walk, door, arena);
    return option_page(menu, walk, help, door, arena);
}

static struct str view_text(const struct menu *menu, const struct menu_view *view, struct str head,
                            const struct door *door, struct arena *arena)
{
    struct str text = with_options(menu, view->first, view->count, head, arena);
    return view->more ? with_line(arena, text, door->more) : text;
}

/* With one line of help where it fits; over a list it may stand in the prompt's place. */
static struct str helped_text(const struct menu *menu, const struct menu_view *view, struct str help,
                              const struct door *door, struct arena *arena)
{
    struct str text = view_text(menu, view, with_line(arena, help, view->text), door, arena);
    bool list = view->count > 0 && (menu->root || menu->options[view->first].key.n == 0);
    if (!fits(text, door) && list)
        text = view_text(menu, view, help, door, arena);
    return fits(text, door) ? text : view_text(menu, view, view->text, door, arena);
}

struct menu_view menu_view(const struct menu *menu, unsigned page, bool unread, const struct door *door,
                           struct arena *arena)
{
    struct str help = menu->unread.n > 0 ? menu->unread : door->unread;
    struct walk walk = {.head = menu->prompt};
    struct menu_view view = next_page(menu, &walk, help, door, arena);
    while (view.more && view.page < page) {
        unsigned before = view.page;
        view = next_page(menu, &walk, help, door, arena);
        view.page = before + 1;
    }
    bool again = view.first > 0 && !menu->later; /* where no option has to give way */
    if (again && fits(view_text(menu, &view, menu->prompt, door, arena), door))
        view.text = menu->prompt;
    struct str text =
        unread ? helped_text(menu, &view, help, door, arena) : view_text(menu, &view, view.text, door, arena);
    view.text = with_ways_out(arena, text, menu, view.page, door);
    return view;
}

void menu_add(struct menu *menu, struct str key, struct str label, struct str value)
{
    assert(menu->n < MENU_OPTIONS_MOST); /* ours: the longest list is that of the provinces */
    menu->options[menu->n++] = (struct menu_option){key, label, value};
}
