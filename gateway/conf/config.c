/* From a file to a snapshot: rows, parsing, defaults, checks across keys. */
#include "gateway/conf/config.h"

#include <stdlib.h>
#include <unistd.h>

#include "gateway/base/arena.h"
#include "gateway/base/segment.h"
#include "gateway/conf/ini.h"

enum { CONFIG_BYTES_MOST = 1 << 20, CHANNELS_MOST = 64, DAY_MS = 86400 * 1000 };

/* clang-format off */
#define S(key, kind, fallback, help) {#key, kind, offsetof(struct service, key), fallback, help, NULL}
/* clang-format on */
static const struct option_row service_rows[] = {
    S(listen, OPTION_TEXT, "127.0.0.1:8080", "where telecoms reach us; port 0 takes a free one"),
    S(admin_listen, OPTION_TEXT, "127.0.0.1:8081", "metrics and the admin API; keep it inside"),
    S(public_url, OPTION_URL, "http://127.0.0.1:8080", "how a telecom reaches us, for delivery reports"),
    S(database, OPTION_TEXT, "yavar.db", "the SQLite file; its folder must be on a local disk"),
    {"language", OPTION_CHOICE, offsetof(struct service, language), "fa", "of a contact who has chosen none",
     "fa en"},
    S(country, OPTION_PHONE, "98", "the home country's code, for numbers written without one"),
    S(timezone, OPTION_TEXT, "Asia/Tehran", "for local days and hours"),
    S(duplicate_window, OPTION_DURATION, "10m", "the same pledge again so soon is asked back"),
    S(question_window, OPTION_DURATION, "72h", "how long an open question waits for its answer"),
    S(resume_window, OPTION_DURATION, "24h", "how long a dropped USSD session can be resumed"),
    S(dedupe_days, OPTION_NUMBER, "7", "days in which a message delivered again is known"),
    S(uncertain_wait, OPTION_DURATION, "60s", "how long a send of unknown outcome waits for a report"),
    S(smallest_pledge, OPTION_MONEY, "10000 toman", "below it the thousandfold is proposed"),
    S(largest_pledge, OPTION_MONEY, "999999999 toman", "above it a person calls"),
    S(ask_above, OPTION_MONEY, "100000000 toman", "above it an amount without a unit is asked back"),
    S(office_phone, OPTION_PHONE, "02400000000", "a person's phone, named in help"),
    S(pay_to, OPTION_TEXT, "", "IBAN or payment code; an organisation, campaign or need may have its own"),
    S(unknown_replies_per_hour, OPTION_NUMBER, "3", "\"not understood\" answers to one number"),
    S(confirmations_per_hour, OPTION_NUMBER, "60", "confirmations to one number"),
    S(list_segments, OPTION_NUMBER, "3", "the longest list, in segments"),
    S(retry_first, OPTION_DURATION, "5s", "the first pause before a message is tried again; it doubles"),
    S(retry_most, OPTION_DURATION, "10m", "the longest such pause"),
    S(keep_messages, OPTION_DURATION, "400d", "after which messages are purged; pledges never"),
    S(disk_reserve, OPTION_SIZE, "64MiB", "below so much free disk no message is taken (503)"),
    S(second_yes_above, OPTION_NUMBER, "1000", "what reaches more people needs a second person's yes"),
    S(texts, OPTION_TEXT, "",
      "folder with messages/, keywords.ini, provinces.ini, specialties.ini; empty: built in"),
};
#undef S

