"""What a calculation found besides the charges comes and goes with its lines, and stays posted."""

from django.db import migrations

COMPUTED = """
CREATE TRIGGER charges_computedadjustment_takes_drafts AFTER INSERT ON charges_computedadjustment
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION charges_refuse_other_months();
CREATE TRIGGER charges_computedadjustment_leaves_drafts AFTER DELETE ON charges_computedadjustment
  REFERENCING OLD TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION charges_refuse_other_months();
CREATE TRIGGER charges_computedadjustment_never_updated BEFORE UPDATE OR TRUNCATE
  ON charges_computedadjustment FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON charges_computedadjustment FROM zhkh_app;
"""

CLEAR = """
CREATE OR REPLACE FUNCTION charges_clear_house(cleared_house bigint, cleared_month date)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM FROM ledger_accountingperiod period
    JOIN accounts_registry_house house ON house.organisation_id = period.organisation_id
    WHERE house.id = cleared_house AND period.month = cleared_month
      AND period.state IN ('calculating', 'draft')
    FOR SHARE OF period;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'month % of house % is not being calculated', cleared_month, cleared_house
      USING ERRCODE = 'restrict_violation';
  END IF;
  DELETE FROM charges_chargeline WHERE month = cleared_month AND account_id IN (
    SELECT account.id FROM accounts_registry_personalaccount account
    JOIN accounts_registry_premises premises ON premises.id = account.premises_id
    WHERE premises.house_id = cleared_house);
  DELETE FROM charges_computedadjustment WHERE month = cleared_month AND account_id IN (
    SELECT account.id FROM accounts_registry_personalaccount account
    JOIN accounts_registry_premises premises ON premises.id = account.premises_id
    WHERE premises.house_id = cleared_house);
  DELETE FROM charges_chargeinput WHERE month = cleared_month AND house_id = cleared_house;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("charges", "0004_facts")]
    operations = [migrations.RunSQL(sql) for sql in (COMPUTED, CLEAR)]
