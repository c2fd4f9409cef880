"""
Whoever changes what calculations read leaves a note, whatever program or screen they use.

A note says which house (none: all of the organisation) and in which transaction; a draft is
compared again where notes are later than its start. Organisations without months get no notes:
nothing of theirs has been calculated.
"""

from django.db import migrations

NOTE = """
CREATE FUNCTION charges_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched text := CASE WHEN TG_OP = 'UPDATE' AND TG_NARGS > 1 THEN format(
    '(SELECT changed.* FROM changed JOIN was USING (id)
      WHERE (%1$s) IS DISTINCT FROM (%2$s))',
    (SELECT string_agg('changed.' || name, ', ') FROM unnest(TG_ARGV[1:]) name),
    (SELECT string_agg('was.' || name, ', ') FROM unnest(TG_ARGV[1:]) name))
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
    ELSE 'CROSS JOIN LATERAL (SELECT fact.organisation_id) house' END;
  one text := CASE WHEN TG_ARGV[0] IN ('service', 'organisation') THEN 'NULL::bigint'
    ELSE 'house.id' END;
BEGIN
  EXECUTE format('INSERT INTO charges_changedfact
      (organisation_id, house_id, fact, changed_at, transaction)
    SELECT DISTINCT house.organisation_id, %s, %L, clock_timestamp(),
      pg_current_xact_id()::text::bigint
    FROM %s fact %s
    WHERE EXISTS (SELECT FROM ledger_accountingperiod period
      WHERE period.organisation_id = house.organisation_id)', one, TG_TABLE_NAME, touched, through);
  RETURN NULL;
END $$;
"""

# table: the way from its rows to a house, then the columns a change of which matters (none: all)
WATCHED = {
    "accounts_registry_meterreading": ("meter",),
    "accounts_registry_meter": ("account or house",),
    "accounts_registry_accountarea": ("account",),
    "accounts_registry_accountresidents": ("account",),
    "accounts_registry_accountownership": ("account",),
    "accounts_registry_accountservice": ("account",),
    "accounts_registry_personalaccount":
        ("premises", "number", "premises_id", "opened_on", "closed_on"),
    "accounts_registry_premises": ("house", "number", "kind", "house_id"),
    "accounts_registry_house": ("itself", "premises_area_m2", "common_area_m2", "residents"),
    "accounts_registry_service": ("organisation",),
    "accounts_registry_servicesource": ("service",),
    "charges_tariff": ("service",),
    "charges_norm": ("service",),
    "charges_uplift": ("service",),
    "charges_commonvolume": ("house",),
    "charges_votedsum": ("house",),
    "charges_househeating": ("house",),
    "charges_interruption": ("house",),
    "charges_absence": ("account",),
    "charges_benefit": ("account",),
    "charges_heatingcharged": ("account",),
}


def watched(table: str, arguments: tuple[str, ...]) -> str:
    given = ", ".join(f"'{argument}'" for argument in arguments)
    tables = {
        "INSERT": "NEW TABLE AS changed",
        "DELETE": "OLD TABLE AS changed",
        "UPDATE": "OLD TABLE AS was NEW TABLE AS changed",
    }
    return "".join(
        f"""
CREATE TRIGGER {table}_noted_{event.lower()} AFTER {event} ON {table}
  REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION charges_note_change({given});
"""
        for event, rows in tables.items()
    )


class Migration(migrations.Migration):
    dependencies = [("charges", "0008_checks"), ("ledger", "0003_close_gaps")]
    operations = [
        migrations.RunSQL(NOTE),
        *(migrations.RunSQL(watched(table, arguments)) for table, arguments in WATCHED.items()),
    ]
