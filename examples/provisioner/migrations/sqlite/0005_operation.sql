-- What an operator is told, what stays different, and who does the work.

-- What an operator has to hear of. One row a matter; what happens again is counted into it.
CREATE TABLE notice (
    kind     TEXT NOT NULL,
    about    TEXT NOT NULL,             -- a reason, an API, an address
    digest   TEXT NOT NULL,             -- stands for exactly these, or nothing
    count    INTEGER NOT NULL,          -- how many since it was sent last
    since    INTEGER NOT NULL,          -- the first of them
    at       INTEGER NOT NULL,          -- the latest
    due      INTEGER,                   -- when it is to be sent; null = there is nothing to send
    attempts INTEGER NOT NULL,
    sent_at  INTEGER,
    stands   INTEGER NOT NULL,          -- 1 = the state that it tells of lasts
    PRIMARY KEY (kind, about, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX notice_due ON notice (due) WHERE due IS NOT NULL;

-- What differs between the two systems and is not mended, whatever the cause: a person has to
-- decide or to repair something first.
CREATE TABLE drift (
    employee TEXT NOT NULL,
    kind     TEXT NOT NULL,
    reason   TEXT NOT NULL,
    since    INTEGER NOT NULL,
    PRIMARY KEY (employee, kind, reason)
) STRICT, WITHOUT ROWID;

-- The processes that work or have worked.
CREATE TABLE process (
    id         INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,        -- it says so every minute
    ended_at   INTEGER                  -- null = it runs, or ended without being told to
) STRICT;
