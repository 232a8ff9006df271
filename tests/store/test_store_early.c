/* Delivery reports by the telecom's own id that come before its answer has
 * named the id: the end must be that of reports after it. */
#include "tests/store/store_world.h"

static int64_t a_claimed_row(struct world *w)
{
    struct outbound row;
    int64_t id = add_outbox(w, "mci", LANE_CONFIRMATION, 0, NOW_MS);
    assert_int_equal(
        outbox_claim(w->store, w->arena, STR("mci"), LANE_CONFIRMATION, STR("node1"), NOW_MS, &row, 1), 1);
    assert_int_equal(row.id, id);
    return id;
}

/* Whether they came before the answer or after it, the first final one stays. */
static void early_reports_end_as_late_ones(void **state)
{
    static const enum report_state orders[][3] = {{REPORT_DELIVERED, REPORT_FAILED, REPORT_SENT},
                                                  {REPORT_FAILED, REPORT_DELIVERED, REPORT_SENT},
                                                  {REPORT_SENT, REPORT_DELIVERED, REPORT_FAILED},
                                                  {REPORT_SENT, REPORT_SENT, REPORT_FAILED}};
    static const char *const ends[] = {"delivered", "failed", "delivered", "failed"};
    struct world *w = *state;
    begin(w);
    for (int i = 0; i < 4; i++)
        for (int early = 0; early <= 3; early++) {
            struct str name = str_printf(w->arena, "id-%d-%d", i, early);
            int64_t id = a_claimed_row(w);
            for (int n = 0; n <= 3; n++) {
                if (n == early)
                    note_sent(w, id, name, NOW_MS + n);
                struct report report = {.channel = STR("mci"), .provider_id = name};
                report.state = n < 3 ? orders[i][n] : REPORT_SENT;
                (void)outbox_report(w->store, w->arena, &report, NOW_MS + n);
            }
            assert_text(outbox_row(w, id).status, ends[i]);
        }
    commit(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(early_reports_end_as_late_ones),
    };
    return cmocka_run_group_tests_name("early reports", tests, NULL, NULL);
}
