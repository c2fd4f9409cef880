"""
The journal protects itself: events are only added, rows move only along the table of states.

What a letter is (whom, what, under which Message-ID) never changes once the row is made.
"""

from django.db import migrations

EVENTS_ONLY_GROW = """
REVOKE UPDATE, DELETE, TRUNCATE ON mailing_journalevent FROM zhkh_app;
CREATE TRIGGER mailing_journalevent_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE
  ON mailing_journalevent FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""

ROWS_STAY = """
REVOKE DELETE, TRUNCATE ON mailing_journalrow FROM zhkh_app;
CREATE TRIGGER mailing_journalrow_stays BEFORE DELETE OR TRUNCATE
  ON mailing_journalrow FOR EACH STATEMENT EXECUTE FUNCTION zhkh_refuse_change();
"""

MOVES = (
    ("queued", "claimed"),
    ("queued", "held"),
    ("queued", "cancelled"),
    ("deferred", "claimed"),
    ("deferred", "held"),
    ("deferred", "cancelled"),
    ("deferred", "bounced"),
    ("claimed", "queued"),
    ("claimed", "in_data"),
    ("claimed", "deferred"),
    ("claimed", "failed"),
    ("in_data", "accepted"),
    ("in_data", "deferred"),
    ("in_data", "failed"),
    ("in_data", "uncertain"),
    ("uncertain", "accepted"),
    ("uncertain", "queued"),
    ("uncertain", "bounced"),
    ("held", "queued"),
    ("held", "cancelled"),
    ("accepted", "delivered"),
    ("accepted", "bounced"),
)

GUARD = f"""
CREATE FUNCTION mailing_guard_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.batch_id, NEW.account_id, NEW.account_number, NEW.month, NEW.document_id,
      NEW.document_version, NEW.pdf_sha256, NEW.address, NEW.message_id, NEW.dated_at,
      NEW.retry_of_id, NEW.skip_reason)
     IS DISTINCT FROM
     (OLD.batch_id, OLD.account_id, OLD.account_number, OLD.month, OLD.document_id,
      OLD.document_version, OLD.pdf_sha256, OLD.address, OLD.message_id, OLD.dated_at,
      OLD.retry_of_id, OLD.skip_reason) THEN
    RAISE EXCEPTION 'letter % is fixed when it is queued', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    {", ".join(f"('{old}', '{new}')" for old, new in MOVES)}
  ) THEN
    RAISE EXCEPTION 'letter % does not go from % to %', OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mailing_journalrow_guard BEFORE UPDATE ON mailing_journalrow
  FOR EACH ROW EXECUTE FUNCTION mailing_guard_row();
"""

# A letter begins as waiting or as skipped: it cannot be born sent.
BEGINS = """
CREATE FUNCTION mailing_row_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state NOT IN ('queued', 'skipped') THEN
    RAISE EXCEPTION 'a letter begins as queued or skipped' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mailing_journalrow_begins BEFORE INSERT ON mailing_journalrow
  FOR EACH ROW EXECUTE FUNCTION mailing_row_begins();
"""


class Migration(migrations.Migration):
    dependencies = [("mailing", "0001_initial"), ("ledger", "0002_protect")]
    operations = [migrations.RunSQL(sql) for sql in (EVENTS_ONLY_GROW, ROWS_STAY, GUARD, BEGINS)]
