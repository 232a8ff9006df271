/* The table of providers, and what adapters share. */
#include "gateway/providers/provider.h"

#include "gateway/base/utf8.h"

#define PROVIDER(name) extern const struct provider provider_##name;
#include "gateway/providers/providers.def"
#undef PROVIDER

static const struct provider *const providers[] = {
#define PROVIDER(name) &provider_##name,
#include "gateway/providers/providers.def"
#undef PROVIDER
};
enum { PROVIDERS = sizeof providers / sizeof providers[0] };

#define PROVIDER(name) extern const struct option_table provider_options_##name;
#include "gateway/providers/providers.def"
#undef PROVIDER

static const struct option_table *const option_tables[] = {
#define PROVIDER(name) &provider_options_##name,
#include "gateway/providers/providers.def"
#undef PROVIDER
};

const struct provider *provider_find(struct str name)
{
    for (size_t i = 0; i < PROVIDERS; i++)
        if (str_is(name, providers[i]->name))
            return providers[i];
    return NULL;
}

const struct option_table *const *provider_options(size_t *n)
{
    *n = PROVIDERS;
    return option_tables;
}

struct str provider_decode(struct arena *arena, struct str bytes, struct str charset, bool *bad)
{
    static const char *const utf16[] = {"UTF-16BE", "UTF16BE", "UTF-16",         "UCS-2",
                                        "UCS2",     "UCS-2BE", "ISO-10646-UCS-2"};
    static const char *const utf8[] = {"UTF-8", "UTF8", "US-ASCII", "ASCII", "GSM", "GSM-7", "7-BIT"};
    static const char *const latin[] = {"ISO-8859-1", "LATIN1", "WINDOWS-1252", "CP1252"};
    for (size_t i = 0; i < sizeof utf16 / sizeof utf16[0]; i++)
        if (str_eq_nocase(charset, str_of(utf16[i])))
            return utf8_from_utf16be(arena, bytes, bad);
    for (size_t i = 0; i < sizeof utf8 / sizeof utf8[0]; i++)
        if (str_eq_nocase(charset, str_of(utf8[i])))
            return utf8_repair(arena, bytes, bad);
    for (size_t i = 0; i < sizeof latin / sizeof latin[0]; i++)
        if (str_eq_nocase(charset, str_of(latin[i])))
            return utf8_from_latin1(arena, bytes);
    *bad = true;
    bool repaired = false;
    return utf8_repair(arena, bytes, &repaired);
}

struct str provider_clean(struct arena *arena, struct str value, size_t most, bool *bad)
{
    bool unasked = false;
    struct str mended =
        utf8_repair(arena, value, bad != NULL ? bad : &unasked); /* a bad byte becomes three */
    return str_dup(arena, str_trim(utf8_cut(mended, most)));
}

int64_t provider_retry_after(const struct http_pairs *headers)
{
    uint64_t seconds;
    if (headers == NULL || !str_to_u64(str_trim(http_header(headers, "Retry-After")), &seconds) ||
        seconds > 86400)
        return 0;
    return (int64_t)seconds * 1000;
}

struct str provider_name_of(struct arena *arena, const struct outbound *message)
{
    return str_printf(arena, "out%lld-%lld", (long long)message->id, (long long)message->expires_ms);
}

int64_t provider_id_of(struct str name)
{
    struct str rest = str_after(name, 3), digits;
    int64_t id = 0;
    if (!str_starts(name, STR("out")) || !str_split(&rest, '-', &digits) || !str_to_i64(digits, &id) ||
        id < 0)
        return 0;
    return id;
}

struct str provider_path_part(struct arena *arena, const struct http_request *request, size_t n)
{
    enum { BEFORE = 4 }; /* "", "in", CHANNEL, ENDPOINT */
    struct str rest = request->path, part = STR("");
    for (size_t i = 0; i < BEFORE + n; i++)
        if (rest.p == NULL || !str_split(&rest, '/', &part))
            return STR("");
    return http_percent_decode(arena, part, false, NULL);
}

const struct str provider_sorry =
    STR_INIT("لطفاً دوباره شماره‌گیری کنید.\nPlease dial again.");
