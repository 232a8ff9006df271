/* A telecom in a hurry: asks an HTTP/1.1 server to take pledges, to tell how
 * needs stand (-q), or to take the presses of many USSD sessions (-u).  The
 * usual load generators cannot do it: every request here needs its own phone
 * and its own message id, else the service measures how fast it recognises
 * repeats.
 *
 * Closed loop: N keep-alive connections with one request in flight on each, the
 * next going out when the answer is whole.  Open loop (-R): so many requests a
 * second, evenly, each counted from when it was due, whether or not a connection
 * was free then, so that a server that stalls is not spared.
 *
 * Measured: requests answered a second, and the time until the last byte of the
 * answer, exact to 1 µs; with -l, when each phone's request was due, for the
 * sink's marks to be joined to.  It shares the machine with what it measures, so
 * a request costs it no more than a copy and three filled-in fields; its own
 * processor time is printed.
 *
 * Every request sent is accounted for: 200, another status, or an error (the
 * connection broke, the answer made no sense or did not come), whose effect
 * on the other side is unknown.  One JSON object on standard output.
 *
 * One thread.  `struct load` owns everything; connections are level-triggered
 * in one epoll and read whole answers into a buffer of their own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "pledges.h"
#include "sessions.h"

enum {
    ANSWER_MOST = 4096,       /* bytes of one answer */
    CONNECTIONS_MOST = 10000, /* at once */
    SESSIONS_MOST = 1000000,  /* at once */
    STATUS_MOST = 600,        /* answers are counted by status */
    DRAIN_SECONDS = 5,        /* how long the last answers are waited for */
};

struct connection {
    int fd;           /* -1: closed */
    bool busy, idle;  /* idle: in an open loop, it waits for what is due */
    unsigned session; /* whose press is in flight */
    uint64_t sent_at; /* ns; in an open loop, when it was due */
    size_t have;
    char answer[ANSWER_MOST + 1];
};

struct load {
    struct sockaddr_in peer;
    unsigned n_connections;
    uint64_t limit, until;  /* limit: requests, 0 for none; until: ns */
    uint64_t interval, due; /* open loop: ns between requests, and when the next is due; interval 0: closed */
    struct connection **idle;
    unsigned n_idle;
    const char *marks_file;
    struct marks marks;
    int epoll;
    struct pledges pledges;
    struct sessions sessions; /* none: pledges are sent */
    struct connection *connections;
    unsigned busy;
    uint64_t sent, errors, reconnects, by_status[STATUS_MOST];
    struct tally tally;
};

static bool connection_open(struct load *load, struct connection *c)
{
    const struct timeval patience = {.tv_sec = 2};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    c->have = 0;
    c->busy = false;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return false;
    (void)setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* bounds connect, too */
    no_delay(c->fd);
    if (connect(c->fd, (const struct sockaddr *)&load->peer, sizeof load->peer) == 0 &&
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event) == 0)
        return true;
    (void)close(c->fd);
    c->fd = -1;
    return false;
}

/* An open loop ends with what is due by then, however late that goes out. */
static bool load_ended(const struct load *load)
{
    uint64_t at = load->interval > 0 ? load->due : now_ns();
    return at >= load->until || (load->limit > 0 && load->sent >= load->limit);
}

/* False: all sessions are waited for. */
static bool next_request(struct load *load, struct connection *c, const char **bytes, size_t *n)
{
    if (load->sessions.n > 0) {
        const struct session_form *form = sessions_next(&load->sessions, &c->session);
        if (!form)
            return false;
        *bytes = form->bytes;
        *n = form->n;
        return true;
    }
    const struct pledge_form *form = pledges_next(&load->pledges);
    *bytes = form->bytes;
    *n = form->n;
    return true;
}

static void connection_ask(struct load *load, struct connection *c, uint64_t due)
{
    const char *bytes;
    size_t n;
    if (!next_request(load, c, &bytes, &n)) /* fewer sessions than connections: this one rests */
        return;
    load->sent++;
    c->sent_at = due;
    c->have = 0;
    c->idle = false;
    c->busy = true;
    load->busy++;
    if (load->marks_file)
        marks_add(&load->marks, load->pledges.phone, due);
    /* A short or failed write shows as a broken connection or no answer. */
    (void)!send(c->fd, bytes, n, MSG_NOSIGNAL);
}

/* What is due goes out, as far as connections are free. */
static void send_due(struct load *load)
{
    while (load->n_idle > 0 && load->due <= now_ns() && !load_ended(load)) {
        connection_ask(load, load->idle[--load->n_idle], load->due);
        load->due += load->interval;
    }
}

