/* Fuzzes the `ussd` adapter: an input that is raw HTTP goes through every
 * description that is built in, any other is a description itself. */
#include "tests/fuzz/fuzz_provider.h"

#include "gateway/conf/texts.h"
#include "gateway/providers/ussd.h"

enum { DESCRIPTIONS_MOST = 64 };

static struct fuzz_channel channels[DESCRIPTIONS_MOST];
static size_t channel_count;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    struct arena *arena = arena_new(1 << 12);
    for (; texts_ussd[channel_count] != NULL && channel_count < DESCRIPTIONS_MOST; channel_count++)
        channels[channel_count] = fuzz_channel_open(str_cstr(
            arena, str_printf(arena, "[channel x]\nprovider = ussd\nnumber = 1\nsecret = s\ndescribe = %s\n",
                              texts_ussd[channel_count])));
    arena_free(arena);
    return 0;
}

/* Either it is a description or it has faults. */
static void check_description(struct arena *arena, struct str text)
{
    struct faults faults = faults_in(arena);
    const struct ussd_description *d = ussd_describe(arena, "fuzz.ini", text, &faults);
    MUST((d == NULL) == (faults.count > 0));
    MUST(d == NULL || (d->input.n > 0 && d->type.n > 0 && d->limit <= 182));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct raw_http raw;
    struct str input = fuzz_input(data, size);
    struct arena *arena = arena_new(8192);
    read_raw_http(&raw, input);
    struct http_request request = request_of(&raw);
    if (request.path.n > 0 && request.path.p[0] == '/')
        for (size_t i = 0; i < channel_count; i++)
            check_request(&channels[i], arena, &request);
    else
        check_description(arena, input);
    arena_free(arena);
    fuzz_input_free(input);
    return 0;
}
