"""
A posted recalculation document stays as it is, with its lines and refusals.

Lines come and go while their document is a draft.
"""

from django.db import migrations

DOCUMENT = """
CREATE FUNCTION corrections_guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' OR OLD.state = 'posted' THEN
    RAISE EXCEPTION 'a posted recalculation document is never changed or removed'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER corrections_document_guard BEFORE UPDATE OR DELETE
  ON corrections_correctiondocument FOR EACH ROW EXECUTE FUNCTION corrections_guard_document();
CREATE TRIGGER corrections_document_stays BEFORE TRUNCATE
  ON corrections_correctiondocument FOR EACH STATEMENT
  EXECUTE FUNCTION corrections_guard_document();
"""

LINES = """
CREATE FUNCTION corrections_refuse_posted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE number integer;
BEGIN
  SELECT document.number INTO number
  FROM touched JOIN corrections_correctiondocument document ON document.id = touched.document_id
  WHERE document.state = 'posted' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'recalculation document % is posted: its rows stay', number
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION corrections_refuse_posted();
CREATE TRIGGER {table}_removed AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION corrections_refuse_posted();
CREATE TRIGGER {table}_never_updated BEFORE UPDATE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
REVOKE UPDATE, TRUNCATE ON {table} FROM zhkh_app;
"""
    for table in ("corrections_correctionline", "corrections_correctionrefusal")
)


class Migration(migrations.Migration):
    dependencies = [("corrections", "0001_documents"), ("ledger", "0003_close_gaps")]
    operations = [migrations.RunSQL(sql) for sql in (DOCUMENT, LINES)]
