/* Broadcasts: kept, said yes to, steered, tried out. */
#include "handlers/office_broadcast.h"

#include "handlers/code.h"
#include "handlers/handlers.h"

enum { DAY = 24 * 3600, HOUR = 3600, ASKED_MOST = 5, STAFF_PAGE = 50 };

const struct message_spec office_broadcast_messages[] = {
    {"broadcast.text", "", ROOM_ONE},
    {"broadcast.channel", "name", ROOM_ONE},
    {"broadcast.long", "", ROOM_ONE},
    {"broadcast.urgent", "", ROOM_ONE},
    {"broadcast.past", "", ROOM_ONE},
    {"broadcast.never", "", ROOM_ONE},
    {"broadcast.role", "", ROOM_ONE},
    {"broadcast.audience", "why", ROOM_ONE},
    {"broadcast.nobody", "", ROOM_ONE},
    {"broadcast.self", "", ROOM_ONE},
    {"broadcast.drafted", "ref", ROOM_ONE},
    {"broadcast.none", "typed", ROOM_ONE},
    {"broadcast.state", "ref state", ROOM_ONE},
    {"broadcast.gone", "ref", ROOM_ONE},
    {"broadcast.second", "ref", ROOM_ONE},
    {"broadcast.second.none", "ref", ROOM_ONE},
    {"broadcast.ask", "ref people cost otp", ROOM_ONE},
    {"broadcast.started", "ref", ROOM_ONE},
    {"broadcast.paused", "ref", ROOM_ONE},
    {"broadcast.resumed", "ref", ROOM_ONE},
    {"broadcast.cancelled", "ref", ROOM_ONE},
    {"broadcast.test.ok", "", ROOM_ONE},
    {"broadcast.test.other", "", ROOM_ONE},
    {"broadcast.draft", "", ROOM_PART},
    {"broadcast.approved", "", ROOM_PART},
    {"broadcast.sending", "", ROOM_PART},
    {"broadcast.halted", "", ROOM_PART},
    {"broadcast.done", "", ROOM_PART},
    {"broadcast.ended", "", ROOM_PART},
    {NULL, NULL, ROOM_ONE},
};

static struct str name_of(const struct office *o, const struct broadcast *b)
{
    return str_printf(o->arena, "%u", b->reference);
}

static struct office_said say_ref(const struct office *o, enum office_status status, const char *key,
                                  const struct broadcast *b)
{
    return office_say(status, key, FIELDS({"ref", name_of(o, b)}));
}

static void note(const struct office *o, const char *action, const struct broadcast *b, struct str detail)
{
    audit_add(o->store, &o->actor, action, name_of(o, b), detail, office_now(o));
}

/* A text that the store's writer said nothing of: it will be undone. */
static struct office_said failed(void)
{
    return office_say(OFFICE_CONFLICT, NULL, NULL, 0);
}

struct office_said office_broadcast_keep(const struct office *o, const struct broadcast_wish *w,
                                         const struct broadcast_preview *p, struct broadcast *made)
{
    *made = (struct broadcast){.status = BROADCAST_DRAFT,
                               .author = o->actor.phone,
                               .audience = p->audience,
                               .body = p->body,
                               .channel = p->channel->name,
                               .reason = str_trim(w->reason),
                               .segments = p->size.segments,
                               .urgent = w->urgent,
                               .confined = p->confined,
                               .people = p->people,
                               .until_at = w->until};
    if (!broadcast_add(o->store, made, p->provinces, office_now(o)))
        return failed();
    note(o, "broadcast.add", made,
         str_printf(o->arena, "people %lld, segments %u%s", (long long)made->people, made->segments,
                    made->urgent ? ", urgent" : ""));
    return say_ref(o, OFFICE_DONE, "broadcast.drafted", made);
}

