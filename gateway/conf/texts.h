/* Everything that is said and heard: the catalogues of messages, the words
 * that people type, and the names of places and specialties.  A part of the
 * config snapshot, immutable; any thread may read. */
#ifndef YAVAR_CONF_TEXTS_H
#define YAVAR_CONF_TEXTS_H

#include "gateway/conf/catalogue.h"
#include "gateway/conf/faults.h"
#include "gateway/conf/lexicon.h"

struct texts {
    struct catalogue *catalogue[LANGUAGES];
    struct lexicon *lexicon;
};

/* FOLDER empty: what is built in.  With faults the result is not to be used. */
const struct texts *texts_load(struct arena *arena, struct str folder, const char *const *commands,
                               size_t command_count, const struct message_spec *const *messages,
                               size_t message_list_count, struct faults *faults);

/* One file of FOLDER, else as built in; a NULL str where there is none.  *FILE
 * is how faults name it. */
struct str texts_file(struct arena *arena, struct str folder, const char *name, const char **file,
                      struct faults *faults);

/* The descriptions of USSD gateways that are built in, by name, ended by NULL. */
extern const char *const texts_ussd[];

/* The built-in files, for `make run`, chat and tests: "messages/fa.ini",
 * "keywords.ini", …, "ussd/hubtel.ini", "samples/needs.csv". */
struct str texts_builtin(const char *name);

#endif
