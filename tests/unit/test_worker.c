/* Group commit, with a database that is a list of job numbers: what was run,
 * what was committed together, what was thrown away, and how each job was
 * told that it ended.
 *
 * The worker is held at its first job (the gate) until a test has queued the
 * rest, so that batches do not depend on the machine's speed.  The fake
 * belongs to the worker's thread until worker_stop has joined it. */
#include "unit.h"

#include <semaphore.h>
#include <time.h>
#include <stdatomic.h>
#include <unistd.h>

#include "gateway/run/worker.h"

enum { JOBS = 700, COMMITS = 800, UNDELIVERED = -1 };

struct fake;
struct number_job {
    struct job job; /* first */
    struct fake *fake;
    int number;
    bool poison; /* the engine rolls back by itself under it */
    bool slow;
    int runs, resets;
    int outcome; /* UNDELIVERED until done */
    unsigned delivered_as;
};

struct fake {
    struct loop *loop;
    struct worker *worker;
    sem_t gate, reached;
    bool open, gone; /* a transaction; lost */
    int held[JOBS], held_n;
    int kept[JOBS], kept_n;
    int ran[2 * JOBS], ran_n;
    int batches[COMMITS], batch_n;    /* jobs of each commit tried */
    enum job_outcome script[COMMITS]; /* of each commit; JOB_DONE by default */
    bool refuse_begin;
    int rollbacks;
    atomic_int idled;
    int idle_fails; /* at that time */
    int64_t committed_us, idled_us;
    bool long_rest; /* of 20 ms, told at its beginning */
    unsigned delivered;
    struct number_job jobs[JOBS];
};

