/* The outbox's state machine. */
#include "gateway/model/outbox_state.h"

const char *const send_result_names[SEND_RESULTS] = {"ok",      "retry",         "throttled", "permanent",
                                                     "blocked", "misconfigured", "bad_input", "uncertain"};
const char *const outbox_status_names[OUTBOX_STATUSES] = {"queued", "sending", "sent",      "delivered",
                                                          "failed", "expired", "uncertain", "held"};
const char *const lane_names[LANES] = {"code", "confirmation", "reminder", "broadcast"};
const char *const count_unit_names[] = {"rial", "item", "day"};
const char *const role_names[ROLES] = {"viewer", "reporter", "recruiter", "coordinator", "auditor", "admin"};

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* Doubles from RETRY_FIRST up to RETRY_MOST, then up to a quarter off at
 * random, so that messages that failed together do not come back together. */
static int64_t pause_ms(const struct outbox_rules *rules, int64_t attempts, uint32_t random)
{
    int64_t pause = rules->retry_first_ms;
    for (int64_t i = 1; i < attempts && pause < rules->retry_most_ms; i++)
        pause *= 2;
    if (pause > rules->retry_most_ms)
        pause = rules->retry_most_ms;
    return pause - pause / 4 * (int64_t)(random & 0xFF) / 255;
}

static struct outbox_move again(int64_t due_ms, int64_t now_ms, int64_t expires_ms)
{
    if (now_ms >= expires_ms)
        return (struct outbox_move){.status = OUTBOX_EXPIRED};
    return (struct outbox_move){.status = OUTBOX_QUEUED, .due_ms = due_ms < expires_ms ? due_ms : expires_ms};
}

struct outbox_move outbox_after_send(const struct outbox_rules *rules, enum send_result result,
                                     int64_t attempts, int64_t now_ms, int64_t expires_ms, uint32_t random,
                                     int64_t retry_after_ms)
{
    int64_t pause = pause_ms(rules, attempts, random);
    switch (result) {
    case SEND_OK:
        return (struct outbox_move){.status = OUTBOX_SENT};
    case SEND_PERMANENT:
    case SEND_BLOCKED:
    case SEND_BAD_INPUT:
        return (struct outbox_move){.status = OUTBOX_FAILED};
    case SEND_UNCERTAIN:
        return (struct outbox_move){.status = OUTBOX_UNCERTAIN, .due_ms = now_ms + rules->uncertain_wait_ms};
    case SEND_RETRY:
    case SEND_THROTTLED:
    case SEND_MISCONFIGURED:
    case SEND_RESULTS:
        break;
    }
    if (retry_after_ms > pause)
        pause = retry_after_ms;
    return again(now_ms + pause, now_ms, expires_ms);
}

struct outbox_move outbox_after_wait(enum lane lane, int64_t resends, int64_t now_ms, int64_t expires_ms)
{
    int64_t allowed = lane == LANE_CODE ? 1 : lane == LANE_CONFIRMATION ? 2 : 0;
    if (resends >= allowed)
        return (struct outbox_move){.status = OUTBOX_HELD};
    struct outbox_move move = again(now_ms, now_ms, expires_ms);
    move.may_be_double = move.resend = move.status == OUTBOX_QUEUED;
    return move;
}

struct outbox_move outbox_after_asking(enum send_result told, enum lane lane, int64_t resends, int64_t now_ms,
                                       int64_t expires_ms)
{
    if (told == SEND_OK)
        return (struct outbox_move){.status = OUTBOX_SENT};
    if (told == SEND_PERMANENT)
        return (struct outbox_move){.status = OUTBOX_FAILED};
    if (told == SEND_RETRY)
        return again(now_ms, now_ms, expires_ms);
    return outbox_after_wait(lane, resends, now_ms, expires_ms);
}

bool outbox_after_report(enum outbox_status from, enum report_state report, enum outbox_status *to)
{
    bool final = from == OUTBOX_DELIVERED || from == OUTBOX_FAILED;
    if (report == REPORT_DELIVERED) {
        *to = OUTBOX_DELIVERED;
        return from != OUTBOX_DELIVERED && from != OUTBOX_FAILED;
    }
    if (report == REPORT_FAILED) {
        *to = OUTBOX_FAILED;
        return !final;
    }
    *to = OUTBOX_SENT;
    return from == OUTBOX_SENDING || from == OUTBOX_UNCERTAIN || from == OUTBOX_QUEUED ||
           from == OUTBOX_HELD || from == OUTBOX_EXPIRED;
}

int64_t outbox_lifetime_ms(enum lane lane)
{
    static const int64_t lifetimes[LANES] = {10 * MINUTE_MS, 72LL * HOUR_MS, 24LL * HOUR_MS, 24LL * HOUR_MS};
    return lifetimes[lane];
}
