/* The store: everything kept, every query by name.
 *
 * Handlers see only this header.  Between store_begin and store_commit a
 * store is a transaction.  A failure of the engine is sticky: what follows it
 * gives nothing and changes nothing until the transaction or savepoint is
 * rolled back, so callers look at store_failed once and not at every call.
 *
 * A store belongs to one thread at a time; everything may block on the disk. */
#ifndef YAVAR_STORE_STORE_H
#define YAVAR_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/arena.h"
#include "gateway/base/crypto.h"
#include "gateway/base/error.h"
#include "gateway/model/outbox_state.h"
#include "gateway/model/records.h"

struct store;

enum store_mode { STORE_WRITER, STORE_READER, STORE_MEMORY };

/* A writer migrates; one that finds a newer database refuses. */
struct store *store_open(const char *path, enum store_mode mode, struct error *e) MUST_CHECK;
void store_close(struct store *store); /* NULL is fine */

/* The lock of the one writer: PATH.lock, by flock.  -1 where another has it or
 * it cannot be made (E says which); close it to give it back. */
int store_lock(const char *path, struct error *e) MUST_CHECK;

/* ---- copies; they block as long as the disk takes ---- */

/* A checked copy of the database at FROM, which may be in use, as TO: what
 * stood there is replaced only once the copy is whole and on disk. */
bool store_copy(const char *from, const char *to, struct error *e) MUST_CHECK;
/* Puts the copy at FROM in the place of the database at TO, which is kept
 * beside it (KEPT tells its name, empty where there was none).  Whatever the
 * copy still wanted to send is `held`, so that nothing goes out twice; numbers
 * that may have been given out since the copy was made are not given again.
 * Needs the lock. */
struct store_restored {
    char kept[4200];
    int64_t held;
};
bool store_restore(const char *from, const char *to, int64_t now_ms, struct store_restored *restored,
                   struct error *e) MUST_CHECK;
/* "3.40.1", of the library that runs. */
const char *store_engine_version(void);

/* ---- transactions ---- */

enum store_commit { STORE_DONE, STORE_NOT_DONE, STORE_UNKNOWN };
bool store_begin(struct store *store) MUST_CHECK; /* BEGIN IMMEDIATE for a writer */
enum store_commit store_commit(struct store *store) MUST_CHECK;
void store_rollback(struct store *store);
/* For moments when nobody waits, between transactions: the log is brought into
 * the database, after 25 commits and twenty times a second at most, and so in
 * small pieces.  False: the disk failed, and as after an unknown commit
 * nothing more may be written. */
bool store_tidy(struct store *store) MUST_CHECK;
/* A handler's own savepoint; keep or undo must follow. */
bool store_savepoint(struct store *store) MUST_CHECK;
bool store_savepoint_keep(struct store *store) MUST_CHECK;
void store_savepoint_undo(struct store *store);
/* What failed since the transaction or savepoint began. */
enum store_failure {
    STORE_FINE,
    STORE_CONFLICT,   /* a key that must be unique: the handler's failure */
    STORE_ENGINE_BAD, /* full, I/O, busy, memory: 503 */
    STORE_LATE,       /* store_deadline; the transaction stands */
    STORE_GONE,       /* the engine rolled the whole transaction back by itself */
};
enum store_failure store_failed(const struct store *store);
const char *store_reason(const struct store *store);
/* What is read from now on may take MS all together; 0: as long as it likes. */
void store_deadline(struct store *store, int64_t ms);

/* ---- notes: small facts by name ---- */

void store_note_put(struct store *store, struct str name, struct str value);
struct str store_note(struct store *store, struct arena *arena, struct str name); /* NULL str: none */

/* ---- contacts ---- */

void contact_get(struct store *store, struct arena *arena, int64_t phone, struct contact *contact);
void contact_put(struct store *store, const struct contact *contact, int64_t now);
/* When its telecom said that it lets no promo line through; 0: it may again. */
void contact_block(struct store *store, int64_t phone, int64_t at);

/* ---- the inbox ---- */

struct inbox_row {
    int64_t id;
    struct str channel, sender, text, command, status, reason, provider_id;
    bool unanswered;
    int64_t created_at, updated_at;
};
struct inbox_before { /* what the inbox knows of a message that came before */
    bool found;
    int64_t id, created_at;
    struct str text, sender;
    int answer_status;
    struct str answer;
};
void inbox_find(struct store *store, struct arena *arena, const struct digest *key, int64_t today,
                int64_t days, struct inbox_before *before);
