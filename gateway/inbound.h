/* Inbound: from a telecom's request to a committed job, and its answer.
 *
 * 2xx is answered only after everything the request caused is on disk.
 * Loop thread; the job's body runs on the store thread. */
#ifndef YAVAR_INBOUND_H
#define YAVAR_INBOUND_H

#include "gateway/gateway.h"

/* For http_server_open of the front; CTX is the gateway. */
void inbound_request(void *ctx, const struct http_request *request, struct arena *arena,
                     struct http_ticket ticket);

/* The channel by which the SMS of a USSD channel go; empty: none can. */
struct str inbound_sms_line(const struct config *config, struct str channel);

#endif
