/* The other ceiling of inbound: the same pledges, the same handlers and
 * statements, the same worker with the same group commit, and no HTTP.
 *
 *     statements -c yavar.ini -f CODES [-n AT_ONCE] [-s SECONDS] [-S SEED] [-r PLEDGES]
 *
 * AT_ONCE messages, parsed and understood beforehand, are with the store's
 * thread all the time, as if so many connections waited: as one is committed the
 * next is submitted, so that batches form as they do in `yavar serve`.  The
 * database is the one that yavar.ini names, set up by `yavar import needs`.
 * One JSON object, as `load` prints it, and how many pledges a commit took.
 *
 * With -r so many pledges are run AT_ONCE a commit on one thread, for callgrind,
 * under which the worker's ten milliseconds would end a batch after three.
 *
 * The loop thread owns the flights; a flight's arena lives from submit to done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/common.h"
#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/base/json.h"
#include "gateway/cli.h"
#include "gateway/gateway.h"
#include "handlers/dispatch.h"

enum { CODES_MOST = 1000, TEXTS = 4096, REQUEST_ARENA = 4096, JOBS_MOST = 256 };

struct text {
    struct str text;
    struct command command;
};

struct bench {
    struct config *config;
    struct database database;
    struct loop *loop;
    struct worker *worker;
    struct text *texts;
    uint64_t seed, made, ok, failed, until;
    unsigned flying;
    struct tally tally;
};

struct flight {
    struct job job; /* first: a job is a flight */
    struct bench *bench;
    struct arena *arena;
    struct inbound message;
    const struct command *command;
    enum dispatch_outcome outcome;
    uint64_t began;
};

/* ---- as cmd_serve.c has it ---- */

static struct store *store_of(void *db)
{
    return ((struct database *)db)->store;
}

static bool begin(void *db)
{
    return store_begin(store_of(db));
}

static enum job_outcome commit(void *db)
{
    enum store_commit outcome = store_commit(store_of(db));
    return outcome == STORE_DONE ? JOB_DONE : outcome == STORE_UNKNOWN ? JOB_UNKNOWN : JOB_NOT_DONE;
}

static void rollback(void *db)
{
    store_rollback(store_of(db));
}

static bool lost(void *db)
{
    return store_failed(store_of(db)) != STORE_FINE;
}

/* ---- a pledge ---- */

static void run(struct job *job, void *db)
{
    struct flight *f = (struct flight *)job;
    struct database *database = db;
    int64_t id;
    f->outcome = dispatch(database->store, f->bench->config, database->zone, f->arena, clock_ms(),
                          &f->message, f->command, &id);
}

static void count(struct flight *f, enum job_outcome outcome)
{
    struct bench *b = f->bench;
    bool fine = outcome == JOB_DONE && f->outcome == DISPATCH_OK;
    b->ok += fine;
    b->failed += !fine;
    tally_add(&b->tally, (now_ns() - f->began) / 1000);
    arena_free(f->arena);
}

static void submit(struct bench *b);

static void done(struct job *job, enum job_outcome outcome)
{
    struct flight *f = (struct flight *)job;
    struct bench *b = f->bench;
    count(f, outcome);
    b->flying--;
    if (now_ns() < b->until)
        submit(b);
    else if (b->flying == 0)
        loop_stop(b->loop);
}

/* 7^10 shares no factor with 10^9: no phone comes twice in 10^9. */
static struct flight *next_flight(struct bench *b)
{
    struct arena *arena = arena_new(REQUEST_ARENA);
    struct flight *f = arena_new_of(arena, struct flight);
    uint64_t n = b->made++;
    const struct text *text = &b->texts[n % TEXTS];
    *f = (struct flight){.job = {.rank = JOB_INBOUND, .run = run, .done = done},
                         .bench = b,
                         .arena = arena,
                         .command = &text->command,
                         .began = now_ns()};
    f->message = (struct inbound){
        .channel = STR("bench"),
        .sender = str_printf(arena, "989%09lu", (b->seed * 271828183U + n * 282475249U) % 1000000000U),
        .line = STR("200012"),
        .text = text->text,
        .id = str_printf(arena, "%08lx-0000-4000-8000-%012lx", b->seed, n)};
    return f;
}

static void submit(struct bench *b)
{
    struct flight *f = next_flight(b);
    b->flying++;
    if (!worker_submit(b->worker, &f->job))
        die("the worker takes nothing more");
}

