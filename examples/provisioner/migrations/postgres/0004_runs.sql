-- Full synchronizations: what they are, and what each of them has to do about whom.

ALTER TABLE tenant ADD COLUMN baseline BIGINT;  -- how many people Bob listed at the last good time

CREATE TABLE run (
    id      BIGINT PRIMARY KEY,
    state   TEXT NOT NULL,              -- planned, running, done, dropped
    changed BIGINT NOT NULL,           -- since when it is in that state
    begun   TEXT NOT NULL               -- what it was begun with, as JSON without ids of people
);

CREATE INDEX run_state ON run (state);

CREATE TABLE task (
    run      BIGINT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    place    BIGINT NOT NULL,          -- its place in the order of the run
    employee TEXT COLLATE "C" NOT NULL,
    plan     TEXT NOT NULL,             -- the digest of the plan
    evidence TEXT NOT NULL,             -- the sign that the hint carries
    writes   BIGINT NOT NULL,
    state    TEXT NOT NULL,             -- waiting, queued, finished
    what     TEXT,                      -- what became of it
    why      TEXT,
    PRIMARY KEY (run, place)
);

CREATE UNIQUE INDEX task_of ON task (employee, run);
CREATE INDEX task_state ON task (run, state, what);
