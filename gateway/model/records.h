/* What the store keeps, as plain structs.  Texts live in the arena they were
 * read into; times are UTC seconds unless a name ends in _ms.
 *
 * Any thread. */
#ifndef YAVAR_MODEL_RECORDS_H
#define YAVAR_MODEL_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/str.h"
#include "gateway/conf/catalogue.h"
#include "gateway/model/command.h"

/* A phone number with its language and consent. */
struct contact {
    int64_t phone; /* E.164 digits as a number */
    bool is_new;   /* no row yet */
    bool has_language;
    enum language language;
    struct str province; /* slug, or empty */
    int64_t stopped_at;  /* 0: takes broadcasts */
    struct str question; /* the open question as JSON (handlers/question.h), or empty */
    int64_t question_at;
    /* Hourly limits (promise 6). */
    int64_t confirmed_since, confirmed_count;
    int64_t unknown_since, unknown_count, unknown_hash;
    /* Hashes of the last two texts sent, to know an echo. */
    int64_t sent_hash, sent_hash_before;
    int64_t created_at; /* 0: before this was kept */
    int64_t blocked_at; /* when its telecom last said that it lets no broadcast through; 0: never */
    int64_t donor;      /* its first pledge, by which all of them are found; 0: none */
    int64_t handed_at;  /* when it was last offered to finish by SMS what it began by USSD; 0: never */
    bool changed;       /* to be written back at the end of the turn */
};

enum count_unit { COUNT_RIAL, COUNT_ITEM, COUNT_DAY };
extern const char *const count_unit_names[]; /* "rial", "item", "day" */

struct need {
    uint32_t code;
    struct str province, centre, category; /* slugs, but the centre's name */
    int64_t priority;
    struct str title_fa, title_en, short_fa, short_en;
    enum count_unit unit;
    int64_t required, pledged, received; /* in the unit */
    struct str status, organisation, pay_to, verified_by, shared_with;
    int64_t verified_at; /* 0: never */
};

struct campaign {
    int64_t id;
    struct str word, name_fa, name_en, pay_to, provinces, organisation; /* provinces: slugs; of none: all */
    int64_t goal_rial, pledged_rial;
    int64_t starts_at, ends_at; /* 0: open on that side */
};

struct pledge {
    int64_t id; /* its place in the sequence of references */
    uint32_t reference;
    int64_t phone;
    uint32_t need;    /* 0: none */
    int64_t campaign; /* 0: none */
    int64_t amount_rial;
    enum money_unit money; /* as it was written */
    int64_t quantity;
    enum unit unit;
    bool monthly;
    struct str status, channel;
    int64_t message; /* the inbox row it came with */
    int64_t day;     /* local day number */
    int64_t due_at, created_at, updated_at;
    /* Of its target, where asked for. */
    struct str title_fa, title_en, pay_to;
};

/* A text from a phone. */
struct inbound {
    struct str channel; /* name */
    struct str sender;  /* as the telecom wrote it */
    struct str line;    /* the number that was texted */
    struct str text;    /* UTF-8 */
    struct str id;      /* the telecom's; empty where it gives none */
    struct str sent;    /* the telecom's time as it wrote it; empty where it gives none */
    bool unreadable;    /* its charset or bytes could not be read */
};

/* Whether the telecom says that this is a session's first step. */
enum first_step { FIRST_UNKNOWN, FIRST_YES, FIRST_NO };
/* One press in a USSD session, or the notice that it is over. */
struct ussd_step {
    struct str channel; /* name */
    struct str session; /* the telecom's id; empty: the phone stands for it */
    struct str phone;   /* as the telecom wrote it; may be empty after the first step */
    struct str code;    /* the service code dialled, as it came; may be empty after the first step */
    struct str input;   /* as it came: the last input, the dialled string on a first step, or all so far */
    bool accumulated;   /* input is all so far */
    enum first_step first;
    bool over;       /* it ended (user, network, time): no page is due, only an acknowledgement */
    struct str hop;  /* the telecom's number or id of this step, which names a repeat; or empty */
    bool unreadable; /* the input's bytes could not be read */
};

/* A session, as it is kept. */
struct ussd_session {
    int64_t id; /* 0: not kept yet */
    struct str channel, session, code;
    int64_t phone;
    struct str dialogue;   /* JSON; empty: none is under way */
    bool unfinished;       /* its owner can be offered to go on with it */
    struct str heard, hop; /* of the last step */
    struct str page;       /* the last page shown */
    bool last;             /* it closed the session */
    struct str status;     /* open, done, left, dropped */
    struct str kept;       /* the status that the store has; the store's own */
    struct str path;       /* all that was pressed, parted by '*' */
    int64_t created_ms, updated_ms;
};

/* Somebody who is ready to help. */
struct volunteer {
    int64_t id; /* 0: new */
    int64_t phone;
    struct str name, province, specialty, availability; /* slugs but the name; may be empty */
    struct str status;                                  /* store.h: volunteer_status_names */
    struct str verified_by;
    int64_t verified_at; /* 0: never */
    struct str consent_version, consent_channel;
    int64_t consent_at; /* 0: none */
    int64_t recruiter;  /* phone; 0: came by themselves */
    int64_t team;       /* 0: none */
    int64_t created_at, updated_at;
};

/* A group of volunteers with its leader. */
struct team {
    int64_t id; /* its place in the sequence of references; 0: new */
    uint32_t reference;
    struct str name;
    int64_t leader;         /* phone */
    enum language language; /* that the leader wrote in */
    int64_t told_at;
};

enum role { ROLE_VIEWER, ROLE_REPORTER, ROLE_RECRUITER, ROLE_COORDINATOR, ROLE_AUDITOR, ROLE_ADMIN, ROLES };
extern const char *const role_names[ROLES];

/* A registered phone with a role. */
struct staff {
    int64_t phone;
    struct str name, role, provinces, organisation, centre;
    int64_t deputy_of;    /* whose role and places it has; 0: its own */
    int64_t locked_until; /* after three wrong codes; 0: never */
};

/* A charity, hospital charity, NGO or group, by its slug. */
struct organisation {
    struct str slug, name_fa, name_en;
    struct str provinces; /* slugs parted by blanks; empty: the whole country */
    struct str pay_to;    /* for a need or campaign that has none; may be empty */
};

enum lane { LANE_CODE, LANE_CONFIRMATION, LANE_REMINDER, LANE_BROADCAST, LANES };
extern const char *const lane_names[LANES];

/* A message to a phone: a row of the outbox. */
struct outbound {
    int64_t id;
    struct str channel;
    int64_t phone;
    struct str text;
    enum lane lane;
    struct str status;
    int64_t due_ms, expires_ms, created_ms, updated_ms, sent_ms, delivered_ms;
    int64_t attempts, resends;
    bool may_be_double;
    int64_t reply_to; /* inbox row; 0: none */
    int64_t source;   /* the broadcast or call it belongs to; 0: none */
    unsigned segments;
    struct str provider_id, reason;
};

/* What a telecom says became of a message. */
enum report_state { REPORT_SENT, REPORT_DELIVERED, REPORT_FAILED };
struct report {
    struct str channel;
    int64_t id;             /* ours; 0 where only the telecom's is known */
    struct str provider_id; /* theirs */
    enum report_state state;
    struct str detail;
};

#endif
