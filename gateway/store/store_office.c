/* Who may do what, and what was done. */
#include "gateway/store/store_office.h"

#include "gateway/store/query.h"

bool actor_get(struct store *store, struct arena *arena, int64_t phone, enum office_door door,
               struct actor *actor)
{
    struct staff own, principal;
    if (!staff_get(store, arena, phone, &own))
        return false;
    if (own.deputy_of > 0 && staff_get(store, arena, own.deputy_of, &principal)) {
        principal.phone = own.phone;
        own = principal;
    }
    *actor = actor_from(arena, &own, door);
    return true;
}

void audit_add(struct store *store, const struct actor *actor, const char *action, struct str subject,
               struct str detail, int64_t now)
{
    struct query q = query_begin(store, QUERY_audit_add);
    query_int(&q, now);
    query_int(&q, actor->phone);
    query_text(&q, str_of(door_names[actor->door]));
    query_text(&q, str_of(action));
    query_text(&q, subject);
    query_text(&q, detail);
    query_run(&q);
}

static size_t take_audit(struct query *q, struct arena *arena, struct audit_row *rows, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q)) {
        struct audit_row *row = &rows[n++];
        row->id = query_take_int(q);
        row->at = query_take_int(q);
        row->actor = query_take_int(q);
        row->door = query_take_text(q, arena);
        row->action = query_take_text(q, arena);
        row->subject = query_take_text(q, arena);
        row->detail = query_take_text(q, arena);
    }
    query_end(q);
    return n;
}

size_t audit_page(struct store *store, struct arena *arena, int64_t after, struct audit_row *rows,
                  size_t most)
{
    struct query q = query_begin(store, QUERY_audit_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    return take_audit(&q, arena, rows, most);
}

static void bind_actor(struct query *q, const struct actor *actor)
{
    query_text(q, actor->scope);
    query_text(q, actor->organisation);
    query_text(q, actor->centre);
}

size_t audit_page_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t after,
                     struct audit_row *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_audit_page_of);
    query_int(&q, after);
    bind_actor(&q, actor);
    query_int(&q, (int64_t)most);
    return take_audit(&q, arena, rows, most);
}

/* ---- staff ---- */

size_t staff_page_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t after,
                     struct staff *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_staff_page_of);
    query_int(&q, after);
    bind_actor(&q, actor);
    query_int(&q, (int64_t)most);
    return query_take_staff(&q, arena, rows, most);
}

bool staff_get_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t phone,
                  struct staff *found)
{
    return staff_page_of(store, arena, actor, phone - 1, found, 1) == 1 && found->phone == phone;
}

bool staff_has_deputies(struct store *store, int64_t phone)
{
    struct query q = query_begin(store, QUERY_staff_has_deputies);
    query_int(&q, phone);
    bool has = query_row(&q) && query_take_int(&q) > 0;
    query_end(&q);
    return has;
}

size_t volunteer_page_of(struct store *store, struct arena *arena, const struct actor *actor, int64_t phone,
                         struct volunteer *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_volunteer_of_scope);
    query_int(&q, phone);
    query_text(&q, actor->scope);
    query_int(&q, (int64_t)most);
    return query_take_volunteers(&q, arena, rows, most);
}

/* ---- organisations ---- */

static size_t take_organisations(struct query *q, struct arena *arena, struct organisation *rows, size_t most)
{
    size_t n = 0;
    while (n < most && query_row(q)) {
        struct organisation *o = &rows[n++];
        o->slug = query_take_text(q, arena);
        o->name_fa = query_take_text(q, arena);
        o->name_en = query_take_text(q, arena);
        o->provinces = query_take_text(q, arena);
        o->pay_to = query_take_text(q, arena);
    }
    query_end(q);
    return n;
}

bool organisation_get(struct store *store, struct arena *arena, struct str slug, struct organisation *found)
{
    struct query q = query_begin(store, QUERY_organisation_get);
    query_text(&q, slug);
    return take_organisations(&q, arena, found, 1) == 1;
}

size_t organisation_page_of(struct store *store, struct arena *arena, const struct actor *actor,
                            struct str after, struct organisation *rows, size_t most)
{
    struct query q = query_begin(store, QUERY_organisation_page_of);
    query_text(&q, after);
    query_text(&q, actor->scope);
    query_text(&q, actor->organisation);
    query_int(&q, (int64_t)most);
    return take_organisations(&q, arena, rows, most);
}

void organisation_put(struct store *store, const struct organisation *o, int64_t now)
{
    const struct str texts[] = {o->slug, o->name_fa, o->name_en, o->provinces, o->pay_to};
    struct str rest = o->provinces, province;
    struct query q = query_begin(store, QUERY_organisation_put);
    for (int i = 0; i < 5; i++)
        query_text(&q, texts[i]);
    query_int(&q, now);
    query_run(&q);
    q = query_begin(store, QUERY_organisation_place_clear);
    query_text(&q, o->slug);
    query_run(&q);
    while (rest.n > 0 && str_split(&rest, ' ', &province)) {
        q = query_begin(store, QUERY_organisation_place_add);
        query_text(&q, o->slug);
        query_text(&q, province);
        query_run(&q);
    }
}

struct str need_pay_to(struct store *store, struct arena *arena, const struct need *need)
{
    struct organisation o;
    bool own = need->pay_to.n > 0 || need->organisation.n == 0;
    return !own && organisation_get(store, arena, need->organisation, &o) ? o.pay_to : need->pay_to;
}

/* ---- tokens ---- */

