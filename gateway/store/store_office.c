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
