/* A phone in a USSD session, and the gateway between: it dials, presses, drops
 * and dials again, and shows the page that comes back. */
#ifndef YAVAR_TESTS_DIALOGS_HANDSET_H
#define YAVAR_TESTS_DIALOGS_HANDSET_H

#include "gateway/base/phone.h"
#include "gateway/base/segment.h"
#include "gateway/model/understand.h"
#include "gateway/providers/provider.h"
#include "handlers/ussd.h"
#include "handlers/ussd_input.h"
#include "tests/unit/unit.h"

struct world {
    const struct words *words; /* the grammar */
    struct arena *arena;
    struct config *config;
    struct store *store;
    struct zone *zone;
    int64_t now_ms;
    int64_t septets; /* of a page; 0: as the channel has it */
};

enum gateway_way {
    SENDS_ALL,  /* all input so far, the service code left out */
    SENDS_LAST, /* the dialled string, then each press */
    SENDS_HOPS, /* the same, numbered */
};

struct handset {
    struct str phone, session, heard; /* heard: all so far */
    enum gateway_way way;
    bool nameless; /* the gateway gives no session id */
    bool twice;    /* it sends everything twice */
    unsigned hop, sessions;
    bool none, last, differed; /* differed: the repeat did not get the same page */
    struct str page;
    enum dispatch_outcome outcome;
};

static inline enum dispatch_outcome world_step(struct world *w, const struct ussd_step *step,
                                               struct ussd_shown *shown)
{
    enum dispatch_outcome outcome = DISPATCH_ENGINE;
    bool bad = false;
    struct str last = utf8_repair(w->arena, input_last(step), &bad);
    struct command command = understand(w->words->grammar, w->config->texts->lexicon,
                                        w->config->service.country.p, w->arena, last);
    int64_t page = w->septets > 0 ? w->septets : config_channel(w->config, STR("gsm"))->page;
    const struct channel *sms = config_channel(w->config, config_channel(w->config, STR("gsm"))->sms);
    struct str line = sms != NULL ? sms->name : STR("");
    if (store_begin(w->store)) {
        outcome = dispatch_step(w->store, w->config, w->zone, w->arena, w->now_ms, step, &command, line, page,
                                shown);
        if (outcome == DISPATCH_ENGINE || store_commit(w->store) != STORE_DONE)
            store_rollback(w->store);
    }
    return outcome;
}

static inline struct ussd_step handset_step(const struct handset *h, struct str input)
{
    struct ussd_step step = {.channel = STR("gsm"), .session = h->nameless ? STR("") : h->session};
    step.phone = h->phone;
    step.code = STR("*0000#");
    step.input = input;
    step.accumulated = h->way == SENDS_ALL;
    return step;
}

static inline void handset_send(struct world *w, struct handset *h, const struct ussd_step *step)
{
    struct ussd_shown shown = {.none = true}, again = {.none = true};
    h->outcome = world_step(w, step, &shown);
    h->none = shown.none;
    h->last = shown.last;
    h->page = shown.none ? STR("") : shown.text;
    if (!h->twice || step->over)
        return;
    enum dispatch_outcome outcome = world_step(w, step, &again);
    bool same = str_eq(again.text, shown.text) && again.last == shown.last && outcome == DISPATCH_REPEAT;
    h->differed = h->differed || (!same && !shown.none && h->phone.n > 0);
}

/* TEXT as typed: `*0000*3*24#`. */
static inline void handset_dial(struct world *w, struct handset *h, struct str text)
{
    struct str rest = text;
    h->session = str_printf(w->arena, "%.*s-%u", STR_ARG(h->phone), ++h->sessions);
    h->hop = 1;
    if (h->way == SENDS_ALL) { /* such gateways leave out their own code, and the marks around */
        rest = str_starts(rest, STR("*0000")) ? str_after(rest, 5) : rest;
        rest = rest.n > 0 && rest.p[0] == '*' ? str_after(rest, 1) : rest;
        while (rest.n > 0 && rest.p[rest.n - 1] == '#')
            rest.n--;
    }
    struct ussd_step step = handset_step(h, rest);
    step.first = h->way == SENDS_ALL && rest.n > 0 ? FIRST_UNKNOWN : FIRST_YES;
    step.hop = h->way == SENDS_HOPS ? STR("1") : STR("");
    h->heard = rest;
    handset_send(w, h, &step);
}

static inline struct str handset_all(struct world *w, const struct handset *h, struct str text)
{
    return h->heard.n == 0 ? text : str_printf(w->arena, "%.*s*%.*s", STR_ARG(h->heard), STR_ARG(text));
}

static inline void handset_press(struct world *w, struct handset *h, struct str text)
{
    struct str all = handset_all(w, h, text);
    struct ussd_step step = handset_step(h, h->way == SENDS_ALL ? all : text);
    step.first = h->way == SENDS_ALL ? FIRST_UNKNOWN : FIRST_NO;
    step.hop = h->way == SENDS_HOPS ? str_printf(w->arena, "%u", ++h->hop) : STR("");
    h->heard = all;
    handset_send(w, h, &step);
}

/* The notice that it is over; with TEXT, the last answer comes along. */
static inline void handset_over(struct world *w, struct handset *h, struct str text)
{
    struct str all = text.n > 0 ? handset_all(w, h, text) : h->heard;
    struct ussd_step step = handset_step(h, h->way == SENDS_ALL ? all : STR(""));
    step.over = true;
    handset_send(w, h, &step);
}

/* For dispatch_idle_sessions. */
static inline struct str sms_line(const struct config *config, struct str channel)
{
    return config_channel(config, channel)->sms;
}

/* What a page must be, whatever it says: NULL, or what is wrong with it. */
static inline const char *page_fault(struct str page, int64_t septets)
{
    struct sms_size size = sms_measure(page);
    int64_t units = septets * 70 / 182;
    if (!utf8_valid(page))
        return "a character is cut";
    if (size.units > (size.encoding == SMS_GSM7 ? septets : units))
        return "it does not fit";
    for (size_t i = 0; i < page.n; i++)
        if (page.p[i] == ' ' && (i + 1 == page.n || page.p[i + 1] == '\n'))
            return "a blank at a line's end";
    return page.n == 0 ? "it is empty" : page.p[page.n - 1] == '\n' ? "an empty last line" : NULL;
}

#endif
