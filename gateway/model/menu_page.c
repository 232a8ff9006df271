/* A menu as a page. */
#include "gateway/model/menu_page.h"

#include <assert.h>

#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"

enum { NUMBERED_MOST = 8 }; /* 9 is for more */

/* A menu to be laid on a page.  Each text is measured once: what is tried only adds up. */
struct sheet {
    const struct menu *menu;
    const struct door *door;
    struct sms_share more;                     /* the line that leads on */
    struct sms_share lines[MENU_OPTIONS_MOST]; /* the options', but for their places */
    size_t measured;                           /* of them, from the first */
};

static struct sheet sheet_of(const struct menu *menu, const struct door *door)
{
    return (struct sheet){.menu = menu, .door = door, .more = sms_share(door->more)};
}

static bool fits(struct sms_share share, const struct door *door)
{
    return share.beyond ? share.units <= door->units : share.septets <= door->septets;
}

/* ---- what lines take ---- */

static struct sms_share with_line(struct sms_share text, struct sms_share line)
{
    bool apart = text.units > 0 && line.units > 0;
    return sms_joined(text, sms_joined(line, (struct sms_share){apart, apart, false}));
}

static struct sms_share option_share(struct sheet *sheet, size_t i)
{
    const struct menu_option *options = sheet->menu->options;
    for (; sheet->measured <= i; sheet->measured++) {
        const struct menu_option *o = &options[sheet->measured];
        sheet->lines[sheet->measured] =
            sms_joined(sms_joined(sms_share(o->label), sms_share(o->key)), sms_share(STR(": ")));
    }
    unsigned digits = options[i].key.n > 0 ? 0 : 1; /* NUMBERED_MOST has one */
    return sms_joined(sheet->lines[i], (struct sms_share){digits, digits, false});
}

/* As many options from FIRST as fit under HEAD with the line that leads on, if
 * one is needed. */
static size_t fitting(struct sheet *sheet, size_t first, struct sms_share head)
{
    const struct menu *menu = sheet->menu;
    size_t n = 0, fit = 0;
    while (first + n < menu->n && !(n >= NUMBERED_MOST && menu->options[first + n].key.n == 0)) {
        head = with_line(head, option_share(sheet, first + n));
        if (!fits(head, sheet->door))
            break;
        bool last = first + ++n == menu->n;
        if (last || fits(with_line(head, sheet->more), sheet->door))
            fit = n; /* the last may fit where the way on behind the one before did not */
    }
    return fit;
}

/* The page under HEAD, without its ways out. */
static struct sms_share view_share(struct sheet *sheet, const struct menu_view *view, struct sms_share head)
{
    for (size_t i = 0; i < view->count; i++)
        head = with_line(head, option_share(sheet, view->first + i));
    return view->more ? with_line(head, sheet->more) : head;
}

/* ---- laying ---- */

/* Where the letter in front of C may be followed by a new page: 2 behind a line,
 * 1 behind a word, 0 anywhere. */
static int break_at(char c)
{
    return c == '\n' ? 2 : c == ' ' ? 1 : 0;
}

/* The first part of TEXT, which does not fit with the line that leads on: whole
 * lines of it, else whole words, else letters. */
static size_t part_of(struct str text, const struct sheet *sheet)
{
    size_t ends[3] = {0, 0, 0};
    struct sms_share share = {0, 0, false};
    for (struct str rest = text;;) { /* it ends where the text is too much, or ends */
        const char *letter = rest.p;
        (void)utf8_next(&rest); /* only its length */
        share = sms_joined(share, sms_share(str_from(letter, (size_t)(rest.p - letter))));
        if (rest.n == 0 || !fits(with_line(share, sheet->more), sheet->door))
            break;
        ends[break_at(rest.p[0])] = text.n - rest.n;
    }
    for (int kind = 2; kind > 0; kind--)
        if (ends[kind] > 0)
            return ends[kind];
    return ends[0] > 0 ? ends[0] : text.n; /* a page of nothing but its way on would be none */
}

struct walk {
    struct str head; /* what is left of the prompt */
    struct sms_share share;
    size_t first; /* the option that comes next */
};

static void walk_on(struct walk *walk, struct str head)
{
    walk->head = head;
    walk->share = sms_share(head);
}

/* A page of nothing but a prompt: it does not fit with an option, or the list
 * is to come behind it. */
static struct menu_view prompt_page(const struct sheet *sheet, struct walk *walk)
{
    const struct menu *menu = sheet->menu;
    bool whole = fits(menu->n > 0 ? with_line(walk->share, sheet->more) : walk->share, sheet->door);
    size_t n = whole ? walk->head.n : part_of(walk->head, sheet);
    struct menu_view view = {.text = str_from(walk->head.p, n), .first = walk->first};
    walk_on(walk, str_trim(str_after(walk->head, n)));
    view.more = walk->head.n > 0 || menu->n > 0;
    return view;
}

static struct str help_of(const struct menu *menu, const struct door *door)
{
    return menu->unread.n > 0 ? menu->unread : door->unread;
}

