/* jansson behind our own names. */
#include "gateway/base/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/memory.h"
#include "gateway/base/utf8.h"

enum { DEPTH_MOST = 64, USUAL_BYTES = 512 };

/* A struct json is a json_t under another name, so that no other file can
 * reach past this header. */
static json_t *in(const struct json *json)
{
    return (json_t *)(uintptr_t)json;
}

static struct json *out(json_t *json)
{
    if (json == NULL) /* jansson fails to make a value only when memory is out */
        out_of_memory();
    return (struct json *)json;
}

void json_start(void)
{
    json_set_alloc_funcs(memory_take, memory_free);
}

struct json *json_object_new(void)
{
    return out(json_object());
}

struct json *json_array_new(void)
{
    return out(json_array());
}

void json_free(struct json *json)
{
    json_decref(in(json));
}

static json_t *string_of(struct str value)
{
    bool nul = value.n > 0 && memchr(value.p, 0, value.n) != NULL; /* written, it could not be read again */
    json_t *made = nul ? NULL : json_stringn(value.p ? value.p : "", value.n);
    if (made != NULL)
        return made;
    struct arena *arena = arena_new(value.n * 3 + 64); /* not UTF-8 */
    bool bad = false;
    struct str mended = utf8_repair(arena, value, &bad);
    made = json_stringn(mended.p ? mended.p : "", mended.n);
    arena_free(arena);
    return made;
}

void json_put(struct json *object, const char *key, struct json *value)
{
    if (json_object_set_new(in(object), key, in(value)) != 0)
        (void)out(NULL); /* out of memory: does not come back */
}

void json_put_str(struct json *object, const char *key, struct str value)
{
    json_put(object, key, out(string_of(value)));
}

void json_put_int(struct json *object, const char *key, int64_t value)
{
    json_put(object, key, out(json_integer(value)));
}

void json_put_bool(struct json *object, const char *key, bool value)
{
    json_put(object, key, out(json_boolean(value)));
}

void json_push(struct json *array, struct json *value)
{
    if (json_array_append_new(in(array), in(value)) != 0)
        (void)out(NULL); /* out of memory: does not come back */
}

struct str json_write(const struct json *json, struct arena *arena)
{
    /* not json_dumps: where its buffer can't grow it leaves a key out, and says nothing */
    char *text = arena_alloc(arena, USUAL_BYTES);
    size_t n = json_dumpb(in(json), text, USUAL_BYTES, JSON_ENCODE_ANY);
    bool whole = n > 0 && n < USUAL_BYTES; /* else only its length is known */
    if (!whole) {
        text = arena_alloc(arena, n + 1);
        whole = n > 0 && json_dumpb(in(json), text, n, JSON_ENCODE_ANY) == n;
    }
    if (!whole)
        out_of_memory(); /* every JSON has a byte */
    return str_from(text, n);
}

/* jansson's own limit is 2,048. */
static bool too_deep(struct str text)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > DEPTH_MOST)
            return true;
        else if (!quoted && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return false;
}

struct json *json_read(struct str text, struct error *e)
{
    json_error_t fault;
    if (too_deep(text)) {
        error_set(e, "no JSON: more than %d deep", DEPTH_MOST);
        return NULL;
    }
    json_t *json = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (json == NULL) /* jansson quotes what is near, and may cut a character */
        error_set(e, "no JSON: line %d, column %d: %s", fault.line, fault.column,
                  utf8_valid(str_of(fault.text)) ? fault.text : "not understood");
    return (struct json *)json;
}

const struct json *json_get(const struct json *object, const char *key)
{
    return (const struct json *)json_object_get(in(object), key);
}

struct str json_text(const struct json *value)
{
    const char *text = json_string_value(in(value));
    return text == NULL ? (struct str){NULL, 0} : str_from(text, json_string_length(in(value)));
}

struct str json_str(const struct json *object, const char *key)
{
    return json_text(json_get(object, key));
}

int64_t json_int(const struct json *object, const char *key, int64_t fallback)
{
    json_t *value = json_object_get(in(object), key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool json_flag(const struct json *object, const char *key)
{
    return json_is_true(json_object_get(in(object), key));
}

bool json_has(const struct json *object, const char *key)
{
    return json_object_get(in(object), key) != NULL;
}

bool json_is_list(const struct json *value)
{
    return json_is_array(in(value));
}

size_t json_count(const struct json *array)
{
    return json_array_size(in(array));
}

const struct json *json_at(const struct json *array, size_t i)
{
    return (const struct json *)json_array_get(in(array), i);
}

struct json *json_string_new(struct str text)
{
    return out(string_of(text));
}

const char *json_library_version(void)
{
    return jansson_version_str();
}

struct json *json_int_new(int64_t value)
{
    return out(json_integer(value));
}

struct json *json_bool_new(bool value)
{
    return out(json_boolean(value));
}

struct json *json_copy_of(const struct json *value)
{
    return out(json_deep_copy(in(value)));
}

static json_t *member(json_t *object, struct str key)
{
    json_t *same = json_object_getn(object, key.p, key.n);
    for (void *at = json_object_iter(object); at != NULL && same == NULL;
         at = json_object_iter_next(object, at))
        if (str_eq_nocase(str_of(json_object_iter_key(at)), key))
            same = json_object_iter_value(at);
    return same;
}

const struct json *json_find(const struct json *object, struct str path)
{
    json_t *at = in(object);
    struct str part;
    while (at != NULL && path.p != NULL && str_split(&path, '.', &part))
        at = member(at, part);
    return (const struct json *)at;
}

bool json_scalar(const struct json *value, struct arena *arena, struct str *text)
{
    json_t *json = in(value);
    *text = STR("");
    if (json_is_string(json))
        *text = str_dup(arena, json_text(value));
    else if (json_is_boolean(json))
        *text = json_is_true(json) ? STR("true") : STR("false");
    else if (json_is_integer(json))
        *text = str_printf(arena, "%lld", (long long)json_integer_value(json));
    else if (json_is_real(json))
        *text = str_printf(arena, "%.17g", json_real_value(json));
    else
        return json_is_null(json);
    return true;
}

void json_put_at(struct json *object, struct str path, struct json *value)
{
    json_t *at = in(object);
    struct str key, rest = path;
    while (str_split(&rest, '.', &key) && rest.p != NULL) {
        json_t *inner = json_object_getn(at, key.p, key.n);
        if (!json_is_object(inner)) {
            inner = in(json_object_new());
            if (json_object_setn_new(at, key.p, key.n, inner) != 0)
                (void)out(NULL); /* out of memory: does not come back */
        }
        at = inner;
    }
    if (json_object_setn_new(at, key.p, key.n, in(value)) != 0)
        (void)out(NULL); /* out of memory: does not come back */
}

struct json *json_null_new(void)
{
    return out(json_null());
}

const char *json_kind(const struct json *value)
{
    switch (json_typeof(in(value))) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "list";
    case JSON_STRING:
        return "text";
    case JSON_INTEGER:
        return "number";
    case JSON_REAL:
        return "fraction";
    case JSON_NULL:
        return "null";
    default:
        return "boolean";
    }
}

const char *json_key_at(const struct json *object, size_t i)
{
    void *at = json_object_iter(in(object));
    for (; at != NULL && i > 0; i--)
        at = json_object_iter_next(in(object), at);
    return at != NULL ? json_object_iter_key(at) : NULL;
}
