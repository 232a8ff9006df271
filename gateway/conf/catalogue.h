/* Catalogues: what we say, by key, in each language.
 *
 * A template is text with fields, `{amount}`; `{title:16}` cuts a field that
 * is free text to a width in units, never inside a character.  A command's
 * file lists its keys and their fields (message_spec); `yavar check` fills
 * every field to its longest value and measures (design 9).
 *
 * glibc's gettext takes the language from the process's locale; here it is an
 * argument, so catalogues are ours. */
#ifndef YAVAR_CONF_CATALOGUE_H
#define YAVAR_CONF_CATALOGUE_H

#include <stdbool.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"
#include "gateway/conf/faults.h"

enum language { LANGUAGE_FA, LANGUAGE_EN, LANGUAGES };
extern const char *const language_codes[LANGUAGES]; /* "fa", "en" */
bool language_from(struct str code, enum language *out) MUST_CHECK;

enum message_room {
    ROOM_ONE,     /* a confirmation or an answer: one segment whatever the fields hold */
    ROOM_CONFIRM, /* the prompt of a page with yes and no under it */
    ROOM_LIST,    /* the prompt of a page with a list under it: one option and the way on at least */
    ROOM_BULK,    /* to many: one segment, with the words that a line adds at its end */
    ROOM_PART,    /* a piece of a list or of another message: measured there */
};

struct message_spec {
    const char *key;    /* NULL ends a list */
    const char *fields; /* names parted by blanks */
    enum message_room room;
};

struct text_field {
    const char *name;
    struct str value;
};

struct catalogue;

struct catalogue *catalogue_parse(struct arena *arena, enum language language, const char *file,
                                  struct str text, const struct message_spec *const *messages, size_t lists,
                                  struct faults *faults);

/* Fills a template.  A key or field that is not there is a fault of ours that
 * catalogue_parse has refused, so it is asserted. */
struct str catalogue_say(const struct catalogue *catalogue, struct arena *arena, const char *key,
                         const struct text_field *fields, size_t count);

/* The longest value a field can have in a language, which check uses and the
 * program keeps to; NULL str for a name that is no field. */
struct str catalogue_longest(enum language language, struct str field);

/* What a catalogue cannot know by itself. */
struct catalogue_world {
    bool (*is_command)(void *ctx, struct str text);
    /* TEXT as the line sends it to many that makes it the longest */
    struct str (*as_sent)(void *ctx, struct arena *arena, struct str text);
    void *ctx;
};

/* Proves: one segment with the longest values, no opening command word, codes
 * whole in both base directions.  Faults are added. */
void catalogue_check(const struct catalogue *catalogue, struct arena *arena,
                     const struct catalogue_world *world, struct faults *faults);

#endif
