/* USSD through Kannel: an SMPP link whose TLVs come as meta-data
 * ("?smpp?ussd_service_op=1&its_session_info=4660&"), each press a message of
 * an sms-service.  The page is that request's answer; its own meta-data says
 * whether the session stays open (2) or ends (17).  Kannel takes X-Kannel-*
 * headers of an answer only with accept-x-kannel-headers = true. */
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/providers/kannel.h"

enum { FIELD_MOST = 200 };
enum operation {
    OPERATION_PSSD = 0,      /* dialled, by the older procedure */
    OPERATION_PSSR = 1,      /* dialled */
    OPERATION_ASK = 2,       /* ours: a page that waits */
    OPERATION_END = 17,      /* ours: the last page */
    OPERATION_ANSWER = 18,   /* pressed */
    OPERATION_NOTICED = 19,  /* a notice was shown; nothing is due */
    OPERATION_VENDOR = 32,   /* from here on: aborts, as 129 */
    OPERATION_UNKNOWN = 256, /* it does not say */
};

struct meta {
    enum operation operation;
    struct str session; /* its_session_info as it came */
};

/* "0x81" or "129", a byte. */
static enum operation operation_of(struct str text)
{
    uint64_t number = 0;
    bool hex = str_starts(text, STR("0x")) || str_starts(text, STR("0X"));
    if (!hex)
        return str_to_u64(text, &number) && number < 256 ? (enum operation)number : OPERATION_UNKNOWN;
    for (size_t i = 2; i < text.n && number < 256; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF", *at = memchr(digits, text.p[i], 32);
        number = at != NULL ? number * 16 + (uint64_t)(at - digits) % 16 : 256;
    }
    return text.n > 2 && number < 256 ? (enum operation)number : OPERATION_UNKNOWN;
}

/* The pairs of the group smpp: "?orig-smpp?a=b&?smpp?ussd_service_op=1&…". */
static struct meta meta_of(const struct channel *channel, const struct http_request *request,
                           struct arena *arena)
{
    const struct kannel *own = channel->own;
    struct str rest, name, pairs;
    struct meta meta = {OPERATION_UNKNOWN, STR("")};
    if (!http_find_field(arena, request->query, own->field_meta, &rest))
        rest = str_trim(http_header(&request->headers, "X-Kannel-Meta-Data"));
    if (rest.p == NULL || !str_split(&rest, '?', &name)) /* what stands before the first group */
        return meta;
    while (rest.p != NULL && str_split(&rest, '?', &name) && rest.p != NULL &&
           str_split(&rest, '?', &pairs)) {
        struct http_pairs tlvs = http_parse_fields(arena, pairs, NULL);
        const struct http_pair *operation = http_field(&tlvs, STR("ussd_service_op")),
                               *session = http_field(&tlvs, STR("its_session_info"));
        if (!str_eq_nocase(str_trim(name), STR("smpp")))
            continue;
        if (operation != NULL)
            meta.operation = operation_of(str_trim(operation->value));
        if (session != NULL)
            meta.session = provider_clean(arena, session->value, FIELD_MOST, NULL);
    }
    return meta;
}

/* By SMPP its first byte numbers the session and the second counts its steps,
 * so only the first stays the same; the phone tells apart those of others. */
static struct str session_of(const struct meta *meta, struct arena *arena)
{
    uint64_t number;
    return str_to_u64(meta->session, &number) && number <= 0xFFFF
               ? str_printf(arena, "%llu", (unsigned long long)(number >> 8))
               : meta->session;
}

bool kannel_is_ussd(const struct channel *channel, const struct http_request *request, struct arena *arena)
{
    return meta_of(channel, request, arena).operation != OPERATION_UNKNOWN;
}

static bool is_over(enum operation operation)
{
    return operation == OPERATION_NOTICED || (operation >= OPERATION_VENDOR && operation < OPERATION_UNKNOWN);
}

void kannel_step(const struct channel *channel, const struct http_request *request, struct events *events,
                 struct arena *arena)
{
    const struct inbound *m = &events->messages[0];
    struct meta meta = meta_of(channel, request, arena);
    struct ussd_step *step = arena_new_of(arena, struct ussd_step);
    struct str session = session_of(&meta, arena);
    step->channel = channel->name;
    step->phone = m->sender;
    step->code = m->line;
    step->session =
        session.n > 0 ? str_printf(arena, "%.*s/%.*s", STR_ARG(m->sender), STR_ARG(session)) : session;
    step->over = is_over(meta.operation);
    if (!step->over) {
        bool dialled = meta.operation == OPERATION_PSSD || meta.operation == OPERATION_PSSR;
        step->first = dialled ? FIRST_YES : meta.operation == OPERATION_ANSWER ? FIRST_NO : FIRST_UNKNOWN;
        step->input = m->text;
        step->hop = m->id;
        step->unreadable = m->unreadable;
    }
    *events = (struct events){.step = step->phone.n > 0 ? step : NULL};
    events->bad_content = events->step == NULL || step->unreadable;
}

struct http_response kannel_page(const struct channel *channel, const struct http_request *request,
                                 const struct ussd_page *page, struct arena *arena)
{
    struct meta meta = meta_of(channel, request, arena);
    struct http_response response = {.status = 200, .content_type = STR("text/plain; charset=UTF-8")};
    if (page == NULL && is_over(meta.operation))
        return response; /* `omit-empty = true` keeps Kannel quiet */
    struct sbuf tlvs = sbuf_in(arena);
    response.body = page != NULL ? page->text : provider_sorry;
    bool last = page == NULL || page->last, ucs2 = sms_encoding(response.body) == SMS_UCS2;
    sbuf_printf(&tlvs, "?smpp?ussd_service_op=%d", last ? OPERATION_END : OPERATION_ASK);
    if (meta.session.n > 0) {
        sbuf_add(&tlvs, STR("&its_session_info="));
        http_percent_encode(&tlvs, meta.session);
    }
    response.headers = (struct http_pairs){arena_array(arena, struct http_pair, 2), 2};
    response.headers.v[0] = (struct http_pair){STR("X-Kannel-Meta-Data"), sbuf_str(&tlvs)};
    response.headers.v[1] = (struct http_pair){STR("X-Kannel-Coding"), ucs2 ? STR("2") : STR("0")};
    return response;
}
