-- What several instances on one database need.

ALTER TABLE tenant RENAME COLUMN leases TO instances;  -- the newest number of an instance

ALTER TABLE employee ADD COLUMN claimed INTEGER;       -- the newest position when it was leased
ALTER TABLE employee ADD COLUMN woke INTEGER;          -- the position at which it last woke others
ALTER TABLE employee ADD COLUMN woke_at INTEGER;       -- and when that was

-- Whether an account is linked and not deactivated; the guards count these at every decision.
ALTER TABLE employee ADD COLUMN active INTEGER NOT NULL DEFAULT 0;

UPDATE employee SET active = CASE
    WHEN NOT json_valid(memory) THEN 0
    ELSE json_extract(memory, '$.link') IS NOT NULL
        AND json_extract(memory, '$.deactivated') IS NULL
END
WHERE memory IS NOT NULL;

CREATE INDEX employee_active ON employee (active) WHERE active = 1;
