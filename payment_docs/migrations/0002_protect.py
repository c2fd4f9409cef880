"""
What was issued stays as it was issued; a later version only notes when it took its place, once.
"""

from django.db import migrations

DOCUMENT = """
REVOKE UPDATE, DELETE, TRUNCATE ON payment_docs_issueddocument FROM zhkh_app;
GRANT UPDATE (superseded_at) ON payment_docs_issueddocument TO zhkh_app;
CREATE FUNCTION payment_docs_document_is_superseded_once() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  in_force payment_docs_issueddocument := NEW;
BEGIN
  in_force.superseded_at := NULL;
  IF in_force IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'document % was issued and stays as it is', OLD.number
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_docs_document_is_superseded_once
  BEFORE UPDATE ON payment_docs_issueddocument
  FOR EACH ROW EXECUTE FUNCTION payment_docs_document_is_superseded_once();
CREATE TRIGGER payment_docs_documents_only_grow
  BEFORE DELETE OR TRUNCATE ON payment_docs_issueddocument
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("payment_docs", "0001_initial"), ("ledger", "0002_protect")]
    operations = [migrations.RunSQL(DOCUMENT)]
