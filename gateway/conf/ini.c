/* Ini files; why by hand is said in ini.h. */
#include "gateway/conf/ini.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/utf8.h"

void faults_add(struct faults *faults, const char *file, unsigned line, const char *format, ...)
{
    char what[1024];
    struct error whole; /* cut between letters */
    va_list args;
    va_start(args, format);
    int n = vsnprintf(what, sizeof what, format, args);
    va_end(args);
    error_set(&whole, "%s", n < 0 ? "?" : what);
    faults->count++;
    if (line > 0)
        sbuf_printf(&faults->text, "%s:%u: %s\n", file, line, whole.text);
    else
        sbuf_printf(&faults->text, "%s: %s\n", file, whole.text);
}

bool ini_read_file(struct arena *arena, const char *path, size_t most, struct str *text, struct error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(e, "%s: %s", path, strerror(errno));
    bool fits = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 && (size_t)st.st_size <= most;
    char *bytes = fits ? arena_alloc(arena, (size_t)st.st_size + 1) : NULL;
    size_t n = 0;
    ssize_t got = 0;
    while (fits && n < (size_t)st.st_size && (got = read(fd, bytes + n, (size_t)st.st_size - n)) > 0)
        n += (size_t)got;
    int saved = errno;
    if (close(fd) != 0 || got < 0)
        return error_set(e, "%s: %s", path, strerror(saved));
    if (!fits)
        return error_set(e, "%s: no regular file of at most %zu bytes", path, most);
    *text = str_from(bytes, n);
    return true;
}

static struct str without_comment(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == ';' && (i == 0 || value.p[i - 1] == ' ' || value.p[i - 1] == '\t'))
            return str_trim(str_from(value.p, i));
    return value;
}

static void parse_line(struct ini *ini, struct str line, unsigned number, bool comments_behind,
                       struct str *section, struct faults *faults)
{
    struct ini_line *row = &ini->v[ini->n];
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == ';' || line.p[0] == '#')
        return;
    if (line.p[0] == '[') {
        line = without_comment(line);
        if (line.p[line.n - 1] != ']') {
            faults_add(faults, ini->file, number, "a section's name must end with ]");
            return;
        }
        *section = str_trim(str_from(line.p + 1, line.n - 2));
        *row = (struct ini_line){.line = number, .section = *section};
        ini->n++;
        return;
    }
    const char *equals = memchr(line.p, '=', line.n);
    if (equals == NULL || equals == line.p) {
        faults_add(faults, ini->file, number, "neither [section] nor key = value: %.*s",
                   STR_ARG(utf8_cut(line, 60)));
        return;
    }
    size_t at = (size_t)(equals - line.p);
    struct str value = str_trim(str_after(line, at + 1));
    *row = (struct ini_line){number, *section, str_trim(str_from(line.p, at)),
                             comments_behind ? without_comment(value) : value};
    ini->n++;
}

struct ini ini_parse(struct arena *arena, const char *file, struct str text, bool comments_behind,
                     struct faults *faults)
{
    struct ini ini = {.file = file};
    struct str section = STR(""), rest = text, line;
    size_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    ini.v = arena_array(arena, struct ini_line, lines);
    if (str_starts(rest, STR("\xEF\xBB\xBF")))
        rest = str_after(rest, 3);
    for (unsigned number = 1; rest.p != NULL && str_split(&rest, '\n', &line); number++) {
        if (!utf8_valid(line) || (line.n > 0 && memchr(line.p, 0, line.n) != NULL))
            faults_add(faults, file, number, "not UTF-8 text");
        else
            parse_line(&ini, line, number, comments_behind, &section, faults);
    }
    return ini;
}