/* The new row's id, 0 after a failure. COPY: see the migration. */
int64_t inbox_add(struct store *store, const struct inbound *message, const struct digest *key, int64_t today,
                  int64_t copy, const char *command, const char *status, int64_t now);
void inbox_settle(struct store *store, int64_t id, const char *status, const char *reason, bool unanswered,
                  int64_t now);
void inbox_answered(struct store *store, int64_t id, int64_t now);
bool inbox_get(struct store *store, struct arena *arena, int64_t id, struct inbox_row *row);
int64_t inbox_newest(struct store *store); /* when the newest message came; 0: none */
size_t inbox_page(struct store *store, struct arena *arena, bool unanswered, int64_t after,
                  struct inbox_row *rows, size_t most);

/* ---- needs and campaigns ---- */

bool need_get(struct store *store, struct arena *arena, uint32_t code, struct need *need);
uint32_t need_by_title(struct store *store, struct str centre, struct str title_fa); /* 0: none */
size_t need_page(struct store *store, struct arena *arena, uint32_t after, struct need *needs, size_t most);
/* Open ones, the most urgent first; PROVINCE and CATEGORY are slugs or empty. */
size_t need_urgent(struct store *store, struct arena *arena, struct str province, struct str category,
                   struct need *needs, size_t most);
void need_put(struct store *store, const struct need *need, int64_t now);
uint32_t need_allot(struct store *store); /* the next free code; 0 when they are used up */
/* Adds to what is pledged if it is open and the whole of it is still lacking. */
bool need_pledge(struct store *store, uint32_t code, int64_t quantity, int64_t now);
void need_release(struct store *store, uint32_t code, int64_t quantity, int64_t now);

bool campaign_find(struct store *store, struct arena *arena, struct str folded, struct campaign *campaign);
bool campaign_get(struct store *store, struct arena *arena, int64_t id, struct campaign *campaign);
size_t campaign_page(struct store *store, struct arena *arena, int64_t after, struct campaign *campaigns,
                     size_t most);
int64_t campaign_add(struct store *store, const struct campaign *campaign, int64_t now);
/* False where the word is taken. */
bool campaign_word_add(struct store *store, int64_t campaign, int64_t place, struct str folded,
                       struct str word);
void campaign_pledge(struct store *store, int64_t campaign, int64_t amount_rial);

/* ---- pledges ---- */

/* CONTACT's pledge; gets its phone, id and reference.  By a contact's donor all
 * its pledges are found: the first one sets it, and the contact is to be put in
 * the same transaction.  False after a failure. */
bool pledge_add(struct store *store, struct contact *contact, struct pledge *pledge);
bool pledge_get(struct store *store, struct arena *arena, uint32_t reference, struct pledge *pledge);
size_t pledge_open(struct store *store, struct arena *arena, const struct contact *contact,
                   struct pledge *pledges, size_t most);
/* The reference of an equal pledge of CONTACT on the same local day, or whose
 * first confirmation was accepted at or after SINCE_MS; 0: none. */
uint32_t pledge_same(struct store *store, const struct contact *contact, const struct pledge *pledge,
                     int64_t since_ms);
bool pledge_cancel(struct store *store, int64_t id, int64_t now);
size_t pledge_page(struct store *store, struct arena *arena, int64_t after, struct pledge *pledges,
                   size_t most);
uint32_t store_reference(const struct store *store, int64_t sequence);
bool store_sequence(const struct store *store, uint32_t reference, int64_t *sequence) MUST_CHECK;

/* ---- USSD sessions ---- */

bool ussd_get(struct store *store, struct arena *arena, struct str channel, struct str session,
              struct ussd_session *found);
/* Sessions of a phone that hold something unfinished and ended without a result, or stand
 * open, since SINCE_MS, but for session EXCEPT: those that began last come first. */
size_t ussd_stopped(struct store *store, struct arena *arena, int64_t phone, int64_t except, int64_t since_ms,
                    struct ussd_session *rows, size_t most);
/* A new one (sets its id), or where it stands now. */
void ussd_put(struct store *store, struct ussd_session *session);
/* Its key is free for another session; it can still be gone on with. */
void ussd_set_aside(struct store *store, int64_t id);
/* Open ones that nobody touched since BEFORE_MS. */
size_t ussd_idle(struct store *store, struct arena *arena, int64_t before_ms, struct ussd_session *rows,
                 size_t most);

