-- What an operator is told, what stays different, and who does the work.

-- What an operator has to hear of. One row a matter; what happens again is counted into it.
CREATE TABLE notice (
    kind     TEXT COLLATE "C" NOT NULL,
    about    TEXT COLLATE "C" NOT NULL, -- a reason, an API, an address
    digest   TEXT COLLATE "C" NOT NULL, -- stands for exactly these, or nothing
    count    BIGINT NOT NULL,           -- how many since it was sent last
    since    BIGINT NOT NULL,           -- the first of them
    at       BIGINT NOT NULL,           -- the latest
    due      BIGINT,                    -- when it is to be sent; null = there is nothing to send
    attempts BIGINT NOT NULL,
    sent_at  BIGINT,
    stands   BIGINT NOT NULL,           -- 1 = the state that it tells of lasts
    PRIMARY KEY (kind, about, digest)
);

CREATE INDEX notice_due ON notice (due) WHERE due IS NOT NULL;

-- What differs between the two systems and is not mended, whatever the cause: a person has to
-- decide or to repair something first.
CREATE TABLE drift (
    employee TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    reason   TEXT COLLATE "C" NOT NULL,
    since    BIGINT NOT NULL,
    PRIMARY KEY (employee, kind, reason)
);

-- The processes that work or have worked.
CREATE TABLE process (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,         -- it says so every minute
    ended_at   BIGINT                   -- null = it runs, or ended without being told to
);
