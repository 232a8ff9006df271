BEGIN TRANSACTION;
CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    name_fa TEXT NOT NULL,
    name_en TEXT NOT NULL,
    provinces TEXT NOT NULL,
    pay_to TEXT NOT NULL,
    goal_rial INTEGER NOT NULL,
    pledged_rial INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE campaign_word (
    folded TEXT PRIMARY KEY,
    campaign INTEGER NOT NULL REFERENCES campaign (id),
    place INTEGER NOT NULL,
    word TEXT NOT NULL
) STRICT;
CREATE TABLE consent_text (
    version TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE contact (
    phone INTEGER PRIMARY KEY,
    language TEXT,
    province TEXT,
    stopped_at INTEGER,
    question TEXT,
    question_at INTEGER,
    confirmed_since INTEGER NOT NULL,
    confirmed_count INTEGER NOT NULL,
    unknown_since INTEGER NOT NULL,
    unknown_count INTEGER NOT NULL,
    unknown_hash INTEGER NOT NULL,
    sent_hash INTEGER NOT NULL,
    sent_hash_before INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
, handed_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO "counter" VALUES('reference',0);
INSERT INTO "counter" VALUES('need',100);
CREATE TABLE early_report (
    channel TEXT NOT NULL,
    provider_key TEXT NOT NULL,
    state INTEGER NOT NULL,
    detail TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (channel, provider_key)
) STRICT;
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    message_key BLOB NOT NULL,
    copy INTEGER NOT NULL,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    command TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    answer_status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    unanswered INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE need (
    code INTEGER PRIMARY KEY,
    province TEXT NOT NULL,
    centre TEXT NOT NULL,
    category TEXT NOT NULL,
    priority INTEGER NOT NULL,
    title_fa TEXT NOT NULL,
    title_en TEXT NOT NULL,
    short_fa TEXT NOT NULL,
    short_en TEXT NOT NULL,
    unit TEXT NOT NULL,
    required INTEGER NOT NULL,
    pledged INTEGER NOT NULL,
    received INTEGER NOT NULL,
    status TEXT NOT NULL,
    organisation TEXT NOT NULL,
    pay_to TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at INTEGER NOT NULL,
    shared_with TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    phone INTEGER NOT NULL,
    body TEXT NOT NULL,
    segments INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    status TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    resends INTEGER NOT NULL,
    may_be_double INTEGER NOT NULL,
    reply_to INTEGER NOT NULL,
    node TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    sent_ms INTEGER NOT NULL,
    delivered_ms INTEGER NOT NULL
, provider_key TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE outbox_event (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE TABLE pledge (
    id INTEGER PRIMARY KEY,
    phone INTEGER NOT NULL,
    need INTEGER REFERENCES need (code),
    campaign INTEGER REFERENCES campaign (id),
    amount_rial INTEGER NOT NULL,
    money TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    unit TEXT NOT NULL,
    recurrence TEXT NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    message INTEGER NOT NULL,
    day INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
INSERT INTO "setting" VALUES('version',X'33');
INSERT INTO "setting" VALUES('reference_key',X'0102030405060708090A0B0C0D0E0F10');
CREATE TABLE staff (
    phone INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    provinces TEXT NOT NULL,
    organisation TEXT NOT NULL,
    centre TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "staff" VALUES(989120001122,'سارا','coordinator','zanjan qom','mehr','',1762500000,1762500000);
INSERT INTO "staff" VALUES(989120003344,'','admin','','','',1762500000,1762500000);
INSERT INTO "staff" VALUES(989120005566,'','recruiter','west_azarbaijan','','',1762500000,1762500000);
CREATE TABLE team (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    leader INTEGER NOT NULL,
    language TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    told_at INTEGER NOT NULL
) STRICT;
CREATE TABLE ussd_session (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    session TEXT NOT NULL,
    phone INTEGER NOT NULL,
    code TEXT NOT NULL,
    dialogue TEXT NOT NULL,
    unfinished INTEGER NOT NULL,
    heard TEXT NOT NULL,
    hop TEXT NOT NULL,
    page TEXT NOT NULL,
    last INTEGER NOT NULL,
    status TEXT NOT NULL,
    path TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE volunteer (
    id INTEGER PRIMARY KEY,
    phone INTEGER NOT NULL,
    name TEXT NOT NULL,
    province TEXT NOT NULL,
    specialty TEXT NOT NULL,
    availability TEXT NOT NULL,
    status TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at INTEGER NOT NULL,
    consent_version TEXT NOT NULL,
    consent_channel TEXT NOT NULL,
    consent_at INTEGER NOT NULL,
    recruiter INTEGER NOT NULL,
    team INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX inbox_key ON inbox (day, message_key, copy);
CREATE INDEX inbox_unanswered ON inbox (id) WHERE unanswered = 1;
CREATE INDEX need_urgent ON need (province, priority, code) WHERE status = 'open';
CREATE INDEX need_country ON need (priority, code) WHERE status = 'open';
CREATE INDEX need_title ON need (centre, title_fa);
CREATE INDEX pledge_phone ON pledge (phone, id);
CREATE INDEX outbox_due ON outbox (channel, lane, due_ms) WHERE status = 'queued';
CREATE INDEX outbox_expires ON outbox (expires_ms) WHERE status = 'queued';
CREATE INDEX outbox_sending ON outbox (id) WHERE status = 'sending';
CREATE INDEX outbox_uncertain ON outbox (due_ms) WHERE status = 'uncertain';
CREATE INDEX outbox_reply ON outbox (reply_to);
CREATE INDEX outbox_event_message ON outbox_event (message, id);
CREATE INDEX outbox_provider_key ON outbox (channel, provider_key) WHERE provider_key <> '';
CREATE INDEX early_report_at ON early_report (at_ms);
CREATE UNIQUE INDEX ussd_session_key ON ussd_session (channel, session);
CREATE INDEX ussd_session_phone ON ussd_session (phone, updated_ms);
CREATE INDEX ussd_session_status ON ussd_session (status);
CREATE INDEX ussd_session_open ON ussd_session (updated_ms) WHERE status = 'open';
CREATE INDEX volunteer_phone ON volunteer (phone, id);
CREATE INDEX volunteer_status ON volunteer (status);
CREATE INDEX volunteer_recruiter ON volunteer (recruiter, id) WHERE recruiter > 0;
CREATE INDEX volunteer_team ON volunteer (team, id) WHERE team > 0;
CREATE INDEX team_leader ON team (leader, id);
COMMIT;
