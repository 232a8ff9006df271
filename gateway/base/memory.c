/* Running out of memory, in one place. */
#include "gateway/base/memory.h"

#include <stdlib.h>
#include <unistd.h>

enum { TRY_LATER = 75 }; /* as in cli.h */

_Noreturn void out_of_memory(void)
{
    static const char words[] = "yavar: out of memory\n";
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        _exit(TRY_LATER); /* nowhere left to say it */
    _exit(TRY_LATER);
}

void *memory_take(size_t n)
{
    void *p = malloc(n > 0 ? n : 1);
    if (p == NULL)
        out_of_memory();
    return p;
}

void *memory_more(void *old, size_t n)
{
    void *p = realloc(old, n > 0 ? n : 1);
    if (p == NULL)
        out_of_memory();
    return p;
}

void memory_free(void *p)
{
    free(p);
}
