/* Fuzzes what reads queries, forms, escapes and header parameters: bytes that
 * anyone on the network may send. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/http.h"

static struct str written(struct arena *arena, const struct http_pairs *fields)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < fields->n; i++) {
        if (i > 0)
            sbuf_byte(&out, '&');
        http_percent_encode(&out, fields->v[i].name);
        sbuf_byte(&out, '=');
        http_percent_encode(&out, fields->v[i].value);
    }
    return sbuf_str(&out);
}

/* Fields written by us are read as they were. */
static void check_fields(struct arena *arena, struct str raw)
{
    bool broken = false, rewritten_broken = false;
    struct http_pairs fields = http_parse_fields(arena, raw, &broken);
    MUST(fields.n <= HTTP_FIELDS_MOST);
    size_t bytes = 0;
    for (size_t i = 0; i < fields.n; i++)
        bytes += fields.v[i].name.n + fields.v[i].value.n;
    MUST(bytes <= raw.n);
    struct http_pairs again = http_parse_fields(arena, written(arena, &fields), &rewritten_broken);
    MUST(again.n == fields.n && !rewritten_broken);
    for (size_t i = 0; i < fields.n; i++) {
        MUST(str_eq(again.v[i].name, fields.v[i].name) && str_eq(again.v[i].value, fields.v[i].value));
        const struct http_pair *found = http_field(&fields, fields.v[i].name);
        struct str alone;
        MUST(found != NULL && found <= &fields.v[i]);
        MUST(http_find_field(arena, raw, found->name, &alone) && str_eq(alone, found->value));
    }
    if (broken)
        MUST(fields.n == HTTP_FIELDS_MOST || memchr(raw.p, '%', raw.n) != NULL);
}

static void check_escapes(struct arena *arena, struct str raw)
{
    struct sbuf encoded = sbuf_in(arena);
    bool broken = false;
    http_percent_encode(&encoded, raw);
    for (int plus = 0; plus < 2; plus++) {
        MUST(str_eq(http_percent_decode(arena, sbuf_str(&encoded), plus == 1, &broken), raw));
        MUST(http_percent_decode(arena, raw, plus == 1, NULL).n <= raw.n);
    }
    MUST(!broken);
}

static void check_header(struct str raw)
{
    struct http_pair header = {STR("Content-Type"), raw};
    struct http_pairs headers = {&header, 1};
    struct str charset = http_header_param(http_header(&headers, "content-type"), "charset");
    MUST(charset.p == NULL || (charset.p >= raw.p && charset.p + charset.n <= raw.p + raw.n));
    MUST(http_header(&headers, "Content").p == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str raw = fuzz_input(data, size);
    struct arena *arena = arena_new(4096);
    check_fields(arena, raw);
    check_escapes(arena, raw);
    check_header(raw);
    arena_free(arena);
    fuzz_input_free(raw);
    return 0;
}
