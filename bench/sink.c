/* A telecom that takes everything at once: the far end of `outbound` and of
 * `end to end`, and the bare server that Kannel's get-url asks.
 *
 * Answers every GET with 200 and one fixed text (-b), by which Kannel's sendsms
 * accepts; `GET /count` tells how many came.  With -l it marks when each phone
 * (the address's `to=`) was accepted.  A signal ends it; then it prints one JSON
 * object: how many, and the time from the first to the last.
 *
 * As cheap as can be, for it shares the machine with what it measures: one
 * thread, one epoll, a request is found by its blank line and never parsed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { REQUEST_MOST = 8192, ANSWER_MOST = 1024 };

struct client {
    int fd;
    size_t have;
    char request[REQUEST_MOST + 1];
};

struct sink {
    int epoll, listener, signals;
    const char *marks_file;
    struct marks marks;
    char answer[ANSWER_MOST];
    size_t answer_n;
    uint64_t accepted, first_ns, last_ns;
};

static size_t write_answer(char answer[ANSWER_MOST], const char *body)
{
    int n = snprintf(answer, ANSWER_MOST,
                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
                     strlen(body), body);
    if (n < 0 || n >= ANSWER_MOST)
        die("a body too long");
    return (size_t)n;
}

static void tell_count(const struct sink *sink, const struct client *c)
{
    char body[24], answer[ANSWER_MOST];
    (void)snprintf(body, sizeof body, "%lu", sink->accepted);
    size_t n = write_answer(answer, body);
    (void)!send(c->fd, answer, n, MSG_NOSIGNAL);
}

static void accept_message(struct sink *sink, const struct client *c)
{
    uint64_t now = now_ns();
    sink->first_ns = sink->accepted == 0 ? now : sink->first_ns;
    sink->last_ns = now;
    sink->accepted++;
    const char *to = sink->marks_file ? strstr(c->request, "&to=") : NULL;
    if (to)
        marks_add(&sink->marks, strtoull(to + (to[4] == '%' ? 7 : 4), NULL, 10), now); /* %2B: a plus */
    /* a client that has gone asks again, which would show as one too many */
    (void)!send(c->fd, sink->answer, sink->answer_n, MSG_NOSIGNAL);
}

static void client_close(struct client *c)
{
    (void)close(c->fd);
    free(c);
}

static void client_read(struct sink *sink, struct client *c)
{
    ssize_t n = recv(c->fd, c->request + c->have, REQUEST_MOST - c->have, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        client_close(c);
        return;
    }
    c->have += (size_t)n;
    c->request[c->have] = '\0';
    for (char *end; (end = strstr(c->request, "\r\n\r\n")) != NULL;) {
        size_t used = (size_t)(end + 4 - c->request);
        if (strncmp(c->request, "GET /count ", 11) == 0)
            tell_count(sink, c);
        else
            accept_message(sink, c);
        c->have -= used;
        memmove(c->request, end + 4, c->have + 1);
    }
    if (c->have == REQUEST_MOST)
        client_close(c); /* no request is that long */
}

static void watch(const struct sink *sink, int fd, void *whose)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = whose};
    if (epoll_ctl(sink->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll");
}

static void take_client(struct sink *sink)
{
    struct client *c = malloc(sizeof *c);
    int fd = accept4(sink->listener, NULL, NULL, SOCK_CLOEXEC);
    if (!c || fd < 0) {
        free(c);
        return;
    }
    c->fd = fd;
    c->have = 0;
    no_delay(fd);
    watch(sink, fd, c);
}

static void sink_run(struct sink *sink)
{
    struct epoll_event events[256];
    for (;;) {
        int n = epoll_wait(sink->epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &sink->signals)
                return;
            if (events[i].data.ptr == &sink->listener)
                take_client(sink);
            else
                client_read(sink, events[i].data.ptr);
        }
    }
}

int main(int argc, char **argv)
{
    static struct sink sink;
    const char *body = "0: Accepted for delivery";
    for (int option; (option = getopt(argc, argv, "b:l:")) != -1;) {
        if (option == 'b') {
            body = optarg;
        } else if (option == 'l') {
            sink.marks_file = optarg;
        } else {
            (void)fputs("usage: sink [-b BODY] [-l MARKS]\n", stderr);
            return 64;
        }
    }
    sink.answer_n = write_answer(sink.answer, body);
    sink.epoll = epoll_create1(EPOLL_CLOEXEC);
    sink.signals = watched_signals();
    sink.listener = listen_at(0);
    watch(&sink, sink.signals, &sink.signals);
    watch(&sink, sink.listener, &sink.listener);
    sink_run(&sink);
    (void)printf("{\"accepted\": %lu, \"seconds\": %.6f, \"cpu_seconds\": %.3f}\n", sink.accepted,
                 (double)(sink.last_ns - sink.first_ns) / 1e9, cpu_seconds());
    if (sink.marks_file)
        marks_write(&sink.marks, sink.marks_file);
    return 0; /* the rest goes with the process */
}
