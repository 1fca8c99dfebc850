-- What the guards and the two APIs' state need.

ALTER TABLE tenant ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;  -- an operator has paused the work

ALTER TABLE tenant ADD COLUMN quarantine TEXT;                    -- as JSON; null = both are well
