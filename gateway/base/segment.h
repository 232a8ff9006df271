/* How an SMS goes on the air: GSM-7 (3GPP TS 23.038) or UCS-2, and how many
 * segments it takes.  A segment alone holds 160 septets or 70 units; of a
 * longer text each holds 153 or 67 (a 6-octet UDH).  Neither an escape pair
 * nor a surrogate pair is ever cut.
 *
 * Any thread; pure. */
#ifndef YAVAR_BASE_SEGMENT_H
#define YAVAR_BASE_SEGMENT_H

#include <stdbool.h>

#include "gateway/base/str.h"

enum sms_encoding { SMS_GSM7, SMS_UCS2 };

struct sms_size {
    enum sms_encoding encoding;
    unsigned units;     /* septets or UTF-16 units */
    unsigned segments;  /* 1 for an empty text */
    struct str culprit; /* the first character that forced UCS-2; empty with GSM-7 */
};

struct sms_size sms_measure(struct str text);
enum sms_encoding sms_encoding(struct str text); /* that alone: of a Persian text one letter tells */

/* What a text takes of a page, for pages that are put together: of joined texts it adds up. */
struct sms_share {
    unsigned septets, units; /* septets count nothing once it is BEYOND GSM-7 */
    bool beyond;
};
struct sms_share sms_share(struct str text);

static inline struct sms_share sms_joined(struct sms_share a, struct sms_share b)
{
    return (struct sms_share){a.septets + b.septets, a.units + b.units, a.beyond || b.beyond};
}

/* True for a text that goes as UCS-2: the first CHARACTER that GSM-7 lacks, and
 * how many characters stand before it (of a Persian text, nearly all are). */
bool sms_forces_ucs2(struct str text, struct str *character, size_t *place);
const char *sms_encoding_name(enum sms_encoding encoding); /* "GSM-7", "UCS-2" */

/* Septets that a code point takes in GSM-7: 1, 2, or 0 where it has none. */
unsigned gsm7_septets(uint32_t code);

/* Cuts TEXT at a character so that it takes at most UNITS (septets when it is
 * all GSM-7, else UTF-16 units), with "…" ("..." in GSM-7) in place of the
 * rest only where at least half of the room is left for text. */
struct str sms_cut(struct arena *arena, struct str text, unsigned units);

#endif
