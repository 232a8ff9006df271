/* Dialogues: every tests/dialogs/?*.txt is a conversation that is played
 * against understand() and dispatch(), on a store in memory with needs.csv,
 * the clock standing still between the lines.  README.txt says how the files
 * are written.  Working directory: the root of the repository.
 *
 * DIALOGS=name plays only files that hold the name; SHOW=1 prints them with
 * the answers that really come. */
#include <dirent.h>

#include "gateway/base/fold.h"
#include "gateway/base/phone.h"
#include "gateway/base/segment.h"
#include "gateway/import.h"
#include "gateway/providers/provider.h"
#include "tests/dialogs/script.h"

enum { FILES_MOST = 128, ANSWERS_MOST = 16, ROWS_MOST = 256 };
static const char folder[] = "tests/dialogs";
static const char basis[] = "[service]\noffice_phone = 02400000000\nduplicate_window = 10m\n";
static const char line_mci[] =
    "[channel mci]\nprovider = kannel\nnumber = 200012\nsecret = s\n"
    "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\nusername = u\npassword = p\n";

struct play {
    const struct words *words; /* the grammar */
    struct arena *arena;
    const char *file;
    unsigned line, failures;
    bool show;
    struct sbuf options; /* for [service] */
    struct config *config;
    struct store *store;
    struct zone *zone;
    int64_t now_ms, sent; /* messages sent, for their ids */
    struct str phone, id;
    bool has_id;
    enum dispatch_outcome due; /* what the next message must come to */
    struct names names;
    struct str answers[ANSWERS_MOST]; /* of the last message */
    size_t answer_count, answered;
};

__attribute__((format(printf, 2, 3))) static void wrong(struct play *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "%s:%u: ", p->file, p->line); /* report lines: nothing to do where they fail */
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    p->failures++;
}

/* ---- the world ---- */

static bool fill(struct play *p)
{
    struct str csv = read_data(p->arena, "tests/dialogs/needs.csv");
    if (!store_begin(p->store))
        return false;
    struct import_result r = import_needs(p->store, p->config, p->arena, p->now_ms / 1000, "needs.csv", csv);
    if (r.faults.count > 0)
        wrong(p, "%.*s", STR_ARG(sbuf_str(&r.faults.text)));
    return store_commit(p->store) == STORE_DONE && r.faults.count == 0;
}

/* At the first line that needs it, so that the options are complete. */
static bool ready(struct play *p)
{
    if (p->store != NULL)
        return true;
    struct config_world world = {.commands = command_names, .command_count = COMMAND_unknown};
    struct faults faults = faults_in(p->arena);
    struct error e = {""};
    world.providers = provider_options(&world.provider_count);
    world.messages = dispatch_messages(&world.message_list_count);
    struct str text = str_printf(p->arena, "%s%.*s%s", basis, STR_ARG(sbuf_str(&p->options)), line_mci);
    p->config = config_parse(p->file, text, &world, &faults);
    if (faults.count > 0)
        wrong(p, "%.*s", STR_ARG(sbuf_str(&faults.text)));
    if (p->config == NULL || faults.count > 0)
        return false;
    p->zone = zone_open(str_cstr(p->arena, p->config->service.timezone), &e);
    p->store = p->zone != NULL ? store_open(":memory:", STORE_MEMORY, &e) : NULL;
    if (p->store == NULL)
        wrong(p, "%s", e.text);
    return p->store != NULL && fill(p);
}

/* For SHOW: numbers that are references of the store become {names}. */
static void show(struct play *p, struct str text)
{
    struct sbuf out = sbuf_in(p->arena);
    for (size_t n; text.n > 0; text = str_after(text, n)) {
        int64_t sequence;
        uint64_t number;
        for (n = 0; n < text.n && text.p[n] >= '0' && text.p[n] <= '9';)
            n++;
        struct str digits = str_from(text.p, n);
        if ((n == 8 || n == 9) && str_to_u64(digits, &number) &&
            store_sequence(p->store, (uint32_t)number, &sequence))
            sbuf_printf(&out, "{ref%lld}", (long long)sequence);
        else
            sbuf_add(&out, str_from(text.p, n > 0 ? n : 1));
        n = n > 0 ? n : 1;
    }
    (void)printf("%.*s", STR_ARG(quoted(p->arena, "", sbuf_str(&out)))); /* for a person */
}

