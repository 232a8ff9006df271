/* Rows of the outbox that were claimed, in lists: waiting, on the wire, to be
 * settled.  Loop thread; a job's are the store thread's while it runs. */
#ifndef YAVAR_OUTBOUND_ROWS_H
#define YAVAR_OUTBOUND_ROWS_H

#include "gateway/model/records.h"
#include "gateway/providers/provider.h"

struct line;

/* Rows claimed together share an arena, which goes with the last of them. */
struct batch {
    struct arena *arena;
    size_t live;
};

struct row {
    struct row *next;
    struct batch *batch;
    struct line *line;
    struct outbound message;
    struct settled settled;
    int64_t due_ms; /* once settled: when it is due again; 0: it is not queued */
};

struct row_list {
    struct row *head, **tail;
};
void row_list_init(struct row_list *list);
size_t row_list_count(const struct row_list *list);
void row_list_push(struct row_list *list, struct row *row);
void row_list_push_front(struct row_list *list, struct row *row);
struct row *row_list_pop(struct row_list *list); /* NULL: empty */
/* Whether a row that answers the same message is in it: where to pay must not
 * overtake the confirmation. */
bool row_list_has_reply(const struct row_list *list, int64_t reply_to);
/* Takes out the first row that answers none of what BUSY answers; NULL: none. */
struct row *row_list_pop_free(struct row_list *list, const struct row_list *busy);
/* Moves the rows that answer REPLY_TO to BACK; how many. */
size_t row_list_pull(struct row_list *list, int64_t reply_to, struct row_list *back);
/* Likewise those of SOURCE. */
size_t row_list_pull_source(struct row_list *list, int64_t source, struct row_list *back);
void row_list_remove(struct row_list *list, struct row *row);
void row_list_append(struct row_list *list, struct row_list *more); /* empties MORE */
void row_list_free(struct row_list *list);

#endif
