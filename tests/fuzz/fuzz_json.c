/* Fuzzes JSON: what telecoms answer and phones post, and what we write. */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/json.h"

enum { DEEPEST = 64 };

/* How deep the brackets outside strings go. */
static unsigned depth_of(struct str text)
{
    unsigned depth = 0, most = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            most = ++depth > most ? depth : most;
        else if (!quoted && (c == ']' || c == '}'))
            depth--;
    }
    return most;
}

/* What was read is written so that it is read again, the same. */
static void check_read(struct arena *arena, struct str text)
{
    struct error e = {""};
    struct json *json = json_read(text, &e);
    MUST(json != NULL || (e.text[0] != '\0' && utf8_valid(str_of(e.text))));
    if (json == NULL)
        return;
    MUST(depth_of(text) <= DEEPEST);
    struct str once = json_write(json, arena);
    MUST(is_text(once) && memchr(once.p, '\n', once.n) == NULL);
    struct json *again = json_read(once, &e);
    MUST(again != NULL && str_eq(json_write(again, arena), once));
    MUST(is_text(json_str(json, "event")) && is_text(json_str(json_get(json, "payload"), "message")));
    for (size_t i = 0; i < json_count(json); i++)
        MUST(json_at(json, i) != NULL && is_text(json_text(json_at(json, i))));
    MUST(json_at(json, json_count(json)) == NULL);
    json_free(again);
    json_free(json);
}

/* Any bytes may be put in; they come back as text. */
static void check_written(struct arena *arena, struct str bytes)
{
    struct error e;
    bool bad = false;
    struct json *json = json_object_new();
    json_put_str(json, "text", bytes);
    json_put_int(json, "n", (int64_t)bytes.n);
    struct json *again = json_read(json_write(json, arena), &e);
    MUST(again != NULL);
    MUST(str_eq(json_str(again, "text"), utf8_repair(arena, bytes, &bad)));
    MUST(json_int(again, "n", -1) == (int64_t)bytes.n);
    json_free(again);
    json_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size);
    struct arena *arena = arena_new(4096);
    check_read(arena, text);
    check_written(arena, text);
    arena_free(arena);
    fuzz_input_free(text);
    return 0;
}
