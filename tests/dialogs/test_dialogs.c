/* Dialogues: every tests/dialogs/?*.txt is a conversation that is played
 * against understand() and dispatch(), on a store in memory with needs.csv,
 * the clock standing still between the lines.  README.txt says how the files
 * are written.  Working directory: the root of the repository.
 *
 * DIALOGS=name plays only files that hold the name; SHOW=1 prints them with
 * the answers that really come. */
#include <dirent.h>

#include "gateway/base/fold.h"
#include "gateway/import.h"
#include "tests/dialogs/call_stage.h"
#include "tests/dialogs/handset.h"
#include "tests/dialogs/script.h"

enum { FILES_MOST = 128, ANSWERS_MOST = 16, HANDSETS_MOST = 4, ROWS_MOST = 256 };
static const char folder[] = "tests/dialogs";
static const char basis[] = "[service]\noffice_phone = 02400000000\nduplicate_window = 10m\n";
static const char lines[] = "[channel mci]\nprovider = kannel\nnumber = 200012\nsecret = s\n"
                            "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\nusername = u\npassword = p\n"
                            "[channel gsm]\nprovider = ussd\ndescribe = hubtel\nnumber = 200013\nsecret = "
                            "s\nsms = mci\ndial = *0000#\n";

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
    int64_t seen; /* the newest message to a phone that was looked at */
    struct handset handsets[HANDSETS_MOST], *handset;
    struct str handset_names[HANDSETS_MOST];
    int64_t septets;
    bool page_due; /* it was not written yet what the screen shows */
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
    struct str text = str_printf(p->arena, "%s%.*s%s", basis, STR_ARG(sbuf_str(&p->options)), lines);
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
static void show_as(struct play *p, struct str text, const char *mark)
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
    struct str lines_of = quoted(p->arena, "", sbuf_str(&out));    /* begins with "< " */
    (void)printf("%s%.*s", mark, STR_ARG(str_after(lines_of, 2))); /* for a person */
}

static void show(struct play *p, struct str text)
{
    show_as(p, text, "< ");
}

static void settle_answers(struct play *p)
{
    if (p->page_due && !p->handset->none)
        wrong(p, "%.*s", STR_ARG(quoted(p->arena, "a page that is not expected:\n", p->handset->page)));
    p->page_due = false;
    for (; p->answered < p->answer_count; p->answered++)
        wrong(p, "%.*s",
              STR_ARG(quoted(p->arena, "an answer that is not expected:\n", p->answers[p->answered])));
}

