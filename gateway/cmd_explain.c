/* explain and segments: one text in, one JSON object out; they need no
 * database. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/segment.h"
#include "gateway/cli.h"
#include "gateway/model/understand.h"

struct tool {
    struct grammar *grammar;
    const struct config *config;
};

static struct json *explain(const struct tool *tool, struct arena *arena, struct str text)
{
    const struct lexicon *lexicon = tool->config->texts->lexicon;
    struct command command = understand(tool->grammar, lexicon, tool->config->service.country.p, arena, text);
    return command_to_json(&command, lexicon, false);
}

static struct json *segments(const struct tool *tool, struct arena *arena, struct str text)
{
    (void)tool, (void)arena; /* explain's */
    struct sms_size size = sms_measure(text);
    struct json *json = json_object_new();
    json_put_str(json, "encoding", str_of(sms_encoding_name(size.encoding)));
    json_put_int(json, "units", size.units);
    json_put_int(json, "segments", size.segments);
    return json;
}

typedef struct json *(*tool_fn)(const struct tool *tool, struct arena *arena, struct str text);

static void one(const struct tool *tool, tool_fn fn, struct str text)
{
    struct arena *arena = arena_new(16 << 10);
    struct json *json = fn(tool, arena, text);
    cli_print(json_write(json, arena));
    cli_print(STR("\n"));
    json_free(json);
    arena_free(arena);
}

/* False when not all was read: memory, or the file itself. */
static bool line_by_line(const struct tool *tool, tool_fn fn)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) >= 0) {
        size_t length = (size_t)n;
        if (length > 0 && line[length - 1] == '\n')
            length--;
        one(tool, fn, str_from(line, length));
        if (fflush(stdout) != 0)
            break; /* who read us has gone, or the disk is full: main sees it too */
    }
    free(line);
    return feof(stdin) != 0;
}

static int run(struct cli *cli, const struct tool *tool, tool_fn fn)
{
    if (cli->n > 1)
        return cli_wrong_use(cli, "one text, in quotes");
    if (cli->n == 0 && !line_by_line(tool, fn)) {
        fprintf(stderr, "yavar: standard input could not be read to its end\n");
        return EXIT_FAULT;
    }
    if (cli->n == 1)
        one(tool, fn, str_of(cli->args[0]));
    return EXIT_FINE;
}

int cmd_explain(struct cli *cli)
{
    struct error e;
    struct config *config = cli_config(cli);
    struct tool tool = {grammar_new(&e), config};
    int code = EXIT_FAULT;
    if (tool.grammar == NULL)
        fprintf(stderr, "yavar: %s\n", e.text);
    else
        code = run(cli, &tool, explain);
    grammar_free(tool.grammar);
    config_drop(config);
    return code;
}

int cmd_segments(struct cli *cli)
{
    struct tool tool = {NULL, NULL};
    if (cli->config_file != NULL) /* not needed, but a named file must exist and be right */
        config_drop(cli_config(cli));
    return run(cli, &tool, segments);
}
