-- What several instances on one database need.

ALTER TABLE tenant RENAME COLUMN leases TO instances;  -- the newest number of an instance

ALTER TABLE employee ADD COLUMN claimed BIGINT;        -- the newest position when it was leased
ALTER TABLE employee ADD COLUMN woke BIGINT ;          -- the position at which it last woke others
ALTER TABLE employee ADD COLUMN woke_at BIGINT ;       -- and when that was

-- Whether an account is linked and not deactivated; the guards count these at every decision.
ALTER TABLE employee ADD COLUMN active BIGINT NOT NULL DEFAULT 0;

CREATE INDEX employee_active ON employee (active) WHERE active = 1;
