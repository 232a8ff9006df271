/* What the tests of the store share: one suite for every engine, run once in
 * memory and once on a file, and a world that leaves no file behind.
 *
 * Working directory: the root of the repository. */
#ifndef YAVAR_TESTS_STORE_WORLD_H
#define YAVAR_TESTS_STORE_WORLD_H

#include "tests/unit/unit.h"

#include <dirent.h>
#include <unistd.h>

#include "gateway/store/store.h"

enum { NOW = 1762500000, DAY = 20399 }; /* 2025-11-07 */
#define NOW_MS (NOW * INT64_C(1000))

struct world {
    enum store_mode mode;
    struct store *store;
    struct arena *arena;
    char folder[FOLDER_ROOM], path[FOLDER_ROOM + 8];
};

static inline void in_folder(const struct world *w, const char *name, char out[192])
{
    int n = snprintf(out, 192, "%s/%s", w->folder, name);
    assert_in_range(n, 1, 191);
}

/* Takes every file of the folder away; how many there were. */
static inline int empty_folder(const char *folder, bool remove_too)
{
    int n = 0;
    char path[FOLDER_ROOM + 256];
    struct dirent *entry;
    DIR *dir = opendir(folder);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        n++;
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (remove_too && (length < 0 || unlink(path) != 0))
            fail_msg("%s cannot be removed", path);
    }
    if (dir != NULL)
        assert_int_equal(closedir(dir), 0);
    return n;
}

static inline struct store *open_or_fail(const char *path, enum store_mode mode)
{
    struct error e = {""};
    struct store *store = store_open(path, mode, &e);
    if (store == NULL)
        fail_msg("%s", e.text);
    return store;
}

static inline int world_up(void **state, enum store_mode mode)
{
    struct error e;
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL || !crypto_start(&e))
        return -1;
    w->mode = mode;
    w->arena = arena_new(1 << 16);
    if (!folder_new(w->folder, "store"))
        return -1;
    int n = snprintf(w->path, sizeof w->path, "%s/y.db", w->folder);
    w->store = n > 0 ? store_open(w->path, mode, &e) : NULL;
    *state = w;
    return w->store != NULL ? 0 : -1;
}

static inline int up_memory(void **state)
{
    return world_up(state, STORE_MEMORY);
}

static inline int up_file(void **state)
{
    return world_up(state, STORE_WRITER);
}

static inline int down(void **state)
{
    struct world *w = *state;
    store_close(w->store);
    arena_free(w->arena);
    (void)empty_folder(w->folder, true); /* the count is of no use */
    int rc = rmdir(w->folder);
    free(w);
    return rc;
}

static inline void begin(struct world *w)
{
    if (!store_begin(w->store))
        fail_msg("begin: %s", store_reason(w->store));
}

static inline void commit(struct world *w)
{
    assert_int_equal(store_failed(w->store), STORE_FINE);
    assert_int_equal(store_commit(w->store), STORE_DONE);
}

static inline void assert_text(struct str got, const char *want)
{
    if (!str_is(got, want))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got), want);
}

static inline struct contact contact_of(struct world *w, int64_t phone)
{
    struct contact contact;
    contact_get(w->store, w->arena, phone, &contact);
    return contact;
}

/* P of the phone that it names, and the contact by which it is found. */
static inline bool put_pledge(struct world *w, struct pledge *p)
{
    struct contact contact = contact_of(w, p->phone);
    bool added = pledge_add(w->store, &contact, p);
    if (added && contact.changed)
        contact_put(w->store, &contact, NOW);
    return added;
}

static inline struct digest key_of(const char *name)
{
    struct str part = str_of(name);
    return crypto_digest(&part, 1);
}

static inline int64_t add_inbox(struct world *w, const char *key, int64_t day, int64_t copy, const char *text)
{
    struct digest digest = key_of(key);
    struct inbound m = {
        .channel = STR("mci"), .sender = STR("989120001122"), .text = str_of(text), .id = STR("i1")};
    return inbox_add(w->store, &m, &digest, day, copy, "pledge", "done", NOW);
}

static inline int64_t add_outbox(struct world *w, const char *channel, enum lane lane, int64_t reply_to,
                                 int64_t now_ms)
{
    struct outbound m = {.channel = str_of(channel),
                         .phone = 989120001122,
                         .text = STR("سپاس"),
                         .lane = lane,
                         .segments = 1,
                         .reply_to = reply_to};
    int64_t id = outbox_add(w->store, &m, now_ms);
    assert_true(id > 0);
    return id;
}

static inline struct outbound outbox_row(struct world *w, int64_t id)
{
    struct outbound row = {0};
    if (!outbox_get(w->store, w->arena, id, &row))
        fail_msg("no outbox row %lld: %s", (long long)id, store_reason(w->store));
    return row;
}

static inline void note_sent(struct world *w, int64_t id, struct str provider_id, int64_t now_ms)
{
    struct outbound row = outbox_row(w, id);
    outbox_sent(w->store, w->arena, &row, provider_id, now_ms);
}

static inline struct need a_need(uint32_t code, int64_t required)
{
    struct need need = {.code = code,
                        .province = STR("zanjan"),
                        .centre = STR("مرکز یک"),
                        .category = STR("equipment"),
                        .priority = 2,
                        .title_fa = STR("دستگاه دیالیز"),
                        .title_en = STR("dialysis machine"),
                        .short_fa = STR("دیالیز"),
                        .short_en = STR("dialysis"),
                        .unit = COUNT_ITEM,
                        .required = required,
                        .status = STR("open"),
                        .organisation = STR("org"),
                        .pay_to = STR("IR74"),
                        .verified_by = STR("someone"),
                        .shared_with = STR(""),
                        .verified_at = NOW};
    return need;
}

static inline struct need need_row(struct world *w, uint32_t code)
{
    struct need need = {0};
    if (!need_get(w->store, w->arena, code, &need))
        fail_msg("no need %u: %s", code, store_reason(w->store));
    return need;
}

#define BOTH(fn)                                  \
    {#fn " (memory)", fn, up_memory, down, NULL}, \
    {                                             \
#fn " (file)", fn, up_file, down, NULL    \
    }
#define ON_FILE(fn)                            \
    {                                          \
#fn " (file)", fn, up_file, down, NULL \
    }

#endif
