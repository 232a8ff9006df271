-- A database of version 1, as it was written by the program of that time.
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
) STRICT;
INSERT INTO "contact" VALUES(989120000001,'fa',NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,1762500000);
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO "counter" VALUES('reference',1);
INSERT INTO "counter" VALUES('need',100);
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
INSERT INTO "inbox" VALUES(1,20399,X'01',0,'mci','989120000001','نذر 1007 500 هزار تومان','k-1','pledge','handled',NULL,200,'',0,1762500000,1762500000);
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
INSERT INTO "need" VALUES(1007,'zanjan','درمانگاه','equipment',1,'دستگاه','device','دستگاه','device','rial',1000000000,5000000,0,'open','','','',0,'',1762500000,1762500000);
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
) STRICT;
INSERT INTO "outbox" VALUES(1,'mci',989120000001,'ثبت شد',1,1,'sent',1762500000000,1762759200000,1,0,0,1,'','','',1762500000000,1762500000000,1762500001000,0);
INSERT INTO "outbox" VALUES(2,'mci',989120000001,'ثبت شد',1,1,'queued',1762500000000,1762759200000,1,0,0,1,'','','',1762500000000,1762500000000,0,0);
INSERT INTO "outbox" VALUES(3,'mci',989120000001,'ثبت شد',1,1,'uncertain',1762500000000,1762759200000,1,0,0,1,'','','',1762500000000,1762500000000,0,0);
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
INSERT INTO "pledge" VALUES(1,989120000001,1007,NULL,5000000,'toman',0,'','','pledged','mci',1,20399,1763364000,1762500000,1762500000);
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
INSERT INTO "setting" VALUES('version',X'31');
INSERT INTO "setting" VALUES('reference_key',X'0102030405060708090A0B0C0D0E0F10');
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
