/* HTTP out on libcurl 7.88's multi socket interface.
 *
 * libcurl sends a request again, in silence, when a kept-alive connection dies
 * after it was written: for an SMS that is a second SMS.  CURLOPT_PREREQFUNCTION
 * runs before each writing, so a try after the first is stopped there unless
 * not one byte of the first was taken.  What was written at all counts as
 * HTTP_UNSURE from then on, whatever curl's error says.
 *
 * Who owns what.  A `call` with its easy handle lives as long as the client and
 * is used again (free list); an arena lives for one request and holds the
 * request's copy and the answer.  A watch on a socket is curl's to begin and to
 * end. */
#include "gateway/net/http_client.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "gateway/base/memory.h"

enum {
    ARENA_FIRST = 4000,
    HEADERS_MOST = 100, /* of an answer; further ones are dropped */
    CACHED_MOST = 64,   /* idle connections kept */
    UNIX_ANSWER_MOST = 16 * 1024 * 1024,
};

const struct http_client_limits http_client_defaults = {
    .in_flight = 256,
    .connect_ms = 5000,
    .total_ms = 15000,
    .answer_bytes = 64 * 1024,
};

struct call {
    TAILQ_ENTRY(call) link; /* in `running` or `spare` */
    CURL *easy;
    struct arena *arena;
    http_client_fn *fn;
    void *ctx;
    size_t answer_most, header_bytes;
    struct http_pairs headers;
    struct sbuf body;
    const char *fault; /* found by us; curl's words come second */
    char words[CURL_ERROR_SIZE];
};

TAILQ_HEAD(calls, call);

struct http_client {
    struct http_client_limits limits;
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    struct calls running, spare;
    unsigned in_flight;
};

/* What curl hands us of an answer.  Returning less than was given ends it. */

static size_t on_body(char *bytes, size_t one, size_t n, void *arg)
{
    struct call *call = arg;
    (void)one; /* always 1 */
    if (n > call->answer_most - call->body.n) {
        call->fault = "the answer is too long";
        return 0;
    }
    sbuf_add(&call->body, str_from(bytes, n));
    return n;
}

static size_t on_header(char *bytes, size_t one, size_t n, void *arg)
{
    struct call *call = arg;
    (void)one;
    struct str value = str_from(bytes, n), name;
    call->header_bytes += n;
    if (call->header_bytes > call->answer_most) {
        call->fault = "the answer's headers are too long";
        return 0;
    }
    if (str_starts(value, STR("HTTP/"))) { /* a new head: the one before was 1xx */
        call->headers.n = 0;
        return n;
    }
    if (n == 0 || !memchr(bytes, ':', n) || call->headers.n == HEADERS_MOST)
        return n;
    if (!call->headers.v)
        call->headers.v = arena_array(call->arena, struct http_pair, HEADERS_MOST);
    if (str_split(&value, ':', &name))
        call->headers.v[call->headers.n++] =
            (struct http_pair){str_dup(call->arena, str_trim(name)), str_dup(call->arena, str_trim(value))};
    return n;
}

/* Bytes of the request that were handed to the kernel or to TLS, over all
 * tries.  curl sets it back only when a transfer begins. */
static bool nothing_written(CURL *easy)
{
    long written = 1;
    return curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &written) == CURLE_OK && written == 0;
}

static int before_writing(void *arg, char *peer, char *own, int peer_port, int own_port)
{
    struct call *call = arg;
    (void)peer, (void)own, (void)peer_port, (void)own_port;
    if (nothing_written(call->easy))
        return CURL_PREREQFUNC_OK;
    call->fault = "the connection died after the request was written";
    return CURL_PREREQFUNC_ABORT;
}

/* Easy handles. */

/* What is the same for every request of a handle. */
static bool set_up(struct call *call, const struct http_client_limits *limits)
{
    CURL *easy = call->easy;
    int bad = 0;
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->words);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_writing);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_ms);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)limits->total_ms);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a dead name server froze multi for 9 s */
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= (int)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* none, whatever the environment says */
    /* over clear text this version breaks HTTP/2; one version for all is simpler to reason about */
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    return bad == 0;
}

static void free_call(struct call *call)
{
    if (!call)
        return;
    curl_easy_cleanup(call->easy); /* NULL is fine */
    arena_free(call->arena);
    free(call);
}

static struct call *new_call(const struct http_client_limits *limits)
{
    struct call *call = calloc(1, sizeof *call);
    if (!call)
        out_of_memory();
    call->answer_most = limits->answer_bytes;
    call->easy = curl_easy_init();
    if (call->easy && set_up(call, limits))
        return call;
    free_call(call);
    return NULL;
}

