/* What a line holds: claimed rows, lane by lane, until they may go. */
#include "gateway/outbound_line.h"

#include <stdlib.h>

#include "gateway/base/clock.h"

/* Of broadcasts, few are claimed at once: their job is short, and a pledge's waits for no longer. */
enum { BROADCASTS_AT_ONCE = 32 };

static enum line_claims claim_of(int lane)
{
    return lane == LANE_BROADCAST ? CLAIM_BROADCASTS : CLAIM_OWED;
}

static void pump_timer(void *ctx)
{
    line_pump(ctx);
}

struct line *line_new(struct outbox_sender *s, struct str name)
{
    struct line *line = calloc(1, sizeof *line + name.n);
    if (line == NULL) /* only when memory is out: tests/faults */
        return NULL;
    line->timer = loop_timer_new(s->gateway->loop, pump_timer, line);
    if (line->timer == NULL) {
        free(line);
        return NULL;
    }
    line->sender = s;
    line->name = str_from(memcpy(line + 1, name.p, name.n), name.n); /* it outlives the config it is from */
    pace_start(&line->pace, clock_steady_ms());
    for (int i = 0; i < LINE_CLAIMS; i++)
        line->claims[i].line = line;
    for (int lane = 0; lane < LANES; lane++)
        row_list_init(&line->waiting[lane]);
    row_list_init(&line->wire);
    return line;
}

void line_free(struct line *line)
{
    loop_timer_free(line->timer);
    for (int lane = 0; lane < LANES; lane++)
        row_list_free(&line->waiting[lane]);
    free(line);
}

const struct channel *line_channel(const struct line *line)
{
    return config_channel(line->sender->gateway->config, line->name);
}

/* A line's own limit, and no more than its share of the client's room: a
 * telecom that never answers leaves the others theirs. */
unsigned line_most_in_flight(const struct line *line, const struct channel *channel)
{
    size_t share = http_client_defaults.in_flight / line->sender->count;
    if (share == 0)
        share = 1;
    return (size_t)channel->in_flight < share ? (unsigned)channel->in_flight : (unsigned)share;
}

/* ---- claiming ---- */

bool line_claiming(const struct line *line)
{
    return line->claims[CLAIM_OWED].busy || line->claims[CLAIM_BROADCASTS].busy;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* With what is on the wire, each lane has rows for twice the slots at most, and
 * for a second (who opts out meanwhile is not met again); what waits in one
 * keeps none of another unclaimed. */
static size_t room(const struct line *line, const struct channel *channel, int lane)
{
    size_t slots = line_most_in_flight(line, channel);
    if (line->in_flight >= 2 * slots)
        return 0;
    size_t hold = least(2 * slots - line->in_flight, (size_t)channel->rate);
    if (lane == LANE_BROADCAST)
        hold = least(hold, BROADCASTS_AT_ONCE);
    size_t waits = row_list_count(&line->waiting[lane]);
    return waits * 2 < hold ? hold - waits : 0; /* not for one or two */
}

int64_t line_next_due(const struct line *line, const struct channel *channel, int64_t now_ms)
{
    int64_t due = INT64_MAX;
    for (int lane = 0; lane < LANES && line->sender->back.cleared; lane++)
        if (!line->claims[claim_of(lane)].busy && line->due_ms[lane] < due &&
            (line->due_ms[lane] > now_ms || room(line, channel, lane) > 0))
            due = line->due_ms[lane];
    return due;
}

static void claim_done(void *ctx, bool done, struct row_list rows[LANES], const int64_t due_ms[LANES])
{
    struct line_claim *claim = ctx;
    struct line *line = claim->line;
    int64_t again_ms = clock_ms() + TICK_MS;
    claim->busy = false;
    for (int lane = 0; lane < LANES; lane++) {
        struct row *row;
        int64_t due = done ? due_ms[lane] : &line->claims[claim_of(lane)] == claim ? again_ms : INT64_MAX;
        if (due < line->due_ms[lane]) /* a wake may have come meanwhile: the sooner holds */
            line->due_ms[lane] = due;
        while ((row = row_list_pop(&rows[lane])) != NULL) {
            row->line = line;
            row_list_push(&line->waiting[lane], row);
            line->waiting_count++;
        }
    }
    if (done && line->sender->stopped)
        sender_stop(line->sender); /* gives back what has just been claimed */
    else
        line_pump(line);
}

static void claim(struct line_claim *c, const struct channel *channel, int64_t now_ms)
{
    struct line *line = c->line;
    size_t most[LANES] = {0};
    bool any = false;
    for (int lane = 0; lane < LANES && !c->busy; lane++) {
        if (&line->claims[claim_of(lane)] != c || line->due_ms[lane] > now_ms)
            continue;
        most[lane] = room(line, channel, lane);
        if (most[lane] > 0)
            line->due_ms[lane] = INT64_MAX; /* the job will tell; a wake meanwhile sets it again */
        any |= most[lane] > 0;
    }
    if (!any)
        return;
    c->busy = outbound_claim(line->sender->gateway, line->name, most, claim_done, c);
    for (int lane = 0; lane < LANES && !c->busy; lane++)
        if (most[lane] > 0)
            line->due_ms[lane] = now_ms + TICK_MS; /* the store has too much to do just now */
}

void line_claim_due(struct line *line, const struct channel *channel, int64_t now_ms)
{
    for (int i = 0; i < LINE_CLAIMS && line->sender->back.cleared; i++)
        claim(&line->claims[i], channel, now_ms);
}

/* ---- what waits ---- */

int64_t line_pace_wait_ms(const struct line *line, const struct channel *channel)
{
    bool owed = false;
    for (int lane = 0; lane < LANES; lane++)
        owed |= lane != LANE_BROADCAST && line->waiting[lane].head != NULL;
    return pace_wait_ms(&line->pace, channel->rate, owed);
}

/* From the lane whose turn it is, else from any.  Replies to one message go
 * one after another, so that where to pay does not overtake the confirmation. */
struct row *line_next_row(struct line *line)
{
    bool waits[LANES];
    for (int lane = 0; lane < LANES; lane++)
        waits[lane] = line->waiting[lane].head != NULL;
    int best = pace_lane(&line->pace, waits);
    struct row *row = best >= 0 ? row_list_pop_free(&line->waiting[best], &line->wire) : NULL;
    for (int lane = 0; lane < LANES && row == NULL; lane++)
        row = row_list_pop_free(&line->waiting[lane], &line->wire);
    if (row != NULL)
        line->waiting_count--;
    return row;
}

void line_give_back(struct line *line)
{
    struct row_list back;
    row_list_init(&back);
    for (int lane = 0; lane < LANES; lane++) {
        if (line->waiting[lane].head != NULL)
            line->due_ms[lane] = 0;
        row_list_append(&back, &line->waiting[lane]);
    }
    line->waiting_count = 0;
    /* false: there were none */
    (void)outbound_back_give(&line->sender->back, &back);
}
