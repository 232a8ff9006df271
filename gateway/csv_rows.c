/* Rows as CSV lines. */
#include "gateway/csv_rows.h"

#include <stdio.h>

#include "gateway/base/clock.h"
#include "gateway/base/csv.h"
#include "gateway/base/phone.h"

const char csv_need_header[] =
    "code,province,centre,category,priority,title_fa,title_en,unit,required,status,short_fa,"
    "short_en,organisation,pay_to,verified_by,verified_at,shared_with,pledged,received\n";
const char csv_pledge_header[] =
    "reference,need,campaign,phone,amount_rial,quantity,recurrence,status,channel,created_at\n";
const char csv_message_header[] =
    "id,direction,channel,phone,status,attempts,segments,text,created_at,updated_at,"
    "provider_id,lane,reply_to,may_be_double\n";
const char csv_campaign_header[] =
    "id,keyword,name_fa,name_en,goal_rial,pledged_rial,from,to,provinces,pay_to,"
    "pledges,received_rial\n";
const char csv_campaign_sum_header[] = "province,pledges,amount_rial,received_rial,donors\n";
const char csv_staff_header[] =
    "phone,name,role,provinces,organisation,centre,contacted,ready,deputy_of,locked_until\n";
const char csv_organisation_header[] = "slug,name_fa,name_en,provinces,pay_to\n";
const char csv_audit_header[] = "id,at,actor,door,action,subject,detail\n";

const char csv_volunteer_header[] =
    "phone,name,province,specialty,availability,verified_by,consent_version,consent_channel,"
    "consent_at,recruiter,status,created_at\n";

static void text(struct sbuf *out, struct str value)
{
    csv_cell(out, out->n == 0 || out->p[out->n - 1] == '\n', value);
}

static void number(struct sbuf *out, int64_t value)
{
    text(out, str_printf(out->arena, "%lld", (long long)value));
}

static void number_or_empty(struct sbuf *out, int64_t value)
{
    text(out, value == 0 ? STR("") : str_printf(out->arena, "%lld", (long long)value));
}

static void time_or_empty(struct sbuf *out, int64_t seconds)
{
    char at[24] = "";
    if (seconds > 0)
        clock_iso(seconds, at);
    text(out, str_dup(out->arena, str_of(at)));
}

static void phone(struct sbuf *out, struct str digits, bool masked)
{
    char shown[32];
    if (masked)
        phone_mask(str_cstr(out->arena, digits), shown);
    text(out, masked ? str_dup(out->arena, str_of(shown)) : digits);
}

/* Below 1 it is no phone: nobody's, or somebody's who was forgotten. */
static void phone_number(struct sbuf *out, int64_t number, bool masked)
{
    phone(out, number > 0 ? str_printf(out->arena, "%lld", (long long)number) : STR(""),
          masked && number > 0);
}

void csv_need(struct sbuf *out, const struct need *n, bool with_sums)
{
    number(out, n->code);
    text(out, n->province);
    text(out, n->centre);
    text(out, n->category);
    number(out, n->priority);
    text(out, n->title_fa);
    text(out, n->title_en);
    text(out, str_of(count_unit_names[n->unit]));
    number(out, n->required);
    text(out, n->status);
    text(out, n->short_fa);
    text(out, n->short_en);
    text(out, n->organisation);
    text(out, n->pay_to);
    text(out, n->verified_by);
    time_or_empty(out, n->verified_at);
    text(out, n->shared_with);
    if (with_sums) {
        number(out, n->pledged);
        number(out, n->received);
    }
    sbuf_byte(out, '\n');
}

void csv_pledge(struct sbuf *out, const struct pledge *p, bool masked)
{
    number(out, p->reference);
    number_or_empty(out, p->need);
    text(out, p->title_fa); /* the page query gives the campaign's keyword here */
    phone_number(out, p->phone, masked);
    number_or_empty(out, p->amount_rial);
    number_or_empty(out, p->quantity);
    text(out, p->monthly ? STR("monthly") : STR("once"));
    text(out, p->status);
    text(out, p->channel);
    time_or_empty(out, p->created_at);
    sbuf_byte(out, '\n');
}

