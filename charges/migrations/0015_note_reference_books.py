"""
Rates of VAT and raising coefficients of the reference books are read by calculations, so who
changes them leaves a note: a row of a country for every organisation, a row of one for it alone.
"""

from django.db import migrations

NOTE = """
CREATE OR REPLACE FUNCTION charges_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched text := CASE WHEN TG_OP = 'UPDATE' AND TG_NARGS > 1 THEN format(
    '(SELECT changed.* FROM changed JOIN was USING (id)
      WHERE to_jsonb(changed) - %1$L::text[] IS DISTINCT FROM to_jsonb(was) - %1$L::text[]
      UNION ALL SELECT was.* FROM changed JOIN was USING (id)
      WHERE to_jsonb(changed) - %1$L::text[] IS DISTINCT FROM to_jsonb(was) - %1$L::text[])',
      TG_ARGV[1:])
    WHEN TG_OP = 'UPDATE' THEN '(TABLE changed UNION ALL TABLE was)' ELSE 'changed' END;
  through text := CASE TG_ARGV[0]
    WHEN 'meter' THEN 'JOIN accounts_registry_meter meter ON meter.id = fact.meter_id
      LEFT JOIN accounts_registry_personalaccount account ON account.id = meter.account_id
      LEFT JOIN accounts_registry_premises premises ON premises.id = account.premises_id
      JOIN accounts_registry_house house ON house.id = coalesce(meter.house_id, premises.house_id)'
    WHEN 'account or house' THEN
      'LEFT JOIN accounts_registry_personalaccount account ON account.id = fact.account_id
      LEFT JOIN accounts_registry_premises premises ON premises.id = account.premises_id
      JOIN accounts_registry_house house ON house.id = coalesce(fact.house_id, premises.house_id)'
    WHEN 'account' THEN
      'JOIN accounts_registry_personalaccount account ON account.id = fact.account_id
      JOIN accounts_registry_premises premises ON premises.id = account.premises_id
      JOIN accounts_registry_house house ON house.id = premises.house_id'
    WHEN 'premises' THEN
      'JOIN accounts_registry_premises premises ON premises.id = fact.premises_id
      JOIN accounts_registry_house house ON house.id = premises.house_id'
    WHEN 'house' THEN 'JOIN accounts_registry_house house ON house.id = fact.house_id'
    WHEN 'itself' THEN 'JOIN accounts_registry_house house ON house.id = fact.id'
    WHEN 'service' THEN
      'JOIN accounts_registry_service house ON house.id = fact.service_id'
    WHEN 'book' THEN 'JOIN LATERAL (SELECT id AS organisation_id
        FROM accounts_registry_organisation) house
      ON fact.organisation_id IS NULL OR fact.organisation_id = house.organisation_id'
    ELSE 'CROSS JOIN LATERAL (SELECT fact.organisation_id) house' END;
  one text := CASE WHEN TG_ARGV[0] IN ('service', 'organisation', 'book') THEN 'NULL::bigint'
    ELSE 'house.id' END;
BEGIN
  EXECUTE format('INSERT INTO charges_changedfact
      (organisation_id, house_id, fact, changed_at, transaction)
    SELECT noted.*, %L, clock_timestamp(), pg_current_xact_id()::text::bigint
    FROM (SELECT DISTINCT house.organisation_id, %s FROM %s fact %s
      WHERE EXISTS (SELECT FROM ledger_accountingperiod period
        WHERE period.organisation_id = house.organisation_id)) noted',
    TG_TABLE_NAME, one, touched, through);
  RETURN NULL;
END $$;
"""

BOOKS = ("accounts_registry_referencerate", "accounts_registry_upliftcoefficient")


def watched(table: str) -> str:
    tables = {
        "INSERT": "NEW TABLE AS changed",
        "DELETE": "OLD TABLE AS changed",
        "UPDATE": "OLD TABLE AS was NEW TABLE AS changed",
    }
    return "".join(
        f"""
CREATE TRIGGER {table}_noted_{event.lower()} AFTER {event} ON {table}
  REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION charges_note_change('book');
"""
        for event, rows in tables.items()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("charges", "0014_note_once"),
        ("accounts_registry", "0011_rates_of_the_book"),
    ]
    operations = [
        migrations.RunSQL(NOTE),
        *(migrations.RunSQL(watched(table)) for table in BOOKS),
    ]
