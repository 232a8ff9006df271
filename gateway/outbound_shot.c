/* Shots. */
#include "gateway/outbound_shot.h"

#include <stdlib.h>

#include "gateway/base/memory.h"

static struct shot *new_shot(struct line *line, size_t most)
{
    struct shot *shot = calloc(1, sizeof *shot);
    if (shot != NULL) { /* only when memory is out: the process ends */
        shot->line = line;
        shot->rows = calloc(most, sizeof(struct row *));
        shot->messages = calloc(most, sizeof(struct outbound));
        shot->results = calloc(most, sizeof(struct settled));
    }
    bool lacks = shot == NULL || shot->rows == NULL || /* only when memory is out: the process ends */
                 shot->messages == NULL ||             /* only when memory is out: the process ends */
                 shot->results == NULL;                /* only when memory is out: the process ends */
    if (lacks)                                         /* only when memory is out: as an arena does */
        out_of_memory();
    return shot;
}

static void load(struct shot *shot, struct row *row, struct row_list *wire)
{
    shot->rows[shot->n] = row;
    shot->messages[shot->n++] = row->message;
    row_list_push(wire, row);
}

static bool has_phone(const struct shot *shot, int64_t phone)
{
    for (size_t i = 0; i < shot->n; i++)
        if (shot->messages[i].phone == phone)
            return true;
    return false;
}

struct shot *shot_load(struct line *line, struct config *config, struct row *first, size_t most,
                       struct row_list *waiting, struct row_list *wire)
{
    most = most < SHOT_MOST ? most : SHOT_MOST;
    struct shot *shot = new_shot(line, most);
    struct row *next;
    shot->config = config_keep(config);
    load(shot, first, wire);
    for (struct row *row = waiting->head; row != NULL && shot->n < most; row = next) {
        next = row->next;
        if (!str_eq(row->message.text, first->message.text) || has_phone(shot, row->message.phone) ||
            row_list_has_reply(wire, row->message.reply_to))
            continue;
        row_list_remove(waiting, row);
        load(shot, row, wire);
    }
    return shot;
}

size_t shot_unload(struct shot *shot, struct row_list *waiting, struct row_list *wire)
{
    size_t n = shot->n;
    while (shot->n > 0) {
        struct row *row = shot->rows[--shot->n];
        row_list_remove(wire, row);
        row_list_push_front(waiting, row);
    }
    shot_free(shot);
    return n;
}

void shot_free(struct shot *shot)
{
    config_drop(shot->config);
    free(shot->rows);
    free(shot->messages);
    free(shot->results);
    free(shot);
}