static struct str bytes_of(const struct digest *digest)
{
    return str_from((const char *)digest->byte, sizeof digest->byte);
}

struct digest token_hash(struct str token)
{
    struct str parts[] = {STR("token"), token};
    return crypto_digest(parts, 2);
}

void token_put(struct store *store, int64_t phone, const struct digest *hash, int64_t now)
{
    struct query q = query_begin(store, QUERY_token_put);
    query_int(&q, phone);
    query_blob(&q, bytes_of(hash));
    query_int(&q, now);
    query_run(&q);
}

int64_t token_find(struct store *store, const struct digest *hash)
{
    struct query q = query_begin(store, QUERY_token_find);
    query_blob(&q, bytes_of(hash));
    int64_t phone = query_row(&q) ? query_take_int(&q) : 0;
    query_end(&q);
    return phone;
}

/* ---- figures ---- */

/* From the newest back, so that what is older costs nothing. */
static void tally_since(struct store *store, const struct actor *actor, int64_t since,
                        struct office_figures *f)
{
    enum { AT_A_TIME = 1000 };
    for (int64_t before = INT64_MAX, oldest = since; before > 0 && oldest >= since;) {
        struct query q = query_begin(store, QUERY_tally_pledges);
        query_int(&q, since);
        bind_actor(&q, actor);
        query_int(&q, before);
        query_int(&q, AT_A_TIME);
        bool found = query_row(&q);
        before = found ? query_take_int(&q) : 0; /* 0: none is left */
        oldest = query_take_int(&q);
        f->pledges_since += query_take_int(&q);
        f->rial_since += query_take_int(&q);
        query_end(&q);
    }
}

static int64_t tally_volunteers(struct store *store, const struct actor *actor)
{
    struct actor named = actor_named_places(actor);
    struct str rest = named.scope, province;
    int64_t n = 0;
    if (actor_everywhere(&named))
        return query_count(store, QUERY_tally_volunteers);
    while (rest.n > 0 && str_split(&rest, ' ', &province)) {
        if (province.n == 0)
            continue;
        struct query q = query_begin(store, QUERY_tally_volunteers_in);
        query_text(&q, province);
        n += query_row(&q) ? query_take_int(&q) : 0;
        query_end(&q);
    }
    return n;
}

void office_figures(struct store *store, const struct actor *actor, int64_t since, struct office_figures *f)
{
    *f = (struct office_figures){0};
    tally_since(store, actor, since, f);
    struct query q = query_begin(store, QUERY_tally_needs);
    bind_actor(&q, actor);
    if (query_row(&q)) {
        f->needs_open = query_take_int(&q);
        f->rial = query_take_int(&q);
    }
    query_end(&q);
    if (actor_unconfined(actor))
        f->rial += query_count(store, QUERY_tally_campaigns);
    f->volunteers = tally_volunteers(store, actor);
}

/* ---- codes ---- */

static struct digest take_digest(struct query *q, struct arena *arena)
{
    struct digest digest = {{0}};
    struct str bytes = query_take_text(q, arena);
    if (bytes.n == sizeof digest.byte)
        memcpy(digest.byte, bytes.p, bytes.n);
    return digest;
}

bool proposal_get(struct store *store, struct arena *arena, int64_t phone, struct proposal *p)
{
    *p = (struct proposal){.phone = phone};
    struct query q = query_begin(store, QUERY_proposal_get);
    query_int(&q, phone);
    bool found = query_row(&q);
    if (found) {
        p->command = query_take_text(&q, arena);
        p->digest = take_digest(&q, arena);
        p->code = take_digest(&q, arena);
        p->tries = query_take_int(&q);
        p->codes = query_take_int(&q);
        p->hour_at = query_take_int(&q);
        p->expires_at = query_take_int(&q);
    }
    query_end(&q);
    return found;
}

void proposal_put(struct store *store, const struct proposal *p, int64_t now)
{
    struct query q = query_begin(store, QUERY_proposal_put);
    query_int(&q, p->phone);
    query_text(&q, p->command);
    query_blob(&q, bytes_of(&p->digest));
    query_blob(&q, bytes_of(&p->code));
    query_int(&q, p->tries);
    query_int(&q, p->codes);
    query_int(&q, p->hour_at);
    query_int(&q, now);
    query_int(&q, p->expires_at);
    query_run(&q);
}

int64_t proposal_try(struct store *store, int64_t phone)
{
    struct query q = query_begin(store, QUERY_proposal_try);
    query_int(&q, phone);
    int64_t tries = query_row(&q) ? query_take_int(&q) : 0;
    query_run(&q);
    return tries;
}

bool proposal_end(struct store *store, int64_t phone)
{
    struct query q = query_begin(store, QUERY_proposal_end);
    query_int(&q, phone);
    bool waited = query_row(&q);
    query_run(&q);
    return waited;
}

void proposal_drop(struct store *store, int64_t phone)
{
    struct query q = query_begin(store, QUERY_proposal_drop);
    query_int(&q, phone);
    query_run(&q);
}

bool staff_lock(struct store *store, int64_t phone, int64_t until, int64_t now)
{
    struct query q = query_begin(store, QUERY_staff_lock);
    query_int(&q, until);
    query_int(&q, now);
    query_int(&q, phone);
    bool found = query_row(&q);
    query_run(&q);
    return found;
}

size_t staff_admins(struct store *store, int64_t *phones, size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_staff_admins);
    query_int(&q, (int64_t)most);
    while (n < most && query_row(&q))
        phones[n++] = query_take_int(&q);
    query_end(&q);
    return n;
}
