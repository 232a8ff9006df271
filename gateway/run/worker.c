/* The group-commit worker. */
#include "gateway/run/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/memory.h"

enum { BATCH_US = 10 * 1000, WINDOW = 8 };

const double worker_commit_bounds[8] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1};
const double worker_jobs_bounds[8] = {1, 2, 4, 8, 16, 64, 128, 256};

struct queue {
    struct job *head, **tail;
};

struct worker {
    struct loop *loop;
    struct worker_ops ops;
    void *db;
    size_t limit;
    size_t waiting; /* loop thread only */
    pthread_t thread;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t more;
    struct queue queued[JOB_RANKS];
    struct queue finished;
    bool stopping;
    bool rests;   /* since its last job it was told to be idle */
    size_t usual; /* WINDOW times the jobs of a batch, a running mean */
    struct worker_figures figures;

    atomic_bool broken, left;
};

static void queue_init(struct queue *q)
{
    q->head = NULL;
    q->tail = &q->head;
}

static void queue_push(struct queue *q, struct job *job)
{
    job->next = NULL;
    *q->tail = job;
    q->tail = &job->next;
}

static struct job *queue_pop(struct queue *q)
{
    struct job *job = q->head;
    if (job != NULL && (q->head = job->next) == NULL)
        q->tail = &q->head;
    return job;
}

static struct job *queue_take_all(struct queue *q)
{
    struct job *head = q->head;
    queue_init(q);
    return head;
}

/* pthread's calls below fail only for a lock that is no lock. */
static void lock(struct worker *w)
{
    if (pthread_mutex_lock(&w->lock) != 0)
        abort();
}

static void unlock(struct worker *w)
{
    if (pthread_mutex_unlock(&w->lock) != 0)
        abort();
}

static int64_t now_us(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        abort();
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct job *next_job(struct worker *w)
{
    for (int rank = 0; rank < JOB_RANKS; rank++) {
        struct job *job = queue_pop(&w->queued[rank]);
        if (job != NULL)
            return job;
    }
    return NULL;
}

static void rest(struct worker *w)
{
    w->rests = true;
    if (w->ops.idle == NULL || atomic_load(&w->broken))
        return;
    unlock(w);
    if (!w->ops.idle(w->db)) {
        atomic_store(&w->broken, true);
        loop_wake(w->loop);
    }
    lock(w);
}

/* Until there may be work; false: there was none for a while. */
static bool wait_a_while(struct worker *w)
{
    struct timespec end;
    if (clock_gettime(CLOCK_MONOTONIC, &end) != 0)
        abort();
    int64_t ns = end.tv_nsec + WORKER_IDLE_MS * 1000000;
    end.tv_sec += ns / 1000000000;
    end.tv_nsec = ns % 1000000000;
    int failed =
        w->rests ? pthread_cond_wait(&w->more, &w->lock) : pthread_cond_timedwait(&w->more, &w->lock, &end);
    if (failed != 0 && failed != ETIMEDOUT)
        abort();
    return failed == 0;
}

/* NULL when there is no work left and the end was asked for. */
static struct job *wait_for_job(struct worker *w)
{
    struct job *job;
    bool idle = w->usual < WORKER_FEW * WINDOW;
    /* one may come while a wait ends, and while it rests, when nobody hears its signal: looked for first */
    while ((job = next_job(w)) == NULL && !w->stopping) {
        if (idle) {
            rest(w);
            idle = false;
        } else {
            idle = !wait_a_while(w);
        }
    }
    w->rests = false;
    return job;
}

static void count_batch(struct worker *w, size_t jobs, int64_t us)
{
    struct worker_figures *f = &w->figures;
    f->commits++;
    f->jobs += jobs;
    f->commit_us_sum += (uint64_t)us;
    for (int i = 0; i < 8; i++) {
        f->commit_le[i] += (double)us / 1e6 <= worker_commit_bounds[i];
        f->jobs_le[i] += (double)jobs <= worker_jobs_bounds[i];
    }
}

static void set_outcome(struct job *const *batch, size_t n, enum job_outcome outcome)
{
    for (size_t i = 0; i < n; i++)
        batch[i]->outcome = outcome;
}

static bool commit(struct worker *w, struct job *const *batch, size_t n)
{
    int64_t from = now_us();
    enum job_outcome outcome = w->ops.commit(w->db);
    int64_t us = now_us() - from;
    set_outcome(batch, n, outcome);
    if (outcome == JOB_UNKNOWN)
        atomic_store(&w->broken, true);
    if (outcome == JOB_NOT_DONE)
        w->ops.rollback(w->db);
    lock(w);
    count_batch(w, n, us);
    unlock(w);
    return outcome != JOB_NOT_DONE;
}

/* Each job in a transaction of its own, after its first run was rolled back. */
static void run_alone(struct worker *w, struct job *const *batch, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct job *job = batch[i];
        job->outcome = JOB_NOT_DONE;
        if (atomic_load(&w->broken))
            continue;
        if (job->reset != NULL)
            job->reset(job);
        if (!w->ops.begin(w->db)) {
            w->ops.rollback(w->db); /* which says why */
            continue;
        }
        job->run(job, w->db);
        if (w->ops.lost(w->db) || !commit(w, &batch[i], 1)) {
            w->ops.rollback(w->db);
            job->outcome = JOB_NOT_DONE;
        }
    }
}

