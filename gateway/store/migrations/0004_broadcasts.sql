-- What coordinators do: who they are, what they wait to confirm, whom they
-- reach, whom they call.

-- ---- staff ----

-- pay_to and name as for a campaign.
CREATE TABLE organisation (
    slug TEXT PRIMARY KEY,
    name_fa TEXT NOT NULL,
    name_en TEXT NOT NULL,
    provinces TEXT NOT NULL,
    pay_to TEXT NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL
);

-- The provinces of an organisation or of somebody of the staff, each in a row,
-- so that the queries themselves can look who may see or change it.
CREATE TABLE organisation_place (
    slug TEXT NOT NULL,
    province TEXT NOT NULL,
    PRIMARY KEY (slug, province)
);
CREATE TABLE staff_place (
    phone {int} NOT NULL,
    province TEXT NOT NULL,
    PRIMARY KEY (phone, province)
);
INSERT INTO staff_place (phone, province)
WITH RECURSIVE cut (phone, rest, word, slug) AS (
    SELECT phone, provinces || ' ', '', '' FROM staff
    UNION ALL
    SELECT phone, substr(rest, 2), CASE WHEN substr(rest, 1, 1) = ' ' THEN '' ELSE word || substr(rest, 1, 1) END,
        CASE WHEN substr(rest, 1, 1) = ' ' THEN word ELSE '' END
    FROM cut WHERE rest <> ''
)
SELECT DISTINCT phone, slug FROM cut WHERE slug <> '';

-- deputy_of: the phone whose role and places are this one's too, 0 where it
-- has its own.  locked_until: after three wrong codes.
ALTER TABLE staff ADD COLUMN deputy_of {int} NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN locked_until {int} NOT NULL DEFAULT 0;
CREATE INDEX staff_deputy ON staff (deputy_of) WHERE deputy_of > 0;

-- Of the admin API; one a phone, of which only a hash is kept.
CREATE TABLE token (
    phone {id},
    hash {blob} NOT NULL,
    created_at {int} NOT NULL
);
CREATE UNIQUE INDEX token_hash ON token (hash);

-- A command that waits for its one-time code; one a phone.  digest: of the
-- phone and the command, so that the code of another one does not fit; code: a
-- hash of the six digits with that digest.  command: empty once it was used or
-- given up; the row stays for the hour's count of codes (codes, since hour_at).
CREATE TABLE proposal (
    phone {id},
    command TEXT NOT NULL,
    digest {blob} NOT NULL,
    code {blob} NOT NULL,
    tries {int} NOT NULL,
    codes {int} NOT NULL,
    hour_at {int} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL
);

