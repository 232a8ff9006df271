/* Dispatch: is it new, who sent it, does it answer a question, which handler. */
#include "handlers/dispatch.h"

#include <stdlib.h>

#include "gateway/base/crypto.h"
#include "gateway/base/fold.h"
#include "gateway/base/log.h"
#include "gateway/base/phone.h"
#include "gateway/model/line_rules.h"
#include "handlers/converse.h"
#include "handlers/flows.h"
#include "gateway/model/audience.h"
#include "handlers/handlers.h"

static const struct message_spec own_messages[] = {
    {"failed.look", "phone", ROOM_ONE}, {"question.again", "", ROOM_ONE}, {"question.number", "", ROOM_ONE},
    {"question.dropped", "", ROOM_ONE}, {NULL, NULL, ROOM_ONE},
};
static const struct message_spec *const message_lists[] = {
    own_messages,
    pledge_messages,
    need_messages,
    mine_messages,
    cancel_messages,
    account_messages,
    consent_messages,
    language_messages,
    help_messages,
    answer_messages,
    flow_messages,
    flow_pledge_messages,
    flow_need_messages,
    flow_volunteer_messages,
    flow_mine_messages,
    enlist_messages,
    team_messages,
    audience_messages,
    line_messages,
    code_messages,
    broadcast_messages,
    office_broadcast_messages,
    office_campaign_messages,
    call_messages,
    staff_messages,
    stats_messages,
};

const struct message_spec *const *dispatch_messages(size_t *n)
{
    *n = sizeof message_lists / sizeof message_lists[0];
    return message_lists;
}

/* ---- the same message again ---- */

/* The key of "the same": the channel, and the telecom's id, else sender, text
 * and the telecom's time.  The day stands in front of it in the table. */
static struct digest key_of(const struct inbound *m)
{
    struct str with_id[] = {m->channel, STR("id"), m->id};
    struct str without[] = {m->channel, STR("text"), m->sender, m->text, m->sent};
    return m->id.n > 0 ? crypto_digest(with_id, 3) : crypto_digest(without, 5);
}

static bool is_repeat(const struct turn *t, const struct inbox_before *before)
{
    const struct inbound *m = t->message;
    if (!before->found)
        return false;
    int64_t apart = llabs(turn_now(t) - before->created_at); /* the clock may have been set back */
    return m->id.n > 0 || m->sent.n > 0 || apart < t->config->service.duplicate_window / 1000;
}

static bool same_sender(const struct turn *t, struct str before)
{
    struct phone phone = phone_parse(t->message->sender, t->config->service.country.p);
    return phone.kind == PHONE_INVALID ? str_eq(before, t->message->sender) : str_is(before, phone.digits);
}

/* Of a sender who was forgotten only the key is left, and of a text that named one only who sent it. */
static bool is_same_message(const struct turn *t, const struct inbox_before *before)
{
    bool same_text = before->text.n == 0 || str_eq(before->text, t->message->text);
    return before->sender.n == 0 || (same_text && same_sender(t, before->sender));
}

/* ---- who sent it ---- */

/* An exact command is never our own text: no text of ours opens with one. */
static bool is_echo(const struct turn *t)
{
    const struct contact *c = &t->contact;
    if (t->command.name != COMMAND_unknown && !t->command.guessed && t->command.problem == PROBLEM_NONE)
        return false;
    int64_t hash = turn_hash(t->message->text);
    return c->sent_hash != 0 && (hash == c->sent_hash || hash == c->sent_hash_before);
}

static bool from_machine(struct turn *t, const struct phone *phone)
{
    if (!phone_reachable(phone) || is_own_line(t->config, t->message->sender))
        return true;
    int64_t number;
    if (!str_to_i64(str_of(phone->digits), &number))
        return true;
    contact_get(t->store, t->arena, number, &t->contact);
    return is_echo(t);
}

/* ---- what it does ---- */

/* The handler in its savepoint.  When it fails its effects go, and what is
 * said instead is said outside. */
