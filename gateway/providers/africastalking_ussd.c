/* Africa's Talking USSD: a form a press, with all inputs so far joined by '*',
 * answered by "CON " or "END " and the page; and an event when it is over,
 * which may come minutes later.
 *
 * There is no number of a hop: the session with its whole input names one. */
#include "gateway/base/utf8.h"
#include "gateway/providers/africastalking.h"

static struct ussd_step *step_of(const struct channel *channel, struct africastalking_form *form)
{
    struct ussd_step *step = arena_new_of(form->arena, struct ussd_step);
    const struct http_pair *text = africastalking_find(form, "text");
    bool broken = form->bad;
    step->channel = channel->name;
    step->session = africastalking_field(form, "sessionId");
    step->phone = africastalking_phone(form, "phoneNumber");
    step->code = africastalking_field(form, "serviceCode");
    step->accumulated = true;
    step->over = text == NULL && africastalking_find(form, "status") != NULL;
    if (step->over) /* the event holds all inputs, too: the last may have come only with it */
        text = africastalking_find(form, "input");
    if (text != NULL) {
        step->input = utf8_repair(form->arena, text->value, &broken);
        step->unreadable = broken;
    }
    /* A code dialled with a suffix brings it at once, so that some input tells nothing. */
    step->first = step->over || step->input.n > 0 ? FIRST_UNKNOWN : FIRST_YES;
    bool known = step->session.n > 0 && (step->over || step->input.n > 0 || step->phone.n > 0);
    return known ? step : NULL;
}

void africastalking_step(const struct channel *channel, struct africastalking_form *form,
                         struct events *events)
{
    events->step = step_of(channel, form);
    events->bad_content = events->step == NULL || events->step->unreadable;
}

struct http_response africastalking_page(const struct channel *channel, const struct http_request *request,
                                         const struct ussd_page *page, struct arena *arena)
{
    struct http_response response = {.status = 200, .content_type = STR("text/plain; charset=utf-8")};
    if (page == NULL) {
        struct africastalking_form form = africastalking_form(request, arena);
        const struct ussd_step *step = step_of(channel, &form);
        if (step != NULL && step->over)
            return response; /* the event asks for nothing */
    }
    struct str text = page != NULL ? page->text : provider_sorry;
    bool last = page == NULL || page->last;
    response.body = str_printf(arena, "%s%.*s", last ? "END " : "CON ", STR_ARG(text));
    return response;
}
