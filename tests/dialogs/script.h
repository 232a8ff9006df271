/* How the lines of a dialogue are read: words, escapes, and {names} for the
 * numbers that nobody can know beforehand. */
#ifndef YAVAR_TESTS_DIALOGS_SCRIPT_H
#define YAVAR_TESTS_DIALOGS_SCRIPT_H

#include "gateway/base/clock.h"
#include "gateway/base/phone.h"
#include "gateway/model/records.h"
#include "tests/unit/unit.h"

enum { NAMES_MOST = 32 };

struct binding {
    struct str name, value;
};

struct names {
    struct arena *arena;
    struct binding bound[NAMES_MOST];
    size_t count;
    struct str again; /* the first answer to the last text */
};

static inline struct str word(struct str *rest)
{
    struct str part = STR("");
    *rest = str_trim(*rest);
    if (rest->n > 0 && !str_split(rest, ' ', &part))
        part = STR("");
    return part;
}

static inline struct str *value_of(struct names *n, struct str name)
{
    for (size_t i = 0; i < n->count; i++)
        if (str_eq(n->bound[i].name, name))
            return &n->bound[i].value;
    return NULL;
}

/* `{name}`, or `{name!}` for the same number with its last digit wrong. */
static inline struct str expand(struct names *n, struct str name)
{
    bool slip = name.n > 0 && name.p[name.n - 1] == '!';
    struct str *value = value_of(n, str_from(name.p, name.n - slip));
    if (value == NULL)
        return STR("");
    struct str out = str_dup(n->arena, *value);
    if (slip)
        ((char *)(uintptr_t)out.p)[out.n - 1] = (char)('1' + (out.p[out.n - 1] - '0') % 9);
    return out;
}

/* Whether GOT is WANT; a name not met before takes the digits that stand there. */
static inline bool fits(struct names *n, struct str want, struct str got)
{
    while (want.n > 0) {
        const char *end = want.p[0] == '{' ? memchr(want.p, '}', want.n) : NULL;
        if (end == NULL) {
            if (got.n == 0 || got.p[0] != want.p[0])
                return false;
            want = str_after(want, 1);
            got = str_after(got, 1);
            continue;
        }
        struct str name = str_from(want.p + 1, (size_t)(end - want.p) - 1), value = expand(n, name);
        if (value.n == 0) {
            while (value.n < got.n && got.p[value.n] >= '0' && got.p[value.n] <= '9')
                value = str_from(got.p, value.n + 1);
            if (value.n == 0 || n->count == NAMES_MOST)
                return false;
            n->bound[n->count++] = (struct binding){name, str_dup(n->arena, value)};
        }
        if (!str_starts(got, value))
            return false;
        want = str_after(want, name.n + 2);
        got = str_after(got, value.n);
    }
    return got.n == 0;
}

static inline unsigned hex_of(char c)
{
    return hex_digit(c >= 'A' && c <= 'F' ? (char)(c + 32) : c) & 15;
}

/* A text to send: \n, \t, \\, \xHH, {names}, and {again} for the last answer. */
static inline struct str unescape(struct names *n, struct str s)
{
    struct sbuf out = sbuf_in(n->arena);
    for (; s.n > 0; s = str_after(s, 1)) {
        const char *end = s.p[0] == '{' ? memchr(s.p, '}', s.n) : NULL;
        if (end != NULL) {
            struct str name = str_from(s.p + 1, (size_t)(end - s.p) - 1);
            sbuf_add(&out, str_is(name, "again") ? n->again : expand(n, name));
            s = str_after(s, name.n + 1);
        } else if (s.p[0] == '\\' && s.n > 3 && s.p[1] == 'x') {
            sbuf_byte(&out, (char)(hex_of(s.p[2]) * 16 + hex_of(s.p[3])));
            s = str_after(s, 3);
        } else if (s.p[0] == '\\' && s.n > 1) {
            sbuf_byte(&out, s.p[1] == 'n' ? '\n' : s.p[1] == 't' ? '\t' : s.p[1]);
            s = str_after(s, 1);
        } else {
            sbuf_byte(&out, s.p[0]);
        }
    }
    return sbuf_str(&out);
}

/* `WORD[/WORD] [pay_to=X] [from=DAY] [until=DAY] NAME / ENGLISH NAME` */
static inline bool campaign_read(struct arena *arena, struct str rest, struct str *words, struct campaign *c)
{
    struct str name, part;
    bool good = true;
    *c = (struct campaign){0};
    *words = word(&rest);
    for (name = word(&rest); name.n > 0 && memchr(name.p, '=', name.n) != NULL; name = word(&rest)) {
        if (str_starts(name, STR("pay_to=")))
            c->pay_to = str_after(name, 7);
        else if (str_starts(name, STR("from=")))
            good = clock_from_iso(str_after(name, 5), &c->starts_at) && good;
        else
            good = str_starts(name, STR("until=")) && clock_from_iso(str_after(name, 6), &c->ends_at) && good;
    }
    struct str both = str_printf(arena, "%.*s %.*s", STR_ARG(name), STR_ARG(rest));
    if (!str_split(&both, '/', &part))
        return false;
    c->name_fa = str_trim(part);
    c->name_en = both.p != NULL ? str_trim(both) : c->name_fa;
    return good && c->name_fa.n > 0;
}

/* `PHONE ROLE [in=PROVINCE,…] [NAME]` */
static inline bool staff_read(struct arena *arena, struct str rest, struct staff *s)
{
    struct str number = word(&rest);
    struct phone phone = phone_parse(number, "98");
    *s = (struct staff){.role = word(&rest)};
    rest = rest.p != NULL ? str_trim(rest) : STR("");
    if (str_starts(rest, STR("in="))) {
        struct str list = str_after(word(&rest), 3), slug;
        struct sbuf slugs = sbuf_in(arena);
        while (list.n > 0 && str_split(&list, ',', &slug))
            sbuf_printf(&slugs, "%s%.*s", slugs.n > 0 ? " " : "", STR_ARG(slug));
        s->provinces = sbuf_str(&slugs);
    }
    s->name = rest.p != NULL ? str_trim(rest) : STR("");
    return s->role.n > 0 && str_to_i64(str_of(phone.digits), &s->phone);
}

static inline struct str or_dash(struct str s)
{
    return s.n > 0 ? s : STR("-");
}

/* The newest of a phone's volunteers, for @stored. */
static inline struct str volunteer_shown(struct arena *arena, const struct volunteer *rows, size_t n)
{
    const struct volunteer *v = n > 0 ? &rows[n - 1] : NULL;
    if (v == NULL)
        return STR("none");
    struct str parts[] = {v->status, v->province, v->specialty, v->availability,
                          v->consent_at > 0 ? v->consent_channel : STR("")};
    struct sbuf out = sbuf_in(arena);
    for (size_t i = 0; i < 5; i++)
        sbuf_printf(&out, "%.*s ", STR_ARG(or_dash(parts[i])));
    sbuf_printf(&out, "%lld %.*s", (long long)v->recruiter, STR_ARG(or_dash(v->name)));
    return sbuf_str(&out);
}

/* An answer as a file writes it, behind LABEL. */
static inline struct str quoted(struct arena *arena, const char *label, struct str text)
{
    struct sbuf out = sbuf_in(arena);
    struct str rest = text, line;
    sbuf_printf(&out, "%s", label);
    for (bool first = true; rest.p != NULL && str_split(&rest, '\n', &line); first = false)
        sbuf_printf(&out, "%s%.*s\n", first ? "< " : "| ", STR_ARG(line));
    return sbuf_str(&out);
}

#endif
