-- Full synchronizations by the clock: which was the last one, and who is at the next.

ALTER TABLE tenant ADD COLUMN slot BIGINT;        -- the time whose synchronization is done
ALTER TABLE tenant ADD COLUMN slot_lease BIGINT;  -- until then somebody is at the next one
