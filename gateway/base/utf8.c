/* UTF-8 by hand; why is said in utf8.h. */
#include "gateway/base/utf8.h"

#include "gateway/base/arena.h"

/* How many bytes the sequence that begins with LEAD has, and its lead's bits. */
static unsigned sequence_length(unsigned char lead, uint32_t *bits)
{
    if (lead < 0x80) {
        *bits = lead;
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        *bits = lead & 0x1Fu;
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        *bits = lead & 0x0Fu;
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        *bits = lead & 0x07u;
        return 4;
    }
    return 0;
}

uint32_t utf8_next(struct str *rest)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)rest->p;
    uint32_t code;
    unsigned n = sequence_length(p[0], &code);

    if (n == 0 || n > rest->n) {
        *rest = str_after(*rest, 1);
        return UTF8_BAD;
    }
    for (unsigned i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *rest = str_after(*rest, 1);
            return UTF8_BAD;
        }
        code = (code << 6) | (p[i] & 0x3Fu);
    }
    if (code < smallest[n] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        *rest = str_after(*rest, 1);
        return UTF8_BAD;
    }
    *rest = str_after(*rest, n);
    return code;
}

void utf8_add(struct sbuf *out, uint32_t c)
{
    if (c < 0x80) {
        sbuf_byte(out, (char)c);
        return;
    }
    if (c < 0x800) {
        sbuf_byte(out, (char)(0xC0 | (c >> 6)));
    } else {
        if (c < 0x10000) {
            sbuf_byte(out, (char)(0xE0 | (c >> 12)));
        } else {
            sbuf_byte(out, (char)(0xF0 | (c >> 18)));
            sbuf_byte(out, (char)(0x80 | ((c >> 12) & 0x3F)));
        }
        sbuf_byte(out, (char)(0x80 | ((c >> 6) & 0x3F)));
    }
    sbuf_byte(out, (char)(0x80 | (c & 0x3F)));
}

bool utf8_valid(struct str s)
{
    while (s.n > 0)
        if (utf8_next(&s) == UTF8_BAD)
            return false;
    return true;
}

bool utf8_one_line(struct str s)
{
    while (s.n > 0) {
        uint32_t c = utf8_next(&s);
        bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
        bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        if (c == UTF8_BAD || control || turns)
            return false;
    }
    return true;
}

struct str utf8_repair(struct arena *arena, struct str s, bool *bad)
{
    if (utf8_valid(s) && (s.n == 0 || memchr(s.p, 0, s.n) == NULL))
        return s;
    struct sbuf out = sbuf_in(arena);
    while (s.n > 0) {
        uint32_t c = utf8_next(&s);
        if (c == UTF8_BAD) {
            *bad = true;
            c = UTF8_REPLACEMENT;
        }
        if (c != 0)
            utf8_add(&out, c);
    }
    return sbuf_str(&out);
}

struct str utf8_cut(struct str s, size_t n)
{
    if (s.n <= n)
        return s;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_from(s.p, n);
}

static uint32_t unit_at(struct str bytes, size_t i)
{
    return ((uint32_t)(unsigned char)bytes.p[i] << 8) | (unsigned char)bytes.p[i + 1];
}

struct str utf8_from_utf16be(struct arena *arena, struct str bytes, bool *bad)
{
    struct sbuf out = sbuf_in(arena);
    size_t i = 0;
    for (; i + 1 < bytes.n; i += 2) {
        uint32_t c = unit_at(bytes, i);
        bool high = c >= 0xD800 && c <= 0xDBFF;
        uint32_t low = high && i + 3 < bytes.n ? unit_at(bytes, i + 2) : 0;
        if (high && low >= 0xDC00 && low <= 0xDFFF) {
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        } else if (c >= 0xD800 && c <= 0xDFFF) {
            c = UTF8_REPLACEMENT;
            *bad = true;
        }
        if (c != 0)
            utf8_add(&out, c);
    }
    if (i < bytes.n) {
        utf8_add(&out, UTF8_REPLACEMENT);
        *bad = true;
    }
    return sbuf_str(&out);
}

struct str utf8_from_latin1(struct arena *arena, struct str bytes)
{
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.p[i] != 0)
            utf8_add(&out, (unsigned char)bytes.p[i]);
    return sbuf_str(&out);
}

size_t utf8_units16(struct str s)
{
    size_t units = 0;
    while (s.n > 0) {
        uint32_t c = utf8_next(&s);
        units += c != UTF8_BAD && c > 0xFFFF ? 2 : 1;
    }
    return units;
}
