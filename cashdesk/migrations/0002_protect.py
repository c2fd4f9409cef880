"""
Receipts are only added. What may follow is the moment of printing, once.

The program's role may write that column and no other; the trigger holds the owner as well.
"""

from django.db import migrations

RECEIPT = """
REVOKE UPDATE, DELETE, TRUNCATE ON cashdesk_receipt FROM zhkh_app;
GRANT UPDATE (printed_at) ON cashdesk_receipt TO zhkh_app;
CREATE FUNCTION cashdesk_receipt_is_printed_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unprinted cashdesk_receipt := NEW;
BEGIN
  unprinted.printed_at := NULL;
  IF unprinted IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'receipt % is only marked as printed, once', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cashdesk_receipt_is_printed_once BEFORE UPDATE ON cashdesk_receipt
  FOR EACH ROW EXECUTE FUNCTION cashdesk_receipt_is_printed_once();
CREATE TRIGGER cashdesk_receipt_only_grows BEFORE DELETE OR TRUNCATE ON cashdesk_receipt
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("cashdesk", "0001_initial")]
    operations = [migrations.RunSQL(RECEIPT)]
