-- Of somebody who is forgotten the audit keeps a hash in place of the id, and nothing else of a
-- line may ever change.

DROP TRIGGER audit_is_append_only;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
WHEN NEW.employee NOT LIKE 'forgotten-%'
    OR NEW.id <> OLD.id
    OR NEW.at <> OLD.at
    OR NEW.disposition <> OLD.disposition
    OR NEW.reason <> OLD.reason
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