/* No byte that would end a header, or a C string, too early. */
static bool clean(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

static bool clean_headers(const struct http_request *request)
{
    bool good = true;
    for (size_t i = 0; i < request->headers.n; i++)
        good = good && clean(request->headers.v[i].name) && clean(request->headers.v[i].value);
    return good;
}

static struct curl_slist *add_line(struct arena *arena, struct curl_slist *rest, struct str line)
{
    struct curl_slist *node = arena_new_of(arena, struct curl_slist);
    node->data = arena_alloc(arena, line.n + 1);
    memcpy(node->data, line.p, line.n);
    node->next = rest;
    return node;
}

/* In the arena, last first so that each is put in front.  "Name;" is curl's
 * way to send an empty value, "Name:" its way to send no such header. */
static struct curl_slist *header_lines(struct arena *arena, const struct http_request *request)
{
    struct curl_slist *lines = add_line(arena, NULL, STR("Expect:"));
    if (!http_header(&request->headers, "Content-Type").p)
        lines = add_line(arena, lines, STR("Content-Type:"));
    for (size_t i = request->headers.n; i > 0; i--) {
        struct http_pair pair = request->headers.v[i - 1];
        struct sbuf line = sbuf_in(arena);
        sbuf_add(&line, pair.name);
        sbuf_add(&line, pair.value.n > 0 ? STR(": ") : STR(";"));
        sbuf_add(&line, pair.value);
        lines = add_line(arena, lines, sbuf_str(&line));
    }
    return lines;
}

static bool set_method(CURL *easy, enum http_method method, struct str body)
{
    static const char *const words[] = {
        [HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE"};
    assert(method < HTTP_OTHER_METHOD);
    int bad = 0;
    if (body.n > 0 || method == HTTP_POST || method == HTTP_PUT) {
        bad |= (int)curl_easy_setopt(easy, CURLOPT_POST, 1L);
        bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.p ? body.p : "");
        bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    } else {
        bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    return (bad | (int)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, words[method])) == 0;
}

/* A request curl must not see goes out as an empty URL, so that curl itself
 * reports it, later and once, as never sent. */
static bool fill(struct call *call, const struct http_request *request, struct str before_target)
{
    struct arena *arena = call->arena;
    struct sbuf url = sbuf_in(arena);
    call->headers = (struct http_pairs){NULL, 0};
    call->header_bytes = 0;
    call->body = sbuf_in(arena);
    call->fault = NULL;
    call->words[0] = '\0';
    sbuf_add(&url, before_target);
    sbuf_add(&url, request->target);
    struct str whole = str_dup(arena, sbuf_str(&url));
    /* curl 7.88 prints a URL's path byte by byte, two thirds of what a request cost;
     * what it is given apart it takes as it is, so only where that is the same. */
    const char *target = http_plain_target(whole);
    const char *host = target ? str_cstr(arena, str_from(whole.p, (size_t)(target - whole.p))) : whole.p;
    if (!clean_headers(request) || (target == NULL && !clean(whole))) {
        call->fault = "a control character in the URL or a header";
        host = "";
        target = NULL;
    }
    int bad = (int)curl_easy_setopt(call->easy, CURLOPT_URL, host);
    bad |= (int)curl_easy_setopt(call->easy, CURLOPT_REQUEST_TARGET, target);
    bad |= (int)curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, header_lines(arena, request));
    return set_method(call->easy, request->method, str_dup(arena, request->body)) && bad == 0;
}

/* What came of it; lives in the call's arena. */
static struct http_answer judge(struct call *call, CURLcode result)
{
    struct http_answer answer = {.outcome = HTTP_UNSURE};
    long status = 0;
    if (result == CURLE_OK && curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK) {
        answer.outcome = HTTP_ANSWERED;
        answer.status = (int)status;
        answer.headers = call->headers;
        answer.body = sbuf_str(&call->body);
        return answer;
    }
    if (result != CURLE_OK && nothing_written(call->easy))
        answer.outcome = HTTP_UNSENT;
    const char *words = call->fault ? call->fault : call->words[0] ? call->words : curl_easy_strerror(result);
    answer.reason = str_cstr(call->arena, str_of(words));
    return answer;
}

/* The loop's side. */

static void finish(struct http_client *client, struct call *call, CURLcode result)
{
    struct arena *arena = call->arena;
    struct http_answer answer = judge(call, result);
    http_client_fn *fn = call->fn;
    void *ctx = call->ctx;
    if (curl_multi_remove_handle(client->multi, call->easy) != CURLM_OK)
        abort(); /* ours and added: a bug, and going on would call FN twice */
    TAILQ_REMOVE(&client->running, call, link);
    TAILQ_INSERT_HEAD(&client->spare, call, link); /* FN may use it at once */
    call->arena = NULL;
    client->in_flight--;
    fn(ctx, &answer);
    arena_free(arena);
}

static void collect(struct http_client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        char *call = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call) != CURLE_OK)
            abort(); /* set by set_up */
        finish(client, (struct call *)(void *)call, message->data.result);
    }
}

