/* From text to command (design 5): the router.
 *
 * A pure function of the text and the lexicon: no clock, no store, no limits
 * of the config.  It never fails and takes linear time.  A struct grammar
 * belongs to one thread at a time. */
#ifndef YAVAR_MODEL_UNDERSTAND_H
#define YAVAR_MODEL_UNDERSTAND_H

#include "gateway/model/command.h"
#include "gateway/model/tokens.h"

/* TEXT is what the phone sent, as bytes; what the command holds lives in
 * ARENA or points into TEXT. COUNTRY ("98") is for phones that stand in it. */
struct command understand(struct grammar *grammar, const struct lexicon *lexicon, const char *country,
                          struct arena *arena, struct str text);

#endif
