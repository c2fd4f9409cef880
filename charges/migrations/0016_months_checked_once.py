"""
Whether the months of written or cleared lines are in work is asked once a month, not a line.

A calculation writes thousands of lines in a statement, of accounts of one organisation.
"""

from django.db import migrations

MONTH_IS_IN_WORK = """
CREATE OR REPLACE FUNCTION charges_refuse_other_months() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched record;
BEGIN
  FOR touched IN
    SELECT account.organisation_id, line.month, min(account.number) AS number
    FROM (SELECT DISTINCT added.month, added.account_id FROM added) line
    JOIN accounts_registry_personalaccount account ON account.id = line.account_id
    GROUP BY account.organisation_id, line.month ORDER BY 1, 2
  LOOP
    PERFORM FROM ledger_accountingperiod period
      WHERE period.organisation_id = touched.organisation_id AND period.month = touched.month
        AND period.state IN ('calculating', 'draft')
      FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'month % of account % is not being calculated',
        touched.month, touched.number USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("charges", "0015_note_reference_books")]
    operations = [migrations.RunSQL(MONTH_IS_IN_WORK)]
