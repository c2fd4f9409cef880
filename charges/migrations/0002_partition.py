"""
Charge lines stand in monthly partitions and are written by COPY into months that are being
calculated; lines of a draft are cleared by functions of the owner, lines of a posted month never.
"""

from django.db import migrations

CHARGE_LINE = """
DROP TABLE charges_chargeline;
CREATE TABLE charges_chargeline (
  month date NOT NULL,
  account_id bigint NOT NULL,
  service_id bigint NOT NULL,
  zone varchar(10) NOT NULL,
  component varchar(5) NOT NULL,
  use varchar(10) NOT NULL,
  unit varchar(20) NOT NULL,
  price numeric(14, 6),
  individual_volume numeric(22, 7),
  individual_method varchar(13) NOT NULL,
  individual_amount numeric(14, 2),
  common_volume numeric(22, 7),
  common_method varchar(13) NOT NULL,
  common_amount numeric(14, 2),
  uplift_coefficient numeric(14, 6),
  uplift_amount numeric(14, 2) NOT NULL,
  vat numeric(14, 2) NOT NULL,
  charged numeric(14, 2) NOT NULL,
  recalculated numeric(14, 2) NOT NULL,
  benefit numeric(14, 2) NOT NULL,
  total numeric(14, 2) NOT NULL,
  CONSTRAINT charge_line_adds_up CHECK (total = charged + recalculated - benefit),
  CONSTRAINT charge_line_is_sum_of_parts CHECK (
    charged = coalesce(individual_amount, 0) + coalesce(common_amount, 0) + vat),
  CONSTRAINT charge_line_parts_are_whole CHECK (
    (individual_volume IS NULL) = (individual_amount IS NULL)
    AND (common_volume IS NULL) = (common_amount IS NULL)),
  PRIMARY KEY (month, account_id, service_id, zone, component, use)
) PARTITION BY RANGE (month);
REVOKE ALL ON charges_chargeline FROM zhkh_app;
GRANT SELECT, INSERT ON charges_chargeline TO zhkh_app;
"""

WRITTEN_WHILE_CALCULATING = """
CREATE FUNCTION charges_refuse_other_months() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray record;
BEGIN
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
CREATE TRIGGER charges_chargeline_takes_drafts AFTER INSERT ON charges_chargeline
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION charges_refuse_other_months();
CREATE TRIGGER charges_chargeline_never_updated BEFORE UPDATE OR TRUNCATE ON charges_chargeline
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""

CLEAR = """
CREATE FUNCTION charges_open_month(opened_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM ledger_open_month(opened_month);
  PERFORM zhkh_add_month_partition('charges_chargeline', opened_month);
END $$;
REVOKE ALL ON FUNCTION charges_open_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION charges_open_month(date) TO zhkh_app;

CREATE FUNCTION charges_clear_house(cleared_house bigint, cleared_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM FROM accounts_registry_house house
    JOIN ledger_accountingperiod period
      ON period.organisation_id = house.organisation_id AND period.month = cleared_month
    WHERE house.id = cleared_house AND period.state IN ('calculating', 'draft');
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
REVOKE ALL ON FUNCTION charges_clear_house(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION charges_clear_house(bigint, date) TO zhkh_app;
REVOKE UPDATE, DELETE, TRUNCATE ON charges_chargeinput FROM zhkh_app;
"""

TARIFFS_DO_NOT_OVERLAP = """
ALTER TABLE charges_tariff ADD CONSTRAINT tariff_spans_do_not_overlap EXCLUDE USING gist (
  service_id WITH =, zone WITH =, component WITH =, (coalesce(up_to, -1)) WITH =,
  (CASE use WHEN 'individual' THEN int4range(0, 1) WHEN 'common' THEN int4range(1, 2)
   ELSE int4range(0, 2) END) WITH &&,
  valid WITH &&);
"""


class Migration(migrations.Migration):
    dependencies = [("charges", "0001_initial"), ("ledger", "0002_protect")]
    operations = [
        migrations.RunSQL(sql)
        for sql in (CHARGE_LINE, WRITTEN_WHILE_CALCULATING, CLEAR, TARIFFS_DO_NOT_OVERLAP)
    ]
