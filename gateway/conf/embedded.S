/* The files of config/, built into the program so that it runs with nothing
 * beside it.  The assembler's .incbin does it without a generator. */
    .section .rodata
.macro embed name file
    .global embedded_\name
    .global embedded_\name\()_end
embedded_\name:
    .incbin "\file"
embedded_\name\()_end:
    .byte 0
.endm
    embed fa "config/messages/fa.ini"
    embed en "config/messages/en.ini"
    embed keywords "config/keywords.ini"
    embed provinces "config/provinces.ini"
    embed specialties "config/specialties.ini"
    embed needs "config/samples/needs.csv"
.macro embed_ussd name
    embed ussd_\name "config/ussd/\name\().ini"
.endm
#define USSD(name) embed_ussd name
#include "ussd.def"
    .section .note.GNU-stack,"",%progbits
