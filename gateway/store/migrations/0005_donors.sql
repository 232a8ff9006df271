-- Who pledged is found by a number that grows, and not by the phone, which lies
-- anywhere: what a new donor writes then stands at the end of the index, in a
-- page that is at hand, and not in one of some fifty thousand.
--
-- donor, of a pledge: the first pledge of the same phone, which may be itself.
-- Of a contact: its first pledge, 0 for none.  Once set it stays.
ALTER TABLE pledge ADD COLUMN donor {int} NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN donor {int} NOT NULL DEFAULT 0;
UPDATE pledge SET donor = (SELECT min(q.id) FROM pledge q WHERE q.phone = pledge.phone);
UPDATE contact SET donor = coalesce((SELECT min(q.id) FROM pledge q WHERE q.phone = contact.phone), 0);
-- Contacts are many, and a page of them is read and written for each message:
-- what nobody asked for is not kept.
ALTER TABLE contact DROP COLUMN seen_at;
DROP INDEX pledge_phone;
CREATE INDEX pledge_donor ON pledge (donor, id, status, amount_rial, created_at, campaign, need);
