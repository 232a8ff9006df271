/* chat: the handlers from the terminal, as a phone would meet them, on a
 * private database in memory with the sample needs. */
#include "gateway/chat.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/base/segment.h"
#include "gateway/base/utf8.h"
#include "gateway/cli.h"
#include "gateway/import.h"
#include "handlers/dispatch.h"

enum { ANSWERS_MOST = 8 };

static bool add_campaign(struct chat *chat)
{
    struct campaign salamat = {.name_fa = STR("نذر سلامت"), .name_en = STR("Nazr-e Salamat")};
    int64_t id = campaign_add(chat->store, &salamat, clock_ms() / 1000);
    return id != 0 && campaign_word_add(chat->store, id, 0, STR("سلامت"), STR("سلامت")) &&
           campaign_word_add(chat->store, id, 1, STR("salamat"), STR("salamat"));
}

static bool fill(struct chat *chat, struct arena *arena, struct error *e)
{
    if (!store_begin(chat->store))
        return error_set(e, "%s", store_reason(chat->store));
    struct import_result r = import_needs(chat->store, chat->config, arena, clock_ms() / 1000,
                                          "samples/needs.csv", texts_builtin("samples/needs.csv"));
    if (r.faults.count > 0)
        return error_set(e, "%.*s", STR_ARG(sbuf_str(&r.faults.text)));
    if (!add_campaign(chat) || store_commit(chat->store) != STORE_DONE)
        return error_set(e, "%s", store_reason(chat->store));
    return true;
}

static void print_json(struct arena *arena, const struct outbound *m, const struct sms_size *size)
{
    struct json *json = json_object_new();
    json_put_str(json, "text", m->text);
    json_put_str(json, "encoding", str_of(sms_encoding_name(size->encoding)));
    json_put_int(json, "units", size->units);
    json_put_int(json, "segments", size->segments);
    printf("%.*s\n", STR_ARG(json_write(json, arena)));
    json_free(json);
}

static void print_bubble(const struct outbound *m, const struct sms_size *size)
{
    struct str rest = m->text, line;
    printf("   ╭── %s · %u units · %u segment%s\n", sms_encoding_name(size->encoding), size->units,
           size->segments, size->segments == 1 ? "" : "s");
    while (rest.p != NULL && str_split(&rest, '\n', &line))
        printf("   │ %.*s\n", STR_ARG(line));
    printf("   ╰──\n");
}

bool chat_show_sms(struct chat *chat, struct arena *arena)
{
    struct outbound *answers = arena_array(arena, struct outbound, ANSWERS_MOST);
    size_t n = outbox_page(chat->store, arena, chat->seen, answers, ANSWERS_MOST);
    for (size_t i = 0; i < n; i++) {
        struct sms_size size = sms_measure(answers[i].text);
        if (chat->pretty)
            print_bubble(&answers[i], &size);
        else
            print_json(arena, &answers[i], &size);
        chat->seen = answers[i].id;
    }
    if (store_failed(chat->store) != STORE_FINE) {
        fprintf(stderr, "yavar: %s\n", store_reason(chat->store));
        chat->failed = true;
    }
    return n > 0;
}

struct command chat_meaning(struct chat *chat, struct arena *arena, struct str text)
{
    return understand(chat->grammar, chat->config->texts->lexicon, chat->config->service.country.p, arena,
                      text);
}

void chat_done(struct chat *chat, bool done)
{
    if (done && store_commit(chat->store) == STORE_DONE)
        return;
    fprintf(stderr, "yavar: %s\n", store_reason(chat->store));
    store_rollback(chat->store);
    chat->failed = true;
}

void chat_text(struct chat *chat, struct arena *arena, struct str text)
{
    int64_t message = 0;
    struct inbound m = {.channel = STR("chat"), .sender = chat->phone};
    m.text = utf8_repair(arena, text, &m.unreadable);
    m.id = str_printf(arena, "%lld", (long long)++chat->count);
    struct command command = chat_meaning(chat, arena, m.text);
    chat_done(chat,
              store_begin(chat->store) && dispatch(chat->store, chat->config, chat->zone, arena, clock_ms(),
                                                   &m, &command, &message) != DISPATCH_ENGINE);
    if (!chat_show_sms(chat, arena))
        printf("%s\n", chat->pretty ? "   (no answer)" : "{}");
}

static void say(struct chat *chat, struct str line)
{
    struct arena *arena = arena_new(32 << 10);
    if (chat->ussd)
        chat_ussd(chat, arena, line);
    else
        chat_text(chat, arena, line);
    arena_free(arena);
}

static void greet(const struct chat *chat)
{
    static const char by_text[] =
        "You are a phone, %.*s. Try:  نذر 1007 500 هزار تومان   or   NEED ZANJAN   or   HELP\n"
        "Nothing here is kept. End with Ctrl-D.\n\n";
    printf(chat->ussd ? chat_ussd_greeting : by_text, STR_ARG(chat->phone));
}

static void converse(struct chat *chat)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    if (chat->pretty)
        greet(chat);
    for (;;) {
        if (chat->pretty)
            printf("› ");
        if (fflush(stdout) != 0 || (n = getline(&line, &room, stdin)) < 0)
            break;
        size_t length = (size_t)n;
        if (length > 0 && line[length - 1] == '\n')
            length--;
        if (length > 0 || !chat->pretty)
            say(chat, str_from(line, length));
    }
    if (chat->pretty)
        printf("\n");
    if (feof(stdin) == 0) {
        fprintf(stderr, "yavar: standard input could not be read to its end\n");
        chat->failed = true;
    }
    free(line);
}

int cmd_chat(struct cli *cli)
{
    struct error e;
    if (cli->n > 0)
        return cli_wrong_use(cli, "texts are typed, not given");
    struct config *config = cli_config(cli);
    struct chat chat = {.config = config, .pretty = isatty(STDIN_FILENO) == 1, .phone = STR("09120000000")};
    chat.ussd = cli_value(cli, "ussd") != NULL;
    if (cli_value(cli, "from") != NULL)
        chat.phone = str_of(cli_value(cli, "from"));
    log_quiet(true);
    chat.grammar = grammar_new(&e);
    chat.zone = chat.grammar != NULL ? zone_open(str_cstr(cli->arena, config->service.timezone), &e) : NULL;
    chat.store = chat.zone != NULL ? store_open(":memory:", STORE_MEMORY, &e) : NULL;
    bool ready = chat.store != NULL && fill(&chat, cli->arena, &e);
    if (ready)
        converse(&chat);
    else
        fprintf(stderr, "yavar: %s\n", e.text);
    store_close(chat.store);
    zone_close(chat.zone);
    grammar_free(chat.grammar);
    config_drop(config);
    return ready && !chat.failed ? EXIT_FINE : EXIT_FAULT;
}
