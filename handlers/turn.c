/* Saying things: texts, limits, and how values look in each language. */
#include "handlers/turn.h"

#include "gateway/base/crypto.h"
#include "gateway/base/date.h"
#include "gateway/base/fold.h"
#include "gateway/base/number.h"
#include "gateway/base/phone.h"
#include "gateway/base/segment.h"

enum { HOUR = 3600 };

struct turn turn_towards(const struct turn *t, int64_t phone, enum language language)
{
    struct turn other = *t;
    contact_get(t->store, t->arena, phone, &other.contact);
    other.on_screen = false;
    other.language = other.contact.has_language ? other.contact.language : language;
    return other;
}

bool is_own_line(const struct config *config, struct str phone)
{
    for (size_t i = 0; i < config->channel_count; i++)
        if (phone_same_line(config->channels[i].number, phone, config->service.country.p))
            return true;
    return false;
}

struct str turn_text(const struct turn *t, const char *key, const struct text_field *fields, size_t n)
{
    return catalogue_say(t->config->texts->catalogue[t->language], t->arena, key, fields, n);
}

int64_t turn_hash(struct str text)
{
    struct digest digest = crypto_digest(&text, 1);
    int32_t hash;
    memcpy(&hash, digest.byte, sizeof hash);
    return hash;
}

void turn_send_in(struct turn *t, enum lane lane, struct str text)
{
    turn_send_for(t, lane, text, outbox_lifetime_ms(lane));
}

void turn_send_for(struct turn *t, enum lane lane, struct str text, int64_t lifetime_ms)
{
    struct outbound m = {.channel = t->line,
                         .phone = t->contact.phone,
                         .text = text,
                         .lane = lane,
                         .expires_ms = t->now_ms + lifetime_ms,
                         .reply_to = t->message_id,
                         .segments = sms_measure(text).segments};
    if (t->line.n == 0)
        return; /* a USSD channel without an SMS line: its pages tell all there is */
    if (outbox_add(t->store, &m, t->now_ms) == 0)
        return; /* sticky: the turn will be undone */
    t->contact.sent_hash_before = t->contact.sent_hash;
    t->contact.sent_hash = turn_hash(text);
    t->contact.changed = true;
}

void turn_send(struct turn *t, struct str text)
{
    turn_send_in(t, LANE_CONFIRMATION, text);
}

void turn_answer(struct turn *t, struct str text)
{
    if (!t->on_screen)
        turn_send(t, text);
    else if (t->shown.n == 0) /* one page: the first is the answer */
        t->shown = text;
}

void turn_say(struct turn *t, const char *key, const struct text_field *fields, size_t n)
{
    turn_answer(t, turn_text(t, key, fields, n));
}

bool turn_confirm(struct turn *t, const char *key, const struct text_field *fields, size_t n)
{
    struct contact *c = &t->contact;
    if (turn_now(t) - c->confirmed_since >= HOUR || turn_now(t) < c->confirmed_since) {
        c->confirmed_since = turn_now(t);
        c->confirmed_count = 0;
    }
    c->changed = true;
    if (c->confirmed_count >= t->config->service.confirmations_per_hour) {
        if (t->on_screen) /* a page costs nobody an SMS */
            turn_say(t, key, fields, n);
        return false;
    }
    c->confirmed_count++;
    struct str text = turn_text(t, key, fields, n);
    if (t->on_screen)
        turn_answer(t, text);
    turn_send(t, text);
    return true;
}

void turn_say_limited(struct turn *t, const char *key, const struct text_field *fields, size_t n)
{
    struct contact *c = &t->contact;
    int64_t hash = turn_hash(fold(t->arena, t->message->text));
    if (turn_now(t) - c->unknown_since >= HOUR || turn_now(t) < c->unknown_since) {
        c->unknown_since = turn_now(t);
        c->unknown_count = 0;
    }
    bool repeated = c->unknown_count > 0 && c->unknown_hash == hash;
    c->unknown_hash = hash;
    c->changed = true;
    if (repeated || c->unknown_count >= t->config->service.unknown_replies_per_hour)
        return;
    c->unknown_count++;
    turn_say(t, key, fields, n);
}

