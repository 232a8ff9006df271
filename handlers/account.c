/* account: `حساب` — where and by when to pay the open pledge.  Also the text
 * that follows the confirmation of a pledge of money. */
#include "handlers/handlers.h"

const struct message_spec account_messages[] = {
    {"account.none", "", ROOM_ONE},
    {"account.nowhere", "phone ref", ROOM_ONE},
    {NULL, NULL, ROOM_ONE},
};

struct str pay_text(const struct turn *t, struct str pay_to, uint32_t reference, int64_t due_at)
{
    if (pay_to.n == 0)
        pay_to = t->config->service.pay_to;
    if (pay_to.n == 0)
        return STR("");
    return turn_text(
        t, "pledge.pay",
        FIELDS({"due", say_date(t, due_at)}, {"payto", pay_to}, {"ref", say_number(t, reference)}));
}

/* The pledge named, or the newest open one of money. */
static bool find_pledge(struct turn *t, struct pledge *pledge)
{
    struct pledge open[32];
    if (t->command.reference != 0)
        return pledge_get(t->store, t->arena, t->command.reference, pledge) &&
               pledge->phone == t->contact.phone && str_is(pledge->status, "pledged") &&
               pledge->amount_rial > 0;
    size_t n = pledge_open(t->store, t->arena, &t->contact, open, 32);
    for (size_t i = 0; i < n; i++)
        if (open[i].amount_rial > 0) {
            *pledge = open[i];
            return true;
        }
    return false;
}

void handle_account(struct turn *t)
{
    struct pledge pledge;
    if (t->command.problem == PROBLEM_BAD_REFERENCE) {
        turn_say(t, "ref.bad", FIELDS({"ref", t->command.typed}));
        return;
    }
    if (!find_pledge(t, &pledge)) {
        turn_say(t, "account.none", NULL, 0);
        return;
    }
    struct str text = pay_text(t, pledge.pay_to, pledge.reference, pledge.due_at);
    if (text.n > 0)
        turn_answer(t, text);
    else
        turn_say(t, "account.nowhere",
                 FIELDS({"phone", say_phone(t)}, {"ref", say_number(t, pledge.reference)}));
}