/* The connection is free: the next request, or in an open loop whatever is due by now. */
static void connection_free(struct load *load, struct connection *c)
{
    if (c->fd < 0)
        return;
    if (load->interval > 0) {
        c->idle = true;
        load->idle[load->n_idle++] = c;
        send_due(load);
    } else if (!load_ended(load)) {
        connection_ask(load, c, now_ns());
    }
}

/* A request without its answer is an error; then goes on with a new connection. */
static void connection_renew(struct load *load, struct connection *c)
{
    load->errors += c->busy;
    load->busy -= c->busy;
    load->reconnects++;
    (void)close(c->fd);
    if (connection_open(load, c) && !c->idle)
        connection_free(load, c);
}

static void answer_count(struct load *load, struct connection *c, unsigned status)
{
    tally_add(&load->tally, (now_ns() - c->sent_at) / 1000);
    load->by_status[status]++;
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
        connection_free(load, c);
}

/* Until the next request is due, 100 ms at the most. */
static int wait_events(const struct load *load, struct epoll_event *events, int most)
{
    uint64_t now = now_ns(), wait = SECOND / 10;
    if (load->interval > 0 && load->n_idle > 0 && !load_ended(load) && load->due < now + wait)
        wait = load->due > now ? load->due - now : 0;
    const struct timespec patience = {.tv_nsec = (long)wait};
    return epoll_pwait2(load->epoll, events, most, &patience, NULL);
}

/* Until nothing is in flight; what is not answered in time is an error. */
static void load_run(struct load *load)
{
    struct epoll_event events[256];
    for (unsigned i = 0; i < load->n_connections; i++)
        connection_free(load, &load->connections[i]);
    while ((load->busy > 0 || (load->interval > 0 && !load_ended(load))) &&
           now_ns() < load->until + DRAIN_SECONDS * SECOND) {
        int n = wait_events(load, events, 256);
        for (int i = 0; i < n; i++)
            connection_read(load, events[i].data.ptr);
        if (load->interval > 0)
            send_due(load);
    }
    load->errors += load->busy;
    if (load->interval > 0 && !load_ended(load))
        load->errors += (load->until - load->due) / load->interval; /* never went out */
}

static void load_print(const struct load *load, double seconds)
{
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
    (void)printf("\"finished\": %lu, \"cpu_seconds\": %.3f, ", load->sessions.finished, cpu_seconds());
    tally_print(&load->tally);
    (void)puts("}");
}

static void usage(void)
{
    (void)fputs("usage: load -f CODES [-q] | -u SESSIONS [-k SECRET] [-n CONNECTIONS] [-s SECONDS]\n"
                "            [-r REQUESTS] [-R A_SECOND] [-S SEED] [-l MARKS] HOST:PORT\n",
                stderr);
    exit(64);
}

static void parse_options(struct load *load, int argc, char **argv, double *seconds)
{
    const char *codes = NULL, *secret = "secret";
    uint64_t number[] = {['n'] = 64, ['r'] = 0, ['R'] = 0, ['S'] = 1, ['u'] = 0, ['q'] = 0};
    for (int option; (option = getopt(argc, argv, "f:k:l:n:qr:R:s:S:u:")) != -1;) {
        if (option == '?')
            usage();
        else if (option == 'f')
            codes = optarg;
        else if (option == 'k')
            secret = optarg;
        else if (option == 'l')
            load->marks_file = optarg;
        else if (option == 's')
            *seconds = strtod(optarg, NULL);
        else
            number[option] = option == 'q' ? 1 : strtoull(optarg, NULL, 10);
    }
    load->limit = number['r'];
    load->interval = number['R'] > 0 ? SECOND / number['R'] : 0;
    load->n_connections = (unsigned)number['n'];
    if (!codes == !number['u'] || argc - optind != 1 || number['n'] - 1 >= CONNECTIONS_MOST ||
        number['u'] > SESSIONS_MOST || (number['u'] > 0 && load->interval > 0) ||
        !(*seconds > 0 && *seconds < 1e5) || !peer_parse(&load->peer, argv[optind]))
        usage();
    errno = 0;
    if (codes && !pledges_init(&load->pledges, codes, number['q'] > 0, argv[optind], secret, number['S']))
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
    load.connections = calloc(load.n_connections, sizeof *load.connections);
    load.idle = calloc(load.n_connections, sizeof(struct connection *));
    tally_init(&load.tally);
    if (load.epoll < 0 || !load.connections || !load.idle)
        die("memory");
    for (unsigned i = 0; i < load.n_connections; i++)
        if (!connection_open(&load, &load.connections[i]))
            die("connect");
    uint64_t began = now_ns();
    load.due = began;
    load.until = began + (uint64_t)(seconds * 1e9);
    load_run(&load);
    load_print(&load, (double)(now_ns() - began) / 1e9);
    if (load.marks_file)
        marks_write(&load.marks, load.marks_file);
    return 0; /* the rest goes with the process */
}
