from django.db import migrations

# A digest is that of the row before it and of the row's own columns, but for itself; the times in UTC.
FUNCTIONS = """
CREATE FUNCTION accounts_activity_digest(previous text, place integer, a accounts_activity) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(previous || jsonb_build_array(
    place, a.id, a.verb, a.actor_id, a.organisation_id, a.subject_type_id, a.subject_id, a.from_status, a.to_status,
    a.reason, a.details, to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
  )::text, 'UTF8')), 'hex')
$$;

CREATE AGGREGATE accounts_activity_chain(integer, accounts_activity) (
  sfunc = accounts_activity_digest, stype = text, initcond = ''
);

CREATE FUNCTION accounts_chain_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accounts_recordhead AS head (subject_type_id, subject_id, rows, digest)
  VALUES (NEW.subject_type_id, NEW.subject_id, 1, accounts_activity_digest('', 1, NEW))
  ON CONFLICT (subject_type_id, subject_id) DO UPDATE
  SET rows = head.rows + 1, digest = accounts_activity_digest(head.digest, head.rows + 1, NEW)
  RETURNING head.rows, head.digest INTO NEW.place, NEW.digest;
  RETURN NEW;
END $$;

CREATE FUNCTION accounts_keep_activity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  purpose text := coalesce(current_setting('vet2b.rewriting', true), '');
BEGIN
  IF purpose = '' THEN
    RAISE EXCEPTION 'Activities are neither changed nor removed.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF purpose <> 'forging' THEN
    UPDATE accounts_recordhead SET digest = ''
    WHERE subject_type_id = OLD.subject_type_id AND subject_id = OLD.subject_id;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION accounts_keep_recordhead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 1 AND coalesce(current_setting('vet2b.rewriting', true), '') = '' THEN
    RAISE EXCEPTION 'Heads of records are changed by new activities only.'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;

-- makes the chains anew of all subjects whose head has no digest
CREATE FUNCTION accounts_forge_chains() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('vet2b.rewriting', 'forging', true);
  UPDATE accounts_activity AS row SET place = forged.place, digest = forged.digest
  FROM (
    SELECT (numbered.a).id, numbered.place, accounts_activity_chain(numbered.place, numbered.a) OVER (
      PARTITION BY (numbered.a).subject_type_id, (numbered.a).subject_id ORDER BY numbered.place
    ) AS digest
    FROM (
      SELECT a, (row_number() OVER (
        PARTITION BY a.subject_type_id, a.subject_id ORDER BY a.place, a.id
      ))::integer AS place
      FROM accounts_activity a JOIN accounts_recordhead head USING (subject_type_id, subject_id)
      WHERE head.digest = ''
    ) AS numbered
  ) AS forged
  WHERE row.id = forged.id;
  UPDATE accounts_recordhead head SET rows = last.place, digest = last.digest
  FROM accounts_recordhead stale CROSS JOIN LATERAL (
    SELECT place, digest FROM accounts_activity a
    WHERE a.subject_type_id = stale.subject_type_id AND a.subject_id = stale.subject_id
    ORDER BY place DESC LIMIT 1
  ) AS last
  WHERE stale.digest = '' AND (head.subject_type_id, head.subject_id) = (stale.subject_type_id, stale.subject_id);
  DELETE FROM accounts_recordhead WHERE digest = '';
  PERFORM set_config('vet2b.rewriting', '', true);
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION accounts_forge_chains();
DROP FUNCTION accounts_keep_recordhead();
DROP FUNCTION accounts_keep_activity();
DROP FUNCTION accounts_chain_activity();
DROP AGGREGATE accounts_activity_chain(integer, accounts_activity);
DROP FUNCTION accounts_activity_digest(text, integer, accounts_activity);
"""

# nobody records between the chains and the triggers
CHAINS = """
LOCK TABLE accounts_activity IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO accounts_recordhead (subject_type_id, subject_id, rows, digest)
SELECT DISTINCT subject_type_id, subject_id, 0, '' FROM accounts_activity;
SELECT accounts_forge_chains();
SET CONSTRAINTS ALL IMMEDIATE;
"""

TRIGGERS = """
CREATE TRIGGER activity_chained BEFORE INSERT ON accounts_activity
FOR EACH ROW EXECUTE FUNCTION accounts_chain_activity();
CREATE TRIGGER activity_stays BEFORE UPDATE OR DELETE ON accounts_activity
FOR EACH ROW EXECUTE FUNCTION accounts_keep_activity();
CREATE TRIGGER recordhead_stays BEFORE UPDATE OR DELETE ON accounts_recordhead
FOR EACH ROW EXECUTE FUNCTION accounts_keep_recordhead();
"""

NO_TRIGGERS = """
DROP TRIGGER recordhead_stays ON accounts_recordhead;
DROP TRIGGER activity_stays ON accounts_activity;
DROP TRIGGER activity_chained ON accounts_activity;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_record_chain")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(CHAINS, "UPDATE accounts_activity SET place = 0, digest = ''; DELETE FROM accounts_recordhead"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
