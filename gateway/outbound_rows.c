/* See the header. */
#include "gateway/outbound_rows.h"

void row_list_init(struct row_list *list)
{
    list->head = NULL;
    list->tail = &list->head;
}

size_t row_list_count(const struct row_list *list)
{
    size_t n = 0;
    for (const struct row *row = list->head; row != NULL; row = row->next)
        n++;
    return n;
}

void row_list_push(struct row_list *list, struct row *row)
{
    if (list->head == NULL)
        list->tail = &list->head;
    row->next = NULL;
    *list->tail = row;
    list->tail = &row->next;
}

void row_list_push_front(struct row_list *list, struct row *row)
{
    if (list->head == NULL) {
        row_list_push(list, row);
        return;
    }
    row->next = list->head;
    list->head = row;
}

struct row *row_list_pop(struct row_list *list)
{
    struct row *row = list->head;
    if (row != NULL)
        list->head = row->next;
    return row;
}

bool row_list_has_reply(const struct row_list *list, int64_t reply_to)
{
    for (const struct row *row = list->head; row != NULL && reply_to != 0; row = row->next)
        if (row->message.reply_to == reply_to)
            return true;
    return false;
}

size_t row_list_pull(struct row_list *list, int64_t reply_to, struct row_list *back)
{
    size_t n = 0;
    struct row *next;
    for (struct row *row = list->head; row != NULL && reply_to != 0; row = next) {
        next = row->next;
        if (row->message.reply_to != reply_to)
            continue;
        row_list_remove(list, row);
        row_list_push(back, row);
        n++;
    }
    return n;
}

size_t row_list_pull_source(struct row_list *list, int64_t source, struct row_list *back)
{
    size_t n = 0;
    struct row *next;
    for (struct row *row = list->head; row != NULL; row = next) {
        next = row->next;
        if (row->message.source != source)
            continue;
        row_list_remove(list, row);
        row_list_push(back, row);
        n++;
    }
    return n;
}

void row_list_remove(struct row_list *list, struct row *row)
{
    struct row **place = &list->head;
    while (*place != row)
        place = &(*place)->next;
    *place = row->next;
    if (list->tail == &row->next)
        list->tail = place;
}

struct row *row_list_pop_free(struct row_list *list, const struct row_list *busy)
{
    for (struct row *row = list->head; row != NULL; row = row->next)
        if (!row_list_has_reply(busy, row->message.reply_to)) {
            row_list_remove(list, row);
            return row;
        }
    return NULL;
}

void row_list_append(struct row_list *list, struct row_list *more)
{
    struct row *row;
    while ((row = row_list_pop(more)) != NULL)
        row_list_push(list, row);
}

void row_list_free(struct row_list *list)
{
    struct row *row;
    while ((row = row_list_pop(list)) != NULL)
        if (--row->batch->live == 0)
            arena_free(row->batch->arena); /* batch and row live in it */
}
