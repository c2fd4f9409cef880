"""
What 0002 left to manners, the database now holds itself.

Months follow one another without gaps. A row waits for a posting under way instead of slipping
past it. Lines of a payment have its sign, a reversal takes back one payment of its account whole.
Partitions are reached through their table alone, so its guards cannot be walked around.
"""

from django.db import migrations

# Whoever adds a row holds the month against posting, as `accounting_month` does.
OPEN_MONTHS_ONLY = """
CREATE OR REPLACE FUNCTION zhkh_refuse_posted_month() RETURNS trigger LANGUAGE plpgsql AS $$
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
  WHERE period.state IS NULL OR period.state = 'posted'
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'month % of account % is posted or was never opened', stray.month, stray.number
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
"""

PAYMENT_AND_LINES_AGREE = """
CREATE OR REPLACE FUNCTION zhkh_payment_equals_its_lines() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  checked bigint := to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'ledger_payment' THEN 'id'
                                      ELSE 'payment_id' END;
BEGIN
  IF EXISTS (
    SELECT FROM ledger_payment payment
    LEFT JOIN ledger_paymentline line ON line.payment_id = payment.id
    WHERE payment.id = checked
    GROUP BY payment.id, payment.amount, payment.account_id, payment.month
    HAVING payment.amount IS DISTINCT FROM sum(line.amount)
      OR bool_or(line.account_id <> payment.account_id OR line.month <> payment.month
                 OR sign(line.amount) <> sign(payment.amount))
  ) THEN
    RAISE EXCEPTION 'payment % differs from its lines', checked USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_reversal_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM ledger_payment taken_back
    WHERE taken_back.id = NEW.reverses_id AND taken_back.reverses_id IS NULL
      AND taken_back.account_id = NEW.account_id AND taken_back.amount = -NEW.amount
      AND taken_back.paid_on <= NEW.paid_on
  ) THEN
    RAISE EXCEPTION 'a reversal takes back one payment of its account, whole and not before it'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_payment_reversal_mirrors BEFORE INSERT ON ledger_payment
  FOR EACH ROW EXECUTE FUNCTION ledger_reversal_mirrors();
"""

# The organisation's row is the lock under which its months are lined up.
MONTHS_FOLLOW = """
CREATE FUNCTION ledger_month_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first_month date; last_month date;
BEGIN
  PERFORM FROM accounts_registry_organisation WHERE id = NEW.organisation_id FOR NO KEY UPDATE;
  SELECT min(month), max(month) INTO first_month, last_month
    FROM ledger_accountingperiod WHERE organisation_id = NEW.organisation_id;
  IF NEW.month NOT BETWEEN first_month AND (last_month + interval '1 month')::date THEN
    RAISE EXCEPTION 'months follow one another: % does not follow %', NEW.month, last_month
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_accountingperiod_follows BEFORE INSERT ON ledger_accountingperiod
  FOR EACH ROW EXECUTE FUNCTION ledger_month_follows();
"""

# Triggers of a partitioned table do not see statements that name a partition.
PARTITIONS = """
CREATE FUNCTION zhkh_refuse_partition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is reached through its table only', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION zhkh_guard_partition(partition regclass) RETURNS void
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER reached_through_its_table
    BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_partition()', partition);
END $$;
REVOKE ALL ON FUNCTION zhkh_guard_partition(regclass) FROM PUBLIC;
CREATE OR REPLACE FUNCTION zhkh_add_month_partition(parent regclass, opened_month date)
RETURNS void LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  partition text := format('%s_%s', parent, to_char(opened_month, 'YYYYMM'));
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('zhkh_add_month_partition'));
  IF to_regclass(partition) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', partition,
      parent, opened_month, (opened_month + interval '1 month')::date);
    EXECUTE format('REVOKE ALL ON %I FROM zhkh_app', partition);
    EXECUTE format('GRANT SELECT ON %I TO zhkh_app', partition);
    PERFORM zhkh_guard_partition(partition);
  END IF;
END $$;
SELECT zhkh_guard_partition(inhrelid::regclass) FROM pg_inherits
  JOIN pg_class parent ON parent.oid = inhparent
  WHERE parent.relname IN ('ledger_turnover', 'charges_chargeline') AND parent.relkind = 'p';
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_protect")]
    operations = [
        migrations.RunSQL(sql)
        for sql in (OPEN_MONTHS_ONLY, PAYMENT_AND_LINES_AGREE, MONTHS_FOLLOW, PARTITIONS)
    ]
