/* Fuzzes the adapter of SMS Gateway for Android; what is sent must reach it as written. */
#include "tests/fuzz/fuzz_provider.h"

#include "gateway/base/json.h"

static const char settings[] =
    "[service]\npublic_url = http://gw.example.test\n[channel sg]\n"
    "provider = android\nnumber = 989350000000\nsecret = s3c\nusername = user\npassword = pass\n"
    "send_url = http://192.0.2.7:8080/message\nsigning_key = sgKey-demo-1\n";

static struct fuzz_channel channel;

static void check_built(struct arena *arena, const struct http_request *request, struct str text)
{
    struct error e;
    struct json *json = json_read(request->body, &e);
    (void)arena; /* nothing to be made */
    MUST(json != NULL && request->method == HTTP_POST);
    MUST(str_eq(json_str(json_get(json, "textMessage"), "text"), text));
    MUST(str_is(json_text(json_at(json_get(json, "phoneNumbers"), 0)), "+254700000111"));
    json_free(json);
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
