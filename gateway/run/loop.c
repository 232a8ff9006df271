/* The event loop on libevent.
 *
 * The loop owns its base, its eventfd and its signal events; who made a timer
 * frees it, before the loop.  Other threads touch nothing but `woken` and the
 * eventfd, so libevent runs without its locks (no evthread).
 *
 * How long the loop is deaf: libevent 2.1 does not tell when a wait ended, so
 * a turn is measured from the first of our own callbacks in it, and a
 * heartbeat's lateness shows what happened in turns that held none. */
#include "gateway/run/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/memory.h"

enum { HEARTBEAT_US = 50 * 1000, COARSE_US = 5 * 1000 };

struct signal_watch {
    struct signal_watch *next;
    struct loop *loop;
    struct event *event;
    void (*fn)(void *ctx);
    void *ctx;
};

struct loop {
    struct event_base *base;
    int wake_fd;
    struct event *wake_event, *beat_event;
    atomic_bool woken; /* a wake is on its way: the others need no system call */
    void (*wake_fn)(void *ctx);
    void *wake_ctx;
    struct signal_watch *signals;
    bool stopping;
    bool rung;          /* something came through the eventfd; loop_hears asks */
    int64_t turn_began; /* µs, monotonic; 0: no callback of ours yet in this turn */
    int64_t beat_due, longest;
};

struct loop_timer {
    struct loop *loop;
    struct event *event;
    void (*fn)(void *ctx);
    void *ctx;
};

static int64_t now_us(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0; /* cannot fail on Linux; a figure would be missing, no more */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void broken(const char *what)
{
    fprintf(stderr, "yavar: the event loop is broken: %s: %s\n", what, strerror(errno));
    abort();
}

static void turn_begins(struct loop *loop)
{
    if (loop->turn_began == 0)
        loop->turn_began = now_us();
}

static void turn_ends(struct loop *loop)
{
    if (loop->turn_began == 0)
        return;
    int64_t took = now_us() - loop->turn_began;
    if (took > loop->longest)
        loop->longest = took;
    loop->turn_began = 0;
}

static void set_beat(struct loop *loop)
{
    struct timeval after = {0, HEARTBEAT_US};
    loop->beat_due = now_us() + HEARTBEAT_US;
    if (event_add(loop->beat_event, &after) != 0)
        broken("heartbeat");
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    struct loop *loop = arg;
    (void)fd, (void)what;
    /* waking up takes its time on a busy machine: so much lateness means nothing */
    int64_t late = now_us() - loop->beat_due - COARSE_US;
    if (late > loop->longest)
        loop->longest = late;
    set_beat(loop);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct loop *loop = arg;
    (void)what;
    turn_begins(loop);
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof count);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        broken("eventfd");
    loop->rung = true;
    /* before FN: a wake from now on counts again, one from before is seen by FN */
    (void)atomic_exchange(&loop->woken, false);
    if (loop->wake_fn)
        loop->wake_fn(loop->wake_ctx);
}

static bool make_base(struct loop *loop)
{
    event_set_mem_functions(memory_take, memory_more, memory_free);
    struct event_config *config = event_config_new();
    if (!config)
        return false;
    /* The first is safe as no descriptor in this base is ever a duplicate of another; without the
     * second timers follow a clock that is up to 4 ms late, which is as much as a pledge takes. */
    if (event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST | EVENT_BASE_FLAG_PRECISE_TIMER) ==
        0)
        loop->base = event_base_new_with_config(config);
    event_config_free(config);
    return loop->base != NULL;
}

static bool make_events(struct loop *loop)
{
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->wake_fd < 0)
        return false;
    loop->wake_event = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
    loop->beat_event = event_new(loop->base, -1, 0, on_beat, loop);
    return loop->wake_event && loop->beat_event && event_add(loop->wake_event, NULL) == 0;
}

/* libevent writes with writev, which has no MSG_NOSIGNAL: a client that left
 * would end the process. */
static bool ignore_sigpipe(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    return sigaction(SIGPIPE, &ignore, NULL) == 0;
}

struct loop *loop_new(struct error *e)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop) {
        error_set(e, "out of memory");
        return NULL;
    }
    loop->wake_fd = -1;
    atomic_init(&loop->woken, false);
    if (ignore_sigpipe() && make_base(loop) && make_events(loop))
        return loop;
    error_set(e, "cannot make an event loop: %s", strerror(errno));
    loop_free(loop);
    return NULL;
}

