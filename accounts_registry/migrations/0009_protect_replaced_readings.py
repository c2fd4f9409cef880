"""What a wrong reading was is only added to."""

from django.db import migrations

REPLACED = """
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_registry_replacedreading FROM zhkh_app;
CREATE TRIGGER accounts_registry_replaced_readings_only_grow
  BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_registry_replacedreading
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_registry", "0008_replaced_readings"),
        ("ledger", "0002_protect"),
    ]
    operations = [migrations.RunSQL(REPLACED)]
