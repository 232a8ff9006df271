/* Reading fields, escapes and header parameters with lengths, so that NULs
 * and flags without '=' survive (libevent loses both).
 *
 * Values point into what was handed in where nothing had to be decoded, else
 * into the arena. */
#include "gateway/base/http.h"

#include "gateway/base/arena.h"

struct str http_header(const struct http_pairs *headers, const char *name)
{
    struct str wanted = str_of(name);
    for (size_t i = 0; i < headers->n; i++)
        if (str_eq_nocase(headers->v[i].name, wanted))
            return headers->v[i].value;
    return (struct str){NULL, 0};
}

const struct http_pair *http_field(const struct http_pairs *fields, struct str name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (str_eq(fields->v[i].name, name))
            return &fields->v[i];
    return NULL;
}

static void mark(bool *broken)
{
    if (broken)
        *broken = true;
}

/* The value of a hex digit, or -1. */
static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool has(struct str s, char c)
{
    return s.n > 0 && memchr(s.p, c, s.n) != NULL;
}

struct str http_percent_decode(struct arena *arena, struct str raw, bool plus_is_space, bool *broken)
{
    if (!has(raw, '%') && !(plus_is_space && has(raw, '+')))
        return raw;
    char *out = arena_alloc(arena, raw.n);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            int high = raw.n - i > 2 ? hex(raw.p[i + 1]) : -1;
            int low = high >= 0 ? hex(raw.p[i + 2]) : -1;
            if (low >= 0) {
                c = (char)(unsigned char)(high * 16 + low);
                i += 2;
            } else {
                mark(broken);
            }
        }
        out[n++] = c;
    }
    return (struct str){out, n};
}

/* How many fields there can be, at most one more than HTTP_FIELDS_MOST. */
static size_t count_fields(struct str raw)
{
    struct str part;
    size_t n = 0;
    while (n <= HTTP_FIELDS_MOST && str_split(&raw, '&', &part))
        if (part.n > 0)
            n++;
    return n;
}

/* A field as it came: the name before the first '=', the value behind it. */
static struct http_pair cut_field(struct str part)
{
    const char *equals = memchr(part.p, '=', part.n);
    size_t name = equals != NULL ? (size_t)(equals - part.p) : part.n;
    return (struct http_pair){{part.p, name}, str_after(part, equals != NULL ? name + 1 : name)};
}

struct http_pairs http_parse_fields(struct arena *arena, struct str raw, bool *broken)
{
    struct http_pairs fields = {NULL, 0};
    size_t count = count_fields(raw);
    if (count > HTTP_FIELDS_MOST) {
        count = HTTP_FIELDS_MOST;
        mark(broken);
    }
    if (count == 0)
        return fields;
    fields.v = arena_array(arena, struct http_pair, count);
    struct str part;
    while (fields.n < count && str_split(&raw, '&', &part)) {
        if (part.n == 0)
            continue;
        struct http_pair came = cut_field(part), *pair = &fields.v[fields.n++];
        pair->name = http_percent_decode(arena, came.name, true, broken);
        pair->value = http_percent_decode(arena, came.value, true, broken);
    }
    return fields;
}

bool http_find_field(struct arena *arena, struct str raw, struct str name, struct str *value)
{
    struct str part;
    size_t n = 0;
    while (n < HTTP_FIELDS_MOST && str_split(&raw, '&', &part)) {
        if (part.n == 0)
            continue;
        struct http_pair came = cut_field(part);
        if (str_eq(http_percent_decode(arena, came.name, true, NULL), name)) {
            *value = http_percent_decode(arena, came.value, true, NULL);
            return true;
        }
        n++;
    }
    return false;
}

static bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void http_percent_encode(struct sbuf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    if (s.n == 0)
        return;
    char *to = sbuf_room(out, s.n * 3);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        if (unreserved(s.p[i])) {
            *to++ = s.p[i];
            continue;
        }
        *to++ = '%';
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    out->n = (size_t)(to - out->p);
}

const char *http_plain_target(struct str url)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~"; /* printable ASCII but '#' */
    size_t scheme = strncmp(url.p, "http://", 7) == 0 ? 7 : strncmp(url.p, "https://", 8) == 0 ? 8 : 0;
    const char *target = url.p + scheme + strcspn(url.p + scheme, "/?");
    if (scheme == 0 || *target != '/' || target == url.p + scheme || strstr(target, "/."))
        return NULL;
    return strspn(url.p, plain) == url.n ? target : NULL;
}

/* Cuts the part before the first ';' that stands outside quotes off *REST. */
static struct str next_param(struct str *rest)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < rest->n; i++) {
        if (quoted && rest->p[i] == '\\')
            i++;
        else if (rest->p[i] == '"')
            quoted = !quoted;
        else if (rest->p[i] == ';' && !quoted)
            break;
    }
    if (i > rest->n) /* a backslash was the last byte */
        i = rest->n;
    struct str part = {rest->p, i};
    *rest = str_after(*rest, i + 1);
    return part;
}

static struct str unquote(struct str s)
{
    if (s.n == 0 || s.p[0] != '"')
        return s;
    s = str_after(s, 1);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return (struct str){s.p, i};
    }
    return s; /* never closed: what there is */
}

struct str http_header_param(struct str value, const char *name)
{
    struct str rest = value;
    (void)next_param(&rest); /* the value itself */
    while (rest.n > 0) {
        struct str right = next_param(&rest), left;
        if (!has(right, '=') || !str_split(&right, '=', &left))
            continue;
        if (str_eq_nocase(str_trim(left), str_of(name)))
            return unquote(str_trim(right));
    }
    return (struct str){NULL, 0};
}

static const struct {
    int status;
    const char *words;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

const char *http_reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].words;
    return status >= 200 && status < 300 ? "OK" : "Unknown";
}
