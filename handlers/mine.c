/* mine: `تعهدات` — the sender's open pledges, the newest first. */
#include "gateway/base/segment.h"
#include "handlers/handlers.h"

const struct message_spec mine_messages[] = {
    {"mine.none", "", ROOM_ONE},
    {"mine.head", "", ROOM_PART},
    {"mine.line", "ref title amount", ROOM_PART},
    {"mine.more", "more", ROOM_PART},
    {NULL, NULL, ROOM_ONE},
};

enum { MINE_MOST = 32 };

static struct str line_of(const struct turn *t, const struct pledge *p)
{
    return turn_text(t, "mine.line",
                     FIELDS({"ref", say_number(t, p->reference)},
                            {"title", say_in(t, p->title_fa, p->title_en)},
                            {"amount", say_pledged(t, p->amount_rial, p->quantity, p->unit)}));
}

void handle_mine(struct turn *t)
{
    struct pledge open[MINE_MOST];
    size_t n = pledge_open(t->store, t->arena, &t->contact, open, MINE_MOST), shown = 0;
    if (n == 0) {
        turn_say(t, "mine.none", NULL, 0);
        return;
    }
    struct str text = turn_text(t, "mine.head", NULL, 0), best = text;
    for (size_t i = 0; i < n; i++) {
        text = str_printf(t->arena, "%.*s\n%.*s", STR_ARG(text), STR_ARG(line_of(t, &open[i])));
        struct str whole = text;
        if (i + 1 < n) {
            struct str more = turn_text(t, "mine.more", FIELDS({"more", say_count(t, (int64_t)(n - i - 1))}));
            whole = str_printf(t->arena, "%.*s\n%.*s", STR_ARG(text), STR_ARG(more));
        }
        if (shown > 0 && sms_measure(whole).segments > t->config->service.list_segments)
            break;
        best = whole;
        shown++;
    }
    turn_answer(t, best);
}
