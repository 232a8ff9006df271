/* Fuzzes the adapter of Africa's Talking; what is sent must reach it as written. */
#include "tests/fuzz/fuzz_provider.h"

static const char settings[] =
    "[service]\npublic_url = http://gw.example.test\n[channel at]\n"
    "provider = africastalking\nnumber = 22384\nsecret = s3c\nusername = de mo\n"
    "send_url = https://api.example.test/version1/messaging\napi_key = atsk_000\nrecipients = 100\n";

static struct fuzz_channel channel;

static void check_built(struct arena *arena, const struct http_request *request, struct str text)
{
    bool broken = false;
    struct http_pairs fields = http_parse_fields(arena, request->body, &broken);
    MUST(!broken && request->method == HTTP_POST);
    MUST(str_eq(http_field(&fields, STR("message"))->value, text));
    MUST(str_is(http_field(&fields, STR("to"))->value, "+254700000111,+254700000112,+254700000113"));
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
