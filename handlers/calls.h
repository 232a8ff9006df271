/* What the files about calls share.  Store thread. */
#ifndef YAVAR_HANDLERS_CALLS_H
#define YAVAR_HANDLERS_CALLS_H

#include "gateway/store/store_calls.h"
#include "handlers/office.h"

enum {
    CALL_HEADS_MOST = 30,             /* of one answer */
    CALL_CHECK_IN_SECONDS = 3 * 3600, /* before a call begins its people may check in */
    CALL_CLOSE_SECONDS = 3600,        /* after its end it is closed by itself */
};

/* ---- what is said (call_texts.c) ---- */

/* By SMS through the call's own line, to whoever it concerns, whichever message
 * or clock was the cause. */
struct turn call_turn(const struct office *o, const struct call *call, int64_t phone);
struct office call_office(const struct turn *t);
/* What the texts about a call hold: its own fields, the specialty, and COUNT (of heads, or places). */
enum { CALL_FIELDS = 7 };
void call_fields(const struct turn *t, const struct call *call, struct str specialty, int64_t count,
                 struct text_field fields[CALL_FIELDS]);
/* Sends the text of KEY to the turn's phone. */
void call_tell(struct turn *t, const char *key, const struct call *call, const struct call_answer *answer);

/* From when until when on the day before people are reminded. */
void call_remind_hours(struct zone *zone, const struct call *call, int64_t *from, int64_t *to);
/* What stands in reminded_at of one who has a place from NOW on. */
int64_t call_reminded(struct zone *zone, const struct call *call, int64_t now);

/* ---- what moves (call_care.c) ---- */

/* Those who stand by take what is free, in their order, and are told; at most MOST. */
size_t call_move_up(const struct office *o, const struct call *call, size_t most);
/* Of a call that has ended: hours are credited, or those who have a place are
 * told that it is cancelled; up to MOST.  Ends it when all is done. */
size_t call_settle(const struct office *o, const struct call *call, size_t most);
struct call_cared {
    size_t written; /* messages, or those that are due again */
    bool halted;    /* what was claimed and not begun must come back */
};
/* What is due for a call now: waves, those who move up, reminders, its end.
 * Writes about MOST messages. */
struct call_cared call_care(const struct office *o, const struct call *call, size_t most);
/* Whom the call's line lets through. */
struct call_line call_line(const struct office *o, const struct call *call);

/* ---- answers (call_answer.c) ---- */

void call_yes(struct turn *t); /* with a reference */
void call_no(struct turn *t);
/* A bare yes of one who is at a call: false where there is none. */
bool call_here(struct turn *t);

#endif
