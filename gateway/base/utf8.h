/* UTF-8 and UTF-16BE, by hand: the hot path needs to know exactly where a
 * fault is and to go on behind it, which ICU's converters make costly.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_UTF8_H
#define YAVAR_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/str.h"

#define UTF8_BAD 0xFFFFFFFFu
#define UTF8_REPLACEMENT 0xFFFDu

/* Takes one code point off the front of *REST (which must not be empty).
 * UTF8_BAD for a byte that begins none (overlong forms, surrogates and what
 * is above U+10FFFF too); then one byte was taken. */
uint32_t utf8_next(struct str *rest);

/* Appends one code point. */
void utf8_add(struct sbuf *out, uint32_t code);

bool utf8_valid(struct str s);

/* Valid, and of one line that reads as it was written: no control characters,
 * and nothing that turns the direction of what stands behind it (U+202A to
 * U+202E, U+2066 to U+2069); plain marks of direction and joiners may stand. */
bool utf8_one_line(struct str s);

/* A copy in which every faulty byte is U+FFFD and NULs are dropped; *BAD is
 * set when a byte was faulty.  S itself when nothing had to change. */
struct str utf8_repair(struct arena *arena, struct str s, bool *bad);

/* The longest prefix of at most N bytes that ends between code points. */
struct str utf8_cut(struct str s, size_t n);

/* UTF-16BE bytes to UTF-8.  An unpaired surrogate or an odd last byte becomes
 * U+FFFD and sets *BAD. */
struct str utf8_from_utf16be(struct arena *arena, struct str bytes, bool *bad);

/* ISO-8859-1 bytes to UTF-8; NULs are dropped. */
struct str utf8_from_latin1(struct arena *arena, struct str bytes);

/* UTF-16 code units that S takes on the air. */
size_t utf8_units16(struct str s);

#endif
