/* See the header. */
#include "gateway/admin_campaigns.h"

#include "gateway/admin_office.h"
#include "gateway/base/date.h"
#include "gateway/base/fold.h"
#include "gateway/base/json.h"
#include "gateway/conf/option.h"
#include "handlers/office_campaign.h"

static struct http_response answer_said(const struct admin_call *c, const struct office_said *said,
                                        int64_t id)
{
    struct office o = admin_office(c);
    struct str text = office_text(&o, said, LANGUAGE_EN);
    struct json *json = json_object_new();
    if (said->status == OFFICE_DONE && id > 0)
        json_put_str(json, "id", str_printf(c->arena, "%lld", (long long)id));
    json_put_str(json, said->status == OFFICE_DONE ? "said" : "error", text);
    return admin_respond(c, admin_status(said), json);
}

/* ---- what is wished ---- */

static bool read_day(const struct admin_call *c, const struct json *body, const char *key, bool end,
                     int64_t *at, struct http_response *answer)
{
    struct date date;
    struct date_fault fault;
    int64_t today = zone_day_number(c->zone, c->now_ms / 1000);
    if (!json_has(body, key))
        return true;
    if (date_read(c->arena, json_str(body, key), today, &date, &fault) &&
        date_moment(c->zone, &date, end, at))
        return true;
    *answer = admin_fault(c, 422, str_cstr(c->arena, str_printf(c->arena, "%s: %s", key, fault.said)));
    return false;
}

static bool read_goal(const struct admin_call *c, const struct json *body, int64_t *rial,
                      struct http_response *answer)
{
    if (!json_has(body, "goal") || option_money(fold_digits(c->arena, json_str(body, "goal")), rial))
        return true;
    *answer = admin_fault(c, 422, "goal: must be money with its unit, such as \"1000000000 toman\"");
    return false;
}

/* Of the years that dates are read in (gateway/base/date.h). */
static bool is_time(int64_t at)
{
    return at >= 0 && at < INT64_C(7258118400); /* 2200-01-01 */
}

