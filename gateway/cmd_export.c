/* export: whole tables as CSV, page by page by key, so that no read
 * transaction holds the write-ahead log and memory stays flat. */
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/cli.h"
#include "gateway/csv_rows.h"

enum { PAGE = 500 };

/* Writes a page behind AFTER; returns the last key, or 0 at the end. */
typedef int64_t page_fn(struct store *store, struct arena *arena, int64_t after, bool masked,
                        struct sbuf *out);

static int64_t needs_page(struct store *store, struct arena *arena, int64_t after, bool masked,
                          struct sbuf *out)
{
    struct need *rows = arena_array(arena, struct need, PAGE);
    size_t n = need_page(store, arena, (uint32_t)after, rows, PAGE);
    (void)masked; /* no phone in it */
    for (size_t i = 0; i < n; i++)
        csv_need(out, &rows[i], true);
    return n > 0 ? rows[n - 1].code : 0;
}

static int64_t pledges_page(struct store *store, struct arena *arena, int64_t after, bool masked,
                            struct sbuf *out)
{
    struct pledge *rows = arena_array(arena, struct pledge, PAGE);
    size_t n = pledge_page(store, arena, after, rows, PAGE);
    for (size_t i = 0; i < n; i++)
        csv_pledge(out, &rows[i], masked);
    return n > 0 ? rows[n - 1].id : 0;
}

static int64_t incoming_page(struct store *store, struct arena *arena, int64_t after, bool masked,
                             struct sbuf *out)
{
    struct inbox_row *rows = arena_array(arena, struct inbox_row, PAGE);
    size_t n = inbox_page(store, arena, false, after, rows, PAGE);
    for (size_t i = 0; i < n; i++)
        csv_incoming(out, &rows[i], masked);
    return n > 0 ? rows[n - 1].id : 0;
}

static int64_t outgoing_page(struct store *store, struct arena *arena, int64_t after, bool masked,
                             struct sbuf *out)
{
    struct outbound *rows = arena_array(arena, struct outbound, PAGE);
    size_t n = outbox_page(store, arena, after, rows, PAGE);
    for (size_t i = 0; i < n; i++)
        csv_outgoing(out, &rows[i], masked);
    return n > 0 ? rows[n - 1].id : 0;
}

static int64_t volunteers_page(struct store *store, struct arena *arena, int64_t after, bool masked,
                               struct sbuf *out)
{
    struct volunteer *rows = arena_array(arena, struct volunteer, PAGE);
    size_t n = volunteer_page(store, arena, after, rows, PAGE);
    for (size_t i = 0; i < n; i++)
        csv_volunteer(out, &rows[i], false, masked);
    return n > 0 ? rows[n - 1].id : 0;
}

static int64_t audits_page(struct store *store, struct arena *arena, int64_t after, bool masked,
                           struct sbuf *out)
{
    struct audit_row *rows = arena_array(arena, struct audit_row, PAGE);
    size_t n = audit_page(store, arena, after, rows, PAGE);
    for (size_t i = 0; i < n; i++)
        csv_audit(out, &rows[i], masked);
    return n > 0 ? rows[n - 1].id : 0;
}

static bool all_pages(struct store *store, page_fn *page, bool masked)
{
    for (int64_t after = 0;;) {
        struct arena *arena = arena_new(256 << 10);
        struct sbuf out = sbuf_in(arena);
        bool good = store_begin(store);
        after = good ? page(store, arena, after, masked, &out) : 0;
        good = good && store_failed(store) == STORE_FINE;
        store_rollback(store); /* it only read */
        cli_print(sbuf_str(&out));
        arena_free(arena);
        if (!good)
            fprintf(stderr, "yavar: %s\n", store_reason(store));
        if (!good || after == 0)
            return good;
    }
}

int cmd_export(struct cli *cli)
{
    static const struct {
        const char *name, *header;
        page_fn *pages[2];
    } tables[] = {
        {"needs", csv_need_header, {needs_page, NULL}},
        {"pledges", csv_pledge_header, {pledges_page, NULL}},
        {"messages", csv_message_header, {incoming_page, outgoing_page}},
        {"volunteers", csv_volunteer_header, {volunteers_page, NULL}},
        {"audit", csv_audit_header, {audits_page, NULL}},
    };
    enum { TABLES = sizeof tables / sizeof tables[0] };
    size_t t = 0;
    while (cli->n == 1 && t < TABLES && strcmp(cli->args[0], tables[t].name) != 0)
        t++;
    if (cli->n != 1 || t == TABLES)
        return cli_wrong_use(cli, "needs, pledges, messages, volunteers or audit");
    struct config *config = cli_config(cli);
    struct store *store = cli_reader(cli, config);
    bool masked = cli_value(cli, "masked") != NULL, good = true;
    cli_print(str_of(tables[t].header));
    for (int i = 0; i < 2 && good && tables[t].pages[i] != NULL; i++)
        good = all_pages(store, tables[t].pages[i], masked);
    store_close(store);
    config_drop(config);
    return good ? EXIT_FINE : EXIT_FAULT;
}