/* ---- people ---- */

bool volunteer_get(struct store *store, struct arena *arena, int64_t id, struct volunteer *found);
size_t volunteer_of(struct store *store, struct arena *arena, int64_t phone, struct volunteer *rows,
                    size_t most);
size_t volunteer_page(struct store *store, struct arena *arena, int64_t after, struct volunteer *rows,
                      size_t most);
void volunteer_put(struct store *store, struct volunteer *volunteer,
                   int64_t now); /* ID 0: a new one, and sets it */
void consent_text_add(struct store *store, struct str version, struct str body, int64_t now);
/* NULL str: no text of this version was ever shown. */
struct str consent_text_get(struct store *store, struct arena *arena, struct str version);
bool staff_get(struct store *store, struct arena *arena, int64_t phone, struct staff *found);
size_t staff_page(struct store *store, struct arena *arena, int64_t after, struct staff *rows, size_t most);
void staff_put(struct store *store, const struct staff *staff, int64_t now);
/* Its deputies take over its role and places; its token and what waits for a code go. */
bool staff_remove(struct store *store, int64_t phone);
/* Whom a recruiter asked, and how many of them are registered volunteers. */
void staff_enlisted(struct store *store, int64_t phone, int64_t *contacted, int64_t *ready);
/* Groups: a new one gets its id and reference; false after a failure. */
bool team_add(struct store *store, struct team *team, int64_t now) MUST_CHECK;
bool team_get(struct store *store, struct arena *arena, uint32_t reference, struct team *found);
bool team_of(struct store *store, struct arena *arena, int64_t leader, struct team *found);
void team_rename(struct store *store, const struct team *team);
int64_t team_members(struct store *store, int64_t id);
/* Takes note that the leader is told now, unless that was done since SINCE: false then. */
bool team_tell(struct store *store, int64_t id, int64_t since, int64_t now);

/* ---- forgetting somebody (store_forget.c) ---- */

/* How far it got, and what was found. */
struct forgetting {
    int64_t phone;
    struct str digits;                     /* of the phone */
    struct str named_latin, named_persian; /* patterns of texts in which others name it */
    int64_t inbox_at, inbox_last, outbox_at, outbox_last;
    int64_t people, pledges, sessions, messages;
};
/* Who they are, what they agreed to and where they stood; their pledges go on
 * under a number that is no phone.  Sets how far the messages must be read. */
void forget_person(struct store *store, struct forgetting *f);
/* Their messages among the next MOST; false when all were looked at.  The keys
 * of the inbox stay, so that a repeat is known. */
bool forget_messages(struct store *store, struct forgetting *f, int64_t now_ms, int64_t most);

/* ---- audiences (gateway/model/audience.h), fixed and resolved ---- */

struct audience;
struct audience_fault;
/* Looks up the campaigns and needs; false with a fault at what is not there. */
bool audience_resolve(struct store *store, struct arena *arena, struct audience *audience,
                      struct audience_fault *fault) MUST_CHECK;
/* Who is meant: at home (COUNTRY is its code), abroad, and, wherever they are, opted out.
 * BLOCKED: how many of the people let no promo line through. */
struct audience_count {
    int64_t people, abroad, stopped, blocked;
};
void audience_count(struct store *store, struct arena *arena, const struct audience *audience,
                    struct str country, struct audience_count *count);
/* Phones behind AFTER in their order, nobody who opted out, and AFTER moved
 * on.  It looks at MOST phones that may be meant and no further, so that every
 * page takes as little time: one may be short, or empty, while MORE is true. */
struct audience_page {
    int64_t after;    /* 0: from the beginning */
    int64_t known_by; /* who became a contact after that second is not meant; 0: everybody may be */
    bool abroad;      /* those abroad too */
    bool promo;       /* not those who let no promo line through */
    bool more;
    int64_t stopped, left_abroad, blocked; /* who was meant and left out on this page */
};
size_t audience_page(struct store *store, struct arena *arena, const struct audience *audience,
                     struct str country, struct audience_page *page, int64_t *phones, size_t most);

/* ---- the outbox ---- */

/* When a row is due that waits for its broadcast to go on: no clock comes there. */
#define OUTBOX_PARKED_MS INT64_C(253402300800000)

/* Its id, 0 after a failure, or where its broadcast has a row for this phone
 * already.  EXPIRES_MS 0: the lane's. */
