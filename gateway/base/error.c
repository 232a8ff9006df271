/* Writing a reason: whole lines and whole characters, whatever comes in. */
#include "gateway/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How many bytes the character beginning with this byte has. */
static size_t width(unsigned char lead)
{
    if (lead < 0xC0)
        return 1;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Drops a character that the end of the room cut in two. */
static void cut_whole(char *text)
{
    size_t n = strlen(text), last = n;
    while (last > 0 && n - last < 4) {
        last--;
        unsigned char byte = (unsigned char)text[last];
        if ((byte & 0xC0) == 0x80)
            continue;
        if (last + width(byte) > n)
            text[last] = '\0';
        return;
    }
}

static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            *text = ' ';
}

bool error_set(struct error *e, const char *format, ...)
{
    if (!e)
        return false;
    /* aside first: the arguments may quote e->text itself */
    char text[sizeof e->text];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (n < 0)
        /* a constant that fits */
        (void)snprintf(text, sizeof text, "a fault whose reason could not be written");
    else if ((size_t)n >= sizeof text)
        cut_whole(text);
    one_line(text);
    memcpy(e->text, text, sizeof text);
    return false;
}
