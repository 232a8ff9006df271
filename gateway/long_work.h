/* Operations of the admin API that are too long for one transaction of the
 * running service: an import of 75,000 people, a walk through all messages.
 *
 * The running service prepares one on the reader thread, then does it in
 * pieces, each a job of its own that queues the next, so that pledges come in
 * between.  A piece is on disk or not there; what is left after a crash the
 * same request does again, so pieces must be idempotent.  A command that finds
 * no service running does it whole, in one transaction. */
#ifndef YAVAR_LONG_WORK_H
#define YAVAR_LONG_WORK_H

#include "gateway/admin.h"

enum { LONG_COUNTS = 8 };
/* How far it got; put back as it was before a piece that was not kept. */
struct long_progress {
    int64_t at, count[LONG_COUNTS];
};

struct long_work {
    /* Checks everything; NULL with an answer when it must not begin.  Reads at most. */
    void *(*prepare)(const struct admin_call *call, struct str id, struct http_response *answer);
    /* One piece; false: it was the last, or ANSWER (with a status) says why not. */
    bool (*piece)(const struct admin_call *call, const void *state, struct long_progress *progress,
                  struct http_response *answer);
    struct http_response (*end)(const struct admin_call *call, const void *state,
                                const struct long_progress *progress);
    /* What to say when a piece could not be kept: what is there, and how to go on. */
    const char *(*cut)(struct arena *arena, const void *state, const struct long_progress *progress);
};

/* All of it, inside the caller's transaction. */
struct http_response long_work_whole(const struct long_work *work, const struct admin_call *call,
                                     struct str id);
/* In the running service, for who may do what asks for ROLE; answers the ticket
 * when it is done.  Takes ARENA. */
void long_work_begin(const struct long_work *work, enum role role, struct gateway *g,
                     struct http_server *server, const struct http_request *request, struct arena *arena,
                     struct http_ticket ticket, struct str id);

#endif