int64_t outbox_add(struct store *store, const struct outbound *message, int64_t now_ms);
/* The channels that messages were added for since it was last asked, a bit each.  Others may share a bit. */
uint64_t outbox_take_queued(struct store *store);
uint64_t outbox_channel_bit(struct str channel);
/* Claims due rows of a channel's lane: they are `sending`, and this attempt
 * is counted. */
size_t outbox_claim(struct store *store, struct arena *arena, struct str channel, enum lane lane,
                    struct str node, int64_t now_ms, struct outbound *rows, size_t most);
int64_t outbox_next_due(struct store *store, struct str channel, enum lane lane); /* ms; 0: none waits */
void outbox_sent(struct store *store, struct arena *arena, const struct outbound *row, struct str provider_id,
                 int64_t now_ms);
/* Later replies to the same message are not due before DUE_MS either. */
void outbox_delay_rest(struct store *store, const struct outbound *row, int64_t due_ms);
/* Rows of STATUS (queued or uncertain) that are due after LATEST_MS are due
 * then, but for parked ones; up to MOST of them, how many. */
size_t outbox_pull_back(struct store *store, enum outbox_status status, int64_t latest_ms, size_t most);
/* Queued rows of one channel become another's, those of broadcasts and calls
 * only where the lines are of SAME_CLASS; how many. */
size_t outbox_hand_over(struct store *store, struct str from, struct str to, bool same_class, int64_t now_ms,
                        size_t most);
/* Claimed, and its broadcast does not go on now: it waits, and this was no
 * attempt.  DUE_MS may be OUTBOX_PARKED_MS. */
void outbox_set_aside(struct store *store, const struct outbound *row, int64_t due_ms, int64_t now_ms);
/* A person's word: sent once more (marked where it may have gone already), or not at all. */
bool outbox_again(struct store *store, const struct outbound *row, int64_t now_ms);
bool outbox_drop(struct store *store, const struct outbound *row, int64_t now_ms);
void outbox_move(struct store *store, const struct outbound *row, const struct outbox_move *move,
                 const char *what, struct str reason, int64_t now_ms);
/* An uncertain row is looked at again at DUE_MS. */
void outbox_put_off(struct store *store, int64_t id, int64_t due_ms);
void outbox_unclaim(struct store *store, int64_t id, int64_t now_ms);
bool outbox_get(struct store *store, struct arena *arena, int64_t id, struct outbound *row);
size_t outbox_page(struct store *store, struct arena *arena, int64_t after, struct outbound *rows,
                   size_t most);
size_t outbox_replies(struct store *store, struct arena *arena, int64_t message, struct outbound *rows,
                      size_t most);
/* Whose wait for a report is over; whose time is over before it was sent; what
 * is `sending` still. */
enum outbox_pick { PICK_UNCERTAIN, PICK_EXPIRED, PICK_LEFT_BEHIND };
size_t outbox_pick(struct store *store, struct arena *arena, enum outbox_pick which, int64_t now_ms,
                   struct outbound *rows, size_t most);
/* Applies a delivery report; one by the telecom's own id that comes before its
 * message is settled is kept for a day and applied then.  False where the
 * message is not known (yet). */
bool outbox_report(struct store *store, struct arena *arena, const struct report *report, int64_t now_ms);
struct outbox_event {
    int64_t at_ms;
    struct str what, detail;
};
size_t outbox_events(struct store *store, struct arena *arena, int64_t id, struct outbox_event *events,
                     size_t most);

/* ---- figures and care ---- */

enum { VOLUNTEER_STATUSES = 6, SESSION_STATUSES = 4 };
extern const char *const volunteer_status_names[VOLUNTEER_STATUSES];
extern const char *const session_status_names[SESSION_STATUSES];
struct store_figures {
    int64_t pledges, pledged_rial, needs_open, volunteers, messages_in, unanswered, messages_out;
    int64_t by_status[OUTBOX_STATUSES];
    int64_t oldest_ms[LANES]; /* created; 0: the lane is empty */
    int64_t volunteers_by[VOLUNTEER_STATUSES], sessions_by[SESSION_STATUSES];
};
void store_figures(struct store *store, struct store_figures *figures);
/* Looks at the MOST oldest messages and deletes those older than BEFORE (UTC
 * seconds); called often, it keeps up, and costs next to nothing when nothing
 * is old. */
void store_purge(struct store *store, int64_t before, int64_t now_ms, size_t most);
int64_t store_wal_bytes(const struct store *store);

#endif