/* clang-format off */
#define C(key, kind, fallback, help) {#key, kind, offsetof(struct channel, key), fallback, help, NULL}
/* clang-format on */
static const struct option_row channel_rows[] = {
    C(provider, OPTION_TEXT, NULL, "the kind of gateway"),
    C(number, OPTION_PHONE, NULL, "the line's own number, which people text"),
    C(secret, OPTION_SECRET, "", "what the webhook must carry as ?secret=… (also secret_file, secret_env)"),
    C(allow, OPTION_NETWORKS, "", "networks it may come from, parted by blanks; empty: all"),
    C(rate, OPTION_NUMBER, "50", "messages a second"),
    C(in_flight, OPTION_NUMBER, "16", "requests on the wire at once"),
    C(next, OPTION_TEXT, "", "channel that takes over what this one cannot send"),
    C(sms, OPTION_TEXT, "", "the SMS line of a USSD line"),
    C(price, OPTION_MONEY, "200 toman", "a segment, for previews"),
    {"line", OPTION_CHOICE, offsetof(struct channel, line), "service",
     "the line's class: service or promo (no links, no cards, not from 22:00 to 08:00)", "service promo"},
    C(quiet, OPTION_HOURS, "22:00-08:00", "hours without broadcasts"),
    {"links", OPTION_CHOICE, offsetof(struct channel, links), "",
     "whether broadcasts may hold links: yes or no; empty: as its class says", "no yes"},
    {"cards", OPTION_CHOICE, offsetof(struct channel, cards), "", "likewise numbers of cards and accounts",
     "no yes"},
    C(suffix, OPTION_TEXT, "", "what broadcasts must end with, or no; empty: as its class says"),
    C(recipients, OPTION_NUMBER, "1", "recipients a request, where the provider takes several"),
    C(page, OPTION_NUMBER, "182", "septets a USSD page"),
    C(dial, OPTION_TEXT, "", "the USSD code people dial"),
};
#undef C

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
static const struct option_table service_table = {"service", service_rows, COUNT(service_rows),
                                                  sizeof(struct service), NULL};
static const struct option_table channel_table = {"channel", channel_rows, COUNT(channel_rows),
                                                  sizeof(struct channel), NULL};

struct loader {
    struct config *config;
    const struct config_world *world;
    struct faults *faults;
    struct ini ini;
};

static void set_defaults(struct loader *l, const struct option_table *table, void *base)
{
    for (size_t i = 0; i < table->n; i++) {
        struct error e;
        if (table->rows[i].fallback != NULL &&
            !option_set(&table->rows[i], base, str_of(table->rows[i].fallback), l->config->arena, &e))
            faults_add(l->faults, "built-in default", 0, "%s",
                       e.text); /* a row of ours is wrong: check tells */
    }
}

/* password_file = /run/secrets/x and password_env = NAME stand for password. */
static bool secret_from_elsewhere(struct loader *l, const struct ini_line *line, const struct option_row *o,
                                  void *base, struct error *e)
{
    struct str value;
    if (str_starts(str_after(line->key, strlen(o->key)), STR("_file"))) {
        if (!ini_read_file(l->config->arena, str_cstr(l->config->arena, line->value), 4096, &value, e))
            return false;
    } else {
        const char *env = getenv(str_cstr(l->config->arena, line->value));
        if (env == NULL)
            return error_set(e, "the environment has no %.*s", STR_ARG(line->value));
        value = str_of(env);
    }
    return option_set(o, base, value, l->config->arena, e);
}

static const struct option_row *find_secret(const struct option_table *table, struct str key)
{
    for (size_t i = 0; i < table->n; i++) {
        struct str name = str_of(table->rows[i].key);
        struct str tail = str_after(key, name.n);
        if (table->rows[i].kind == OPTION_SECRET && str_starts(key, name) &&
            (str_is(tail, "_file") || str_is(tail, "_env")))
            return &table->rows[i];
    }
    return NULL;
}

/* True when the key was one of TABLE's, right or wrong. */
static bool set_from(struct loader *l, const struct ini_line *line, const struct option_table *table,
                     void *base)
{
    struct error e;
    const struct option_row *o = option_find(table, line->key);
    const struct option_row *secret = o == NULL ? find_secret(table, line->key) : NULL;
    if (o == NULL && secret == NULL)
        return false;
    bool fine = o != NULL ? option_set(o, base, line->value, l->config->arena, &e)
                          : secret_from_elsewhere(l, line, secret, base, &e);
    if (!fine)
        faults_add(l->faults, l->ini.file, line->line, "%s", e.text);
    return true;
}

