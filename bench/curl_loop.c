/* The ceiling of outbound: what libcurl's multi interface alone can send to the
 * same sink, with the same requests, as many of them on the wire at once, over
 * connections kept alive.  No store, no lanes, no pace: a request is built with
 * one printf and its answer is only looked at for its status; path and query go
 * apart from the host, which libcurl 7.88 sends at a third of the cost.
 *
 *     curl_loop [-n AT_ONCE] [-r REQUESTS] http://HOST:PORT
 *
 * Driven by sockets and a timer on libevent, as gateway/net/http_client.c is. */
#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common.h"

enum { AT_ONCE_MOST = 1024, TARGET_MOST = 2048 };

/* Where a confirmation's 63 Persian letters stand, as they are escaped. */
static const char text[] = "%D9%86%D8%B0%D8%B1%20%D8%B4%D9%85%D8%A7%20%D8%AB%D8%A8%D8%AA%20%D8%B4%D8%AF%"
                           "0A500%D9%AC000%20%D8%AA%D9%88"
                           "%D9%85%D8%A7%D9%86%20%D8%A8%D8%B1%D8%A7%DB%8C%20%D8%AF%D8%B3%D8%AA%DA%AF%D8%A7%"
                           "D9%87%20%D8%B3%D9%86%D8%AC"
                           "%D8%B4%0A%DA%A9%D8%AF%20%D9%BE%DB%8C%DA%AF%DB%8C%D8%B1%DB%8C%2048291761";

struct sender {
    CURLM *multi;
    struct event_base *base;
    struct event *timer;
    const char *peer;
    uint64_t limit, sent, ok, bad;
};

static size_t skip(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes, (void)ctx;
    return size * n;
}

static void send_next(struct sender *s, CURL *easy)
{
    char target[TARGET_MOST];
    if (s->sent == s->limit)
        return;
    (void)snprintf(
        target, sizeof target,
        "/cgi-bin/sendsms?username=bench&password=bench&from=200012&to=989%09lu&coding=2&charset=UTF-8"
        "&text=%s&dlr-mask=31&dlr-url=http%%3A%%2F%%2F127.0.0.1%%3A8080%%2Fin%%2Fbench%%2Fdlr%%3Fsecret"
        "%%3Dsecret%%26id%%3D%lu%%26st%%3D%%25d%%26a%%3D%%25A",
        s->sent, text, s->sent);
    s->sent++;
    if (curl_easy_setopt(easy, CURLOPT_URL, s->peer) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, target) != CURLE_OK ||
        curl_multi_add_handle(s->multi, easy) != CURLM_OK)
        die("curl");
}

static void take_answers(struct sender *s)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(s->multi, &left)) != NULL;) {
        CURL *easy = m->easy_handle;
        long status = 0;
        bool came = m->data.result == CURLE_OK &&
                    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK;
        s->ok += came && status == 200;
        s->bad += !came || status != 200;
        if (curl_multi_remove_handle(s->multi, easy) != CURLM_OK)
            die("curl");
        send_next(s, easy);
    }
    if (s->ok + s->bad == s->limit)
        (void)event_base_loopbreak(s->base);
}

static void act(struct sender *s, curl_socket_t fd, int what)
{
    int running;
    if (curl_multi_socket_action(s->multi, fd, what, &running) != CURLM_OK)
        die("curl");
    take_answers(s);
}

static void on_ready(evutil_socket_t fd, short what, void *ctx)
{
    act(ctx, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int want_timer(CURLM *multi, long after_ms, void *ctx)
{
    struct sender *s = ctx;
    const struct timeval after = {after_ms / 1000, after_ms % 1000 * 1000};
    (void)multi;
    return after_ms < 0 ? event_del(s->timer) : event_add(s->timer, &after);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *old)
{
    struct sender *s = ctx;
    (void)easy;
    if (old)
        event_free(old);
    if (what == CURL_POLL_REMOVE)
        return 0;
    short events =
        (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    struct event *event = event_new(s->base, fd, events, on_ready, s);
    return event && event_add(event, NULL) == 0 && curl_multi_assign(s->multi, fd, event) == CURLM_OK ? 0
                                                                                                      : -1;
}

static void open_sender(struct sender *s, long at_once)
{
    s->base = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? event_base_new() : NULL;
    s->timer = s->base ? event_new(s->base, -1, 0, on_timer, s) : NULL;
    s->multi = s->timer ? curl_multi_init() : NULL;
    if (!s->multi || curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, want_socket) != CURLM_OK ||
        curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s) != CURLM_OK ||
        curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, want_timer) != CURLM_OK ||
        curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s) != CURLM_OK ||
        curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, at_once) != CURLM_OK)
        die("curl");
    for (long i = 0; i < at_once; i++) {
        CURL *easy = curl_easy_init();
        if (!easy || curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, skip) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK)
            die("curl");
        send_next(s, easy);
    }
}

int main(int argc, char **argv)
{
    struct sender s = {.limit = 10000};
    long at_once = 64;
    for (int option; (option = getopt(argc, argv, "n:r:")) != -1;) {
        if (option == 'n')
            at_once = strtol(optarg, NULL, 10);
        else if (option == 'r')
            s.limit = strtoull(optarg, NULL, 10);
    }
    if (argc - optind != 1 || at_once < 1 || at_once > AT_ONCE_MOST || s.limit == 0) {
        (void)fputs("usage: curl_loop [-n AT_ONCE] [-r REQUESTS] http://HOST:PORT\n", stderr);
        return 64;
    }
    s.peer = argv[optind];
    uint64_t began = now_ns();
    open_sender(&s, at_once);
    if (event_base_dispatch(s.base) < 0)
        die("event loop");
    double seconds = (double)(now_ns() - began) / 1e9;
    (void)printf(
        "{\"ok\": %lu, \"bad\": %lu, \"seconds\": %.3f, \"per_second\": %.0f, \"cpu_seconds\": %.3f}\n", s.ok,
        s.bad, seconds, (double)s.ok / seconds, cpu_seconds());
    return 0; /* the rest goes with the process */
}
