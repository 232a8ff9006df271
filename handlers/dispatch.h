/* From a message to what it causes: the one entry to the handlers. */
#ifndef YAVAR_HANDLERS_DISPATCH_H
#define YAVAR_HANDLERS_DISPATCH_H

#include "gateway/base/icu.h"
#include "gateway/conf/config.h"
#include "gateway/model/command.h"
#include "gateway/model/records.h"
#include "gateway/store/store.h"

enum dispatch_outcome {
    DISPATCH_OK,
    DISPATCH_REPEAT,   /* delivered before: nothing was changed */
    DISPATCH_CONFLICT, /* the same id with another text: the first stands */
    DISPATCH_FAILED,   /* the handler failed; its effects are gone, the row stays */
    DISPATCH_ENGINE,   /* the engine failed: nothing may be acknowledged */
};

/* Handles one message inside the open transaction of STORE: inbox row,
 * handler in its savepoint, replies.  NOW_MS is the only clock. */
enum dispatch_outcome dispatch(struct store *store, const struct config *config, struct zone *zone,
                               struct arena *arena, int64_t now_ms, const struct inbound *message,
                               const struct command *command, int64_t *message_id);

/* A telecom tells that a phone wants no broadcasts any more: nothing is said. */
void dispatch_stop(struct store *store, const struct config *config, struct arena *arena, int64_t now_ms,
                   struct str phone);

/* The lists of messages of all commands, for the catalogues; N of them. */
const struct message_spec *const *dispatch_messages(size_t *n);

#endif
