/* GSM-7 and UCS-2 segments.  The tables are 3GPP TS 23.038's; Debian has no
 * C library that counts segments. */
#include "gateway/base/segment.h"

#include "gateway/base/utf8.h"

/* Non-ASCII characters of the default table, sorted by code point. */
static const uint16_t basic_beyond_ascii[] = {
    0x00A1, 0x00A3, 0x00A4, 0x00A5, 0x00A7, 0x00BF, 0x00C4, 0x00C5, 0x00C6, 0x00C7, 0x00C9, 0x00D1, 0x00D6,
    0x00D8, 0x00DC, 0x00DF, 0x00E0, 0x00E4, 0x00E5, 0x00E6, 0x00E8, 0x00E9, 0x00EC, 0x00F1, 0x00F2, 0x00F6,
    0x00F8, 0x00F9, 0x00FC, 0x0393, 0x0394, 0x0398, 0x039B, 0x039E, 0x03A0, 0x03A3, 0x03A6, 0x03A8, 0x03A9,
};

static unsigned ascii_septets(uint32_t c)
{
    if (c >= 0x20)
        switch (c) {
        case '`':
        case 0x7F:
            return 0;
        case '^':
        case '{':
        case '}':
        case '\\':
        case '[':
        case '~':
        case ']':
        case '|':
            return 2;
        default:
            return 1;
        }
    if (c == '\f')
        return 2;
    return c == '\n' || c == '\r' ? 1 : 0;
}

unsigned gsm7_septets(uint32_t c)
{
    if (c < 0x80)
        return ascii_septets(c);
    if (c == 0x20AC)
        return 2;
    size_t low = 0, high = sizeof basic_beyond_ascii / sizeof basic_beyond_ascii[0];
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (basic_beyond_ascii[mid] == c)
            return 1;
        if (basic_beyond_ascii[mid] < c)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}

const char *sms_encoding_name(enum sms_encoding encoding)
{
    return encoding == SMS_GSM7 ? "GSM-7" : "UCS-2";
}

/* The first character that GSM-7 lacks; empty when there is none. */
static struct str find_culprit(struct str text)
{
    while (text.n > 0) {
        struct str rest = text;
        uint32_t c = utf8_next(&rest);
        if (c == UTF8_BAD || gsm7_septets(c) == 0)
            return str_from(text.p, text.n - rest.n);
        text = rest;
    }
    return str_from(text.p, 0);
}

static unsigned units_of(uint32_t c, enum sms_encoding encoding)
{
    if (c == UTF8_BAD)
        return 1;
    return encoding == SMS_GSM7 ? gsm7_septets(c) : c > 0xFFFF ? 2 : 1;
}

enum sms_encoding sms_encoding(struct str text)
{
    return find_culprit(text).n > 0 ? SMS_UCS2 : SMS_GSM7;
}

struct sms_size sms_measure(struct str text)
{
    struct sms_size size = {.segments = 1, .culprit = find_culprit(text)};
    size.encoding = size.culprit.n > 0 ? SMS_UCS2 : SMS_GSM7;
    unsigned alone = size.encoding == SMS_GSM7 ? 160 : 70;
    unsigned each = size.encoding == SMS_GSM7 ? 153 : 67;
    unsigned in_segment = 0, segments = 1;

    while (text.n > 0) {
        unsigned u = units_of(utf8_next(&text), size.encoding);
        size.units += u;
        if (in_segment + u > each) {
            segments++;
            in_segment = 0;
        }
        in_segment += u;
    }
    if (size.units > alone)
        size.segments = segments;
    return size;
}

struct sms_share sms_share(struct str text)
{
    struct sms_share share = {0, 0, false};
    while (text.n > 0) {
        uint32_t c = utf8_next(&text);
        unsigned septets = share.beyond || c == UTF8_BAD ? 0 : gsm7_septets(c);
        share.beyond = septets == 0;
        share.septets += septets;
        share.units += units_of(c, SMS_UCS2);
    }
    return share;
}

bool sms_forces_ucs2(struct str text, struct str *character, size_t *place)
{
    *character = find_culprit(text);
    *place = 0;
    struct str before = str_from(text.p, character->n > 0 ? (size_t)(character->p - text.p) : 0);
    while (before.n > 0) {
        (void)utf8_next(&before); /* only counted */
        ++*place;
    }
    return character->n > 0;
}

/* The longest prefix of at most UNITS. */
static struct str prefix_of(struct str text, unsigned units, enum sms_encoding encoding)
{
    struct str rest = text;
    unsigned used = 0;
    while (rest.n > 0) {
        struct str next = rest;
        unsigned u = units_of(utf8_next(&next), encoding);
        if (used + u > units)
            break;
        used += u;
        rest = next;
    }
    return str_trim(str_from(text.p, text.n - rest.n));
}

struct str sms_cut(struct arena *arena, struct str text, unsigned units)
{
    struct sms_size size = sms_measure(text);
    if (size.units <= units)
        return text;
    unsigned dots = size.encoding == SMS_GSM7 ? 3 : 1;
    if (units < dots * 2 + 2)
        return prefix_of(text, units, size.encoding);
    struct str kept = prefix_of(text, units - dots, size.encoding);
    return str_printf(arena, "%.*s%s", STR_ARG(kept), size.encoding == SMS_GSM7 ? "..." : "…");
}
