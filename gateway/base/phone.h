/* Phone numbers: E.164 digits without the plus.  By shape, not by allocation
 * table: tables refuse real prefixes (0995).  The shapes of Iran's lines and
 * mobiles are from the shared facts of providers, §5.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_PHONE_H
#define YAVAR_BASE_PHONE_H

#include "gateway/base/str.h"

enum phone_kind {
    PHONE_INVALID,
    PHONE_MOBILE,   /* of the home country */
    PHONE_LANDLINE, /* of the home country */
    PHONE_ABROAD,
    PHONE_LINE,  /* a service line or short code: kept as it is, never answered */
    PHONE_ALPHA, /* a name in place of a number: never answered */
};

struct phone {
    enum phone_kind kind;
    char digits[32]; /* NUL-terminated; for PHONE_ALPHA the name, cut */
};

/* COUNTRY is the home country's code, "98".  Blanks, dashes, brackets, bidi
 * marks and Persian or Arabic digits are fine. */
struct phone phone_parse(struct str s, const char *country);

/* Whether an SMS may be sent to it. */
bool phone_reachable(const struct phone *phone);

/* The same line, however the telecom writes it: bare, or behind the country
 * code with or without 00 or +. */
bool phone_same_line(struct str a, struct str b, const char *country);

/* "98912***1122", for logs. OUT holds 32. */
void phone_mask(const char *digits, char out[32]);

#endif
