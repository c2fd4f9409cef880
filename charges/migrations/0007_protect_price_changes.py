"""Who changed which price when is only added to."""

from django.db import migrations

PRICE_CHANGES = """
REVOKE UPDATE, DELETE, TRUNCATE ON charges_pricechange FROM zhkh_app;
CREATE TRIGGER charges_price_changes_only_grow
  BEFORE UPDATE OR DELETE OR TRUNCATE ON charges_pricechange
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("charges", "0006_price_changes"), ("ledger", "0002_protect")]
    operations = [migrations.RunSQL(PRICE_CHANGES)]