struct office_said office_broadcast_get(const struct office *o, uint32_t reference, struct broadcast *b)
{
    if (!role_may(o->actor.role, ROLE_COORDINATOR))
        return office_say(OFFICE_FORBIDDEN, "broadcast.role", NULL, 0);
    if (broadcast_get(o->store, o->arena, reference, office_scope(o), b))
        return office_say(OFFICE_DONE, NULL, NULL, 0);
    return office_say(OFFICE_ABSENT, "broadcast.none",
                      FIELDS({"typed", str_printf(o->arena, "%u", reference)}));
}

static struct office_said wrong_state(const struct office *o, const struct broadcast *b)
{
    struct str state = str_of(broadcast_status_names[b->status]);
    return office_say(OFFICE_CONFLICT, "broadcast.state", FIELDS({"ref", name_of(o, b)}, {"state", state}));
}

/* ---- a yes ---- */

static bool needs_second(const struct office *o, const struct broadcast *b)
{
    return b->segments > 1 || b->people > o->config->service.second_yes_above || b->urgent;
}

/* A draft may have lain about while its audience grew: nobody alone begins
 * with a few what reaches many by now. */
static void count_again(const struct office *o, struct broadcast *b)
{
    int64_t age = office_now(o) - b->created_at;
    if (!needs_second(o, b) && (age > HOUR || age < 0))
        b->people = office_broadcast_people(o, b);
}

static bool ask_one(const struct office *o, int64_t phone, const struct broadcast *b, int64_t cost)
{
    struct turn other = office_turn(o, phone, b->channel);
    if (!code_is_free(&other))
        return false;
    struct command yes = command_none(COMMAND_broadcast);
    yes.reference = b->reference;
    yes.text = STR("approve");
    struct str code = code_make(&other, &yes);
    if (code.p != NULL) {
        turn_send_in(&other, LANE_CODE, b->body); /* what the yes is for */
        turn_send_in(&other, LANE_CODE,
                     turn_text(&other, "broadcast.ask",
                               FIELDS({"ref", name_of(o, b)}, {"people", say_count(&other, b->people)},
                                      {"cost", say_cost(&other, cost)}, {"otp", code})));
    }
    if (other.contact.changed)
        contact_put(o->store, &other.contact, office_now(o));
    return code.p != NULL;
}

/* A code of another's asking would take the place of the one they hold: what
 * they wait for would count as three wrong tries. */
static bool waits_for_own_code(const struct office *o, int64_t phone)
{
    struct proposal p;
    return proposal_get(o->store, o->arena, phone, &p) && p.command.n > 0 && p.expires_at > office_now(o);
}

/* Up to five others who have all its provinces and wait for no code; how many. */
static int ask_others(const struct office *o, const struct broadcast *b)
{
    struct staff *rows = arena_array(o->arena, struct staff, STAFF_PAGE);
    const struct channel *channel = config_channel(o->config, b->channel);
    struct str provinces = reach_of(o->store, o->arena, b->id);
    int64_t cost = channel != NULL ? channel->price * b->segments * b->people : 0;
    size_t n = STAFF_PAGE;
    int asked = 0;
    for (int64_t after = 0; n == STAFF_PAGE && asked<ASKED_MOST; after = n> 0 ? rows[n - 1].phone : 0) {
        n = staff_page(o->store, o->arena, after, rows, STAFF_PAGE);
        for (size_t i = 0; i < n && asked < ASKED_MOST; i++)
            if (rows[i].phone != o->actor.phone && !waits_for_own_code(o, rows[i].phone) &&
                office_may_reach(o, rows[i].phone, provinces))
                asked += ask_one(o, rows[i].phone, b, cost);
    }
    return asked;
}

static struct office_said want_second(const struct office *o, const struct broadcast *b)
{
    int64_t now = office_now(o);
    if (!broadcast_ask(o->store, b->id, now - HOUR, now) || ask_others(o, b) > 0)
        return say_ref(o, OFFICE_DONE, "broadcast.second", b);
    if (!broadcast_ask(o->store, b->id, now, 0)) /* never: there was nobody */
        return failed();
    return say_ref(o, OFFICE_DONE, "broadcast.second.none", b);
}

