/* Fuzzes the adapter of Infobip, which brings many messages in one request;
 * what is sent must reach it as written. */
#include "tests/fuzz/fuzz_provider.h"

static const char settings[] =
    "[service]\npublic_url = http://gw.example.test\n[channel ib]\nprovider = infobip\nnumber = 3000505\n"
    "secret = s&c\nsend_url = https://x1.api.example.test/sms/3/messages\napi_key = ib_000\nrecipients = "
    "100\n";

static struct fuzz_channel channel;

static void check_built(struct arena *arena, const struct http_request *request, struct str text)
{
    struct error e;
    struct json *json = json_read(request->body, &e);
    const struct json *message = json_at(json_get(json, "messages"), 0);
    (void)arena; /* the body is JSON, not a form */
    MUST(json != NULL && request->method == HTTP_POST && json_count(json_get(json, "messages")) == 1);
    MUST(json_count(json_get(message, "destinations")) == TARGETS);
    bool nul = text.n > 0 && memchr(text.p, 0, text.n) != NULL; /* JSON of ours holds none */
    MUST(nul || str_eq(json_str(json_get(message, "content"), "text"), text));
    json_free(json);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    channel = fuzz_channel_open(settings);
    channel.events_most = SIZE_MAX;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_provider(&channel, data, size, check_built);
}
