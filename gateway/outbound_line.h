/* A line: a channel as the sender sees it.  Rows are claimed for it by lane,
 * wait here until its pace lets them go, and are on the wire until answered.
 *
 * Loop thread.  Shared by outbound.c and outbound_line.c alone. */
#ifndef YAVAR_OUTBOUND_LINE_H
#define YAVAR_OUTBOUND_LINE_H

#include "gateway/model/breaker.h"
#include "gateway/model/pace.h"
#include "gateway/outbound.h"
#include "gateway/outbound_back.h"
#include "gateway/outbound_jobs.h"

enum { TICK_MS = 1000 };

/* Broadcasts are claimed apart: a confirmation must not wait until a job of theirs is done. */
enum line_claims { CLAIM_OWED, CLAIM_BROADCASTS, LINE_CLAIMS };

struct line_claim {
    struct line *line;
    bool busy; /* its job is under way */
};

struct line {
    struct outbox_sender *sender;
    struct str name;
    struct row_list waiting[LANES]; /* claimed, not begun */
    struct row_list wire;           /* on the wire */
    size_t waiting_count;
    unsigned in_flight;
    struct line_claim claims[LINE_CLAIMS];
    int64_t due_ms[LANES]; /* when the lane may have due rows; INT64_MAX: none known */
    struct pace pace;
    int64_t paused_until_ms;
    struct breaker breaker;
    struct loop_timer *timer;
};

struct outbox_sender {
    struct gateway *gateway;
    struct line **lines; /* each stays where it is: timers and rows point at it */
    size_t count;
    struct loop_timer *tick, *settle_soon;
    struct row_list settled; /* results that wait for the next settle job */
    int64_t settle_at_ms;    /* when it goes off, by the steady clock; 0: nobody waits for it */
    struct outbound_back back;
    unsigned settling;
    unsigned ticks;
    bool stopped;
};

/* NULL: out of memory, and there is no half line. */
struct line *line_new(struct outbox_sender *s, struct str name) MUST_CHECK;
void line_free(struct line *line);
const struct channel *line_channel(const struct line *line); /* NULL: it is gone */
unsigned line_most_in_flight(const struct line *line, const struct channel *channel);
/* Claims what is due, where there is room for it. */
void line_claim_due(struct line *line, const struct channel *channel, int64_t now_ms);
bool line_claiming(const struct line *line);
/* When there is something to claim next; INT64_MAX: not before an answer or a claim has come. */
int64_t line_next_due(const struct line *line, const struct channel *channel, int64_t now_ms);
/* Milliseconds until its pace lets a message go; 0: now. */
int64_t line_pace_wait_ms(const struct line *line, const struct channel *channel);
/* Takes the row that goes next; NULL: none may. */
struct row *line_next_row(struct line *line);
/* What was claimed and not begun returns to the queue, due as before. */
void line_give_back(struct line *line);
/* Sends what may go now (outbound.c). */
void line_pump(struct line *line);

#endif
