"""An account is of the organisation of its house; days of payment before 2005 are known too."""

import datetime as dt

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange

SAME = """
CREATE FUNCTION accounts_registry_one_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray text;
BEGIN
  EXECUTE format(
    'SELECT account.number FROM accounts_registry_personalaccount account
     JOIN accounts_registry_premises premises ON premises.id = account.premises_id
     JOIN accounts_registry_house house ON house.id = premises.house_id
     JOIN changed ON changed.id = %s
     WHERE account.organisation_id <> house.organisation_id LIMIT 1', TG_ARGV[0]) INTO stray;
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION 'account % is of another organisation than its house', stray
      USING ERRCODE = 'check_violation', CONSTRAINT = 'account_is_of_the_organisation_of_its_house';
  END IF;
  RETURN NULL;
END $$;
"""

WATCHED = (
    ("accounts_registry_personalaccount", "account.id", ("INSERT", "UPDATE")),
    ("accounts_registry_premises", "premises.id", ("UPDATE",)),
    ("accounts_registry_house", "house.id", ("UPDATE",)),
)


def watch(table: str, key: str, event: str) -> str:
    return f"""
CREATE TRIGGER {table}_one_organisation_{event.lower()} AFTER {event} ON {table}
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
  EXECUTE FUNCTION accounts_registry_one_organisation('{key}');
"""


def ship(apps, schema_editor):
    """The months before the law of 2005: debts brought in may be of them."""
    due_day = apps.get_model("accounts_registry", "DueDay").objects
    span = DateRange(dt.date(1983, 6, 1), dt.date(2005, 3, 1))
    known = due_day.filter(country="ru", organisation=None, valid__overlap=span)
    if not known.exists():
        due_day.create(
            country="ru",
            valid=span,
            day=10,
            source="ст. 56 ЖК РСФСР: до 10-го числа",
            is_shipped=True,
        )


class Migration(migrations.Migration):
    dependencies = [("accounts_registry", "0012_own_requisites")]
    operations = [
        migrations.RunSQL(SAME),
        *(
            migrations.RunSQL(watch(table, key, event))
            for table, key, events in WATCHED
            for event in events
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