/* The options are the same whether the last answer was read or not, so that
 * none is lost between two pages. */
static struct menu_view option_page(struct sheet *sheet, struct walk *walk, size_t plain)
{
    const struct menu *menu = sheet->menu;
    size_t helped = walk->first + plain == menu->n /* yes and no stay together: help gives way */
                        ? 0
                        : fitting(sheet, walk->first, sms_share(help_of(menu, sheet->door)));
    size_t count = plain - (helped > 0 && helped + 1 == plain); /* else it may cost one option */
    struct menu_view view = {.text = walk->head, .first = walk->first, .count = count > 0 ? count : 1};
    walk->first += view.count;
    walk_on(walk, STR("")); /* options come first on what follows: fewer pages, less time */
    view.more = walk->first < menu->n;
    return view;
}

static struct menu_view next_page(struct sheet *sheet, struct walk *walk)
{
    const struct menu *menu = sheet->menu;
    bool apart = menu->n == 0 || (menu->later && walk->head.n > 0);
    size_t plain = apart ? 0 : fitting(sheet, walk->first, walk->share);
    if (menu->n == 0 || (walk->head.n > 0 && plain == 0))
        return prompt_page(sheet, walk);
    return option_page(sheet, walk, plain);
}

static struct menu_view lay(struct sheet *sheet, unsigned page)
{
    struct walk walk = {.first = 0};
    walk_on(&walk, sheet->menu->prompt);
    struct menu_view view = next_page(sheet, &walk);
    while (view.more && view.page < page) {
        unsigned before = view.page;
        view = next_page(sheet, &walk);
        view.page = before + 1;
    }
    return view;
}

struct menu_view menu_lay(const struct menu *menu, unsigned page, const struct door *door)
{
    struct sheet sheet = sheet_of(menu, door);
    return lay(&sheet, page);
}

/* ---- its text ---- */

static void add_line(struct sbuf *page, struct str line)
{
    if (page->n > 0 && line.n > 0)
        sbuf_byte(page, '\n');
    sbuf_add(page, line);
}

static void add_option(struct sbuf *page, const struct menu_option *o, size_t place)
{
    if (page->n > 0)
        sbuf_byte(page, '\n');
    sbuf_add(page, o->label);
    sbuf_add(page, STR(": "));
    if (o->key.n > 0)
        sbuf_add(page, o->key);
    else
        sbuf_printf(page, "%zu", place);
}

/* HELP and the view's text stand first: with one line of help where it fits; over
 * a list it may stand in the prompt's place.  What the page takes with them. */
static struct sms_share choose_head(struct sheet *sheet, struct menu_view *view, struct str *help)
{
    const struct menu *menu = sheet->menu;
    struct sms_share own = sms_share(*help), head = sms_share(view->text), share;
    bool list = view->count > 0 && (menu->root || menu->options[view->first].key.n == 0);
    if (help->n > 0) {
        share = view_share(sheet, view, with_line(own, head));
        if (fits(share, sheet->door))
            return share;
        share = view_share(sheet, view, own);
        if (list && fits(share, sheet->door)) {
            view->text = STR("");
            return share;
        }
    }
    *help = STR("");
    return view_share(sheet, view, head);
}

/* Back and home, where there is room and they lead somewhere: from a later page
 * there is always the one before. */
static void add_ways_out(struct sbuf *text, struct sms_share share, const struct sheet *sheet, unsigned page)
{
    const struct str none = STR("");
    const struct menu *menu = sheet->menu;
    const struct str ways[] = {menu->root && page == 0 ? none : sheet->door->back,
                               menu->root ? none : sheet->door->home};
    for (size_t i = 0; i < 2; i++) {
        struct sms_share longer = with_line(share, sms_share(ways[i]));
        if (!fits(longer, sheet->door))
            continue;
        add_line(text, ways[i]);
        share = longer;
    }
}

struct menu_view menu_view(const struct menu *menu, unsigned page, bool unread, const struct door *door,
                           struct arena *arena)
{
    struct sheet sheet = sheet_of(menu, door);
    struct menu_view view = lay(&sheet, page);
    struct sbuf text = sbuf_in(arena);
    struct str help = unread ? help_of(menu, door) : STR("");
    bool again = view.first > 0 && !menu->later; /* where no option has to give way */
    if (again && fits(view_share(&sheet, &view, sms_share(menu->prompt)), door))
        view.text = menu->prompt;
    struct sms_share share = choose_head(&sheet, &view, &help);
    add_line(&text, help);
    add_line(&text, view.text);
    for (size_t i = 0; i < view.count; i++)
        add_option(&text, &menu->options[view.first + i], i + 1);
    if (view.more)
        add_line(&text, door->more);
    add_ways_out(&text, share, &sheet, view.page);
    view.text = sbuf_str(&text);
    return view;
}

void menu_add(struct menu *menu, struct str key, struct str label, struct str value)
{
    assert(menu->n < MENU_OPTIONS_MOST); /* ours: the longest lists are the lexicon's */
    menu->options[menu->n++] = (struct menu_option){key, label, value};
}
