"""A wrong reading gives way to another and stays in the history with the reason."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.urls import reverse

from accounts_registry.models import MeterReading, ReplacedReading
from accounts_registry.services import ReadingIsLower, ReadingRefusal, TypedReading, correct_reading
from accounts_registry.services.readings import (
    MonthIsClosedForReadings,
    ReadingIsGone,
    ReasonIsMissing,
)
from tests.cast import NOON, accountant_of
from tests.factories import make_meter
from tests.priced import posted, priced_tihiy_okean

pytestmark = pytest.mark.django_db

MAY, JUNE, JULY = (dt.date(2013, month, 25) for month in (5, 6, 7))


@pytest.fixture
def okean():
    return priced_tihiy_okean()


@pytest.fixture
def wrong(okean) -> MeterReading:
    readings = [(MAY, "10"), (JUNE, "15"), (JULY, "205")]
    meter = make_meter(at=okean.fet, service=okean.cold_water, readings=readings)
    return meter.readings.get(read_on=JULY)


def correct(known, value, reason="описка", by=None, **answers):
    reading = TypedReading(read_on=known.read_on, value=value, **answers)
    return correct_reading(known=known, reading=reading, reason=reason, by=by, at=NOON)


def test_another_reading_takes_its_place(okean, wrong):
    accountant = accountant_of(okean.organisation)

    written = correct(wrong, 20, by=accountant)

    assert list(wrong.meter.readings.values_list("value", flat=True)) == [10, 15, 20]
    kept = ReplacedReading.objects.get()
    assert (kept.value, kept.became) == (Decimal(205), Decimal(20))
    assert (kept.reason, kept.replaced_by, kept.replaced_at) == ("описка", accountant, NOON)
    assert (kept.read_on, kept.source, kept.entered_at) == (JULY, "operator", wrong.entered_at)
    assert written.entered_by == accountant


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(wrong, reason):
    with pytest.raises(ReasonIsMissing):
        correct(wrong, 20, reason=reason)


def test_what_was_corrected_meanwhile_is_gone(wrong):
    correct(wrong, 20)

    with pytest.raises(ReadingIsGone):
        correct(wrong, 21)


def test_the_right_one_is_checked_as_any_other(wrong):
    with pytest.raises(ReadingIsLower):
        correct(wrong, 14)
    with pytest.raises(ReadingRefusal):
        correct(wrong, 10**9)
    assert not ReplacedReading.objects.exists()


def test_a_posted_month_keeps_its_readings(okean, wrong):
    posted(okean.organisation)

    with pytest.raises(MonthIsClosedForReadings):
        correct(wrong, 20)


def test_the_history_is_never_rewritten(wrong):
    correct(wrong, 20)

    for statement in (
        "UPDATE accounts_registry_replacedreading SET reason = 'x'",
        "DELETE FROM accounts_registry_replacedreading",
    ):
        with (
            pytest.raises((ProgrammingError, InternalError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_screen_asks_keeps_and_tells(client, okean, wrong):
    client.force_login(accountant_of(okean.organisation))
    address = reverse("accounts_registry:correct-reading", args=[wrong.pk])
    fields = {"read_on": "25.07.2013", "value": "3", "reason": "описка"}

    shown = client.get(address)
    asked = client.post(address, fields)
    without = client.post(address, fields | {"value": "20", "reason": ""})
    saved = client.post(address, fields | {"value": "20"})

    assert shown.context["form"]["value"].value() == "205"
    assert (asked.status_code, asked.context["question"].yes) == (422, "Переход через ноль")
    assert list(without.context["form"].errors) == ["reason"]
    assert saved["Location"] == reverse("accounts_registry:account-meters", args=[okean.fet.pk])
    written = wrong.meter.readings.get(read_on=JULY)
    history = client.get(reverse("accounts_registry:correct-reading", args=[written.pk]))
    assert [(row.value, row.became) for row in history.context["replaced"]] == [(205, 20)]
