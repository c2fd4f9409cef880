"""
What houses of calculated months come to, kept instead of added up at every view; a draft is
cleared for a full calculation as a set.
"""

import django.db.models.deletion
from django.db import migrations, models

KNOWN_MONTHS = """
INSERT INTO charges_housetotal (month, house_id, service_id, accounts, total, volume)
SELECT line.month, premises.house_id, line.service_id, count(DISTINCT line.account_id),
  sum(line.total), CASE WHEN grouping(line.service_id) = 0 THEN
    sum(coalesce(line.individual_volume, 0) + coalesce(line.common_volume, 0))
      FILTER (WHERE line.component <> 'heat') END
FROM charges_chargeline line
JOIN accounts_registry_personalaccount account ON account.id = line.account_id
JOIN accounts_registry_premises premises ON premises.id = account.premises_id
GROUP BY GROUPING SETS (
  (line.month, premises.house_id, line.service_id), (line.month, premises.house_id));
"""

# The partition is emptied at once when it has no lines of another organisation and nobody is
# reading it; otherwise the lines of this one are deleted.
CLEAR = """
CREATE FUNCTION charges_clear_month(cleared_organisation bigint, cleared_month date)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
SET lock_timeout = '1s' AS $$
DECLARE
  partition text := 'charges_chargeline_' || to_char(cleared_month, 'YYYYMM');
  is_emptied boolean := false;
BEGIN
  PERFORM FROM ledger_accountingperiod
    WHERE organisation_id = cleared_organisation AND month = cleared_month
      AND state = 'calculating' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'month % is not being calculated', cleared_month
      USING ERRCODE = 'restrict_violation';
  END IF;
  BEGIN
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', partition);
    IF NOT EXISTS (SELECT FROM charges_chargeinput input
        JOIN accounts_registry_house house ON house.id = input.house_id
        WHERE input.month = cleared_month AND house.organisation_id <> cleared_organisation) THEN
      EXECUTE format('ALTER TABLE %I DISABLE TRIGGER reached_through_its_table', partition);
      EXECUTE format('TRUNCATE %I', partition);
      EXECUTE format('ALTER TABLE %I ENABLE TRIGGER reached_through_its_table', partition);
      is_emptied := true;
    END IF;
  EXCEPTION WHEN lock_not_available THEN
    NULL;
  END;
  IF NOT is_emptied THEN
    DELETE FROM charges_chargeline WHERE month = cleared_month AND account_id IN (
      SELECT id FROM accounts_registry_personalaccount
      WHERE organisation_id = cleared_organisation);
  END IF;
  DELETE FROM charges_computedadjustment WHERE month = cleared_month AND account_id IN (
    SELECT id FROM accounts_registry_personalaccount
    WHERE organisation_id = cleared_organisation);
  DELETE FROM charges_commonoutcome WHERE month = cleared_month AND house_id IN (
    SELECT id FROM accounts_registry_house WHERE organisation_id = cleared_organisation);
  DELETE FROM charges_housetotal WHERE month = cleared_month AND house_id IN (
    SELECT id FROM accounts_registry_house WHERE organisation_id = cleared_organisation);
  DELETE FROM charges_chargeinput WHERE month = cleared_month AND house_id IN (
    SELECT id FROM accounts_registry_house WHERE organisation_id = cleared_organisation);
END $$;
REVOKE ALL ON FUNCTION charges_clear_month(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION charges_clear_month(bigint, date) TO zhkh_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_registry", "0011_rates_of_the_book"),
        ("charges", "0016_months_checked_once"),
    ]
    operations = [
        migrations.CreateModel(
            name='HouseTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='месяц')),
                ('accounts', models.PositiveIntegerField(verbose_name='счетов')),
                ('total', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='итого')),
                ('volume', models.DecimalField(decimal_places=7, max_digits=24, null=True, verbose_name='объём')),
                ('house', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts_registry.house')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts_registry.service')),
            ],
            options={
                'verbose_name': 'итог дома за месяц',
                'verbose_name_plural': 'итоги домов за месяц',
                'constraints': [models.UniqueConstraint(fields=('month', 'house', 'service'), name='house_total_is_given_once', nulls_distinct=False)],
            },
        ),
        migrations.RunSQL(KNOWN_MONTHS),
        migrations.RunSQL(CLEAR),
    ]
