/* Flows: dialogues as tables, each written once, a file each, and the doors
 * that drive them.
 *
 * A flow's context is a turn.  Steps read the store and the catalogues; what a
 * flow ends in is done by the handler that the SMS command has. */
#ifndef YAVAR_HANDLERS_FLOWS_H
#define YAVAR_HANDLERS_FLOWS_H

#include "gateway/base/segment.h"
#include "gateway/model/dialogue.h"
#include "handlers/turn.h"

#define FLOW(name) extern const struct flow flow_##name;
#include "handlers/flows.def"
#undef FLOW

extern const struct flows all_flows; /* the first is the root menu */
extern const struct message_spec flow_messages[], flow_pledge_messages[], flow_need_messages[],
    flow_volunteer_messages[], flow_mine_messages[];

/* Whether somebody who stopped here should be offered to go on: something was
 * answered, and the flow changes something. */
bool flow_unfinished(const struct dialogue *d);

/* ---- the doors ---- */

/* What fits on a page of SEPTETS (as a channel's `page`), in septets or UTF-16 units. */
unsigned page_room(int64_t septets, enum sms_encoding encoding);
/* That, and the words around it. */
struct door door_ussd(const struct turn *t, int64_t septets);
struct door door_sms(const struct turn *t);

/* By SMS: asks the first question whose answer D does not hold, or finishes. */
void flow_by_sms(struct turn *t, struct dialogue *d);
/* It is done, by whatever door: nobody is offered to finish it any more. */
void flow_settled(struct turn *t, struct str flow);
/* An answer to the question that stands open. */
void flow_hear_by_sms(struct turn *t, struct dialogue *d);

/* ---- what steps share ---- */

struct where go_step(const char *step);
struct where go_flow(const char *flow);
struct where go_done(void);
struct where go_away(void); /* left, with thanks */
/* "Yes: 1" and "No: 2", worth yes and no. */
void menu_yes_no(const struct turn *t, struct menu *menu);
/* Behind a step named confirm: done with a yes, away with a no. */
struct where done_if_confirmed(void *ctx, struct dialogue *d);
/* A need that may be shown, by its code as it was pressed. */
bool flow_need_by_code(const struct turn *t, struct str code, struct need *need);
bool said_yes(const struct dialogue *d, const char *step);
/* Provinces by area code, the list behind 9. */
void ask_province(void *ctx, const struct dialogue *d, struct menu *menu);
bool read_province(void *ctx, const struct dialogue *d, struct str input, struct arena *arena,
                   struct str *value);
/* Options whose labels stand in one text, a line each, so that a translator sees
 * the menu whole; KEYED from 1 over all pages, or numbered by page. */
void menu_lines(const struct turn *t, struct menu *menu, const char *key, const char *const *values, size_t n,
                bool keyed);
/* All names of a kind, in their order in the config. */
void menu_names(const struct turn *t, struct menu *menu, enum lex_kind kind);
/* A name of that kind in the sender's words, as its slug. */
bool read_name(const struct turn *t, enum lex_kind kind, struct str input, struct str *value);
int slug_place(const struct turn *t, enum lex_kind kind, struct str slug); /* -1: none */
/* Runs a command's handler as if it had come exactly and been confirmed. */
void run_confirmed(struct turn *t, const struct command *command);

#endif
