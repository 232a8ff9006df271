/* The event loop: sockets, timers and signals of one thread, on libevent.
 *
 * Everything here is called on the loop's own thread but loop_wake, which
 * any thread may call.  Nothing blocks but loop_run. */
#ifndef YAVAR_RUN_LOOP_H
#define YAVAR_RUN_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"

struct event_base;
struct loop;
struct loop_timer;

struct loop *loop_new(struct error *e) MUST_CHECK;
void loop_free(struct loop *loop);
/* Whether signals and wakes arrive at all: what is watched is told to the
 * kernel only when the loop turns, and a refusal is no more than a warning of
 * libevent's.  Once everything is set up, before it runs. */
bool loop_hears(struct loop *loop, struct error *e) MUST_CHECK;
void loop_run(struct loop *loop);  /* until loop_stop */
void loop_stop(struct loop *loop); /* after the callbacks of this turn */

/* "2.1.12-stable": of the libevent that runs, for yavar doctor. */
const char *loop_library_version(void);

/* For net/, which hands it to evhttp and to curl's sockets. */
struct event_base *loop_base(struct loop *loop);

/* A one-shot timer that can be set again; setting replaces.  Milliseconds. */
struct loop_timer *loop_timer_new(struct loop *loop, void (*fn)(void *ctx), void *ctx) MUST_CHECK;
void loop_timer_set(struct loop_timer *timer, int64_t after_ms);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* NULL is fine */

/* FN runs at every arrival of SIGNUM. */
bool loop_on_signal(struct loop *loop, int signum, void (*fn)(void *ctx), void *ctx) MUST_CHECK;

/* Wakes the loop, which then calls the function given to loop_on_wake once,
 * however many wakes came.  From any thread. */
void loop_on_wake(struct loop *loop, void (*fn)(void *ctx), void *ctx);
void loop_wake(struct loop *loop);

/* The longest turn since the last call, in microseconds: how long the loop
 * was deaf.  Resets. */
int64_t loop_longest_turn(struct loop *loop);

#endif
