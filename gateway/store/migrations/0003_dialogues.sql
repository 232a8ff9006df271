-- Dialogues that are under way, and who they register.

-- A USSD session: where its phone stands, kept after every step.  heard: all
-- input so far where the telecom sends it all each time, else the last one.
CREATE TABLE ussd_session (
    id {id},
    channel TEXT NOT NULL,
    session TEXT NOT NULL,
    phone {int} NOT NULL,
    code TEXT NOT NULL,
    dialogue TEXT NOT NULL,
    unfinished {int} NOT NULL,
    heard TEXT NOT NULL,
    hop TEXT NOT NULL,
    page TEXT NOT NULL,
    last {int} NOT NULL,
    status TEXT NOT NULL,
    path TEXT NOT NULL,
    created_ms {int} NOT NULL,
    updated_ms {int} NOT NULL
);
CREATE UNIQUE INDEX ussd_session_key ON ussd_session (channel, session);
CREATE INDEX ussd_session_phone ON ussd_session (phone, updated_ms);
CREATE INDEX ussd_session_status ON ussd_session (status);
CREATE INDEX ussd_session_open ON ussd_session (updated_ms) WHERE status = 'open';

-- Families share phones: several people may stand behind one.  recruiter: a
-- phone, 0 where they came by themselves, below 0 where who it was is
-- forgotten.  consent_channel: sms, ussd, or with consent_version 'import' the
-- source that the list named.
CREATE TABLE volunteer (
    id {id},
    phone {int} NOT NULL,
    name TEXT NOT NULL,
    province TEXT NOT NULL,
    specialty TEXT NOT NULL,
    availability TEXT NOT NULL,
    status TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at {int} NOT NULL,
    consent_version TEXT NOT NULL,
    consent_channel TEXT NOT NULL,
    consent_at {int} NOT NULL,
    recruiter {int} NOT NULL,
    team {int} NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL
);
CREATE INDEX volunteer_phone ON volunteer (phone, id);
CREATE INDEX volunteer_status ON volunteer (status);
CREATE INDEX volunteer_recruiter ON volunteer (recruiter, id) WHERE recruiter > 0;
CREATE INDEX volunteer_team ON volunteer (team, id) WHERE team > 0;

-- The very words that were agreed to.
CREATE TABLE consent_text (
    version TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    created_at {int} NOT NULL
);

-- A group that registered by its leader; id: its place in the sequence of
-- references, by which members join.  told_at: when its leader last heard how
-- many they are.
CREATE TABLE team (
    id {id},
    name TEXT NOT NULL,
    leader {int} NOT NULL,
    language TEXT NOT NULL,
    created_at {int} NOT NULL,
    told_at {int} NOT NULL
);
CREATE INDEX team_leader ON team (leader, id);

-- Who may do what, where.  provinces: slugs parted by blanks; empty: all.
CREATE TABLE staff (
    phone {id},
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    provinces TEXT NOT NULL,
    organisation TEXT NOT NULL,
    centre TEXT NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL
);

-- When a phone was last offered by SMS to finish what it began by USSD.
ALTER TABLE contact ADD COLUMN handed_at {int} NOT NULL DEFAULT 0;
