/* The loop: wakes from other threads, timers, signals, how long it was deaf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/run/loop.h"

enum { POSTS = 20000 };

struct world {
    struct loop *loop;
    struct loop_timer *timer, *other;
    atomic_int posted;
    int seen, wakes, fired;
};

/* A thread that hesitates stands before its next write until it may: as the
 * scheduler may stop one there for as long as it likes. */
static _Thread_local bool hesitates;
static atomic_bool stands, may_write;

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (hesitates) {
        atomic_store(&stands, true);
        while (!atomic_load(&may_write))
            assert_int_equal(usleep(1000), 0);
    }
    return syscall(SYS_write, fd, bytes, n);
}

static int set_up(void **state)
{
    static struct world one; /* the tests run one after another */
    struct error e;
    one = (struct world){0};
    one.loop = loop_new(&e);
    *state = &one;
    return one.loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    loop_timer_free(w->timer);
    loop_timer_free(w->other);
    loop_free(w->loop);
    return 0;
}

static void on_wake(void *ctx)
{
    struct world *w = ctx;
    w->wakes++;
    w->seen = w->posted;
    if (w->seen == 2 * POSTS)
        loop_stop(w->loop);
}

static void *post(void *arg)
{
    struct world *w = arg;
    for (int i = 0; i < POSTS; i++) {
        w->posted++;
        loop_wake(w->loop);
    }
    return NULL;
}

/* No post is missed: with the last one lost the loop would run for ever. */
static void test_wake(void **state)
{
    struct world *w = *state;
    pthread_t threads[2];
    loop_on_wake(w->loop, on_wake, w);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post, w), 0);
    loop_run(w->loop);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(w->seen, 2 * POSTS);
    assert_true(w->wakes <= 2 * POSTS);
}

static void stop(void *ctx)
{
    struct world *w = ctx;
    w->fired++;
    loop_stop(w->loop);
}

static void never(void *ctx)
{
    (void)ctx;
    fail_msg("a timer fired that must not");
}

/* What is posted while a wake is being handled counts again. */
static void wake_again(void *ctx)
{
    struct world *w = ctx;
    if (++w->wakes == 1)
        loop_wake(w->loop);
    else
        loop_stop(w->loop);
}

static void test_wake_in_wake(void **state)
{
    struct world *w = *state;
    w->other = loop_timer_new(w->loop, never, w);
    assert_non_null(w->other);
    loop_timer_set(w->other, 2000);
    loop_on_wake(w->loop, wake_again, w);
    loop_wake(w->loop);
    loop_run(w->loop);
    assert_int_equal(w->wakes, 2);
}

static void test_timer(void **state)
{
    struct world *w = *state;
    w->timer = loop_timer_new(w->loop, stop, w);
    w->other = loop_timer_new(w->loop, never, w);
    assert_non_null(w->timer);
    assert_non_null(w->other);
    loop_timer_set(w->other, 1);
    loop_timer_stop(w->other);
    loop_timer_set(w->timer, 3600 * 1000);
    loop_timer_set(w->timer, 20); /* replaces */
    loop_run(w->loop);
    assert_int_equal(w->fired, 1);
    loop_timer_set(w->timer, -5);
    loop_run(w->loop); /* it can run again */
    assert_int_equal(w->fired, 2);
}

static void sleepy(void *ctx)
{
    assert_int_equal(usleep(120000), 0);
    stop(ctx);
}

static void test_longest_turn(void **state)
{
    struct world *w = *state;
    w->timer = loop_timer_new(w->loop, stop, w);
    loop_timer_set(w->timer, 200);
    loop_run(w->loop);
    assert_true(loop_longest_turn(w->loop) < 50000); /* waiting is not deafness */
    w->other = loop_timer_new(w->loop, sleepy, w);
    loop_timer_set(w->other, 10);
    loop_run(w->loop);
    int64_t longest = loop_longest_turn(w->loop);
    assert_true(longest >= 115000 && longest < 400000);
    assert_true(loop_longest_turn(w->loop) < 50000); /* it was reset */
}

static void test_signal(void **state)
{
    struct world *w = *state;
    assert_true(loop_on_signal(w->loop, SIGUSR1, stop, w));
    assert_int_equal(raise(SIGUSR1), 0);
    loop_run(w->loop);
    assert_int_equal(w->fired, 1);
    assert_int_equal(raise(SIGPIPE), 0); /* ignored */
}

/* The descriptor by which this process waits for others. */
static int epoll_of_this_process(void)
{
    char path[32], what[64];
    for (int fd = 3; fd < 64; fd++) {
        assert_true(snprintf(path, sizeof path, "/proc/self/fd/%d", fd) > 0);
        ssize_t n = readlink(path, what, sizeof what - 1);
        if (n > 0 && memmem(what, (size_t)n, "[eventpoll]", 11) != NULL)
            return fd;
    }
    return -1;
}

static void test_hears(void **state)
{
    struct world *w = *state;
    struct error e = {""};
    int others = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(loop_on_signal(w->loop, SIGUSR1, stop, w));
    assert_true(loop_hears(w->loop, &e));
    assert_true(loop_hears(w->loop, &e)); /* it leaves nothing behind */
    assert_int_equal(w->fired, 0);
    assert_true(others >= 0 && dup2(others, epoll_of_this_process()) >= 0);
    assert_false(loop_hears(w->loop, &e));
    assert_true(e.text[0] != '\0');
    assert_int_equal(close(others), 0);
}

static void wake_much(void *ctx)
{
    struct world *w = ctx;
    if (++w->wakes < 1000)
        loop_wake(w->loop);
}

/* The store thread has something to say after each turn: the probe ends all the same. */
static void test_hears_beside_wakes(void **state)
{
    struct world *w = *state;
    struct error e = {""};
    loop_on_wake(w->loop, wake_much, w);
    loop_wake(w->loop);
    assert_true(loop_hears(w->loop, &e));
    assert_in_range(w->wakes, 1, 4);
}

static void count_and_stop(void *ctx)
{
    struct world *w = ctx;
    w->wakes++;
    loop_stop(w->loop);
}

static void *wake_with_hesitation(void *arg)
{
    struct world *w = arg;
    hesitates = true;
    loop_wake(w->loop);
    return NULL;
}

/* The store thread is about to wake the loop and the processor went to another: that is no fault of
 * the kernel's, and what it then writes wakes the loop. */
static void test_hears_beside_a_wake_half_done(void **state)
{
    struct world *w = *state;
    struct error e = {""};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake_with_hesitation, w), 0);
    while (!atomic_load(&stands))
        assert_int_equal(usleep(1000), 0);
    bool hears = loop_hears(w->loop, &e);
    atomic_store(&may_write, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(hears);
    loop_on_wake(w->loop, count_and_stop, w);
    loop_run(w->loop); /* for ever, if it were lost */
    assert_int_equal(w->wakes, 1);
    loop_wake(w->loop); /* nor is a later one */
    loop_run(w->loop);
    assert_int_equal(w->wakes, 2);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_wake),
                                       TEST(test_wake_in_wake),
                                       TEST(test_timer),
                                       TEST(test_longest_turn),
                                       TEST(test_signal),
                                       TEST(test_hears),
                                       TEST(test_hears_beside_wakes),
                                       TEST(test_hears_beside_a_wake_half_done)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