static void settle_answers(struct play *p)
{
    for (; p->answered < p->answer_count; p->answered++)
        wrong(p, "%.*s",
              STR_ARG(quoted(p->arena, "an answer that is not expected:\n", p->answers[p->answered])));
}

static void bind_references(struct play *p)
{
    if (!p->show)
        return;
    p->answered = p->answer_count;
    p->names.count = 0;
    for (int64_t i = 1; i < NAMES_MOST; i++)
        p->names.bound[p->names.count++] =
            (struct binding){str_printf(p->arena, "ref%lld", (long long)i),
                             str_printf(p->arena, "%u", store_reference(p->store, i))};
}

/* What holds for whatever is said: within list_segments, and no command of its
 * own, should it come back (promises 4 and 6). */
static void check_answer(struct play *p, struct str answer)
{
    unsigned segments = sms_measure(answer).segments;
    const char *country = p->config->service.country.p;
    struct command c = understand(p->words->grammar, p->config->texts->lexicon, country, p->arena, answer);
    if (segments > p->config->service.list_segments)
        wrong(p, "%.*s", STR_ARG(quoted(p->arena, "more than list_segments:\n", answer)));
    if (c.name != COMMAND_unknown && !c.guessed && c.problem == PROBLEM_NONE)
        wrong(p, "%.*s", STR_ARG(quoted(p->arena, "an answer that is a command:\n", answer)));
}

static void say(struct play *p, struct str line)
{
    struct str text = unescape(&p->names, line);
    struct outbound rows[ANSWERS_MOST];
    int64_t message = 0;
    bool bad = false;
    struct inbound m = {.channel = STR("mci"), .sender = p->phone, .text = utf8_repair(p->arena, text, &bad)};
    m.unreadable = bad;
    m.id = p->has_id ? p->id : str_printf(p->arena, "m%lld", (long long)++p->sent);
    const char *country = p->config->service.country.p;
    struct command command =
        understand(p->words->grammar, p->config->texts->lexicon, country, p->arena, m.text);
    enum dispatch_outcome outcome = DISPATCH_ENGINE;
    if (store_begin(p->store)) {
        outcome = dispatch(p->store, p->config, p->zone, p->arena, p->now_ms, &m, &command, &message);
        if (outcome == DISPATCH_ENGINE || store_commit(p->store) != STORE_DONE)
            store_rollback(p->store);
    }
    if (outcome != p->due)
        wrong(p, "outcome %d where %d is due (%s)", outcome, p->due, store_reason(p->store));
    p->answer_count = p->answered = 0;
    if (outcome == DISPATCH_OK || outcome == DISPATCH_FAILED)
        p->answer_count = outbox_replies(p->store, p->arena, message, rows, ANSWERS_MOST);
    for (size_t i = 0; i < p->answer_count; i++) {
        p->answers[i] = rows[i].text;
        p->names.again = p->answers[0];
        check_answer(p, rows[i].text);
        if (p->show)
            show(p, rows[i].text);
    }
    p->has_id = false;
    p->due = DISPATCH_OK;
    bind_references(p);
}

static void expect(struct play *p, struct str want)
{
    if (p->answered == p->answer_count) {
        wrong(p, "%.*s", STR_ARG(quoted(p->arena, "no answer came where this was expected:\n", want)));
        return;
    }
    struct str got = p->answers[p->answered++];
    size_t bound = p->names.count;
    if (str_is(want, "*") || fits(&p->names, want, got))
        return;
    p->names.count = bound;
    struct str a = quoted(p->arena, "", want), b = quoted(p->arena, "", got);
    wrong(p, "expected:\n%.*sgot:\n%.*s", STR_ARG(a), STR_ARG(b));
}

