/* See the header. */
#include "sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Dialled; volunteer, Zanjan, the second specialty, any time, consent, confirmed. */
static const char *const inputs[SESSION_STEPS] = {
    "", "3", "3%2A24", "3%2A24%2A2", "3%2A24%2A2%2A1", "3%2A24%2A2%2A1%2A1", "3%2A24%2A2%2A1%2A1%2A1"};

static const char begin[] = "sessionId=ATUid_", phone_name[] = "&phoneNumber=%2B989";

static bool form_init(struct session_form *form, const char *input, const char *host, const char *secret)
{
    char body[512];
    int n = snprintf(body, sizeof body,
                     "%s0000000000000000%s000000000&networkCode=99999&serviceCode=%%2A713%%23&text=%s", begin,
                     phone_name, input);
    FILE *out = open_memstream(&form->bytes, &form->n);
    if (!out)
        return false;
    (void)fprintf(out,
                  "POST /in/screen/ussd?secret=%s HTTP/1.1\r\nHost: %s\r\n"
                  "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n",
                  secret, host, n);
    form->id = (size_t)ftello(out) + strlen(begin);
    form->phone = form->id + 16 + strlen(phone_name);
    (void)fputs(body, out);
    return fclose(out) == 0;
}

static void join_queue(struct sessions *s, unsigned who)
{
    s->waiting[s->n_waiting++] = who;
}

static void start(struct sessions *s, unsigned who)
{
    s->all[who] = (struct session){.number = s->begun++};
}

bool sessions_init(struct sessions *s, unsigned at_once, const char *host, const char *secret, uint64_t seed)
{
    *s = (struct sessions){.n = at_once, .seed = seed, .dice = seed};
    s->all = calloc(at_once, sizeof *s->all);
    s->waiting = calloc(at_once, sizeof *s->waiting);
    bool sound = s->all && s->waiting;
    for (int i = 0; i < SESSION_STEPS && sound; i++)
        sound = form_init(&s->forms[i], inputs[i], host, secret);
    for (unsigned who = 0; who < at_once && sound; who++) {
        start(s, who);
        join_queue(s, who);
    }
    return sound;
}

static void put_digits(char *at, int n, uint64_t value)
{
    for (int i = n - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
}

/* Any of those who wait, not the longest: else all sessions would be at the same
 * step, and finish together. */
static unsigned leave_queue(struct sessions *s)
{
    unsigned chosen =
        (unsigned)((s->dice = s->dice * 6364136223846793005U + 1442695040888963407U) >> 33) % s->n_waiting;
    unsigned who = s->waiting[chosen];
    s->waiting[chosen] = s->waiting[--s->n_waiting];
    return who;
}

/* 7^10 shares no factor with 10^9, so no phone comes twice in 10^9 sessions. */
const struct session_form *sessions_next(struct sessions *s, unsigned *who)
{
    if (s->n_waiting == 0)
        return NULL;
    *who = leave_queue(s);
    const struct session *one = &s->all[*who];
    struct session_form *form = &s->forms[one->step];
    put_digits(form->bytes + form->id, 16, s->seed * 10000000000U + one->number);
    put_digits(form->bytes + form->phone, 9, (s->seed * 271828183U + one->number * 282475249U) % 1000000000U);
    return form;
}

bool sessions_answered(struct sessions *s, unsigned who, const char *body)
{
    struct session *one = &s->all[who];
    bool last = one->step == SESSION_STEPS - 1, sound = strncmp(body, last ? "END " : "CON ", 4) == 0;
    s->finished += last && sound;
    one->step++;
    if (last || !sound)
        start(s, who);
    join_queue(s, who);
    return sound;
}
