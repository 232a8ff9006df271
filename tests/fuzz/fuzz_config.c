/* Fuzzes yavar.ini.  What is wrong is told in lines that can be printed; what
 * is taken can be worked with.
 *
 * Linked with --wrap: nothing is read from the disk or the environment, and
 * the texts, which have targets of their own, are the built-in ones. */
#include "tests/fuzz/fuzz.h"

#include "gateway/conf/config.h"
#include "gateway/conf/ini.h"
#include "gateway/providers/provider.h"

const struct texts *__wrap_texts_load(struct arena *arena, struct str folder, const char *const *commands,
                                      size_t command_count, const struct message_spec *const *messages,
                                      size_t message_list_count, struct faults *faults);
bool __wrap_ini_read_file(struct arena *arena, const char *path, size_t most, struct str *text,
                          struct error *e);
char *__wrap_getenv(const char *name);

const struct texts *__wrap_texts_load(struct arena *arena, struct str folder, const char *const *commands,
                                      size_t command_count, const struct message_spec *const *messages,
                                      size_t message_list_count, struct faults *faults)
{
    (void)folder;
    MUST(commands == command_names && command_count == COMMAND_unknown && messages != NULL);
    MUST(message_list_count > 0 && faults != NULL);
    return arena_new_of(arena, struct texts);
}

bool __wrap_ini_read_file(struct arena *arena, const char *path, size_t most, struct str *text,
                          struct error *e)
{
    if (strlen(path) % 2 == 1)
        return error_set(e, "%s: no such file", path);
    MUST(most >= 4);
    *text = str_dup(arena, STR("file"));
    return true;
}

char *__wrap_getenv(const char *name)
{
    static char value[] = "environment";
    return name[0] == 'Y' ? value : NULL;
}

static void check_config(const struct config *config)
{
    const struct service *s = &config->service;
    MUST(s->country.n > 0 && s->office_phone.n > 0 && s->public_url.n > 0 && pay_to_fits(s->pay_to));
    MUST(s->smallest_pledge >= 1 && s->smallest_pledge <= s->largest_pledge &&
         s->largest_pledge < INT32_MAX * 5LL);
    MUST(s->list_segments >= 1 && s->list_segments <= 10 && s->retry_first <= s->retry_most);
    MUST(config->channel_count <= 64);
    for (size_t i = 0; i < config->channel_count; i++) {
        const struct channel *c = &config->channels[i];
        const struct provider *provider = provider_find(c->provider);
        struct error e;
        static const uint8_t address[16] = {0};
        MUST(provider != NULL && c->own != NULL && config_channel(config, c->name) == c);
        MUST(c->rate > 0 && c->in_flight > 0 && c->recipients > 0 && c->number.n > 0);
        MUST(c->next.n == 0 || config_channel(config, c->next) != NULL);
        MUST(c->quiet.from >= 0 && c->quiet.from < 1440 && c->quiet.to >= 0 && c->quiet.to < 1440);
        MUST(network_holds(&c->allow, address) || c->allow.n > 0);
        MUST(provider->check == NULL || provider->check(c, &e) || utf8_valid(str_of(e.text)));
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error e;
    (void)argc;
    (void)argv;
    MUST(icu_start(&e) && crypto_start(&e));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size);
    struct arena *arena = arena_new(4096);
    struct faults faults = faults_in(arena);
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct config *config = config_parse("fuzz/yavar.ini", text, &world, &faults);
    MUST((config == NULL) == (faults.count > 0));
    MUST(is_text(sbuf_str(&faults.text)));
    if (config != NULL)
        check_config(config);
    config_drop(config);
    arena_free(arena);
    fuzz_input_free(text);
    return 0;
}
