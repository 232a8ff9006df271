/* See the header. */
#include "gateway/sources_out.h"

#include <stdio.h>

#include "gateway/base/json.h"
#include "gateway/base/phone.h"

void source_put_who(struct json *json, const char *key, int64_t phone, bool masked)
{
    char digits[24], mask[32];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)phone);
    if (phone > 0 && n > 0)
        phone_mask(digits, mask);
    json_put_str(json, key,
                 phone == 0  ? STR("operator")
                 : phone < 0 ? STR("forgotten")
                             : str_of(masked ? mask : digits));
}

void source_put_messages(struct json *json, const struct source_counts *counts)
{
    struct json *rows = json_object_new();
    for (int i = 0; i < OUTBOX_STATUSES; i++)
        json_put_int(rows, outbox_status_names[i], counts->by[i]);
    json_put(json, "messages", rows);
}

void source_put_left_out(struct json *json, const struct source_counts *counts, struct json *left)
{
    json_put_int(left, "stopped_later", counts->stopped); /* of those that failed */
    json_put_int(left, "cancelled", counts->cancelled);   /* likewise */
    json_put(json, "left_out", left);
}

uint32_t source_reference(struct str text)
{
    uint64_t number = 0;
    return str_to_u64(text, &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
}
