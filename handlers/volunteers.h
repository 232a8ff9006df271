/* What the flows and commands about volunteers share. */
#ifndef YAVAR_HANDLERS_VOLUNTEERS_H
#define YAVAR_HANDLERS_VOLUNTEERS_H

#include "handlers/flows.h"

enum { PEOPLE_MOST = 8 }; /* behind one phone */

/* Those of the sender's phone that are registered. */
size_t volunteers_active(const struct turn *t, struct volunteer people[PEOPLE_MOST]);
/* One option each: the name, or the specialty where none is known yet; worth the id. */
void menu_people(const struct turn *t, struct menu *menu, const struct volunteer *people, size_t n);
/* The one that was asked to be a volunteer and has not answered yet; LISTED_TOO: or that a
 * list named without consent. */
bool volunteers_waiting(const struct turn *t, bool listed_too, struct volunteer *found);
/* Keeps the words that are agreed to, as they were shown; their version. */
struct str consent_keep(struct turn *t, struct str body);
/* Keeps the profile, which its owner agreed to (just now, where consent_at is
 * 0), says so, and asks for the name by SMS where it is not known. */
void volunteer_register(struct turn *t, struct volunteer *v, bool joined);
/* Asks by SMS for what is missing of the profile of V, who has agreed. */
void volunteer_complete(struct turn *t, const struct volunteer *v);
/* For steps whose answer is always known. */
void ask_nothing(void *ctx, const struct dialogue *d, struct menu *menu);
bool is_known(void *ctx, const struct dialogue *d);

/* ---- groups (team.c) ---- */

/* `volunteer group NAME`, of its leader. */
void team_register(struct turn *t);
/* `volunteer CODE`: the dialogue is that of a new member; false where the
 * command is answered with this. */
bool team_join(struct turn *t, struct dialogue *d);
/* What a member hears, and at most once an hour the leader. */
void team_joined(struct turn *t, const struct volunteer *member);

#endif
