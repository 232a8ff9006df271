/* Who may do what, and what was done. */
#include "gateway/store/store_office.h"

#include "gateway/store/query.h"

bool actor_get(struct store *store, struct arena *arena, int64_t phone, enum door door, struct actor *actor)
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

size_t audit_page(struct store *store, struct arena *arena, int64_t after, struct audit_row *rows,
                  size_t most)
{
    size_t n = 0;
    struct query q = query_begin(store, QUERY_audit_page);
    query_int(&q, after);
    query_int(&q, (int64_t)most);
    while (n < most && query_row(&q)) {
        struct audit_row *row = &rows[n++];
        row->id = query_take_int(&q);
        row->at = query_take_int(&q);
        row->actor = query_take_int(&q);
        row->door = query_take_text(&q, arena);
        row->action = query_take_text(&q, arena);
        row->subject = query_take_text(&q, arena);
        row->detail = query_take_text(&q, arena);
    }
    query_end(&q);
    return n;
}

/* ---- codes ---- */

static struct str bytes_of(const struct digest *digest)
{
    return str_from((const char *)digest->byte, sizeof digest->byte);
}

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
