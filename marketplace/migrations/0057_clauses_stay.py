from django.db import migrations

FORWARD = """
CREATE FUNCTION marketplace_keep_clause() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A version of a clause is neither changed nor removed; write the next one.'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER clause_stays BEFORE UPDATE OR DELETE ON marketplace_clause
FOR EACH ROW EXECUTE FUNCTION marketplace_keep_clause();
"""

BACKWARD = """
DROP TRIGGER clause_stays ON marketplace_clause;
DROP FUNCTION marketplace_keep_clause();
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0056_clause_texts")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
