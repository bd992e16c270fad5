from django.db import migrations

# What one side asked for, and signed, is not changed by anybody, and is answered once (AUD-3).
REQUEST_STAYS = """
CREATE FUNCTION marketplace_change_request_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.answer = ''
    AND to_jsonb(OLD) - ARRAY['answer', 'answered_by_id', 'answered_at', 'reason', 'created_at', 'updated_at']
      = to_jsonb(NEW) - ARRAY['answer', 'answered_by_id', 'answered_at', 'reason', 'created_at', 'updated_at']
    THEN RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND current_setting('vet2b.rewriting', true) = 'demo'
    AND to_jsonb(OLD) - ARRAY['answered_at', 'signed_at', 'created_at', 'updated_at']
      = to_jsonb(NEW) - ARRAY['answered_at', 'signed_at', 'created_at', 'updated_at']
    THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a change request stays as it was asked and answered'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER change_request_stays BEFORE UPDATE OR DELETE ON marketplace_changerequest
FOR EACH ROW EXECUTE FUNCTION marketplace_change_request_stays();
"""
REQUEST_FREE = """
DROP TRIGGER change_request_stays ON marketplace_changerequest;
DROP FUNCTION marketplace_change_request_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0097_change_requests")]
    operations = [migrations.RunSQL(REQUEST_STAYS, REQUEST_FREE)]
