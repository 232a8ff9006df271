/* What a handler said on the screen of who dialled: a question of its own, or
 * a text that takes more than one page.  Private to ussd*.c. */
#ifndef YAVAR_HANDLERS_USSD_SAID_H
#define YAVAR_HANDLERS_USSD_SAID_H

#include "gateway/model/menu_page.h"
#include "handlers/turn.h"

struct said {
    struct str text;
    unsigned page, wrong;
    struct str question; /* the contact's, as it was asked; empty: nothing was */
    int64_t asked_at;
};

/* As a session keeps it. */
struct str said_write(struct turn *t, const struct said *said);
/* What a session keeps: one of the two, or what no program of today's reads. */
enum kept { KEPT_NOTHING, KEPT_SAID, KEPT_FLOW };
enum kept kept_read(struct turn *t, struct str text, struct said *said, struct dialogue *d);
/* Whether its question still stands open: nobody answered it elsewhere, and no newer one replaced it. */
bool said_is_open(const struct turn *t, const struct said *said);
struct menu_view said_view(const struct turn *t, const struct said *said, const struct door *door);

enum said_heard {
    SAID_PAGE,   /* show the page where it stands now */
    SAID_ANSWER, /* the input answers the question */
    SAID_GONE,   /* there is no such question any more */
    SAID_READ,   /* there was nothing to answer */
    SAID_LEFT,   /* not understood three times */
};
/* The turn's command is what INPUT means as a text. */
enum said_heard said_hear(struct turn *t, struct said *said, const struct door *door, struct str input);

#endif
