/* One request to a telecom: one text to one phone, or to several where the
 * provider takes them together.  Loop thread. */
#ifndef YAVAR_OUTBOUND_SHOT_H
#define YAVAR_OUTBOUND_SHOT_H

#include "gateway/outbound_jobs.h"

enum { SHOT_MOST = 100 };

struct shot {
    struct line *line;
    struct config *config; /* it was sent under; the answer is read by that one, whatever a reload says */
    size_t n;
    struct row **rows;
    struct outbound *messages;
    struct settled *results;
};

/* FIRST, and up to MOST in all from WAITING with the same text, to different
 * phones, and answering nothing that is answered on the WIRE; they are moved
 * there.  Keeps CONFIG. */
struct shot *shot_load(struct line *line, struct config *config, struct row *first, size_t most,
                       struct row_list *waiting, struct row_list *wire);
/* It could not go: its rows return to the front of WAITING.  Frees it; how many. */
size_t shot_unload(struct shot *shot, struct row_list *waiting, struct row_list *wire);
void shot_free(struct shot *shot);

#endif