/* What BODY says of it in the place of what CAMPAIGN had. */
static bool read_wish(const struct admin_call *c, const struct json *body, struct campaign *campaign,
                      struct http_response *answer)
{
    const struct {
        const char *key;
        struct str *text;
    } texts[] = {{"name_fa", &campaign->name_fa},
                 {"name_en", &campaign->name_en},
                 {"provinces", &campaign->provinces},
                 {"pay_to", &campaign->pay_to}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (json_has(body, texts[i].key))
            *texts[i].text = json_str(body, texts[i].key);
    campaign->goal_rial = json_int(body, "goal_rial", campaign->goal_rial);
    campaign->starts_at = json_int(body, "starts_at", campaign->starts_at);
    campaign->ends_at = json_int(body, "ends_at", campaign->ends_at);
    if (campaign->goal_rial < 0 || !is_time(campaign->starts_at) || !is_time(campaign->ends_at)) {
        *answer = admin_fault(c, 422,
                              "goal_rial, starts_at and ends_at must not be below 0, nor a time behind 2199");
        return false;
    }
    return read_goal(c, body, &campaign->goal_rial, answer) &&
           read_day(c, body, "from", false, &campaign->starts_at, answer) &&
           read_day(c, body, "to", true, &campaign->ends_at, answer);
}

struct http_response post_campaigns(const struct admin_call *c, struct str id, const struct json *body)
{
    (void)id; /* the store gives it */
    struct office o = admin_office(c);
    struct http_response answer;
    const struct json *list = json_get(body, "keywords");
    struct str words[CAMPAIGN_WORDS_MOST];
    size_t n = json_count(list);
    struct campaign campaign = {.organisation = json_str(body, "organisation")};
    for (size_t i = 0; i < n && i < CAMPAIGN_WORDS_MOST; i++)
        words[i] = json_text(json_at(list, i));
    if (!read_wish(c, body, &campaign, &answer))
        return answer;
    struct office_said said = campaign_open(&o, &campaign, words, n);
    answer = answer_said(c, &said, campaign.id);
    if (said.status == OFFICE_DONE)
        answer.status = 201;
    return answer;
}

static bool find(const struct admin_call *c, struct str id, struct campaign *campaign,
                 struct http_response *answer)
{
    int64_t number;
    if (str_to_i64(id, &number) && campaign_get_scoped(c->store, c->arena, &c->actor, number, campaign))
        return true;
    *answer = admin_fault(c, 404, "no campaign of yours has this id");
    return false;
}

struct http_response post_campaign(const struct admin_call *c, struct str id, const struct json *body)
{
    struct office o = admin_office(c);
    struct http_response answer;
    struct campaign campaign;
    if (!find(c, id, &campaign, &answer) || !read_wish(c, body, &campaign, &answer))
        return answer;
    struct office_said said = campaign_change(&o, &campaign);
    return answer_said(c, &said, campaign.id);
}

struct http_response post_campaign_allot(const struct admin_call *c, struct str id, const struct json *body)
{
    struct office o = admin_office(c);
    struct http_response answer;
    struct campaign campaign;
    int64_t reference = json_int(body, "reference", 0), need = json_int(body, "need", 0);
    if (!find(c, id, &campaign, &answer))
        return answer;
    if (reference <= 0 || reference > UINT32_MAX || need <= 0 || need > UINT32_MAX)
        return admin_fault(c, 422,
                           "the number of a pledge (reference) and the code of a need (need) are needed");
    struct office_said said = campaign_allot(&o, campaign.id, (uint32_t)reference, (uint32_t)need);
    return answer_said(c, &said, campaign.id);
}

/* ---- what came in ---- */

static void put_window(struct json *json, struct arena *arena, struct zone *zone, int64_t now,
                       const struct campaign *c)
{
    static const char *const keys[2][2] = {{"from", "from_solar_hijri"}, {"to", "to_solar_hijri"}};
    const int64_t at[2] = {c->starts_at, c->ends_at - 1}; /* the last day is the one before its end */
    for (int i = 0; i < 2; i++) {
        bool open = i == 0 ? c->starts_at == 0 : c->ends_at == 0;
        int64_t day = zone_day_number(zone, at[i]);
        json_put_str(json, keys[i][0], open ? STR("") : date_write(arena, CALENDAR_GREGORIAN, day));
        json_put_str(json, keys[i][1], open ? STR("") : date_write(arena, CALENDAR_PERSIAN, day));
    }
    json_put_int(json, "starts_at", c->starts_at);
    json_put_int(json, "ends_at", c->ends_at);
    bool over = c->ends_at > 0 && now >= c->ends_at;
    json_put_str(json, "state", now < c->starts_at ? STR("before") : over ? STR("over") : STR("open"));
}

struct json *campaign_json(struct store *store, struct arena *arena, struct zone *zone, int64_t now,
                           const struct campaign *c)
{
    struct str words[CAMPAIGN_WORDS_MOST];
    struct campaign_sum sum = {0};
    struct json *json = json_object_new(), *list = json_array_new();
    size_t n = campaign_words(store, arena, c->id, words, CAMPAIGN_WORDS_MOST);
    for (size_t i = 0; i < n; i++)
        json_push(list, json_string_new(words[i]));
    if (campaign_totals(store, arena, c->id, &sum, 1) == 0)
        sum.campaign = c->id;
    json_put_str(json, "id", str_printf(arena, "%lld", (long long)c->id));
    json_put(json, "keywords", list);
    json_put_str(json, "name_fa", c->name_fa);
    json_put_str(json, "name_en", c->name_en);
    json_put_str(json, "organisation", c->organisation);
    json_put_str(json, "provinces", c->provinces);
    json_put_str(json, "pay_to", c->pay_to);
    put_window(json, arena, zone, now, c);
    json_put_int(json, "goal_rial", c->goal_rial);
    json_put_int(json, "pledges", sum.pledges);
    json_put_int(json, "donors", sum.donors);
    json_put_int(json, "pledged_rial", sum.amount_rial);
    json_put_int(json, "received_rial", sum.received_rial);
    if (c->goal_rial > 0) /* parts first: a hundredfold may not fit */
        json_put_int(json, "percent",
                     sum.amount_rial / c->goal_rial * 100 +
                         sum.amount_rial % c->goal_rial * 100 / c->goal_rial);
    return json;
}

struct http_response get_campaign(const struct admin_call *c, struct str id, const struct json *body)
{
    struct http_response answer;
    struct campaign campaign;
    (void)body; /* none */
    if (!find(c, id, &campaign, &answer))
        return answer;
    return admin_respond(c, 200, campaign_json(c->store, c->arena, c->zone, c->now_ms / 1000, &campaign));
}

/* The sums are confined to the actor's provinces by themselves, so that a
 * coordinator sees their part of a campaign of the whole country. */
struct http_response get_campaign_sums(const struct admin_call *c, struct str id, const struct json *body)
{
    struct campaign campaign;
    int64_t number;
    struct campaign_sum *rows = arena_array(c->arena, struct campaign_sum, CAMPAIGN_SUMS_MOST);
    (void)body; /* none */
    if (!str_to_i64(id, &number) || !campaign_get(c->store, c->arena, number, &campaign))
        return admin_fault(c, 404, "no campaign has this id");
    size_t n = campaign_sums(c->store, c->arena, number, campaign_scope(&c->actor, &campaign), rows,
                             CAMPAIGN_SUMS_MOST);
    if (n == 0 && !campaign_get_scoped(c->store, c->arena, &c->actor, number, &campaign))
        return admin_fault(c, 404, "no campaign has this id"); /* another's, with nothing of theirs in it */
    struct json *json = json_object_new(), *list = json_array_new();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object_new();
        json_put_str(row, "province", rows[i].province);
        json_put_int(row, "pledges", rows[i].pledges);
        json_put_int(row, "amount_rial", rows[i].amount_rial);
        json_put_int(row, "received_rial", rows[i].received_rial);
        json_put_int(row, "donors", rows[i].donors);
        json_push(list, row);
    }
    json_put_str(json, "keyword", campaign.word);
    json_put(json, "provinces", list);
    return admin_respond(c, 200, json);
}
