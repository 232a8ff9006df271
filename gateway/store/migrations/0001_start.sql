-- The first tables.  Types in braces are the engine's; times are UTC seconds,
-- and milliseconds where a name ends in _ms.

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value {blob} NOT NULL
);

-- One row a sequence, changed by one UPDATE … RETURNING.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value {int} NOT NULL
);
INSERT INTO counter (name, value) VALUES ('reference', 0);
INSERT INTO counter (name, value) VALUES ('need', 100);

-- phone: E.164 digits as a number, so that the row is found without an index.
CREATE TABLE contact (
    phone {id},
    language TEXT,
    province TEXT,
    stopped_at {int},
    question TEXT,
    question_at {int},
    confirmed_since {int} NOT NULL,
    confirmed_count {int} NOT NULL,
    unknown_since {int} NOT NULL,
    unknown_count {int} NOT NULL,
    unknown_hash {int} NOT NULL,
    sent_hash {int} NOT NULL,
    sent_hash_before {int} NOT NULL,
    seen_at {int} NOT NULL
);

-- day stands in front of the random key, so that only today's pages of the
-- index are written to.  copy: 0, or the second in which an equal text came
-- again past the window (where the telecom gives neither id nor time).
CREATE TABLE inbox (
    id {id},
    day {int} NOT NULL,
    message_key {blob} NOT NULL,
    copy {int} NOT NULL,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    command TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    answer_status {int} NOT NULL,
    answer TEXT NOT NULL,
    unanswered {int} NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL
);
CREATE UNIQUE INDEX inbox_key ON inbox (day, message_key, copy);
CREATE INDEX inbox_unanswered ON inbox (id) WHERE unanswered = 1;

CREATE TABLE need (
    code {id},
    province TEXT NOT NULL,
    centre TEXT NOT NULL,
    category TEXT NOT NULL,
    priority {int} NOT NULL,
    title_fa TEXT NOT NULL,
    title_en TEXT NOT NULL,
    short_fa TEXT NOT NULL,
    short_en TEXT NOT NULL,
    unit TEXT NOT NULL,
    required {int} NOT NULL,
    pledged {int} NOT NULL,
    received {int} NOT NULL,
    status TEXT NOT NULL,
    organisation TEXT NOT NULL,
    pay_to TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at {int} NOT NULL,
    shared_with TEXT NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL
);
CREATE INDEX need_urgent ON need (province, priority, code) WHERE status = 'open';
CREATE INDEX need_country ON need (priority, code) WHERE status = 'open';
CREATE INDEX need_title ON need (centre, title_fa);

CREATE TABLE campaign (
    id {id},
    name_fa TEXT NOT NULL,
    name_en TEXT NOT NULL,
    provinces TEXT NOT NULL,
    pay_to TEXT NOT NULL,
    goal_rial {int} NOT NULL,
    pledged_rial {int} NOT NULL,
    starts_at {int} NOT NULL,
    ends_at {int} NOT NULL,
    created_at {int} NOT NULL
);
-- Its keywords: as written, and folded without blanks.
CREATE TABLE campaign_word (
    folded TEXT PRIMARY KEY,
    campaign {int} NOT NULL REFERENCES campaign (id),
    place {int} NOT NULL,
    word TEXT NOT NULL
);

-- id: the place in the sequence from which the reference is made.
CREATE TABLE pledge (
    id {id},
    phone {int} NOT NULL,
    need {int} REFERENCES need (code),
    campaign {int} REFERENCES campaign (id),
    amount_rial {int} NOT NULL,
    money TEXT NOT NULL,
    quantity {int} NOT NULL,
    unit TEXT NOT NULL,
    recurrence TEXT NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    message {int} NOT NULL,
    day {int} NOT NULL,
    due_at {int} NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL
);
CREATE INDEX pledge_phone ON pledge (phone, id);

CREATE TABLE outbox (
    id {id},
    channel TEXT NOT NULL,
    phone {int} NOT NULL,
    body TEXT NOT NULL,
    segments {int} NOT NULL,
    lane {int} NOT NULL,
    status TEXT NOT NULL,
    due_ms {int} NOT NULL,
    expires_ms {int} NOT NULL,
    attempts {int} NOT NULL,
    resends {int} NOT NULL,
    may_be_double {int} NOT NULL,
    reply_to {int} NOT NULL,
    node TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_ms {int} NOT NULL,
    updated_ms {int} NOT NULL,
    sent_ms {int} NOT NULL,
    delivered_ms {int} NOT NULL
);
CREATE INDEX outbox_due ON outbox (channel, lane, due_ms) WHERE status = 'queued';
CREATE INDEX outbox_expires ON outbox (expires_ms) WHERE status = 'queued';
CREATE INDEX outbox_sending ON outbox (id) WHERE status = 'sending';
CREATE INDEX outbox_uncertain ON outbox (due_ms) WHERE status = 'uncertain';
CREATE INDEX outbox_reply ON outbox (reply_to);

-- What befell a message beside its plain way; message show tells it.
CREATE TABLE outbox_event (
    id {id},
    message {int} NOT NULL,
    at_ms {int} NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX outbox_event_message ON outbox_event (message, id);
