-- Full synchronizations: what they are, and what each of them has to do about whom.

ALTER TABLE tenant ADD COLUMN baseline INTEGER;  -- how many people Bob listed at the last good time

CREATE TABLE run (
    id      INTEGER PRIMARY KEY,
    state   TEXT NOT NULL,              -- planned, running, done, dropped
    changed INTEGER NOT NULL,           -- since when it is in that state
    begun   TEXT NOT NULL               -- what it was begun with, as JSON without ids of people
) STRICT;

CREATE INDEX run_state ON run (state);

CREATE TABLE task (
    run      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    place    INTEGER NOT NULL,          -- its place in the order of the run
    employee TEXT NOT NULL,
    plan     TEXT NOT NULL,             -- the digest of the plan
    evidence TEXT NOT NULL,             -- the sign that the hint carries
    writes   INTEGER NOT NULL,
    state    TEXT NOT NULL,             -- waiting, queued, finished
    what     TEXT,                      -- what became of it
    why      TEXT,
    PRIMARY KEY (run, place)
) STRICT;

CREATE UNIQUE INDEX task_of ON task (employee, run);
CREATE INDEX task_state ON task (run, state, what);
