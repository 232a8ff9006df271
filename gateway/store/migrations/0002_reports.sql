-- Delivery reports of telecoms that give ids of their own: provider_key is
-- that id in the form in which it is compared (lower case, no leading zeros).
-- A report that comes before its message is settled is kept for a day.

ALTER TABLE outbox ADD COLUMN provider_key TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_provider_key ON outbox (channel, provider_key) WHERE provider_key <> '';

CREATE TABLE early_report (
    channel TEXT NOT NULL,
    provider_key TEXT NOT NULL,
    state {int} NOT NULL,
    detail TEXT NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (channel, provider_key)
);
CREATE INDEX early_report_at ON early_report (at_ms);
