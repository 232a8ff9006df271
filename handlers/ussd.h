/* USSD: from one press to the page that answers it. */
#ifndef YAVAR_HANDLERS_USSD_H
#define YAVAR_HANDLERS_USSD_H

#include "handlers/dispatch.h"

/* What the phone shows. */
struct ussd_shown {
    bool none; /* nothing is due: a notice, or nobody we know */
    struct str text;
    bool last;
    enum command_name did; /* what the session brought about with this step; unknown: nothing yet */
};

/* Handles one step inside the open transaction of STORE: what was answered is
 * kept together with the page that is shown.  COMMAND is what the last input
 * means as a text, for questions that a handler asks.  LINE: the channel by
 * which SMS go, empty where none can.  SEPTETS: of a page. */
enum dispatch_outcome dispatch_step(struct store *store, const struct config *config, struct zone *zone,
                                    struct arena *arena, int64_t now_ms, const struct ussd_step *step,
                                    const struct command *command, struct str line, int64_t septets,
                                    struct ussd_shown *shown);

/* Sessions that nobody touched for a while and that no telecom reported as
 * over: their owners are offered to finish by SMS.  Up to MOST; how many.
 * LINE_OF tells the SMS line of a channel. */
size_t dispatch_idle_sessions(struct store *store, const struct config *config, struct zone *zone,
                              struct arena *arena, int64_t now_ms,
                              struct str (*line_of)(const struct config *config, struct str channel),
                              size_t most);

#endif
