-- Full synchronizations by the clock: which was the last one, and who is at the next.

ALTER TABLE tenant ADD COLUMN slot INTEGER;        -- the time whose synchronization is done
ALTER TABLE tenant ADD COLUMN slot_lease INTEGER;  -- until then somebody is at the next one