static void unknown_key(struct loader *l, const struct ini_line *line,
                        const struct option_table *const *tables, size_t n)
{
    const char *near = option_nearest(tables, n, line->key);
    for (size_t i = 0; i < l->world->provider_count; i++)
        if (n > 1 && option_find(l->world->providers[i], line->key) != NULL) {
            faults_add(l->faults, l->ini.file, line->line, "%.*s is a key of provider %s, not of %s",
                       STR_ARG(line->key), l->world->providers[i]->name, tables[1]->name);
            return;
        }
    faults_add(l->faults, l->ini.file, line->line, "unknown key %.*s in [%.*s]%s%s%s", STR_ARG(line->key),
               STR_ARG(line->section), near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static bool seen_before(struct loader *l, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq(l->ini.v[i].section, l->ini.v[at].section) && str_eq(l->ini.v[i].key, l->ini.v[at].key))
            return true;
    return false;
}

static void load_service(struct loader *l)
{
    static const struct option_table *const tables[] = {&service_table};
    for (size_t i = 0; i < l->ini.n; i++) {
        const struct ini_line *line = &l->ini.v[i];
        if (!str_is(line->section, "service") || line->key.n == 0)
            continue;
        if (seen_before(l, i))
            faults_add(l->faults, l->ini.file, line->line, "%.*s is given twice", STR_ARG(line->key));
        else if (!set_from(l, line, &service_table, &l->config->service))
            unknown_key(l, line, tables, 1);
    }
}

static const struct option_table *find_provider(const struct loader *l, struct str name)
{
    for (size_t i = 0; i < l->world->provider_count; i++)
        if (str_is(name, l->world->providers[i]->name))
            return l->world->providers[i];
    return NULL;
}

static struct str provider_of(const struct loader *l, struct str section, unsigned *line)
{
    for (size_t i = 0; i < l->ini.n; i++)
        if (str_eq(l->ini.v[i].section, section) && str_is(l->ini.v[i].key, "provider")) {
            *line = l->ini.v[i].line;
            return l->ini.v[i].value;
        }
    return STR("");
}

/* Whether KEY, or KEY_file or KEY_env, is given and not empty. */
static bool is_given(const struct loader *l, struct str section, const char *key)
{
    for (size_t i = 0; i < l->ini.n; i++) {
        const struct ini_line *line = &l->ini.v[i];
        struct str tail = str_after(line->key, strlen(key));
        if (str_eq(line->section, section) && line->value.n > 0 && str_starts(line->key, str_of(key)) &&
            (tail.n == 0 || str_is(tail, "_file") || str_is(tail, "_env")))
            return true;
    }
    return false;
}

static void require(struct loader *l, const struct channel *channel, const struct option_table *table,
                    struct str section)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->rows[i].fallback == NULL && !is_given(l, section, table->rows[i].key))
            faults_add(l->faults, l->ini.file, channel->line_no, "[%.*s] lacks %s: %s", STR_ARG(section),
                       table->rows[i].key, table->rows[i].help);
}

static void load_channel_keys(struct loader *l, struct channel *channel, const struct option_table *provider,
                              struct str section)
{
    const struct option_table *tables[] = {&channel_table, provider};
    for (size_t i = 0; i < l->ini.n; i++) {
        const struct ini_line *line = &l->ini.v[i];
        if (!str_eq(line->section, section) || line->key.n == 0)
            continue;
        if (seen_before(l, i))
            faults_add(l->faults, l->ini.file, line->line, "%.*s is given twice", STR_ARG(line->key));
        else if (!set_from(l, line, &channel_table, channel) && !set_from(l, line, provider, channel->own))
            unknown_key(l, line, tables, 2);
    }
}

