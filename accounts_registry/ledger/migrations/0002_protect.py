"""
The books protect themselves.

Two roles: the owner (runs migrations) and zhkh_app (everything else). Rows of the books are only
added; a posted month takes nothing; months are made, cleared and posted by functions of the owner
that check the state themselves.
"""

from django.db import migrations

GRANTS = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zhkh_app') THEN
    RAISE EXCEPTION 'role zhkh_app is missing: create it first (docs/operations.md)';
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO zhkh_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO zhkh_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO zhkh_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO zhkh_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO zhkh_app;
"""

TURNOVER = """
DROP TABLE ledger_turnover;
CREATE TABLE ledger_turnover (
  month date NOT NULL,
  account_id bigint NOT NULL,
  service_id bigint NOT NULL,
  opening numeric(14, 2) NOT NULL,
  charged numeric(14, 2) NOT NULL,
  adjusted numeric(14, 2) NOT NULL,
  paid numeric(14, 2) NOT NULL,
  closing numeric(14, 2) NOT NULL,
  CONSTRAINT turnover_adds_up CHECK (closing = opening + charged + adjusted - paid),
  PRIMARY KEY (month, account_id, service_id)
) PARTITION BY RANGE (month);
CREATE INDEX turnover_of_account ON ledger_turnover (account_id, month);
REVOKE ALL ON ledger_turnover FROM zhkh_app;
GRANT SELECT ON ledger_turnover TO zhkh_app;
"""

REFUSE_CHANGE = """
CREATE FUNCTION zhkh_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only added, never changed or removed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""

APPEND_ONLY = "".join(
    f"""
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM zhkh_app;
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""
    for table in ("ledger_payment", "ledger_paymentline", "ledger_adjustment", "ledger_turnover")
)

# A month takes rows until it is posted. The check runs once a statement.
OPEN_MONTHS_ONLY = """
CREATE FUNCTION zhkh_refuse_posted_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray record;
BEGIN
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
""" + "".join(
    f"""
CREATE TRIGGER {table}_takes_open_months AFTER INSERT ON {table}
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_posted_month();
"""
    for table in ("ledger_payment", "ledger_paymentline", "ledger_adjustment")
)

# A line belongs to the account and month of its payment; lines and payment agree at commit.
PAYMENT_AND_LINES_AGREE = """
CREATE FUNCTION zhkh_payment_equals_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
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
      OR bool_or(line.account_id <> payment.account_id OR line.month <> payment.month)
  ) THEN
    RAISE EXCEPTION 'payment % differs from the sum of its lines', checked
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE CONSTRAINT TRIGGER {table}_agrees AFTER INSERT ON {table}
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zhkh_payment_equals_its_lines();
"""
    for table in ("ledger_payment", "ledger_paymentline")
)

PERIOD = """
CREATE FUNCTION zhkh_guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner name := (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID);
BEGIN
  IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'accounting months are never removed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'a month begins as open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state = 'posted' THEN
    RAISE EXCEPTION 'month % is posted for ever', OLD.month USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.organisation_id, NEW.month) IS DISTINCT FROM (OLD.organisation_id, OLD.month) THEN
    RAISE EXCEPTION 'a month keeps its place' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'posted' AND current_user <> owner THEN
    RAISE EXCEPTION 'a month is posted by post_month only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_accountingperiod_guard BEFORE INSERT OR UPDATE OR DELETE
  ON ledger_accountingperiod FOR EACH ROW EXECUTE FUNCTION zhkh_guard_period();
CREATE TRIGGER ledger_accountingperiod_stays BEFORE TRUNCATE
  ON ledger_accountingperiod FOR EACH STATEMENT EXECUTE FUNCTION zhkh_guard_period();
