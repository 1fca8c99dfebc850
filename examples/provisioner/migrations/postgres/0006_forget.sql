-- Of somebody who is forgotten the audit keeps a hash in place of the id, and nothing else of a
-- line may ever change.

CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.employee LIKE 'forgotten-%'
        AND NEW.id = OLD.id
        AND NEW.at = OLD.at
        AND NEW.disposition = OLD.disposition
        AND NEW.reason = OLD.reason
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is append-only';
END
$$;
