/* Fuzzes the guard that reads a connection's raw bytes beside evhttp.  However
 * the network cuts them, it must come to the same end. */
#include "tests/fuzz/fuzz.h"

#include "gateway/net/http_guard.h"

/* Small, so that inputs reach them. */
static const struct http_guard_limits limits = {.header_bytes = 400, .headers = 8, .body_bytes = 64};

static struct http_guard whole(struct arena *arena, struct str bytes)
{
    struct http_guard guard;
    http_guard_start(&guard, &limits, arena);
    MUST(http_guard_feed(&guard, bytes.p, bytes.n) == guard.refused);
    return guard;
}

/* In pieces of 1 to 16 bytes, by SEED. */
static struct http_guard in_pieces(struct arena *arena, struct str bytes, uint32_t seed)
{
    struct http_guard guard;
    http_guard_start(&guard, &limits, arena);
    while (bytes.n > 0) {
        seed = seed * 1664525u + 1013904223u;
        size_t n = (seed >> 28) + 1;
        n = n < bytes.n ? n : bytes.n;
        struct str piece = fuzz_input((const uint8_t *)bytes.p, n);
        MUST(http_guard_feed(&guard, piece.p, piece.n) == guard.refused);
        fuzz_input_free(piece);
        bytes = str_after(bytes, n);
    }
    return guard;
}

static bool holds_nocase(struct str text, const char *word)
{
    struct str wanted = str_of(word);
    for (size_t i = 0; i + wanted.n <= text.n; i++)
        if (str_eq_nocase(str_from(text.p + i, wanted.n), wanted))
            return true;
    return false;
}

static bool says_1_1(struct str head)
{
    struct str rest = head, line, version = STR(" HTTP/1.1");
    MUST(str_split(&rest, '\n', &line));
    line = str_trim(line);
    return line.n > version.n && str_eq(str_after(line, line.n - version.n), version);
}

/* Seen again by other means: the first header part that was let through. */
static void check_first(struct str bytes)
{
    size_t end = 0;
    while (end < bytes.n && !(bytes.p[end] == '\n' && (str_starts(str_after(bytes, end + 1), STR("\n")) ||
                                                       str_starts(str_after(bytes, end + 1), STR("\r\n")))))
        end++;
    struct str head = str_from(bytes.p, end);
    MUST(!has_nul(head) && head.n <= limits.header_bytes);
    MUST(!holds_nocase(head, "\nTransfer-Encoding:") && !holds_nocase(head, "\n "));
    MUST(holds_nocase(head, "\nHost:") || !says_1_1(head));
    MUST(!str_starts(head, STR("CONNECT ")) && !holds_nocase(head, "\nContent-Length: +"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = fuzz_input(data, size);
    struct arena *arena = arena_new(4096);
    struct http_guard at_once = whole(arena, bytes);
    for (uint32_t seed = 1; seed <= 2; seed++) {
        struct http_guard cut = in_pieces(arena, bytes, seed * 7919u + (uint32_t)size);
        MUST(cut.refused == at_once.refused && cut.approved == at_once.approved);
        MUST(cut.refused || http_guard_between(&cut) == http_guard_between(&at_once));
    }
    MUST(at_once.refused == 0 || at_once.refused == 400 || at_once.refused == 413);
    if (at_once.approved > 0)
        check_first(bytes);
    arena_free(arena);
    fuzz_input_free(bytes);
    return 0;
}