/* ---- lines that begin with @ ---- */

/* The telecom has taken all that waits, now. */
static void accept_all(struct play *p)
{
    struct outbound rows[ROWS_MOST];
    if (!store_begin(p->store))
        return;
    for (int lane = 0; lane < LANES; lane++) {
        size_t n = outbox_claim(p->store, p->arena, STR("mci"), (enum lane)lane, STR("test"), p->now_ms, rows,
                                ROWS_MOST);
        for (size_t i = 0; i < n; i++)
            outbox_sent(p->store, p->arena, &rows[i], STR(""), p->now_ms);
    }
    if (store_commit(p->store) != STORE_DONE)
        wrong(p, "%s", store_reason(p->store));
}

static void add_campaign(struct play *p, struct str rest)
{
    struct campaign c;
    struct str words, one;
    bool good = campaign_read(p->arena, rest, &words, &c) && store_begin(p->store);
    int64_t id = good ? campaign_add(p->store, &c, p->now_ms / 1000) : 0, place = 0;
    while (id != 0 && words.p != NULL && str_split(&words, '/', &one))
        if (!campaign_word_add(p->store, id, place++, fold_glued(p->arena, one), one))
            wrong(p, "the word is taken");
    if (id == 0 || store_commit(p->store) != STORE_DONE)
        wrong(p, "no campaign: %s", store_reason(p->store));
}

static struct str state_of(struct play *p, struct str what, struct str which)
{
    struct store_figures figures;
    struct need need = {0};
    struct campaign campaign;
    struct contact contact;
    uint64_t code = 0;
    struct phone phone = phone_parse(p->phone, "98");
    int64_t number = 0, value = -1;
    store_figures(p->store, &figures);
    if ((str_is(what, "need") || str_is(what, "pledged")) &&
        (!str_to_u64(which, &code) || !need_get(p->store, p->arena, (uint32_t)code, &need)))
        return STR("no such need");
    if (str_is(what, "need"))
        return need.status;
    if (!str_to_i64(str_of(phone.digits), &number))
        return STR("no phone");
    contact_get(p->store, p->arena, number, &contact);
    if (str_is(what, "stopped"))
        return contact.stopped_at > 0 ? STR("yes") : STR("no");
    if (str_is(what, "question"))
        return contact.question.n > 0 ? STR("open") : STR("none");
    if (str_is(what, "pledges"))
        value = figures.pledges;
    if (str_is(what, "unanswered"))
        value = figures.unanswered;
    if (str_is(what, "pledged"))
        value = need.pledged;
    if (str_is(what, "campaign") && campaign_find(p->store, p->arena, fold_glued(p->arena, which), &campaign))
        value = campaign.pledged_rial;
    return str_printf(p->arena, "%lld", (long long)value);
}

/* `@stored pledges = 1`, `@stored pledged 1007 = 5000000` */
static void check_stored(struct play *p, struct str rest)
{
    struct str left, want, what;
    if (!str_split(&rest, '=', &left) || rest.p == NULL) {
        wrong(p, "@stored WHAT = VALUE");
        return;
    }
    want = str_trim(rest);
    what = word(&left);
    struct str got = state_of(p, what, left.p != NULL ? str_trim(left) : STR(""));
    if (!str_eq(got, want))
        wrong(p, "%.*s: expected %.*s, got %.*s", STR_ARG(what), STR_ARG(want), STR_ARG(got));
}

