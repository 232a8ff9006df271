/* What an office does with campaigns: opening one, changing it, and giving a
 * pledge that was made to it to a need. */
#ifndef YAVAR_HANDLERS_OFFICE_CAMPAIGN_H
#define YAVAR_HANDLERS_OFFICE_CAMPAIGN_H

#include "handlers/office.h"

enum { CAMPAIGN_WORDS_MOST = 8 };

/* Opens it under its keywords and sets its id.  A name that is empty is taken
 * from them; its organisation is the actor's, where they are of one. */
struct office_said campaign_open(const struct office *o, struct campaign *campaign, const struct str *words,
                                 size_t count);
/* Puts CAMPAIGN in the place of what has its id now. */
struct office_said campaign_change(const struct office *o, const struct campaign *campaign);
/* The pledge counts to the campaign and to the need from now on. */
struct office_said campaign_allot(const struct office *o, int64_t id, uint32_t reference, uint32_t code);

#endif
