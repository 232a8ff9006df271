/* Infobip USSD: POST …/session/ID/start and …/response, PUT or POST …/end, GET
 * …/status; the session stands in the path, the last input in the body.
 * Whatever is wrong is answered 200, with a code inside. */
#include "gateway/base/utf8.h"
#include "gateway/providers/infobip.h"

enum phase { PHASE_START, PHASE_RESPONSE, PHASE_END, PHASE_STATUS, PHASE_NONE };

static enum phase phase_of(const struct http_request *request, struct arena *arena, struct str *session)
{
    static const char *const names[] = {"start", "response", "end", "status"};
    struct str phase = provider_path_part(arena, request, 3);
    *session = provider_clean(arena, provider_path_part(arena, request, 2), 200, NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq_nocase(phase, str_of(names[i])) && session->n > 0 &&
            str_is(provider_path_part(arena, request, 1), "session"))
            return (enum phase)i;
    return PHASE_NONE;
}

static struct ussd_step *pressed(const struct json *json, struct ussd_step *step, struct arena *arena)
{
    const struct json *text = json_get(json, "text");
    step->phone = infobip_field(json, "msisdn", arena);
    step->code = infobip_field(json, "shortCode", arena);
    step->unreadable = text != NULL && !json_scalar(text, arena, &step->input);
    step->input = utf8_repair(arena, step->input, &step->unreadable);
    bool lost = json == NULL || (step->first == FIRST_YES && step->phone.n == 0);
    return lost ? NULL : step;
}

void infobip_step(const struct channel *channel, const struct http_request *request, struct events *events,
                  struct arena *arena)
{
    struct ussd_step *step = arena_new_of(arena, struct ussd_step);
    struct error e;
    enum phase phase = phase_of(request, arena, &step->session);
    if (phase == PHASE_STATUS)
        return; /* it only asks whether we are there */
    step->channel = channel->name;
    step->over = phase == PHASE_END;
    step->first = phase == PHASE_START ? FIRST_YES : phase == PHASE_RESPONSE ? FIRST_NO : FIRST_UNKNOWN;
    struct json *json = step->over ? NULL : json_read(request->body, &e);
    if (phase == PHASE_START || phase == PHASE_RESPONSE)
        step = pressed(json, step, arena);
    events->step = phase == PHASE_NONE ? NULL : step;
    events->bad_content = events->step == NULL || step->unreadable;
    json_free(json);
}

struct http_response infobip_page(const struct channel *channel, const struct http_request *request,
                                  const struct ussd_page *page, struct arena *arena)
{
    struct json *body = json_object_new();
    struct str session;
    enum phase phase = phase_of(request, arena, &session);
    bool known = page != NULL || phase == PHASE_END || phase == PHASE_STATUS;
    (void)channel; /* the request alone tells */
    if (page == NULL &&
        phase == PHASE_STATUS) { /* the rows of sessions are elsewhere; "no" could close one */
        json_put_bool(body, "sessionActive", true);
    } else if (page != NULL || phase != PHASE_END) {
        json_put_str(body, "ussdMenu", page != NULL ? page->text : provider_sorry);
        json_put_bool(body, "shouldClose", page == NULL || page->last);
    }
    json_put_int(body, "responseExitCode", known ? 200 : 400);
    json_put_str(body, "responseMessage", known ? STR("") : STR("the request could not be read"));
    struct http_response response = {
        .status = 200, .content_type = STR("application/json"), .body = json_write(body, arena)};
    json_free(body);
    return response;
}