static void load_channel(struct loader *l, const struct ini_line *section)
{
    struct config *config = l->config;
    struct str name = str_trim(str_after(section->section, 8));
    if (config->channel_count == CHANNELS_MOST || name.n == 0 || config_channel(config, name) != NULL) {
        faults_add(l->faults, l->ini.file, section->line,
                   "a channel needs a name of its own, as in [channel mci]");
        return;
    }
    for (size_t i = 0; i < name.n; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", name.p[i]) == NULL) {
            faults_add(l->faults, l->ini.file, section->line,
                       "a channel's name has letters, digits, _ and - only");
            return;
        }
    unsigned line = section->line;
    struct str kind = provider_of(l, section->section, &line);
    const struct option_table *provider = find_provider(l, kind);
    if (provider == NULL) {
        faults_add(l->faults, l->ini.file, line,
                   kind.n ? "no provider is named %.*s" : "[%.*s] lacks provider",
                   STR_ARG(kind.n ? kind : section->section));
        return;
    }
    struct channel *channel = &config->channels[config->channel_count++];
    channel->name = name;
    channel->line_no = section->line;
    channel->own = arena_alloc(config->arena, provider->size);
    set_defaults(l, &channel_table, channel);
    set_defaults(l, provider, channel->own);
    load_channel_keys(l, channel, provider, section->section);
    require(l, channel, &channel_table, section->section);
    require(l, channel, provider, section->section);
    if (provider->ready != NULL)
        provider->ready(channel,
                        &(struct option_ready){config->arena, config->service.texts, l->ini.file, l->faults});
}

static void load_channels(struct loader *l)
{
    l->config->channels = arena_array(l->config->arena, struct channel, CHANNELS_MOST);
    for (size_t i = 0; i < l->ini.n; i++) {
        const struct ini_line *line = &l->ini.v[i];
        if (str_starts(line->section, STR("channel ")) && line->key.n == 0)
            load_channel(l, line);
        else if (line->key.n == 0 && !str_is(line->section, "service"))
            faults_add(l->faults, l->ini.file, line->line,
                       "unknown section [%.*s]; there are [service] and [channel NAME]",
                       STR_ARG(line->section));
        else if (line->section.n == 0)
            faults_add(l->faults, l->ini.file, line->line, "%.*s stands before any section",
                       STR_ARG(line->key));
    }
}

/* A provider whose requests are signed has an option signing_key. */
static bool is_signed(const struct loader *l, const struct channel *channel)
{
    const struct option_table *provider = find_provider(l, channel->provider);
    const struct option_row *key = provider != NULL ? option_find(provider, STR("signing_key")) : NULL;
    return key != NULL && ((const struct str *)((const char *)channel->own + key->offset))->n > 0;
}

static void check_channel(struct loader *l, const struct channel *channel)
{
    const struct str links[] = {channel->next, channel->sms}; /* a line of both may be its own SMS line */
    for (size_t i = 0; i < 2; i++)
        if (links[i].n > 0 &&
            (config_channel(l->config, links[i]) == NULL || (i == 0 && str_eq(links[i], channel->name))))
            faults_add(l->faults, l->ini.file, channel->line_no,
                       "[channel %.*s] names no other channel: %.*s", STR_ARG(channel->name),
                       STR_ARG(links[i]));
    if (channel->secret.n == 0 && !is_signed(l, channel))
        faults_add(l->faults, l->ini.file, channel->line_no,
                   "[channel %.*s] has neither secret nor signature: anyone could text as anyone",
                   STR_ARG(channel->name));
    if (channel->rate == 0 || channel->in_flight == 0 || channel->recipients == 0)
        faults_add(l->faults, l->ini.file, channel->line_no,
                   "[channel %.*s] rate, in_flight and recipients must be 1 at least",
                   STR_ARG(channel->name));
}

static unsigned line_of(const struct loader *l, const char *key)
{
    for (size_t i = 0; i < l->ini.n; i++)
        if (str_is(l->ini.v[i].section, "service") && str_is(l->ini.v[i].key, key))
            return l->ini.v[i].line;
    return 0;
}

/* Paths are beside the file that names them, so that a command works from
 * any folder. */
