/* Rows of the tables as CSV lines, for `export` and the lists of the command
 * line.  Columns are vocabulary's. */
#ifndef YAVAR_CSV_ROWS_H
#define YAVAR_CSV_ROWS_H

#include "gateway/store/store_office.h"

extern const char csv_need_header[], csv_pledge_header[], csv_message_header[], csv_campaign_header[],
    csv_volunteer_header[], csv_staff_header[], csv_audit_header[], csv_organisation_header[],
    csv_campaign_sum_header[];

void csv_need(struct sbuf *out, const struct need *need, bool with_sums);
void csv_pledge(struct sbuf *out, const struct pledge *pledge, bool masked);
void csv_incoming(struct sbuf *out, const struct inbox_row *row, bool masked);
void csv_outgoing(struct sbuf *out, const struct outbound *row, bool masked);
void csv_volunteer(struct sbuf *out, const struct volunteer *volunteer, bool with_id, bool masked);
/* CONTACTED: whom a recruiter asked; READY: who of them is a volunteer.  A
 * lock that is over by NOW does not show. */
void csv_staff(struct sbuf *out, const struct staff *staff, int64_t contacted, int64_t ready, int64_t now,
               bool masked);
void csv_organisation(struct sbuf *out, const struct organisation *organisation);
/* MASKED: the phones of who acted, and of those it was done to. */
void csv_audit(struct sbuf *out, const struct audit_row *row, bool masked);
void csv_campaign(struct sbuf *out, const struct campaign *campaign, const struct campaign_sum *sum);
void csv_campaign_sum(struct sbuf *out, const struct campaign_sum *sum);

#endif
