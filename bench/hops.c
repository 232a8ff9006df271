/* Our way through Kannel with nothing at its end: the ceiling of `behind Kannel`.
 *
 * Answers every GET with 200 and no text.  To who texted (the address's `from=`)
 * one fixed text goes back through sendsms, whose address (-t) is complete but
 * for the phone that is put behind it: at most so many at once (-w), each on a
 * connection of its own that is kept.  What comes with no `from=` is a delivery
 * report, which is counted.  So Kannel has all the work that we give it, in
 * requests of the same kind, and the service has next to none: nothing is
 * understood and nothing is kept.
 *
 * One thread, one epoll, as cheap as can be, like sink.c.  It listens on the
 * port that Kannel was told before (-p).  A signal ends it; then it prints one
 * JSON object. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { READ_MOST = 8192, REQUEST_MOST = 2048, AT_ONCE_MOST = 1024, PHONE_MOST = 16, WAITING_MOST = 1 << 14 };

struct end {
    int fd; /* -1: not connected */
    bool is_sender, busy;
    size_t have;
    char in[READ_MOST + 1];
};

struct hops {
    int epoll, listener, signals;
    struct sockaddr_in kannel;
    const char *kannel_name, *target;
    struct end *senders;
    unsigned at_once, begun, done; /* begun and done: of the phones that wait, modulo WAITING_MOST */
    char phones[WAITING_MOST][PHONE_MOST];
    unsigned long texts, sent, reports;
};

static void watch(const struct hops *h, int fd, void *whose)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = whose};
    if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll");
}

static void send_all(const struct end *e, const char *bytes, size_t n)
{
    if (send(e->fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n)
        die("send"); /* so little always fits */
}

/* ---- to sendsms ---- */

static void dial(const struct hops *h, struct end *e)
{
    e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (e->fd < 0 || connect(e->fd, (const struct sockaddr *)&h->kannel, sizeof h->kannel) != 0)
        die("connect");
    no_delay(e->fd);
    e->have = 0;
    watch(h, e->fd, e);
}

static void send_waiting(struct hops *h)
{
    char request[REQUEST_MOST];
    for (unsigned i = 0; i < h->at_once && h->done != h->begun; i++) {
        struct end *e = &h->senders[i];
        if (e->busy)
            continue;
        if (e->fd < 0)
            dial(h, e);
        int n = snprintf(request, sizeof request, "GET %s%s HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n\r\n",
                         h->target, h->phones[h->done++ % WAITING_MOST], h->kannel_name);
        if (n < 0 || n >= REQUEST_MOST)
            die("an address too long");
        send_all(e, request, (size_t)n);
        e->busy = true;
    }
}

/* How long the answer is whose head ends at HEAD_END, or 0 while it is not all there. */
static size_t answer_length(const struct end *e, const char *head_end)
{
    const char *length = strcasestr(e->in, "\r\nContent-Length:");
    if (!length || length > head_end)
        die("an answer without a length");
    size_t n = (size_t)(head_end - e->in) + strtoul(length + 17, NULL, 10);
    return e->have < n ? 0 : n;
}

static size_t take_answer(struct hops *h, struct end *e, const char *head_end)
{
    size_t n = answer_length(e, head_end);
    if (n == 0)
        return 0;
    if (strncmp(e->in, "HTTP/1.1 202 ", 13) != 0)
        die("sendsms refused");
    h->sent++;
    e->busy = false;
    return n;
}

/* ---- from Kannel ---- */

static size_t take_request(struct hops *h, struct end *e, const char *head_end)
{
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 0\r\n\r\n";
    const char *from = strstr(e->in, "&from=");
    if (from) {
        if (h->begun - h->done == WAITING_MOST)
            die("too many wait");
        from += from[6] == '%' ? 9 : 6; /* %2B: a plus */
        (void)snprintf(h->phones[h->begun++ % WAITING_MOST], PHONE_MOST, "%.*s",
                       (int)strspn(from, "0123456789"), from);
        h->texts++;
    } else {
        h->reports++;
    }
    send_all(e, answer, sizeof answer - 1);
    return (size_t)(head_end - e->in);
}

static void take_client(const struct hops *h)
{
    struct end *e = calloc(1, sizeof *e);
    int fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC);
    if (!e || fd < 0) {
        free(e);
        return;
    }
    e->fd = fd;
    no_delay(fd);
    watch(h, fd, e);
}

static void end_close(struct end *e)
{
    if (e->is_sender && e->busy)
        die("Kannel closed before its answer");
    (void)close(e->fd);
    e->fd = -1;
    if (!e->is_sender)
        free(e);
}

static void end_read(struct hops *h, struct end *e)
{
    ssize_t n = recv(e->fd, e->in + e->have, READ_MOST - e->have, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        end_close(e);
        return;
    }
    e->have += (size_t)n;
    e->in[e->have] = '\0';
    for (char *end; (end = strstr(e->in, "\r\n\r\n")) != NULL;) {
        size_t used = e->is_sender ? take_answer(h, e, end + 4) : take_request(h, e, end + 4);
        if (used == 0)
            break;
        e->have -= used;
        memmove(e->in, e->in + used, e->have + 1);
    }
    if (e->have == READ_MOST)
        die("a message too long");
}

static void hops_run(struct hops *h)
{
    struct epoll_event events[256];
    for (;;) {
        int n = epoll_wait(h->epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &h->signals)
                return;
            if (events[i].data.ptr == &h->listener)
                take_client(h);
            else
                end_read(h, events[i].data.ptr);
        }
        send_waiting(h);
    }
}

static void make_senders(struct hops *h)
{
    h->senders = calloc(h->at_once, sizeof *h->senders);
    if (!h->senders)
        die("memory");
    for (unsigned i = 0; i < h->at_once; i++) {
        h->senders[i].fd = -1;
        h->senders[i].is_sender = true;
    }
}

int main(int argc, char **argv)
{
    static struct hops h = {.target = "", .at_once = 64};
    unsigned short port = 0;
    for (int option; (option = getopt(argc, argv, "p:t:w:")) != -1;) {
        if (option == 'p')
            port = (unsigned short)strtoul(optarg, NULL, 10);
        else if (option == 't')
            h.target = optarg;
        else if (option == 'w')
            h.at_once = (unsigned)strtoul(optarg, NULL, 10);
    }
    if (argc - optind != 1 || !peer_parse(&h.kannel, argv[optind]) || h.at_once == 0 ||
        h.at_once > AT_ONCE_MOST) {
        (void)fputs("usage: hops [-p PORT] [-w AT_ONCE] -t TARGET HOST:PORT\n", stderr);
        return 64;
    }
    h.kannel_name = argv[optind];
    make_senders(&h);
    h.epoll = epoll_create1(EPOLL_CLOEXEC);
    h.signals = watched_signals();
    h.listener = listen_at(port);
    watch(&h, h.signals, &h.signals);
    watch(&h, h.listener, &h.listener);
    hops_run(&h);
    (void)printf("{\"texts\": %lu, \"sent\": %lu, \"reports\": %lu}\n", h.texts, h.sent, h.reports);
    return 0; /* the rest goes with the process */
}
