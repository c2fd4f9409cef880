"""
Lines and frozen inputs of a posted month stay, whoever asks: the proof of an old bill.

They come and go only while their month is being calculated or is a draft, and whoever writes
or clears them holds the month against posting.
"""

from django.db import migrations

MONTH_IS_IN_WORK = """
CREATE OR REPLACE FUNCTION charges_refuse_other_months() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray record;
BEGIN
  PERFORM FROM ledger_accountingperiod period
    WHERE (period.organisation_id, period.month) IN (
      SELECT account.organisation_id, added.month FROM added
      JOIN accounts_registry_personalaccount account ON account.id = added.account_id)
    ORDER BY period.id FOR SHARE;
  SELECT added.month, account.number INTO stray
  FROM added
  JOIN accounts_registry_personalaccount account ON account.id = added.account_id
  LEFT JOIN ledger_accountingperiod period
    ON period.organisation_id = account.organisation_id AND period.month = added.month
  WHERE period.state IS NULL OR period.state NOT IN ('calculating', 'draft')
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'month % of account % is not being calculated', stray.month, stray.number
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER charges_chargeline_leaves_drafts AFTER DELETE ON charges_chargeline
  REFERENCING OLD TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION charges_refuse_other_months();
"""

INPUTS = """
CREATE FUNCTION charges_refuse_other_inputs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray record;
BEGIN
  PERFORM FROM ledger_accountingperiod period
    WHERE (period.organisation_id, period.month) IN (
      SELECT house.organisation_id, added.month FROM added
      JOIN accounts_registry_house house ON house.id = added.house_id)
    ORDER BY period.id FOR SHARE;
  SELECT added.month, house.code INTO stray
  FROM added
  JOIN accounts_registry_house house ON house.id = added.house_id
  LEFT JOIN ledger_accountingperiod period
    ON period.organisation_id = house.organisation_id AND period.month = added.month
  WHERE period.state IS NULL OR period.state NOT IN ('calculating', 'draft')
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'month % of house % is not being calculated', stray.month, stray.code
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER charges_chargeinput_takes_drafts AFTER INSERT ON charges_chargeinput
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION charges_refuse_other_inputs();
CREATE TRIGGER charges_chargeinput_leaves_drafts AFTER DELETE ON charges_chargeinput
  REFERENCING OLD TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION charges_refuse_other_inputs();
CREATE TRIGGER charges_chargeinput_never_updated BEFORE UPDATE OR TRUNCATE
  ON charges_chargeinput FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
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
  DELETE FROM charges_chargeinput WHERE month = cleared_month AND house_id = cleared_house;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("charges", "0002_partition"), ("ledger", "0003_close_gaps")]
    operations = [migrations.RunSQL(sql) for sql in (MONTH_IS_IN_WORK, INPUTS, CLEAR)]
