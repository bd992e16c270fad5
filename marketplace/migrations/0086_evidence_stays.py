from django.db import migrations

FORWARD = """
CREATE FUNCTION marketplace_keep_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL
     AND to_jsonb(OLD) - ARRAY['revoked_at', 'revoked_by_id', 'revoke_reason']
       = to_jsonb(NEW) - ARRAY['revoked_at', 'revoked_by_id', 'revoke_reason'] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A record of a learner is not changed; revoke it and confirm a new one.'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION marketplace_keep_evidence_skill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The skills of a record are not changed; revoke it and confirm a new one.'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER evidence_stays BEFORE UPDATE ON marketplace_evidence
FOR EACH ROW EXECUTE FUNCTION marketplace_keep_evidence();
CREATE TRIGGER evidence_skill_stays BEFORE UPDATE ON marketplace_evidenceskill
FOR EACH ROW EXECUTE FUNCTION marketplace_keep_evidence_skill();
"""

BACKWARD = """
DROP TRIGGER evidence_skill_stays ON marketplace_evidenceskill;
DROP TRIGGER evidence_stays ON marketplace_evidence;
DROP FUNCTION marketplace_keep_evidence_skill();
DROP FUNCTION marketplace_keep_evidence();
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0085_evidence")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