static void beside_file(struct loader *l, struct str *path)
{
    const char *slash = strrchr(l->ini.file, '/');
    if (slash != NULL && path->n > 0 && path->p[0] != '/' && !str_starts(*path, STR("postgresql:")))
        *path = str_printf(l->config->arena, "%.*s/%.*s", (int)(slash - l->ini.file), l->ini.file,
                           STR_ARG(*path));
}

/* HOST:PORT; whether the address is ours is seen when it is opened. */
static void check_address(struct loader *l, const char *key, struct str address)
{
    size_t colon = address.n;
    uint64_t port;
    while (colon > 0 && address.p[colon - 1] != ':')
        colon--;
    if (colon < 2 || !str_to_u64(str_after(address, colon), &port) || port > 65535)
        faults_add(l->faults, l->ini.file, line_of(l, key), "%s must be HOST:PORT, such as 127.0.0.1:8080",
                   key);
}

static void check_whole(struct loader *l)
{
    const struct service *s = &l->config->service;
    struct error e;
    struct zone *zone = zone_open(str_cstr(l->config->arena, s->timezone), &e);
    if (zone == NULL)
        faults_add(l->faults, l->ini.file, line_of(l, "timezone"), "timezone: %s", e.text);
    zone_close(zone);
    if (str_starts(s->database, STR("postgresql:")))
        faults_add(l->faults, l->ini.file, line_of(l, "database"),
                   "PostgreSQL is not supported yet: name an SQLite file");
    if (memchr(s->public_url.p, '%', s->public_url.n) != NULL ||
        memchr(s->public_url.p, '?', s->public_url.n) != NULL)
        faults_add(l->faults, l->ini.file, line_of(l, "public_url"),
                   "public_url may hold no %% and no ?: telecoms would garble it in delivery reports");
    if (s->keep_messages < s->dedupe_days * DAY_MS || s->keep_messages < 4 * DAY_MS)
        faults_add(l->faults, l->ini.file, line_of(l, "keep_messages"),
                   "keep_messages must be 4d at least and not below dedupe_days: what waits or may come "
                   "again is kept");
    if (!pay_to_fits(s->pay_to))
        faults_add(l->faults, l->ini.file, line_of(l, "pay_to"),
                   "pay_to must be an IBAN or payment code of at most 26 Latin letters and digits");
    check_address(l, "listen", s->listen);
    check_address(l, "admin_listen", s->admin_listen);
    if (s->public_url.n == 0)
        faults_add(l->faults, l->ini.file, line_of(l, "public_url"),
                   "public_url must be given: delivery reports come there");
    if (s->country.n == 0)
        faults_add(l->faults, l->ini.file, line_of(l, "country"), "country must be given, such as 98");
    if (s->dedupe_days < 1 || s->dedupe_days > 60)
        faults_add(l->faults, l->ini.file, line_of(l, "dedupe_days"), "dedupe_days must be from 1 to 60");
    if (s->list_segments < 1 || s->list_segments > 10)
        faults_add(l->faults, l->ini.file, line_of(l, "list_segments"), "list_segments must be from 1 to 10");
    if (s->smallest_pledge > s->largest_pledge || s->smallest_pledge < 1)
        faults_add(l->faults, l->ini.file, line_of(l, "smallest_pledge"),
                   "smallest_pledge must be from 1 rial up to largest_pledge");
    if (s->largest_pledge > 9999999990)
        faults_add(
            l->faults, l->ini.file, line_of(l, "largest_pledge"),
            "largest_pledge must be at most 999999999 toman: a longer amount would not fit into one SMS");
    if (s->retry_first < 1 || s->retry_most < s->retry_first)
        faults_add(l->faults, l->ini.file, line_of(l, "retry_first"),
                   "retry_first must be from 1ms up to retry_most");
    if (s->office_phone.n == 0)
        faults_add(l->faults, l->ini.file, line_of(l, "office_phone"),
                   "office_phone must be given: a person can always be reached");
    for (size_t i = 0; i < l->config->channel_count; i++)
        check_channel(l, &l->config->channels[i]);
}

