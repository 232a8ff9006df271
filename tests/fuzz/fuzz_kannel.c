/* Fuzzes the adapter of Kannel; what is sent must reach it as it was written. */
#include "tests/fuzz/fuzz_provider.h"

static const char settings[] =
    "[service]\npublic_url = http://gw.example.test\n[channel mci]\n"
    "provider = kannel\nnumber = 30005678\nsecret = s3c\nfield_time = ts\nusername = gw\n"
    "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\npassword = p w&%\n";

static struct fuzz_channel channel;

static void check_built(struct arena *arena, const struct http_request *request, struct str text)
{
    struct str query = request->target, address;
    bool broken = false;
    MUST(str_split(&query, '?', &address) && query.p != NULL && request->method == HTTP_GET);
    struct http_pairs fields = http_parse_fields(arena, query, &broken);
    MUST(!broken && str_eq(http_field(&fields, STR("text"))->value, text));
    MUST(str_is(http_field(&fields, STR("to"))->value, "254700000111"));
    MUST(str_is(http_field(&fields, STR("password"))->value, "p w&%"));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    channel = fuzz_channel_open(settings);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_provider(&channel, data, size, check_built);
}
