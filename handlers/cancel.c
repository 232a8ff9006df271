/* cancel: `انصراف 48291761`, or alone: the only open pledge, else which. */
#include "gateway/base/segment.h"
#include "handlers/handlers.h"
#include "handlers/question.h"

const struct message_spec cancel_messages[] = {
    {"cancel.ok", "ref amount title", ROOM_ONE},
    {"cancel.ask", "ref amount title", ROOM_ONE},
    {"cancel.already", "ref", ROOM_ONE},
    {"cancel.late", "ref phone", ROOM_ONE},
    {"cancel.none", "", ROOM_ONE},
    {"cancel.which", "", ROOM_PART},
    {"cancel.which.line", "more ref title", ROOM_PART},
    {"ref.bad", "ref", ROOM_ONE},
    {"ref.unknown", "ref", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

static void say_pledge(struct turn *t, const char *key, const struct pledge *p, bool confirms)
{
    const struct text_field fields[] = {{"ref", say_number(t, p->reference)},
                                        {"amount", say_pledged(t, p->amount_rial, p->quantity, p->unit)},
                                        {"title", say_in(t, p->title_fa, p->title_en)}};
    if (confirms)
        turn_confirm(t, key, fields, 3);
    else
        turn_say(t, key, fields, 3);
}

static void cancel(struct turn *t, const struct pledge *p)
{
    if (t->command.guessed && !(t->asked & ASKED_GUESS)) {
        t->command.reference = p->reference;
        question_run(t, &t->command, ASKED_GUESS);
        say_pledge(t, "cancel.ask", p, false);
        return;
    }
    if (!pledge_cancel(t->store, p->id, turn_now(t))) {
        bool already = str_is(p->status, "cancelled") || str_is(p->status, "expired");
        struct str ref = say_number(t, p->reference);
        if (already)
            turn_say(t, "cancel.already", FIELDS({"ref", ref}));
        else
            turn_say(t, "cancel.late", FIELDS({"ref", ref}, {"phone", say_phone(t)}));
        return;
    }
    if (p->need != 0)
        need_release(t->store, p->need, p->quantity > 0 ? p->quantity : p->amount_rial, turn_now(t));
    if (p->campaign != 0) /* of one that was allotted both */
        campaign_pledge(t->store, p->campaign, -p->amount_rial);
    say_pledge(t, "cancel.ok", p, true);
}

static void ask_which(struct turn *t, const struct pledge *open, size_t n)
{
    struct question question = {.kind = QUESTION_PICK, .run = t->command, .asked = ASKED_GUESS};
    struct str text = turn_text(t, "cancel.which", NULL, 0);
    for (size_t i = 0; i < n && i < PICKS_MOST; i++) {
        struct str line = turn_text(t, "cancel.which.line",
                                    FIELDS({"more", say_number(t, (uint32_t)i + 1)},
                                           {"ref", say_number(t, open[i].reference)},
                                           {"title", say_in(t, open[i].title_fa, open[i].title_en)}));
        struct str longer = str_printf(t->arena, "%.*s\n%.*s", STR_ARG(text), STR_ARG(line));
        if (i > 0 && sms_measure(longer).segments > t->config->service.list_segments)
            break;
        text = longer;
        question.picks[question.pick_count++] = open[i].reference;
    }
    question_ask(t, &question);
    turn_answer(t, text);
}

void handle_cancel(struct turn *t)
{
    struct pledge open[PICKS_MOST + 1], pledge;
    if (t->command.problem == PROBLEM_BAD_REFERENCE) {
        turn_say(t, "ref.bad", FIELDS({"ref", t->command.typed}));
        return;
    }
    if (t->command.reference != 0) {
        /* Another's pledge is as unknown as one that is not there. */
        if (pledge_get(t->store, t->arena, t->command.reference, &pledge) && pledge.phone == t->contact.phone)
            cancel(t, &pledge);
        else
            turn_say(t, "ref.unknown", FIELDS({"ref", say_number(t, t->command.reference)}));
        return;
    }
    size_t n = pledge_open(t->store, t->arena, &t->contact, open, PICKS_MOST + 1);
    if (n == 0)
        turn_say(t, "cancel.none", NULL, 0);
    else if (n == 1)
        cancel(t, &open[0]);
    else
        ask_which(t, open, n);
}