static void run_batch(struct worker *w, struct job **batch, struct job *first)
{
    size_t n = 0;
    int64_t end = now_us() + BATCH_US;
    set_outcome(&first, 1, JOB_NOT_DONE);
    bool runs = !atomic_load(&w->broken) && !atomic_load(&w->left);
    bool begun = runs && w->ops.begin(w->db), lost = !begun;
    for (struct job *job = first; job != NULL; n++) {
        batch[n] = job;
        job->outcome = JOB_NOT_DONE;
        if (!lost) {
            job->run(job, w->db);
            lost = w->ops.lost(w->db);
        }
        job = NULL;
        if (n + 1 < w->ops.jobs_most && !lost && now_us() < end) {
            lock(w);
            job = next_job(w);
            unlock(w);
        }
    }
    if (runs && !begun)
        w->ops.rollback(w->db); /* which says why */
    if (begun && lost) {
        w->ops.rollback(w->db);
        run_alone(w, batch, n);
    } else if (begun && !commit(w, batch, n) && n > 1) {
        run_alone(w, batch, n);
    }
    w->usual += n - w->usual / WINDOW;
    lock(w);
    for (size_t i = 0; i < n; i++)
        queue_push(&w->finished, batch[i]);
    unlock(w);
    loop_wake(w->loop);
}

static void *thread_main(void *arg)
{
    struct worker *w = arg;
    struct job **batch = calloc(w->ops.jobs_most, sizeof(struct job *));
    if (batch == NULL)
        out_of_memory();
    for (;;) {
        lock(w);
        struct job *first = wait_for_job(w);
        unlock(w);
        if (first == NULL)
            break;
        run_batch(w, batch, first);
    }
    free(batch);
    return NULL;
}

/* One that is waited for by the clock that nobody sets. */
static bool steady_condition(pthread_cond_t *condition)
{
    pthread_condattr_t steady;
    if (pthread_condattr_init(&steady) != 0)
        return false;
    bool made = pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &steady) == 0;
    (void)pthread_condattr_destroy(&steady); /* it cannot refuse what was made */
    return made;
}

struct worker *worker_start(struct loop *loop, const char *name, const struct worker_ops *ops, void *db,
                            size_t limit, struct error *e)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL) {
        error_set(e, "out of memory");
        return NULL;
    }
    w->loop = loop;
    w->ops = *ops;
    w->db = db;
    w->limit = limit;
    for (int i = 0; i < JOB_RANKS; i++)
        queue_init(&w->queued[i]);
    queue_init(&w->finished);
    if (pthread_mutex_init(&w->lock, NULL) != 0 || !steady_condition(&w->more) ||
        pthread_create(&w->thread, NULL, thread_main, w) != 0) {
        error_set(e, "no thread for %s", name);
        free(w);
        return NULL;
    }
    /* a name for top and gdb; its absence harms nothing */
    (void)pthread_setname_np(w->thread, name);
    return w;
}

bool worker_submit(struct worker *w, struct job *job)
{
    if (w == NULL || w->waiting >= w->limit || w->stopping || atomic_load(&w->broken))
        return false; /* stopping is written by this thread */
    w->waiting++;
    lock(w);
    queue_push(&w->queued[job->rank], job);
    unlock(w);
    return pthread_cond_signal(&w->more) == 0; /* which cannot fail */
}

size_t worker_waiting(const struct worker *w)
{
    return w->waiting;
}

void worker_deliver(struct worker *w)
{
    lock(w);
    struct job *job = queue_take_all(&w->finished);
    unlock(w);
    while (job != NULL) {
        struct job *next = job->next;
        w->waiting--;
        job->done(job, job->outcome);
        job = next;
    }
}

bool worker_broken(const struct worker *w)
{
    return atomic_load(&w->broken);
}

void worker_figures(struct worker *w, struct worker_figures *figures)
{
    lock(w);
    *figures = w->figures;
    unlock(w);
}

void worker_leave(struct worker *w)
{
    if (w != NULL)
        atomic_store(&w->left, true);
}

bool worker_stop(struct worker *w)
{
    if (w == NULL)
        return false;
    lock(w);
    w->stopping = true;
    unlock(w);
    if (pthread_cond_signal(&w->more) != 0 || pthread_join(w->thread, NULL) != 0)
        abort();
    worker_deliver(w);
    /* both are unused now, which is all that could make them fail */
    (void)pthread_mutex_destroy(&w->lock);
    /* as above */
    (void)pthread_cond_destroy(&w->more);
    bool broken = worker_broken(w);
    free(w);
    return broken;
}