static void bind_references(struct play *p)
{
    if (!p->show)
        return;
    p->page_due = false;
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

/* What goes to another phone than the sender's shows which. */
static struct str labelled(struct play *p, const struct outbound *row)
{
    struct phone phone = phone_parse(p->phone, "98");
    struct str to = str_printf(p->arena, "%lld", (long long)row->phone);
    if (str_is(to, phone.digits))
        return row->text;
    return str_printf(p->arena, "(0%.*s) %.*s", STR_ARG(str_after(to, 2)), STR_ARG(row->text));
}

static void look_past(struct play *p)
{
    struct outbound rows[ROWS_MOST];
    size_t n;
    while ((n = outbox_page(p->store, p->arena, p->seen, rows, ROWS_MOST)) > 0)
        p->seen = rows[n - 1].id;
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
        p->answer_count = outbox_page(p->store, p->arena, p->seen, rows, ANSWERS_MOST);
    for (size_t i = 0; i < p->answer_count; i++) {
        p->answers[i] = labelled(p, &rows[i]);
        p->names.again = rows[0].text;
        check_answer(p, rows[i].text);
        if (p->show)
            show(p, p->answers[i]);
    }
    p->has_id = false;
    p->due = DISPATCH_OK;
    look_past(p);
    bind_references(p);
}

/* ---- USSD ---- */

static struct world world_of(struct play *p)
{
    return (struct world){p->words, p->arena, p->config, p->store, p->zone, p->now_ms, p->septets};
}

static void show_page(struct play *p)
{
    if (!p->handset->none)
        show_as(p, p->handset->page, p->handset->last ? "*. " : "*< ");
}

/* What was sent meanwhile, and the page. */
static void after_step(struct play *p, bool page)
{
    struct outbound rows[ANSWERS_MOST];
    p->answered = 0;
    p->answer_count = outbox_page(p->store, p->arena, p->seen, rows, ANSWERS_MOST);
    if (p->show && page)
        show_page(p);
    for (size_t i = 0; i < p->answer_count; i++) {
        p->answers[i] = labelled(p, &rows[i]);
        p->seen = rows[i].id;
        check_answer(p, rows[i].text);
        if (p->show)
            show(p, p->answers[i]);
    }
    p->page_due = page && !p->show;
    bind_references(p);
}

static void press(struct play *p, struct str line)
{
    p->now_ms += 2000; /* nobody presses faster */
    struct world w = world_of(p);
    struct str text = unescape(&p->names, line);
    struct handset *h = p->handset;
    if (text.n > 0 && (text.p[0] == '*' || text.p[0] == '#'))
        handset_dial(&w, h, text);
    else
        handset_press(&w, h, text);
    const char *fault = h->none ? NULL : page_fault(h->page, p->septets);
    if (fault != NULL)
        wrong(p, "%.*s", STR_ARG(quoted(p->arena, fault, h->page)));
    if (h->differed)
        wrong(p, "the repeated press did not get the same page");
    if (h->outcome != p->due)
        wrong(p, "outcome %d where %d is due (%s)", h->outcome, p->due, store_reason(p->store));
    p->due = DISPATCH_OK;
    after_step(p, true);
}

static void expect_page(struct play *p, struct str want, bool last)
{
    struct handset *h = p->handset;
    size_t bound = p->names.count;
    if (!p->page_due) {
        wrong(p, "no page is due here");
        return;
    }
    p->page_due = false;
    if (h->none || h->last != last || !(str_is(want, "*") || fits(&p->names, want, h->page))) {
        p->names.count = bound;
        struct str a = quoted(p->arena, "", want), b = quoted(p->arena, "", h->page);
        wrong(p, "expected a page:\n%.*sgot%s:\n%.*s", STR_ARG(a), h->last ? " a last one" : "", STR_ARG(b));
    }
}

/* `@idle`: the networks have ended whatever nobody touched. */
static void end_idle(struct play *p)
{
    if (!store_begin(p->store))
        return;
    (void)dispatch_idle_sessions(p->store, p->config, p->zone, p->arena, p->now_ms, sms_line, 50);
    if (store_commit(p->store) != STORE_DONE)
        wrong(p, "%s", store_reason(p->store));
    after_step(p, false);
}

static void choose_handset(struct play *p, struct str name)
{
    size_t i = 0;
    while (i < HANDSETS_MOST - 1 && p->handset_names[i].n > 0 && !str_eq(p->handset_names[i], name))
        i++;
    struct handset *h = &p->handsets[i];
    if (p->handset_names[i].n == 0)
        *h = (struct handset){
            .way = p->handset->way, .twice = p->handset->twice, .sessions = (unsigned)i * 100};
    p->handset_names[i] = name;
    h->phone = p->phone;
    p->handset = h;
}

/* `@gateway all|last|hops [twice] [nameless]` */
static void choose_gateway(struct play *p, struct str rest)
{
    static const char *const ways[] = {"all", "last", "hops"};
    struct handset *h = p->handset;
    h->twice = h->nameless = false;
    for (struct str w = word(&rest); w.n > 0; w = rest.p != NULL ? word(&rest) : STR("")) {
        bool known = str_is(w, "twice") || str_is(w, "nameless");
        h->twice = h->twice || str_is(w, "twice");
        h->nameless = h->nameless || str_is(w, "nameless");
        for (int i = 0; i < 3; i++)
            if (str_is(w, ways[i])) {
                h->way = (enum gateway_way)i;
                known = true;
            }
        if (!known)
            wrong(p, "no such gateway: %.*s", STR_ARG(w));
    }
}

static bool direct_ussd(struct play *p, struct str what, struct str rest)
{
    struct world w = world_of(p);
    uint64_t septets;
    if (str_is(what, "gateway")) {
        choose_gateway(p, rest);
    } else if (str_is(what, "handset")) {
        choose_handset(p, rest);
    } else if (str_is(what, "page") && str_to_u64(rest, &septets)) {
        p->septets = (int64_t)septets;
    } else if (str_is(what, "over")) {
        handset_over(&w, p->handset, unescape(&p->names, rest));
        after_step(p, false);
    } else if (str_is(what, "idle")) {
        end_idle(p);
    } else {
        return false;
    }
    return true;
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

static void add_staff(struct play *p, struct str rest)
{
    struct staff s;
    bool good = staff_read(p->arena, rest, &s) && store_begin(p->store);
    if (good && str_is(s.role, "removed"))
        good = staff_remove(p->store, s.phone);
    else if (good)
        staff_put(p->store, &s, p->now_ms / 1000);
    if (!good || store_commit(p->store) != STORE_DONE)
        wrong(p, "@staff PHONE ROLE [in=PROVINCE,…] [NAME]");
}

/* What time or the office does about calls, and what that sends. */
static bool direct_call(struct play *p, struct str what, struct str rest)
{
    struct office o = {.store = p->store,
                       .config = p->config,
                       .arena = p->arena,
                       .zone = p->zone,
                       .now_ms = p->now_ms,
                       .actor = actor_operator(DOOR_CLI)};
    struct error e = {"not as it should be written"};
    bool good = true;
    if (!store_begin(p->store))
        return false;
    struct str text = unescape(&p->names, rest);
    if (str_is(what, "volunteer"))
        good = stage_volunteer(p->store, text, p->now_ms / 1000);
    else if (str_is(what, "call"))
        good = stage_call(&o, text, &e);
    else if (str_is(what, "care"))
        stage_care(&o);
    else if (str_is(what, "act")) {
        struct str act = word(&text);
        good = stage_act(&o, act, str_trim(text));
    }
    if (!good)
        wrong(p, "@%.*s: %s", STR_ARG(what), e.text);
    if (store_commit(p->store) != STORE_DONE)
        wrong(p, "%s", store_reason(p->store));
    for (int64_t i = 1; p->names.count < NAMES_MOST && i < 4; i++) { /* calls are numbered first */
        struct str name = str_printf(p->arena, "ref%lld", (long long)i);
        if (value_of(&p->names, name) == NULL)
            p->names.bound[p->names.count++] =
                (struct binding){name, str_printf(p->arena, "%u", store_reference(p->store, i))};
    }
    after_step(p, false);
    return true;
}

static bool about_calls(struct str what)
{
    return str_is(what, "volunteer") || str_is(what, "call") || str_is(what, "care") || str_is(what, "act");
}

static struct str people_of(struct play *p, struct str what, int64_t phone)
{
    struct volunteer rows[8];
    size_t n = volunteer_of(p->store, p->arena, phone, rows, 8);
    return str_is(what, "volunteers") ? str_printf(p->arena, "%zu", n) : volunteer_shown(p->arena, rows, n);
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
    if (str_is(what, "answer"))
        return stage_answer(p->store, p->arena, unescape(&p->names, which), number);
    if (str_starts(what, STR("volunteer")))
        return people_of(p, what, number);
    if (str_is(what, "stopped"))
        return contact.stopped_at > 0 ? STR("yes") : STR("no");
    if (str_is(what, "question"))
        return contact.question.n > 0 ? STR("open") : STR("none");
    if (str_is(what, "pledges"))
        value = figures.pledges;
    if (str_is(what, "registered"))
        value = figures.volunteers;
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
        p->phone = p->handset->phone = rest;
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
    else if (str_is(what, "staff"))
        add_staff(p, rest);
    else if (str_is(what, "accepted"))
        accept_all(p);
    else if (str_is(what, "stored"))
        check_stored(p, rest);
    else if (about_calls(what)) {
        if (!direct_call(p, what, rest))
            wrong(p, "%s", store_reason(p->store));
    } else if (!direct_ussd(p, what, rest))
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
    bool page = str_starts(line, STR("*< ")) || str_starts(line, STR("*. "));
    if (p->show && !answer && !page)
        (void)printf("%.*s\n", STR_ARG(line)); /* for a person */
    if (answer || page) {
        struct str want = whole_answer(p, str_after(line, page ? 3 : 2), rest);
        if (!p->show && page)
            expect_page(p, want, line.p[1] == '.');
        else if (!p->show)
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
    else if (str_starts(line, STR("*>")) && ready(p))
        press(p, str_after(line, 3));
    else
        wrong(p, "a line begins with > < | *> *< *. @ or #");
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
    p.septets = 182;
    p.handset = &p.handsets[0];
    p.handset->phone = p.phone;
    p.handset_names[0] = STR("first");
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
