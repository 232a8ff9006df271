/* The admin API: what a coordinator or the command line asks for, as HTTP
 * requests under /api/v1.
 *
 * One function does the work inside a transaction; the running service calls
 * it from a job, and a command that finds no service running calls it itself.
 * The door (DATABASE.sock, mode 0600) needs no token. */
#ifndef YAVAR_ADMIN_H
#define YAVAR_ADMIN_H

#include "gateway/gateway.h"
#include "gateway/model/actor.h"

struct json;
struct admin_call {
    struct store *store;
    struct zone *zone;
    const struct config *config;
    struct arena *arena;
    int64_t now_ms;
    const struct http_request *request;
    enum office_door door; /* the one it came through */
    struct actor actor;    /* who asks, once admin_identify has looked */
};

/* Who asks: by the door the operator, or the one of the staff that they act
 * for (AS_HEADER); by the API the owner of the token.  False with an answer. */
#define AS_HEADER "X-Yavar-As"
bool admin_identify(struct admin_call *call, struct http_response *answer) MUST_CHECK;
/* That, and whether their role may do what asks for ROLE. */
bool admin_authorise(struct admin_call *call, enum role role, struct http_response *answer) MUST_CHECK;
/* The token that a request carries; NULL str: none. */
struct str admin_bearer(const struct http_request *request);
/* 401, and how to ask; WRONG: there was a token. */
struct http_response admin_unknown(const struct admin_call *call, bool wrong);
/* Whether nothing confines who asks to a place or a house: what concerns the
 * whole service is not for the others.  False with an answer. */
bool admin_unconfined(const struct admin_call *call, struct http_response *answer) MUST_CHECK;

/* Whether who asks may do what ROLE may; what is left to admins concerns the
 * whole country, so not one who is confined to provinces.  False with an answer. */
bool admin_may(const struct admin_call *call, enum role role, struct http_response *answer) MUST_CHECK;

/* Identifies, looks whether the role may, and does it.  Inside an open
 * transaction; a status of 400 and more means: roll it back.  Bodies are JSON,
 * faults {"error": "…"}. */
struct http_response admin_run(const struct admin_call *call);

/* For the operations in other files. */
/* The request's body, with no other fields than the table has for PATH; NULL with an answer. */
struct json *admin_body(const struct admin_call *call, const char *path, struct http_response *answer);
struct http_response admin_respond(const struct admin_call *call, int status, struct json *json);
struct http_response admin_fault(const struct admin_call *call, int status, const char *what);
struct http_response admin_created(const struct admin_call *call, struct str id);
void admin_put_header(const struct admin_call *call, struct http_response *response, struct str name,
                      struct str value); /* the only further one */

/* For http_server_open of the admin address and of the door. */
void admin_request(void *ctx, const struct http_request *request, struct arena *arena,
                   struct http_ticket ticket);
void door_request(void *ctx, const struct http_request *request, struct arena *arena,
                  struct http_ticket ticket);
/* Answers; who tries tokens is slowed.  Loop thread. */
void admin_answer(struct gateway *g, struct http_server *server, struct http_ticket ticket,
                  const struct http_request *request, struct http_response *response, struct arena *arena);

/* "in12" and "out7", as messages are named outside. */
bool message_id_read(struct str name, bool *incoming, int64_t *id) MUST_CHECK;

#endif