struct config *config_parse(const char *name, struct str text, const struct config_world *world,
                            struct faults *faults)
{
    unsigned before = faults->count;
    struct arena *arena = arena_new(64 << 10);
    struct config *config = arena_new_of(arena, struct config);
    struct loader loader = {config, world, faults, {0}};
    config->arena = arena;
    config->references = 1;
    config->file = str_cstr(arena, str_of(name));
    loader.ini =
        ini_parse(arena, config->file, str_dup(arena, text), true, faults); /* names are parts of it */
    set_defaults(&loader, &service_table, &config->service);
    load_service(&loader);
    beside_file(&loader, &config->service.database);
    beside_file(&loader, &config->service.texts);
    load_channels(&loader);
    while (config->service.public_url.n > 0 &&
           config->service.public_url.p[config->service.public_url.n - 1] == '/')
        config->service.public_url.n--; /* paths are put behind it */
    check_whole(&loader);
    config->texts = texts_load(arena, config->service.texts, world->commands, world->command_count,
                               world->messages, world->message_list_count, faults);
    if (faults->count == before)
        return config;
    config_drop(config);
    return NULL;
}

struct config *config_load(const char *file, const struct config_world *world, struct faults *faults)
{
    static const char *const places[] = {"yavar.ini", "/etc/yavar/yavar.ini"};
    for (size_t i = 0; i < COUNT(places) && file == NULL; i++)
        if (access(places[i], F_OK) == 0)
            file = places[i];
    if (file == NULL)
        return config_parse("embedded defaults", STR(""), world, faults);
    struct arena *arena = arena_new(16 << 10);
    struct str text;
    struct error e;
    struct config *config = NULL;
    if (ini_read_file(arena, file, CONFIG_BYTES_MOST, &text, &e))
        config = config_parse(file, text, world, faults);
    else
        faults_add(faults, "config", 0, "%s", e.text);
    arena_free(arena);
    return config;
}

struct config *config_keep(struct config *config)
{
    (void)__atomic_add_fetch(&config->references, 1, __ATOMIC_RELAXED); /* the new count is of no use */
    return config;
}

void config_drop(struct config *config)
{
    if (config != NULL && __atomic_sub_fetch(&config->references, 1, __ATOMIC_ACQ_REL) == 0)
        arena_free(config->arena); /* the config itself lives in it */
}

bool pay_to_fits(struct str pay_to)
{
    struct sms_size size = sms_measure(pay_to);
    return size.encoding == SMS_GSM7 && size.units <= 26;
}

const struct channel *config_channel(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->channel_count; i++)
        if (str_eq(config->channels[i].name, name))
            return &config->channels[i];
    return NULL;
}

static void sample_rows(struct sbuf *out, const struct option_table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct option_row *o = &table->rows[i];
        size_t before = out->n;
        sbuf_printf(out, ";%s = %s", o->key, o->fallback ? o->fallback : "");
        for (size_t n = out->n - before; n < 40; n++)
            sbuf_byte(out, ' ');
        sbuf_printf(out, " ; %s\n", o->help);
    }
}

struct str config_sample(struct arena *arena, const struct config_world *world)
{
    struct sbuf out = sbuf_in(arena);
    sbuf_add(
        &out,
        STR("; yavar.ini, made by `yavar check --sample` from the program's own table of options.\n"
            "; A line that begins with ; shows a default: take the ; away to change it.\n\n[service]\n"));
    sample_rows(&out, &service_table);
    sbuf_add(&out, STR("\n; A section like this for each line to a telecom; NAME is yours to "
                       "choose.\n;[channel NAME]\n"));
    sample_rows(&out, &channel_table);
    for (size_t i = 0; i < world->provider_count; i++) {
        sbuf_printf(&out, "\n; With provider = %s also:\n", world->providers[i]->name);
        sample_rows(&out, world->providers[i]);
    }
    return sbuf_str(&out);
}
