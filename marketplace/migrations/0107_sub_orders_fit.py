from django.db import migrations

# A part is bought by the school that leads the whole, from neither its client nor as a part of a part.
PART_FITS = """
CREATE FUNCTION marketplace_order_part_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.part_of_id IS NULL OR (
    EXISTS (
      SELECT FROM marketplace_order above
      WHERE above.id = NEW.part_of_id AND above.seller_id = NEW.buyer_id AND above.buyer_id <> NEW.seller_id
        AND above.part_of_id IS NULL
    ) AND NOT EXISTS (SELECT FROM marketplace_order below WHERE below.part_of_id = NEW.id)
  ) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a part does not fit the order above it' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER order_part_fits BEFORE INSERT OR UPDATE OF part_of_id, buyer_id, seller_id ON marketplace_order
FOR EACH ROW EXECUTE FUNCTION marketplace_order_part_fits();
"""
PART_FREE = """
DROP TRIGGER order_part_fits ON marketplace_order;
DROP FUNCTION marketplace_order_part_fits();
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0106_sub_orders")]
    operations = [migrations.RunSQL(PART_FITS, PART_FREE)]
