"""What issued documents lean on is never changed: forms, logos, kept files, signatures."""

from django.db import migrations

APPEND_ONLY = "".join(
    f"""
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM zhkh_app;
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""
    for table in (
        "payment_docs_formversion",
        "payment_docs_documentlogo",
        "payment_docs_documentfile",
        "payment_docs_releasesignature",
    )
)

# The notices organisations already had are printed on.
NOTICES = """
INSERT INTO payment_docs_documentsetting
  (organisation_id, valid, form, variant, language, currency, grouping, keeps_pdf, signatures,
   notice, changed_at)
SELECT id, '[1990-01-01,)', '454', 'plain', 'ru', 'rub', 'kind', false, 0, left(notice, 2000), now()
FROM accounts_registry_organisation WHERE notice <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("payment_docs", "0003_document_settings"), ("ledger", "0002_protect")]
    operations = [migrations.RunSQL(APPEND_ONLY), migrations.RunSQL(NOTICES)]