static bool run_turn(struct turn *t)
{
    if (!store_savepoint(t->store))
        return false;
    t->language = language_for(t);
    converse(t);
    if (t->contact.changed)
        contact_put(t->store, &t->contact, turn_now(t));
    if (store_failed(t->store) == STORE_FINE && store_savepoint_keep(t->store))
        return true;
    if (store_failed(t->store) == STORE_CONFLICT)
        LOG(LOG_ERROR, "handler_failed", "command=%s reason=\"%s\"", command_names[t->command.name],
            store_reason(t->store));
    return false;
}

static enum dispatch_outcome after_failure(struct turn *t, enum store_failure failure)
{
    if (failure == STORE_GONE || failure == STORE_ENGINE_BAD)
        return DISPATCH_ENGINE;
    store_savepoint_undo(t->store);
    contact_get(t->store, t->arena, t->contact.phone, &t->contact);
    turn_say(t, "failed.look", FIELDS({"phone", say_phone(t)}));
    contact_put(t->store, &t->contact, turn_now(t));
    inbox_settle(t->store, t->message_id, "failed", "the handler failed", true, turn_now(t));
    return store_failed(t->store) == STORE_FINE ? DISPATCH_FAILED : DISPATCH_ENGINE;
}

static enum dispatch_outcome handle_new(struct turn *t, const struct digest *key, int64_t copy)
{
    struct phone phone = phone_parse(t->message->sender, t->config->service.country.p);
    struct inbound kept = *t->message;
    int64_t today = zone_day_number(t->zone, turn_now(t));
    if (phone.kind != PHONE_INVALID)
        kept.sender = str_dup(t->arena, str_of(phone.digits));
    bool machine = from_machine(t, &phone);
    t->message_id = inbox_add(t->store, &kept, key, today, copy, command_names[t->command.name],
                              machine ? "ignored" : "handled", turn_now(t));
    if (store_failed(t->store) != STORE_FINE)
        return DISPATCH_ENGINE;
    if (machine)
        return DISPATCH_OK;
    if (!run_turn(t))
        return after_failure(t, store_failed(t->store));
    if (t->unanswered)
        inbox_settle(t->store, t->message_id, "handled", "", true, turn_now(t));
    return store_failed(t->store) == STORE_FINE ? DISPATCH_OK : DISPATCH_ENGINE;
}

enum dispatch_outcome dispatch(struct store *store, const struct config *config, struct zone *zone,
                               struct arena *arena, int64_t now_ms, const struct inbound *message,
                               const struct command *command, int64_t *message_id)
{
    struct turn t = {.store = store,
                     .config = config,
                     .arena = arena,
                     .zone = zone,
                     .now_ms = now_ms,
                     .message = message,
                     .line = message->channel,
                     .command = *command};
    struct digest key = key_of(message);
    struct inbox_before before;
    int64_t today = zone_day_number(zone, turn_now(&t));
    inbox_find(store, arena, &key, today, config->service.dedupe_days, &before);
    if (store_failed(store) != STORE_FINE)
        return DISPATCH_ENGINE;
    *message_id = before.id;
    if (is_repeat(&t, &before))
        return is_same_message(&t, &before) ? DISPATCH_REPEAT : DISPATCH_CONFLICT;
    enum dispatch_outcome outcome = handle_new(&t, &key, before.found ? turn_now(&t) : 0);
    *message_id = t.message_id;
    return outcome;
}

void dispatch_stop(struct store *store, const struct config *config, struct arena *arena, int64_t now_ms,
                   struct str phone)
{
    struct phone who = phone_parse(phone, config->service.country.p);
    struct contact contact;
    int64_t number;
    if (!phone_reachable(&who) || !str_to_i64(str_of(who.digits), &number))
        return; /* nobody we could ever write to */
    contact_get(store, arena, number, &contact);
    if (contact.stopped_at == 0) {
        contact.stopped_at = now_ms / 1000;
        contact_put(store, &contact, now_ms / 1000);
    }
}