static int64_t now_us(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool fake_begin(void *db)
{
    struct fake *f = db;
    if (f->refuse_begin)
        return false;
    if (f->open)
        abort(); /* a transaction inside another */
    f->open = true;
    f->gone = false;
    f->held_n = 0;
    return true;
}

static enum job_outcome fake_commit(void *db)
{
    struct fake *f = db;
    enum job_outcome outcome = f->script[f->batch_n];
    if (!f->open || f->gone)
        abort();
    f->batches[f->batch_n++] = f->held_n;
    f->open = outcome == JOB_NOT_DONE;
    for (int i = 0; outcome == JOB_DONE && i < f->held_n; i++)
        f->kept[f->kept_n++] = f->held[i];
    f->committed_us = now_us();
    return outcome;
}

static void fake_rollback(void *db)
{
    struct fake *f = db;
    f->rollbacks++;
    f->open = false;
    f->gone = false;
    f->held_n = 0;
}

static bool fake_lost(void *db)
{
    return ((struct fake *)db)->gone;
}

static bool fake_idle(void *db)
{
    struct fake *f = db;
    if (f->open)
        abort(); /* amid a transaction */
    f->idled_us = now_us();
    if (f->long_rest && (sem_post(&f->reached) != 0 || usleep(20000) != 0))
        abort();
    return ++f->idled != f->idle_fails;
}

static void run_number(struct job *job, void *db)
{
    struct number_job *j = (struct number_job *)job;
    struct fake *f = db;
    if (!f->open || f->gone)
        abort(); /* run outside a transaction */
    if (j->runs != j->resets)
        abort(); /* run again without being reset */
    j->runs++;
    f->ran[f->ran_n++] = j->number;
    f->held[f->held_n++] = j->number;
    f->gone = j->poison;
    if (j->slow)
        assert_int_equal(usleep(15000), 0);
}

static void reset_number(struct job *job)
{
    ((struct number_job *)job)->resets++;
}

static void done_number(struct job *job, enum job_outcome outcome)
{
    struct number_job *j = (struct number_job *)job;
    j->outcome = (int)outcome;
    j->delivered_as = ++j->fake->delivered;
}

static void run_gate(struct job *job, void *db)
{
    struct fake *f = db;
    (void)job;
    assert_int_equal(sem_post(&f->reached), 0);
    assert_int_equal(sem_wait(&f->gate), 0);
    assert_int_equal(usleep(11000), 0); /* its batch is over its time: it is committed alone */
}

static void done_gate(struct job *job, enum job_outcome outcome)
{
    (void)job;
    (void)outcome;
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static int up(void **state)
{
    struct fake *f = calloc(1, sizeof *f);
    struct error e;
    if (f == NULL || (f->loop = loop_new(&e)) == NULL)
        return -1;
    loop_on_wake(f->loop, nothing, NULL);
    if (sem_init(&f->gate, 0, 0) != 0 || sem_init(&f->reached, 0, 0) != 0)
        return -1;
    for (int i = 0; i < JOBS; i++)
        f->jobs[i] = (struct number_job){
            .job = {.rank = JOB_INBOUND, .run = run_number, .reset = reset_number, .done = done_number},
            .fake = f,
            .number = i,
            .outcome = UNDELIVERED};
    *state = f;
    return 0;
}

static int down(void **state)
{
    struct fake *f = *state;
    worker_stop(f->worker);
    loop_free(f->loop);
    int rc = sem_destroy(&f->gate) | sem_destroy(&f->reached);
    free(f);
    return rc;
}

static void start(struct fake *f, size_t jobs_most, size_t limit)
{
    const struct worker_ops ops = {fake_begin, fake_commit, fake_rollback, fake_lost, jobs_most, fake_idle};
    struct error e = {""};
    f->worker = worker_start(f->loop, "test", &ops, f, limit, &e);
    if (f->worker == NULL)
        fail_msg("%s", e.text);
}

static void stop(struct fake *f)
{
    worker_stop(f->worker);
    f->worker = NULL;
}

static void submit(struct fake *f, int from, int to)
{
    for (int i = from; i < to; i++)
        if (!worker_submit(f->worker, &f->jobs[i].job))
            fail_msg("job %d was refused", i);
}

static struct job gate_job(void)
{
    return (struct job){.rank = JOB_INBOUND, .run = run_gate, .done = done_gate};
}

/* Jobs FROM to TO, queued while the worker waits at GATE. */
static void run_behind(struct job *gate, struct fake *f, int from, int to)
{
    assert_true(worker_submit(f->worker, gate));
    assert_int_equal(sem_wait(&f->reached), 0);
    submit(f, from, to);
    assert_int_equal(sem_post(&f->gate), 0);
}

static void run_all(struct fake *f, int from, int to)
{
    struct job gate = gate_job();
    run_behind(&gate, f, from, to);
    stop(f);
}

static void assert_outcomes(const struct fake *f, int from, int to, enum job_outcome outcome)
{
    for (int i = from; i < to; i++)
        if (f->jobs[i].outcome != (int)outcome)
            fail_msg("job %d ended as %d, not %d", i, f->jobs[i].outcome, (int)outcome);
}

/* On a machine too busy to run a few jobs in 10 ms a batch is cut, and what is
 * to be seen cannot be seen. */
static void skip_unless(bool whole)
{
    if (!whole)
        skip();
}

static bool was_kept(const struct fake *f, int number)
{
    int times = 0;
    for (int i = 0; i < f->kept_n; i++)
        times += f->kept[i] == number;
    assert_true(times <= 1);
    return times == 1;
}

/* ---- tests ---- */

static void jobs_that_wait_share_a_commit(void **state)
{
    struct fake *f = *state;
    start(f, 256, 1000);
    run_all(f, 0, 20);
    assert_outcomes(f, 0, 20, JOB_DONE);
    assert_int_equal(f->kept_n, 20);
    skip_unless(f->batch_n <= 4); /* the gate's, and one; time may cut it */
    for (int i = 0; i < 20; i++) {
        assert_int_equal(f->kept[i], i);
        assert_int_equal(f->jobs[i].delivered_as, i + 1);
        assert_true(f->jobs[i].runs == 1 && f->jobs[i].resets == 0);
    }
    assert_int_equal(f->rollbacks, 0);
}

static void a_batch_is_bounded(void **state)
{
    struct fake *f = *state;
    int most = 0;
    start(f, 256, 1000);
    run_all(f, 0, 600);
    assert_outcomes(f, 0, 600, JOB_DONE);
    for (int i = 0; i < f->batch_n; i++)
        most = f->batches[i] > most ? f->batches[i] : most;
    assert_true(most <= 256);
    assert_true(f->batch_n >= 4); /* the gate, and three at least */
    assert_true(most >= 32);      /* 10 ms are enough for many */
}

static void a_batch_takes_no_more_after_10_ms(void **state)
{
    struct fake *f = *state;
    start(f, 256, 1000);
    for (int i = 0; i < 4; i++)
        f->jobs[i].slow = true;
    run_all(f, 0, 4);
    assert_outcomes(f, 0, 4, JOB_DONE);
    for (int i = 1; i < f->batch_n; i++)
        assert_int_equal(f->batches[i], 1);
    assert_int_equal(f->batch_n, 5);
}

static void inbound_comes_first(void **state)
{
    struct fake *f = *state;
    start(f, 256, 1000);
    for (int i = 0; i < 9; i++)
        f->jobs[i].job.rank = (enum job_rank)(JOB_BACKGROUND - i % 3);
    run_all(f, 0, 9);
    static const int want[] = {2, 5, 8, 1, 4, 7, 0, 3, 6};
    for (int i = 0; i < 9; i++)
        assert_int_equal(f->ran[i], want[i]);
}

static void over_the_limit_is_refused(void **state)
{
    struct fake *f = *state;
    struct job gate = gate_job();
    start(f, 256, 5);
    assert_true(worker_submit(f->worker, &gate));
    assert_int_equal(sem_wait(&f->reached), 0);
    submit(f, 0, 4);
    assert_int_equal(worker_waiting(f->worker), 5);
    assert_false(worker_submit(f->worker, &f->jobs[4].job));
    assert_int_equal(worker_waiting(f->worker), 5);
    assert_int_equal(sem_post(&f->gate), 0);
    for (int i = 0; i < 2000 && worker_waiting(f->worker) > 0; i++) {
        assert_int_equal(usleep(1000), 0);
        worker_deliver(f->worker);
    }
    assert_int_equal(worker_waiting(f->worker), 0);
    assert_true(worker_submit(f->worker, &f->jobs[4].job)); /* room again */
    stop(f);
    assert_outcomes(f, 0, 5, JOB_DONE);
}

static void a_commit_not_done_is_run_alone(void **state)
{
    struct fake *f = *state;
    start(f, 256, 1000);
    f->script[1] = JOB_NOT_DONE; /* the batch; 0 is the gate's */
    f->script[3] = JOB_NOT_DONE; /* and job 1 by itself again */
    run_all(f, 0, 4);
    skip_unless(f->batches[1] == 4);
    assert_outcomes(f, 0, 1, JOB_DONE);
    assert_outcomes(f, 1, 2, JOB_NOT_DONE);
    assert_outcomes(f, 2, 4, JOB_DONE);
    for (int i = 0; i < 4; i++) {
        assert_true(f->jobs[i].runs == 2 && f->jobs[i].resets == 1);
        assert_int_equal(was_kept(f, i), i != 1);
    }
    assert_false(f->open);
}

static void a_lost_batch_is_reset_and_run_alone(void **state)
{
    struct fake *f = *state;
    start(f, 256, 1000);
    f->jobs[2].poison = true;
    run_all(f, 0, 6);
    skip_unless(f->jobs[0].runs == 2 && f->jobs[1].runs == 2);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(f->jobs[i].outcome, i == 2 ? JOB_NOT_DONE : JOB_DONE);
        assert_int_equal(was_kept(f, i), i != 2);
        assert_int_equal(f->jobs[i].runs, i <= 2 ? 2 : 1);
        assert_int_equal(f->jobs[i].resets, i <= 2 ? 1 : 0);
    }
    assert_true(f->rollbacks >= 2);
}

/* Nothing more is run, and nothing is told to be done. */
static void an_unknown_commit_ends_it(void **state)
{
    struct fake *f = *state;
    struct job gate = gate_job();
    start(f, 2, 1000);
    f->script[1] = JOB_UNKNOWN;
    assert_true(worker_submit(f->worker, &gate));
    assert_int_equal(sem_wait(&f->reached), 0);
    submit(f, 0, 6);
    assert_false(worker_broken(f->worker));
    assert_int_equal(sem_post(&f->gate), 0);
    for (int i = 0; i < 2000 && worker_waiting(f->worker) > 0; i++) {
        assert_int_equal(usleep(1000), 0);
        worker_deliver(f->worker);
    }
    assert_true(worker_broken(f->worker));
    assert_false(worker_submit(f->worker, &f->jobs[6].job));
    stop(f);
    assert_outcomes(f, 0, 2, JOB_UNKNOWN);
    assert_outcomes(f, 2, 6, JOB_NOT_DONE);
    assert_int_equal(f->ran_n, 2);
    assert_int_equal(f->batch_n, 2);
}

static void an_unknown_commit_ends_a_run_alone(void **state)
{
    struct fake *f = *state;
    start(f, 256, 1000);
    f->script[1] = JOB_NOT_DONE;
    f->script[3] = JOB_UNKNOWN; /* job 1 alone */
    run_all(f, 0, 4);
    skip_unless(f->batches[1] == 4);
    assert_outcomes(f, 0, 1, JOB_DONE);
    assert_outcomes(f, 1, 2, JOB_UNKNOWN);
    assert_outcomes(f, 2, 4, JOB_NOT_DONE);
    assert_int_equal(f->ran_n, 4 + 2);
    assert_int_equal(f->jobs[2].runs, 1);
}

static void no_transaction_no_run(void **state)
{
    struct fake *f = *state;
    f->refuse_begin = true;
    start(f, 256, 1000);
    submit(f, 0, 5);
    stop(f);
    assert_outcomes(f, 0, 5, JOB_NOT_DONE);
    assert_int_equal(f->ran_n, 0);
    assert_int_equal(f->batch_n, 0);
}

static void stopping_runs_what_is_queued(void **state)
{
    struct fake *f = *state;
    start(f, 16, 1000);
    submit(f, 0, JOBS);
    stop(f);
    assert_outcomes(f, 0, JOBS, JOB_DONE);
    assert_int_equal(f->kept_n, JOBS);
    assert_int_equal(f->delivered, JOBS);
    worker_stop(NULL);
}

static void what_is_left_is_not_run(void **state)
{
    struct fake *f = *state;
    struct job gate = gate_job();
    start(f, 1, 1000);
    assert_true(worker_submit(f->worker, &gate));
    assert_int_equal(sem_wait(&f->reached), 0);
    submit(f, 0, 3);
    worker_leave(f->worker);
    assert_int_equal(sem_post(&f->gate), 0);
    assert_false(worker_stop(f->worker));
    f->worker = NULL;
    assert_outcomes(f, 0, 3, JOB_NOT_DONE);
    assert_int_equal(f->jobs[0].runs, 0);
    worker_leave(NULL);
}

static void figures_count_commits_and_jobs(void **state)
{
    struct fake *f = *state;
    struct worker_figures figures;
    start(f, 256, 1000);
    submit(f, 0, 50);
    for (int i = 0; i < 2000 && worker_waiting(f->worker) > 0; i++) {
        assert_int_equal(usleep(1000), 0);
        worker_deliver(f->worker);
    }
    worker_figures(f->worker, &figures);
    stop(f);
    assert_int_equal(figures.jobs, 50);
    assert_int_equal(figures.commits, f->batch_n);
    assert_int_equal(figures.jobs_le[7], figures.commits);
    for (int i = 1; i < 8; i++) {
        assert_true(figures.jobs_le[i] >= figures.jobs_le[i - 1]);
        assert_true(figures.commit_le[i] >= figures.commit_le[i - 1]);
    }
}

static void run_one(struct fake *f, int job)
{
    submit(f, job, job + 1);
    for (int i = 0; i < 2000 && worker_waiting(f->worker) > 0; i++) {
        assert_int_equal(usleep(100), 0);
        worker_deliver(f->worker);
    }
    assert_int_equal(f->jobs[job].outcome, JOB_DONE);
}

static void wait_for_idle(const struct fake *f, int times)
{
    for (int i = 0; i < 2000 && f->idled < times; i++)
        assert_int_equal(usleep(1000), 0);
    assert_int_equal(usleep(10 * WORKER_IDLE_MS * 1000), 0);
    assert_int_equal(f->idled, times);
}

/* After a job that none followed, and not again until another has come. */
static void rest_is_told_once(void **state)
{
    struct fake *f = *state;
    start(f, 256, 1000);
    wait_for_idle(f, 1);
    run_one(f, 0);
    wait_for_idle(f, 2);
    run_one(f, 1);
    wait_for_idle(f, 3);
    stop(f);
}

/* The shortest of many, for a machine may pause at any of them. */
static void behind_few_it_rests_at_once(void **state)
{
    struct fake *f = *state;
    int64_t shortest = INT64_MAX;
    start(f, 256, 1000);
    wait_for_idle(f, 1);
    for (int i = 0; i < 50; i++) {
        run_one(f, i);
        wait_for_idle(f, i + 2);
        int64_t us = f->idled_us - f->committed_us;
        shortest = us < shortest ? us : shortest;
    }
    stop(f);
    assert_true(shortest < WORKER_IDLE_MS * 1000);
}

/* Those who sent many are answered, and send more. */
static void behind_many_it_rests_after_a_while(void **state)
{
    struct fake *f = *state;
    struct job gate = gate_job();
    start(f, 256, 1000);
    wait_for_idle(f, 1);
    run_behind(&gate, f, 0, 256);
    wait_for_idle(f, 2);
    stop(f);
    assert_true(f->idled_us - f->committed_us >= WORKER_IDLE_MS * 1000);
}

/* Nobody waits for the signal then. */
static void what_comes_while_it_rests_is_heard(void **state)
{
    struct fake *f = *state;
    f->long_rest = true;
    start(f, 256, 1000);
    assert_int_equal(sem_wait(&f->reached), 0);
    run_one(f, 0);
    assert_int_equal(sem_wait(&f->reached), 0);
    (void)alarm(5); /* else a stop that is not heard waits for good */
    stop(f);
    (void)alarm(0);
}

static void rest_that_fails_ends_it(void **state)
{
    struct fake *f = *state;
    f->idle_fails = 2;
    start(f, 256, 1000);
    wait_for_idle(f, 1);
    run_one(f, 0);
    wait_for_idle(f, 2);
    assert_true(worker_broken(f->worker));
    assert_false(worker_submit(f->worker, &f->jobs[1].job));
    assert_true(worker_stop(f->worker));
    f->worker = NULL;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(jobs_that_wait_share_a_commit),       TEST(a_batch_is_bounded),
        TEST(a_batch_takes_no_more_after_10_ms),   TEST(inbound_comes_first),
        TEST(over_the_limit_is_refused),           TEST(a_commit_not_done_is_run_alone),
        TEST(a_lost_batch_is_reset_and_run_alone), TEST(an_unknown_commit_ends_it),
        TEST(an_unknown_commit_ends_a_run_alone),  TEST(no_transaction_no_run),
        TEST(stopping_runs_what_is_queued),        TEST(what_is_left_is_not_run),
        TEST(figures_count_commits_and_jobs),      TEST(rest_is_told_once),
        TEST(behind_few_it_rests_at_once),         TEST(behind_many_it_rests_after_a_while),
        TEST(what_comes_while_it_rests_is_heard),  TEST(rest_that_fails_ends_it),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
