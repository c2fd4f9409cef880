"""What a month was charged, as posting reads it."""

from django.db import migrations

CHARGED = """
CREATE OR REPLACE VIEW ledger_charged AS
SELECT month, account_id, service_id, charged FROM charges_chargeline;
"""


class Migration(migrations.Migration):
    dependencies = [("charges", "0017_house_totals"), ("ledger", "0009_post_from_lines")]
    operations = [migrations.RunSQL(CHARGED)]
