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
