/* The ceiling: what evhttp alone can do on this machine with the request that
 * `load` sends.  It reads the path and every field of the query, decoded, as
 * the service must (a pledge comes by GET: there is no body), on an event base
 * of the same kind, and answers 200 with an empty body; it understands, keeps
 * and sends nothing.  The gap to it is what a durable pledge costs.
 *
 * Takes a free port on 127.0.0.1, writes `listening http=127.0.0.1:PORT` to
 * standard error as `yavar serve` does, and runs until SIGTERM. */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { VALUE_MOST = 1024, HEADER_BYTES = 8 * 1024, BODY_BYTES = 64 * 1024 };

static const char *const names[] = {"secret", "from", "to", "text", "id", "coding", "charset"};
enum { SECRET, FROM, TO, TEXT, ID, CODING, CHARSET, FIELDS };

struct message {
    size_t n[FIELDS];
    char value[FIELDS][VALUE_MOST];
};

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False on a broken escape or a value that is too long. */
static bool decode(const char *p, const char *end, char *out, size_t *n)
{
    for (*n = 0; p < end; p++) {
        if (*n == VALUE_MOST)
            return false;
        char c = *p == '+' ? ' ' : *p;
        if (c == '%') {
            int high = end - p > 2 ? hex(p[1]) : -1, low = high >= 0 ? hex(p[2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            p += 2;
        }
        out[(*n)++] = c;
    }
    return true;
}

static bool read_field(struct message *m, const char *p, const char *end)
{
    const char *equals = memchr(p, '=', (size_t)(end - p));
    if (!equals)
        return true;
    for (int i = 0; i < FIELDS; i++)
        if (strlen(names[i]) == (size_t)(equals - p) && memcmp(names[i], p, (size_t)(equals - p)) == 0)
            return decode(equals + 1, end, m->value[i], &m->n[i]);
    return true;
}

static bool read_query(struct message *m, const char *query)
{
    memset(m->n, 0, sizeof m->n);
    for (const char *p = query, *end; p; p = *end ? end + 1 : NULL) {
        end = strchrnul(p, '&');
        if (!read_field(m, p, end))
            return false;
    }
    return true;
}

static int status_of(struct evhttp_request *request)
{
    static const char secret[] = "secret";
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *query = evhttp_uri_get_query(uri);
    struct message m;
    if (strcmp(evhttp_uri_get_path(uri), "/in/bench/sms") != 0)
        return 404;
    if (!query || !read_query(&m, query) || m.n[FROM] == 0 || m.n[TEXT] == 0 || m.n[ID] == 0)
        return 400;
    return m.n[SECRET] == sizeof secret - 1 && memcmp(m.value[SECRET], secret, m.n[SECRET]) == 0 ? 200 : 403;
}

static void on_request(struct evhttp_request *request, void *ctx)
{
    (void)ctx;
    (void)evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                            "text/plain; charset=UTF-8");
    evhttp_send_reply(request, status_of(request), NULL, NULL);
}

static void on_end(evutil_socket_t signum, short what, void *base)
{
    (void)signum, (void)what;
    (void)event_base_loopbreak(base);
}

/* As gateway/run/loop.c makes it. */
static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    if (!config || event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) != 0)
        return NULL;
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

int main(void)
{
    struct event_base *base = make_base();
    struct evhttp *http = base ? evhttp_new(base) : NULL;
    struct evhttp_bound_socket *bound = http ? evhttp_bind_socket_with_handle(http, "127.0.0.1", 0) : NULL;
    struct sockaddr_in address;
    socklen_t n = sizeof address;
    struct event *end = base ? evsignal_new(base, SIGTERM, on_end, base) : NULL;
    if (!bound || !end || event_add(end, NULL) != 0 ||
        getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &n) != 0) {
        perror("bare");
        return 1;
    }
    evhttp_set_max_headers_size(http, HEADER_BYTES);
    evhttp_set_max_body_size(http, BODY_BYTES);
    evhttp_set_gencb(http, on_request, NULL);
    (void)fprintf(stderr, "listening http=127.0.0.1:%d\n", ntohs(address.sin_port));
    return event_base_dispatch(base) == 0 ? 0 : 1;
}
