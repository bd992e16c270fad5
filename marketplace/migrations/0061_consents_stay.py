from django.db import migrations

# What was agreed to stays as it was: of a consent nothing changes but its withdrawal, and that once
FORWARD = """
CREATE FUNCTION consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.withdrawn_at IS NOT NULL
     OR to_jsonb(NEW) - '{withdrawn_at,withdrawn_by_id,updated_at}'::text[]
        <> to_jsonb(OLD) - '{withdrawn_at,withdrawn_by_id,updated_at}'::text[] THEN
    RAISE EXCEPTION 'a consent never changes, but is withdrawn once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER consent_stays BEFORE UPDATE ON marketplace_consent FOR EACH ROW EXECUTE FUNCTION consent_stays();
"""
BACKWARD = "DROP TRIGGER consent_stays ON marketplace_consent; DROP FUNCTION consent_stays();"


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0060_consents")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
