/* A menu as a page that fits: options are never cut, long lists go on behind
 * 9, back and home stand wherever there is room.  Private to the dialogue
 * engine, to what shows other texts in parts, and to their tests.  Pure. */
#ifndef YAVAR_MODEL_MENU_PAGE_H
#define YAVAR_MODEL_MENU_PAGE_H

#include "gateway/model/dialogue.h"

struct menu_view {
    struct str text;
    unsigned page;       /* the one shown: the last where the one asked for is not there */
    size_t first, count; /* the options on it */
    bool more;           /* 9 leads on */
};
/* What stands on that page, as far as keys mean something; its text is not put together. */
struct menu_view menu_lay(const struct menu *menu, unsigned page, const struct door *door);
struct menu_view menu_view(const struct menu *menu, unsigned page, bool unread, const struct door *door,
                           struct arena *arena);

#endif
