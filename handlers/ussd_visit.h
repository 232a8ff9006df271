/* One step of a session while it is handled.  Private to ussd*.c. */
#ifndef YAVAR_HANDLERS_USSD_VISIT_H
#define YAVAR_HANDLERS_USSD_VISIT_H

#include "handlers/flows.h"
#include "handlers/ussd.h"
#include "handlers/ussd_input.h"
#include "handlers/ussd_said.h"

struct visit {
    struct turn *t;
    struct ussd_session *s;
    const struct command *command; /* what the last input means as a text */
    struct str dial;               /* of the channel */
    struct door door;
    struct dialogue d;
    struct said said;
    bool in_said;    /* a handler's words are on the screen, and not a flow's */
    struct str text; /* of the last page, once there is one */
    enum command_name did;
};

/* What this phone left unfinished, in place of the dialogue or of what a
 * handler said; false: nothing. */
bool visit_find_stopped(struct visit *v);
void visit_hear(struct visit *v, const struct inputs *inputs);

#endif
