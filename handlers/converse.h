/* What a message does, once it is known who sent it: it answers the question
 * that stands open, or runs its handler. */
#ifndef YAVAR_HANDLERS_CONVERSE_H
#define YAVAR_HANDLERS_CONVERSE_H

#include "handlers/turn.h"

/* The language to answer in: the contact's, else that of the words, else the configured one. */
enum language language_for(const struct turn *t);
void converse(struct turn *t);

#endif
