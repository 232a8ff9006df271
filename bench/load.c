/* A telecom in a hurry: asks an HTTP/1.1 server to take pledges, or the presses
 * of many USSD sessions (-u), as fast as it answers.  The usual load generators cannot do it: every request here needs
 * its own phone and its own message id, else the service measures how fast it
 * recognises repeats.
 *
 * Measured: requests answered a second over N keep-alive connections, each
 * with one request in flight (the next goes out when the answer is whole), and
 * the time from sending to the last byte of the answer, exact to 1 µs.  It
 * shares the machine with what it measures, so a request costs it no more than
 * a copy and three filled-in fields; its own processor time is printed.
 *
 * Every request sent is accounted for: 200, another status, or an error (the
 * connection broke, the answer made no sense or did not come), whose effect
 * on the other side is unknown.  One JSON object on standard output.
 *
 * One thread.  `struct load` owns everything; connections are level-triggered
 * in one epoll and read whole answers into a buffer of their own. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pledges.h"
#include "sessions.h"

enum {
    ANSWER_MOST = 4096,       /* bytes of one answer */
    CONNECTIONS_MOST = 10000, /* at once */
    SESSIONS_MOST = 1000000,  /* at once */
    LATENCIES = 1 << 21,      /* one counter a µs; what took longer is in the last */
    STATUS_MOST = 600,        /* answers are counted by status */
    DRAIN_SECONDS = 5,        /* how long the last answers are waited for */
};

static const uint64_t SECOND = 1000000000; /* ns */

struct connection {
    int fd; /* -1: closed */
    bool busy;
    unsigned session; /* whose press is in flight */
    uint64_t sent_at; /* ns */
    size_t have;
    char answer[ANSWER_MOST + 1];
};

struct load {
    struct sockaddr_in peer;
    unsigned n_connections;
    uint64_t limit, until; /* limit: requests, 0 for none; until: ns */
    int epoll;
    struct pledges pledges;
    struct sessions sessions; /* none: pledges are sent */
    struct connection *connections;
    unsigned busy;
    uint64_t sent, answered, errors, reconnects, by_status[STATUS_MOST];
    uint64_t slowest; /* µs */
    uint32_t *latencies;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "load: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static bool connection_open(struct load *load, struct connection *c)
{
    const int on = 1;
    const struct timeval patience = {.tv_sec = 2};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    c->have = 0;
    c->busy = false;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return false;
    (void)setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* bounds connect, too */
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->fd, (const struct sockaddr *)&load->peer, sizeof load->peer) == 0 &&
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event) == 0)
        return true;
    (void)close(c->fd);
    c->fd = -1;
    return false;
}

static void connection_send(struct load *load, struct connection *c)
{
    if (c->fd < 0 || now_ns() >= load->until || (load->limit > 0 && load->sent >= load->limit))
        return;
    const char *bytes;
    size_t n;
    if (load->sessions.n > 0) {
        const struct session_form *form = sessions_next(&load->sessions, &c->session);
        if (!form) /* fewer sessions than connections: this one rests */
            return;
        bytes = form->bytes;
        n = form->n;
    } else {
        const struct pledge_form *form = pledges_next(&load->pledges);
        bytes = form->bytes;
        n = form->n;
    }
    load->sent++;
    c->sent_at = now_ns();
    c->have = 0;
    c->busy = true;
    load->busy++;
    /* A short or failed write shows as a broken connection or no answer. */
    (void)!send(c->fd, bytes, n, MSG_NOSIGNAL);
}

/* A request without its answer is an error; then goes on with a new connection. */
static void connection_renew(struct load *load, struct connection *c)
{
    load->errors += c->busy;
    load->busy -= c->busy;
    load->reconnects++;
    (void)close(c->fd);
    if (connection_open(load, c))
        connection_send(load, c);
}

static void answer_count(struct load *load, struct connection *c, unsigned status)
{
    uint64_t us = (now_ns() - c->sent_at) / 1000;
    load->latencies[us < LATENCIES ? us : LATENCIES - 1]++;
    load->slowest = us > load->slowest ? us : load->slowest;
    load->by_status[status]++;
    load->answered++;
    load->busy--;
    c->busy = false;
}

/* Bytes of the whole answer; 0 while its head is not here; -1 when it is no
 * answer with a length. */
static long answer_length(const struct connection *c)
{
    const char *end = strstr(c->answer, "\r\n\r\n");
    if (!end)
        return c->have < ANSWER_MOST ? 0 : -1;
    const char *length = strcasestr(c->answer, "\r\ncontent-length:");
    if (strncmp(c->answer, "HTTP/1.1 ", 9) != 0 || !length || length > end)
        return -1;
    long body = strtol(length + 17, NULL, 10);
    long all = (end + 4 - c->answer) + body;
    return body >= 0 && all <= ANSWER_MOST ? all : -1;
}

