"""Documents are rebuilt from the shapes they were stamped with: shapes are only added."""

from django.db import migrations

APPEND_ONLY = """
REVOKE UPDATE, DELETE, TRUNCATE ON payment_docs_documentshape FROM zhkh_app;
CREATE TRIGGER payment_docs_documentshape_only_grows
  BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_docs_documentshape
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("payment_docs", "0005_shapes"), ("ledger", "0002_protect")]
    operations = [migrations.RunSQL(APPEND_ONLY)]