REVOKE DELETE, TRUNCATE ON ledger_accountingperiod FROM zhkh_app;
"""

# One transaction posts a month: previous closing + charges + adjustments − payments, per account
# and service. The staging table says what was charged and is emptied here.
POST_MONTH = """
CREATE FUNCTION ledger_post_month(organisation bigint, posted_month date, by_user bigint)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  rows_written bigint;
BEGIN
  PERFORM FROM ledger_accountingperiod
    WHERE organisation_id = organisation AND month = posted_month AND state = 'draft' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'month % is not a draft', posted_month USING ERRCODE = 'restrict_violation';
  END IF;
  IF EXISTS (SELECT FROM ledger_accountingperiod WHERE organisation_id = organisation
             AND month < posted_month AND state <> 'posted') THEN
    RAISE EXCEPTION 'an earlier month is not posted yet' USING ERRCODE = 'restrict_violation';
  END IF;
  WITH mine AS (
    SELECT id FROM accounts_registry_personalaccount WHERE organisation_id = organisation
  ), previous AS (
    SELECT max(month) AS month FROM ledger_accountingperiod
    WHERE organisation_id = organisation AND month < posted_month
  ), movement AS (
    SELECT t.account_id, t.service_id, t.closing AS opening, 0 AS charged, 0 AS adjusted, 0 AS paid
      FROM ledger_turnover t JOIN mine ON mine.id = t.account_id
      WHERE t.month = (SELECT month FROM previous) AND t.closing <> 0
    UNION ALL
    SELECT a.account_id, a.service_id, a.amount, 0, 0, 0
      FROM ledger_adjustment a JOIN mine ON mine.id = a.account_id
      WHERE a.month = posted_month AND a.kind = 'opening'
    UNION ALL
    SELECT a.account_id, a.service_id, 0, 0, a.amount, 0
      FROM ledger_adjustment a JOIN mine ON mine.id = a.account_id
      WHERE a.month = posted_month AND a.kind <> 'opening'
    UNION ALL
    SELECT c.account_id, c.service_id, 0, c.charged, 0, 0
      FROM ledger_chargetotal c
      WHERE c.organisation_id = organisation AND c.month = posted_month
    UNION ALL
    SELECT l.account_id, l.service_id, 0, 0, 0, l.amount
      FROM ledger_paymentline l JOIN mine ON mine.id = l.account_id
      WHERE l.month = posted_month
  )
  INSERT INTO ledger_turnover
    (month, account_id, service_id, opening, charged, adjusted, paid, closing)
  SELECT posted_month, account_id, service_id, sum(opening), sum(charged), sum(adjusted),
         sum(paid), sum(opening) + sum(charged) + sum(adjusted) - sum(paid)
  FROM movement GROUP BY account_id, service_id ORDER BY account_id, service_id;
  GET DIAGNOSTICS rows_written = ROW_COUNT;
  DELETE FROM ledger_chargetotal WHERE organisation_id = organisation AND month = posted_month;
  UPDATE ledger_accountingperiod
    SET state = 'posted', posted_at = clock_timestamp(), posted_by_id = by_user
    WHERE organisation_id = organisation AND month = posted_month;
  RETURN rows_written;
END $$;
REVOKE ALL ON FUNCTION ledger_post_month(bigint, date, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post_month(bigint, date, bigint) TO zhkh_app;
"""

# The partition of a month, for a table partitioned by month.
OPEN_MONTH = """
CREATE FUNCTION zhkh_add_month_partition(parent regclass, opened_month date) RETURNS void
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  partition text := format('%s_%s', parent, to_char(opened_month, 'YYYYMM'));
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('zhkh_add_month_partition'));
  IF to_regclass(partition) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', partition,
      parent, opened_month, (opened_month + interval '1 month')::date);
    EXECUTE format('REVOKE ALL ON %I FROM zhkh_app', partition);
    EXECUTE format('GRANT SELECT ON %I TO zhkh_app', partition);
  END IF;
END $$;
REVOKE ALL ON FUNCTION zhkh_add_month_partition(regclass, date) FROM PUBLIC;
CREATE FUNCTION ledger_open_month(opened_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF extract(day FROM opened_month) <> 1 THEN
    RAISE EXCEPTION 'a month begins on its first day' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM zhkh_add_month_partition('ledger_turnover', opened_month);
END $$;
REVOKE ALL ON FUNCTION ledger_open_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_open_month(date) TO zhkh_app;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(sql)
        for sql in (
            GRANTS,
            TURNOVER,
            REFUSE_CHANGE,
            APPEND_ONLY,
            OPEN_MONTHS_ONLY,
            PAYMENT_AND_LINES_AGREE,
            PERIOD,
            OPEN_MONTH,
            POST_MONTH,
        )
    ]