struct office_said office_broadcast_approve(const struct office *o, uint32_t reference, struct broadcast *b)
{
    struct office_said said = office_broadcast_get(o, reference, b);
    if (said.key != NULL)
        return said;
    if (b->status != BROADCAST_DRAFT)
        return wrong_state(o, b);
    if (b->author != 0 && !office_may_reach(o, b->author, reach_of(o->store, o->arena, b->id)))
        return say_ref(o, OFFICE_CONFLICT, "broadcast.gone", b);
    const struct channel *channel = config_channel(o->config, b->channel);
    if (channel == NULL)
        return office_say(OFFICE_CONFLICT, "broadcast.channel", FIELDS({"name", b->channel}));
    if (b->until_at > 0 && b->until_at <= office_now(o))
        return office_say(OFFICE_CONFLICT, "broadcast.past", NULL, 0);
    if (b->author == o->actor.phone)
        count_again(o, b);
    if (b->author == o->actor.phone && needs_second(o, b))
        return want_second(o, b);
    int64_t finish = office_broadcast_finish(o, channel, b->people, b->urgent);
    if (finish == INT64_MAX || office_broadcast_never(o, channel, b->urgent, b->until_at))
        return office_say(OFFICE_CONFLICT, "broadcast.never", NULL, 0);
    int64_t until = b->until_at > 0 ? b->until_at : finish / 1000 + DAY;
    if (!broadcast_approve(o->store, b->id, office_scope(o), o->actor.phone, until, office_now(o)))
        return failed();
    b->status = BROADCAST_APPROVED;
    note(o, "broadcast.approve", b, STR(""));
    return say_ref(o, OFFICE_DONE, "broadcast.started", b);
}

/* ---- steering ---- */

static bool may_turn(enum broadcast_status from, enum steer steer)
{
    bool live = from == BROADCAST_APPROVED || from == BROADCAST_SENDING;
    if (steer == STEER_PAUSE)
        return live;
    if (steer == STEER_RESUME)
        return from == BROADCAST_PAUSED;
    return steer == STEER_CANCEL && (live || from == BROADCAST_PAUSED || from == BROADCAST_DRAFT);
}

struct office_said office_broadcast_steer(const struct office *o, uint32_t reference, enum steer steer,
                                          struct broadcast *b)
{
    static const struct {
        enum broadcast_status to;
        const char *key, *action;
    } rows[STEERS] = {
        [STEER_PAUSE] = {BROADCAST_PAUSED, "broadcast.paused", "broadcast.pause"},
        [STEER_RESUME] = {BROADCAST_SENDING, "broadcast.resumed", "broadcast.resume"},
        [STEER_CANCEL] = {BROADCAST_CANCELLED, "broadcast.cancelled", "broadcast.cancel"},
    };
    struct office_said said = office_broadcast_get(o, reference, b);
    if (said.key != NULL)
        return said;
    if (!may_turn(b->status, steer))
        return wrong_state(o, b);
    if (!broadcast_turn(o->store, b->id, office_scope(o), b->status, rows[steer].to))
        return failed();
    b->status = rows[steer].to;
    note(o, rows[steer].action, b, STR(""));
    return say_ref(o, OFFICE_DONE, rows[steer].key, b);
}

/* ---- trying out ---- */

struct office_said office_broadcast_test(const struct office *o, const struct broadcast_wish *w,
                                         int64_t phone)
{
    struct broadcast_preview p;
    if (!role_may(o->actor.role, ROLE_COORDINATOR))
        return office_say(OFFICE_FORBIDDEN, "broadcast.role", NULL, 0);
    if (o->actor.phone != 0 && phone != o->actor.phone)
        return office_say(OFFICE_FORBIDDEN, "broadcast.test.other", NULL, 0);
    struct office_said said = office_broadcast_text(o, w, &p);
    if (said.key != NULL)
        return said;
    struct turn t = office_turn(o, phone, p.channel->name);
    turn_send(&t, p.body);
    contact_put(o->store, &t.contact, office_now(o));
    audit_add(o->store, &o->actor, "broadcast.test", STR(""), STR(""), office_now(o));
    return office_say(OFFICE_DONE, "broadcast.test.ok", NULL, 0);
}
