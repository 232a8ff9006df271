/* One-time codes: made, and given back.
 *
 * What is kept beside the command is what was confirmed already (a guess, an
 * odd amount), so that it is not asked again behind the code. */
#include "handlers/code.h"

#include "gateway/base/json.h"
#include "gateway/store/store_office.h"
#include "handlers/handlers.h"
#include "handlers/office.h"

enum {
    HOUR = 3600,
    MINUTE = 60,
    GOOD_FOR = 600,
    TRIES = 3,
    CODES_AN_HOUR = 5,
    TOLD_MOST = 3,
    ADMINS_MOST = 100
};

const struct message_spec code_messages[] = {
    {"code.wrong", "count", ROOM_ONE},
    {"code.expired", "", ROOM_ONE},
    {"code.none", "phone", ROOM_ONE},
    {"code.locked", "count phone", ROOM_ONE},
    {"code.many", "", ROOM_ONE},
    {"code.told", "phone", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

/* ---- made ---- */

static struct digest digest_of(int64_t phone, struct str command)
{
    struct str parts[] = {STR("proposal"), str_from((const char *)&phone, sizeof phone), command};
    return crypto_digest(parts, 3);
}

/* As it is kept: good with that one command of that one phone only. */
static struct digest kept_code(const struct digest *digest, struct str digits)
{
    struct str parts[] = {str_from((const char *)digest->byte, sizeof digest->byte), digits};
    return crypto_digest(parts, 2);
}

static bool same(const struct digest *a, const struct digest *b)
{
    return crypto_same(str_from((const char *)a->byte, sizeof a->byte),
                       str_from((const char *)b->byte, sizeof b->byte));
}

/* Never with a 0 in front, which people leave out. */
static struct str random_code(struct arena *arena)
{
    enum { LEAST = 100000, ALL = 900000 };
    uint32_t random;
    do
        crypto_random(&random, sizeof random);
    while (random >= UINT32_MAX - UINT32_MAX % ALL); /* each as likely as the others */
    return str_printf(arena, "%u", LEAST + random % ALL);
}

/* Another one than the former, which the phone may still hold. */
static struct str other_code(struct arena *arena, const struct proposal *former)
{
    struct str code = random_code(arena);
    struct digest kept = kept_code(&former->digest, code);
    while (same(&kept, &former->code)) {
        code = random_code(arena);
        kept = kept_code(&former->digest, code);
    }
    return code;
}

static struct str write_command(const struct turn *t, const struct command *command)
{
    struct json *json = json_object_new();
    json_put_int(json, "asked", t->asked);
    json_put(json, "run", command_to_json(command, t->config->texts->lexicon, true));
    struct str text = json_write(json, t->arena);
    json_free(json);
    return text;
}

static bool is_locked(const struct turn *t, const struct staff *staff)
{
    return staff->locked_until > turn_now(t);
}

static void say_locked(struct turn *t, int64_t until)
{
    int64_t minutes = (until - turn_now(t) + MINUTE - 1) / MINUTE;
    turn_say(t, "code.locked", FIELDS({"count", say_count(t, minutes)}, {"phone", say_phone(t)}));
}

/* What was proposed before, its hour begun anew where it is over. */
static void get_former(const struct turn *t, struct proposal *p)
{
    int64_t now = turn_now(t);
    if (!proposal_get(t->store, t->arena, t->contact.phone, p) || now - p->hour_at >= HOUR ||
        now < p->hour_at) {
        p->hour_at = now;
        p->codes = p->tries = 0;
    }
}

bool code_is_free(const struct turn *t)
{
    struct staff staff;
    struct proposal p;
    get_former(t, &p);
    return staff_get(t->store, t->arena, t->contact.phone, &staff) && !is_locked(t, &staff) &&
           p.codes < CODES_AN_HOUR;
}

struct str code_make(struct turn *t, const struct command *command)
{
    struct staff staff = {0};
    struct proposal p;
    bool of_staff = staff_get(t->store, t->arena, t->contact.phone, &staff);
    get_former(t, &p);
    if (!of_staff)
        handle_closed(t);
    else if (is_locked(t, &staff))
        say_locked(t, staff.locked_until);
    else if (p.codes >= CODES_AN_HOUR)
        turn_say(t, "code.many", NULL, 0);
    if (!of_staff || is_locked(t, &staff) || p.codes >= CODES_AN_HOUR)
        return (struct str){NULL, 0};
    struct str code = other_code(t->arena, &p);
    p.command = write_command(t, command);
    p.digest = digest_of(p.phone, p.command);
    p.code = kept_code(&p.digest, code);
    p.codes++;
    p.expires_at = turn_now(t) + GOOD_FOR;
    proposal_put(t->store, &p, turn_now(t));
    return code;
}

/* ---- given back ---- */

/* A few admins who have all the provinces of whose phone it is. */
static void tell_admins(struct turn *t, const struct actor *locked)
{
    int64_t phones[ADMINS_MOST];
    size_t n = staff_admins(t->store, phones, ADMINS_MOST);
    struct str phone = str_printf(t->arena, "+%lld", (long long)t->contact.phone);
    for (size_t i = 0, told = 0; i < n && told < TOLD_MOST; i++) {
        struct actor admin;
        if (phones[i] == locked->phone || !actor_get(t->store, t->arena, phones[i], DOOR_SMS, &admin))
            continue;
        bool covers = actor_everywhere(locked) ? actor_everywhere(&admin)
                                               : actor_covers_all(&admin, str_trim(locked->scope));
        if (!covers)
            continue;
        struct turn other = turn_towards(t, phones[i], t->language);
        turn_send(&other, turn_text(&other, "code.told", FIELDS({"phone", phone})));
        contact_put(t->store, &other.contact, turn_now(t));
        told++;
    }
}

static void lock(struct turn *t)
{
    int64_t until = turn_now(t) + HOUR;
    struct actor actor;
    if (!proposal_end(t->store, t->contact.phone) ||
        !staff_lock(t->store, t->contact.phone, until, turn_now(t)) ||
        !actor_get(t->store, t->arena, t->contact.phone, DOOR_SMS, &actor))
        return; /* unreachable but for a failing engine, which undoes all of this */
    audit_add(t->store, &actor, "staff.lock", STR(""), STR("three wrong codes"), turn_now(t));
    say_locked(t, until);
    tell_admins(t, &actor);
}

static void wrong(struct turn *t)
{
    int64_t tries = proposal_try(t->store, t->contact.phone);
    if (tries >= TRIES)
        lock(t);
    else
        turn_say(t, "code.wrong", FIELDS({"count", say_count(t, TRIES - tries)}));
}

/* The very command that was asked for, through its own handler, which looks
 * again whether all of it still holds. */
static void run_proposed(struct turn *t, struct str text)
{
    struct error e;
    struct json *json = json_read(text, &e);
    bool good = json != NULL && proposal_end(t->store, t->contact.phone);
    if (good) {
        t->asked = (unsigned)json_int(json, "asked", 0) | ASKED_CODE;
        t->command = command_from_json(json_get(json, "run"), t->config->texts->lexicon, t->arena);
    }
    json_free(json);
    if (good)
        run_handler(t);
    else /* of another program's making */
        turn_say(t, "code.expired", NULL, 0);
}

void handle_code(struct turn *t)
{
    struct staff staff;
    struct proposal p;
    bool waits = staff_get(t->store, t->arena, t->contact.phone, &staff) &&
                 proposal_get(t->store, t->arena, t->contact.phone, &p);
    if (waits && is_locked(t, &staff)) {
        say_locked(t, staff.locked_until);
    } else if (!waits || p.command.n == 0) {
        turn_say(t, "code.none", FIELDS({"phone", say_phone(t)}));
    } else if (turn_now(t) >= p.expires_at || turn_now(t) < p.expires_at - GOOD_FOR) {
        turn_say(t, "code.expired", NULL, 0);
    } else {
        struct digest digest = digest_of(p.phone, p.command), given = kept_code(&digest, t->command.check);
        if (same(&given, &p.code))
            run_proposed(t, p.command);
        else
            wrong(t);
    }
}
