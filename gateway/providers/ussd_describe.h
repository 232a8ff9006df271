/* What the two files that read a description share. */
#ifndef YAVAR_PROVIDERS_USSD_DESCRIBE_H
#define YAVAR_PROVIDERS_USSD_DESCRIBE_H

#include "gateway/conf/ini.h"
#include "gateway/providers/ussd.h"

struct ussd_reader {
    struct arena *arena;
    struct faults *faults;
    struct ini ini;
    const struct ini_line *line; /* the one that is read */
    struct ussd_description *d;
};

#define USSD_FAULT(r, ...) faults_add((r)->faults, (r)->ini.file, (r)->line->line, __VA_ARGS__)

bool ussd_is_name(struct str name);  /* a dotted path, or "/2" */
bool ussd_has_page(struct str text); /* {page} stands in it */
/* The line's value into PLACE, a struct ussd_part that holds the page. */
void ussd_set_text(struct ussd_reader *r, void *place);
/* The line as one more of PARTS, which are the description's fields or headers. */
void ussd_add_part(struct ussd_reader *r, struct ussd_parts *parts);

#endif