static void direct(struct play *p, struct str rest)
{
    struct str what = word(&rest);
    int64_t n;
    rest = rest.p != NULL ? str_trim(rest) : STR("");
    if (str_is(what, "config")) {
        sbuf_printf(&p->options, "%.*s\n", STR_ARG(rest));
        if (p->store != NULL)
            wrong(p, "@config must stand before the first message");
    } else if (str_is(what, "clock") && clock_from_iso(rest, &n))
        p->now_ms = n * 1000;
    else if (str_is(what, "wait") && option_duration(rest, &n))
        p->now_ms += n;
    else if (str_is(what, "phone"))
        p->phone = rest;
    else if (str_is(what, "id")) { /* empty: the telecom gives none */
        p->id = rest;
        p->has_id = true;
    } else if (str_is(what, "repeat"))
        p->due = DISPATCH_REPEAT;
    else if (str_is(what, "conflict"))
        p->due = DISPATCH_CONFLICT;
    else if (!ready(p))
        return;
    else if (str_is(what, "campaign"))
        add_campaign(p, rest);
    else if (str_is(what, "accepted"))
        accept_all(p);
    else if (str_is(what, "stored"))
        check_stored(p, rest);
    else
        wrong(p, "not known: @%.*s", STR_ARG(what));
}

/* ---- a file ---- */

/* An answer and the `| ` lines behind it as one text. */
static struct str whole_answer(struct play *p, struct str first, struct str *rest)
{
    struct sbuf out = sbuf_in(p->arena);
    struct str line;
    sbuf_add(&out, first);
    while (rest->p != NULL && rest->n > 0 && rest->p[0] == '|' && str_split(rest, '\n', &line)) {
        sbuf_byte(&out, '\n');
        sbuf_add(&out, str_after(line, 2));
        p->line++;
    }
    return sbuf_str(&out);
}

static void play_line(struct play *p, struct str line, struct str *rest)
{
    bool answer = line.n > 0 && line.p[0] == '<';
    if (p->show && !answer)
        (void)printf("%.*s\n", STR_ARG(line)); /* for a person */
    if (answer) {
        struct str want = whole_answer(p, str_after(line, 2), rest);
        if (!p->show)
            expect(p, want);
        return;
    }
    if (line.n == 0 || line.p[0] == '#')
        return;
    settle_answers(p);
    if (line.p[0] == '@')
        direct(p, str_after(line, 1));
    else if (line.p[0] == '>' && ready(p))
        say(p, str_after(line, 2));
    else
        wrong(p, "a line begins with > < | @ or #");
}

static void plays(void **state)
{
    const char *file = *state;
    struct play p = {.file = file,
                     .arena = arena_new(1 << 18),
                     .phone = STR("09120001122"),
                     .show = getenv("SHOW") != NULL};
    void *words = NULL;
    assert_int_equal(words_open(&words), 0);
    p.words = words;
    p.options = sbuf_in(p.arena);
    p.names.arena = p.arena;
    p.now_ms = 1790668800000; /* 2026-09-29T08:00:00Z, 11:30 in Tehran */
    struct str rest = read_data(p.arena, file), line;
    while (rest.p != NULL && str_split(&rest, '\n', &line)) {
        p.line++;
        play_line(&p, line, &rest);
    }
    settle_answers(&p);
    store_close(p.store);
    zone_close(p.zone);
    config_drop(p.config);
    assert_int_equal(words_close(&words), 0);
    arena_free(p.arena);
    if (p.failures > 0)
        fail_msg("%s: %u lines are not as written", file, p.failures);
}

static int in_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int main(void)
{
    static struct CMUnitTest tests[FILES_MOST];
    struct arena *arena = arena_new(1 << 14);
    struct dirent **entries;
    const char *only = getenv("DIALOGS");
    int count = scandir(folder, &entries, NULL, in_order);
    size_t n = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        struct str end = str_after(str_of(name), strlen(name) < 4 ? 0 : strlen(name) - 4);
        bool wanted = str_is(end, ".txt") && strcmp(name, "README.txt") != 0 &&
                      (only == NULL || strstr(name, only) != NULL);
        if (wanted && n < FILES_MOST) {
            char *path = (char *)(uintptr_t)str_cstr(arena, str_printf(arena, "%s/%s", folder, name));
            tests[n++] = (struct CMUnitTest){path, plays, NULL, NULL, path};
        }
        free(entries[i]);
    }
    int failed = n > 0 ? _cmocka_run_group_tests("dialogs", tests, n, NULL, NULL) : 1; /* none is no proof */
    free(entries);
    arena_free(arena);
    return failed;
}
