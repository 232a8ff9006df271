/* How long counting an audience takes, and each page of it.  A small database
 * by default, which only shows that it works and how the time grows;
 * AUDIENCE_CONTACTS=1000000 is the size that the figures are asked for. */
#include "tests/store/store_world.h"

#include <sqlite3.h>
#include <time.h>

#include "gateway/model/audience.h"

/* Of this program's own work: what else the machine does at the time does not count. */
static double seconds(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* N contacts, of whom one in ten opted out and one in a hundred is abroad; a seventh
 * volunteer, and there are as many pledges as contacts, of two in five of them. */
static void fill(const char *path, const char *const *slugs, long n)
{
    static const char contacts[] =
        "WITH RECURSIVE i (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n + 1 < %ld) "
        "INSERT INTO contact (phone, language, province, stopped_at, question_at, confirmed_since, "
        "confirmed_count, unknown_since, unknown_count, unknown_hash, sent_hash, sent_hash_before) "
        "SELECT CASE WHEN n %% 100 = 7 THEN 254700000000 ELSE 989120000000 END + n * 9, 'fa', "
        "CASE WHEN n %% 10 < 7 THEN (SELECT slug FROM place WHERE id = (n * 7919) %% 31) END, "
        "CASE WHEN (n * 31) %% 10 = 3 THEN 1762000000 ELSE 0 END, 0, 0, 0, 0, 0, 0, n * 7919, n * 104729 "
        "FROM i;";
    static const char volunteers[] =
        "INSERT INTO volunteer (phone, name, province, specialty, availability, status, verified_by, "
        "verified_at, consent_version, consent_channel, consent_at, recruiter, team, created_at, updated_at) "
        "SELECT phone, 'x', coalesce(province, 'qom'), CASE WHEN phone %% 1000 < 20 THEN 'physician' "
        "WHEN phone %% 1000 < 100 THEN 'nurse' ELSE 'helper' END, 'any', 'active', '', phone %% 2, '', '', "
        "0, 0, "
        "0, 0, 0 FROM contact WHERE (phone / 9) %% 7 = 2 ORDER BY (phone * 7919) %% 1000003;";
    static const char pledges[] =
        "INSERT INTO pledge (phone, need, campaign, amount_rial, money, quantity, unit, recurrence, status, "
        "channel, message, day, due_at, created_at, updated_at) "
        "SELECT phone, NULL, CASE WHEN phone %% 3 > 0 THEN 1 + (phone / 9) %% 20 END, 1000000, 'toman', 0, "
        "'', "
        "'once', CASE WHEN (phone / 45) %% 5 = 0 THEN 'pledged' ELSE 'received' END, 'mci', 0, 0, 0, "
        "1760000000, 0 "
        "FROM contact JOIN (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3) WHERE (phone / 9) %% 5 < 2 "
        "ORDER BY (phone * 104729 + k) %% 1000003;";
    static const char donors[] =
        "CREATE TEMP TABLE first (phone INTEGER PRIMARY KEY, id INTEGER);"
        "INSERT INTO first SELECT phone, min(id) FROM pledge GROUP BY phone;"
        "UPDATE pledge SET donor = (SELECT f.id FROM first f WHERE f.phone = pledge.phone);"
        "UPDATE contact SET donor = coalesce((SELECT f.id FROM first f WHERE f.phone = contact.phone), 0);";
    sqlite3 *db = NULL;
    char sql[2048];
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db,
                          "PRAGMA synchronous=OFF; BEGIN; CREATE TEMP TABLE place (id INTEGER PRIMARY KEY, "
                          "slug TEXT);",
                          NULL, NULL, NULL);
    for (int i = 0; i < 31 && rc == SQLITE_OK; i++) {
        assert_true(snprintf(sql, sizeof sql, "INSERT INTO place VALUES (%d, '%s')", i, slugs[i]) > 0);
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    }
    for (int i = 1; i <= 20 && rc == SQLITE_OK; i++) {
        assert_true(snprintf(sql, sizeof sql,
                             "INSERT INTO campaign VALUES (%d, 'x', 'x', '', '', 0, 0, 0, 0, 0, '');"
                             "INSERT INTO campaign_word VALUES ('c%d', %d, 0, 'c%d')",
                             i, i, i, i) > 0);
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    }
    const char *const parts[] = {contacts, volunteers, pledges, donors};
    for (int i = 0; i < 4 && rc == SQLITE_OK; i++) {
        assert_true((size_t)snprintf(sql, sizeof sql, parts[i], n) < sizeof sql); /* only the first takes N */
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    }
    if (rc != SQLITE_OK || sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Counted once, then walked to its end; every person of the count is on a page. */
static void measure(struct store *reader, const struct lexicon *lexicon, struct zone *zone, const char *text)
{
    enum { PAGE = 500 };
    static const int64_t none = 0;
    struct arena *arena = arena_new(1 << 16);
    struct audience audience;
    struct audience_fault fault;
    struct audience_count count;
    struct audience_page page = {0};
    int64_t phones[PAGE], people = none;
    double worst = 0, all = 0;
    unsigned pages = 0, full = 0;
    assert_true(store_begin(reader));
    if (!audience_parse(lexicon, arena, str_of(text), &audience, &fault) ||
        !audience_resolve(reader, arena, &audience, &fault))
        fail_msg("%s: problem %d", text, (int)fault.problem);
    audience_fix(&audience, zone, NOW);
    double began = seconds();
    audience_count(reader, arena, &audience, STR("98"), &count);
    double counted = seconds() - began;
    do {
        double start = seconds();
        size_t n = audience_page(reader, arena, &audience, STR("98"), &page, phones, PAGE);
        double took = seconds() - start;
        worst = took > worst ? took : worst;
        all += took;
        people += (int64_t)n;
        pages++;
        full += n == PAGE;
    } while (page.more);
    assert_int_equal(store_failed(reader), STORE_FINE);
    store_rollback(reader);
    (void)fprintf(
        stderr, /* a report line */
        "    # %-58s %8lld people %7lld stopped %6lld abroad: counted in %6.1f ms; %5u pages (%u full), "
        "mean %5.2f ms, worst %5.2f ms\n",
        text, (long long)count.people, (long long)count.stopped, (long long)count.abroad, counted * 1e3,
        pages, full, all / pages * 1e3, worst * 1e3);
    assert_int_equal(people, count.people);
    arena_free(arena);
}

static void counts_and_pages(void **state)
{
    static const char *const audiences[] = {
        "everyone",
        "donors",
        "volunteers",
        "zanjan",
        "physicians",
        "physicians zanjan",
        "physicians or nurses",
        "campaign c7",
        "campaign c7 and not volunteers",
        "unpaid since 7d",
        "not donors",
        "everyone except volunteers",
        "verified",
        "coordinators",
        "(zanjan or qom or fars) and (donors or volunteers) and not campaign c3",
        "not zanjan not qom not nurses not verified not campaign c1 "
        "not campaign c2 not campaign c3 not unpaid 7d"};
    struct world *w = *state;
    void *words = NULL;
    struct error e;
    const char *wanted = getenv("AUDIENCE_CONTACTS"), *slugs[31];
    long n = wanted != NULL ? strtol(wanted, NULL, 10) : 20000;
    assert_int_equal(words_open(&words), 0);
    const struct lexicon *lexicon = ((struct words *)words)->texts->lexicon;
    for (int i = 0; i < 31; i++)
        slugs[i] = str_cstr(w->arena, lexicon->names[LEX_PROVINCE].v[i].slug);
    double began = seconds();
    store_close(w->store);
    fill(w->path, slugs, n);
    w->store = open_or_fail(w->path, STORE_WRITER);
    (void)fprintf(stderr, "    # %ld contacts made in %.1f s\n", n, seconds() - began); /* a report line */
    struct store *reader = open_or_fail(w->path, STORE_READER);
    struct zone *zone = zone_open("Asia/Tehran", &e);
    assert_non_null(zone);
    for (size_t i = 0; i < sizeof audiences / sizeof audiences[0]; i++)
        measure(reader, lexicon, zone, audiences[i]);
    zone_close(zone);
    store_close(reader);
    assert_int_equal(words_close(&words), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_FILE(counts_and_pages)};
    return cmocka_run_group_tests_name("how fast audiences are", tests, NULL, NULL);
}