-- Who did what; only ever added to (lint sees to it).  actor: a phone, 0 for
-- the operator at the machine, below 0 for one that was forgotten.  door: cli,
-- api, sms.  subject: what it was done to, by its number or slug.
CREATE TABLE audit (
    id {id},
    at {int} NOT NULL,
    actor {int} NOT NULL,
    door TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- Whose campaign it is; empty: nobody's in particular.
ALTER TABLE campaign ADD COLUMN organisation TEXT NOT NULL DEFAULT '';

-- Pledges to a campaign that are spent on a need.
CREATE INDEX pledge_allotted ON pledge (status, amount_rial) WHERE campaign > 0 AND need > 0;

-- ---- broadcasts and calls ----

-- id, of both: a place in the sequence of references.  What they send are rows
-- of the outbox with that id as source, one a phone.  author, approver: phones,
-- 0 for the operator.  fixed_at: when it was approved; who became a contact
-- later is not meant, and "unpaid since" counts back from it.  status: draft,
-- approved, sending, paused, done, cancelled; it is live from approved until
-- ended_at is set.  confined: to the provinces of its reach.  cursor: the last
-- phone that was looked at.  What was left out at the writing is counted; late:
-- those whom it came to only when its window was over.  asked_at: when a second
-- person was last asked for a yes.
CREATE TABLE broadcast (
    id {id},
    status TEXT NOT NULL,
    author {int} NOT NULL,
    approver {int} NOT NULL,
    audience TEXT NOT NULL,
    body TEXT NOT NULL,
    channel TEXT NOT NULL,
    segments {int} NOT NULL,
    urgent {int} NOT NULL,
    reason TEXT NOT NULL,
    confined {int} NOT NULL,
    people {int} NOT NULL,
    cursor {int} NOT NULL,
    all_looked {int} NOT NULL,
    stopped {int} NOT NULL,
    abroad {int} NOT NULL,
    blocked {int} NOT NULL,
    duplicate {int} NOT NULL,
    late {int} NOT NULL,
    asked_at {int} NOT NULL DEFAULT 0,
    created_at {int} NOT NULL,
    fixed_at {int} NOT NULL,
    until_at {int} NOT NULL,
    ended_at {int} NOT NULL
);
CREATE INDEX broadcast_live ON broadcast (id) WHERE ended_at = 0 AND status <> 'draft';

-- The provinces that a broadcast or a call reaches, all of them named: a
-- coordinator sees it who has all of these.
CREATE TABLE reach (
    source {int} NOT NULL,
    province TEXT NOT NULL,
    PRIMARY KEY (source, province)
);

-- kind: team, visit, meeting, rollcall.  status: draft, open, full, paused,
-- done, cancelled; it is looked after from its approval until ended_at is set.
-- turns: how many have answered, so that who came first is known.
CREATE TABLE call (
    id {id},
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    author {int} NOT NULL,
    approver {int} NOT NULL,
    title TEXT NOT NULL,
    place TEXT NOT NULL,
    place_en TEXT NOT NULL,
    starts_at {int} NOT NULL,
    ends_at {int} NOT NULL,
    channel TEXT NOT NULL,
    urgent {int} NOT NULL,
    reason TEXT NOT NULL,
    turns {int} NOT NULL,
    created_at {int} NOT NULL,
    fixed_at {int} NOT NULL,
    ended_at {int} NOT NULL
);
CREATE INDEX call_live ON call (id) WHERE ended_at = 0 AND status <> 'draft';

-- The places for one specialty: held in one row and changed by one conditional
-- update.  clinical: for verified people only.  taken: heads that have a place.
-- asked: whom the waves asked; wave_at: when the last one went, wave_left: how
-- many it still asks; cursor: the last volunteer it looked at; looked: the last
-- one it ever did, so that who was left out is counted once.
CREATE TABLE call_quota (
    call {int} NOT NULL,
    specialty TEXT NOT NULL,
    clinical {int} NOT NULL,
    quota {int} NOT NULL,
    taken {int} NOT NULL,
    asked {int} NOT NULL,
    waves {int} NOT NULL,
    wave_at {int} NOT NULL,
    wave_left {int} NOT NULL,
    cursor {int} NOT NULL,
    looked {int} NOT NULL,
    stopped {int} NOT NULL,
    abroad {int} NOT NULL,
    blocked {int} NOT NULL,
    PRIMARY KEY (call, specialty)
);

-- state: place, standby, no, withdrawn, arrived.  minutes: served.  reminded_at:
-- or from when on no reminder is due.  settled_at: when its hours were credited,
-- or it was told that the call is cancelled.
CREATE TABLE call_answer (
    call {int} NOT NULL,
    phone {int} NOT NULL,
    volunteer {int} NOT NULL,
    specialty TEXT NOT NULL,
    heads {int} NOT NULL,
    state TEXT NOT NULL,
    turn {int} NOT NULL,
    answered_at {int} NOT NULL,
    reminded_at {int} NOT NULL,
    arrived_at {int} NOT NULL,
    minutes {int} NOT NULL,
    settled_at {int} NOT NULL,
    PRIMARY KEY (call, phone)
);
CREATE INDEX call_answer_turn ON call_answer (call, state, specialty, turn);
CREATE INDEX call_answer_phone ON call_answer (phone);
CREATE INDEX call_answer_volunteer ON call_answer (volunteer);

-- Whom a call asks, the longest registered first.
CREATE INDEX volunteer_called ON volunteer (specialty, id);

-- source: the broadcast or call that it belongs to, 0 for none.  A phone that
-- was forgotten is 0, and there may be many of those.
ALTER TABLE outbox ADD COLUMN source {int} NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX outbox_source ON outbox (source, phone) WHERE source > 0 AND lane = 3 AND phone > 0;
CREATE INDEX outbox_source_status ON outbox (source, status, due_ms) WHERE source > 0 AND lane = 3;

-- created_at: 0 for those known before it was kept.  blocked_at: when the
-- telecom last said that it lets no broadcast through to this number.
ALTER TABLE contact ADD COLUMN created_at {int} NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN blocked_at {int} NOT NULL DEFAULT 0;

-- ---- audiences ----

-- Who a broadcast is for.  The phone stands behind each key, so that an
-- audience is walked in the order of phones; what an audience tests stands
-- behind that, so that the rows themselves, which lie anywhere, are not read.
-- Pledges are written by the thousand, so their one index is made wider: two
-- further ones, by campaign and by need, would have halved that speed.

CREATE INDEX contact_province ON contact (province, phone) WHERE province IS NOT NULL;
CREATE INDEX volunteer_province ON volunteer (province, phone, status);
CREATE INDEX volunteer_specialty ON volunteer (specialty, phone, status);
DROP INDEX volunteer_phone;
CREATE INDEX volunteer_phone ON volunteer (phone, id, status, availability, verified_at);
DROP INDEX pledge_phone;
CREATE INDEX pledge_phone ON pledge (phone, id, status, amount_rial, created_at, campaign, need);

-- ---- sessions ----

-- A step writes its row, and no index: what moves with each step is in none.
DROP INDEX ussd_session_phone;
CREATE INDEX ussd_session_phone ON ussd_session (phone, created_ms);
DROP INDEX ussd_session_open;
