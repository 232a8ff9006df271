/* What the tests of the configuration share: a world of providers, commands
 * and messages to read a file in, and a folder for files that is taken away.
 *
 * Working directory: the root of the repository. */
#ifndef YAVAR_TESTS_CONF_WORLD_H
#define YAVAR_TESTS_CONF_WORLD_H

#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gateway/conf/config.h"
#include "gateway/conf/ini.h"
#include "gateway/providers/provider.h"

/* A second provider, so that there is another one's key. */
struct other {
    struct str api_key;
};
static const struct option_row other_rows[] = {
    {"api_key", OPTION_SECRET, offsetof(struct other, api_key), NULL, "the key", NULL}};
static const struct option_table other_table = {"other", other_rows, 1, sizeof(struct other), NULL};

struct world {
    struct arena *arena;
    struct faults faults;
    struct config *config;
    const struct option_table *tables[2];
    struct config_world world;
    char folder[FOLDER_ROOM];
};

static inline int up(void **state)
{
    struct error e;
    size_t n;
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL || !icu_start(&e))
        return -1;
    w->arena = arena_new(1 << 16);
    w->faults = faults_in(w->arena);
    w->tables[0] = provider_options(&n)[0];
    w->tables[1] = &other_table;
    w->world = (struct config_world){.providers = w->tables,
                                     .provider_count = 2,
                                     .commands = command_names,
                                     .command_count = COMMAND_unknown};
    w->world.messages = dispatch_messages(&w->world.message_list_count);
    *state = w;
    return folder_new(w->folder, "conf") ? 0 : -1;
}

static inline int down(void **state)
{
    struct world *w = *state;
    static const char *const files[] = {"secret", "keywords.ini", "provinces.ini", "yavar.ini"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *path = str_cstr(w->arena, str_printf(w->arena, "%s/%s", w->folder, files[i]));
        if (access(path, F_OK) == 0 && unlink(path) != 0)
            return -1;
    }
    int rc = rmdir(w->folder);
    config_drop(w->config);
    arena_free(w->arena);
    free(w);
    return rc;
}

static inline const char *file_with(struct world *w, const char *name, struct str text)
{
    const char *path = str_cstr(w->arena, str_printf(w->arena, "%s/%s", w->folder, name));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *faults_text(struct world *w)
{
    return str_cstr(w->arena, sbuf_str(&w->faults.text));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, down)

#endif
