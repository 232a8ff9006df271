/* The configuration as one immutable snapshot.
 *
 * Loaded on the loop thread; a job carries the snapshot it began with, so a
 * reload changes no rules midway.  A snapshot lives until its last reference
 * is gone; everything in it lives as long as it does.  Any thread may read. */
#ifndef YAVAR_CONF_CONFIG_H
#define YAVAR_CONF_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/icu.h"
#include "gateway/conf/faults.h"
#include "gateway/conf/option.h"
#include "gateway/conf/texts.h"

struct service {
    struct str listen, admin_listen, public_url, database, language, country, timezone, office_phone, pay_to,
        texts;
    int64_t duplicate_window, question_window, resume_window, uncertain_wait; /* ms */
    int64_t retry_first, retry_most, keep_messages;                           /* ms */
    int64_t second_yes_above;                                                 /* people */
    int64_t dedupe_days, unknown_replies_per_hour, confirmations_per_hour, list_segments;
    int64_t smallest_pledge, largest_pledge, ask_above; /* rial */
    int64_t disk_reserve;                               /* bytes */
};

struct channel {
    struct str name;
    struct str provider, number, next, sms, line, dial;
    struct str secret;
    struct networks allow;
    struct hours quiet;
    struct str links, cards, suffix; /* of broadcasts; empty: as the class says (model/line_rules.h) */
    int64_t rate, in_flight, recipients, page;
    int64_t price;    /* rial a segment */
    void *own;        /* the provider's own struct, filled from its rows */
    unsigned line_no; /* of its section in the file */
};

struct config {
    struct service service;
    struct channel *channels;
    size_t channel_count;
    const struct texts *texts;
    struct arena *arena;
    const char *file; /* as given; NULL for embedded defaults */
    int references;
};

/* What the layers above bring: the providers' rows, the commands' names, the
 * messages that must be in every catalogue. */
struct config_world {
    const struct option_table *const *providers;
    size_t provider_count;
    const char *const *commands;
    size_t command_count;
    const struct message_spec *const *messages; /* lists, each ended by a NULL key */
    size_t message_list_count;
};

/* FILE NULL: ./yavar.ini if there, else /etc/yavar/yavar.ini, else embedded
 * defaults.  NULL with FAULTS told; every fault of every file is gathered. */
struct config *config_load(const char *file, const struct config_world *world,
                           struct faults *faults) MUST_CHECK;
/* The same from text, for tests and chat. */
struct config *config_parse(const char *name, struct str text, const struct config_world *world,
                            struct faults *faults) MUST_CHECK;
struct config *config_keep(struct config *config); /* one more reference; any thread */
void config_drop(struct config *config);           /* NULL is fine */

/* An IBAN or payment code: GSM-7, at most 26, so that `pay to` fits one SMS. */
bool pay_to_fits(struct str pay_to);

const struct channel *config_channel(const struct config *config, struct str name); /* NULL: none */

/* The sample yavar.ini, from the rows. */
struct str config_sample(struct arena *arena, const struct config_world *world);

#endif
