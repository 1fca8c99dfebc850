-- The state of one installation. Times are microseconds since 1970 in UTC.

-- One row: what belongs to the company as a whole.
CREATE TABLE tenant (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    seq     INTEGER NOT NULL,           -- the newest position that was given out
    leases  INTEGER NOT NULL,           -- the newest lease that was given out
    ledger  TEXT,                       -- the guards' ledger, as JSON; null = nothing yet
    version INTEGER NOT NULL,           -- of the ledger, for compare-and-set
    probed  INTEGER NOT NULL            -- counts the readiness probes
) STRICT;

INSERT INTO tenant (id, seq, leases, ledger, version, probed) VALUES (1, 0, 0, NULL, 0, 0);

-- One row an employee: what is pending, when to look, who works on it, what is remembered.
CREATE TABLE employee (
    id           TEXT PRIMARY KEY,
    hint         TEXT,                  -- the pending hint, as JSON
    hint_since   INTEGER,               -- when the oldest part of it came
    hint_due     INTEGER,               -- when it asks for a look
    due          INTEGER,               -- when a timer asks for a look
    due_at       INTEGER GENERATED ALWAYS AS (
        NULLIF(
            MIN(IFNULL(hint_due, 9223372036854775807), IFNULL(due, 9223372036854775807)),
            9223372036854775807
        )
    ) VIRTUAL,
    lease        INTEGER,
    leased_until INTEGER,
    memory       TEXT                   -- the core's memory, as JSON; null = nothing yet
) STRICT, WITHOUT ROWID;

CREATE INDEX employee_due ON employee (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX employee_leased ON employee (leased_until) WHERE leased_until IS NOT NULL;

-- Whose change wakes whom.
CREATE TABLE wait (
    changed  TEXT NOT NULL,
    employee TEXT NOT NULL REFERENCES employee (id) ON DELETE CASCADE,
    PRIMARY KEY (changed, employee)
) STRICT, WITHOUT ROWID;

CREATE INDEX wait_of ON wait (employee);

-- Keys of deliveries, by which a repeated one is recognised.
CREATE TABLE seen (
    key TEXT PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_at ON seen (at);

-- Deliveries that could not be used. Of their content only a hash is kept.
CREATE TABLE dead_letter (
    digest   TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    reason   TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    times    INTEGER NOT NULL,
    PRIMARY KEY (digest, endpoint, reason)
) STRICT, WITHOUT ROWID;

-- What was decided and done: ids, reasons and names of fields, never a value.
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    employee    TEXT NOT NULL,
    disposition TEXT NOT NULL,
    reason      TEXT NOT NULL,
    detail      TEXT NOT NULL           -- steps, held steps and findings, as JSON
) STRICT;

CREATE INDEX audit_employee ON audit (employee, id);

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
