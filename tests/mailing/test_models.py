"""What the database itself refuses, whoever asks."""

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from mailing.models import JournalEvent, JournalRow, MailAccount, MailBatch
from mailing.models.secret import SecretLost, seal, unseal
from mailing.models.states import GROUP_OF, JournalState
from tests.cast import NOON
from tests.mailing.office import make_mail_account, row_of, start, with_login

LEASE = NOON + dt.timedelta(minutes=2)


@pytest.fixture
def batch(house):
    return start(make_mail_account(house.okean.organisation, port=9))


def refused(change, **columns) -> str:
    """The constraint that refuses the update."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        change.update(**columns)
    cause = refusal.value.__cause__
    return str(cause.diag.constraint_name or cause)  # type: ignore[union-attr]  # psycopg's error


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "claimed"}, "row_in_work_has_owner_and_lease"),
        ({"owner": "worker"}, "row_in_work_has_owner_and_lease"),
        ({"state": "claimed", "owner": "worker"}, "row_in_work_has_owner_and_lease"),
        ({"state": "held"}, "unhappy_row_says_why"),
    ],
)
def test_row_says_what_its_state_needs(batch, columns, constraint):
    rows = JournalRow.objects.filter(batch=batch, state="queued")

    assert refused(rows, **columns) == constraint


def in_data(batch):
    rows = JournalRow.objects.filter(pk=row_of(batch, "000000001001").pk)
    rows.update(state="claimed", owner="w", lease_until=LEASE)
    rows.update(state="in_data")
    return rows


FREE = {"owner": "", "lease_until": None}


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "accepted"}, "accepted_row_has_reply"),
        (
            {"state": "deferred", "reason": "temporary", "explanation": "Позже."},
            "deferred_row_has_next_try",
        ),
        ({"state": "failed"}, "unhappy_row_says_why"),
        ({"state": "uncertain"}, "unhappy_row_says_why"),
    ],
)
def test_outcome_says_what_it_needs(batch, columns, constraint):
    assert refused(in_data(batch), **FREE, **columns) == constraint


@pytest.mark.parametrize("target", ["accepted", "failed", "uncertain", "delivered", "skipped"])
def test_queued_letter_does_not_jump(batch, target):
    row = JournalRow.objects.filter(pk=row_of(batch, "000000001001").pk)

    assert f"does not go from queued to {target}" in refused(row, state=target)


@pytest.mark.parametrize(
    "columns",
    [
        {"address": "x@mail.ru"},
        {"message_id": "<x@y>"},
        {"month": "2013-08-01"},
        {"document_id": 0},
    ],
)
def test_letter_is_fixed_when_it_is_queued(batch, columns):
    rows = JournalRow.objects.filter(batch=batch)

    assert "is fixed when it is queued" in refused(rows, **columns)


def test_letter_is_not_born_sent(batch):
    sent = row_of(batch, "000000001004")
    sent.pk, sent.state, sent.skip_reason = None, "accepted", ""

    with pytest.raises(IntegrityError, match="begins as queued or skipped"):
        sent.save(force_insert=True)


def test_two_rows_never_hold_one_document(house, batch):
    twin = row_of(batch, "000000001001")
    other = start(batch.mail_account, account_ids=[house.okean.nekrasov.pk])
    twin.pk, twin.batch, twin.message_id = None, other, "<other@ocean.ru>"

    with pytest.raises(IntegrityError, match="document_is_sent_once"):
        twin.save(force_insert=True)


def test_event_is_never_changed(batch):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        JournalEvent.objects.filter(batch=batch).update(text="")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        JournalEvent.objects.filter(batch=batch)._raw_delete("default")


def test_row_is_never_removed(batch):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        JournalRow.objects.filter(batch=batch)._raw_delete("default")


def test_password_of_a_batch_lives_only_while_it_runs(batch):
    batches = MailBatch.objects.filter(pk=batch.pk)

    assert refused(batches, state="stopped", password_sealed="x") == (
        "batch_keeps_a_password_only_while_it_runs"
    )


def test_finished_batch_knows_when(batch):
    assert refused(MailBatch.objects.filter(pk=batch.pk), state="finished") == (
        "finished_batch_knows_when"
    )


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"smtp_host": "smtp.mail.ru"}, "plain_smtp_only_to_this_computer"),
        ({"smtp_starttls": True}, "starttls_is_a_protection"),
        ({"password_sealed": "x"}, "password_is_kept_only_when_asked"),
        ({"smtp_port": 0}, "mail_ports_are_ports"),
        ({"per_day": 0}, "mail_limits_let_something_out"),
        ({"stopped_reason": "quota"}, "stopped_mail_account_says_why"),
    ],
)
def test_mail_account_makes_sense(okean, columns, constraint):
    make_mail_account(okean.organisation, port=25)

    assert refused(MailAccount.objects.all(), **columns) == constraint


def test_organisation_has_one_system_account(okean):
    make_mail_account(okean.organisation, port=25)

    with pytest.raises(IntegrityError, match="one_system_mail_account_in_organisation"):
        make_mail_account(okean.organisation, port=25, name="Другая")


def test_remembered_password_is_sealed_and_opens(okean):
    account = make_mail_account(okean.organisation, port=25)
    with_login(account)

    account.refresh_from_db()

    assert (account.kept_password(), "letters" in account.password_sealed) == ("letters", False)
    assert account.asks_password is False


def test_password_sealed_with_a_lost_key_is_asked_anew(settings):
    sealed = seal("letters")
    settings.FIELD_KEYS = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE="]

    with pytest.raises(SecretLost):
        unseal(sealed)


def test_old_key_still_opens_after_a_new_one_comes_first(settings):
    sealed = seal("letters")
    settings.FIELD_KEYS = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE=", *settings.FIELD_KEYS]

    assert unseal(sealed) == "letters"


def test_every_state_belongs_to_a_counter():
    assert set(GROUP_OF) == set(JournalState)