/* Not inlined: callgrind is asked for it by name. */
static __attribute__((noinline)) void run_here(struct bench *b, uint64_t pledges, size_t at_once)
{
    struct flight *batch[JOBS_MOST];
    while (b->made < pledges) {
        size_t n = 0;
        if (!begin(&b->database))
            die(store_reason(b->database.store));
        for (; n < at_once && n < JOBS_MOST && b->made < pledges; n++) {
            batch[n] = next_flight(b);
            run(&batch[n]->job, &b->database);
        }
        enum job_outcome outcome = commit(&b->database);
        for (size_t i = 0; i < n; i++)
            count(batch[i], outcome);
    }
}

/* ---- the world ---- */

static void read_texts(struct bench *b, struct arena *arena, const char *file)
{
    struct error e = {""};
    struct grammar *grammar = grammar_new(&e);
    unsigned codes[CODES_MOST], n = 0;
    FILE *in = fopen(file, "r");
    while (in && n < CODES_MOST && fscanf(in, "%9u", &codes[n]) == 1)
        n++;
    if (!in || n == 0 || !grammar || fclose(in) != 0)
        die(file);
    b->texts = arena_array(arena, struct text, TEXTS);
    for (unsigned i = 0; i < TEXTS; i++) {
        struct text *t = &b->texts[i];
        t->text = str_printf(arena, "نذر %u %u هزار تومان", codes[i % n], 100 + i * 7919 % 900);
        t->command =
            understand(grammar, b->config->texts->lexicon, b->config->service.country.p, arena, t->text);
    }
    grammar_free(grammar);
}

static void woken(void *ctx)
{
    worker_deliver(((struct bench *)ctx)->worker);
}

static void open_world(struct bench *b, struct cli *cli, size_t at_once)
{
    static const struct worker_ops ops = {begin, commit, rollback, lost, JOBS_MOST, NULL};
    struct error e = {""};
    json_start();
    if (!crypto_start(&e) || !icu_start(&e))
        die(e.text);
    b->config = cli_config(cli);
    b->database.zone = zone_open(b->config->service.timezone.p, &e);
    b->database.store = b->database.zone
                            ? store_open(str_cstr(cli->arena, b->config->service.database), STORE_WRITER, &e)
                            : NULL;
    b->loop = b->database.store ? loop_new(&e) : NULL;
    b->worker = b->loop ? worker_start(b->loop, "statements", &ops, &b->database, at_once, &e) : NULL;
    if (!b->worker)
        die(e.text);
    loop_on_wake(b->loop, woken, b);
}

static void print(struct bench *b, double seconds)
{
    struct worker_figures figures;
    worker_figures(b->worker, &figures);
    (void)printf("{\"ok\": %lu, \"other\": {}, \"errors\": %lu, \"seconds\": %.3f, \"per_second\": %.0f, ",
                 b->ok, b->failed, seconds, (double)b->ok / seconds);
    (void)printf("\"jobs_a_commit\": %.1f, \"cpu_seconds\": %.3f, ",
                 (double)figures.jobs / (double)(figures.commits ? figures.commits : 1), cpu_seconds());
    tally_print(&b->tally);
    (void)puts("}");
}

int main(int argc, char **argv)
{
    struct bench b = {.seed = 1};
    struct cli cli = {.arena = arena_new(64 << 10)};
    const char *codes = NULL;
    double seconds = 5;
    size_t at_once = 64;
    uint64_t limit = 0;
    for (int option; (option = getopt(argc, argv, "c:f:n:r:s:S:")) != -1;) {
        if (option == 'c')
            cli.config_file = optarg;
        else if (option == 'f')
            codes = optarg;
        else if (option == 'n')
            at_once = strtoul(optarg, NULL, 10);
        else if (option == 'r')
            limit = strtoul(optarg, NULL, 10);
        else if (option == 's')
            seconds = strtod(optarg, NULL);
        else if (option == 'S')
            b.seed = strtoul(optarg, NULL, 10);
    }
    if (!cli.config_file || !codes || optind != argc || at_once - 1 >= 100000 ||
        !(seconds > 0 && seconds < 1e5)) {
        (void)fputs("usage: statements -c FILE -f CODES [-n AT_ONCE] [-s SECONDS] [-S SEED] [-r PLEDGES]\n",
                    stderr);
        return 64;
    }
    tally_init(&b.tally);
    open_world(&b, &cli, at_once);
    read_texts(&b, cli.arena, codes);
    uint64_t began = now_ns();
    b.until = began + (uint64_t)(seconds * 1e9);
    run_here(&b, limit, at_once);
    for (size_t i = 0; i < at_once && limit == 0; i++)
        submit(&b);
    if (limit == 0)
        loop_run(b.loop);
    print(&b, (double)(now_ns() - began) / 1e9);
    bool broken = worker_stop(b.worker);
    store_close(b.database.store); /* which writes the log into the database */
    return broken ? 1 : 0;         /* the rest goes with the process */
}
