/* A phone at the terminal: what `chat` and `chat --ussd` share. */
#ifndef YAVAR_CHAT_H
#define YAVAR_CHAT_H

#include "gateway/base/arena.h"
#include "gateway/conf/config.h"
#include "gateway/model/understand.h"
#include "gateway/store/store.h"

struct chat {
    const struct config *config;
    struct grammar *grammar;
    struct store *store;
    struct zone *zone;
    struct str phone;
    bool pretty, failed;
    bool ussd;                  /* lines are dialled and pressed; else they are texts */
    int64_t count;              /* of texts and presses */
    int64_t seen;               /* the last outbox row that was shown */
    int64_t dialled;            /* sessions so far: the last one's id */
    bool open;                  /* that session still is */
    const struct channel *line; /* the one whose code was dialled; NULL: none that is configured */
    char code[32];              /* that code */
};

/* One SMS from the phone, and what comes back. */
void chat_text(struct chat *chat, struct arena *arena, struct str text);
/* One line of `chat --ussd`: something dialled or pressed, `drop`, or `sms TEXT`. */
void chat_ussd(struct chat *chat, struct arena *arena, struct str line);
extern const char chat_ussd_greeting[]; /* to be printed with the phone */

/* What a text means. */
struct command chat_meaning(struct chat *chat, struct arena *arena, struct str text);
/* Ends what store_begin began: commits it, or tells why not and that chat failed. */
void chat_done(struct chat *chat, bool done);
/* The SMS that came since the last time; whether there were any. */
bool chat_show_sms(struct chat *chat, struct arena *arena);

#endif