static void act(struct http_client *client, curl_socket_t fd, int what)
{
    int running;
    if (curl_multi_socket_action(client->multi, fd, what, &running) == CURLM_OUT_OF_MEMORY)
        out_of_memory(); /* other codes show as results of the transfers */
    collect(client);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    act(arg, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* curl's wishes. */

static int want_timer(CURLM *multi, long after_ms, void *arg)
{
    struct http_client *client = arg;
    (void)multi;
    if (after_ms < 0)
        loop_timer_stop(client->timer);
    else
        loop_timer_set(client->timer, after_ms);
    return 0;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *old)
{
    struct http_client *client = arg;
    (void)easy;
    if (old)
        event_free(old);
    if (what == CURL_POLL_REMOVE)
        return 0;
    short events = EV_PERSIST;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        events |= EV_READ;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        events |= EV_WRITE;
    struct event *event = event_new(loop_base(client->loop), fd, events, on_ready, client);
    if (!event || event_add(event, NULL) != 0 || curl_multi_assign(client->multi, fd, event) != CURLM_OK)
        out_of_memory();
    return 0;
}

static bool set_up_multi(struct http_client *client)
{
    int bad = 0;
    CURLM *multi = client->multi;
    bad |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    bad |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client);
    bad |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer);
    bad |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client);
    bad |= (int)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CACHED_MOST);
    bad |= (int)curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)client->limits.in_flight);
    return bad == 0;
}

struct http_client *http_client_new(struct loop *loop, const struct http_client_limits *limits,
                                    struct error *e)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        error_set(e, "libcurl does not start");
        return NULL;
    }
    struct http_client *client = calloc(1, sizeof *client);
    if (!client)
        out_of_memory();
    client->limits = *limits;
    client->loop = loop;
    TAILQ_INIT(&client->running);
    TAILQ_INIT(&client->spare);
    client->timer = loop_timer_new(loop, on_timer, client);
    client->multi = curl_multi_init();
    if (client->timer && client->multi && set_up_multi(client))
        return client;
    error_set(e, "libcurl does not start: no memory, or it is too old");
    http_client_free(client);
    return NULL;
}

static struct call *take_call(struct http_client *client)
{
    struct call *call = TAILQ_FIRST(&client->spare);
    if (call)
        TAILQ_REMOVE(&client->spare, call, link);
    else
        call = new_call(&client->limits);
    if (call)
        call->arena = arena_new(ARENA_FIRST);
    return call;
}

bool http_client_send(struct http_client *client, const struct http_request *request, http_client_fn *fn,
                      void *ctx)
{
    if (client->in_flight >= client->limits.in_flight)
        return false;
    struct call *call = take_call(client);
    if (!call)
        return false;
    call->fn = fn;
    call->ctx = ctx;
    if (!fill(call, request, STR("")) || curl_multi_add_handle(client->multi, call->easy) != CURLM_OK) {
        free_call(call);
        return false;
    }
    TAILQ_INSERT_TAIL(&client->running, call, link);
    client->in_flight++;
    return true;
}

unsigned http_client_in_flight(const struct http_client *client)
{
    return client->in_flight;
}

static void free_calls(struct http_client *client, struct calls *calls, bool running)
{
    struct call *call;
    while ((call = TAILQ_FIRST(calls)) != NULL) {
        TAILQ_REMOVE(calls, call, link);
        if (running && curl_multi_remove_handle(client->multi, call->easy) != CURLM_OK)
            abort(); /* ours and added */
        if (running)
            call->fn(call->ctx, &(struct http_answer){.outcome = HTTP_UNSURE,
                                                      .reason = "we ended before it was answered"});
        free_call(call);
    }
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    client->limits.in_flight = 0; /* a function that is called now sends no more */
    free_calls(client, &client->running, true);
    free_calls(client, &client->spare, false);
    if (client->multi && curl_multi_cleanup(client->multi) != CURLM_OK)
        abort();                    /* called from inside a curl callback */
    loop_timer_free(client->timer); /* after curl, which sets it to the end */
    free(client);
    curl_global_cleanup();
}

/* The command line's side. */

static bool nobody_listens(CURL *easy, CURLcode result)
{
    long reason = 0;
    if (result != CURLE_COULDNT_CONNECT || curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &reason) != CURLE_OK)
        return false;
    return reason == ECONNREFUSED || reason == ENOENT;
}

bool http_call_unix(const char *path, const struct http_request *request, unsigned seconds,
                    struct arena *arena, struct http_answer *answer, bool *refused, struct error *e)
{
    const struct http_client_limits limits = {1, seconds * 1000, seconds * 1000, UNIX_ANSWER_MOST};
    *refused = false;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(e, "libcurl does not start");
    struct call *call = new_call(&limits);
    CURLcode result = CURLE_FAILED_INIT;
    *answer = (struct http_answer){.outcome = HTTP_UNSENT, .reason = "libcurl does not start"};
    if (call) {
        call->arena = arena;
        if (fill(call, request, STR("http://localhost")) &&
            curl_easy_setopt(call->easy, CURLOPT_UNIX_SOCKET_PATH, path) == CURLE_OK)
            result = curl_easy_perform(call->easy);
        *answer = judge(call, result);
        *refused = nobody_listens(call->easy, result);
        call->arena = NULL; /* the caller's */
        free_call(call);
    }
    curl_global_cleanup();
    return answer->outcome == HTTP_ANSWERED || error_set(e, "%s: %s", path, answer->reason);
}

const char *http_client_library_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}
