/* chat --ussd: a phone with a small screen at the terminal.  It presses one
 * input at a time, as most gateways bring them; SMS come and go beside it. */
#include <stdio.h>

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/chat.h"
#include "handlers/flows.h"
#include "handlers/ussd.h"

enum { SCREEN = 22, SEPTETS = 182 };

const char chat_ussd_greeting[] =
    "You are a phone, %.*s. Dial  *0000#  or  *0000*1007#  and answer with digits.\n"
    "`drop` loses the network, `drop quietly` without a notice; dial again to go on.\n"
    "`sms TEXT` sends a text. Nothing here is kept. End with Ctrl-D.\n\n";

/* ---- the screen ---- */

static int64_t septets_of(const struct chat *chat)
{
    return chat->line != NULL ? chat->line->page : SEPTETS;
}

/* Columns that a character takes: none for marks and joiners. */
static unsigned columns(uint32_t code)
{
    bool mark = (code >= 0x300 && code <= 0x36F) || (code >= 0x64B && code <= 0x65F) || code == 0x670 ||
                (code >= 0x200B && code <= 0x200F) || (code >= 0x2060 && code <= 0x2069);
    return mark ? 0 : 1;
}

static unsigned width(struct str text)
{
    unsigned sum = 0;
    while (text.n > 0)
        sum += columns(utf8_next(&text));
    return sum;
}

/* What of TEXT fits into a row: up to a blank where there is one. */
static struct str row_of(struct str text)
{
    struct str rest = text, row = str_from(text.p, 0);
    unsigned used = 0;
    while (rest.n > 0) {
        bool blank = *rest.p == ' ';
        struct str before = str_from(text.p, text.n - rest.n);
        used += columns(utf8_next(&rest));
        if (blank)
            row = before;
        if (used > SCREEN)
            return row.n > 0 ? row : before;
    }
    return text;
}

static void print_row(struct str row)
{
    printf("   │ %.*s%*s │\n", STR_ARG(row), (int)(SCREEN - width(row)), "");
}

static void print_edge(const char *left, const char *right)
{
    printf("   %s", left);
    for (int i = 0; i < SCREEN + 2; i++)
        printf("─");
    printf("%s\n", right);
}

static void print_screen(struct str page, bool last, const struct sms_size *size, int left)
{
    struct str rest = page, line;
    print_edge("┌", "┐");
    while (rest.p != NULL && str_split(&rest, '\n', &line))
        do {
            struct str row = row_of(line);
            print_row(row);
            line = str_trim(str_after(line, row.n));
        } while (line.n > 0);
    print_edge("└", "┘");
    printf("   %s · %u units, %d left%s\n", sms_encoding_name(size->encoding), size->units, left,
           last ? " · closed" : "");
}

static void print_page(struct arena *arena, struct str page, bool last, const struct sms_size *size, int left)
{
    struct json *json = json_object_new();
    json_put_str(json, "page", page);
    json_put_bool(json, "last", last);
    json_put_str(json, "encoding", str_of(sms_encoding_name(size->encoding)));
    json_put_int(json, "units", size->units);
    json_put_int(json, "left", left);
    printf("%.*s\n", STR_ARG(json_write(json, arena)));
    json_free(json);
}

static void show(const struct chat *chat, struct arena *arena, const struct ussd_shown *shown)
{
    struct sms_size size = sms_measure(shown->text);
    int left = (int)page_room(septets_of(chat), size.encoding) - (int)size.units;
    if (chat->pretty)
        print_screen(shown->text, shown->last, &size, left);
    else
        print_page(arena, shown->text, shown->last, &size, left);
}

static void show_nothing(const struct chat *chat, const char *why)
{
    printf("%s\n", chat->pretty ? why : "{}");
}

/* ---- a step ---- */

/* The input's last part, for questions that a handler asks. */
static struct str last_part(struct str input)
{
    while (input.n > 0 && input.p[input.n - 1] == '#')
        input.n--;
    size_t from = input.n;
    while (from > 0 && input.p[from - 1] != '*')
        from--;
    return str_after(input, from);
}

