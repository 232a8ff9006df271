/* A thread that runs jobs, many in one transaction (group commit), and hands
 * each back to the loop with how its transaction ended.
 *
 * It knows no SQL: what a transaction is, its owner says by worker_ops.  While
 * one commit syncs, the next jobs gather; there is no other delay.  At most
 * jobs_most jobs or 10 ms go into one batch; inbound first, then settled
 * sends, then background work.
 *
 * A batch that the engine rolled back by itself is run again one by one.  A
 * commit whose outcome is unknown ends the worker: nothing more is run.
 *
 * worker_submit, worker_deliver, worker_leave, worker_stop: loop thread.  ops,
 * job.run and job.reset: the worker's.  job.done: loop, inside worker_deliver. */
#ifndef YAVAR_RUN_WORKER_H
#define YAVAR_RUN_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/run/loop.h"

enum job_rank { JOB_INBOUND, JOB_SETTLE, JOB_BACKGROUND, JOB_RANKS };
enum job_outcome { JOB_DONE, JOB_NOT_DONE, JOB_UNKNOWN };

struct job {
    struct job *next; /* the worker's, until done */
    enum job_rank rank;
    void (*run)(struct job *job, void *db);
    void (*reset)(struct job *job); /* throw away what a rolled-back run left; NULL: nothing */
    /* The job and all it owns is the callee's again. */
    void (*done)(struct job *job, enum job_outcome outcome);
    enum job_outcome outcome;
};

enum { WORKER_IDLE_MS = 2, WORKER_FEW = 8 };

struct worker_ops {
    bool (*begin)(void *db);
    enum job_outcome (*commit)(void *db);
    void (*rollback)(void *db);
    bool (*lost)(void *db); /* the transaction is gone, with all its jobs' effects */
    size_t jobs_most;       /* in one transaction */
    /* There is no job, and a good moment for what would else be done amid a batch: at once
     * behind batches of fewer than WORKER_FEW jobs, as who comes meanwhile is alone, too; behind
     * larger ones, whose senders write again once answered, when none came for WORKER_IDLE_MS.
     * Once, until one comes.  False ends the worker, as an unknown commit does.  NULL: there is
     * nothing to do then. */
    bool (*idle)(void *db);
};

struct worker_figures { /* since the start */
    uint64_t commits, jobs;
    uint64_t commit_us_sum;
    /* Cumulative buckets as Prometheus has them; bounds in worker.c. */
    uint64_t commit_le[8], jobs_le[8];
};
extern const double worker_commit_bounds[8]; /* seconds */
extern const double worker_jobs_bounds[8];

struct worker;
/* LIMIT: jobs queued and running at once. */
struct worker *worker_start(struct loop *loop, const char *name, const struct worker_ops *ops, void *db,
                            size_t limit, struct error *e) MUST_CHECK;
/* False when LIMIT is reached or the worker has ended (NULL: long since); the
 * job stays the caller's. */
bool worker_submit(struct worker *worker, struct job *job) MUST_CHECK;
size_t worker_waiting(const struct worker *worker); /* submitted and not delivered */
/* Calls done of what has finished; run it when the loop wakes. */
void worker_deliver(struct worker *worker);
/* True once a commit's outcome was unknown. */
bool worker_broken(const struct worker *worker);
void worker_figures(struct worker *worker, struct worker_figures *figures);
/* What is queued ends as not done: at a stop, reads that nobody waits for any more.  NULL is fine. */
void worker_leave(struct worker *worker);
/* Runs what is queued, ends the thread, delivers; whether it was broken. NULL is fine. */
bool worker_stop(struct worker *worker);

#endif
