/* A call, and people for it. */
#ifndef YAVAR_TESTS_STORE_CALL_WORLD_H
#define YAVAR_TESTS_STORE_CALL_WORLD_H

#include "gateway/store/store_calls.h"
#include "tests/store/store_world.h"

enum { START = NOW + 30 * 86400 };

static inline int64_t add_person(struct world *w, int64_t phone, const char *specialty, const char *province,
                                 bool verified)
{
    struct volunteer v = {.phone = phone,
                          .name = STR("نام"),
                          .specialty = str_of(specialty),
                          .province = str_of(province),
                          .status = STR("active"),
                          .verified_at = verified ? NOW : 0};
    volunteer_put(w->store, &v, NOW);
    assert_true(v.id > 0);
    return v.id;
}

static inline struct call add_call(struct world *w, const char *provinces, int64_t nurses, int64_t drivers)
{
    struct call c = {.kind = STR("team"),
                     .status = CALL_OPEN,
                     .author = 989120001122,
                     .title = STR("تیم"),
                     .place = STR("درمانگاه"),
                     .place_en = STR("clinic"),
                     .starts_at = START,
                     .ends_at = START + 8 * 3600,
                     .channel = STR("mci"),
                     .reason = STR(""),
                     .created_at = NOW};
    const struct call_quota quotas[] = {{.specialty = STR("nurse"), .clinical = true, .quota = nurses},
                                        {.specialty = STR("driver"), .quota = drivers}};
    if (!call_add(w->store, &c, str_of(provinces), quotas, drivers > 0 ? 2 : 1))
        fail_msg("no call: %s", store_reason(w->store));
    return c;
}

static inline struct call read_call(struct world *w, const struct call *call)
{
    struct call got = {0};
    if (!call_find(w->store, w->arena, call->reference, &got))
        fail_msg("no call: %s", store_reason(w->store));
    return got;
}

static inline struct call_answer answer_of(const struct call *call, int64_t phone, const char *specialty,
                                           int64_t heads)
{
    return (struct call_answer){.call = call->id,
                                .phone = phone,
                                .volunteer = phone % 1000,
                                .specialty = str_of(specialty),
                                .heads = heads,
                                .answered_at = NOW};
}

static inline enum called take(struct world *w, const struct call *call, int64_t phone, int64_t heads)
{
    struct call_answer a = answer_of(call, phone, "nurse", heads);
    answer_place(w->store, &a);
    return a.state;
}

static inline size_t asked(struct world *w, const struct call *call, struct call_quota *quota,
                           int64_t *phones, size_t most, size_t look)
{
    bool more;
    const struct call_line line = {.country = STR(""), .look = look};
    return quota_people(w->store, call->id, quota, &line, phones, most, &more);
}

static inline void put_contact(struct world *w, int64_t phone, int64_t stopped_at, int64_t blocked_at)
{
    struct contact contact;
    contact_get(w->store, w->arena, phone, &contact);
    contact.stopped_at = stopped_at;
    contact_put(w->store, &contact, NOW);
    if (blocked_at > 0)
        contact_block(w->store, phone, blocked_at);
}

#endif