void csv_incoming(struct sbuf *out, const struct inbox_row *r, bool masked)
{
    text(out, str_printf(out->arena, "in%lld", (long long)r->id));
    text(out, STR("in"));
    text(out, r->channel);
    phone(out, r->sender, masked && r->sender.n > 0);
    text(out, r->status);
    text(out, STR(""));
    text(out, STR(""));
    text(out, r->text);
    time_or_empty(out, r->created_at);
    time_or_empty(out, r->updated_at);
    text(out, r->provider_id);
    text(out, STR(""));
    text(out, STR(""));
    number(out, 0);
    sbuf_byte(out, '\n');
}

void csv_outgoing(struct sbuf *out, const struct outbound *m, bool masked)
{
    text(out, str_printf(out->arena, "out%lld", (long long)m->id));
    text(out, STR("out"));
    text(out, m->channel);
    phone_number(out, m->phone, masked);
    text(out, m->status);
    number(out, m->attempts);
    number(out, m->segments);
    text(out, m->text);
    time_or_empty(out, m->created_ms / 1000);
    time_or_empty(out, m->updated_ms / 1000);
    text(out, m->provider_id);
    text(out, str_of(lane_names[m->lane]));
    text(out, m->reply_to > 0 ? str_printf(out->arena, "in%lld", (long long)m->reply_to) : STR(""));
    number(out, m->may_be_double);
    sbuf_byte(out, '\n');
}

void csv_campaign(struct sbuf *out, const struct campaign *c, const struct campaign_sum *sum)
{
    number(out, c->id);
    text(out, c->word);
    text(out, c->name_fa);
    text(out, c->name_en);
    number(out, c->goal_rial);
    number(out, c->pledged_rial);
    time_or_empty(out, c->starts_at);
    time_or_empty(out, c->ends_at);
    text(out, c->provinces);
    text(out, c->pay_to);
    number(out, sum->pledges);
    number(out, sum->received_rial);
    sbuf_byte(out, '\n');
}

void csv_campaign_sum(struct sbuf *out, const struct campaign_sum *sum)
{
    text(out, sum->province);
    number(out, sum->pledges);
    number(out, sum->amount_rial);
    number(out, sum->received_rial);
    number(out, sum->donors);
    sbuf_byte(out, '\n');
}

void csv_volunteer(struct sbuf *out, const struct volunteer *v, bool with_id, bool masked)
{
    if (with_id)
        number(out, v->id);
    phone_number(out, v->phone, masked);
    text(out, v->name);
    text(out, v->province);
    text(out, v->specialty);
    text(out, v->availability);
    text(out, v->verified_by);
    text(out, v->consent_version);
    text(out, v->consent_channel);
    time_or_empty(out, v->consent_at);
    phone_number(out, v->recruiter, masked);
    text(out, v->status);
    time_or_empty(out, v->created_at);
    sbuf_byte(out, '\n');
}

void csv_staff(struct sbuf *out, const struct staff *s, int64_t contacted, int64_t ready, int64_t now,
               bool masked)
{
    const struct str texts[] = {s->name, s->role, s->provinces, s->organisation, s->centre};
    phone_number(out, s->phone, masked);
    for (int i = 0; i < 5; i++)
        text(out, texts[i]);
    number(out, contacted);
    number(out, ready);
    phone_number(out, s->deputy_of, masked);
    time_or_empty(out, s->locked_until > now ? s->locked_until : 0);
    sbuf_byte(out, '\n');
}

void csv_organisation(struct sbuf *out, const struct organisation *o)
{
    const struct str texts[] = {o->slug, o->name_fa, o->name_en, o->provinces, o->pay_to};
    for (int i = 0; i < 5; i++)
        text(out, texts[i]);
    sbuf_byte(out, '\n');
}

/* References have 9 digits at most, phones more. */
static bool is_phone(struct str subject)
{
    int64_t value;
    return subject.n > 9 && str_to_i64(subject, &value) && value > 0;
}

void csv_audit(struct sbuf *out, const struct audit_row *row, bool masked)
{
    number(out, row->id);
    time_or_empty(out, row->at);
    if (row->actor > 0)
        phone_number(out, row->actor, masked);
    else
        number(out, row->actor);
    text(out, row->door);
    text(out, row->action);
    phone(out, row->subject, masked && is_phone(row->subject));
    text(out, row->detail);
    sbuf_byte(out, '\n');
}