static void step(struct chat *chat, struct arena *arena, struct ussd_step *s)
{
    struct ussd_shown shown = {.none = true};
    s->channel = chat->line != NULL ? chat->line->name : STR("chat");
    s->session = str_printf(arena, "chat-%lld", (long long)chat->dialled);
    s->phone = chat->phone;
    s->code = str_of(chat->code);
    s->hop = str_printf(arena, "%lld", (long long)++chat->count);
    struct command command = chat_meaning(chat, arena, last_part(s->input));
    chat_done(chat, store_begin(chat->store) &&
                        dispatch_step(chat->store, chat->config, chat->zone, arena, clock_ms(), s, &command,
                                      STR("chat"), septets_of(chat), &shown) != DISPATCH_ENGINE);
    if (!shown.none)
        show(chat, arena, &shown);
    chat->open = !shown.none && !shown.last;
    if (!chat_show_sms(chat, arena) && shown.none)
        show_nothing(chat, "   (nothing)");
}

static void press(struct chat *chat, struct arena *arena, struct str input)
{
    struct ussd_step s = {.input = input, .first = FIRST_NO};
    if (!chat->open) {
        show_nothing(chat, "   (no session: dial *0000#)");
        return;
    }
    s.input = utf8_repair(arena, input, &s.unreadable);
    step(chat, arena, &s);
}

/* ---- dialling ---- */

/* Marks and digits, which begin with a mark: nobody's answer looks so. */
static bool is_dialled(struct str line)
{
    bool digit = false;
    for (size_t i = 0; i < line.n; i++) {
        if (strchr("0123456789*#", line.p[i]) == NULL || line.p[i] == '\0')
            return false;
        digit = digit || (line.p[i] >= '0' && line.p[i] <= '9');
    }
    return digit && (line.p[0] == '*' || line.p[0] == '#');
}

/* Without the hash behind it. */
static struct str bare(struct str code)
{
    return code.n > 0 && code.p[code.n - 1] == '#' ? str_from(code.p, code.n - 1) : code;
}

static bool goes_to(struct str dialled, struct str dial)
{
    struct str code = bare(dial);
    return code.n > 0 && str_starts(dialled, code) &&
           (dialled.n == code.n || dialled.p[code.n] == '*' || dialled.p[code.n] == '#');
}

/* `*0000*3#` goes to 0000; `#3*0000*` is the same as right-to-left text shows it. */
static void find_code(struct chat *chat, struct str dialled)
{
    struct str rest = dialled, part, code = STR("");
    chat->line = NULL;
    for (size_t i = 0; i < chat->config->channel_count && chat->line == NULL; i++)
        if (goes_to(dialled, chat->config->channels[i].dial))
            chat->line = &chat->config->channels[i];
    while (chat->line == NULL && rest.p != NULL && str_split(&rest, '*', &part)) {
        struct str digits = bare(part);
        bool is_digits = digits.n > 0 && memchr(digits.p, '#', digits.n) == NULL;
        if (is_digits && (code.n == 0 || dialled.p[0] == '#'))
            code = digits; /* the first, or of what was turned round the last */
    }
    if (chat->line != NULL)
        snprintf(chat->code, sizeof chat->code, "%.*s", STR_ARG(chat->line->dial));
    else
        snprintf(chat->code, sizeof chat->code, "*%.*s#", STR_ARG(code));
}

static void dial(struct chat *chat, struct arena *arena, struct str dialled)
{
    struct ussd_step s = {.input = dialled, .first = FIRST_YES};
    find_code(chat, dialled);
    chat->dialled++;
    step(chat, arena, &s);
}

static void drop(struct chat *chat, struct arena *arena, bool quietly)
{
    struct ussd_step s = {.over = true};
    bool was_open = chat->open;
    chat->open = false;
    if (was_open && !quietly)
        step(chat, arena, &s);
    else
        show_nothing(chat, was_open ? "   (the network is gone)" : "   (no session)");
}

void chat_ussd(struct chat *chat, struct arena *arena, struct str line)
{
    struct str typed = str_trim(line);
    if (is_dialled(typed))
        dial(chat, arena, typed);
    else if (str_is(typed, "drop") || str_is(typed, "drop quietly"))
        drop(chat, arena, str_is(typed, "drop quietly"));
    else if (str_starts(typed, STR("sms ")))
        chat_text(chat, arena, str_trim(str_after(typed, 4)));
    else
        press(chat, arena, line);
}
