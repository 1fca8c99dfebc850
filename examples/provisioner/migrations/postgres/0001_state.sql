-- The state of one installation. Times are microseconds since 1970 in UTC.

-- One row: what belongs to the company as a whole.
CREATE TABLE tenant (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    seq     BIGINT NOT NULL,            -- the newest position that was given out
    leases  BIGINT NOT NULL,            -- the newest lease that was given out
    ledger  TEXT,                       -- the guards' ledger, as JSON; null = nothing yet
    version BIGINT NOT NULL,            -- of the ledger, for compare-and-set
    probed  BIGINT NOT NULL             -- counts the readiness probes
);

INSERT INTO tenant (id, seq, leases, ledger, version, probed) VALUES (1, 0, 0, NULL, 0, 0);

-- One row an employee: what is pending, when to look, who works on it, what is remembered.
CREATE TABLE employee (
    id           TEXT COLLATE "C" PRIMARY KEY,
    hint         TEXT,                  -- the pending hint, as JSON
    hint_since   BIGINT,                -- when the oldest part of it came
    hint_due     BIGINT,                -- when it asks for a look
    due          BIGINT,                -- when a timer asks for a look
    due_at       BIGINT GENERATED ALWAYS AS (LEAST(hint_due, due)) STORED,
    lease        BIGINT,
    leased_until BIGINT,
    memory       TEXT                   -- the core's memory, as JSON; null = nothing yet
);

CREATE INDEX employee_due ON employee (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX employee_leased ON employee (leased_until) WHERE leased_until IS NOT NULL;

-- Whose change wakes whom.
CREATE TABLE wait (
    changed  TEXT COLLATE "C" NOT NULL,
    employee TEXT COLLATE "C" NOT NULL REFERENCES employee (id) ON DELETE CASCADE,
    PRIMARY KEY (changed, employee)
);

CREATE INDEX wait_of ON wait (employee);

-- Keys of deliveries, by which a repeated one is recognised.
CREATE TABLE seen (
    key TEXT COLLATE "C" PRIMARY KEY,
    at  BIGINT NOT NULL
);

CREATE INDEX seen_at ON seen (at);

-- Deliveries that could not be used. Of their content only a hash is kept.
CREATE TABLE dead_letter (
    digest   TEXT COLLATE "C" NOT NULL,
    endpoint TEXT NOT NULL,
    reason   TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    times    BIGINT NOT NULL,
    PRIMARY KEY (digest, endpoint, reason)
);

-- What was decided and done: ids, reasons and names of fields, never a value.
CREATE TABLE audit (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          BIGINT NOT NULL,
    employee    TEXT COLLATE "C" NOT NULL,
    disposition TEXT NOT NULL,
    reason      TEXT NOT NULL,
    detail      TEXT NOT NULL           -- steps, held steps and findings, as JSON
);

CREATE INDEX audit_employee ON audit (employee, id);

CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END
$$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse_update();
