/* JSON, by jansson: of four C parsers the only one that refused all hostile
 * input tried.  The only file that knows it.  Integers of 20 digits and more
 * are refused by it, so take such ids as text.
 *
 * Any thread; a struct json belongs to one. */
#ifndef YAVAR_BASE_JSON_H
#define YAVAR_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/str.h"

/* Once, in main, before any thread and any other call: its memory never lacks. */
void json_start(void);

struct json; /* owned by whoever made it; json_free */

struct json *json_object_new(void);
struct json *json_array_new(void);
struct json *json_string_new(struct str text);
void json_free(struct json *json); /* NULL is fine */

/* Faulty UTF-8 is repaired, NULs are dropped. Order of keys is kept. */
void json_put_str(struct json *object, const char *key, struct str value);
void json_put_int(struct json *object, const char *key, int64_t value);
void json_put_bool(struct json *object, const char *key, bool value);
void json_put(struct json *object, const char *key, struct json *value); /* takes VALUE */
void json_push(struct json *array, struct json *value);                  /* takes VALUE */

/* One line, UTF-8, in the arena. */
struct str json_write(const struct json *json, struct arena *arena);

struct json *json_read(struct str text, struct error *e) MUST_CHECK; /* NULL on a fault; at most 64 deep */
/* Absent or of another type: a NULL str, FALLBACK, NULL. What is given lives as long as the json. */
struct str json_str(const struct json *object, const char *key);
int64_t json_int(const struct json *object, const char *key, int64_t fallback);
bool json_flag(const struct json *object, const char *key); /* it is there and true */
bool json_has(const struct json *object, const char *key);
const struct json *json_get(const struct json *object, const char *key);
bool json_is_list(const struct json *value);
size_t json_count(const struct json *array);
const struct json *json_at(const struct json *array, size_t i);
struct str json_text(const struct json *value); /* of a string itself */

/* "2.14": of the jansson that runs, for yavar doctor. */
const char *json_library_version(void);

/* By a dotted path ("payload.response"), ASCII case ignored where no key is
 * the same; NULL: absent. */
const struct json *json_find(const struct json *object, struct str path);
/* A string, or a number or boolean as it would be written; "" for null.
 * False for an object or array. */
bool json_scalar(const struct json *value, struct arena *arena, struct str *text);
/* Puts VALUE (taken) at a dotted path, making the objects on the way. */
void json_put_at(struct json *object, struct str path, struct json *value);
struct json *json_copy_of(const struct json *value); /* owned by the caller; deep */
struct json *json_int_new(int64_t value);
struct json *json_bool_new(bool value);
struct json *json_null_new(void);
/* "object", "list", "text", "number" (a whole one), "fraction", "boolean", "null". */
const char *json_kind(const struct json *value);
const char *json_key_at(const struct json *object, size_t i); /* in their order; NULL: no more */

#endif
