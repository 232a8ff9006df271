/* Broadcasts, whichever door they come through: looked at before, kept as a
 * draft, said yes to, steered, tried out.
 *
 * Store thread, inside a transaction; office_broadcast_preview only reads. */
#ifndef YAVAR_HANDLERS_OFFICE_BROADCAST_H
#define YAVAR_HANDLERS_OFFICE_BROADCAST_H

#include "gateway/base/segment.h"
#include "gateway/model/audience.h"
#include "gateway/store/store_broadcasts.h"
#include "handlers/office.h"

enum { BROADCAST_SEGMENTS_MOST = 6 };

struct broadcast_wish {
    struct str audience, text, channel;
    struct str reason; /* of an urgent one */
    int64_t until;     /* UTC seconds; 0: as long as it takes, and a day */
    bool urgent;
};

struct broadcast_preview {
    struct audience_fault fault; /* where the audience cannot be read */
    struct str audience;         /* as it was understood */
    struct str provinces;        /* that it reaches, all of them */
    bool confined;
    const struct channel *channel;
    struct str body; /* as it would be sent */
    struct sms_size size;
    bool forced; /* to UCS-2, by CHARACTER at PLACE (from 0) */
    struct str character;
    size_t place;
    int64_t people, stopped, abroad, blocked;
    int64_t cost_rial, finish_ms;
    bool second; /* it needs another person's yes */
};

/* What it would be; KEY NULL where nothing stands against it. */
struct office_said office_broadcast_preview(const struct office *o, const struct broadcast_wish *wish,
                                            struct broadcast_preview *preview);

/* The text alone and its line: the rest of PREVIEW is left empty. */
struct office_said office_broadcast_text(const struct office *o, const struct broadcast_wish *wish,
                                         struct broadcast_preview *preview);

/* When PEOPLE more are through CHANNEL, behind those that its live broadcasts still send to. */
int64_t office_broadcast_finish(const struct office *o, const struct channel *channel, int64_t people,
                                bool urgent);
/* Whether CHANNEL opens for none of it before UNTIL (0: whenever). */
bool office_broadcast_never(const struct office *o, const struct channel *channel, bool urgent,
                            int64_t until);
/* Whom a draft would reach now; 0 where its audience cannot be read any more. */
int64_t office_broadcast_people(const struct office *o, const struct broadcast *draft);

/* A draft, as it was previewed. */
struct office_said office_broadcast_keep(const struct office *o, const struct broadcast_wish *wish,
                                         const struct broadcast_preview *preview, struct broadcast *made);
/* A yes.  Where it was the author's own and another person's is needed, some
 * others are texted and it stays a draft: FOUND tells. */
struct office_said office_broadcast_approve(const struct office *o, uint32_t reference,
                                            struct broadcast *found);
/* STEER_PAUSE, STEER_RESUME or STEER_CANCEL. */
struct office_said office_broadcast_steer(const struct office *o, uint32_t reference, enum steer steer,
                                          struct broadcast *found);
/* The text to one phone: their own, but for the operator. */
struct office_said office_broadcast_test(const struct office *o, const struct broadcast_wish *wish,
                                         int64_t phone);
/* In the actor's provinces; else what is said of that. */
struct office_said office_broadcast_get(const struct office *o, uint32_t reference, struct broadcast *found);

/* How far it got. */
struct broadcast_progress {
    struct broadcast_counts rows;
    int64_t sent, waits; /* reached their telecom; are to come */
    int64_t stopped;     /* opted out, before they were written or after */
};
void office_broadcast_progress(const struct office *o, const struct broadcast *b,
                               struct broadcast_progress *progress);

/* When it will be through, as people say it: 10:45, tomorrow 10:45, a day. */
struct str say_end(const struct turn *t, int64_t at);
struct str say_cost(const struct turn *t, int64_t rial);
/* "sending", in the turn's language. */
struct str say_broadcast_status(const struct turn *t, enum broadcast_status status);

#endif
