-- What of campaigns is spent on needs is summed from the index alone, and not
-- by a look at every pledge there is.
DROP INDEX pledge_allotted;
CREATE INDEX pledge_allotted ON pledge (campaign, need, status, amount_rial) WHERE campaign > 0 AND need > 0;
