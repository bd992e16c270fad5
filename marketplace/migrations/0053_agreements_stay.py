from django.db import migrations

# What was put before the sides, and who signed it, is not changed by anybody (AUD-3). The demo world dates its past
# back; see accounts.records.rewriting.
TEXT_STAYS = """
CREATE FUNCTION marketplace_agreement_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('vet2b.rewriting', true) = 'demo'
    AND to_jsonb(OLD) - 'created_at' = to_jsonb(NEW) - 'created_at' THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a version of an agreement stays as it is' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER agreement_version_stays BEFORE UPDATE OF agreement_id, number, made_by_id, organisation_id, note, text,
  sha256, created_at ON marketplace_agreementversion FOR EACH ROW WHEN (
    (OLD.agreement_id, OLD.number, OLD.made_by_id, OLD.organisation_id, OLD.note, OLD.text, OLD.sha256, OLD.created_at)
    IS DISTINCT FROM
    (NEW.agreement_id, NEW.number, NEW.made_by_id, NEW.organisation_id, NEW.note, NEW.text, NEW.sha256, NEW.created_at)
  ) EXECUTE FUNCTION marketplace_agreement_version_stays();
CREATE TRIGGER agreement_version_is_kept BEFORE DELETE ON marketplace_agreementversion
FOR EACH ROW EXECUTE FUNCTION marketplace_agreement_version_stays();
"""
TEXT_FREE = """
DROP TRIGGER agreement_version_is_kept ON marketplace_agreementversion;
DROP TRIGGER agreement_version_stays ON marketplace_agreementversion;
DROP FUNCTION marketplace_agreement_version_stays();
"""
SIGNATURE_STAYS = """
CREATE FUNCTION marketplace_agreement_signature_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.voided_at IS NULL
    AND to_jsonb(OLD) - 'voided_at' = to_jsonb(NEW) - 'voided_at' THEN RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND current_setting('vet2b.rewriting', true) = 'demo'
    AND to_jsonb(OLD) - 'signed_at' = to_jsonb(NEW) - 'signed_at' THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a signature stays as it is' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER agreement_signature_stays BEFORE UPDATE OR DELETE ON marketplace_agreementsignature
FOR EACH ROW EXECUTE FUNCTION marketplace_agreement_signature_stays();
"""
SIGNATURE_FREE = """
DROP TRIGGER agreement_signature_stays ON marketplace_agreementsignature;
DROP FUNCTION marketplace_agreement_signature_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0052_agreement_limits")]
    operations = [
        migrations.RunSQL(TEXT_STAYS, TEXT_FREE),
        migrations.RunSQL(SIGNATURE_STAYS, SIGNATURE_FREE),
    ]
