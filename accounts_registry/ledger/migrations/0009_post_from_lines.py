"""
A month is posted straight from the lines of its calculation, in one pass.

What was charged is read from the view `ledger_charged`, which whoever calculates fills in (the
migrations of charges); only charges given one by one are staged. A turnover is found by its
account: one index instead of two.
"""

from django.db import migrations

CHARGED = """
CREATE VIEW ledger_charged AS
SELECT NULL::date AS month, NULL::bigint AS account_id, NULL::bigint AS service_id,
  NULL::numeric(14, 2) AS charged
WHERE false;
REVOKE ALL ON ledger_charged FROM zhkh_app;
"""

FOUND_BY_ACCOUNT = """
ALTER TABLE ledger_turnover DROP CONSTRAINT ledger_turnover_pkey;
ALTER TABLE ledger_turnover ADD PRIMARY KEY (account_id, service_id, month);
DROP INDEX turnover_of_account;
"""

# Payments and adjustments stand in the order of their months.
FOUND_BY_MONTH = """
CREATE INDEX payment_lines_of_a_month ON ledger_paymentline USING brin (month);
CREATE INDEX adjustments_of_a_month ON ledger_adjustment USING brin (month);
"""

POST_MONTH = """
CREATE OR REPLACE FUNCTION ledger_post_month(
  organisation bigint, posted_month date, by_user bigint)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
SET work_mem = '128MB' SET jit = off AS $$
DECLARE
  rows_written bigint;
  is_staged boolean;
  previous date;
  nought CONSTANT numeric(14, 2) := 0;  -- one type in every branch: they are read as one
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
  is_staged := EXISTS (SELECT FROM ledger_chargetotal
    WHERE organisation_id = organisation AND month = posted_month);
  SELECT max(month) INTO previous FROM ledger_accountingperiod
    WHERE organisation_id = organisation AND month < posted_month;
  WITH mine AS NOT MATERIALIZED (
    SELECT id FROM accounts_registry_personalaccount WHERE organisation_id = organisation
  ), movement AS (
    SELECT t.account_id, t.service_id, t.closing AS opening, nought AS charged,
        nought AS adjusted, nought AS paid
      FROM ledger_turnover t JOIN mine ON mine.id = t.account_id
      WHERE t.month = previous AND t.closing <> 0
    UNION ALL
    SELECT a.account_id, a.service_id, a.amount, nought, nought, nought
      FROM ledger_adjustment a JOIN mine ON mine.id = a.account_id
      WHERE a.month = posted_month AND a.kind = 'opening'
    UNION ALL
    SELECT a.account_id, a.service_id, nought, nought, a.amount, nought
      FROM ledger_adjustment a JOIN mine ON mine.id = a.account_id
      WHERE a.month = posted_month AND a.kind <> 'opening'
    UNION ALL
    SELECT c.account_id, c.service_id, nought, c.charged, nought, nought
      FROM ledger_chargetotal c
      WHERE is_staged AND c.organisation_id = organisation AND c.month = posted_month
    UNION ALL
    SELECT c.account_id, c.service_id, nought, c.charged, nought, nought
      FROM ledger_charged c JOIN mine ON mine.id = c.account_id
      WHERE NOT is_staged AND c.month = posted_month
    UNION ALL
    SELECT l.account_id, l.service_id, nought, nought, nought, l.amount
      FROM ledger_paymentline l JOIN mine ON mine.id = l.account_id
      WHERE l.month = posted_month
  )
  INSERT INTO ledger_turnover
    (month, account_id, service_id, opening, charged, adjusted, paid, closing)
  SELECT posted_month, account_id, service_id, sum(opening), sum(charged), sum(adjusted),
         sum(paid), sum(opening) + sum(charged) + sum(adjusted) - sum(paid)
  FROM movement GROUP BY account_id, service_id ORDER BY account_id, service_id;
  GET DIAGNOSTICS rows_written = ROW_COUNT;
  IF is_staged THEN
    DELETE FROM ledger_chargetotal WHERE organisation_id = organisation AND month = posted_month;
  END IF;
  UPDATE ledger_accountingperiod
    SET state = 'posted', posted_at = clock_timestamp(), posted_by_id = by_user
    WHERE organisation_id = organisation AND month = posted_month;
  RETURN rows_written;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_undoing")]
    operations = [
        migrations.RunSQL(sql)
        for sql in (CHARGED, FOUND_BY_ACCOUNT, FOUND_BY_MONTH, POST_MONTH)
    ]