static void connection_read(struct load *load, struct connection *c)
{
    ssize_t n = recv(c->fd, c->answer + c->have, ANSWER_MOST - c->have, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !c->busy) { /* gone, or speaks unasked */
        connection_renew(load, c);
        return;
    }
    c->have += (size_t)n;
    c->answer[c->have] = '\0';
    long length = answer_length(c);
    if (length >= 0 && (length == 0 || c->have < (size_t)length))
        return;
    long status = length > 0 ? strtol(c->answer + 9, NULL, 10) : 0;
    bool sound = c->have == (size_t)length && status >= 200 && status < STATUS_MOST;
    if (sound && load->sessions.n > 0)
        sound = sessions_answered(&load->sessions, c->session, strstr(c->answer, "\r\n\r\n") + 4);
    if (sound)
        answer_count(load, c, (unsigned)status);
    if (!sound || strcasestr(c->answer, "\r\nconnection: close"))
        connection_renew(load, c);
    else
        connection_send(load, c);
}

/* Until nothing is in flight; what is not answered in time is an error. */
static void load_run(struct load *load)
{
    struct epoll_event events[256];
    for (unsigned i = 0; i < load->n_connections; i++)
        connection_send(load, &load->connections[i]);
    while (load->busy > 0 && now_ns() < load->until + DRAIN_SECONDS * SECOND) {
        int n = epoll_wait(load->epoll, events, 256, 100);
        for (int i = 0; i < n; i++)
            connection_read(load, events[i].data.ptr);
    }
    load->errors += load->busy;
}

static uint64_t latency_at(const struct load *load, double part)
{
    uint64_t wanted = (uint64_t)((double)load->answered * part), seen = 0;
    for (uint64_t us = 0; us < LATENCIES; us++)
        if ((seen += load->latencies[us]) > wanted)
            return us;
    return load->slowest;
}

static void load_print(const struct load *load, double seconds)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    const char *comma = "";
    (void)printf("{\"requests\": %lu, \"ok\": %lu, \"other\": {", load->sent, load->by_status[200]);
    for (int status = 0; status < STATUS_MOST; status++)
        if (status != 200 && load->by_status[status] > 0) {
            (void)printf("%s\"%d\": %lu", comma, status, load->by_status[status]);
            comma = ", ";
        }
    (void)printf("}, \"errors\": %lu, \"reconnects\": %lu, ", load->errors, load->reconnects);
    (void)printf("\"seconds\": %.3f, \"per_second\": %.0f, ", seconds,
                 (double)load->by_status[200] / seconds);
    (void)printf("\"p50_us\": %lu, \"p99_us\": %lu, ", latency_at(load, 0.5), latency_at(load, 0.99));
    (void)printf("\"finished\": %lu, ", load->sessions.finished);
    (void)printf("\"max_us\": %lu, \"cpu_seconds\": %.3f}\n", load->slowest, cpu);
}

static void usage(void)
{
    (void)fputs("usage: load -f CODES | -u SESSIONS [-k SECRET] [-n CONNECTIONS] [-s SECONDS] [-r REQUESTS] "
                "[-S SEED] "
                "HOST:PORT\n",
                stderr);
    exit(64);
}

static void parse_peer(struct load *load, const char *address)
{
    char ip[16] = "";
    load->peer.sin_family = AF_INET;
    if (sscanf(address, "%15[0-9.]:%hu", ip, &load->peer.sin_port) != 2 ||
        inet_pton(AF_INET, ip, &load->peer.sin_addr) != 1)
        usage();
    load->peer.sin_port = htons(load->peer.sin_port);
}

static void parse_options(struct load *load, int argc, char **argv, double *seconds)
{
    const char *codes = NULL, *secret = "secret";
    uint64_t number[] = {['n'] = 64, ['r'] = 0, ['S'] = 1, ['u'] = 0};
    for (int option; (option = getopt(argc, argv, "f:k:n:r:s:S:u:")) != -1;) {
        if (option == '?')
            usage();
        else if (option == 'f')
            codes = optarg;
        else if (option == 'k')
            secret = optarg;
        else if (option == 's')
            *seconds = strtod(optarg, NULL);
        else
            number[option] = strtoull(optarg, NULL, 10);
    }
    load->limit = number['r'];
    load->n_connections = (unsigned)number['n'];
    if (!codes == !number['u'] || argc - optind != 1 || number['n'] - 1 >= CONNECTIONS_MOST ||
        number['u'] > SESSIONS_MOST || !(*seconds > 0 && *seconds < 1e5))
        usage();
    parse_peer(load, argv[optind]);
    if (codes && !pledges_init(&load->pledges, codes, argv[optind], secret, number['S']))
        die("need codes");
    if (!codes && !sessions_init(&load->sessions, (unsigned)number['u'], argv[optind], secret, number['S']))
        die("sessions");
}

int main(int argc, char **argv)
{
    static struct load load;
    double seconds = 10;
    parse_options(&load, argc, argv, &seconds);
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.latencies = calloc(LATENCIES, sizeof *load.latencies);
    load.connections = calloc(load.n_connections, sizeof *load.connections);
    if (load.epoll < 0 || !load.latencies || !load.connections)
        die("memory");
    for (unsigned i = 0; i < load.n_connections; i++)
        if (!connection_open(&load, &load.connections[i]))
            die("connect");
    uint64_t began = now_ns();
    load.until = began + (uint64_t)(seconds * 1e9);
    load_run(&load);
    load_print(&load, (double)(now_ns() - began) / 1e9);
    return 0; /* the rest goes with the process */
}