bool turn_is_tiresome(struct turn *t)
{
    struct contact *c = &t->contact;
    int64_t hash = turn_hash(fold(t->arena, t->message->text));
    bool fresh = turn_now(t) - c->unknown_since >= HOUR || turn_now(t) < c->unknown_since;
    bool repeated = !fresh && c->unknown_hash == hash;
    if (fresh) {
        c->unknown_since = turn_now(t);
        c->unknown_count = 0;
    }
    c->unknown_hash = hash;
    c->changed = true;
    if (!repeated)
        return false;
    return c->unknown_count++ >= t->config->service.unknown_replies_per_hour - 1;
}

/* ---- how values are said ---- */

static bool persian(const struct turn *t)
{
    return t->language == LANGUAGE_FA;
}

struct str say_in(const struct turn *t, struct str fa, struct str en)
{
    bool first = persian(t) ? fa.n > 0 : en.n == 0;
    return first ? fa : en;
}

struct str say_title(const struct turn *t, const struct need *need)
{
    return say_in(t, need->short_fa, need->short_en);
}

static struct str with_word(const struct turn *t, int64_t n, const char *fa, const char *en)
{
    struct str number = number_write(t->arena, n, persian(t));
    return str_printf(t->arena, "%.*s %s", STR_ARG(number), persian(t) ? fa : en);
}

struct str say_rial(const struct turn *t, int64_t rial)
{
    return with_word(t, rial, "ریال", "rial");
}

struct str say_money(const struct turn *t, int64_t rial)
{
    return rial % 10 == 0 ? with_word(t, rial / 10, "تومان", "toman") : say_rial(t, rial);
}

static struct str say_large_money(const struct turn *t, int64_t toman)
{
    if (toman >= 1000000000000)
        return with_word(t, toman / 1000000000000, "همت", "trillion toman");
    return with_word(t, toman / 1000000000, "میلیارد تومان", "billion toman");
}

struct str say_left(const struct turn *t, const struct need *need)
{
    int64_t left = need->required - need->pledged;
    if (left < 0)
        left = 0;
    if (need->unit == COUNT_RIAL)
        return left / 10 > 999999999 ? say_large_money(t, left / 10) : say_money(t, left);
    return say_pledged(t, 0, left, need->unit == COUNT_DAY ? UNIT_DAY : UNIT_ITEM);
}

struct str say_pledged(const struct turn *t, int64_t rial, int64_t quantity, enum unit unit)
{
    if (quantity == 0)
        return say_money(t, rial);
    if (unit == UNIT_DAY)
        return with_word(t, quantity, "روز", quantity == 1 ? "day" : "days");
    return with_word(t, quantity, "عدد", quantity == 1 ? "item" : "items");
}

struct str say_number(const struct turn *t, uint32_t number)
{
    return str_printf(t->arena, "%u", number);
}

struct str say_count(const struct turn *t, int64_t count)
{
    return number_write(t->arena, count, persian(t));
}

struct str say_date(const struct turn *t, int64_t at)
{
    struct day day = zone_day(t->zone, persian(t) ? CALENDAR_PERSIAN : CALENDAR_GREGORIAN, at);
    int month = day.month >= 1 && day.month <= 12 ? day.month - 1 : 0;
    if (!persian(t))
        return str_printf(t->arena, "%d %.3s %d", day.day, date_months_en[CALENDAR_GREGORIAN][month],
                          day.year);
    struct str number = number_write(t->arena, day.day, true);
    return str_printf(t->arena, "%.*s %s", STR_ARG(number), date_months_fa[month]);
}

struct str say_day(const struct turn *t, int64_t at)
{
    struct day day = zone_day(t->zone, persian(t) ? CALENDAR_PERSIAN : CALENDAR_GREGORIAN, at);
    if (!persian(t))
        return str_printf(t->arena, "%04d-%02d-%02d", day.year, day.month, day.day);
    return digits_persian(t->arena, str_printf(t->arena, "%04d/%02d/%02d", day.year, day.month, day.day));
}

struct str say_phone(const struct turn *t)
{
    return t->config->service.office_phone;
}
