/* The phones behind Kannel: speaks the line protocol of Kannel's fake SMSC as
 * its test tool fakesmsc does, which cannot be used here, as it counts no
 * answers by phone and cannot keep a window full.
 *
 *   out  PHONE LINE text TEXT        in  LINE PHONE text TEXT
 *
 * Every message has a phone of its own (other ones for each SEED); WINDOW of them wait for their answer at
 * once (-w), for so many seconds (-s).  A line that is no head of a message to a
 * phone of ours goes on with a text of several lines.  One JSON object: how many
 * were sent, answered, and answered more than once; the rate from the first to
 * the last answer; and how long a phone waited. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { MESSAGES_MOST = 1 << 20, BUFFER = 1 << 16, DRAIN_SECONDS = 25 };

struct handset {
    int fd;
    const char *text;
    unsigned window;
    uint64_t first_phone;
    uint64_t until, sent, answered, extra, last_ns;
    uint64_t *sent_at; /* by message; 0: answered */
    struct tally tally;
    char in[BUFFER];
    size_t have;
};

static void send_all(const struct handset *h, const char *bytes, size_t n)
{
    for (ssize_t done; n > 0; bytes += done, n -= (size_t)done)
        if ((done = send(h->fd, bytes, n, MSG_NOSIGNAL)) < 0)
            die("send");
}

static void fill_window(struct handset *h)
{
    static char out[BUFFER];
    size_t n = 0;
    while (h->sent - h->answered < h->window && h->sent < MESSAGES_MOST && now_ns() < h->until) {
        if (n + 512 > sizeof out) {
            send_all(h, out, n);
            n = 0;
        }
        h->sent_at[h->sent] = now_ns();
        n += (size_t)snprintf(out + n, sizeof out - n, "%lu 200012 text %.400s\n", h->first_phone + h->sent++,
                              h->text);
    }
    send_all(h, out, n);
}

static void take_line(struct handset *h, const char *line)
{
    char sender[32], kind[8];
    uint64_t phone;
    if (sscanf(line, "%31s %12lu %7s", sender, &phone, kind) != 3 || phone < h->first_phone ||
        phone >= h->first_phone + h->sent)
        return;
    uint64_t *sent_at = &h->sent_at[phone - h->first_phone];
    h->last_ns = now_ns();
    if (*sent_at == 0) {
        h->extra++;
        return;
    }
    tally_add(&h->tally, (h->last_ns - *sent_at) / 1000);
    *sent_at = 0;
    h->answered++;
}

static void take_lines(struct handset *h)
{
    ssize_t n = recv(h->fd, h->in + h->have, sizeof h->in - h->have, 0);
    if (n <= 0)
        die("Kannel has gone");
    h->have += (size_t)n;
    char *from = h->in, *end;
    while ((end = memchr(from, '\n', h->have - (size_t)(from - h->in))) != NULL) {
        *end = '\0';
        take_line(h, from);
        from = end + 1;
    }
    h->have -= (size_t)(from - h->in);
    memmove(h->in, from, h->have);
}

static void handset_run(struct handset *h)
{
    struct pollfd readable = {.fd = h->fd, .events = POLLIN};
    do {
        fill_window(h);
        if (poll(&readable, 1, 100) > 0)
            take_lines(h);
    } while ((now_ns() < h->until || h->answered < h->sent) && now_ns() < h->until + DRAIN_SECONDS * SECOND);
}

int main(int argc, char **argv)
{
    static struct handset h = {.text = "HELP", .window = 256, .first_phone = 989000000000U};
    struct sockaddr_in peer = {0};
    double seconds = 5;
    for (int option; (option = getopt(argc, argv, "s:S:t:w:")) != -1;) {
        if (option == 's')
            seconds = strtod(optarg, NULL);
        else if (option == 'S')
            h.first_phone += strtoul(optarg, NULL, 10) % 900 * MESSAGES_MOST;
        else if (option == 't')
            h.text = optarg;
        else if (option == 'w')
            h.window = (unsigned)strtoul(optarg, NULL, 10);
    }
    if (argc - optind != 1 || !peer_parse(&peer, argv[optind]) || h.window == 0 ||
        !(seconds > 0 && seconds < 1e5)) {
        (void)fputs("usage: handset [-s SECONDS] [-S SEED] [-t TEXT] [-w WINDOW] HOST:PORT\n", stderr);
        return 64;
    }
    h.sent_at = calloc(MESSAGES_MOST, sizeof *h.sent_at);
    h.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!h.sent_at || h.fd < 0 || connect(h.fd, (struct sockaddr *)&peer, sizeof peer) != 0)
        die("connect");
    no_delay(h.fd);
    tally_init(&h.tally);
    uint64_t began = now_ns();
    h.until = began + (uint64_t)(seconds * 1e9);
    handset_run(&h);
    (void)printf(
        "{\"sent\": %lu, \"answered\": %lu, \"extra\": %lu, \"per_second\": %.1f, \"cpu_seconds\": %.3f, ",
        h.sent, h.answered, h.extra,
        h.answered > 0 ? (double)h.answered / ((double)(h.last_ns - began) / 1e9) : 0.0, cpu_seconds());
    tally_print(&h.tally);
    (void)puts("}");
    return 0; /* the rest goes with the process */
}
