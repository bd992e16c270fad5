from django.db import migrations

# Schools are suspended in another app, which knows nothing of search; their offers must vanish in the same moment.
FOLLOW_SCHOOL = """
CREATE FUNCTION marketplace_search_follows_school() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE marketplace_offersearch r SET is_live = (NEW.status = 'verified' AND o.status = 'published')
  FROM marketplace_offer o WHERE o.id = r.offer_id AND r.school_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER search_follows_school AFTER UPDATE OF status ON accounts_organisation
FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
EXECUTE FUNCTION marketplace_search_follows_school();
"""
LET_SCHOOL_BE = """
DROP TRIGGER search_follows_school ON accounts_organisation;
DROP FUNCTION marketplace_search_follows_school();
"""
# Facets read thousands of rows and no vector, so vectors stand apart, and nothing else does.
VECTORS_APART = """
ALTER TABLE marketplace_offersearch SET (toast_tuple_target = 128);
ALTER TABLE marketplace_offersearch ALTER COLUMN vector SET STORAGE EXTERNAL,
  ALTER COLUMN languages SET STORAGE PLAIN, ALTER COLUMN modes SET STORAGE PLAIN, ALTER COLUMN facets SET STORAGE PLAIN;
"""
VECTORS_WITHIN = """
ALTER TABLE marketplace_offersearch RESET (toast_tuple_target);
ALTER TABLE marketplace_offersearch ALTER COLUMN vector SET STORAGE EXTENDED,
  ALTER COLUMN languages SET STORAGE EXTENDED, ALTER COLUMN modes SET STORAGE EXTENDED,
  ALTER COLUMN facets SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0003_search")]
    operations = [migrations.RunSQL(FOLLOW_SCHOOL, LET_SCHOOL_BE), migrations.RunSQL(VECTORS_APART, VECTORS_WITHIN)]