static void free_event(struct event *event)
{
    if (event)
        event_free(event);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    while (loop->signals) {
        struct signal_watch *watch = loop->signals;
        loop->signals = watch->next;
        event_free(watch->event);
        free(watch);
    }
    free_event(loop->wake_event);
    free_event(loop->beat_event);
    if (loop->base)
        event_base_free(loop->base);
    if (loop->wake_fd >= 0 && close(loop->wake_fd) != 0)
        broken("close");
    free(loop);
}

void loop_run(struct loop *loop)
{
    set_beat(loop);
    while (!loop->stopping) {
        if (event_base_loop(loop->base, EVLOOP_ONCE) < 0)
            broken("event_base_loop");
        turn_ends(loop);
    }
    loop->stopping = false; /* so that it can run again, to drain */
    if (event_del(loop->beat_event) != 0)
        broken("heartbeat");
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct loop_timer *timer = arg;
    (void)fd, (void)what;
    turn_begins(timer->loop);
    timer->fn(timer->ctx); /* may free the timer */
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
    struct loop_timer *timer = malloc(sizeof *timer);
    if (!timer)
        return NULL;
    *timer = (struct loop_timer){loop, NULL, fn, ctx};
    timer->event = event_new(loop->base, -1, 0, on_timer, timer);
    if (timer->event)
        return timer;
    free(timer);
    return NULL;
}

void loop_timer_set(struct loop_timer *timer, int64_t after_ms)
{
    if (after_ms < 0)
        after_ms = 0;
    struct timeval after = {after_ms / 1000, after_ms % 1000 * 1000};
    if (event_add(timer->event, &after) != 0)
        broken("timer");
}

void loop_timer_stop(struct loop_timer *timer)
{
    if (event_del(timer->event) != 0)
        broken("timer");
}

void loop_timer_free(struct loop_timer *timer)
{
    if (!timer)
        return;
    event_free(timer->event);
    free(timer);
}

static void on_signal(evutil_socket_t signum, short what, void *arg)
{
    struct signal_watch *watch = arg;
    (void)signum, (void)what;
    turn_begins(watch->loop);
    watch->fn(watch->ctx);
}

bool loop_on_signal(struct loop *loop, int signum, void (*fn)(void *ctx), void *ctx)
{
    struct signal_watch *watch = malloc(sizeof *watch);
    if (!watch)
        return false;
    *watch = (struct signal_watch){loop->signals, loop, NULL, fn, ctx};
    watch->event = event_new(loop->base, signum, EV_SIGNAL | EV_PERSIST, on_signal, watch);
    if (!watch->event || event_add(watch->event, NULL) != 0) {
        free_event(watch->event);
        free(watch);
        return false;
    }
    loop->signals = watch;
    return true;
}

static void on_probe(evutil_socket_t signum, short what, void *arg)
{
    (void)signum, (void)what;
    *(bool *)arg = true;
}

static void ring(struct loop *loop)
{
    const uint64_t one = 1;
    while (write(loop->wake_fd, &one, sizeof one) < 0)
        if (errno != EINTR) {
            if (errno == EAGAIN) /* the counter is full: it is awake already */
                return;
            broken("eventfd");
        }
}

/* Other threads work already.  Rings by itself, as one of them may stand between
 * marking `woken` and writing, and a wake that asks `woken` would write nothing;
 * nor does it ask `woken` what was heard, as they set it again at any time.
 * EVLOOP_NONBLOCK alone would turn for as long as there is something to do. */
bool loop_hears(struct loop *loop, struct error *e)
{
    enum { TURNS = 4 }; /* the first tells the kernel, the second hears */
    bool heard = false;
    struct event *probe = event_new(loop->base, SIGURG, EV_SIGNAL | EV_PERSIST, on_probe, &heard);
    bool well = probe && event_add(probe, NULL) == 0;
    loop->rung = false;
    for (int i = 0; i < TURNS && well && !(heard && loop->rung); i++) {
        ring(loop);
        well = raise(SIGURG) == 0 && event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NONBLOCK) >= 0;
    }
    free_event(probe);
    return (well && heard && loop->rung) ||
           error_set(e, "the kernel does not let us wait for signals and sockets");
}

void loop_on_wake(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
    loop->wake_fn = fn;
    loop->wake_ctx = ctx;
}

void loop_wake(struct loop *loop)
{
    if (!atomic_exchange(&loop->woken, true))
        ring(loop);
}

int64_t loop_longest_turn(struct loop *loop)
{
    if (loop->turn_began != 0) { /* called in the middle of a turn: so far */
        turn_ends(loop);
        turn_begins(loop);
    }
    int64_t longest = loop->longest;
    loop->longest = 0;
    return longest;
}

const char *loop_library_version(void)
{
    return event_get_version();
}
