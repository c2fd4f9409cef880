"""
Operations are only added, like what they write; a transfer moves a sum and keeps the whole.

An operation stands in one organisation with the accounts it touches; a reversal of an adjustment
takes it back whole, once.
"""

from django.db import migrations

APPEND_ONLY = """
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_operation FROM zhkh_app;
CREATE TRIGGER ledger_operation_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_operation
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""

TRANSFER_NETS_TO_ZERO = """
CREATE FUNCTION ledger_transfer_nets_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(amount) FROM ledger_adjustment
      WHERE operation_id = NEW.operation_id AND kind = 'transfer') <> 0 THEN
    RAISE EXCEPTION 'transfer % does not net to zero', NEW.operation_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_transfer_nets_to_zero AFTER INSERT ON ledger_adjustment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'transfer')
  EXECUTE FUNCTION ledger_transfer_nets_to_zero();
"""

OPERATION_IS_OF_ONE_ORGANISATION = """
CREATE FUNCTION ledger_operation_is_of_its_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray text;
BEGIN
  SELECT account.number INTO stray FROM added
  JOIN ledger_operation operation ON operation.id = added.operation_id
  JOIN accounts_registry_personalaccount account ON account.id = added.account_id
  WHERE account.organisation_id <> operation.organisation_id LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'account % is of another organisation than its operation', stray
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_of_its_organisation AFTER INSERT ON {table}
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_operation_is_of_its_organisation();
"""
    for table in ("ledger_payment", "ledger_adjustment")
)

ADJUSTMENT_REVERSAL_MIRRORS = """
CREATE FUNCTION ledger_adjustment_reversal_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM ledger_adjustment taken_back
    WHERE taken_back.id = NEW.reverses_id AND taken_back.reverses_id IS NULL
      AND (taken_back.account_id, taken_back.service_id, taken_back.kind, taken_back.amount)
        = (NEW.account_id, NEW.service_id, NEW.kind, -NEW.amount)
  ) THEN
    RAISE EXCEPTION 'a reversal takes back one adjustment of its account and service, whole'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_adjustment_mirrors BEFORE INSERT ON ledger_adjustment
  FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
  EXECUTE FUNCTION ledger_adjustment_reversal_mirrors();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_operations")]
    operations = [
        migrations.RunSQL(sql)
        for sql in (
            APPEND_ONLY,
            TRANSFER_NETS_TO_ZERO,
            OPERATION_IS_OF_ONE_ORGANISATION,
            ADJUSTMENT_REVERSAL_MIRRORS,
        )
    ]
